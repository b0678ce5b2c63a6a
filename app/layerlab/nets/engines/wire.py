"""Messages between the window's process and the one that runs torch.

A message is its length, a JSON header and the raw bytes of its arrays: nothing that could
run code when it is read, and no copy of the numbers as text.
"""

from __future__ import annotations

import math
import struct
from typing import Any, BinaryIO

import msgspec
import numpy as np

from layerlab.core.state import State

Array = np.ndarray
_LENGTH = struct.Struct("<I")


class ArrayInfo(msgspec.Struct, frozen=True):
    """How to read an array's bytes: name, dtype (such as `<f8`) and shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class Message(msgspec.Struct, frozen=True):
    """One message.

    Attributes:
        kind: to the child: `run`, then after each state `next` or `stop`, and at any time
            `cancel`; or `ask`; to the parent: `ready`, then for a run `state`s, and at its
            end `done` or `error`; for a question `answer` or `error`.
        fields: plain values, by name.
        arrays: what follows the header, in this order.
    """

    kind: str
    fields: dict[str, Any] = {}
    arrays: tuple[ArrayInfo, ...] = ()


def send(
    stream: BinaryIO, kind: str, arrays: dict[str, Array] | None = None, **fields: Any
) -> None:
    """Write one message and flush it.

    Raises:
        OSError: the other side is gone.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    infos = tuple(ArrayInfo(name, a.dtype.str, a.shape) for name, a in arrays.items())
    header = msgspec.json.encode(Message(kind, fields, infos))
    parts = [_LENGTH.pack(len(header)), header, *(a.tobytes() for a in arrays.values())]
    # In one piece and flushed: a message in a buffer would leave the other side waiting.
    stream.write(b"".join(parts))
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Message, dict[str, Array]] | None:
    """Read one message with its arrays; None when the other side is gone."""
    start = stream.read(_LENGTH.size)
    if len(start) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(start)
    header = stream.read(length)
    if len(header) < length:
        return None
    message = msgspec.json.decode(header, type=Message)
    arrays = {}
    for info in message.arrays:
        dtype = np.dtype(info.dtype)
        size = math.prod(info.shape) * dtype.itemsize
        raw = stream.read(size)
        if len(raw) < size:
            return None
        arrays[info.name] = np.frombuffer(raw, dtype).reshape(info.shape)
    return message, arrays


def state_parts(state: State) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return a state's arrays and its plain fields, for `send`."""
    arrays = {
        "params": state.params,
        "moments": state.moments,
        "first_loss": state.first_loss,
        "epoch_sum": state.epoch_sum,
        "epoch_loss": state.epoch_loss,
    }
    return arrays, {"update": state.update, "epoch_count": state.epoch_count}


def state_of(message: Message, arrays: dict[str, Array]) -> State:
    """Return the state that a message carries."""
    fields = message.fields
    return State(update=fields["update"], epoch_count=fields["epoch_count"], **arrays)
