"""Tied parameters: one filter at all positions, or one for each."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, E, Judgement
from layerlab.claims.figures import BootstrapBand, difference, figure
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS

Array = np.ndarray
SEEDS = 32
IMAGES = 32  # of a training
SAME = 1e-7  # relative; what central differences resolve
SIDE, KERNEL = 6, 3  # of images, of filters
POSITIONS = (SIDE - KERNEL + 1) ** 2
NOISE = 0.3  # standard deviation, of an output
UPDATES, RATE, MOMENTUM = 100, 0.1, 0.9
EPS = 1e-5
TANH = ACTIVATIONS["tanh"]


class Tied(NamedTuple):
    """Gradients, and log-likelihoods of held-out outputs, each; by what is right.

    Attributes:
        off: how far the sum over positions is from central differences, relative.
        gains: of tied over untied, of many seeds: with data of one filter, of many.
        tied, untied: median log-likelihoods with data of one filter.
    """

    off: float
    gains: tuple[BootstrapBand, BootstrapBand]
    tied: float
    untied: float


def seen(rng: np.random.Generator, seeds: int) -> Array:
    """Return what filters see of random images. (seeds, positions, images, KERNEL^2)"""
    images = rng.standard_normal((seeds, IMAGES, SIDE, SIDE))
    patches = np.lib.stride_tricks.sliding_window_view(images, (KERNEL, KERNEL), axis=(2, 3))
    return patches.reshape(seeds, IMAGES, POSITIONS, -1).swapaxes(1, 2)


def predicted(x: Array, filters: Array) -> Array:
    """Return outputs. (seeds, positions, images, d), (seeds, positions or 1, d)"""
    return TANH((x @ filters[..., None])[..., 0])


def log_likelihood(x: Array, y: Array, filters: Array) -> Array:
    """Return the mean log-likelihood of an output under Gaussian noise. (seeds,)"""
    squares = ((predicted(x, filters) - y) ** 2).mean((1, 2))
    return np.asarray(-0.5 * squares / NOISE**2 - math.log(NOISE * math.sqrt(2 * math.pi)))


def gradient(x: Array, y: Array, filters: Array) -> Array:
    """Return the gradient of each position's filter. (seeds, positions, d)

    Of the mean over images and the sum over positions of half the squared error, which
    Gaussian noise makes the negative log-likelihood.
    """
    z = (x @ filters[..., None])[..., 0]
    dz = (TANH(z) - y) * TANH.derivative_at(z) / x.shape[2]
    return np.asarray((dz[..., None, :] @ x)[..., 0, :])


def tied_gradient(x: Array, y: Array, filters: Array) -> Array:
    """Return the gradient of one filter at all positions: their sum. (seeds, 1, d)"""
    return gradient(x, y, filters).sum(1, keepdims=True)


def trained(x: Array, y: Array, is_tied: bool) -> Array:
    """Return filters by gradient descent with momentum from 0, of one position or of each."""
    count = 1 if is_tied else POSITIONS
    filters = np.zeros((len(x), count, x.shape[-1]))
    velocity = np.zeros_like(filters)
    for _update in range(UPDATES):
        # As many positions pull at a tied filter, so its rate is so many times smaller.
        found = tied_gradient(x, y, filters) / POSITIONS if is_tied else gradient(x, y, filters)
        velocity = MOMENTUM * velocity - RATE * found
        filters = filters + velocity
    return filters


def _differences(x: Array, y: Array, filters: Array) -> Array:
    """Return the gradient of a tied filter by central differences. (seeds, 1, d)"""

    def loss(k: int, step: float) -> Array:
        moved = filters.copy()
        moved[..., k] += step
        return np.asarray(0.5 * ((predicted(x, moved) - y) ** 2).mean(2).sum(1))

    found = [(loss(k, EPS) - loss(k, -EPS)) / (2 * EPS) for k in range(filters.shape[-1])]
    return np.stack(found, -1)[:, None]


def _measure_tied(ctx: Context) -> Tied:
    rng, seeds = np.random.default_rng(0), ctx.sample_size(SEEDS, 16)
    gains, found = [], []
    for part, count in enumerate((1, POSITIONS)):  # one filter, then one for each position
        ctx.step(part, 2)
        truth = rng.standard_normal((seeds, count, KERNEL**2)) / KERNEL
        x, held_x = seen(rng, seeds), seen(rng, seeds)
        y, held_y = (
            predicted(points, truth) + NOISE * rng.standard_normal(points.shape[:3])
            for points in (x, held_x)
        )
        likely = [
            log_likelihood(held_x, held_y, trained(x, y, is_tied)) for is_tied in (True, False)
        ]
        gains.append(difference(likely[0] - likely[1], np.zeros(seeds)))
        found.append((x, y, likely))
    x, y, likely = found[0]
    start = rng.standard_normal((seeds, 1, KERNEL**2)) / KERNEL
    by_differences = _differences(x, y, start)
    off = np.abs(tied_gradient(x, y, start) - by_differences).max()
    return Tied(
        float(off / np.abs(by_differences).max()),
        (gains[0], gains[1]),
        float(np.median(likely[0])),
        float(np.median(likely[1])),
    )


def _judge_tied(n: Tied) -> Judgement:
    right, wrong = n.gains
    measured = _(
        "off by {off}; {gain} nats an output", off=figure(n.off), gain=figure(right.middle)
    )
    why = _(
        "the sum over positions is {off} from the gradient by differences; where one filter "
        "made the data, a held-out output has a log-likelihood of {tied} with tied and of "
        "{untied} with untied filters, {gain} more ({low} to {high}); where each position has "
        "its own, tying changes it by {other} ({other_low} to {other_high})",
        off=figure(n.off),
        tied=figure(n.tied),
        untied=figure(n.untied),
        gain=figure(right.middle),
        low=figure(right.low),
        high=figure(right.high),
        other=figure(wrong.middle),
        other_low=figure(wrong.low),
        other_high=figure(wrong.high),
    )
    if n.off <= SAME and right.low > 0:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E17",
        E,
        _(
            "Tying parameters is maximum likelihood under a constraint: gradients add up over "
            "positions, and where it is right held-out data become more likely."
        ),
        published=NO_FIGURE,
        page="convolution",
        tolerance=_(
            "the sum over positions equals the gradient by central differences within "
            "{same:g}, relative; trained on {images} images of one filter that sees every "
            "position, the held-out log-likelihood is higher when tied than when not, in the "
            "median of {seeds} seeds with a 95 % bootstrap band beyond 0",
            same=SAME,
            images=IMAGES,
            seeds=SEEDS,
        ),
        measure=_measure_tied,
        judge=_judge_tied,
    ),
)
