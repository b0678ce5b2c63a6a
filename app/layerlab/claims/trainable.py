"""How deep a network can be and still learn."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, Judgement
from layerlab.claims.figures import listed, within
from layerlab.claims.populations import lab, population, training_loss
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.translation import _
from layerlab.nets.problem import problem_of
from layerlab.nets.theory.meanfield import settled_chi

Array = np.ndarray
HALF, STALLED = 0.5, 0.95  # of the loss of a constant guess


def _digits(hidden: tuple[int, ...], **net: Any) -> LabSpec:
    train = TrainSpec(
        optimizer="momentum", loss="cross-entropy", rate=0.003, batch=64, updates=400
    )
    return lab("digits", NetSpec(hidden=hidden, **net), train)


def constant_loss(spec: LabSpec) -> float:
    """Return the cross-entropy of the best guess that ignores its input."""
    shares = problem_of(spec).y.mean(0)
    return float(-(shares * np.log(shares)).sum())


# ---- L1


class DepthLosses(NamedTuple):
    """Losses of He and of Xavier, and of a constant guess."""

    he: Array
    xavier: Array
    constant: float


def _measure_thirty(ctx: Context) -> DepthLosses:
    losses = []
    for k, init in enumerate(("he-normal", "xavier-normal")):
        spec = _digits((32,) * 30, init=init)
        end = population(ctx.part(k, 2), spec, ctx.sample_size(8, 4))[-1]
        losses.append(training_loss(spec, end))
    return DepthLosses(losses[0], losses[1], constant_loss(spec))


def _judge_thirty(n: DepthLosses) -> Judgement:
    he, xavier = (float(np.median(losses)) for losses in (n.he, n.xavier))
    measured = f"He {he:.3f}, Xavier {xavier:.3f}"
    why = _(
        "after 400 updates the median loss of 30 layers is {he:.3f} with He and {xavier:.3f} "
        "with Xavier, where a constant guess has {constant:.3f}",
        he=he,
        xavier=xavier,
        constant=n.constant,
    )
    if he < HALF * n.constant and xavier > STALLED * n.constant:
        return Judgement.holds(measured, why)
    return Judgement.not_reproduced(measured, why)


# ---- L5

LENGTHS = (1.5, 2.5, 4.0)
GRID = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12)  # depths, in correlation lengths
SIX, ABOUT = 6, 0.25  # "about": within this share of it
BIAS = 0.05  # variance


def std_of_correlation_length(length: float) -> float:
    """Return the weight std at which tanh has a correlation length, in layers, in order.

    -1 / log chi = length, chi the growth of a squared difference (Schoenholz et al. 2017).
    """
    low, high = 0.05, 2.0
    for _halving in range(50):
        middle = 0.5 * (low + high)
        log_chi, _ = settled_chi("tanh", np.array(middle), np.array(math.sqrt(BIAS)))
        low, high = (middle, high) if log_chi < -1 / length else (low, middle)
    return high


def _measure_trainable(ctx: Context) -> dict[float, int]:
    """Return for each correlation length the deepest of the grid that trains."""
    found = {}
    for k, length in enumerate(LENGTHS):
        part = ctx.part(k, len(LENGTHS))
        weight_std = std_of_correlation_length(length)
        found[length] = 0
        for j, times in enumerate(GRID):
            spec = _digits(
                (32,) * round(times * length),
                activation="tanh",
                init="normal",
                weight_std=weight_std,
                bias_std=math.sqrt(BIAS),
            )
            for knob, value in {"rate": 0.01, "batch": 32, "updates": 200}.items():
                spec = edit(spec, f"train.{knob}", value)
            end = population(part.part(j, len(GRID)), spec, ctx.sample_size(6, 3))[-1]
            if np.median(training_loss(spec, end)) > HALF * constant_loss(spec):
                break
            found[length] = times
    return found


def _judge_trainable(n: dict[float, int]) -> Judgement:
    measured = _("{times} correlation lengths", times=listed(n.values()))
    layers = [round(times * length) for length, times in n.items()]
    why = _(
        "with correlation lengths of {lengths} layers the deepest networks that lose half "
        "of a constant guess's loss have {layers} layers, {times} lengths",
        lengths=listed(n),
        layers=listed(layers),
        times=listed(n.values()),
    )
    near = [length for length, times in n.items() if within(times, SIX, ABOUT)]
    if len(near) == len(n):
        return Judgement.holds(measured, why)
    if near:
        condition = _("the correlation length is {lengths} layers", lengths=listed(near))
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "L1",
        _("He et al. 2015 (arXiv 1502.01852), section 2.2"),
        _("With 30 layers of ReLU, Xavier stalls and He converges."),
        published=_("stalls, converges"),
        page="signal",
        tolerance=_(
            "digits, 30 layers of 32, SGD with momentum, 8 seeds: He's median loss ends "
            "below half of that of a constant guess, Xavier's stays above 95 % of it"
        ),
        measure=_measure_thirty,
        judge=_judge_thirty,
    ),
    Claim(
        "L5",
        _("Schoenholz et al. 2017 (arXiv 1611.01232)"),
        _("tanh networks can be trained to a depth of about six correlation lengths."),
        published=_("about 6 correlation lengths"),
        page="signal",
        tolerance=_(
            "the deepest of a grid of depths (1 to 8, 10 and 12 correlation lengths) that "
            "loses half of the loss of a constant guess lies within {about:g} % of {six} "
            "correlation lengths for each of the lengths 1.5, 2.5 and 4 (bias variance 0.05, "
            "width 32, digits, median of 6 seeds)",
            about=ABOUT * 100,
            six=SIX,
        ),
        measure=_measure_trainable,
        judge=_judge_trainable,
    ),
)
