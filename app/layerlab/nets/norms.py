"""Layer norm by hand, forward and backward (Ba, Kiros & Hinton 2016)."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
NORM_EPS = 1e-5  # of every engine; PyTorch's default


def norm(z: Array, eps: float = 0.0) -> tuple[Array, Array]:
    """Return z at mean 0 and variance 1 over the units, and its standard deviation.

    Args:
        z: (..., units). eps: is added to the variance, under the root.

    Returns:
        (..., units) and (..., 1), in the precision of z. 0 / 0 where all units are equal
        and eps is 0.
    """
    centred = z - z.mean(-1, keepdims=True)
    std = np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
    return centred / std, std


def norm_gradient(dn: Array, n: Array, std: Array) -> Array:
    """Return dL/dz from dn = dL/dn; n and std as `norm` returned them.

    dz = (dn - mean(dn) - n mean(dn n)) / std, means over the units: n does not change where
    all z are shifted or scaled together, so these two directions have no gradient.
    """
    moved = dn.mean(-1, keepdims=True)
    stretched = n * (dn * n).mean(-1, keepdims=True)
    return np.asarray((dn - moved - stretched) / std)
