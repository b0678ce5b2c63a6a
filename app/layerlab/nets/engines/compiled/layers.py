"""What happens between the products: layer norm, dropout, sums of rows."""

from __future__ import annotations

import math
from typing import Any

from layerlab.nets.engines.compiled.jit import apart, jit
from layerlab.nets.engines.compiled.numbers import mix
from layerlab.nets.engines.compiled.vectors import view
from layerlab.nets.norms import NORM_EPS


@apart
def normalize(z: Any, inverse: Any, units: int) -> None:
    """Give each point's pre-activations mean 0 and variance 1 over the units, in place.

    Args:
        z: (units * stride,) pre-activations.
        inverse: (stride,) written: 1 / sqrt(variance + eps) of each point.
    """
    real, stride = z.dtype.type, len(inverse)
    # n = (z - mean) / sqrt(variance + eps) over the units of a point (Ba et al. 2016). The
    # inner loops run along a row, over points: each has a lane, and lanes never mix. Rows are
    # taken whole; what becomes of the padding past the batch enters no sum over points.
    share, eps, one = real(1.0) / real(units), real(NORM_EPS), real(1.0)
    inverse[:] = real(0.0)
    for j in range(units):
        row = view(z, j * stride, stride)
        for b in range(stride):
            inverse[b] += row[b]
    for j in range(units):
        row = view(z, j * stride, stride)
        for b in range(stride):
            row[b] -= inverse[b] * share
    inverse[:] = real(0.0)
    for j in range(units):
        row = view(z, j * stride, stride)
        for b in range(stride):
            inverse[b] += row[b] * row[b]
    for b in range(stride):
        inverse[b] = one / math.sqrt(inverse[b] * share + eps)
    for j in range(units):
        row = view(z, j * stride, stride)
        for b in range(stride):
            row[b] *= inverse[b]


@apart
def normalize_back(d: Any, n: Any, inverse: Any, scratch: Any, units: int) -> None:
    """Turn the gradient of what was normalized into that of the pre-activations, in place.

    Args:
        d, n: (units * stride,) gradient, and what `normalize` made.
        inverse: (stride,) of `normalize`. scratch: (2 * stride,), overwritten.
    """
    real, stride = d.dtype.type, len(inverse)
    share = real(1.0) / real(units)
    # dz = (dn - mean(dn) - n mean(dn n)) / std, as in `norms.norm_gradient`.
    moved, stretched = view(scratch, 0, stride), view(scratch, stride, stride)
    scratch[:] = real(0.0)
    for j in range(units):
        dn, row = view(d, j * stride, stride), view(n, j * stride, stride)
        for b in range(stride):
            moved[b] += dn[b]
        for b in range(stride):
            stretched[b] += dn[b] * row[b]
    for j in range(units):
        dn, row = view(d, j * stride, stride), view(n, j * stride, stride)
        for b in range(stride):
            dn[b] = (dn[b] - (moved[b] + row[b] * stretched[b]) * share) * inverse[b]


@apart
def dropout(
    prefix: Any, below: Any, scale: float, h: Any, d: Any, stride: int, units: int, count: int
) -> None:
    """Apply dropout to activations and slopes, by the masks of `randomness.keep_mask`.

    Args:
        prefix: uint64 hash of seed, stream, update and layer.
        below: uint64; a hash below it drops the activation.
        scale: what the others are multiplied by, in the dtype of h.
        h, d: (units * stride,). count: points of the batch.
    """
    zero = h.dtype.type(0.0)
    for b in range(count):
        # What all units of a point share is hashed once; one round a unit is left.
        of_point = mix(prefix, b)
        for j in range(units):
            keep = scale if mix(of_point, j) >= below else zero
            h[j * stride + b] *= keep
            d[j * stride + b] *= keep


# LLVM cannot know whether views of one workspace overlap: it compares their ends before the
# loop, and vectorizes where they do not.
@jit
def add(target: Any, source: Any) -> None:
    """Add one flat array to another of its size."""
    for i in range(len(target)):
        target[i] += source[i]


@jit
def copy(target: Any, source: Any) -> None:
    """Write one flat array over another of its size."""
    for i in range(len(target)):
        target[i] = source[i]


@jit
def multiply(target: Any, a: Any, b: Any) -> None:
    """Write the products of two flat arrays of one size."""
    for i in range(len(target)):
        target[i] = a[i] * b[i]


@jit
def gather(source: Any, row: int, units: int, order: Any, target: Any, stride: int) -> None:
    """Copy the columns of a shuffled batch side by side."""
    for j in range(units):
        line, to = view(source, j * row, row), view(target, j * stride, len(order))
        for b in range(len(order)):
            to[b] = line[order[b]]
