"""Losses and optimizers of the kernels, as loops over flat arrays.

The formulas are those of `nets.losses` and `nets.optimizers`: each is traced, and becomes
loops of its own. `LOSSES` and `OPTIMIZERS` say which ones there are: all that were registered
when this module was imported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as untyped_cgutils

from layerlab.nets.engines.compiled.formulas import Value, Writer, lowered, prepare, reductions
from layerlab.nets.engines.compiled.jit import intrinsic, jit
from layerlab.nets.expressions import Expression, expression
from layerlab.nets.losses import LOSSES as _LOSSES
from layerlab.nets.optimizers import OPTIMIZERS as _OPTIMIZERS
from layerlab.nets.optimizers import Optimizer

cgutils: Any = untyped_cgutils
# The moments of a dead unit shrink for ever, and numbers too small to be normal (in float32
# below 1.2e-38) take longer, on some processors many times. No step feels their loss.
MIN_MOMENT = 1e-37


def _kept(moment: Expression) -> Expression:
    """Return what is kept of a moment."""
    return Expression("where", (abs(moment) < MIN_MOMENT, expression(0), moment))


def _stepped(optimizer: Optimizer) -> tuple[Expression, ...]:
    p, *moments = map(lowered, optimizer.traced())
    return p, *map(_kept, moments)


# key -> what a step makes of a parameter and of each moment.
STEPS = {entry.key: _stepped(entry) for entry in _OPTIMIZERS}
OPTIMIZERS = {key: code for code, key in enumerate(STEPS)}
_IS_DECOUPLED = sum(1 << OPTIMIZERS[entry.key] for entry in _OPTIMIZERS if entry.decoupled)
# key -> loss and its derivative, of each output, or of each point where it sums its outputs.
LOSS_FORMULAS = {
    entry.key: (lowered(entry.traced()), lowered(entry.traced_derivative()))
    for entry in _LOSSES
}
LOSSES = {key: code for code, key in enumerate(LOSS_FORMULAS)}
_IS_BY_OUTPUT = {entry.key: entry.is_by_output for entry in _LOSSES}


class _Array:
    """A flat array, or a part of it, in the machine's memory."""

    def __init__(self, builder: Any, data: Any, kind: Any) -> None:
        self._builder, self._data, self._kind = builder, data, kind

    @classmethod
    def of(cls, context: Any, builder: Any, kind: Any, array: Any) -> _Array:
        """Return an array of numba's."""
        return cls(builder, context.make_array(kind)(context, builder, array).data, kind.dtype)

    def after(self, *terms: Any) -> _Array:
        """Return what begins at an index; a pair of it is multiplied."""
        data = self._data
        for term in terms:
            index = self._builder.mul(*term) if isinstance(term, tuple) else term
            data = self._builder.gep(data, [index])
        return _Array(self._builder, data, self._kind)

    def load(self, index: Any) -> Value:
        """Return a number."""
        return Value(self._builder.load(self._builder.gep(self._data, [index])), self._kind)

    def store(self, index: Any, number: Any) -> None:
        """Write a number."""
        self._builder.store(number, self._builder.gep(self._data, [index]))


def _cases(
    builder: Any, code: Any, codes: dict[str, int], write: Callable[[str], None]
) -> None:
    """Write a case for each key, of which `code` chooses one."""
    end = builder.append_basic_block("chosen")
    switch = builder.switch(code, end)
    for key, number in codes.items():
        block = builder.append_basic_block(key)
        switch.add_case(ir.Constant(code.type, number), block)
        builder.position_at_end(block)
        write(key)
        builder.branch(end)
    builder.position_at_end(end)


# ---- losses


@jit
def loss_gradient(
    code: int, out: Any, o_row: int, target: Any, t_row: int, d: Any, outputs: int, count: int
) -> None:
    """Write dL/d out, unit by unit, for `count` points.

    Args:
        code: see `LOSSES`.
        out, o_row: output o of point b is out[o * o_row + b].
        target, t_row: likewise. d: likewise, written; its rows are o_row apart.
    """
    _gradients(code, out, o_row, target, t_row, d, outputs, count)


@jit
def loss_value(
    code: int, out: Any, o_row: int, target: Any, t_row: int, outputs: int, count: int
) -> float:
    """Return the mean loss of `count` points, summed in float64; see `loss_gradient`."""
    return _values(code, out, o_row, target, t_row, outputs, count)


class _Points:
    """The loops over points and outputs of a loss.

    Args:
        writer: for what is the same everywhere.
        arrays: `out` and `target`, each with how far apart its rows are.
        outputs, count: how many of each there are.
    """

    def __init__(
        self, writer: Writer, arrays: dict[str, tuple[_Array, Any]], outputs: Any, count: Any
    ) -> None:
        self._writer, self._builder = writer, writer.builder
        self._arrays, self._outputs, self._count = arrays, outputs, count

    def each_output(self, use: Callable[[Any, Any, Writer], None]) -> None:
        """Write a loop over outputs, and in it one over points: use(output, point, writer)."""
        # Points of an output are neighbours in memory, so theirs is the inner loop.
        with cgutils.for_range(self._builder, self._outputs) as outer:
            rows = {
                name: array.after((outer.index, row))
                for name, (array, row) in self._arrays.items()
            }
            with cgutils.for_range(self._builder, self._count) as loop:
                known = {
                    name: self._writer.cast(row.load(loop.index), self._writer.kind)
                    for name, row in rows.items()
                }
                use(outer.index, loop.index, self._writer.within(known))

    def each_point(self, formula: Expression, use: Callable[[Any, Writer], None]) -> None:
        """Write a loop over points, each with the sums in a formula: use(point, writer)."""
        with cgutils.for_range(self._builder, self._count) as loop:
            writer = self._writer.within({})
            for part in reductions(formula):
                writer.note(part, self._reduced(part, loop.index, writer))
            use(loop.index, writer)

    def _reduced(self, part: Expression, point: Any, writer: Writer) -> Value:
        builder, kind = self._builder, writer.kind
        llvm_kind = writer.context.get_value_type(kind)
        # Here points are the outer loop: a softmax needs the
        # maximum and the sum over all outputs of a point first.
        start = ir.Constant(llvm_kind, -math.inf if part.op == "max" else 0.0)
        total = cgutils.alloca_once(builder, llvm_kind)
        builder.store(start, total)

        def take(output: Any, inner: Writer) -> None:
            number, before = inner.number(part.args[0]), builder.load(total)
            if part.op == "max":
                larger = builder.fcmp_ordered(">", number, before)
                builder.store(builder.select(larger, number, before), total)
            else:
                builder.store(builder.fadd(before, number), total)

        self.outputs_of(point, writer, take)
        return Value(builder.load(total), kind)

    def outputs_of(
        self, point: Any, writer: Writer, use: Callable[[Any, Writer], None]
    ) -> None:
        """Write a loop over the outputs of one point: use(output, writer)."""
        with cgutils.for_range(self._builder, self._outputs) as loop:
            known = {
                name: array.after((loop.index, row)).load(point)
                for name, (array, row) in self._arrays.items()
            }
            use(loop.index, writer.within(known))


@intrinsic
def _gradients(
    typing: Any,
    code: Any,
    out: Any,
    o_row: Any,
    target: Any,
    t_row: Any,
    d: Any,
    outputs: Any,
    count: Any,
) -> Any:
    """Run the loops of one of the losses for its gradient."""
    prepare(typing, out.dtype)
    i64 = types.intp
    signature = types.void(i64, out, i64, target, i64, d, i64, i64)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        code, out, o_row, target, t_row, d, outputs, count = args
        kinds, kind = signature.args, signature.args[1].dtype
        arrays = {
            "out": (_Array.of(context, builder, kinds[1], out), o_row),
            "target": (_Array.of(context, builder, kinds[3], target), t_row),
        }
        to = _Array.of(context, builder, kinds[5], d)
        llvm_kind = context.get_value_type(kind)

        def write(key: str) -> None:
            formula = LOSS_FORMULAS[key][1]
            # The loss is a mean over terms, so each term has a share of the gradient.
            terms = builder.mul(count, outputs) if _IS_BY_OUTPUT[key] else count
            one = ir.Constant(llvm_kind, 1.0)
            share = builder.fdiv(one, builder.sitofp(terms, llvm_kind))
            points = _Points(Writer(context, builder, typing, kind, {}), arrays, outputs, count)

            def store(output: Any, point: Any, writer: Writer) -> None:
                value = builder.fmul(writer.number(formula), share)
                to.after((output, o_row)).store(point, value)

            if reductions(formula):
                points.each_point(
                    formula,
                    lambda point, writer: points.outputs_of(
                        point, writer, lambda output, inner: store(output, point, inner)
                    ),
                )
            else:
                points.each_output(store)

        _cases(builder, code, LOSSES, write)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def _values(
    typing: Any,
    code: Any,
    out: Any,
    o_row: Any,
    target: Any,
    t_row: Any,
    outputs: Any,
    count: Any,
) -> Any:
    """Run the loops of one of the losses for its value."""
    prepare(typing, out.dtype)
    prepare(typing, types.float64)
    i64 = types.intp
    signature = types.float64(i64, out, i64, target, i64, i64, i64)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        code, out, o_row, target, t_row, outputs, count = args
        kinds = signature.args
        arrays = {
            "out": (_Array.of(context, builder, kinds[1], out), o_row),
            "target": (_Array.of(context, builder, kinds[3], target), t_row),
        }
        double = ir.DoubleType()
        total = cgutils.alloca_once_value(builder, ir.Constant(double, 0.0))

        def write(key: str) -> None:
            formula, is_by_output = LOSS_FORMULAS[key][0], _IS_BY_OUTPUT[key]
            # Differences of outputs and targets lose nothing in float64; where outputs are
            # summed, each calls the maths library, which takes longer in float64.
            kind = kinds[1].dtype if reductions(formula) else types.float64
            points = _Points(Writer(context, builder, typing, kind, {}), arrays, outputs, count)

            def take(writer: Writer) -> None:
                found = writer.cast(writer.value(formula), types.float64)
                builder.store(builder.fadd(builder.load(total), found.code), total)

            if not reductions(formula):
                points.each_output(lambda output, point, writer: take(writer))
            elif is_by_output:
                points.each_point(
                    formula,
                    lambda point, writer: points.outputs_of(
                        point, writer, lambda output, inner: take(inner)
                    ),
                )
            else:
                points.each_point(formula, lambda point, writer: take(writer))
            terms = builder.mul(count, outputs) if is_by_output else count
            mean = builder.fdiv(builder.load(total), builder.sitofp(terms, double))
            builder.store(mean, total)

        builder.store(ir.Constant(double, 0.0), total)
        _cases(builder, code, LOSSES, write)
        return builder.load(total)

    return signature, codegen


# ---- optimizers


@jit
def step(
    code: int,
    p: Any,
    g: Any,
    moments: Any,
    slot_size: int,
    t: int,
    rate: float,
    l1: float,
    l2: float,
) -> None:
    """Change parameters by their gradient, with penalties.

    Args:
        code: see `OPTIMIZERS`.
        p, g: flat arrays of one size and dtype.
        moments: the first moment of each parameter; the next ones lie `slot_size` further on.
            Looked at only where the optimizer has them.
        t: number of the step, 1 for the first.
        rate, l1, l2: in that dtype; L2 shrinks the weights directly in AdamW.
    """
    real = p.dtype.type
    zero, one = real(0.0), real(1.0)
    # As in `numpy_`: `add_penalties`, and the decoupled decay of `Trainer.step`.
    if l1 != zero:
        for i in range(len(p)):
            w = p[i]
            g[i] += l1 if w > zero else (-l1 if w < zero else zero)
    if l2 != zero:
        if _IS_DECOUPLED >> code & 1:
            keep = one - rate * l2
            for i in range(len(p)):
                p[i] *= keep
        else:
            for i in range(len(p)):
                g[i] += l2 * p[i]
    _steps(code, p, g, moments, slot_size, t, rate)


@intrinsic
def _steps(
    typing: Any, code: Any, p: Any, g: Any, moments: Any, slot_size: Any, t: Any, rate: Any
) -> Any:
    """Run the loop of one of the optimizers over all parameters."""
    prepare(typing, p.dtype)
    i64 = types.intp
    signature = types.void(i64, p, g, moments, i64, i64, rate)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        code, p, g, moments, slot_size, t, rate = args
        kinds, kind = signature.args, signature.args[1].dtype
        size = builder.extract_value(context.make_array(kinds[1])(context, builder, p).shape, 0)
        p, g, first = (
            _Array.of(context, builder, kinds[place], array)
            for place, array in ((1, p), (2, g), (3, moments))
        )
        double = types.float64

        def write(key: str) -> None:
            formulas = STEPS[key]
            arrays = {"p": p} | {
                f"moment{slot}": first.after((ir.Constant(slot_size.type, slot), slot_size))
                for slot in range(len(formulas) - 1)
            }
            known = {
                "rate": Value(context.cast(builder, rate, kinds[6], double), double),
                "t": Value(context.cast(builder, t, i64, double), double),
            }
            writer = Writer(context, builder, typing, kind, known)
            # What is the same for all parameters, such as
            # Adam's 1 - beta^t, is computed before the loop.
            for formula in formulas:
                writer.invariants(formula, {*arrays, "g"})
            with cgutils.for_range(builder, size) as loop:
                at_hand = {name: one.load(loop.index) for name, one in arrays.items()}
                inner = writer.within(at_hand | {"g": g.load(loop.index)})
                # Nothing is stored before all is computed: formulas are of the old values.
                found = [inner.number(formula) for formula in formulas]
                for array, number in zip(arrays.values(), found, strict=True):
                    array.store(loop.index, number)

        _cases(builder, code, OPTIMIZERS, write)
        return context.get_dummy_value()

    return signature, codegen
