"""Where theory starts: the data themselves, not an assumption about them."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.nets.data import Data, encode
from layerlab.nets.theory.kernel import pairs

Array = np.ndarray
MAX_INPUTS = 96  # inputs that theory follows; all their pairs are 4,560


class Ground:
    """Inputs and targets that theory follows through the layers.

    Attributes:
        x: (N, D) at most `MAX_INPUTS` inputs. Of more data, evenly spaced ones, shifted
            and scaled so that mean and total variance are exactly those of all data.
        y: (N, outputs) targets, as the loss gets them.
        square, mean: (N,) mean square and mean over the features.
        d: (P,) half the mean squared distance over the features, for each pair.
    """

    def __init__(self, data: Data, loss: str) -> None:
        y = encode(data.y, data.shape, loss)
        x = data.x
        if data.n > MAX_INPUTS:
            rows = np.linspace(0, data.n - 1, MAX_INPUTS).round().astype(int)
            few, y = x[rows], y[rows]
            variance = float(few.var(0).sum())
            stretch = (float(x.var(0).sum()) / variance) ** 0.5 if variance else 1.0
            x = (few - few.mean(0)) * stretch + x.mean(0)
        self.x, self.y = x, y
        self.square, self.mean = (x**2).mean(1), x.mean(1)
        gram = x @ x.T / x.shape[1]
        a, b = pairs(len(x))
        far = 0.5 * (np.diag(gram)[a] + np.diag(gram)[b]) - gram[a, b]
        # Neighbours: subtracting nearly equal numbers would leave only rounding.
        near = far < 1e-6 * (np.diag(gram)[a] + np.diag(gram)[b])
        far[near] = 0.5 * ((x[a[near]] - x[b[near]]) ** 2).mean(1)
        self.d = np.asarray(far)


@functools.lru_cache(maxsize=8)
def ground_of(data: Data, loss: str) -> Ground:
    """Return the ground of data under a loss; the last few are kept."""
    return Ground(data, loss)
