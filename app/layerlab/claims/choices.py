"""Choices of architecture and training, asked of many seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import (
    A,
    C,
    Claim,
    Context,
    D,
    Judgement,
    holds,
    holds_only_if,
    not_reproduced,
    wrong,
)
from layerlab.claims.figures import BootstrapBand, difference, figure, summary
from layerlab.claims.listing import listing
from layerlab.claims.populations import lab, population, training_loss, validation_loss
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit
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
        "width 12 instead of 4 for 4 inputs": Advice(listing(4), listing(12)),
        "underfit, width 8 instead of 2": Advice(turned(wave, net_width=2), wave),
        "overfit, width 8 instead of 32": Advice(few, turned(few, net_width=8), "held out"),
        "overfit, width 4 instead of 32": Advice(few, turned(few, net_width=4), "held out"),
        "unstable, rate 0.01 instead of 0.5": Advice(turned(wave, train_rate=0.5), wave),
        "unstable, He instead of standard deviation 1": Advice(
            turned(eight, net_init="large-normal"), eight
        ),
        "skips in 24 layers of He": Advice(deep, turned(deep, net_residual=True)),
        "skips in 24 layers of PyTorch's": Advice(torch, turned(torch, net_residual=True)),
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
    measured = f"{len(helps)} of {len(n)} lower the median loss"
    text = [
        f"{name}: {figure(np.median(a))} → {figure(np.median(b))}" for name, (a, b) in n.items()
    ]
    why = f"median losses of {len(next(iter(n.values()))[0])} seeds: {'; '.join(text)}"
    if len(helps) == len(n):
        return holds(measured, why)
    if helps:
        left = [name for name in n if name not in helps]
        return holds_only_if(f"this is left out: {'; '.join(left)}", measured, why)
    return not_reproduced(measured, why)


# ---- D34: funnels

PAIRS = {"16-16-16": (16, 16, 16), "28-14-7": (28, 14, 7)}


def _measure_funnels(ctx: Context) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for k, task in enumerate(("wave", "multi-gauss")):
        found[task] = {
            name: _losses(ctx.part(2 * k + j, 4), lab(task, NetSpec(hidden=hidden)), "held out")
            for j, (name, hidden) in enumerate(PAIRS.items())
        }
    return found


def _judge_alike(most: float, n: dict[str, dict[str, Array]]) -> Judgement:
    """Compare the two populations of each task: alike if their medians are."""
    ratios, text = {}, []
    for task, pair in n.items():
        (a, left), (b, right) = pair.items()
        ratios[task] = float(np.median(right) / np.median(left))
        text.append(f"{task}: {a} {summary(left)}, {b} {summary(right)}")
    measured = ", ".join(f"{task} × {figure(ratio)}" for task, ratio in ratios.items())
    why = f"losses of {len(left)} seeds are {'; '.join(text)}"
    alike = [task for task, ratio in ratios.items() if 1 / most <= ratio <= most]
    if len(alike) == len(ratios):
        return holds(measured, why)
    if alike:
        return holds_only_if(f"the task is {' or '.join(alike)}", measured, why)
    return not_reproduced(measured, why)


def _judge_funnels(n: dict[str, dict[str, Array]]) -> Judgement:
    return _judge_alike(ALIKE, n)


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
        nearest.append(f"{min(off, key=lambda rate: off[rate]):g} on {task}")
    pairs = {
        task: {"Adam 0.01": losses, f"SGD {RATES[0]:g}": n.sgd[task][RATES[0]]}
        for task, losses in n.adam.items()
    }
    found = _judge_alike(TWICE, pairs)
    return replace(found, why=f"{found.why}; SGD comes nearest at {' and '.join(nearest)}")


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
                    next(parts), lab(task, net, TrainSpec(rate=r, updates=1000)), "held out"
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
    measured = f"ahead on {len(ahead)} of {len(n)} tasks, behind on {len(behind)}"
    medians = {
        t: (np.median(pair["relu"]), np.median(pair["softplus"])) for t, pair in n.items()
    }
    text = [f"{task} {figure(a)} against {figure(b)}" for task, (a, b) in medians.items()]
    why = f"median validation losses of ReLU against softplus: {', '.join(text)}"
    if len(ahead) > len(n) / 2:
        return holds(measured, why)
    if ahead:
        return holds_only_if(f"the task is {' or '.join(ahead)}", measured, why)
    return not_reproduced(measured, why)


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
        return f"over {WIDTHS[-1]}" if units == NONE else str(units)

    measured = ", ".join(
        f"{task} {units_text(a)} / {units_text(b)}" for task, (a, b) in n.items()
    )
    why = f"units of ReLU / of the sigmoid for 1 % of the variance: {measured}"
    fewer = [task for task, (relu, sigmoid) in n.items() if relu < sigmoid]
    if len(fewer) == len(n):
        return holds(measured, why)
    if fewer:
        return holds_only_if(f"the function is like {' or '.join(fewer)}", measured, why)
    return wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D28",
        D,
        "Advice: a width of 2 to 4 times the inputs; more neurons where it underfits, fewer "
        "where it overfits; another initialization or rate where it is unstable; skips where "
        "it is deep.",
        published="a table of advice",
        page=None,
        tolerance="each of the five, followed on a task that has the problem, lowers the "
        f"median loss of {SEEDS} seeds (validation loss for overfitting) with a 95 % "
        "bootstrap band beyond 0",
        measure=_measure_advice,
        judge=_judge_advice,
    ),
    Claim(
        "D34",
        D,
        "A funnel of widths does about as well as equal widths.",
        published="about as well",
        page="width-or-depth",
        tolerance=f"ratio of the median validation losses of {SEEDS} seeds at most {ALIKE:g} "
        "either way, for 16-16-16 against 28-14-7 (as many parameters within 4 %), on wave and "
        "on multi-gauss",
        measure=_measure_funnels,
        judge=_judge_funnels,
    ),
    Claim(
        "D35",
        D,
        "Adam at 0.01 is about what SGD is at 0.001.",
        published="about the same",
        page=None,
        tolerance=f"the median losses of {SEEDS} seeds after 1\u202f500 updates are within a "
        f"factor of {TWICE:g}, on wave and on the flip",
        measure=_measure_rates,
        judge=_judge_rates,
    ),
    Claim(
        "A3",
        A,
        "ReLU often does better than softplus, although softplus is smooth.",
        published="often",
        page="gating",
        tolerance=f"ahead in the median validation loss of {SEEDS} seeds, with a 95 % "
        "bootstrap band beyond 0, on more than half of six tasks; each at its better rate of "
        "0.003 and 0.01",
        measure=_measure_softplus,
        judge=_judge_softplus,
    ),
    Claim(
        "C5",
        C,
        "ReLU, being unbounded, may need fewer units than the sigmoid for the same function.",
        published="may need fewer",
        page="basis",
        tolerance="units of one hidden layer until the best quarter of 32 seeds leaves 1 % of "
        "the variance of the target, on four curves: fewer for ReLU on all of them holds, on "
        "some holds only for those",
        measure=_measure_needed,
        judge=_judge_needed,
    ),
)
