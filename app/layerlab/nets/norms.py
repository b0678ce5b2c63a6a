"""Layer norm by hand: what it makes of sums, and how a gradient comes back through it."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def norm(z: Array, eps: float = 0.0) -> tuple[Array, Array]:
    """Return z at mean 0 and variance 1 over the units, and the spread it had.

    Args:
        z: (..., units). eps: is added to the variance, under the root.

    Returns:
        (..., units) and (..., 1), in the precision of z. 0 / 0 where all units are equal
        and eps is 0.
    """
    centred = z - z.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
    return centred / spread, spread


def norm_gradient(dn: Array, n: Array, spread: Array) -> Array:
    """Return the gradient of the sums from that of their norm; shapes as `norm` returns."""
    # Moving or stretching all of z changes nothing, so those two parts drop out.
    moved = dn.mean(-1, keepdims=True)
    stretched = n * (dn * n).mean(-1, keepdims=True)
    return np.asarray((dn - moved - stretched) / spread)
