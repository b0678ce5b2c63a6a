"""Convolutions: counts, shifts, and filters from data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import exponent, figure
from layerlab.core.translation import _
from layerlab.nets.studies.convolution import (
    EXACT,
    KERNEL,
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

Array = np.ndarray
SIDE = 8  # of images


# ---- E1: parameters


class Freedom(NamedTuple):
    """Ranks of the maps from parameters to matrices, H'W'd, and d.

    `hangs_over`: whether filters hang over the edge, so that some of their weights see nothing.
    """

    local: int
    shared: int
    expected: tuple[int, int]
    hangs_over: bool = False


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
    measured = _("{local} and {shared}", local=n.local, shared=n.shared)
    why = _(
        "for images of {side} × {side} and filters of {kernel} × {kernel} the matrices of "
        "locally connected layers span {local} dimensions (H'W'd = {many}), those of "
        "convolutions {shared} (d = {few})",
        side=SIDE,
        kernel=KERNEL,
        local=n.local,
        many=many,
        shared=n.shared,
        few=few,
    )
    if (n.local, n.shared) == n.expected:
        return Judgement.holds(measured, why)
    if n.hangs_over and n.local < many and n.shared == few:
        return Judgement.holds_only_if(_("no filter hangs over the edge"), measured, why)
    return Judgement.wrong(measured, why)


# ---- E2: shifts


def _measure_shifts(ctx: Context) -> Shifts:
    rng = np.random.default_rng(0)
    images, kernel = rng.standard_normal((16, SIDE, SIDE)), rng.standard_normal(KERNEL**2)
    matrix = rng.standard_normal((SIDE**2, SIDE**2)) / SIDE

    def dense(x: Array) -> Array:
        return (x.reshape(len(x), -1) @ matrix).reshape(x.shape)

    return shift_first_or_last(images, kernel, dense, (1, 1))


def _judge_shifts(n: Shifts) -> Judgement:
    measured = _(
        "off by {wrapped} wrapped round, {bordered} with a border",
        wrapped=figure(n.wrapped),
        bordered=figure(n.bordered),
    )
    why = _(
        "shifting first or last differs by {wrapped} for a convolution that wraps "
        "round, by {bordered} with a border of zeros, by {dense} for a "
        "dense layer; a shift changes the maximum over the image by {pooled} and "
        "those over blocks of 2 × 2 by up to {blocks}",
        wrapped=figure(n.wrapped),
        bordered=figure(n.bordered),
        dense=figure(n.dense),
        pooled=figure(n.pooled),
        blocks=figure(n.blocks),
    )
    if max(n.wrapped, n.pooled) > EXACT or n.dense <= 0.1:
        return Judgement.wrong(measured, why)
    if n.needs:
        return Judgement.holds_only_if(n.needs, measured, why)
    return Judgement.holds(measured, why)


# ---- E3: a filter from data

NOISE = 0.1
COUNTS = (8, 32, 128, 512)  # images


class FilterErrors(NamedTuple):
    """Errors of a filter that least squares find.

    Attributes:
        clean: without noise. noisy: by the number of images, median of draws.
        raised: the largest gain in log-likelihood of a step away from the solution.
        counts: of images, of `noisy`.
    """

    clean: float
    noisy: list[float]
    raised: float
    counts: tuple[int, ...] = COUNTS


def _measure_found(ctx: Context) -> FilterErrors:
    rng = np.random.default_rng(0)
    hidden, noisy = rng.standard_normal(KERNEL**2), []
    for count in COUNTS:
        errors = []
        for _draw in range(ctx.sample_size(24, 12)):
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
    power = exponent(n.counts, n.noisy)
    measured = _(
        "off by {clean} without noise; n^{power:.2f} with it",
        clean=figure(n.clean),
        power=power,
    )
    why = _(
        "without noise the hidden filter is found within {clean}; with noise the "
        "error goes from {most} at {few} images to {least} "
        "at {many}, like n^{power:.2f}; of 100 steps away from the solution the best "
        "changes the log-likelihood by {raised}",
        clean=figure(n.clean),
        most=figure(n.noisy[0]),
        few=n.counts[0],
        least=figure(n.noisy[-1]),
        many=n.counts[-1],
        power=power,
        raised=figure(n.raised),
    )
    if n.clean <= 1e-9 and abs(power + 0.5) <= 0.1 and n.raised <= 0:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


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
    measured = _("off by {off}", off=figure(n.after))
    why = _(
        "a random matrix differs from a convolution by {before}; averaged over all "
        "shifts, so that it commutes with them, by {after}",
        before=figure(n.before),
        after=figure(n.after),
    )
    if n.after <= EXACT < n.before:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E1",
        E,
        _("A locally connected layer has H'W'd parameters, a convolution d."),
        published=_("H'W'd and d"),
        page="convolution",
        tolerance=_(
            "rank of the map from parameters to matrices, exactly, for 8 × 8 images and "
            "filters of 3 × 3"
        ),
        measure=_measure_freedom,
        judge=_judge_freedom,
    ),
    Claim(
        "E2",
        E,
        _(
            "A convolution commutes with shifts, a dense layer does not; pooling makes it "
            "invariant."
        ),
        published=_("exact"),
        page="convolution",
        tolerance=_(
            "largest difference between shift-then-layer and layer-then-shift at most "
            "{exact:g} for the convolution, wrapped round and with a border of zeros; above "
            "0.1 for the dense layer; outputs after pooling of shifted images differ by at "
            "most {exact:g}, over the whole image and in blocks of 2 × 2",
            exact=EXACT,
        ),
        measure=_measure_shifts,
        judge=_judge_shifts,
    ),
    Claim(
        "E3",
        E,
        _("Under Gaussian noise a shared linear filter is found by one least-squares problem."),
        published=_("exact"),
        page="convolution",
        tolerance=_(
            "without noise the hidden filter is found within 1e-9; with noise the error "
            "falls like n^−0.5, the exponent within 0.1, and no step away from the solution "
            "raises the likelihood"
        ),
        measure=_measure_found,
        judge=_judge_found,
    ),
    Claim(
        "E15",
        E,
        _("Every linear map that commutes with shifts is a convolution."),
        published=_("exact"),
        page="convolution",
        tolerance=_(
            "a random matrix, averaged over all shifts, equals the convolution with the "
            "kernel read off its first column within {exact:g}; before the average it does not",
            exact=EXACT,
        ),
        measure=_measure_averaged,
        judge=_judge_averaged,
    ),
)
