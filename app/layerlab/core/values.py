"""Values of a page's knobs: frozen, checked against their declarations, with JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from layerlab.core.decoding import decode_json
from layerlab.core.errors import LabError, one_line, quoted, unknown_name
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

VERSION = 1
MAX_KNOB_BYTES = 4 * 2**20  # a graph of the largest size that its page takes is 2 MB


class Values(Mapping[str, Any]):
    """What every knob of a page is turned to. Cannot change; `edit` makes another one."""

    def __init__(self, knobs: tuple[Knob, ...], given: Mapping[str, object]) -> None:
        """Check and keep the values.

        Args:
            knobs: the declarations, by their `path`.
            given: a value for each of them, by its name or a former one. Of several for one
                knob the last one counts.

        Raises:
            LabError: one sentence with the knob, the value and the range.
        """
        self._knobs = {knob.path: knob for knob in knobs}
        names = {name: knob.path for knob in knobs for name in (*knob.former, knob.path)}
        found: dict[str, object] = {}
        for name, value in given.items():
            if name not in names:
                raise unknown_name(_("knob"), name, self._knobs)
            found[names[name]] = value
        self._values = MappingProxyType(
            {name: _checked(knob, found.get(name)) for name, knob in self._knobs.items()}
        )

    def edit(self, name: str, value: object) -> Values:
        """Return the values with one knob turned; raises LabError as `Values` does."""
        return self.turned({name: value})

    def turned(self, changes: Mapping[str, object]) -> Values:
        """Return the values with several knobs turned; raises LabError as `Values` does."""
        return Values(tuple(self._knobs.values()), {**self._values, **changes})

    def knob(self, name: str) -> Knob:
        """Return the declaration of a knob."""
        return self._knobs[name]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))


def _checked(knob: Knob, value: object) -> object:
    """Return the value as its knob has it: whole numbers of a float knob become floats."""
    where = knob.label
    if knob.kind == "bool" and not isinstance(value, bool):
        raise LabError(
            _("{where} is {value}, it must be true or false", where=where, value=quoted(value))
        )
    if knob.kind in ("choice", "text") and not isinstance(value, str):
        what = _("a name") if knob.kind == "choice" else _("a text")
        raise LabError(
            _(
                "{where} is {value}, it must be {what}",
                where=where,
                value=quoted(value),
                what=what,
            )
        )
    if isinstance(value, str):
        value = dict(knob.former_choices).get(value, value)
    if knob.kind == "numbers":
        if not isinstance(value, list | tuple):
            raise LabError(
                _(
                    "{where} is {value}, it must be a list of numbers",
                    where=where,
                    value=quoted(value),
                )
            )
        for i, number in enumerate(value):
            knob.check_number(number, f"{where}[{i}]")
        return tuple(float(number) for number in value)
    knob.check(value, where)
    if knob.kind == "float" and isinstance(value, int):
        return float(value)
    return value


class _File(msgspec.Struct, forbid_unknown_fields=True):
    experiment: str
    knobs: dict[str, Any]
    version: int = VERSION


def values_to_json(key: str, values: Values) -> bytes:
    """Return the knobs of the page `key` as a file."""
    return msgspec.json.format(msgspec.json.encode(_File(key, dict(values))), indent=2) + b"\n"


def knobs_from_json(raw: bytes) -> tuple[str, dict[str, Any]]:
    """Read a knob file.

    Returns:
        the page's key, and the values as they stand there, not checked yet.

    Raises:
        LabError: it is none, or of a version that is not known.
    """
    try:
        read = decode_json(raw, _File, _("the file"))
    except LabError as error:
        raise LabError(_("these are not the knobs of a page: {error}", error=error)) from None
    if read.version != VERSION:
        raise LabError(
            _(
                "version is {version}, this Layerlab reads {known}",
                version=quoted(read.version),
                known=VERSION,
            )
        )
    for name, value in read.knobs.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise LabError(
                _(
                    "{name} is {value}, it must be a finite number",
                    name=one_line(name),
                    value=value,
                )
            )
    return read.experiment, read.knobs


def is_knob_file(raw: bytes) -> bool:
    """Return whether a file means to hold a page's knobs, broken or not."""
    head = raw[:4096]
    return b'"experiment"' in head and b'"task"' not in head
