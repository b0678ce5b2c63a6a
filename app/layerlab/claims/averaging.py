"""Averaging networks: independent ones and equal ones, bias, and what makes them differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, E, Judgement
from layerlab.claims.figures import BootstrapBand, figure, percent, within
from layerlab.claims.populations import lab, population
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.translation import _, marked, translated
from layerlab.nets.bootstrap import ENDS
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.ready import is_ready, wait_for_kernels
from layerlab.nets.ensembles import Draws, draws_of, means_of, resamples, simulated_variance
from layerlab.nets.incremental import stepper
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
K = 5  # networks of an ensemble
DRAWS, MEMBER_DRAWS = 160, 24  # of noisy points
PAIRED_DRAWS = 96  # two dozen leave it open what architectures do
DRAWN, TRAINED = 0.03, 0.25  # relative: how near the formula is
NEAR_BIAS = 0.1  # relative
RESAMPLES = 2000
POINTS = 32  # of a draw
X = np.linspace(-0.9, 0.9, 40)[:, None]


def _draw(k: int, net: NetSpec) -> LabSpec:
    """Return the lab of a draw of noisy points, with seeds that no other draw has."""
    updates = 300 if net.hidden else 1500  # a linear model until seeds do not matter any more
    train = TrainSpec(batch="full", rate=0.02, updates=updates, seed=1000 * k)
    return lab("wave", net, train, seed=k, noise=0.3, samples=POINTS, validation=0.0)


def _predictions(ctx: Context, net: NetSpec, draws: int, nets: int) -> Array:
    """Return what networks of many draws predict at `X`. (draws, nets, x)"""
    found = []
    for k in range(draws):
        spec = _draw(k, net)
        end = population(ctx.part(k, draws), spec, nets)[-1]
        found.append(outputs(problem_of(spec), end.params, X.astype(np.float32))[..., 0])
    return np.array(found, float)


# ---- E18: independent members and equal ones

INDEPENDENT, EQUAL = NetSpec(hidden=(8, 8)), NetSpec(hidden=())  # a linear model has one best


class Extremes(NamedTuple):
    """Variance of means of K over that of one, at rho = 0 and at rho = 1: drawn, trained."""

    drawn: tuple[float, float]
    trained: tuple[float, float]


def _measure_extremes(ctx: Context) -> Extremes:
    draws, few = ctx.sample_size(DRAWS, 80), ctx.sample_size(MEMBER_DRAWS, 12)
    own = _predictions(ctx.part(0, 2), INDEPENDENT, draws, 1)[:, 0]  # (draws, x)
    one = own.var(0, ddof=1).mean()
    independent = means_of(own[None], K)[0].var(0, ddof=1).mean() / one
    same = _predictions(ctx.part(1, 2), EQUAL, few, 2 * K)
    equal = means_of(same, K)[:, 0].var(0, ddof=1).mean() / same[:, K:].var(0, ddof=1).mean()
    drawn = simulated_variance(K, 0.0), simulated_variance(K, 1.0)
    return Extremes(drawn, (float(independent), float(equal)))


def _judge_extremes(n: Extremes) -> Judgement:
    measured = _("{independent:.3f} v, {equal:.3f} v", independent=n.drawn[0], equal=n.drawn[1])
    why = _(
        "means of {k} simulated predictors have {drawn_0:.4f} v at ρ = 0 and {drawn_1:.4f} v "
        "at ρ = 1; those of networks that each have a draw of their own {trained_0:.3f} v, "
        "those of linear models of one draw, which training leaves equal, {trained_1:.4f} v",
        k=K,
        drawn_0=n.drawn[0],
        drawn_1=n.drawn[1],
        trained_0=n.trained[0],
        trained_1=n.trained[1],
    )
    as_drawn = within(n.drawn[0], 1 / K, DRAWN) and within(n.drawn[1], 1.0, DRAWN)
    as_trained = within(n.trained[0], 1 / K, TRAINED) and within(n.trained[1], 1.0, DRAWN)
    if as_drawn and as_trained:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


# ---- E19: bias

# From one that misses the wave to one that follows it.
KINDS = (
    NetSpec(hidden=(2,)),
    NetSpec(hidden=()),
    NetSpec(hidden=(4, 4), activation="tanh", init="xavier-normal"),
    NetSpec(hidden=(8, 8)),
)


class Bias(NamedTuple):
    """Root mean squares over the inputs.

    Attributes:
        member: bias of a member, over all of them. mean: mean of the members' biases.
        ensemble: bias of ensembles of others. off: difference of these two.
    """

    member: float
    mean: float
    ensemble: float
    off: float

    @property
    def share(self) -> float:
        """How far the ensemble is from the mean, relative."""
        return self.off / self.mean


class Biases(NamedTuple):
    """Of one architecture, of four; variance of ensembles of the one over that of members."""

    one: Bias
    four: Bias
    variance: float


def combined(predictions: Array) -> Array:
    """Return what an ensemble predicts: the mean of its members. (members, ...) -> (...)"""
    return np.asarray(predictions.mean(0))


def _rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean()))


def _measure_biases(ctx: Context) -> Biases:
    draws = ctx.sample_size(MEMBER_DRAWS, 16)
    truth = problem_of(_draw(0, KINDS[0])).data.truth
    assert truth is not None  # a generated task
    parts = [
        _predictions(ctx.part(k, len(KINDS)), net, draws, 16) for k, net in enumerate(KINDS)
    ]
    p = np.array(parts) - truth(X)[:, 0]  # errors; (kinds, draws, nets, x)
    seen, others = p[:, :, ::2], p[:, :, 1::2].transpose(0, 2, 1, 3)
    biases = seen.mean((1, 2))  # (kinds, x)
    one, four = combined(others[0]), combined(others.reshape(-1, *others.shape[2:]))
    return Biases(
        _bias(biases[:1], one.mean(0)),
        _bias(biases, four.mean(0)),
        float(one.var(0, ddof=1).mean() / p[0].var(0, ddof=1).mean()),
    )


def _bias(members: Array, ensemble: Array) -> Bias:
    """Compare biases over the inputs. (members, x), (x,)"""
    mean = members.mean(0)
    return Bias(_rms(members), _rms(mean), _rms(ensemble), _rms(ensemble - mean))


def _judge_biases(n: Biases) -> Judgement:
    measured = _("off by {one}, {four}", one=percent(n.one.share), four=percent(n.four.share))
    why = _(
        "the bias of ensembles of one architecture is {one} where the mean of its members is "
        "{one_mean}, that of ensembles of four architectures {four} where the mean is "
        "{four_mean} and one member has {member}, root mean squares over inputs; they differ "
        "by {one_off} and {four_off}; of the variance averaging leaves {variance}",
        one=figure(n.one.ensemble),
        one_mean=figure(n.one.mean),
        four=figure(n.four.ensemble),
        four_mean=figure(n.four.mean),
        member=figure(n.four.member),
        one_off=percent(n.one.share),
        four_off=percent(n.four.share),
        variance=percent(n.variance),
    )
    if max(n.one.share, n.four.share) <= NEAR_BIAS:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


# ---- E20: what makes members differ

NETS = 6  # of a draw
SEED, BOOTSTRAP = marked("seed"), marked("bootstrap")
ARCHITECTURE = marked("architecture")
DIFFERENT = (BOOTSTRAP, ARCHITECTURE)  # beside by their seed
ARCHITECTURES = (
    NetSpec(hidden=(8, 8)),
    NetSpec(hidden=(8, 8), activation="tanh", init="xavier-normal"),
    NetSpec(hidden=(8, 8, 8), activation="silu"),
    NetSpec(hidden=(16,)),
)


class Correlations(NamedTuple):
    """By what members differ: their correlation, and how much more it is than by the seed."""

    rho: dict[str, float]
    more: dict[str, BootstrapBand]


def resampled(draw: int, net: int) -> Array:
    """Return which points a member learns from. (POINTS,)"""
    return np.random.default_rng((draw, net)).integers(0, POINTS, POINTS)


def _member(spec: LabSpec, rows: Array | None = None) -> Array:
    """Train one network on all points or on some; return its predictions at `X`. (x,)"""
    problem = problem_of(edit(spec, "train.seeds", 1))
    own = problem
    if rows is not None:
        own = replace(problem, x=problem.x[rows], y=problem.y[rows])
    trainer = stepper(own, initialize(problem), is_ready())
    trainer.train_here(problem.length)
    return outputs(problem, trainer.state().params, X.astype(np.float32))[0, :, 0]


def _members(draw: int, kind: str) -> list[Array]:
    """Return predictions of a draw's members, which differ by their seed and by more."""
    chosen = np.random.default_rng(draw).integers(0, len(ARCHITECTURES), NETS)
    found = []
    for net in range(NETS):
        recipe = ARCHITECTURES[chosen[net] if kind == ARCHITECTURE else 0]
        rows = resampled(draw, net) if kind == BOOTSTRAP else None
        spec = _draw(draw, recipe)
        found.append(_member(edit(spec, "train.seed", spec.train.seed + net), rows))
    return found


def _errors(ctx: Context, kind: str, draws: int) -> Draws:
    """Train a few networks of each draw."""
    truth = problem_of(_draw(0, ARCHITECTURES[0])).data.truth
    assert truth is not None  # a generated task
    found = []
    for draw in range(draws):
        ctx.step(draw, draws)
        found.append(_members(draw, kind))
    return draws_of(np.array(found, float) - truth(X)[:, 0])


def _measure_correlations(ctx: Context) -> Correlations:
    for _wait in wait_for_kernels(ctx.is_cancelled):
        ctx.step(0, 1)
    draws, kinds = PAIRED_DRAWS, (SEED, *DIFFERENT)
    errors = {k: _errors(ctx.part(i, len(kinds)), k, draws) for i, k in enumerate(kinds)}
    rho = {kind: found.variance_components().rho for kind, found in errors.items()}
    shares = resamples(draws, RESAMPLES)  # the same draws of all kinds, so they pair
    resampled_rho = {kind: found.correlations(shares) for kind, found in errors.items()}
    more = {}
    for kind in DIFFERENT:
        low, high = np.percentile(resampled_rho[kind] - resampled_rho[SEED], ENDS)
        more[kind] = BootstrapBand(rho[kind] - rho[SEED], float(low), float(high))
    return Correlations(rho, more)


def _judge_correlations(n: Correlations) -> Judgement:
    measured = ", ".join(f"{translated(kind)} {rho:.3f}" for kind, rho in n.rho.items())
    more = ", ".join(
        _(
            "{kind} {middle:.3f} ({low:.3f} to {high:.3f})",
            kind=translated(kind),
            middle=band.middle,
            low=band.low,
            high=band.high,
        )
        for kind, band in n.more.items()
    )
    why = _(
        "the correlation of two members' errors is {seed:.3f} where their seeds alone differ, "
        "over {draws} draws; beside that: {more}",
        seed=n.rho[SEED],
        draws=PAIRED_DRAWS,
        more=more,
    )
    falls = [translated(kind) for kind, band in n.more.items() if band.high < 0]
    if len(falls) == len(n.more):
        return Judgement.holds(measured, why)
    if falls:
        return Judgement.holds_only_if(
            _("members differ by {kinds}", kinds=joined_by_and(falls)), measured, why
        )
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E18",
        E,
        _(
            "Averaging K members divides the variance by K if ρ = 0, and changes nothing if "
            "ρ = 1."
        ),
        published=_("v / K; v"),
        page="ensemble",
        tolerance=_(
            "K = {k}: simulated predictors within {drawn:g} % of v / K and of v; networks of "
            "{draws} draws of their own within {trained:g} % of v / K; linear models of one "
            "draw, which differ by their seed alone, within {drawn:g} % of v",
            k=K,
            drawn=DRAWN * 100,
            draws=DRAWS,
            trained=TRAINED * 100,
        ),
        measure=_measure_extremes,
        judge=_judge_extremes,
    ),
    Claim(
        "E19",
        E,
        _("The bias of an ensemble is the mean of its members' biases."),
        published=_("exact"),
        page="ensemble",
        tolerance=_(
            "over the inputs, the bias of ensembles differs from the mean bias of other "
            "networks of the same kinds by at most {near:g} % of it (root mean squares, "
            "{draws} draws), for members of one architecture and of four",
            near=NEAR_BIAS * 100,
            draws=MEMBER_DRAWS,
        ),
        measure=_measure_biases,
        judge=_judge_biases,
    ),
    Claim(
        "E20",
        E,
        _(
            "Bootstrap samples and different architectures diversify an ensemble: the "
            "correlation of its members falls."
        ),
        published=NO_FIGURE,
        page="ensemble",
        tolerance=_(
            "over {draws} draws the correlation of two members' errors is lower than that of "
            "members that differ by their seed alone, the 95 % bootstrap band of the "
            "difference below 0, for bootstrap samples and for architectures",
            draws=PAIRED_DRAWS,
        ),
        measure=_measure_correlations,
        judge=_judge_correlations,
    ),
)
