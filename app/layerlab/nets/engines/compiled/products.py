"""Products of small matrices and a transposition, in the machine's own vectors.

LLVM vectorizes plain loops well enough for sums over arrays, but for products of 8 x 8 it
spends more time around a loop than in it. So these two are written in LLVM's own language:
accumulators that stay in registers, loads that never check a length. Numba compiles them
into the kernel like any other code, for the vectors of the `target`.

    C[r, j] = sum over k of A[r, k] B[k, j]

is done in tiles of a few rows and a few vectors of columns, see `_tile`: within a tile each
number of A and each vector of B is loaded once and used for a whole row or column of sums.

All arrays are flat, and parts of them are `view`s; nothing here checks a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types

from layerlab.nets.engines.compiled.jit import intrinsic, jit
from layerlab.nets.engines.compiled.target import current
from layerlab.nets.engines.compiled.vectors import Memory, index_of, multiply_add, width_of

# Registers -> vectors in a panel of columns -> rows of its tallest tile. A tile takes a
# register for each of its sums, one for each vector of B, and one for the factor of A: what
# does not fit is stored and loaded again at each step.
_TILES = {16: {1: 8, 2: 6}, 32: {1: 8, 2: 8, 4: 4}}
TALLEST = _TILES[current().registers]
_WIDEST = max(TALLEST)


class _Product(NamedTuple):
    """The numbers of C = A B that a tile needs, as LLVM sees them; see `product`."""

    a: Memory
    a0: Any
    a_row: Any
    a_step: Any
    b: Memory
    b0: Any
    b_step: Any
    c: Memory
    c0: Any
    c_row: Any
    depth: Any


def _tile(builder: Any, of: _Product, rows: int, vectors: int) -> None:
    """Write one tile: a loop over the depth whose sums stay in rows * vectors registers.

    Each step loads `vectors` vectors of B, and one number of A for each row, into all lanes of
    a register. Six rows and two vectors, the largest tile that fits into 16 registers::

                          B[k]  | vector 0 | vector 1 |    2 registers
                                +----------+----------+
            A[r, k]       times |   sum    |   sum    |    12 for the sums
            A[r + 1, k]   times |   sum    |   sum    |
            ...                 |   ...    |   ...    |    1 for the number of A
            A[r + 5, k]   times |   sum    |   sum    |
    """
    vector, word = of.b.vector, of.depth.type

    def number(value: int) -> Any:
        return ir.Constant(word, value)

    # Does not change with k, so it stands before the loop.
    rows_a = [index_of(builder, of.a0, (of.a_row, number(r))) for r in range(rows)]
    before, loop = builder.block, builder.append_basic_block("product")
    after = builder.append_basic_block("product.end")
    builder.branch(loop)
    builder.position_at_end(loop)
    # A name in LLVM is assigned once; a phi is its value in this round: 0 in the first, then
    # what the last one made. So sums stay out of memory, unless they outnumber the registers.
    k = builder.phi(word)
    k.add_incoming(number(0), before)
    totals = [builder.phi(vector) for _ in range(rows * vectors)]
    row_b = index_of(builder, of.b0, (of.b_step, k))
    loaded = [
        of.b.load(index_of(builder, row_b, number(v * vector.count))) for v in range(vectors)
    ]
    fma, sums = multiply_add(builder, vector), []
    for r in range(rows):
        factor = of.a.broadcast(index_of(builder, rows_a[r], (of.a_step, k)))
        for v in range(vectors):
            sums.append(builder.call(fma, [factor, loaded[v], totals[r * vectors + v]]))
    for total, added in zip(totals, sums, strict=True):
        total.add_incoming(ir.Constant(vector, None), before)
        total.add_incoming(added, loop)
    # Tested at the end, as there is at least one term: one branch a round.
    k_next = builder.add(k, number(1))
    k.add_incoming(k_next, loop)
    builder.cbranch(builder.icmp_signed("<", k_next, of.depth), loop, after)
    builder.position_at_end(after)
    for r in range(rows):
        row_c = index_of(builder, of.c0, (of.c_row, number(r)))
        for v in range(vectors):
            of.c.store(
                index_of(builder, row_c, number(v * vector.count)), sums[r * vectors + v]
            )


def _make_panel(vectors: int) -> Callable[..., None]:
    """Return the product for some vectors of columns: tiles, one below the other."""
    tallest = TALLEST[vectors]

    @intrinsic
    def tile(
        typing: Any,
        rows: Any,
        a: Any,
        a0: Any,
        a_row: Any,
        a_step: Any,
        b: Any,
        b0: Any,
        b_step: Any,
        c: Any,
        c0: Any,
        c_row: Any,
        depth: Any,
    ) -> Any:
        """C[r, :] = sum over k of A[r, k] * B[k, :], for 1 to `tallest` rows."""
        i64 = types.intp
        signature = types.void(i64, a, i64, i64, i64, b, i64, i64, c, i64, i64, i64)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            rows, *numbers = args
            for at in (0, 4, 7):
                numbers[at] = Memory(context, builder, signature.args[at + 1], numbers[at])
            # Code of its own for each height, chosen once a tile: registers cannot be indexed,
            # so the number of sums has to be known at compile time.
            after = builder.append_basic_block("tile.end")
            blocks = [builder.append_basic_block("tile") for _ in range(tallest)]
            choice = builder.switch(rows, blocks[-1])
            for height, block in enumerate(blocks[:-1], 1):
                choice.add_case(ir.Constant(rows.type, height), block)
            for height, block in enumerate(blocks, 1):
                builder.position_at_end(block)
                _tile(builder, _Product(*numbers), height, vectors)
                builder.branch(after)
            builder.position_at_end(after)
            return context.get_dummy_value()

        return signature, codegen

    @jit
    def panel(
        a: Any,
        a_row: int,
        a_step: int,
        b: Any,
        b0: int,
        b_step: int,
        c: Any,
        c0: int,
        c_row: int,
        rows: int,
        depth: int,
    ) -> None:
        r = 0
        while r < rows:
            left = rows - r
            # The last two share what is left, as a low tile has too few sums under way: a
            # multiplication with addition takes about four cycles, and two can begin in each,
            # so with fewer than eight sums a step waits for the one before.
            taken = tallest if left >= 2 * tallest else (left + 1) // 2
            taken = left if left <= tallest else taken
            tile(
                taken,
                a,
                r * a_row,
                a_row,
                a_step,
                b,
                b0,
                b_step,
                c,
                c0 + r * c_row,
                c_row,
                depth,
            )
            r += taken

    return panel


@intrinsic
def transpose_block(
    typing: Any, a: Any, a0: Any, a_row: Any, c: Any, c0: Any, c_row: Any
) -> Any:
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


_panel_1, _panel_2 = _make_panel(1), _make_panel(2)
_panel_widest = _make_panel(_WIDEST)


@jit
def product(
    a: Any,
    a_row: int,
    a_step: int,
    b: Any,
    b_step: int,
    c: Any,
    c_row: int,
    rows: int,
    columns: int,
    depth: int,
) -> None:
    """C = A B, for flat arrays of one dtype.

    C is written in whole vectors: up to a vector less one element past the last column.
    Where rows of C lie side by side, the next row overwrites that, because the panels of
    columns are iterated from the right and the rows from the top; after the last row there
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
        if left >= _WIDEST:
            left -= _WIDEST
            at = left * width
            _panel_widest(a, a_row, a_step, b, at, b_step, c, at, c_row, rows, depth)
        elif left >= 2:
            left -= 2
            at = left * width
            _panel_2(a, a_row, a_step, b, at, b_step, c, at, c_row, rows, depth)
        else:
            left -= 1
            at = left * width
            _panel_1(a, a_row, a_step, b, at, b_step, c, at, c_row, rows, depth)


@jit
def transpose(a: Any, a_row: int, c: Any, c_row: int, rows: int, columns: int) -> None:
    """C[j, i] = A[i, j]; reads and writes whole square blocks, so there must be room."""
    width = width_of(a)
    for i in range(0, rows, width):
        for j in range(0, columns, width):
            transpose_block(a, i * a_row + j, a_row, c, j * c_row + i, c_row)
