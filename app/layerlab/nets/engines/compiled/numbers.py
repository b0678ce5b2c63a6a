"""Numbers of the kernels: tanh, the hash of `nets.randomness`, and an order sorted by it.

In numba a float32 times a literal is a float64, so every constant is made in the dtype of
the array at hand: `real = a.dtype.type`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from layerlab.nets.engines.compiled.jit import apart, intrinsic, jit, overload
from layerlab.nets.randomness import _GOLDEN, _M1, _M2

# tanh(x) = x P(x^2) / Q(x^2) for |x| <= 9, where float32 has reached 1: the least largest
# relative error of these degrees, found by reweighted least squares; it is 2e-8, and with
# float32's own rounding 3e-7.
_P = (0.999999979, 0.133810267, 0.00349558931, 2.06091003e-05, 1.33546833e-08)
_Q = (1.0, 0.467143423, 0.0258769868, 0.000328563669, 7.7765679e-07)
_P0, _P1, _P2, _P3, _P4 = (np.float32(c) for c in _P)
_Q0, _Q1, _Q2, _Q3, _Q4 = (np.float32(c) for c in _Q)
_END = np.float32(9.0)
_ONE = np.float32(1.0)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)


def tanh(x: Any) -> Any:
    """Return tanh of a number: exact to rounding in float64, to 3e-7 in float32.

    The float32 form has no branch and no call, so that LLVM computes many at once.
    A number that is not finite gives nan or 1, as it should.
    """
    raise NotImplementedError("only inside a kernel")


@overload(tanh)
def _tanh(x: Any) -> Any:
    if x == types.float32:

        def rational(x: Any) -> Any:
            x = _END if x > _END else x
            x = -_END if x < -_END else x
            u = x * x
            p = (((_P4 * u + _P3) * u + _P2) * u + _P1) * u + _P0
            q = (((_Q4 * u + _Q3) * u + _Q2) * u + _Q1) * u + _Q0
            # Horner's scheme; rounding may carry the quotient past 1.
            y = x * p / q
            y = _ONE if y > _ONE else y
            return -_ONE if y < -_ONE else y

        return rational

    def exact(x: Any) -> Any:
        return math.tanh(x)

    return exact


@intrinsic
def fence(typing: Any) -> Any:
    """Let everything written before be seen by other threads before what is written after."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.fence("release")
        return context.get_dummy_value()

    return types.void(), codegen


@jit
def mix(h: Any, counter: Any) -> Any:
    """Return the hash of one more counter, as `randomness.hash64` does. uint64"""
    h = (h ^ np.uint64(counter)) + _GOLDEN
    h = (h ^ (h >> _30)) * _M1
    h = (h ^ (h >> _27)) * _M2
    return h ^ (h >> _31)


@apart
def shuffle(prefix: Any, order: Any, keys: Any, counts: Any) -> None:
    """Put the places 0 .. n - 1 in the order of their hashes, equal ones by place.

    The hashes are uniform, so counting their leading bits sorts all but a few
    neighbours, and one pass of insertion does the rest: n steps instead of n log n.

    Args:
        prefix: uint64 hash of seed, stream and epoch.
        order: (n,) int64, written.
        keys: (2 n,) uint64, overwritten.
        counts: int64 workspace of a power of two, at least 2.
    """
    n, shift = len(order), np.uint64(64)
    buckets = len(counts)
    # A bucket is the leading log2(buckets) bits of a hash.
    while buckets > 1:
        buckets >>= 1
        shift -= np.uint64(1)
    counts[:], keys[:n] = 0, 0  # a key left over could pass for one of a bucket
    hashes = keys[n : 2 * n]
    for i in range(n):  # alone in its loop, many at once
        hashes[i] = mix(prefix, i)
    for i in range(n):
        counts[np.int64(hashes[i] >> shift)] += 1
    # Turns counts into where each bucket begins; the loop below moves on from there.
    total = 0
    for b in range(len(counts)):
        total, counts[b] = total + counts[b], total
    for i in range(n):
        key = hashes[i]
        bucket = np.int64(key >> shift)
        at = counts[bucket]
        counts[bucket] = at + 1
        # Insertion sort within the bucket; equal hashes stay in the order of i.
        while at > 0 and keys[at - 1] > key and keys[at - 1] >> shift == key >> shift:
            keys[at], order[at] = keys[at - 1], order[at - 1]
            at -= 1
        keys[at], order[at] = key, i
