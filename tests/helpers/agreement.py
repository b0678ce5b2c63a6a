"""How far two trainings are apart, and how much a training amplifies rounding."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace

import numpy as np

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, edit
from layerlab.core.state import State
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import initialize, problem_of

UPDATES = 200
ADAPTIVE = ("rmsprop", "adam", "adamw")
# An engine may round differently at every update, not only at the start.
ROUNDINGS = 100


def tolerance(spec: LabSpec) -> float:
    return 1e-7 if spec.train.optimizer in ADAPTIVE else 1e-10


def distance(a: State, b: State) -> float:
    """Return the largest relative distance of the seeds' parameters, in the 2-norm."""
    gap = np.linalg.norm(a.params - b.params, axis=1)
    size = np.linalg.norm(a.params, axis=1) + np.linalg.norm(b.params, axis=1)
    return float(np.max(2 * gap / size))


def amplification(spec: LabSpec, updates: int = UPDATES) -> float:
    """Return how far apart two numpy runs end that start one unit in the last place apart.

    What an engine cannot be blamed for: no two orders of summation can agree better.
    """
    start = initialize(problem_of(spec))
    rng = np.random.default_rng(0)
    towards = rng.choice([-np.inf, np.inf], start.params.shape)
    nudged = replace(start, params=np.nextafter(start.params, towards))
    *_, a = NumpyEngine().run(spec, start, until=updates)
    *_, b = NumpyEngine().run(spec, nudged, until=updates)
    return distance(a, b)


def plain(activation: str, optimizer: str, loss: str) -> LabSpec:
    """Return a tiny lab of these three; ten points in batches of four leave two."""
    return LabSpec(
        task=TaskSpec(name="circle", samples=10),
        net=NetSpec(hidden=(4,), activation=activation, slope=0.1, init="torch-default"),
        train=TrainSpec(
            optimizer=optimizer,
            loss=loss,
            dtype="float64",
            updates=UPDATES,
            seeds=2,
            batch=4,
            rate=0.05 if optimizer == "sgd" else 0.01,
        ),
    )


# What else a spec can switch on, by field; the first value of each is the plain one.
FEATURES: dict[str, tuple[object, ...]] = {
    "residual": (False, True),
    "layer_norm": (False, True),
    "dropout": (0.0, 0.25),
    "l1": (0.0, 1e-3),
    "l2": (0.0, 1e-2),
    "report": ("after", "running"),
    "order": ("shuffle", "file"),
    "batch": (4, "full"),
    "init": ("torch-default", "he-normal", "orthogonal"),
}


def all_choices() -> dict[str, list[object]]:
    """Return all values of all that `varied` varies, by field."""
    three = {"activation": ACTIVATIONS, "optimizer": OPTIMIZERS, "loss": LOSSES}
    names = {name: list(registry.keys()) for name, registry in three.items()}
    return names | {name: list(values) for name, values in FEATURES.items()}


def pairs_of(chosen: dict[str, object]) -> set[tuple[object, ...]]:
    """Return all pairs in a choice in which at least one is a feature."""
    items = list(chosen.items())
    return {(*a, *b) for a, b in itertools.combinations(items, 2) if b[0] in FEATURES}


def every_pair() -> set[tuple[object, ...]]:
    every = all_choices()
    fields = [(a, b) for a, b in itertools.combinations(every, 2) if b in FEATURES]
    return {(a, x, b, y) for a, b in fields for x in every[a] for y in every[b]}


@functools.cache
def varied() -> list[dict[str, object]]:
    """Return choices in which every pair meets: greedily, the best of a few draws each."""
    rng, missing, rows = np.random.default_rng(0), every_pair(), []
    while missing:
        a, x, b, y = min(missing, key=repr)  # at least one pair of each row is new
        draws = [
            {name: values[rng.integers(len(values))] for name, values in all_choices().items()}
            | {a: x, b: y}
            for _ in range(30)
        ]
        rows.append(max(draws, key=lambda row: len(pairs_of(row) & missing)))
        missing -= pairs_of(rows[-1])
    return rows


def name_of(chosen: dict[str, object]) -> str:
    """Return the name of a choice: the three, and what else is not plain."""
    three = [str(chosen[name]) for name in chosen if name not in FEATURES]
    features = [f"{n}={chosen[n]}" for n, values in FEATURES.items() if chosen[n] != values[0]]
    return " ".join([*three, *features])


def lab(chosen: dict[str, object]) -> LabSpec:
    """Return the lab of a choice, with two hidden layers so that skips have a place."""
    spec = plain(*(str(chosen[name]) for name in ("activation", "optimizer", "loss")))
    spec = edit(spec, "net.hidden", (6, 6))
    for name in FEATURES:
        room = "net" if hasattr(spec.net, name) else "train"
        spec = edit(spec, f"{room}.{name}", chosen[name])
    return spec
