"""A hidden kernel, found from images and their noisy outputs. No Qt."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.experiments.convolution.names import IMAGES
from layerlab.nets.studies.convolution import KERNEL, log_likelihoods, patches, solved

Array = np.ndarray
SMALL_SIDE = 8  # side of the random images
OUTPUTS = (SMALL_SIDE - KERNEL + 1) ** 2  # equations that an image gives
TAPS = KERNEL**2
COUNTS = 2 ** np.arange(IMAGES.bit_length())  # of images on the curve: 1 to 64
DRAWS = 24  # of images and noise, for each count
SEED = 4  # of the images that are seen, and of their noise
_STEPS = 100  # away from the solution


@dataclass(frozen=True, eq=False)
class RecoveredKernel:
    """A kernel found from so many pairs.

    Attributes:
        kernel: (TAPS,). std: (TAPS,) standard deviation that theory gives it.
        error: length of what it is off by. clean: largest error without noise.
        raised: largest gain in log-likelihood of random steps away from it.
        quartiles: (3, COUNTS) of the errors of other draws. theory: (COUNTS,) expected.
        power: of the number of images with which the median error falls.
    """

    kernel: Array
    std: Array
    error: float
    clean: float
    raised: float
    quartiles: Array
    theory: Array
    power: float


def found(hidden: Array, images: int, noise: float) -> RecoveredKernel:
    """Find a kernel from the first images and their outputs.

    Args:
        hidden: (TAPS,). images: 1 to `IMAGES`. noise: standard deviation of what is added to
            outputs.
    """
    seen, unit = _turned(images)
    clean = seen @ hidden
    targets = clean + noise * unit
    kernel = solved(seen, targets)
    steps = 0.01 * np.random.default_rng(2).standard_normal((_STEPS, TAPS))
    likelihoods = log_likelihoods(seen, targets, np.vstack((kernel, kernel + steps)), noise)
    errors, straight = unit_errors(), solved(seen, clean)
    return RecoveredKernel(
        kernel,
        noise * np.sqrt(np.diag(np.linalg.inv(seen.T @ seen))),
        float(np.linalg.norm(kernel - hidden)),
        float(np.abs(straight - hidden).max()),
        float((likelihoods[1:] - likelihoods[0]).max()),
        noise * np.percentile(errors, (25, 50, 75), axis=0),
        noise * np.sqrt(TAPS / (OUTPUTS * COUNTS)),
        float(np.polyfit(np.log(COUNTS), np.log(np.median(errors, axis=0)), 1)[0]),
    )


@functools.cache
def _sample() -> tuple[Array, Array]:
    """Return patches of random images and standard normal noise, in the order of the images."""
    rng = np.random.default_rng(SEED)
    seen = patches(rng.standard_normal((IMAGES, SMALL_SIDE, SMALL_SIDE))).reshape(-1, TAPS)
    return seen, rng.standard_normal(len(seen))


@functools.lru_cache(IMAGES)
def _turned(images: int) -> tuple[Array, Array]:
    """Return patches and noise of so many images, rotated so that ten rows hold all.

    A rotation of all equations changes no sum of squares, so neither what fits best, nor how
    well; the other rows are 0 after it.
    """
    seen, unit = (part[: images * OUTPUTS] for part in _sample())
    _, rows = np.linalg.qr(np.column_stack((seen, unit)))  # rows: (TAPS + 1, TAPS + 1)
    return rows[:, :TAPS], rows[:, TAPS]


@functools.cache
def unit_errors() -> Array:
    """Return lengths of errors at noise 1, of many draws of images. (DRAWS, COUNTS)

    The error is linear in the noise, and does not depend on the kernel. By normal equations,
    whose sums over the images serve all counts.
    """
    rng = np.random.default_rng(5)
    drawn = rng.standard_normal((DRAWS * IMAGES, SMALL_SIDE, SMALL_SIDE))
    seen = patches(drawn).reshape(DRAWS, IMAGES, OUTPUTS, TAPS)
    unit = rng.standard_normal((DRAWS, IMAGES, OUTPUTS, 1))
    turned = seen.swapaxes(-1, -2)
    squares = np.cumsum(turned @ seen, axis=1)[:, COUNTS - 1]  # (DRAWS, COUNTS, TAPS, TAPS)
    pulls = np.cumsum(turned @ unit, axis=1)[:, COUNTS - 1]
    return np.asarray(np.linalg.norm(np.linalg.solve(squares, pulls)[..., 0], axis=-1))
