"""What a formula computes, as an expression: the formula is called with symbols, not numbers.

`value(m, z, slope)` of an activation, and its like of losses and optimizers, are written
against a maths namespace. Called with `TRACE` and symbols they return an `Expression`, which
the compiled engine turns into machine code and `nets.printed` into the source of a program.
So a formula must not branch on its numbers: it says `m.where(condition, a, b)`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from layerlab.nets.maths import SCALAR

Number = int | float
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}
BINARY = tuple(_OPERATIONS)
COMPARISONS = ("greater", "greater_equal", "less", "less_equal")
REDUCTIONS = ("sum", "max")  # over the outputs of a point


@dataclass(frozen=True)
class Expression:
    """A number that is computed from others.

    Attributes:
        op: `constant`, `symbol`, `negate`, `helper`, one of `BINARY` or `COMPARISONS`, or the
            name of a function of the maths namespace.
        args: what it is computed from.
        value: of a constant its number; of a symbol or helper its name.
        body: of a helper, what it returns for the symbol `z`.
        doc: of a helper, what it says of itself.
    """

    op: str
    args: tuple[Expression, ...] = ()
    value: Number | str = 0.0
    body: Expression | None = None
    doc: str = ""

    def __bool__(self) -> bool:
        raise TypeError(
            "a formula cannot branch on its numbers: write m.where(condition, a, b)"
        )

    def __add__(self, other: Any) -> Expression:
        return _binary("add", self, other)

    def __radd__(self, other: Any) -> Expression:
        return _binary("add", other, self)

    def __sub__(self, other: Any) -> Expression:
        return _binary("subtract", self, other)

    def __rsub__(self, other: Any) -> Expression:
        return _binary("subtract", other, self)

    def __mul__(self, other: Any) -> Expression:
        return _binary("multiply", self, other)

    def __rmul__(self, other: Any) -> Expression:
        return _binary("multiply", other, self)

    def __truediv__(self, other: Any) -> Expression:
        return _binary("divide", self, other)

    def __rtruediv__(self, other: Any) -> Expression:
        return _binary("divide", other, self)

    def __pow__(self, other: Any) -> Expression:
        return _binary("power", self, other)

    def __rpow__(self, other: Any) -> Expression:
        return _binary("power", other, self)

    def __neg__(self) -> Expression:
        return Expression("negate", (self,))

    def __abs__(self) -> Expression:
        return Expression("abs", (self,))

    def __gt__(self, other: Any) -> Expression:
        return Expression("greater", (self, expression(other)))

    def __ge__(self, other: Any) -> Expression:
        return Expression("greater_equal", (self, expression(other)))

    def __lt__(self, other: Any) -> Expression:
        return Expression("less", (self, expression(other)))

    def __le__(self, other: Any) -> Expression:
        return Expression("less_equal", (self, expression(other)))

    @property
    def is_constant(self) -> bool:
        """Whether it is a number."""
        return self.op == "constant"

    def parts(self) -> Iterator[Expression]:
        """Yield the expression and all that it is computed from, helpers' bodies too."""
        yield self
        for part in self.args if self.body is None else (*self.args, self.body):
            yield from part.parts()

    def ops(self) -> set[str]:
        """Return the names of all that it computes."""
        return {part.op for part in self.parts()}

    def varies_by(self, name: str) -> bool:
        """Return whether it differs with a symbol, sums over outputs aside."""
        if self.op in REDUCTIONS:
            return False
        return (self.op == "symbol" and self.value == name) or any(
            arg.varies_by(name) for arg in self.args
        )

    def symbols(self) -> set[str]:
        """Return the names of the symbols that it depends on, those within helpers aside."""
        if self.op == "symbol":
            return {str(self.value)}
        return set().union(*(arg.symbols() for arg in self.args))


def expression(number: Any) -> Expression:
    """Return a number as an expression; an expression as it is."""
    if isinstance(number, Expression):
        return number
    if isinstance(number, (int, float)):
        return Expression("constant", value=number)
    raise TypeError(f"a formula meets {type(number).__name__}, which is no number")


def symbol(name: str) -> Expression:
    """Return what stands for a number that is not known yet."""
    return Expression("symbol", value=name)


def _binary(op: str, a: Any, b: Any) -> Expression:
    """Return an operation of two numbers, as simple as it can be said.

    `0 * z + 1` is how formulas write an array of ones: it is 1 here.
    """
    left, right = expression(a), expression(b)
    if left.is_constant and right.is_constant:
        return expression(_OPERATIONS[op](left.value, right.value))
    zeros = [side.is_constant and side.value == 0 for side in (left, right)]
    ones = [side.is_constant and side.value == 1 for side in (left, right)]
    # NumPy makes nan of inf or nan here, which a formula that writes zeros does not mean.
    if op == "multiply" and any(zeros):
        return expression(0)
    if (op == "add" and zeros[0]) or (op == "multiply" and ones[0]):
        return right
    # x + 0, x - 0, x * 1, x / 1, x ** 1
    if (op in ("add", "subtract") and zeros[1]) or (op not in ("add", "subtract") and ones[1]):
        return left
    return Expression(op, (left, right))


def _function(name: str) -> Callable[..., Expression]:
    def traced(*args: Any) -> Expression:
        return Expression(name, tuple(map(expression, args)))

    return traced


# Of functions of a point's outputs `SCALAR` knows none.
TRACE = SimpleNamespace(**{name: _function(name) for name in [*vars(SCALAR), *REDUCTIONS]})


def helper(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Give a part of formulas, `(m, z) -> same shape`, a name that programs print.

    The name is the function's, its docstring the helper's.
    """

    @functools.wraps(function)
    def called(m: Any, z: Any) -> Any:
        if m is not TRACE:
            return function(m, z)
        name, doc = function.__name__.lstrip("_"), function.__doc__ or ""
        return Expression("helper", (expression(z),), name, function(TRACE, symbol("z")), doc)

    return called
