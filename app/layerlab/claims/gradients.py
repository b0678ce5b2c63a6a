"""Gradients: by hand, by autograd, by differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import B, Claim, Context, Judgement
from layerlab.claims.figures import figure, listed
from layerlab.claims.populations import lab
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import engine
from layerlab.nets.gradcheck import BUG, GOOD, check_problem
from layerlab.nets.losses import LOSSES, sigmoid
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
SLIGHT = 2e-4  # a mistake that neither threshold names
UPDATES = (1, 20, 200)
ROUNDING = (1e-12, 1e-11, 1e-10)


# ---- B5: two engines


def _spec(activation: str) -> LabSpec:
    net = NetSpec(hidden=(8, 8), activation=activation, init="torch-default")
    train = TrainSpec(optimizer="sgd", rate=0.05, updates=UPDATES[-1], seeds=4, dtype="float64")
    return lab("wave", net, train)


class Twins(NamedTuple):
    """After some updates: the largest relative distance, and the share of equal bits.

    `updates`: after how many; their distances may be those of `ROUNDING`.
    """

    apart: list[float]
    equal: list[float]
    updates: tuple[int, ...] = UPDATES


def _measure_twins(ctx: Context) -> Twins:
    spec, torch = _spec("tanh"), engine("torch")

    def params(name: str) -> list[Array]:
        states = (torch if name == "torch" else engine(name)).run(
            spec, initialize(problem_of(spec)), marks=UPDATES, is_cancelled=ctx.is_cancelled
        )
        return [state.params for state in states]

    ctx.step(0, 2)
    by_hand = params("numpy")
    ctx.step(1, 2)
    apart, equal = [], []
    for a, b in zip(by_hand, params("torch"), strict=True):
        distance = np.linalg.norm(a - b, axis=1) / np.linalg.norm(b, axis=1)
        apart.append(float(distance.max()))
        equal.append(float((a == b).mean()))
    ctx.step(2, 2)  # before a verdict on runs that were cut short
    return Twins(apart, equal)


def _judge_twins(n: Twins) -> Judgement:
    measured = _(
        "apart by {distances} after {updates} updates",
        distances=listed(n.apart),
        updates=listed(n.updates),
    )
    why = _(
        "after {updates} updates parameters are apart by {distances}, relative, "
        "and {equal} of them are equal to "
        "the last bit",
        updates=listed(n.updates),
        distances=listed(n.apart),
        equal=", ".join(f"{100 * share:.0f} %" for share in n.equal),
    )
    if min(n.equal) == 1:
        return Judgement.holds(measured, why)
    if all(off <= most for off, most in zip(n.apart, ROUNDING, strict=False)):
        return Judgement.holds_only_if(_('"exactly" means to rounding'), measured, why)
    return Judgement.wrong(measured, why)


# ---- B6: the gradient check


class Checks(NamedTuple):
    """Largest relative errors: of sound backpropagation, and of mistakes, by name."""

    sound: dict[str, float]
    mistakes: dict[str, float]
    small: float


def _problem(task: str, activation: str, loss: str) -> Problem:
    net = NetSpec(hidden=(6, 6), activation=activation, init="torch-default")
    return problem_of(lab(task, net, TrainSpec(loss=loss, seeds=1, dtype="float64")))


def _error(problem: Problem) -> float:
    return check_problem(problem, initialize(problem).params).max_relative_error


def _slope(problem: Problem, slope: Callable[[Any, Any, float], Any]) -> Problem:
    return replace(problem, activation=replace(problem.activation, derivative=slope))


def mistakes() -> dict[str, Problem]:
    """Return problems whose backpropagation has a mistake that people make."""
    tanh, relu = (_problem("wave", name, "half-mse") for name in ("tanh", "relu"))
    bent = _problem("wave", "sigmoid", "half-mse")
    mse = _problem("wave", "tanh", "mse")
    yes = _problem("moons", "tanh", "logistic")
    half = LOSSES["half-mse"].derivative
    return {
        _("1 - tanh as the derivative"): _slope(tanh, lambda m, z, a: 1 - m.tanh(z)),
        _("z in the derivative of the sigmoid"): _slope(bent, lambda m, z, a: z * (1 - z)),
        _("ReLU's gate forgotten"): _slope(relu, lambda m, z, a: 0 * z + 1),
        _("the 2 of the square forgotten"): replace(
            mse, loss=replace(mse.loss, derivative=half)
        ),
        _("no mean in the loss"): replace(
            yes,
            loss=replace(
                yes.loss,
                derivative=lambda m, out, target: (
                    (sigmoid(out) - target) * (out.shape[-1] * out.shape[-2])
                ),
            ),
        ),
    }


def _measure_checks(ctx: Context) -> Checks:
    sound: dict[str, float] = {}
    for name in (entry.key for entry in ACTIVATIONS):
        ctx.step(len(sound), len(ACTIVATIONS) + 1)
        sound[name] = _error(_problem("wave", name, "half-mse"))
    for loss, task in (("mse", "wave"), ("cross-entropy", "moons"), ("logistic", "moons")):
        sound[loss] = _error(_problem(task, "tanh", loss))
    tanh = _problem("wave", "tanh", "half-mse")
    small = _slope(tanh, lambda m, z, a: (1 + SLIGHT) * (1 - m.tanh(z) ** 2))
    wrong_ones = {name: _error(problem) for name, problem in mistakes().items()}
    return Checks(sound, wrong_ones, _error(small))


def _judge_checks(n: Checks) -> Judgement:
    worst = max(n.sound, key=lambda name: n.sound[name])
    mildest = min(n.mistakes, key=lambda name: n.mistakes[name])
    measured = _(
        "sound below {sound}, mistakes from {mistakes}",
        sound=figure(n.sound[worst]),
        mistakes=figure(n.mistakes[mildest]),
    )
    fields = {
        "sound": len(n.sound),
        "largest": figure(n.sound[worst]),
        "worst": worst,
        "mistakes": len(n.mistakes),
        "smallest": figure(n.mistakes[mildest]),
        "mildest": mildest,
        "slight": SLIGHT,
        "error": figure(n.small),
    }
    why = _(
        "the largest error of {sound} sound networks is {largest} ({worst}), the smallest of "
        "{mistakes} mistakes {smallest} ({mildest}); a derivative too large by {slight:g}, "
        "relative, has {error}",
        **fields,
    )
    if GOOD < n.small < BUG:
        why = _(
            "the largest error of {sound} sound networks is {largest} ({worst}), the smallest "
            "of {mistakes} mistakes {smallest} ({mildest}); a derivative too large by "
            "{slight:g}, relative, has {error}, between the two thresholds",
            **fields,
        )
    if n.sound[worst] < GOOD and n.mistakes[mildest] > BUG:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "B5",
        B,
        _("Backpropagation by hand and autograd agree exactly."),
        published=_("exactly"),
        page="numpy-or-torch",
        tolerance=_(
            "every parameter equal to the last bit after 1, 20 and 200 updates; to "
            "rounding if the relative distance is at most 1e-12, 1e-11 and 1e-10"
        ),
        measure=_measure_twins,
        judge=_judge_twins,
        asks_torch=True,
    ),
    Claim(
        "B6",
        B,
        _(
            "Gradient check with centred differences and eps 1e-5: below 1e-5 is good, above "
            "1e-3 is a bug."
        ),
        published="< 1e-5, > 1e-3",
        page="numpy-or-torch",
        tolerance=_(
            "largest relative error below {good:g} for every activation and loss of the "
            "lab, above {bug:g} for each of five mistakes put into backpropagation on purpose",
            good=GOOD,
            bug=BUG,
        ),
        measure=_measure_checks,
        judge=_judge_checks,
    ),
)
