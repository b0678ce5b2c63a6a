"""What many layers do to lengths, of gradients on their way back and of signals."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import figure
from layerlab.claims.populations import initial_params, lab
from layerlab.core.spec import NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import backward, forward
from layerlab.nets.problem import problem_of
from layerlab.nets.stream import stream

DEPTH = 30
SINGULAR = (0.9, 1.0, 1.1)
LENGTHS = 0.2  # relative
ROOM = 1e-9  # relative, of powers


# ---- E14: singular values


class GradientLengths(NamedTuple):
    """How long gradients are behind layers with such singular values.

    Attributes:
        ends: by the singular value the shortest and the longest, of what came in. A value below
            1 is the largest of the layers', one above 1 the smallest.
        depth: layers that they went through.
    """

    ends: dict[float, tuple[float, float]]
    depth: int = DEPTH


def _measure_gradients(ctx: Context) -> GradientLengths:
    net = NetSpec(hidden=(16,) * (DEPTH + 1), activation="identity", init="orthogonal")
    spec = lab("wave", net, TrainSpec(seeds=64, dtype="float64"))
    problem, found = problem_of(spec), {}
    rng = np.random.default_rng(0)
    for scale in SINGULAR:
        params = initial_params(spec, 64) * scale
        done = forward(problem, params, problem.x[:1])
        d_out = rng.standard_normal(done.h[-1].shape)
        dz = backward(problem, params, done, d_out).z
        lengths = np.linalg.norm(dz[0], axis=-1) / np.linalg.norm(dz[DEPTH], axis=-1)
        found[scale] = (float(lengths.min()), float(lengths.max()))
    return GradientLengths(found)


def _judge_gradients(n: GradientLengths) -> Judgement:
    found, kept, fits = [], [], []
    for value, (shortest, longest) in n.ends.items():
        power = value**n.depth
        fields = {"value": figure(value), "depth": n.depth, "power": figure(power)}
        if value < 1:
            fits.append(longest <= power * (1 + ROOM))
            fields["end"] = figure(longest)
            found.append(_("× {end} at {value}", **fields))
            kept.append(_("at most {end} at {value} ({value}^{depth} = {power})", **fields))
        elif value > 1:
            fits.append(shortest >= power * (1 - ROOM))
            fields["end"] = figure(shortest)
            found.append(_("× {end} at {value}", **fields))
            kept.append(_("at least {end} at {value} ({value}^{depth} = {power})", **fields))
        else:
            fits.append(max(abs(shortest - 1), abs(longest - 1)) <= ROOM)
            kept.append(_("{low:.9f} to {high:.9f} at 1", low=shortest, high=longest))
    why = _(
        "through {depth} layers gradients keep of their length, by the singular values of "
        "these: {kept}",
        depth=n.depth,
        kept=", ".join(kept),
    )
    measured = ", ".join(found)
    return Judgement.holds(measured, why) if all(fits) else Judgement.wrong(measured, why)


# ---- L4: the variance of log lengths

SHAPES: dict[str, tuple[int, ...]] = {
    "5 × 16": (16,) * 5,
    "5 × 128": (128,) * 5,
    "30 × 32": (32,) * 30,
    "20 × 64": (64,) * 20,
    "10 × 16-128": (16, 128) * 10,
}


def _measure_lengths(ctx: Context) -> dict[str, float]:
    """Return for each architecture the variance of the log length by the sum of 1 / width."""
    found, nets = {}, ctx.sample_size(1000, 250)
    for k, (name, hidden) in enumerate(SHAPES.items()):
        part = ctx.part(k, len(SHAPES))
        net, logs = NetSpec(hidden=hidden), []
        for seed in range(nets):
            part.step(seed, nets)
            rng = np.random.default_rng(seed)
            *_, (_, h) = stream(net, np.ones((1, 64)), rng)
            logs.append(np.log((h**2).mean()))
        found[name] = float(np.var(logs) / np.sum(1 / np.array(hidden)))
    return found


def _judge_lengths(n: dict[str, float]) -> Judgement:
    measured = ", ".join(f"{name}: {value:.2f}" for name, value in n.items())
    why = _("variance of the log length over the sum of 1 / width is {ratios}", ratios=measured)

    def alike(values: list[float]) -> bool:
        return max(values) <= (1 + LENGTHS) * min(values)

    if alike(list(n.values())):
        return Judgement.holds(measured, why)
    wide = [
        value for name, value in n.items() if min(SHAPES[name]) > min(map(min, SHAPES.values()))
    ]
    if alike(wide):
        return Judgement.holds_only_if(_("no layer is as narrow as 16"), measured, why)
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E14",
        E,
        _("Jacobians with all singular values below 1 make gradients vanish, above 1 explode."),
        published=_("vanish, explode"),
        page="signal",
        tolerance=_(
            "through {depth} layers whose singular values are all 0.9 (1.1) no gradient "
            "of 64 is longer than 0.9^{depth} (shorter than 1.1^{depth}) of what came in, by "
            "the lab's backpropagation; with all of them 1 the length stays within 1e-9",
            depth=DEPTH,
        ),
        measure=_measure_gradients,
        judge=_judge_gradients,
    ),
    Claim(
        "L4",
        _("Hanin & Rolnick 2018 (arXiv 1803.01719)"),
        _(
            "The variance of the log length of the activations of ReLU networks with He is set "
            "by the sum of 1 / width."
        ),
        published=_("sum of 1 / width"),
        page="signal",
        tolerance=_(
            "variance of the log of the mean square over 1\u202f000 networks, divided by "
            "the sum of 1 / width, is the same within {lengths:g} % for five architectures "
            "of equal and unequal widths from 16 to 128 and depths 5 to 30",
            lengths=LENGTHS * 100,
        ),
        measure=_measure_lengths,
        judge=_judge_lengths,
    ),
)
