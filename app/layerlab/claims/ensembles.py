"""Ensembles: what the mean of several networks varies by."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import percent, within
from layerlab.claims.populations import lab, population
from layerlab.core.spec import TrainSpec, edit
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.ensembles import mean_variance, simulated_variance, variance_components
from layerlab.nets.problem import problem_of

# ---- E13: ensembles

K, RHO = 10, 0.3
CASES = ((2, 0.0), (K, RHO), (10, 0.9), (50, 0.3))  # predictors, and their correlation
NEAR, AS_PREDICTED = 0.03, 0.15  # relative


class Ensembles(NamedTuple):
    """Variance of means over v.

    Attributes:
        simulated: of predictors, by their number and correlation, beside the formula.
        measured, predicted: of networks, whose correlation is rho.
        may_be_random: whether random variation alone may explain how these two differ.
    """

    simulated: dict[tuple[int, float], tuple[float, float]]
    measured: float
    predicted: float
    rho: float
    may_be_random: bool = False


def _measure_ensembles(ctx: Context) -> Ensembles:
    predictions, sets = [], ctx.sample_size(24, 8)
    x = np.linspace(-0.9, 0.9, 40)[:, None]
    for k in range(sets):  # another draw of noisy points for each set of networks
        spec = lab("wave", train=TrainSpec(updates=500), seed=k, noise=0.3, samples=32)
        end = population(ctx.part(k, sets), edit(spec, "train.seed", 1000 * k), 2 * K)[-1]
        predictions.append(outputs(problem_of(spec), end.params, x.astype(np.float32))[..., 0])
    p = np.array(predictions, float)  # (sets, networks, x)
    first, second = variance_components(p[:, :K]), p[:, K:]
    measured = second.mean(1).var(axis=0, ddof=1).mean() / first.one.mean()
    return Ensembles(
        {case: (simulated_variance(*case), mean_variance(*case)) for case in CASES},
        float(measured),
        mean_variance(K, first.rho),
        first.rho,
    )


def _judge_ensembles(n: Ensembles) -> Judgement:
    simulated, expected = n.simulated[K, RHO]
    off = max(abs(drawn / formula - 1) for drawn, formula in n.simulated.values())
    measured = _("{simulated:.4f} v at K = {k}, ρ = {rho}", simulated=simulated, k=K, rho=RHO)
    why = _(
        "{k} simulated predictors with ρ = {rho} have a mean of variance {simulated:.4f} v "
        "(formula {expected:.2f}), and for {cases} pairs of K and ρ it is off by {off} at "
        "most; networks of the lab, whose ρ is {measured_rho:.3f}, have {measured:.3f} v where "
        "the formula says {predicted:.3f}",
        k=K,
        rho=RHO,
        simulated=simulated,
        expected=expected,
        cases=len(n.simulated),
        off=percent(off),
        measured_rho=n.rho,
        measured=n.measured,
        predicted=n.predicted,
    )
    is_met = within(n.measured, n.predicted, AS_PREDICTED) or n.may_be_random
    if off <= NEAR and is_met:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E13",
        E,
        _(
            "The mean of K predictors of variance v and correlation ρ has variance v (1/K + "
            "(K−1)/K ρ)."
        ),
        published="v (1/K + (K−1)/K ρ)",
        page="ensemble",
        tolerance=_(
            "within {near:g} % for simulated predictors, for {cases} pairs of K and ρ; within "
            "{as_predicted:g} % for networks of the lab, whose v and ρ are measured",
            near=NEAR * 100,
            cases=len(CASES),
            as_predicted=AS_PREDICTED * 100,
        ),
        measure=_measure_ensembles,
        judge=_judge_ensembles,
    ),
)
