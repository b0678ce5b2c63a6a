"""Values and derivatives of a layer's activations, in one pass over its pre-activations.

The formulas are those of `nets.activations`: each is traced, and its value and derivative
become one loop, which computes what both need once. `CODES` says which ones there are: all
that were registered when this module was imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as untyped_cgutils

from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.compiled.formulas import (
    Value,
    Writer,
    calls_library,
    lowered,
    prepare,
)
from layerlab.nets.engines.compiled.jit import apart, intrinsic, jit
from layerlab.nets.expressions import Expression

cgutils: Any = untyped_cgutils

# key -> value and derivative, in operations of the machine.
FORMULAS: dict[str, tuple[Expression, Expression]] = {
    entry.key: (lowered(entry.formula), lowered(entry.derivative_formula))
    for entry in ACTIVATIONS
}
CODES = {key: code for code, key in enumerate(FORMULAS)}


def _loops(keys: Iterable[str]) -> Callable[..., None]:
    """Return what runs the loop of one of some activations."""

    @intrinsic
    def run(typing: Any, code: Any, z: Any, h: Any, d: Any, slope: Any) -> Any:
        prepare(typing, z.dtype)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            code, *arrays, slope = args
            kinds = signature.args[1:4]
            z, h, d = (
                context.make_array(kind)(context, builder, array)
                for kind, array in zip(kinds, arrays, strict=True)
            )
            size = builder.extract_value(z.shape, 0)
            writer = Writer(
                context,
                builder,
                typing,
                kinds[0].dtype,
                {"slope": Value(slope, signature.args[4])},
            )
            # The switch stands around the loops: each has one formula, and is vectorized.
            end = builder.append_basic_block("activated")
            switch = builder.switch(code, end)
            for key in keys:
                block = builder.append_basic_block(key)
                switch.add_case(ir.Constant(code.type, CODES[key]), block)
                builder.position_at_end(block)
                # One pass for both, as they share parts: tanh(z), and 1 - tanh(z)^2 of it.
                with cgutils.for_range(builder, size) as loop:
                    v = builder.load(builder.gep(z.data, [loop.index]))
                    inner = writer.within({"z": Value(v, kinds[0].dtype)})
                    for array, formula in zip((h, d), FORMULAS[key], strict=True):
                        builder.store(
                            inner.number(formula), builder.gep(array.data, [loop.index])
                        )
                builder.branch(end)
            builder.position_at_end(end)
            return context.get_dummy_value()

        return types.void(code, z, h, d, slope), codegen

    return run


_SLOW = [key for key, formulas in FORMULAS.items() if any(map(calls_library, formulas))]
_slow_loops = _loops(_SLOW)
_quick_loops = _loops([key for key in FORMULAS if key not in _SLOW])
_IS_SLOW = sum(1 << CODES[key] for key in _SLOW)  # a bit for each


@jit
def activate(code: int, z: Any, h: Any, d: Any, slope: float) -> None:
    """Write h = act(z) and d = act'(z).

    Args:
        code: see `CODES`.
        z, h, d: flat arrays of one size and dtype, apart from each other: where they
            overlap, LLVM falls back to one number at a time.
        slope: of leaky ReLU, in that dtype.
    """
    if _IS_SLOW >> code & 1:
        _activate_slowly(code, z, h, d, slope)
    else:
        _quick_loops(code, z, h, d, slope)


@apart
def _activate_slowly(code: int, z: Any, h: Any, d: Any, slope: float) -> None:
    """Do the same for those that call the maths library for each number."""
    _slow_loops(code, z, h, d, slope)
