"""The tree of a formula: what it is computed from, and its values over arrays."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray
CONSTANTS = {"pi": np.pi, "e": np.e}
VARIABLES = ("x", "y", "x1", "x2")
COMPARISONS: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC: dict[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
}


class Function(NamedTuple):
    """A function that formulas may use: of arrays of one shape, and how many it takes."""

    value: Callable[..., Array]
    least: int = 1
    most: int = 1


def _sigmoid(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(z / 2))  # no exponential that overflows


def _step(z: Array) -> Array:
    return np.heaviside(z, 1.0)


def _smallest(*z: Array) -> Array:
    return functools.reduce(np.minimum, z)


def _largest(*z: Array) -> Array:
    return functools.reduce(np.maximum, z)


MAX_ARGUMENTS = 20
FUNCTIONS = {
    "sin": Function(np.sin),
    "cos": Function(np.cos),
    "tan": Function(np.tan),
    "asin": Function(np.arcsin),
    "acos": Function(np.arccos),
    "atan": Function(np.arctan),
    "sinh": Function(np.sinh),
    "cosh": Function(np.cosh),
    "tanh": Function(np.tanh),
    "exp": Function(np.exp),
    "log": Function(np.log),
    "ln": Function(np.log),
    "log2": Function(np.log2),
    "log10": Function(np.log10),
    "sqrt": Function(np.sqrt),
    "abs": Function(np.abs),
    "sign": Function(np.sign),
    "floor": Function(np.floor),
    "ceil": Function(np.ceil),
    "round": Function(np.round),
    "relu": Function(lambda z: np.maximum(z, 0)),
    "sigmoid": Function(_sigmoid),
    "step": Function(_step),
    "heaviside": Function(_step),
    "mod": Function(np.mod, 2, 2),
    "min": Function(_smallest, 2, MAX_ARGUMENTS),
    "max": Function(_largest, 2, MAX_ARGUMENTS),
}


@dataclass(frozen=True)
class Node:
    """A number or a truth of each point, computed from others.

    Attributes:
        op: `number`, `variable`, `negate`, `and`, `or`, `not`, a sign of arithmetic or of a
            comparison, or a function's name.
        args: what it is computed from.
        start, end: which characters of the formula it is, the end not included.
        number: of a `number`. name: of a `variable`.
    """

    op: str
    args: tuple[Node, ...] = ()
    start: int = 0
    end: int = 0
    number: float = 0.0
    name: str = ""

    @property
    def is_truth(self) -> bool:
        """Whether it holds or not, instead of being a number."""
        return self.op in COMPARISONS or self.op in ("and", "or", "not")

    def parts(self) -> Iterator[Node]:
        """Yield the node and all that it is computed from."""
        yield self
        for arg in self.args:
            yield from arg.parts()


def value_of(node: Node, variables: Mapping[str, Array]) -> Array:
    """Return a node's value at points: float64, or bool of a truth.

    Args:
        variables: name -> (n,) float64.

    Returns:
        (n,) or a single value where it is the same everywhere. What has no value is nan.
    """
    with np.errstate(all="ignore"):  # who asks looks for nan and inf
        return _value(node, variables)


def _value(node: Node, variables: Mapping[str, Array]) -> Array:
    if node.op == "number":
        return np.asarray(node.number)
    if node.op == "variable":
        return variables[node.name]
    return _apply(node, [_value(arg, variables) for arg in node.args])


def _apply(node: Node, args: list[Any]) -> Array:
    if node.op == "negate":
        return np.negative(args[0])
    if node.op == "not":
        return np.logical_not(args[0])
    if node.op in ("and", "or"):
        return (np.logical_and if node.op == "and" else np.logical_or)(*args)
    binary = _ARITHMETIC.get(node.op) or COMPARISONS.get(node.op)
    if binary is not None:
        return binary(*args)
    return FUNCTIONS[node.op].value(*args)


def culprit(node: Node, point: Mapping[str, float]) -> Node | None:
    """Return the innermost part that has no value at a point; None if all have one.

    A number that is not finite may be used on, as in 1/(1 + exp(1000x)); it is the culprit
    only where the whole is not finite because of it, or a comparison has nan to compare.

    Args:
        point: name -> place.
    """
    variables = {name: np.array([place]) for name, place in point.items()}
    value = value_of(node, variables)
    if node.is_truth:
        for arg in node.args:
            found = culprit(arg, point)
            if found is not None and (arg.is_truth or np.isnan(value_of(arg, variables)).any()):
                return found
        return None
    if np.isfinite(value).all():
        return None
    for arg in node.args:
        if not np.isfinite(value_of(arg, variables)).all():
            return culprit(arg, point)
    return node


def has_value(node: Node, variables: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Return at which points a node has a value: a finite number, or a truth of numbers.

    Args:
        variables: name -> (n,). shape: (n,).

    Returns:
        (n,) bool.
    """
    if not node.is_truth:
        return np.broadcast_to(np.isfinite(value_of(node, variables)), shape)
    found = np.ones(shape, bool)
    for arg in node.args:
        if arg.is_truth:
            found = found & has_value(arg, variables, shape)
        else:  # infinity can be compared
            found = found & ~np.isnan(value_of(arg, variables))
    return found
