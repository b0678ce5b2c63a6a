"""Sums over the points of a batch where a layer has few units: several points share a vector.

The gradient of a weight is a sum over points. `products` gives each unit a lane; where units
fill at most half of a vector, the lanes that are left take further points: of a vector of
16 lanes 5 to 8 units leave room for 2 points, one unit for 16. In the end the lanes of a unit
are added up.

How many lanes there are is a matter of the processor and the dtype: 16 to 2. Of units that
leave no lane for a second point there is nothing to pack; `plan` never asks for it, and the
code for it is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types

from layerlab.nets.engines.compiled.jit import apart, intrinsic
from layerlab.nets.engines.compiled.vectors import Memory, index_of, multiply_add, width_of


def _shuffled(builder: Any, a: Any, b: Any, lanes: list[int]) -> Any:
    """Return chosen lanes of two vectors; those of `b` count on from those of `a`."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
    return builder.shuffle_vector(a, b, mask)


def _leaves_room(width: int, units: int) -> bool:
    """Return whether a vector of that many lanes holds at least two points of so many units."""
    return 2 * units <= width


def _make_packing(units: int) -> Callable[..., None]:
    """Return what packs a block of `units` rows; 1, 2, 4 or 8."""

    @intrinsic
    def pack(typing: Any, a: Any, a0: Any, a_row: Any, c: Any, c0: Any) -> Any:
        """Write `units` vectors, each some points of all units, of one vector of each unit."""
        i64 = types.intp
        signature = types.void(a, i64, i64, c, i64)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            a, a0, a_row, c, c0 = args
            source = Memory(context, builder, signature.args[0], a)
            target = Memory(context, builder, signature.args[3], c)
            width, word = source.vector.count, a0.type
            if not _leaves_room(width, units):
                return context.get_dummy_value()
            # Lane o * points + p of what is packed holds unit o of the p-th of these points.
            points = width // units
            rows = [
                source.load(index_of(builder, a0, (a_row, ir.Constant(word, i))))
                for i in range(units)
            ]
            # As in `transpose_block`, but what changes places are groups of points.
            half = units // 2
            for _ in range(units.bit_length() - 1):
                pairs = [(rows[i], rows[i + half]) for i in range(half)]
                rows = [
                    _shuffled(
                        builder,
                        *pair,
                        [
                            ((i // 2) + base) * points + (i % 2) * width + j
                            for i in range(units)
                            for j in range(points)
                        ],
                    )
                    for pair in pairs
                    for base in (0, half)
                ]
            for j, row in enumerate(rows):
                target.store(index_of(builder, c0, ir.Constant(word, j * width)), row)
            return context.get_dummy_value()

        return signature, codegen

    return pack


def _make_tile(rows: int, units: int) -> Callable[..., None]:
    """Return the sums of some rows with all units of a packed block."""

    @intrinsic
    def tile(
        typing: Any,
        a: Any,
        a0: Any,
        a_row: Any,
        b: Any,
        c: Any,
        c0: Any,
        c_row: Any,
        count: Any,
    ) -> Any:
        """C[r, :units] = sum over points of A[r, point] * B[point, :]; writes whole vectors."""
        i64 = types.intp
        signature = types.void(a, i64, i64, b, c, i64, i64, i64)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            a, a0, a_row, b, c, c0, c_row, count = args
            kinds = signature.args
            memory_a = Memory(context, builder, kinds[0], a)
            memory_b = Memory(context, builder, kinds[3], b)
            memory_c = Memory(context, builder, kinds[4], c)
            vector, word = memory_b.vector, count.type
            width = vector.count
            if not _leaves_room(width, units):
                return context.get_dummy_value()
            points = width // units
            fma = multiply_add(builder, vector)
            zero = ir.Constant(vector, None)

            def number(value: int) -> Any:
                return ir.Constant(word, value)

            starts = [index_of(builder, a0, (a_row, number(r))) for r in range(rows)]

            def added(group: Any, totals: list[Any], mask: Any) -> list[Any]:
                """Return the totals with one more vector of points; those masked count."""
                deltas = memory_b.load(builder.mul(group, number(width)))
                if mask is not None:
                    deltas = builder.select(mask, deltas, zero)
                found = []
                for start, total in zip(starts, totals, strict=True):
                    at = index_of(builder, start, (group, number(points)))
                    # The number of A for point p goes into lane p of every unit.
                    part = memory_a.load(at, points)
                    lanes = [lane % points for lane in range(width)]
                    factors = _shuffled(builder, part, part, lanes)
                    if mask is not None:  # what lies there might be inf, and 0 * inf is nan
                        factors = builder.select(mask, factors, zero)
                    found.append(builder.call(fma, [factors, deltas, total]))
                return found

            groups = builder.sdiv(count, number(points))
            left = builder.srem(count, number(points))
            before = builder.block
            loop, check, tail, after = (
                builder.append_basic_block(f"packed.{name}")
                for name in ("loop", "check", "tail", "after")
            )
            builder.cbranch(builder.icmp_signed(">", groups, number(0)), loop, check)

            builder.position_at_end(loop)
            k = builder.phi(word)
            sums = [builder.phi(vector) for _ in range(rows)]
            summed = added(k, sums, None)
            k_next = builder.add(k, number(1))
            k.add_incoming(number(0), before)
            k.add_incoming(k_next, loop)
            for phi, value in zip(sums, summed, strict=True):
                phi.add_incoming(zero, before)
                phi.add_incoming(value, loop)
            builder.cbranch(builder.icmp_signed("<", k_next, groups), loop, check)

            # With fewer points than a vector takes, the
            # loop is skipped and the sums begin at 0.
            builder.position_at_end(check)
            whole = [builder.phi(vector) for _ in range(rows)]
            for phi, value in zip(whole, summed, strict=True):
                phi.add_incoming(zero, before)
                phi.add_incoming(value, loop)
            builder.cbranch(builder.icmp_signed(">", left, number(0)), tail, after)

            # Past the batch lies what another one left, so the last vector is masked.
            builder.position_at_end(tail)
            places = ir.VectorType(word, width)
            lanes = ir.Constant(places, [lane % points for lane in range(width)])
            one = builder.insert_element(
                ir.Constant(places, ir.Undefined), left, ir.Constant(ir.IntType(32), 0)
            )
            mask = builder.icmp_signed("<", lanes, _shuffled(builder, one, one, [0] * width))
            last = added(groups, whole, mask)
            builder.branch(after)

            builder.position_at_end(after)
            for r in range(rows):
                total = builder.phi(vector)
                total.add_incoming(whole[r], check)
                total.add_incoming(last[r], tail)
                whole[r] = total
            for r, total in enumerate(whole):
                step = points // 2
                while step:  # the first lane of each unit gets the sum of all of them
                    moved = [(lane + step) % width for lane in range(width)]
                    total = builder.fadd(total, _shuffled(builder, total, total, moved))
                    step //= 2
                firsts = [lane * points % width for lane in range(width)]
                row_c = index_of(builder, c0, (c_row, number(r)))
                memory_c.store(row_c, _shuffled(builder, total, total, firsts))
            return context.get_dummy_value()

        return signature, codegen

    return tile


_pack_1, _pack_2, _pack_4, _pack_8 = (_make_packing(units) for units in (1, 2, 4, 8))
_tile_8_1, _tile_8_2, _tile_8_4, _tile_8_8 = (_make_tile(8, units) for units in (1, 2, 4, 8))
_tile_2_1, _tile_2_2, _tile_2_4, _tile_2_8 = (_make_tile(2, units) for units in (1, 2, 4, 8))
_tile_1_1, _tile_1_2, _tile_1_4, _tile_1_8 = (_make_tile(1, units) for units in (1, 2, 4, 8))


@apart
def pack(a: Any, a_row: int, c: Any, room: int, count: int) -> None:
    """Pack rows of numbers, one for each unit, for `packed_product`.

    Args:
        a, a_row: unit o of point b is a[o * a_row + b]; read in whole vectors, `room` rows.
        c: written in whole vectors, as many as hold room * count numbers and a square more.
        room: units that are packed, 1, 2, 4 or 8. count: points.
    """
    width = width_of(a)
    to = 0
    for b in range(0, count, width):
        if room == 1:
            _pack_1(a, b, a_row, c, to)
        elif room == 2:
            _pack_2(a, b, a_row, c, to)
        elif room == 4:
            _pack_4(a, b, a_row, c, to)
        else:
            _pack_8(a, b, a_row, c, to)
        to += room * width


@apart
def packed_product(
    a: Any, a_row: int, b: Any, c: Any, c0: int, c_row: int, rows: int, room: int, count: int
) -> None:
    """C[r, o] = sum over the points of A[r, point] * B[point, o].

    As in `product` a row of C is written in whole vectors, which the next row overwrites.

    Args:
        a, a_row: A[r, p] is a[r * a_row + p]; read in whole vectors.
        b: of `pack`. c, c0, c_row: C[r, o] is c[c0 + r * c_row + o].
        rows: of A. room, count: as for `pack`.
    """
    r = 0
    while r < rows:
        # Branches, not a table: numba calls only functions that it knows when it compiles.
        ar, cr, more = r * a_row, c0 + r * c_row, rows - r
        if more >= 8:
            if room == 1:
                _tile_8_1(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 2:
                _tile_8_2(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 4:
                _tile_8_4(a, ar, a_row, b, c, cr, c_row, count)
            else:
                _tile_8_8(a, ar, a_row, b, c, cr, c_row, count)
            r += 8
        elif more >= 2:
            if room == 1:
                _tile_2_1(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 2:
                _tile_2_2(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 4:
                _tile_2_4(a, ar, a_row, b, c, cr, c_row, count)
            else:
                _tile_2_8(a, ar, a_row, b, c, cr, c_row, count)
            r += 2
        else:
            if room == 1:
                _tile_1_1(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 2:
                _tile_1_2(a, ar, a_row, b, c, cr, c_row, count)
            elif room == 4:
                _tile_1_4(a, ar, a_row, b, c, cr, c_row, count)
            else:
                _tile_1_8(a, ar, a_row, b, c, cr, c_row, count)
            r += 1
