"""Convolutions: counts, shifts, and filters from data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement, holds, holds_only_if, wrong
from layerlab.claims.figures import exponent, figure
from layerlab.experiments.convolution.layers import (
    EXACT,
    Shifts,
    conjugated,
    filtered,
    local,
    log_likelihoods,
    off_convolution,
    patches,
    shift_first_or_last,
    solved,
)
from layerlab.experiments.convolution.names import KERNEL

Array = np.ndarray
SIDE = 8  # of images


# ---- E1: parameters


class Freedom(NamedTuple):
    """Ranks of the maps from parameters to matrices, H'W'd, and d."""

    local: int
    shared: int
    expected: tuple[int, int]


def _measure_freedom(ctx: Context) -> Freedom:
    units = np.eye(SIDE * SIDE).reshape(-1, SIDE, SIDE)  # each pixel alone
    out, d = SIDE - KERNEL + 1, KERNEL**2
    places = out * out
    each = np.eye(places * d).reshape(-1, out, out, d)
    own = np.stack([local(units, kernels).ravel() for kernels in each])
    one = np.stack([filtered(units, kernel).ravel() for kernel in np.eye(d)])
    ranks = [int(np.linalg.matrix_rank(matrices)) for matrices in (own, one)]
    return Freedom(ranks[0], ranks[1], (places * d, d))


def _judge_freedom(n: Freedom) -> Judgement:
    many, few = n.expected
    measured = f"{n.local} and {n.shared}"
    why = (
        f"for images of {SIDE} × {SIDE} and filters of {KERNEL} × {KERNEL} the matrices of "
        f"locally connected layers span {n.local} dimensions (H'W'd = {many}), those of "
        f"convolutions {n.shared} (d = {few})"
    )
    return holds(measured, why) if n[:2] == n.expected else wrong(measured, why)


# ---- E2: shifts


def _measure_shifts(ctx: Context) -> Shifts:
    rng = np.random.default_rng(0)
    images, kernel = rng.standard_normal((16, SIDE, SIDE)), rng.standard_normal(KERNEL**2)
    matrix = rng.standard_normal((SIDE**2, SIDE**2)) / SIDE

    def dense(x: Array) -> Array:
        return (x.reshape(len(x), -1) @ matrix).reshape(x.shape)

    return shift_first_or_last(images, kernel, dense, (1, 1))


def _judge_shifts(n: Shifts) -> Judgement:
    measured = f"off by {figure(n.wrapped)} wrapped round, {figure(n.bordered)} with a border"
    why = (
        f"shifting first or last differs by {figure(n.wrapped)} for a convolution that wraps "
        f"round, by {figure(n.bordered)} with a border of zeros, by {figure(n.dense)} for a "
        f"dense layer; a shift changes the maximum over the image by {figure(n.pooled)} and "
        f"those over blocks of 2 × 2 by up to {figure(n.blocks)}"
    )
    if max(n.wrapped, n.pooled) > EXACT or n.dense <= 0.1:
        return wrong(measured, why)
    if n.needs:
        return holds_only_if(n.needs, measured, why)
    return holds(measured, why)


# ---- E3: a filter from data

NOISE = 0.1
COUNTS = (8, 32, 128, 512)  # images


class FilterErrors(NamedTuple):
    """Errors of a filter that least squares find.

    Attributes:
        clean: without noise. noisy: by the number of images, median of draws.
        raised: the largest gain in log-likelihood of a step away from the solution.
    """

    clean: float
    noisy: list[float]
    raised: float


def _measure_found(ctx: Context) -> FilterErrors:
    rng = np.random.default_rng(0)
    hidden, noisy = rng.standard_normal(KERNEL**2), []
    for count in COUNTS:
        errors = []
        for _ in range(ctx.sample_size(24, 12)):
            seen = patches(rng.standard_normal((count, SIDE, SIDE))).reshape(-1, KERNEL**2)
            clean = seen @ hidden
            kernel = solved(seen, clean + NOISE * rng.standard_normal(clean.shape))
            errors.append(float(np.linalg.norm(kernel - hidden)))
        noisy.append(float(np.median(errors)))
    targets = clean + NOISE * rng.standard_normal(clean.shape)
    best = solved(seen, targets)
    steps = 0.01 * rng.standard_normal((100, KERNEL**2))
    likelihoods = log_likelihoods(seen, targets, np.vstack((best, best + steps)), NOISE)
    raised = float((likelihoods[1:] - likelihoods[0]).max())
    return FilterErrors(float(np.abs(solved(seen, clean) - hidden).max()), noisy, raised)


def _judge_found(n: FilterErrors) -> Judgement:
    power = exponent(COUNTS, n.noisy)
    measured = f"off by {figure(n.clean)} without noise; n^{power:.2f} with it"
    why = (
        f"without noise the hidden filter is found within {figure(n.clean)}; with noise the "
        f"error goes from {figure(n.noisy[0])} at {COUNTS[0]} images to {figure(n.noisy[-1])} "
        f"at {COUNTS[-1]}, like n^{power:.2f}; of 100 steps away from the solution the best "
        f"changes the log-likelihood by {figure(n.raised)}"
    )
    if n.clean <= 1e-9 and abs(power + 0.5) <= 0.1 and n.raised <= 0:
        return holds(measured, why)
    return wrong(measured, why)


# ---- E15: what commutes with shifts


class Averaged(NamedTuple):
    """Distance from a convolution: of a random matrix, and of its average over shifts."""

    before: float
    after: float


def _measure_averaged(ctx: Context) -> Averaged:
    n, rng = 12, np.random.default_rng(0)
    matrix = rng.standard_normal((n, n))
    average = np.mean([conjugated(matrix, (k,)) for k in range(n)], axis=0)
    # Columns answer pulses: `off_convolution` has what it reads first in front.
    return Averaged(off_convolution(matrix.T), off_convolution(average.T))


def _judge_averaged(n: Averaged) -> Judgement:
    measured = f"off by {figure(n.after)}"
    why = (
        f"a random matrix differs from a convolution by {figure(n.before)}; averaged over all "
        f"shifts, so that it commutes with them, by {figure(n.after)}"
    )
    if n.after <= EXACT < n.before:
        return holds(measured, why)
    return wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E1",
        E,
        "A locally connected layer has H'W'd parameters, a convolution d.",
        published="H'W'd and d",
        page="convolution",
        tolerance="rank of the map from parameters to matrices, exactly, for 8 × 8 images and "
        "filters of 3 × 3",
        measure=_measure_freedom,
        judge=_judge_freedom,
    ),
    Claim(
        "E2",
        E,
        "A convolution commutes with shifts, a dense layer does not; pooling makes it "
        "invariant.",
        published="exact",
        page="convolution",
        tolerance="largest difference between shift-then-layer and layer-then-shift at most "
        f"{EXACT:g} for the convolution, wrapped round and with a border of zeros; above 0.1 "
        "for the dense layer; outputs after pooling of shifted images differ by at most "
        f"{EXACT:g}, over the whole image and in blocks of 2 × 2",
        measure=_measure_shifts,
        judge=_judge_shifts,
    ),
    Claim(
        "E3",
        E,
        "Under Gaussian noise a shared linear filter is found by one least-squares problem.",
        published="exact",
        page="convolution",
        tolerance="without noise the hidden filter is found within 1e-9; with noise the error "
        "falls like n^−0.5, the exponent within 0.1, and no step away from the solution raises "
        "the likelihood",
        measure=_measure_found,
        judge=_judge_found,
    ),
    Claim(
        "E15",
        E,
        "Every linear map that commutes with shifts is a convolution.",
        published="exact",
        page="convolution",
        tolerance="a random matrix, averaged over all shifts, equals the convolution with the "
        f"kernel read off its first column within {EXACT:g}; before the average it does not",
        measure=_measure_averaged,
        judge=_judge_averaged,
    ),
)
