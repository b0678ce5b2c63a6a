"""Products of small matrices and a transposition, in the machine's own vectors.

LLVM vectorizes plain loops well enough for sums over arrays, but for products of 8 x 8 it
spends more time around a loop than in it. So these two are written in LLVM's own language:
accumulators that stay in registers, loads that never check a length. Numba compiles them
into the kernel like any other code, for the vectors of the `target`.

All arrays are flat, and parts of them are `view`s; nothing here checks a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as untyped_cgutils
from numba.np import arrayobj as untyped_arrayobj

from app.nets.engines.compiled.jit import intrinsic, jit
from app.nets.engines.compiled.target import lanes

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
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = ir.Constant(ir.IntType(32), 0)
        one = self._builder.insert_element(undefined, number, first)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.vector.count), None)
        return self._builder.shuffle_vector(one, undefined, zeros)

    def load(self, index: Any, count: int = 0) -> Any:
        """Return the vector that begins at an index, aligned or not; of `count` numbers."""
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


def _make_tile(rows: int, vectors: int) -> Callable[..., None]:
    """Return a product whose rows * vectors accumulators stay in registers."""

    @intrinsic
    def tile(typing: Any, a: Any, a0: Any, a_row: Any, a_step: Any, b: Any, b0: Any,
             b_step: Any, c: Any, c0: Any, c_row: Any, depth: Any) -> Any:  # fmt: skip
        """C[r, :] = sum over k of A[r, k] * B[k, :], for `depth` >= 1 values of k."""
        i64 = types.intp
        signature = types.void(a, i64, i64, i64, b, i64, i64, c, i64, i64, i64)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            a, a0, a_row, a_step, b, b0, b_step, c, c0, c_row, depth = args
            kinds = signature.args
            memory_a = Memory(context, builder, kinds[0], a)
            memory_b = Memory(context, builder, kinds[4], b)
            memory_c = Memory(context, builder, kinds[7], c)
            vector, word = memory_b.vector, depth.type

            def number(value: int) -> Any:
                return ir.Constant(word, value)

            rows_a = [index_of(builder, a0, (a_row, number(r))) for r in range(rows)]
            before, loop = builder.block, builder.append_basic_block("product")
            after = builder.append_basic_block("product.end")
            builder.branch(loop)
            builder.position_at_end(loop)
            k = builder.phi(word)
            k.add_incoming(number(0), before)
            totals = [builder.phi(vector) for _ in range(rows * vectors)]
            row_b = index_of(builder, b0, (b_step, k))
            loaded = [
                memory_b.load(index_of(builder, row_b, number(v * vector.count)))
                for v in range(vectors)
            ]
            fma, sums = multiply_add(builder, vector), []
            for r in range(rows):
                factor = memory_a.broadcast(index_of(builder, rows_a[r], (a_step, k)))
                for v in range(vectors):
                    sums.append(builder.call(fma, [factor, loaded[v], totals[r * vectors + v]]))
            for total, added in zip(totals, sums, strict=True):
                total.add_incoming(ir.Constant(vector, None), before)
                total.add_incoming(added, loop)
            k_next = builder.add(k, number(1))
            k.add_incoming(k_next, loop)
            builder.cbranch(builder.icmp_signed("<", k_next, depth), loop, after)
            builder.position_at_end(after)
            for r in range(rows):
                row_c = index_of(builder, c0, (c_row, number(r)))
                for v in range(vectors):
                    at = index_of(builder, row_c, number(v * vector.count))
                    memory_c.store(at, sums[r * vectors + v])
            return context.get_dummy_value()

        return signature, codegen

    return tile


@intrinsic
def transpose_block(typing: Any, a: Any, a0: Any, a_row: Any, c: Any, c0: Any,
                    c_row: Any) -> Any:  # fmt: skip
    """C[j, i] = A[i, j] for a square block of one vector's width."""
    i64 = types.intp
    signature = types.void(a, i64, i64, c, i64, i64)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        a, a0, a_row, c, c0, c_row = args
        source = Memory(context, builder, signature.args[0], a)
        target = Memory(context, builder, signature.args[3], c)
        width, word = source.vector.count, a0.type
        rows = [
            source.load(index_of(builder, a0, (a_row, ir.Constant(word, i))))
            for i in range(width)
        ]
        # Interleaving row i with row i + width/2 rotates one bit of the index (row, lane);
        # after log2(width) rounds rows and lanes have changed places.
        places = ir.VectorType(ir.IntType(32), width)
        half = width // 2
        low = ir.Constant(places, [i // 2 + (i % 2) * width for i in range(width)])
        high = ir.Constant(places, [half + i // 2 + (i % 2) * width for i in range(width)])
        for _ in range(width.bit_length() - 1):
            pairs = [(rows[i], rows[i + half]) for i in range(half)]
            rows = [
                builder.shuffle_vector(*pair, mask) for pair in pairs for mask in (low, high)
            ]
        for j, row in enumerate(rows):
            target.store(index_of(builder, c0, (c_row, ir.Constant(word, j))), row)
        return context.get_dummy_value()

    return signature, codegen


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
        part, size = make(context, builder), context.get_abi_sizeof
        itemsize = context.get_constant(types.intp, size(context.get_value_type(kind.dtype)))
        populate_array(
            part, data=builder.gep(make(context, builder, args[0]).data, [args[1]]),
            shape=[args[2]], strides=[itemsize], itemsize=itemsize, meminfo=None,
        )  # fmt: skip
        return part._getvalue()

    return signature, codegen


@intrinsic
def width_of(typing: Any, a: Any) -> Any:
    """Return how many of an array's numbers a vector holds, known when it is compiled."""
    signature = types.intp(a)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_constant(types.intp, lanes(signature.args[0].dtype.bitwidth // 8))

    return signature, codegen


_tile_8_1, _tile_4_1, _tile_2_1, _tile_1_1 = (_make_tile(r, 1) for r in (8, 4, 2, 1))
_tile_8_2, _tile_4_2, _tile_2_2, _tile_1_2 = (_make_tile(r, 2) for r in (8, 4, 2, 1))
_tile_4_4, _tile_2_4, _tile_1_4 = (_make_tile(r, 4) for r in (4, 2, 1))


@jit
def product(a: Any, a_row: int, a_step: int, b: Any, b_step: int, c: Any, c_row: int,
            rows: int, columns: int, depth: int) -> None:  # fmt: skip
    """C = A B, for flat arrays of one dtype.

    C is written in whole vectors: up to a vector less one element past the last column.
    Where rows of C lie side by side, the next row overwrites that, because the panels of
    columns are walked from the right and the rows from the top; after the last row there
    must be room. B must be readable that far as well.

    Args:
        a, a_row, a_step: A[r, k] is a[r * a_row + k * a_step].
        b, b_step: B[k, j] is b[k * b_step + j].
        c, c_row: C[r, j] is c[r * c_row + j].
        rows, columns: shape of C. depth: terms of each sum, at least 1.
    """
    width = width_of(b)
    left = -(-columns // width)  # vectors of a row that are still to do
    while left > 0:
        taken = 4 if left >= 4 else (2 if left >= 2 else 1)
        left -= taken
        bv, r = left * width, 0
        while r < rows:
            ar, cr, more = r * a_row, r * c_row + left * width, rows - r
            if taken == 4:
                if more >= 4:
                    _tile_4_4(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 4
                elif more >= 2:
                    _tile_2_4(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 2
                else:
                    _tile_1_4(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 1
            elif taken == 2:
                if more >= 8:
                    _tile_8_2(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 8
                elif more >= 4:
                    _tile_4_2(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 4
                elif more >= 2:
                    _tile_2_2(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 2
                else:
                    _tile_1_2(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 1
            else:
                if more >= 8:
                    _tile_8_1(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 8
                elif more >= 4:
                    _tile_4_1(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 4
                elif more >= 2:
                    _tile_2_1(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 2
                else:
                    _tile_1_1(a, ar, a_row, a_step, b, bv, b_step, c, cr, c_row, depth)
                    r += 1


@jit
def transpose(a: Any, a_row: int, c: Any, c_row: int, rows: int, columns: int) -> None:
    """C[j, i] = A[i, j]; reads and writes whole square blocks, so there must be room."""
    width = width_of(a)
    for i in range(0, rows, width):
        for j in range(0, columns, width):
            transpose_block(a, i * a_row + j, a_row, c, j * c_row + i, c_row)
