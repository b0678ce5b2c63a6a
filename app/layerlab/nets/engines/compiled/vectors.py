"""Flat arrays as LLVM sees them, in vectors of the `target`; nothing here checks a bound."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as untyped_cgutils
from numba.np import arrayobj as untyped_arrayobj

from layerlab.nets.engines.compiled.jit import intrinsic
from layerlab.nets.engines.compiled.target import lanes

cgutils: Any = untyped_cgutils
populate_array: Any = untyped_arrayobj.populate_array


def index_of(builder: Any, *terms: Any) -> Any:
    """Return the sum of terms; a pair is multiplied."""
    total = None
    for term in terms:
        value = builder.mul(*term) if isinstance(term, tuple) else term
        total = value if total is None else builder.add(total, value)
    return total


class Memory:
    """A flat array as LLVM sees it."""

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
        self._builder = builder
        self.scalar = context.get_value_type(kind.dtype)
        self._bytes = kind.dtype.bitwidth // 8
        self.vector = ir.VectorType(self.scalar, lanes(self._bytes))
        self._data = context.make_array(kind)(context, builder, value).data

    def _at(self, index: Any) -> Any:
        return self._builder.gep(self._data, [index])

    def broadcast(self, index: Any) -> Any:
        """Return a vector whose lanes all hold one element."""
        number = self._builder.load(self._at(index))
        # LLVM's idiom for a broadcast; it becomes one instruction.
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = ir.Constant(ir.IntType(32), 0)
        one = self._builder.insert_element(undefined, number, first)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.vector.count), None)
        return self._builder.shuffle_vector(one, undefined, zeros)

    def load(self, index: Any, count: int = 0) -> Any:
        """Return the vector that begins at an index, aligned or not; of `count` numbers."""
        # The alignment has to be given: LLVM takes a vector to be aligned to its whole size,
        # and picks instructions that fault where it is not.
        kind = ir.VectorType(self.scalar, count) if count else self.vector
        at = self._builder.bitcast(self._at(index), kind.as_pointer())
        return self._builder.load(at, align=self._bytes)

    def store(self, index: Any, vector: Any) -> None:
        """Write a vector."""
        at = self._builder.bitcast(self._at(index), self.vector.as_pointer())
        self._builder.store(vector, at, align=self._bytes)


def multiply_add(builder: Any, vector: Any) -> Any:
    """Return LLVM's x * y + z, which is one instruction where the processor has it."""
    name = f"llvm.fmuladd.v{vector.count}f{32 if vector.element == ir.FloatType() else 64}"
    kind = ir.FunctionType(vector, [vector] * 3)
    return cgutils.get_or_insert_function(builder.module, kind, name)


@intrinsic
def view(typing: Any, a: Any, start: Any, count: Any) -> Any:
    """Return `count` elements of a flat array from `start` on, as an array.

    Unlike a slice it costs nothing: no bound is looked at, no owner is counted. And loops
    over it are vectorized, as an index that starts at 0 cannot be one from the end.
    """
    signature = a(a, types.intp, types.intp)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.return_type
        make = context.make_array(kind)
        # It owns no memory and counts no references: the
        # caller of the kernel keeps the array alive.
        part, size = make(context, builder), context.get_abi_sizeof
        itemsize = context.get_constant(types.intp, size(context.get_value_type(kind.dtype)))
        populate_array(
            part,
            data=builder.gep(make(context, builder, args[0]).data, [args[1]]),
            shape=[args[2]],
            strides=[itemsize],
            itemsize=itemsize,
            meminfo=None,
        )
        return part._getvalue()

    return signature, codegen


@intrinsic
def width_of(typing: Any, a: Any) -> Any:
    """Return how many of an array's numbers a vector holds, known when it is compiled."""
    signature = types.intp(a)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_constant(types.intp, lanes(signature.args[0].dtype.bitwidth // 8))

    return signature, codegen
