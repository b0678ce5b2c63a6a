"""A formula as a whole: a curve, a surface or a region, with values all over [-1, 1]."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError, one_line
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.nets.algebra.parser import Parser
from layerlab.nets.algebra.tokens import Token, refusal
from layerlab.nets.algebra.tree import (
    CONSTANTS,
    FUNCTIONS,
    VARIABLES,
    Node,
    culprit,
    has_value,
    value_of,
)

Array = np.ndarray
MAX_LENGTH = 300  # characters
MAX_VALUE = 1e9  # beyond it on [-1, 1], it is taken for a pole
CURVE_POINTS, SURFACE_SIDE = 2001, 101  # of the grids that are looked at
_ZOOMS, _ZOOM_SIDE, _ZOOM = 14, 9, 4.0  # how a peak is looked at more closely
_PEAKS = 3  # the highest places of the grid, to look at
_SUBSCRIPTS = {"x1": "x₁", "x2": "x₂"}
_ONE, _PLANE, _NUMBERED = ("x",), ("x", "y"), ("x1", "x2")


@dataclass(frozen=True, eq=False)
class Formula:
    """What a person typed, read.

    Attributes:
        text: as typed.
        kind: `curve` (one input), `surface` (two) or `region` (two, and it holds or not).
        inputs: the variables, one or two.
        output: what it gives, such as `y`; of a region `class`.
        root: what is computed.
    """

    text: str
    kind: str
    inputs: tuple[str, ...]
    output: str
    root: Node

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs as they are shown."""
        return tuple(_SUBSCRIPTS.get(name, name) for name in self.inputs)

    def __call__(self, x: Array) -> Array:
        """Return the values at points, nan or infinite where there are none.

        Args:
            x: (n, D), a column for each input.

        Returns:
            (n, 1) float64; of a region 1 where it holds, else 0.
        """
        value = value_of(self.root, self._variables(x))
        return np.array(np.broadcast_to(value, (len(x),)), np.float64)[:, None]

    def check_values(self, x: Array) -> None:
        """Refuse points at which there is no value, or a huge one.

        Args:
            x: (n, D).

        Raises:
            LabError: one sentence with the part that has no value, and a point.
        """
        bad = ~has_value(self.root, self._variables(x), (len(x),))
        if self.kind != "region":
            bad |= np.abs(self(x)[:, 0]) > MAX_VALUE
        if bad.any():
            raise self._no_value(x[bad.argmax()])

    def _variables(self, x: Array) -> dict[str, Array]:
        return {name: x[:, k] for k, name in enumerate(self.inputs)}

    def _no_value(self, point: Array) -> LabError:
        places = dict(zip(self.inputs, point.tolist(), strict=True))
        part = culprit(self.root, places)
        at = joined_by_and([f"{name} = {number(place)}" for name, place in places.items()])
        if part is None:
            return LabError(
                _(
                    "the formula goes beyond {most} near {at}; for inputs from -1 to 1 it "
                    "must stay within",
                    most=number(MAX_VALUE),
                    at=at,
                )
            )
        text = one_line(self.text[part.start : part.end])
        return refusal(
            part.start,
            _("{part} has no value at {at}; inputs go from -1 to 1", part=text, at=at),
        )


@functools.lru_cache(maxsize=32)
def formula_of(text: str) -> Formula:
    """Read a formula, and see that it has values all over [-1, 1].

    Args:
        text: `y = ...` or an expression of x: a curve. An expression of x and y, or x1 and
            x2: a surface. A comparison, or several joined by `and`, `or` and `not`: a region.

    Raises:
        LabError: one sentence with the place of what is wrong, and what would be right.
    """
    if len(text) > MAX_LENGTH:
        raise LabError(
            _(
                "the formula has {length} characters; at most {most} fit",
                length=len(text),
                most=MAX_LENGTH,
            )
        )
    if not text.strip():
        raise LabError(_("the formula is empty; write one such as y = sin(3x)"))
    formula = _read(text)
    x = grid(len(formula.inputs))
    formula.check_values(x)
    if formula.kind == "region":
        _check_both_classes(formula, x)
    else:
        _check_peaks(formula, x)
    return formula


def grid(inputs: int) -> Array:
    """Return a grid over [-1, 1] for one or two inputs. (n, inputs)"""
    if inputs == 1:
        return np.linspace(-1, 1, CURVE_POINTS)[:, None]
    side = np.linspace(-1, 1, SURFACE_SIDE)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


# ---- what is typed


def _read(text: str) -> Formula:
    parser = Parser(text)
    head = _head(parser)
    root = parser.whole()
    used = {part.name: part for part in reversed([*root.parts()]) if part.op == "variable"}
    output, declared = ("", None) if head is None else head
    if root.is_truth and head is not None:
        raise refusal(
            root.start, _("a region stands alone, without {name} =", name=one_line(output))
        )
    _check_names(used, output)
    inputs = _inputs(set(used), root.is_truth, declared)
    if outside := [part for name, part in used.items() if name not in inputs]:
        raise refusal(
            outside[0].start,
            _(
                "{name} is not among the inputs {inputs}",
                name=outside[0].name,
                inputs=joined_by_and(list(inputs)),
            ),
        )
    if root.is_truth:
        return Formula(text, "region", inputs, "class", root)
    kind = "curve" if len(inputs) == 1 else "surface"
    own = "z" if inputs == _PLANE else "y"
    return Formula(text, kind, inputs, output or own, root)


def _head(parser: Parser) -> tuple[str, tuple[str, ...] | None] | None:
    """Read `y =` or `f(x) =` where the formula begins so: the name, and the inputs if named."""
    tokens = parser.peek(7)
    if not tokens or tokens[0].kind != "name":
        return None
    kinds = [token.kind for token in tokens]
    name = tokens[0]
    for count in (1, 2):
        names = tokens[2 : 2 + 2 * count : 2]
        pattern = ["name", "(", *["name", ","] * (count - 1), "name", ")", "="]
        if kinds[: len(pattern)] == pattern:
            parser.skip(len(pattern))
            return _checked_output(name), _checked_inputs(names)
    if kinds[:2] == ["name", "="]:
        parser.skip(2)
        return _checked_output(name), None
    return None


def _checked_output(name: Token) -> str:
    taken = {*FUNCTIONS, *CONSTANTS, *VARIABLES} - {"y"}
    if name.text in taken:
        raise refusal(
            name.start, _("{name} cannot be what is computed; write y =", name=name.text)
        )
    return name.text


def _checked_inputs(names: list[Token]) -> tuple[str, ...]:
    found = tuple(name.text for name in names)
    if found not in (_ONE, _PLANE, _NUMBERED):
        raise refusal(names[0].start, _("inputs are x, or x and y, or x1 and x2"))
    return found


def _check_names(used: dict[str, Node], output: str) -> None:
    if output in used:
        raise refusal(
            used[output].start,
            _(
                "{name} stands on both sides; a surface is z = x + y, say, and a region a "
                "comparison such as x^2 + y^2 < 0.5",
                name=output,
            ),
        )
    for one, other in itertools.product(_PLANE, _NUMBERED):
        if one in used and other in used:
            later = max(used[one], used[other], key=lambda part: part.start)
            raise refusal(later.start, _("use x and y, or x1 and x2, but not both"))


def _inputs(
    used: set[str], is_truth: bool, declared: tuple[str, ...] | None
) -> tuple[str, ...]:
    if declared is not None:
        return declared
    if used & {*_NUMBERED}:
        return _NUMBERED
    return _PLANE if is_truth or "y" in used else _ONE


# ---- whether it has values


def _check_both_classes(formula: Formula, x: Array) -> None:
    inside = formula(x)[:, 0] > 0
    if inside.all():
        raise LabError(
            _("the formula holds everywhere for inputs from -1 to 1; two classes are needed")
        )
    if not inside.any():
        raise LabError(
            _("the formula holds nowhere for inputs from -1 to 1; two classes are needed")
        )


def _check_peaks(formula: Formula, x: Array) -> None:
    """Look closely at the highest places of the grid: a pole may lie between its points."""
    height = np.abs(formula(x)[:, 0])
    step = 2 / ((CURVE_POINTS if x.shape[1] == 1 else SURFACE_SIDE) - 1)
    for k in np.argsort(height)[-_PEAKS:]:
        center, half = x[k], step
        for _zoom in range(_ZOOMS):
            side = np.linspace(-half, half, _ZOOM_SIDE)
            offsets = np.stack(np.meshgrid(*[side] * x.shape[1]), axis=-1)
            near = np.clip(center + offsets.reshape(-1, x.shape[1]), -1, 1)
            formula.check_values(near)
            center = near[np.abs(formula(near)[:, 0]).argmax()]
            half /= _ZOOM
