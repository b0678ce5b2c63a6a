"""A saved lab: one file with the spec, the trained state and the history of the run.

The form is safetensors: a JSON header, then plain arrays. Nothing in it can run code.
The header's metadata hold the spec as JSON, the file's own version and the counters of
the state. What is read is measured against the spec before an array is made of it, so
that a damaged or hostile file costs one sentence, and no memory.
"""

from __future__ import annotations

import math
import os
import pathlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from layerlab.core import spec as specs
from layerlab.core.decoding import decode_json
from layerlab.core.disk import read_file, write_file
from layerlab.core.errors import LabError, one_line, quoted
from layerlab.core.layout import Layout
from layerlab.core.libraries import needed_for
from layerlab.core.numbers import grouped
from layerlab.core.spec import MAX_SPEC_BYTES, LabSpec, TaskSpec, from_json, to_json
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.runtime.arrays import joined
from layerlab.runtime.opened import locate, path_beside

Array = np.ndarray

FILE_VERSION = 1
SUFFIX = ".layerlab"
MAX_FILE_BYTES = 160 * 2**20  # 5 million float64 weights with two moments are 120 MB
MAX_HEADER_BYTES = 2**20
MAX_HISTORY_NUMBERS = 4_000_000
MAX_UPDATE = 2**53  # what JSON carries exactly
MAX_LISTED = 6  # inputs in a sentence
MAX_INPUT_BYTES = 2**18  # of their names; of more than that the number alone is compared

_LENGTH_BYTES = 8
_BOM = b"\xef\xbb\xbf"
_BLANK = _BOM + b" \t\r\n"
_HISTORY = "history."
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HISTORY_DTYPES = ("F32", "F64", "I64")
_PER_SEED = ("first_loss", "epoch_sum", "epoch_loss")  # (seeds,) arrays of a state


@dataclass(frozen=True, eq=False)
class SavedLab:
    """What a file holds.

    Attributes:
        spec: the spec.
        state: where its training was, or None where only a spec was saved.
        history: arrays of the run so far, by name; at most two-dimensional.
        inputs: names of the inputs that it was trained on; empty where the file does not say.
    """

    spec: LabSpec
    state: State | None = None
    history: dict[str, Array] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()


class OtherInputsError(LabError):
    """A lab's network was trained on other inputs than its table is read to now.

    Attributes:
        spec: of the lab, with its table where it was found.
    """

    def __init__(self, sentence: str, spec: LabSpec) -> None:
        super().__init__(sentence)
        self.spec = spec


class _Counters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    update: int
    epoch_count: int


class _Tensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


# ---- writing


def save(
    path: str | pathlib.Path,
    spec: LabSpec,
    state: State | None = None,
    history: Mapping[str, Array] | None = None,
    write: Callable[[memoryview], None] | None = None,
    inputs: Sequence[str] = (),
) -> bool:
    """Write a lab to a file, whole or not at all.

    Args:
        path: the file; one that exists is replaced once the new one is complete.
        state: where its training is; None, or one that diverged, saves the spec alone.
        history: arrays of float32, float64 or int64, at most two-dimensional; names in
            lower case with underscores.
        write: takes the content instead of `write_file`, such as an outlet's `write`.
        inputs: names of the inputs of a network that was trained on a table.

    Returns:
        Whether all of it is in the file; False if the network is not, because it diverged.

    Raises:
        LabError: the file cannot be written; what was there before is untouched.
    """
    # A network of NaN would be refused when it is opened: its spec is worth more.
    is_whole = state is None or bool(state.is_finite() and np.isfinite(state.moments).all())
    if not is_whole:
        state = history = None
    metadata = {"layerlab": str(FILE_VERSION)}
    if spec.task.path is not None:
        if (seen := path_beside(path, spec.task.path)) is not None:
            metadata["table"] = seen
        own = specs.replace(spec.task, path=os.path.abspath(spec.task.path))
        spec = specs.replace(spec, task=own)
    metadata["spec"] = to_json(spec)
    tensors: dict[str, Array] = {}
    if state is not None:
        counters = _Counters(update=state.update, epoch_count=state.epoch_count)
        metadata["state"] = msgspec.json.encode(counters).decode()
        names = msgspec.json.encode(list(inputs))
        if inputs and len(names) <= MAX_INPUT_BYTES:
            metadata["inputs"] = names.decode()
        for name in ("params", "moments"):
            tensors[name] = np.ascontiguousarray(getattr(state, name))
        for name in _PER_SEED:
            tensors[name] = np.ascontiguousarray(getattr(state, name), np.float64)
    for name, values in (history or {}).items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a history")
        tensors[_HISTORY + name] = np.ascontiguousarray(values)
    with needed_for(_("{path} is not saved: a saved lab", path=path)):
        import safetensors.numpy  # noqa: F401 - without it nobody could open the file
    (write or (lambda raw: write_file(path, raw)))(joined(metadata, tensors))
    return is_whole


# ---- reading


def load(
    path: str | pathlib.Path,
    layout_of: Callable[[LabSpec], Layout],
    slots_of: Callable[[LabSpec], int] | None = None,
    any_path: bool = False,
    inputs_of: Callable[[TaskSpec], Sequence[str]] | None = None,
) -> SavedLab:
    """Read a saved lab, or a plain spec in JSON.

    Args:
        path: the file.
        layout_of: returns the layout of a spec's network; raises LabError for unknown names.
        slots_of: returns how many moments the spec's optimizer keeps; not checked if None.
        any_path: whether a table that the file names may be anywhere; see `opened.locate`.
        inputs_of: returns the names of a table's inputs; not compared if None.

    Returns:
        What it holds; `state` is None and `history` empty for a plain spec.

    Raises:
        UnknownTableError: it has to be asked whether its table may be read.
        OtherInputsError: its network has other inputs than its table now.
        LabError: one sentence that names the file and what is wrong with it.
    """
    name = str(path)
    raw = _read(name)
    if _is_text(raw, name):
        return SavedLab(_with_table(_plain_spec(raw, name), name, None, any_path))
    # In this order: the spec says which arrays there have to be, before one of them is made.
    metadata, tensors = _header(raw, name)
    spec = from_json(metadata["spec"], _("{name}, spec", name=name))
    spec = _with_table(spec, name, metadata.get("table"), any_path)
    try:
        layout = layout_of(spec)
        slots = slots_of(spec) if slots_of is not None else None
    except LabError as error:
        raise LabError(f"{name}: {error}") from None
    inputs = _inputs(name, metadata)
    if inputs and inputs_of is not None:
        _check_inputs(name, spec, inputs, inputs_of(spec.task))
    _check_table(name, spec, layout, tensors)
    _check_tensors(name, spec, layout, slots, "state" in metadata, tensors)
    arrays = _arrays(raw, name, tensors)
    history = {
        key.removeprefix(_HISTORY): array
        for key, array in arrays.items()
        if key.startswith(_HISTORY)
    }
    state = _state(name, metadata["state"], arrays) if "state" in metadata else None
    return SavedLab(spec, state, history, inputs)


def _inputs(name: str, metadata: Mapping[str, str]) -> tuple[str, ...]:
    where = _("{name} is damaged: inputs", name=name)
    return tuple(decode_json(metadata.get("inputs", "[]"), list[str], where))


def load_spec(path: str | pathlib.Path) -> LabSpec:
    """Read the spec alone, from a saved lab or from JSON; raises LabError like `load`.

    Its table is left where the file says it is, and must not be read.
    """
    name = str(path)
    raw = _read(name)
    if _is_text(raw, name):
        return _plain_spec(raw, name)
    return from_json(_header(raw, name)[0]["spec"], _("{name}, spec", name=name))


def _with_table(spec: LabSpec, name: str, beside: str | None, any_path: bool) -> LabSpec:
    return specs.replace(spec, task=locate(spec.task, name, beside, any_path))


def _read(name: str) -> bytes:
    raw = read_file(name, MAX_FILE_BYTES, _("lab"))
    if not raw.strip():
        raise LabError(_("{name} is empty", name=name))
    return raw


def _is_text(raw: bytes, name: str) -> bool:
    """Return whether it is a spec in JSON; arrays begin with 8 bytes of a small number."""
    if raw.lstrip(_BLANK)[:1] == b"{" and b"\0" not in raw[:_LENGTH_BYTES]:
        return True
    return b"\0" not in raw[:_LENGTH_BYTES] and not name.endswith(SUFFIX)


def _plain_spec(raw: bytes, name: str) -> LabSpec:
    if len(raw) > MAX_SPEC_BYTES:
        raise LabError(
            _(
                "{name} has {size} bytes; a spec has at most {limit} bytes",
                name=name,
                size=grouped(len(raw)),
                limit=grouped(MAX_SPEC_BYTES),
            )
        )
    return from_json(raw.removeprefix(_BOM), name)


def _header(raw: bytes, name: str) -> tuple[dict[str, str], dict[str, _Tensor]]:
    """Return metadata and the declared arrays."""
    length = int.from_bytes(raw[:_LENGTH_BYTES], "little")
    if length > MAX_HEADER_BYTES or _LENGTH_BYTES + length > len(raw):
        raise LabError(_("{name} is damaged: it ends before its header does", name=name))
    header, where = raw[_LENGTH_BYTES : _LENGTH_BYTES + length], _("the header")
    try:
        entries = decode_json(header, dict[str, msgspec.Raw], where)
        metadata = decode_json(entries.pop("__metadata__", b"{}"), dict[str, str], where)
        tensors = {key: decode_json(text, _Tensor, where) for key, text in entries.items()}
    except LabError as error:
        raise LabError(
            _("{name} is damaged: its header does not read ({error})", name=name, error=error)
        ) from None
    version = metadata.get("layerlab")
    if version is None or "spec" not in metadata:
        raise LabError(_("{name} holds arrays, but no lab of Layerlab", name=name))
    if version != str(FILE_VERSION):
        raise LabError(
            _(
                "{name} is a lab of version {version}, this Layerlab reads {known}",
                name=name,
                version=one_line(version[:20]),
                known=FILE_VERSION,
            )
        )
    return metadata, tensors


def _check_table(name: str, spec: LabSpec, layout: Layout, tensors: dict[str, _Tensor]) -> None:
    """Refuse a network that was trained on other inputs than its table has now.

    The table is another one, or another version of the lab read it: the file is not damaged.
    """
    found = tensors.get("params")
    if spec.task.path is None or found is None:
        return
    if found.shape != (spec.train.seeds, layout.parameters):
        raise OtherInputsError(
            _(
                "{name}: its network was trained on {table} when that was read in another way; "
                "now its layers would have {sizes} units (`layerlab data` says what is read); "
                "the file stays as it is",
                name=name,
                table=spec.task.path,
                sizes=", ".join(map(str, layout.sizes)),
            ),
            spec,
        )


def _check_inputs(name: str, spec: LabSpec, then: tuple[str, ...], now: Sequence[str]) -> None:
    """Refuse a network that was trained on inputs of other names, or in another order."""
    if then == tuple(now):
        return
    known_then, known_now = set(then), set(now)
    gone = [text for text in then if text not in known_now]
    new = [text for text in now if text not in known_then]
    fields = {"name": name, "table": spec.task.path}
    fields |= {"gone": _listed(gone), "new": _listed(new)}
    if gone and new:
        sentence = _(
            "{name}: its network was trained on other inputs of {table}: then {gone}, "
            "now {new}; the file stays as it is",
            **fields,
        )
    elif gone:
        sentence = _(
            "{name}: its network was trained on more inputs of {table}: {gone} as well; "
            "the file stays as it is",
            **fields,
        )
    elif new:
        sentence = _(
            "{name}: its network was trained on fewer inputs of {table}: without {new}; "
            "the file stays as it is",
            **fields,
        )
    else:
        sentence = _(
            "{name}: its network was trained on the inputs of {table} in another order; "
            "the file stays as it is",
            **fields,
        )
    raise OtherInputsError(sentence, spec)


def _listed(names: Sequence[str]) -> str:
    """Return some names of a file in a sentence."""
    more = ", …" if len(names) > MAX_LISTED else ""
    return ", ".join(quoted(text[:40]) for text in names[:MAX_LISTED]) + more


def _check_tensors(
    name: str,
    spec: LabSpec,
    layout: Layout,
    slots: int | None,
    has_state: bool,
    tensors: dict[str, _Tensor],
) -> None:
    """Refuse arrays that the spec does not ask for, before any of them is made."""
    expected: dict[str, tuple[tuple[int, ...], str]] = {}
    if has_state:
        seeds, parameters = spec.train.seeds, layout.parameters
        kind = "F64" if spec.train.dtype == "float64" else "F32"
        declared = tensors["moments"].shape[:1] if "moments" in tensors else (0,)
        first = declared if slots is None else (slots,)
        expected["params"] = ((seeds, parameters), kind)
        expected["moments"] = ((*first, seeds, parameters), kind)
        expected |= dict.fromkeys(_PER_SEED, ((seeds,), "F64"))
    for key, (shape, kind) in expected.items():
        found = tensors.get(key)
        if found is None:
            raise LabError(_("{name} is damaged: {key} is missing", name=name, key=key))
        if found.shape != shape or found.dtype != kind:
            raise LabError(
                _(
                    "{name} does not fit its own spec: {key} is {found} where {expected} is "
                    "expected",
                    name=name,
                    key=key,
                    found=f"{one_line(found.dtype[:8])} {_sizes(found.shape)}",
                    expected=f"{kind} {_sizes(shape)}",
                )
            )
    for key, found in tensors.items():
        if key not in expected and not _is_history(key, found):
            raise LabError(
                _(
                    "{name} holds an array {key} that is no part of a lab",
                    name=name,
                    key=quoted(key[:40]),
                )
            )


def _is_history(key: str, found: _Tensor) -> bool:
    return (
        key.startswith(_HISTORY)
        and _NAME.fullmatch(key.removeprefix(_HISTORY)) is not None
        and found.dtype in _HISTORY_DTYPES
        and len(found.shape) <= 2
        and math.prod(found.shape) <= MAX_HISTORY_NUMBERS
    )


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(str(n)[:12] for n in shape[:4]) or _("number")


def _arrays(raw: bytes, name: str, tensors: dict[str, _Tensor]) -> dict[str, Array]:
    """Return the arrays; the library checks offsets, sizes and gaps."""
    with needed_for(_("{name} cannot be opened: a saved lab", name=name)):
        import safetensors.numpy
    try:
        arrays: dict[str, Array] = safetensors.numpy.load(raw)
    except (safetensors.SafetensorError, ValueError, OverflowError) as error:
        raise LabError(
            _("{name} is damaged: {error}", name=name, error=one_line(error))
        ) from None
    if {key: a.shape for key, a in arrays.items()} != {k: t.shape for k, t in tensors.items()}:
        raise LabError(_("{name} is damaged: its header names an array twice", name=name))
    return arrays


def _state(name: str, text: str, arrays: dict[str, Array]) -> State:
    counters = decode_json(text, _Counters, _("{name} is damaged: state", name=name))
    for key in ("update", "epoch_count"):
        if not 0 <= getattr(counters, key) <= MAX_UPDATE:
            raise LabError(
                _(
                    "{name} is damaged: {key} is {value}",
                    name=name,
                    key=key,
                    value=quoted(getattr(counters, key)),
                )
            )
    for key in ("params", "moments"):
        if not np.isfinite(arrays[key]).all():
            raise LabError(
                _(
                    "{name} is damaged: {key} holds values that are no numbers",
                    name=name,
                    key=key,
                )
            )
    return State(
        update=counters.update,
        params=arrays["params"],
        moments=arrays["moments"],
        first_loss=arrays["first_loss"],
        epoch_sum=arrays["epoch_sum"],
        epoch_count=counters.epoch_count,
        epoch_loss=arrays["epoch_loss"],
    )
