"""Machine code of formulas: what an `Expression` computes, written where a loop stands.

Constants, and all that no number of an array goes into, are float64 until they meet one of the
arrays' numbers, as in NumPy. Sums and products may become one instruction, as everywhere in
the kernels (see `jit`).
"""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from numba import types
from numba.core.typing import templates as untyped_templates

from layerlab.nets.engines.compiled.jit import jit
from layerlab.nets.engines.compiled.numbers import tanh
from layerlab.nets.expressions import COMPARISONS, REDUCTIONS, Expression, expression
from layerlab.nets.maths import SCALAR

signature: Any = untyped_templates.signature
_FLAGS = ("contract",)
_SIGNS = dict(zip(COMPARISONS, (">", ">=", "<", "<="), strict=True))
# The maths library's, called for each number by itself.
_LIBRARY: dict[str, Callable[[float], float]] = {
    "cos": math.cos,
    "erf": math.erf,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "sin": math.sin,
}
_MAX_POWER = 4  # written as products


@jit
def _tanh(x: Any) -> Any:
    return tanh(x)


class Value(NamedTuple):
    """A number of the machine.

    Attributes:
        code: of LLVM. kind: numba's type of it.
    """

    code: Any
    kind: Any


def prepare(typing: Any, kind: Any) -> None:
    """Compile the functions of ours that formulas call, for one type of number."""
    typing.resolve_value_type(_tanh).get_call_type(typing, (kind,), {})


def calls_library(formula: Expression) -> bool:
    """Return whether a formula calls the maths library for each number by itself."""
    return not {*_LIBRARY, "logaddexp", "power"}.isdisjoint(lowered(formula).ops())


class Writer:
    """Writes the numbers of formulas where a builder of LLVM stands.

    Args:
        context, builder, typing: of numba.
        kind: numba's type of the numbers that differ from element to element.
        symbols: what is known of each symbol.
    """

    def __init__(
        self, context: Any, builder: Any, typing: Any, kind: Any, symbols: Mapping[str, Value]
    ) -> None:
        self.context, self.builder, self.kind = context, builder, kind
        self._typing = typing
        self._known: ChainMap[Expression, Value] = ChainMap(
            {Expression("symbol", value=name): value for name, value in symbols.items()}
        )

    def within(self, symbols: Mapping[str, Value]) -> Writer:
        """Return a writer for a loop in here: it knows all that this one does, and more."""
        inner = Writer(self.context, self.builder, self._typing, self.kind, symbols)
        inner._known = ChainMap(*inner._known.maps, *self._known.maps)
        return inner

    def note(self, part: Expression, value: Value) -> None:
        """Take that a part of formulas was computed."""
        self._known[part] = value

    def invariants(self, formula: Expression, varying: set[str]) -> None:
        """Write all that depends on none of the `varying` symbols, before their loop."""
        if not formula.is_constant and varying.isdisjoint(formula.symbols()):
            self.value(formula)
            return
        for part in formula.args:
            self.invariants(part, varying)

    def number(self, formula: Expression) -> Any:
        """Write a formula and return its number in the type of the elements."""
        return self.cast(self.value(formula), self.kind).code

    def cast(self, value: Value, kind: Any) -> Value:
        """Return a number in another type."""
        if value.kind == kind:
            return value
        return Value(self.context.cast(self.builder, value.code, value.kind, kind), kind)

    def value(self, formula: Expression) -> Value:
        """Write a formula, but for its parts that are known, and return its number."""
        if formula not in self._known:
            self._known[formula] = self._written(formula)
        return self._known[formula]

    def _written(self, formula: Expression) -> Value:
        if formula.is_constant:
            kind = types.float64
            return Value(self.context.get_constant(kind, float(formula.value)), kind)
        if formula.op == "where":
            return self._where(*formula.args)
        if formula.op in _LIBRARY or formula.op == "tanh":
            return self._called(formula.op, formula.args[0])
        if formula.op == "power":
            return self._power(*formula.args)
        if formula.op == "divide" and formula.args[1].is_constant:
            # A division takes several times as long; the last digit may differ.
            share = 1 / float(formula.args[1].value)
            return self.value(Expression("multiply", (formula.args[0], expression(share))))
        *values, kind = self._alike(*formula.args)
        return Value(self._operation(formula.op, values, kind), kind)

    def _alike(self, *parts: Expression) -> list[Any]:
        """Return the numbers of some parts, and the type that all of them have."""
        values = [self.value(part) for part in parts]
        # A constant takes the type of what it meets.
        varying = {
            v.kind for v, part in zip(values, parts, strict=True) if not part.is_constant
        }
        kind = self.kind if self.kind in varying else types.float64
        return [self.cast(value, kind).code for value in values] + [kind]

    def _operation(self, op: str, values: list[Any], kind: Any) -> Any:
        builder = self.builder
        if op in _SIGNS:
            return builder.fcmp_ordered(_SIGNS[op], *values)
        if op == "negate":
            return builder.fneg(*values, flags=_FLAGS)
        plain = {"add": builder.fadd, "subtract": builder.fsub, "multiply": builder.fmul}
        if op in plain or op == "divide":
            return plain.get(op, builder.fdiv)(*values, flags=_FLAGS)
        if op in ("abs", "sqrt"):
            name = "llvm." + {"abs": "fabs", "sqrt": "sqrt"}[op]
            llvm_kind = values[0].type
            function = builder.module.declare_intrinsic(name, [llvm_kind])
            return builder.call(function, values)
        raise NotImplementedError(f"the compiled engine has no {op}")

    def _called(self, name: str, of: Expression) -> Value:
        if of.op == "where" and of.args[1].is_constant:
            # f(where(c, 0, z)) is where(c, f(0), f(z)): f is not called where it is known.
            condition, constant, other = of.args
            known = expression(_SCALAR[name](float(constant.value)))
            return self._where(condition, known, Expression(name, (other,)))
        value = self.value(of)
        function: Any = _LIBRARY.get(name, math.tanh)
        if name == "tanh" and value.kind == types.float32:
            function = self._typing.resolve_value_type(_tanh)
        call = self.context.get_function(function, signature(value.kind, value.kind))
        self.context.add_linking_libs(getattr(call, "libs", ()))
        return Value(call(self.builder, [value.code]), value.kind)

    def _power(self, base: Expression, exponent: Expression) -> Value:
        if exponent.is_constant and exponent.value in range(2, _MAX_POWER + 1):
            product = base
            for _ in range(int(exponent.value) - 1):
                product = Expression("multiply", (product, base))
            return self.value(product)
        *values, kind = self._alike(base, exponent)
        call = self.context.get_function(math.pow, signature(kind, kind, kind))
        return Value(call(self.builder, values), kind)

    def _where(self, condition: Expression, a: Expression, b: Expression) -> Value:
        is_so = self.value(condition).code
        if not any(calls_library(side) and side not in self._known for side in (a, b)):
            left, right, kind = self._alike(a, b)
            return Value(self.builder.select(is_so, left, right), kind)
        # What calls the maths library is computed only where it is wanted.
        found, ends = [], []
        with self.builder.if_else(is_so) as branches:
            for branch, side in zip(branches, (a, b), strict=True):
                with branch:
                    # In a writer of its own: LLVM refuses the
                    # code after both branches what one computes.
                    found.append(self.within({}).number(side))
                    ends.append(self.builder.block)
        phi = self.builder.phi(found[0].type)
        for value, end in zip(found, ends, strict=True):
            phi.add_incoming(value, end)
        return Value(phi, self.kind)


_SCALAR: dict[str, Callable[[float], float]] = vars(SCALAR) | {"log1p": math.log1p}


def lowered(formula: Expression) -> Expression:
    """Return a formula in the operations that a `Writer` has; it has no helpers any more."""
    args = tuple(map(lowered, formula.args))
    match formula.op:
        case "helper":
            assert formula.body is not None
            return _in_body(lowered(formula.body), args[0])
        case "relu":  # NaN stays NaN: `max` alone would hide it
            return Expression("where", (args[0] <= 0, expression(0), args[0]))
        case "step":
            return Expression("where", (args[0] > 0, expression(1), expression(0)))
        case "logaddexp":
            # max(a, b) + log(1 + e^-|a - b|), whose exponential cannot overflow.
            larger = Expression("where", (args[0] > args[1], *args))
            apart = Expression("abs", (args[0] - args[1],))
            return larger + Expression("log1p", (Expression("exp", (-apart,)),))
    return Expression(formula.op, args, formula.value)


def _in_body(body: Expression, z: Expression) -> Expression:
    if body.op == "symbol":
        return z
    return Expression(body.op, tuple(_in_body(arg, z) for arg in body.args), body.value)


def reductions(formula: Expression) -> list[Expression]:
    """Return the sums and maxima over outputs in a formula, each after those within it."""
    found: list[Expression] = []
    for part in formula.args:
        found += [one for one in reductions(part) if one not in found]
    if formula.op in REDUCTIONS and formula not in found:
        found.append(formula)
    return found
