"""What PyTorch draws from a seed, drawn without PyTorch: Linear layers, and He's initializer.

PyTorch's generator is the Mersenne twister (Matsumoto & Nishimura 1998), seeded as NumPy's
legacy one. Uniform numbers of single precision take 24 bits of one output, those of double
precision 53 bits of two. Normal numbers are those of Box & Muller 1958: sixteen at a time where
a tensor has as many, else two at a time in double precision. A test holds it against PyTorch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from layerlab.core.layout import Layout

Array = np.ndarray
AT_ONCE = 16  # normal numbers of a tensor with as many or more


class TorchGenerator:
    """PyTorch's generator on the CPU after `torch.manual_seed(seed)`."""

    def __init__(self, seed: int) -> None:
        self._twister = np.random.RandomState(seed)

    def _bits(self, count: int) -> Array:
        """Return the next outputs of 32 bits. (count,)"""
        return self._twister.randint(0, 2**32, count, np.uint32).astype(np.uint64)

    def uniform(self, count: int) -> Array:
        """Return numbers of `uniform_` between 0 and 1, in single precision. (count,)"""
        return np.asarray((self._bits(count) & np.uint64(2**24 - 1)) * 2.0**-24)

    def _uniform_double(self, count: int) -> Array:
        high, low = self._bits(2 * count).reshape(count, 2).T
        return np.asarray((((high << np.uint64(32)) | low) & np.uint64(2**53 - 1)) * 2.0**-53)

    def normal(self, count: int) -> Array:
        """Return numbers of `normal_`; an even count below 16, or a multiple of it. (count,)

        Raises:
            ValueError: another count, of which the rest is drawn in another way.
        """
        if count % (2 if count < AT_ONCE else AT_ONCE):
            raise ValueError("only even counts below 16, and multiples of 16, are drawn here")
        if count < AT_ONCE:
            u, v = self._uniform_double(count).reshape(-1, 2).T
            return np.stack(_box_muller(v, u), axis=1).ravel()
        u, v = np.moveaxis(self.uniform(count).reshape(-1, 2, AT_ONCE // 2), 1, 0)
        return np.stack(_box_muller(u, v), axis=1).ravel()


def _box_muller(u: Array, v: Array) -> tuple[Array, Array]:
    """Return two normal numbers for each two uniform ones."""
    radius, angle = np.sqrt(-2 * np.log1p(-u)), 2 * math.pi * v
    return radius * np.cos(angle), radius * np.sin(angle)


def he_networks(seed: int, nets: Sequence[tuple[int, ...]]) -> list[Array]:
    """Return networks that one seed gives one after another. (P,) each

    Each is built of `nn.Linear`s, which draw weights and biases; then its weights are drawn
    again by `kaiming_normal_` for ReLU, and its biases set to 0.

    Args:
        seed: of `torch.manual_seed`, set once. nets: sizes of each, such as (4, 8, 4).
    """
    generator, found = TorchGenerator(seed), []
    for sizes in nets:
        layers = list(itertools.pairwise(sizes))
        generator.uniform(sum(a * b + b for a, b in layers))
        layout = Layout(sizes)
        flat = np.zeros(layout.parameters)
        for k, (a, b) in enumerate(layers):
            drawn = generator.normal(a * b) * math.sqrt(2 / a)
            layout.weights(flat, k)[:] = drawn.reshape(b, a).T  # PyTorch has outputs first
        found.append(flat)
    return found
