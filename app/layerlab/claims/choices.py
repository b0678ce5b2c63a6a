"""Choices of architecture and training, asked of many seeds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import A, C, Claim, Context, D, Judgement
from layerlab.claims.figures import BootstrapBand, difference, figure, summary
from layerlab.claims.listing import listing
from layerlab.claims.populations import lab, population, training_loss, validation_loss
from layerlab.core.phrases import joined_by_and, joined_by_or
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
from layerlab.core.translation import _
from layerlab.nets.problem import problem_of

Array = np.ndarray
SEEDS = 64
ALIKE = 1.25  # "about as well": the ratio of medians is at most this, either way


def turned(spec: LabSpec, **knobs: Any) -> LabSpec:
    """Return a lab with knobs turned: `net_width=8` turns `net.width`."""
    for name, value in knobs.items():
        spec = edit(spec, name.replace("_", ".", 1), value)
    return spec


def _losses(ctx: Context, spec: LabSpec, kind: str = "training") -> Array:
    end = population(ctx, spec, ctx.sample_size(SEEDS, 16))[-1]
    return (training_loss if kind == "training" else validation_loss)(spec, end)


# ---- D28: the advice


class Advice(NamedTuple):
    """A lab that has a trouble, the lab after the advice, and which loss shows it."""

    before: LabSpec
    after: LabSpec
    kind: str = "training"


def _advice() -> dict[str, Advice]:
    wave = lab("wave")
    few = lab("wave", NetSpec(hidden=(32, 32)), TrainSpec(updates=3000), samples=24, noise=0.3)
    eight = turned(wave, net_depth=8, net_width=16, train_updates=500)
    deep = turned(wave, net_depth=24)
    torch = turned(deep, net_init="torch-default")
    return {
        _("width 12 instead of 4 for 4 inputs"): Advice(listing(4), listing(12)),
        _("underfit, width 8 instead of 2"): Advice(turned(wave, net_width=2), wave),
        _("overfit, width 8 instead of 32"): Advice(
            few, turned(few, net_width=8), "validation"
        ),
        _("overfit, width 4 instead of 32"): Advice(
            few, turned(few, net_width=4), "validation"
        ),
        _("unstable, rate 0.01 instead of 0.5"): Advice(turned(wave, train_rate=0.5), wave),
        _("unstable, He instead of standard deviation 1"): Advice(
            turned(eight, net_init="large-normal"), eight
        ),
        _("skips in 24 layers of He"): Advice(deep, turned(deep, net_residual=True)),
        _("skips in 24 layers of PyTorch's"): Advice(torch, turned(torch, net_residual=True)),
    }


def _measure_advice(ctx: Context) -> dict[str, tuple[Array, Array]]:
    advice, found = _advice(), {}
    for k, (name, one) in enumerate(advice.items()):
        parts = ctx.part(2 * k, 2 * len(advice)), ctx.part(2 * k + 1, 2 * len(advice))
        found[name] = (
            _losses(parts[0], one.before, one.kind),
            _losses(parts[1], one.after, one.kind),
        )
    return found


def _judge_advice(n: dict[str, tuple[Array, Array]]) -> Judgement:
    helps = [name for name, (before, after) in n.items() if difference(before, after).low > 0]
    measured = _("{helps} of {all} lower the median loss", helps=len(helps), all=len(n))
    text = [
        f"{name}: {figure(np.median(a))} → {figure(np.median(b))}" for name, (a, b) in n.items()
    ]
    why = _(
        "median losses of {seeds} seeds: {losses}",
        seeds=len(next(iter(n.values()))[0]),
        losses="; ".join(text),
    )
    if len(helps) == len(n):
        return Judgement.holds(measured, why)
    if helps:
        left = [name for name in n if name not in helps]
        return Judgement.holds_only_if(
            _("this is left out: {left}", left="; ".join(left)), measured, why
        )
    return Judgement.not_reproduced(measured, why)


# ---- D34: funnels

PAIRS = {"16-16-16": (16, 16, 16), "28-14-7": (28, 14, 7)}


def _measure_funnels(ctx: Context) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for k, task in enumerate(("wave", "multi-gauss")):
        found[task] = {
            name: _losses(
                ctx.part(2 * k + j, 4), lab(task, NetSpec(hidden=hidden)), "validation"
            )
            for j, (name, hidden) in enumerate(PAIRS.items())
        }
    return found


def _judge_alike(most: float, n: dict[str, dict[str, Array]], why: str) -> Judgement:
    """Compare the two populations of each task: alike if their medians are."""
    ratios = {}
    for task, pair in n.items():
        left, right = pair.values()
        ratios[task] = float(np.median(right) / np.median(left))
    measured = ", ".join(f"{task} × {figure(ratio)}" for task, ratio in ratios.items())
    alike = [task for task, ratio in ratios.items() if 1 / most <= ratio <= most]
    if len(alike) == len(ratios):
        return Judgement.holds(measured, why)
    if alike:
        return Judgement.holds_only_if(
            _("the task is {tasks}", tasks=joined_by_or(alike)), measured, why
        )
    return Judgement.not_reproduced(measured, why)


def _judge_funnels(n: dict[str, dict[str, Array]]) -> Judgement:
    why = _("losses of {seeds} seeds are {losses}", seeds=_seeds(n), losses=_losses_text(n))
    return _judge_alike(ALIKE, n, why)


def _seeds(n: dict[str, dict[str, Array]]) -> int:
    return len(next(iter(next(iter(n.values())).values())))


def _losses_text(n: dict[str, dict[str, Array]]) -> str:
    return "; ".join(
        f"{task}: " + ", ".join(f"{name} {summary(losses)}" for name, losses in pair.items())
        for task, pair in n.items()
    )


# ---- D35: rates of Adam and SGD

TWICE = 2.0
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)  # of SGD


class Rates(NamedTuple):
    """Losses of Adam at 0.01 and, by its rate, of SGD; by task."""

    adam: dict[str, Array]
    sgd: dict[str, dict[float, Array]]


def _measure_rates(ctx: Context) -> Rates:
    found, tasks = Rates({}, {}), ("wave", "diagonal-flip")
    parts = iter(ctx.part(k, 2 * (1 + len(RATES))) for k in range(2 * (1 + len(RATES))))
    for task in tasks:
        spec = lab(task, train=TrainSpec(optimizer="adam", rate=0.01, updates=1500))
        found.adam[task] = _losses(next(parts), spec)
        found.sgd[task] = {
            rate: _losses(next(parts), turned(spec, train_optimizer="sgd", train_rate=rate))
            for rate in RATES
        }
    return found


def _judge_rates(n: Rates) -> Judgement:
    nearest = []
    for task, losses in n.adam.items():
        off = {r: abs(np.log(np.median(v) / np.median(losses))) for r, v in n.sgd[task].items()}
        rate = min(off, key=lambda rate: off[rate])
        nearest.append(_("{rate:g} on {task}", rate=rate, task=task))
    pairs = {
        task: {"Adam 0.01": losses, f"SGD {RATES[0]:g}": n.sgd[task][RATES[0]]}
        for task, losses in n.adam.items()
    }
    why = _(
        "losses of {seeds} seeds are {losses}; SGD comes nearest at {rates}",
        seeds=_seeds(pairs),
        losses=_losses_text(pairs),
        rates=joined_by_and(nearest),
    )
    return _judge_alike(TWICE, pairs, why)


# ---- A3: ReLU and softplus

TASKS = ("wave", "step", "abs", "sine-mix", "sawtooth", "multi-gauss")


def _measure_softplus(ctx: Context) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    parts = iter(ctx.part(k, 4 * len(TASKS)) for k in range(4 * len(TASKS)))
    for task in TASKS:
        found[task] = {}
        for name in ("relu", "softplus"):
            net = NetSpec(hidden=(8, 8), activation=name)
            rates = [
                _losses(
                    next(parts), lab(task, net, TrainSpec(rate=r, updates=1000)), "validation"
                )
                for r in (0.003, 0.01)
            ]
            found[task][name] = min(rates, key=lambda v: float(np.median(v)))
    return found


def _judge_softplus(n: dict[str, dict[str, Array]]) -> Judgement:
    bands: dict[str, BootstrapBand] = {
        task: difference(pair["softplus"], pair["relu"]) for task, pair in n.items()
    }
    ahead = [task for task, band in bands.items() if band.low > 0]
    behind = [task for task, band in bands.items() if band.high < 0]
    measured = _(
        "ahead on {ahead} of {all} tasks, behind on {behind}",
        ahead=len(ahead),
        all=len(n),
        behind=len(behind),
    )
    medians = {
        t: (np.median(pair["relu"]), np.median(pair["softplus"])) for t, pair in n.items()
    }
    text = [
        _("{task} {relu} against {softplus}", task=task, relu=figure(a), softplus=figure(b))
        for task, (a, b) in medians.items()
    ]
    why = _(
        "median validation losses of ReLU against softplus: {losses}", losses=", ".join(text)
    )
    if len(ahead) > len(n) / 2:
        return Judgement.holds(measured, why)
    if ahead:
        return Judgement.holds_only_if(
            _("the task is {tasks}", tasks=joined_by_or(ahead)), measured, why
        )
    return Judgement.not_reproduced(measured, why)


# ---- C5: units that are needed

CURVES = ("wave", "abs", "step", "sine-mix")
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
NONE = 64  # stands for a width that was not enough at 32
LEFT = 0.01  # of the variance of the target


def _needed(ctx: Context, task: str, activation: str) -> int:
    for k, width in enumerate(WIDTHS):
        net = NetSpec(hidden=(width,), activation=activation)
        train = TrainSpec(rate=0.02, batch="full", updates=3000)
        spec = lab(task, net, train, noise=0.0)
        part = ctx.part(k, len(WIDTHS))
        end = population(part, spec, ctx.sample_size(32, 8))[-1]
        least = LEFT * 0.5 * float(problem_of(spec).y.var())
        if np.percentile(training_loss(spec, end), 25) <= least:
            return width
    return NONE


def _measure_needed(ctx: Context) -> dict[str, tuple[int, int]]:
    """Return the units that ReLU and the sigmoid need, by task."""
    return {
        task: (
            _needed(ctx.part(2 * k, 2 * len(CURVES)), task, "relu"),
            _needed(ctx.part(2 * k + 1, 2 * len(CURVES)), task, "sigmoid"),
        )
        for k, task in enumerate(CURVES)
    }


def _judge_needed(n: dict[str, tuple[int, int]]) -> Judgement:
    def units_text(units: int) -> str:
        return _("over {most}", most=WIDTHS[-1]) if units == NONE else str(units)

    measured = ", ".join(
        f"{task} {units_text(a)} / {units_text(b)}" for task, (a, b) in n.items()
    )
    why = _("units of ReLU / of the sigmoid for 1 % of the variance: {units}", units=measured)
    fewer = [task for task, (relu, sigmoid) in n.items() if relu < sigmoid]
    if len(fewer) == len(n):
        return Judgement.holds(measured, why)
    if fewer:
        return Judgement.holds_only_if(
            _("the function is like {tasks}", tasks=joined_by_or(fewer)), measured, why
        )
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D28",
        D,
        _(
            "Advice: a width of 2 to 4 times the inputs; more neurons where it underfits, "
            "fewer where it overfits; another initialization or rate where it is unstable; "
            "skips where it is deep."
        ),
        published=_("a table of advice"),
        page=None,
        tolerance=_(
            "each of the five, followed on a task that has the problem, lowers the "
            "median loss of {seeds} seeds (validation loss for overfitting) with a 95 % "
            "bootstrap band beyond 0",
            seeds=SEEDS,
        ),
        measure=_measure_advice,
        judge=_judge_advice,
    ),
    Claim(
        "D34",
        D,
        _("A funnel of widths does about as well as equal widths."),
        published=_("about as well"),
        page="width-or-depth",
        tolerance=_(
            "ratio of the median validation losses of {seeds} seeds at most {ratio:g} "
            "either way, for 16-16-16 against 28-14-7 (as many parameters within 4 %), on wave "
            "and on multi-gauss",
            seeds=SEEDS,
            ratio=ALIKE,
        ),
        measure=_measure_funnels,
        judge=_judge_funnels,
    ),
    Claim(
        "D35",
        D,
        _("Adam at 0.01 is about what SGD is at 0.001."),
        published=_("about the same"),
        page=None,
        tolerance=_(
            "the median losses of {seeds} seeds after 1\u202f500 updates are within a "
            "factor of {factor:g}, on wave and on the flip",
            seeds=SEEDS,
            factor=TWICE,
        ),
        measure=_measure_rates,
        judge=_judge_rates,
    ),
    Claim(
        "A3",
        A,
        _("ReLU often does better than softplus, although softplus is smooth."),
        published=_("often"),
        page="gating",
        tolerance=_(
            "ahead in the median validation loss of {seeds} seeds, with a 95 % "
            "bootstrap band beyond 0, on more than half of six tasks; each at its better rate "
            "of 0.003 and 0.01",
            seeds=SEEDS,
        ),
        measure=_measure_softplus,
        judge=_judge_softplus,
    ),
    Claim(
        "C5",
        C,
        _(
            "ReLU, being unbounded, may need fewer units than the sigmoid for the same "
            "function."
        ),
        published=_("may need fewer"),
        page="basis",
        tolerance=_(
            "units of one hidden layer until the best quarter of 32 seeds leaves 1 % of "
            "the variance of the target, on four curves: fewer for ReLU on all of them holds, "
            "on some holds only for those"
        ),
        measure=_measure_needed,
        judge=_judge_needed,
    ),
)
