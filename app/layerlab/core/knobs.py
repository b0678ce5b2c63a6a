"""Knobs: every parameter of the lab, declared once.

A declaration gives type, range, label, unit, help and effect. Specs are validated
against it, panels are built from it, the command line's messages quote it.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any

from layerlab.core.errors import LabError, quoted
from layerlab.core.translation import _


class Effect(enum.Enum):
    """What an edit does to a running training."""

    REBUILD = "rebuild"  # a new network, trained from scratch
    LIVE = "live"  # training goes on with the new value
    VIEW = "view"  # only what is drawn changes


@dataclass(frozen=True)
class Knob:
    """One declared parameter.

    Attributes:
        path: room and name, such as `net.dropout`.
        kind: `int`, `float`, `bool`, `choice`, `widths` (a tuple of widths),
            `batch` (a number or "full"), `text` (on a page: what a file holds), `numbers`
            (a tuple of them: what is dragged in a page's plots), `names` (a tuple of
            texts, of the choices if there are some), `pairs` (a tuple of a name and one of
            the choices each).
        label: name on screen.
        help: one sentence that says what it does to the network.
        effect: what an edit does to a running training.
        low, high: bounds, both included; None where there is none.
        log: whether a slider moves on a logarithmic scale.
        unit: the unit behind the value; empty for pure numbers.
        registry: for `choice`: which registry's names, such as `activations`.
        choices: for `choice` without a registry: the values themselves.
        optional: whether None is a value.
        marks: values worth a stop of the slider, if not every value.
        former: names that a page's knob had; files of older versions have them.
        former_choices: pairs of a choice's former name and its name.
    """

    path: str
    kind: str
    label: str
    help: str
    effect: Effect = Effect.REBUILD
    low: float | None = None
    high: float | None = None
    log: bool = False
    unit: str = ""
    registry: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False
    marks: tuple[float, ...] = ()
    former: tuple[str, ...] = ()
    former_choices: tuple[tuple[str, str], ...] = ()

    @property
    def room(self) -> str:
        """The part of the spec that holds it: `task`, `net` or `train`."""
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        """The field's name within its room."""
        return self.path.partition(".")[2]

    def range_text(self) -> str:
        """Return the range as a person reads it, such as `1 to 512`."""
        if self.low is not None and self.high is not None:
            return _("{low:g} to {high:g}", low=self.low, high=self.high)
        if self.low is not None:
            return _("{low:g} or more", low=self.low)
        return _("any number") if self.high is None else _("at most {high:g}", high=self.high)

    def check(self, value: object, where: str = "") -> None:
        """Refuse a value outside the declaration.

        Args:
            value: the value to look at.
            where: how the message names the field; the path if not given.

        Raises:
            LabError: one sentence with the field, the value and the range.
        """
        where = where or self.path
        if value is None:
            if not self.optional:
                raise LabError(_("{where} is missing", where=where))
            return
        if self.kind == "widths":
            if isinstance(value, tuple):
                for i, width in enumerate(value):
                    self.check_number(width, f"{where}[{i}]")
        elif self.kind == "batch":
            if value != "full":
                self.check_number(value, where)
        elif self.kind in ("int", "float"):
            self.check_number(value, where)
        elif self.kind == "pairs":
            self._check_pairs(value, where)
        elif self.kind == "numbers":
            numbers = value if isinstance(value, tuple) else ()
            for i, number in enumerate(() if self._holds(numbers) else numbers):
                self.check_number(number, f"{where}[{i}]")
        elif self.kind == "names":
            self._check_names(value, where)
        elif self.choices and value not in self.choices:
            options = ", ".join(self.choices)
            raise LabError(
                _(
                    "{where} is {value}, it must be one of {options}",
                    where=where,
                    value=quoted(value),
                    options=options,
                )
            )

    def _holds(self, numbers: tuple[Any, ...]) -> bool:
        """Return whether all numbers are surely right: thousands are checked in each drag."""
        if not numbers or self.low is None or self.high is None:
            return False
        if not set(map(type, numbers)) <= {float, int}:
            return False
        within = self.low <= min(numbers) and max(numbers) <= self.high
        return within and math.isfinite(sum(numbers))  # min and max may overlook a nan

    def _check_names(self, value: object, where: str) -> None:
        for i, name in enumerate(value if isinstance(value, tuple) and self.choices else ()):
            if name not in self.choices:
                raise LabError(
                    _(
                        "{where} is {value}, it must be one of {options}",
                        where=f"{where}[{i}]",
                        value=quoted(name),
                        options=", ".join(self.choices),
                    )
                )

    def _check_pairs(self, value: object, where: str) -> None:
        options = ", ".join(self.choices)
        for name, choice in value if isinstance(value, tuple) else ():
            if choice not in self.choices:
                raise LabError(
                    _(
                        "{where}: {name} is {value}, it must be one of {options}",
                        where=where,
                        name=quoted(name),
                        value=quoted(choice),
                        options=options,
                    )
                )

    def check_number(self, value: object, where: str) -> None:
        """Refuse a single number outside the declaration; raises LabError as `check`."""
        whole = self.kind not in ("float", "numbers")
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            kind = _("a whole number") if whole else _("a number")
            raise LabError(
                _(
                    "{where} is {value}, it must be {kind}",
                    where=where,
                    value=quoted(value),
                    kind=kind,
                )
            )
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        # Python compares whole numbers of any size, but makes no float of the largest.
        if not low <= value <= high or math.isinf(value):
            raise LabError(
                _(
                    "{where} is {value}, the range is {range_text}",
                    where=where,
                    value=quoted(value),
                    range_text=self.range_text(),
                )
            )
