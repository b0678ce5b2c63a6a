"""One layer as an expansion, depth as a composition of expansions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import C, Claim, Context, Judgement
from layerlab.claims.figures import figure
from layerlab.claims.linear import relative, small_lab
from layerlab.claims.populations import initial_params
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import problem_of

Array = np.ndarray
EXACT = 1e-12  # relative
NETS = 16


# ---- C1: one hidden layer

STEP = 0.3  # by how much b or c is changed


class Expansion(NamedTuple):
    """The sum against the forward pass, and what changes of b and c do to one term.

    Attributes:
        apart: largest relative difference.
        moved: by how much the place changes at which a term is 0, for b and for c.
        stretched: by how much the way from -1/2 to 1/2 changes, for b and for c.
    """

    apart: float
    moved: dict[str, float]
    stretched: dict[str, float]


def terms(b: Array, c: Array, x: Array) -> Array:
    """Return tanh(b_k x + c_k): the terms of one hidden layer. All broadcast."""
    return ACTIVATIONS["tanh"](b * x + c)


def _reach(b: Array, c: Array, level: float) -> Array:
    """Return the x at which each term has a value, by bisection; b > 0. (w,)"""
    low, high = np.full_like(b, -50.0), np.full_like(b, 50.0)
    for _halving in range(80):
        middle = 0.5 * (low + high)
        is_below = terms(b, c, middle) < level
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return high


def _measure_expansion(ctx: Context) -> Expansion:
    problem = problem_of(small_lab((12,), "tanh", "wave"))
    layout, apart = problem.layout, 0.0
    params = initial_params(problem.spec, NETS)
    out = forward(problem, params, problem.x).h[-1]  # (nets, points, 1)
    for k, flat in enumerate(params):
        b, c = layout.weights(flat, 0)[0], layout.biases(flat, 0)
        a, d = layout.weights(flat, 1)[:, 0], layout.biases(flat, 1)
        apart = max(apart, relative(terms(b, c, problem.x) @ a + d, out[k, :, 0]))
    rng = np.random.default_rng(0)
    b, c = rng.uniform(0.5, 2, 32), rng.uniform(-1, 1, 32)

    def place_and_width(b: Array, c: Array) -> Array:
        return np.stack([_reach(b, c, 0.0), _reach(b, c, 0.5) - _reach(b, c, -0.5)])

    start = place_and_width(b, c)
    by_b = np.abs(place_and_width(b + STEP, c) - start).max(1)
    by_c = np.abs(place_and_width(b, c + STEP) - start).max(1)
    return Expansion(
        apart,
        {"b": float(by_b[0]), "c": float(by_c[0])},
        {"b": float(by_b[1]), "c": float(by_c[1])},
    )


def _judge_expansion(n: Expansion) -> Judgement:
    measured = _("differs by {difference}", difference=figure(n.apart))
    shifts = [k for k in n.moved if n.moved[k] > EXACT and n.stretched[k] <= EXACT]
    stretches = [k for k in n.moved if n.stretched[k] > EXACT]
    why = _(
        "sum and forward pass differ by {apart}; {step} more of c moves a term by "
        "{moved} at most and changes its width by {stretched_by_c}, "
        "{step} more of b changes the width by up to {stretched_by_b}",
        apart=figure(n.apart),
        step=STEP,
        moved=figure(n.moved["c"]),
        stretched_by_c=figure(n.stretched["c"]),
        stretched_by_b=figure(n.stretched["b"]),
    )
    if n.apart > EXACT:
        return Judgement.wrong(measured, why)
    if shifts == ["b"] and stretches == ["c"]:
        return Judgement.holds(measured, why)
    if shifts and stretches:
        condition = _(
            "{shifts} shifts and {stretches} stretches",
            shifts=joined_by_and(shifts),
            stretches=joined_by_and(stretches),
        )
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.wrong(measured, why)


# ---- C2: depth


def _measure_composition(ctx: Context) -> dict[str, float]:
    """Return by activation how far composed one-layer expansions are from the network."""
    found = {}
    for activation in (entry.key for entry in ACTIVATIONS):
        problem = problem_of(small_lab((6,) * 4, activation))
        params, layout = initial_params(problem.spec, NETS), problem.layout
        out = forward(problem, params, problem.x).h[-1]
        apart = 0.0
        for k, flat in enumerate(params):
            values: Array = problem.x
            for layer in range(layout.layers):
                w, b = layout.weights(flat, layer), layout.biases(flat, layer)
                bent = values if layer == 0 else ACTIVATIONS[activation](values)
                values = sum_of(bent, w) + b  # each unit an expansion in the units before
            apart = max(apart, relative(values, out[k]))
        found[activation] = apart
    return found


def sum_of(units: Array, weights: Array) -> Array:
    """Return sums of units with weights, term by term. (n, a), (a, b) -> (n, b)"""
    return np.asarray((units[:, :, None] * weights).sum(1))


def _judge_composition(n: dict[str, float]) -> Judgement:
    worst = max(n, key=lambda name: n[name])
    measured = _("differs by {difference}", difference=figure(n[worst]))
    why = _(
        "for {activations} activations and four layers the composed expansions differ from "
        "the network by at most {difference} ({worst})",
        activations=len(n),
        difference=figure(n[worst]),
        worst=worst,
    )
    return (
        Judgement.holds(measured, why) if n[worst] <= EXACT else Judgement.wrong(measured, why)
    )


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "C1",
        C,
        _(
            "One hidden layer is a sum of aₖ s(bₖ x + cₖ) + d; bₖ shifts a term and cₖ "
            "stretches it."
        ),
        published=_("exact; b shifts, c stretches"),
        page="basis",
        tolerance=_(
            "the sum equals the forward pass within {exact:g}; a change of b (of c) "
            "moves the place where the sum is 0 and leaves the width of the bend, within "
            "{exact:g}, if it shifts",
            exact=EXACT,
        ),
        measure=_measure_expansion,
        judge=_judge_expansion,
    ),
    Claim(
        "C2",
        C,
        _("Depth is composition: each layer is an expansion of one factor."),
        published=_("exact"),
        page="basis",
        tolerance=_(
            "composed one-layer expansions equal the forward pass within {exact:g}, for "
            "every activation of the lab, four layers",
            exact=EXACT,
        ),
        measure=_measure_composition,
        judge=_judge_composition,
    ),
)
