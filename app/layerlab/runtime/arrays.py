"""Named arrays and text as one piece of memory, in the form of safetensors.

The library's own writer copies twice and keeps the interpreter for all of it, 0.2 s for 100 MB,
in which a window stands still; numpy copies without. Reading is the library's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

Array = np.ndarray
_KINDS = {"<f4": "F32", "<f8": "F64", "<i8": "I64"}  # numpy's names, and those of the form
_ALIGNED = 8  # bytes, of the largest numbers


def joined(metadata: Mapping[str, str], tensors: Mapping[str, Array]) -> memoryview:
    """Return metadata and arrays in the form of safetensors.

    Args:
        metadata: text by name. tensors: contiguous arrays of float32, float64 or int64.

    Raises:
        ValueError: an array of another type.
    """
    header: dict[str, object] = {"__metadata__": metadata}
    places: list[tuple[int, Array]] = []
    end = 0
    # The widest numbers first, so that each array begins at a multiple of its own.
    for name, array in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        kind = _KINDS.get(array.dtype.str)
        if kind is None:
            raise ValueError(f"{name} has the type {array.dtype}, which no lab holds")
        places.append((end, array.reshape(-1).view(np.uint8)))
        offsets = (end, end + array.nbytes)
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": offsets}
        end = offsets[1]
    text = msgspec.json.encode(header)
    text += b" " * (-len(text) % _ALIGNED)  # so that the arrays are aligned
    start = _ALIGNED + len(text)
    raw = np.empty(start + end, np.uint8)
    raw[:start] = np.frombuffer(len(text).to_bytes(_ALIGNED, "little") + text, np.uint8)
    for place, values in places:
        raw[start + place : start + place + values.size] = values
    return raw.data
