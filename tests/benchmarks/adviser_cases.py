"""Specs on which the adviser is judged: sick by a recipe, or healthy; drawn, then checked.

A recipe draws a spec that has one sickness by what it is made of. Whether it is truly sick
is then decided by a criterion of its own, which trains the spec and a healthy twin and knows
nothing of the adviser; a draw that fails it is drawn again. So neither recipes nor criteria
need to be moved when the adviser is, and they are not.

`TUNING` is the seed of the cases that thresholds may be tuned on, `HELD_OUT` the seed of
those whose figures are reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from layerlab.core.advice import DEAD, EXPLODING, NARROW, OVERFIT, RATE, VANISHING
from layerlab.core.errors import NotFiniteError
from layerlab.core.spec import LabSpec, NetSpec
from layerlab.core.state import State
from layerlab.core.success import default_threshold
from layerlab.nets.engines import default_engine, engine
from layerlab.nets.probes import History, measure, report_marks
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
Rng = np.random.Generator

KINDS = (NARROW, DEAD, VANISHING, EXPLODING, OVERFIT, RATE)  # their order seeds the draws
TUNING, HELD_OUT = 1, 2
OF_EACH, HEALTHY = 5, 30
MOST_DRAWS = 200

HALF = 0.5  # a healthy twin at most at this share of the loss shows that something is wrong
BETTER = 0.8  # likewise where the twin differs in more than one thing
DECADES = 1e3  # growth or decay over the hidden layers that is called one
SILENCED = 0.4  # share of a layer's units


@dataclass(frozen=True, eq=False)
class Trained:
    """A spec, trained as the lab does.

    Attributes:
        spec: what was trained.
        state: the last finite state.
        history: the reports of the run.
        error: what ended it early, or None.
    """

    spec: LabSpec
    state: State
    history: History
    error: NotFiniteError | None

    def final(self, kind: str = "train") -> float:
        """Return the median final loss, `train` or `validation`; inf if it is not finite."""
        column = self.history.columns()[1][kind]
        if self.error is not None or column is None:
            return float("inf")
        middle = float(np.median(column[-1]))
        return middle if np.isfinite(middle) else float("inf")


def train(spec: LabSpec, until: int | None = None) -> Trained:
    """Train a spec to its end, up to an update, to its target loss, or while it is finite."""
    problem, runs = problem_of(spec), engine(default_engine()[0])
    history, error = History(outputs=runs.outputs), None
    state, target = initialize(problem), spec.train.target_loss
    try:
        for now in runs.run(spec, until=until, marks=report_marks(problem.length)):
            state = now
            history.record(spec, state)
            if target is not None and now.update and history.median_loss() <= target:
                break
    except NotFiniteError as broken:
        error = broken
    return Trained(spec, state, history, error)


@dataclass(frozen=True)
class Case:
    """A spec and what is wrong with it; kind "" is healthy."""

    kind: str
    spec: LabSpec


def sick(seed: int) -> list[Case]:
    """Return 30 sick cases, `OF_EACH` of each kind."""
    return [case for kind in KINDS for case in sick_of(kind, seed, OF_EACH)]


def sick_of(kind: str, seed: int, count: int) -> list[Case]:
    """Return the first cases of a kind."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    draw, is_sick = RECIPES[kind]
    return [Case(kind, spec) for spec in _accepted(rng, draw, is_sick, count)]


def healthy(seed: int, count: int = HEALTHY) -> list[Case]:
    """Return the first healthy cases."""
    rng = np.random.default_rng([seed, len(KINDS)])
    return [Case("", spec) for spec in _accepted(rng, _healthy, _is_healthy, count)]


def _accepted(
    rng: Rng, draw: Callable[[Rng], LabSpec], fits: Callable[[LabSpec], bool], count: int
) -> list[LabSpec]:
    found: list[LabSpec] = []
    for _ in range(MOST_DRAWS):
        spec = draw(rng)
        if spec not in found and fits(spec):
            found.append(spec)
        if len(found) == count:
            return found
    raise RuntimeError(f"only {len(found)} of {count} cases in {MOST_DRAWS} draws")


# ---- the recipes


def _pick(rng: Rng, *values):
    return values[int(rng.integers(len(values)))]


def _lab(rng: Rng, *tasks: str, **points: float) -> LabSpec:
    """Return a task's recommended lab with another draw of data and weights."""
    own = TASKS[_pick(rng, *tasks)].recommended()
    task = replace(own.task, seed=int(rng.integers(100)), **points)
    rate = _pick(rng, 0.005, 0.01)
    seed = int(rng.integers(1000))
    return replace(own, task=task, train=replace(own.train, rate=rate, seed=seed))


def _net(spec: LabSpec, width: int, depth: int, **net: object) -> LabSpec:
    return replace(spec, net=NetSpec(hidden=(width,) * depth, **net))


SOUND = (
    ("relu", "he-normal"),
    ("leaky-relu", "he-normal"),
    ("gelu", "he-normal"),
    ("silu", "he-normal"),
    ("elu", "he-normal"),
    ("tanh", "xavier-normal"),
)
WAVY = ("wave", "sine-mix", "sawtooth", "spiral", "multi-gauss", "circle", "xor")


def _narrow(rng: Rng) -> LabSpec:
    """One or two neurons a layer where the target has many bends."""
    activation, init = _pick(rng, *SOUND)
    return _net(
        _lab(rng, *WAVY),
        _pick(rng, 1, 2),
        _pick(rng, 1, 2, 3),
        activation=activation,
        init=init,
    )


def _dead(rng: Rng) -> LabSpec:
    """ReLU dead at initialization: biases far above the weights, or deep and narrow."""
    spec = _lab(rng, "wave", "sine-mix", "spiral", "moons", "circle", "multi-gauss")
    if rng.random() < 0.5:
        return _net(
            spec,
            _pick(rng, 8, 12, 16),
            _pick(rng, 1, 2, 3),
            activation=_pick(rng, "relu", "hard-tanh"),
            init="normal",
            weight_std=_pick(rng, 0.2, 0.4),
            bias_std=_pick(rng, 2.0, 3.0, 4.0),
        )
    return _net(
        spec, _pick(rng, 2, 3, 4), _pick(rng, 8, 12, 16), activation="relu", init="he-normal"
    )


def _vanishing(rng: Rng) -> LabSpec:
    """Deep, with weights too small for the activation."""
    activation, init, weight_std = _pick(
        rng,
        ("relu", "torch-default", 1.5),
        ("relu", "small-normal", 1.5),
        ("relu", "normal", 0.6),
        ("tanh", "normal", 0.4),
        ("tanh", "small-normal", 1.5),
        ("sigmoid", "xavier-normal", 1.5),
        ("gelu", "torch-default", 1.5),
    )
    spec = _lab(rng, "wave", "sine-mix", "spiral", "moons", "multi-gauss", "circle")
    return _net(
        spec,
        _pick(rng, 8, 16, 32),
        _pick(rng, 6, 10, 16),
        activation=activation,
        init=init,
        weight_std=weight_std,
    )


def _exploding(rng: Rng) -> LabSpec:
    """Deep, with weights too large for the activation."""
    activation, init, weight_std = _pick(
        rng,
        ("relu", "large-normal", 1.5),
        ("relu", "normal", 3.0),
        ("leaky-relu", "normal", 4.0),
        ("tanh", "normal", 4.0),
        ("tanh", "large-normal", 1.5),
        ("gelu", "large-normal", 1.5),
        ("elu", "normal", 3.0),
    )
    spec = _lab(rng, "wave", "sine-mix", "spiral", "moons", "multi-gauss", "circle")
    return _net(
        spec,
        _pick(rng, 16, 24, 32),
        _pick(rng, 5, 8, 12),
        activation=activation,
        init=init,
        weight_std=weight_std,
    )


def _overfit(rng: Rng) -> LabSpec:
    """Few and noisy points, a wide net, a long training."""
    task = _pick(rng, "wave", "sine-mix", "multi-gauss", "moons", "circle", "xor", "spiral")
    surface = task in ("wave", "sine-mix", "multi-gauss")
    noise = _pick(rng, 0.2, 0.3, 0.4) if surface else _pick(rng, 0.2, 0.3)
    spec = _lab(rng, task, samples=_pick(rng, 16, 24, 40), noise=noise, validation=0.6)
    spec = replace(spec, train=replace(spec.train, updates=_pick(rng, 2000, 3000)))
    activation, init = _pick(rng, *SOUND)
    return _net(spec, _pick(rng, 32, 64), _pick(rng, 2, 3), activation=activation, init=init)


def _fast(rng: Rng) -> LabSpec:
    """A sound net whose steps are too long."""
    spec = _lab(rng, "wave", "sine-mix", "spiral", "moons", "multi-gauss", "circle", "xor")
    optimizer, rate = _pick(
        rng,
        ("sgd", 1.0),
        ("sgd", 2.0),
        ("sgd", 4.0),
        ("momentum", 0.3),
        ("momentum", 1.0),
        ("adam", 0.1),
        ("adam", 0.3),
        ("adam", 1.0),
        ("rmsprop", 0.1),
        ("rmsprop", 0.3),
    )
    spec = replace(spec, train=replace(spec.train, optimizer=optimizer, rate=rate))
    activation, init = _pick(rng, *SOUND)
    return _net(spec, _pick(rng, 8, 16), _pick(rng, 2, 3), activation=activation, init=init)


def _healthy(rng: Rng) -> LabSpec:
    """What the lab recommends, or near it: wider, a layer more, a sound activation."""
    known = set(TASKS.keys()) - {"csv"}
    spec = _lab(rng, *sorted(known))
    width, depth = max(spec.net.hidden), len(spec.net.hidden)
    activation, init = _pick(rng, *SOUND)
    return _net(
        spec,
        width * _pick(rng, 1, 2),
        depth + _pick(rng, 0, 1),
        activation=activation,
        init=init,
    )


# ---- the criteria: each trains, none asks the adviser


def _initial_growth_range(spec: LabSpec) -> tuple[float, float]:
    """Return median growth over the initial hidden layers: signal forth, gradient back."""
    parts = measure(spec, initialize(problem_of(spec)), ("signal", "gradient"))
    signal = parts["signal"].measured["across inputs"]  # (S, L)
    gradient = parts["gradient"].measured["mean square"]
    with np.errstate(all="ignore"):
        forth = np.nan_to_num(signal[:, -1] / signal[:, 0])
        back = np.nan_to_num(gradient[:, 0] / gradient[:, -1])
    return float(np.median(forth)), float(np.median(back))


def _sound_twin(spec: LabSpec) -> LabSpec:
    """Return the same net with an activation and an initialization that suit each other."""
    activation = "tanh" if spec.net.activation in ("sigmoid", "hard-tanh") else None
    activation = activation or spec.net.activation
    init = dict(SOUND)[activation]
    return replace(spec, net=NetSpec(spec.net.hidden, activation=activation, init=init))


def _is_narrow(spec: LabSpec) -> bool:
    wide = replace(spec, net=replace(spec.net, hidden=(16,) * len(spec.net.hidden)))
    return train(wide).final() <= HALF * train(spec).final()


def _is_dead(spec: LabSpec) -> bool:
    run = train(spec)
    dead = measure(spec, run.state, ("signal",))["signal"].dead  # (S, L)
    twin = NetSpec(hidden=spec.net.hidden, activation="leaky-relu", slope=0.1)
    alive = train(replace(spec, net=twin)).final()
    return bool(np.median(dead.max(1)) >= SILENCED) and alive <= BETTER * run.final()


def _is_vanishing(spec: LabSpec) -> bool:
    if min(_initial_growth_range(spec)) > 1 / DECADES:
        return False
    return train(_sound_twin(spec)).final() <= BETTER * train(spec).final()


def _is_exploding(spec: LabSpec) -> bool:
    if max(_initial_growth_range(spec)) < DECADES:
        return False
    twin, own = train(_sound_twin(spec)).final(), train(spec).final()
    return np.isfinite(twin) and twin <= BETTER * own


def _is_overfit(spec: LabSpec) -> bool:
    run = train(spec)
    held = run.history.columns()[1]["validation"]
    if run.error is not None or held is None:
        return False
    best = float(np.median(held, axis=1).min())  # of stopping early
    end = run.final("validation")
    return end >= run.final() / HALF and best <= BETTER * end


def _is_fast(spec: LabSpec) -> bool:
    slower = replace(spec, train=replace(spec.train, rate=spec.train.rate / 10))
    return train(slower).final() <= HALF * train(spec).final()


def _is_healthy(spec: LabSpec) -> bool:
    """Return whether most seeds fit, and the held-out points were not better off before."""
    run = train(spec)
    if run.error is not None:
        return False
    part = measure(spec, run.state, ("loss",), history=run.history)["loss"]
    below = float((part.train[-1] < default_threshold(part)).mean())
    scored = part.score is not None and float(np.median(part.score[-1])) >= 0.97
    if below < 0.75 and not scored:
        return False
    if part.validation is None:
        return True
    middle = np.median(part.validation, axis=1)
    return bool(middle.min() >= BETTER * middle[-1])


RECIPES: dict[str, tuple[Callable[[Rng], LabSpec], Callable[[LabSpec], bool]]] = {
    NARROW: (_narrow, _is_narrow),
    DEAD: (_dead, _is_dead),
    VANISHING: (_vanishing, _is_vanishing),
    EXPLODING: (_exploding, _is_exploding),
    OVERFIT: (_overfit, _is_overfit),
    RATE: (_fast, _is_fast),
}
