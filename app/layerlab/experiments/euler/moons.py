"""Residual networks two wide: their layers move the points of the moons in the plane. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from layerlab.core.jobs import Ask
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, edit_all
from layerlab.nets.engines.numpy_ import forward, training_loss
from layerlab.nets.incremental import ResumableTraining
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
ACTIVATIONS = {"linear": "identity", "tanh": "tanh"}  # field -> activation of the layer
SEEDS, UPDATES, RATE, L2 = 16, 4000, 0.003, 0.01
LINES, DOTS, REACH = 13, 33, 1.25  # of the lattice: lines each way, points on each, its edge
PULL = 1e-4  # keeps the best line finite where classes come apart
NEWTON = 12
KEPT = 48  # populations
PART = 250  # updates between two looks


@dataclass(frozen=True, eq=False)
class Flow:
    """What the layers of one network make of the plane, and how all its population does.

    Attributes:
        updates: that it was trained. loss: of the network that is shown.
        label: (N,) class of each point, 0 or 1.
        points: (L + 1, N, 2) where the points are: at first, and behind each layer.
        lattice: (L + 1, 2, LINES, DOTS, 2) likewise the lines of a lattice.
        line: (3,) the last layer predicts class 1 where line[:2] @ h + line[2] > 0.
        rates: (L, N, 2) complex: eigenvalues of each layer's step at each point, that of
            phi(h W + b) by h, at dt = 1.
        folded: (L, N) whether the step turns the plane over there.
        parted: (seeds, L + 1) share of the points on the right side of the best line.
        right: (seeds,) share that the network itself gets right.
        folding: (seeds,) whether a network folds the plane at any of its points.
        best: which of the seeds is shown.
    """

    updates: int
    loss: float
    label: Array
    points: Array
    lattice: Array
    line: Array
    rates: Array
    folded: Array
    parted: Array
    right: Array
    folding: Array
    best: int

    @property
    def stable(self) -> Array:
        """Share of each layer's eigenvalues with |1 + lambda| <= 1. (L,)"""
        return np.asarray((np.abs(1 + self.rates) <= 1).mean((1, 2)))


@dataclass(frozen=True)
class FlowConfig:
    """What is trained: the field whose steps the layers are, and how many."""

    field: str
    depth: int

    @property
    def spec(self) -> LabSpec:
        """The lab's moons with a residual network that is two wide throughout."""
        turned = {
            "net.hidden": (2,) * self.depth,
            "net.activation": ACTIVATIONS[self.field],
            "net.init": "normal",
            "net.weight_std": self.depth**-0.5,
            "net.residual": True,
            "train.optimizer": "adam",
            "train.rate": RATE,
            "train.l2": L2,
            "train.updates": UPDATES,
            "train.seeds": SEEDS,
        }
        return edit_all(TASKS["moons"].recommended(), turned)


def lattice() -> Array:
    """Return lines of constant y and of constant x. (2, LINES, DOTS, 2)"""
    level, along = np.meshgrid(
        np.linspace(-REACH, REACH, LINES), np.linspace(-REACH, REACH, DOTS), indexing="ij"
    )
    return np.stack([np.stack([along, level], -1), np.stack([level, along], -1)])


def parted(h: Array, label: Array) -> Array:
    """Return the share of points that the best line has on its right sides.

    Args:
        h: (..., N, 2) points. label: (N,) 0 or 1.

    Returns:
        (...) by logistic regression, which a Newton iteration fits.
    """
    flat = h.reshape(-1, *h.shape[-2:])
    middle, std = flat.mean(1, keepdims=True), flat.std(1, keepdims=True)
    x = np.ones((*flat.shape[:2], 3))  # (n, N, 3)
    x[..., :2] = (flat - middle) / np.maximum(std, 1e-12)
    w, pull, turned = np.zeros((len(x), 3, 1)), PULL * np.eye(3), x.swapaxes(1, 2)
    wanted = label[:, None]
    for _ in range(NEWTON):
        p = 0.5 + 0.5 * np.tanh(0.5 * (x @ w))  # (n, N, 1)
        gradient = turned @ (p - wanted) / len(label) + PULL * w
        curve = turned @ (x * (p * (1 - p))) / len(label) + pull
        w = w - np.linalg.solve(curve, gradient)
    predicted = (x @ w)[..., 0] > 0
    return np.asarray((predicted == (label > 0.5)).mean(1).reshape(h.shape[:-2]))


def look(
    problem: Problem, params: Array, updates: int, is_interrupted: Ask
) -> Generator[None, None, Flow]:
    """Follow points and lattice through the networks; the one of least loss is shown.

    Args:
        params: (seeds, P), float64. updates: that they were trained.

    Returns:
        what was seen; yields where somebody else wants the time.
    """
    x, label = problem.x.astype(float), problem.y[:, 0].astype(float)
    done, layout = forward(problem, params, x), problem.layout
    loss, last = training_loss(problem, params), layout.layers - 1
    best, each = int(loss.argmin()), []
    seen = [parted(done.h[0], label)]
    for layer in range(last):
        if is_interrupted():
            yield None
        each.append(_step(problem, params, done.z[layer], layer))
        seen.append(parted(done.h[layer + 1], label))
    one, lines = params[best : best + 1], lattice()
    moved = forward(problem, one, lines.reshape(-1, 2)).h[:-1]
    turned = np.stack([over for _, over in each])  # (L, seeds, N)
    return Flow(
        updates=updates,
        loss=float(loss[best]),
        label=label,
        points=np.stack([h[best] for h in done.h[:-1]]),
        lattice=np.stack([h[0].reshape(lines.shape) for h in moved]),
        line=np.append(layout.weights(one, last)[0, :, 0], layout.biases(one, last)[0, 0]),
        rates=np.stack([rates[best] for rates, _ in each]),
        folded=turned[:, best],
        parted=np.stack(seen, 1),
        right=np.mean((done.h[-1][..., 0] > 0) == (label > 0.5), axis=1),
        folding=np.asarray(turned.any((0, 2))),
        best=best,
    )


def _step(problem: Problem, params: Array, z: Array, layer: int) -> tuple[Array, Array]:
    """Return eigenvalues of a layer's step at each point, and whether it turns over there.

    (seeds, N, 2) complex and (seeds, N): of 2 x 2 matrices by their trace and determinant.
    """
    derivative = problem.activation.derivative_at(z, 0.0)  # (seeds, N, 2)
    w = problem.layout.weights(params, layer)[:, None]
    a, d = w[..., 0, 0] * derivative[..., 0], w[..., 1, 1] * derivative[..., 1]
    b, c = w[..., 0, 1] * derivative[..., 1], w[..., 1, 0] * derivative[..., 0]
    half, area = (a + d) / 2, a * d - b * c
    root = np.sqrt((half**2 - area).astype(complex))
    rates = np.stack([half + root, half - root], -1)
    return rates, np.asarray(1 + 2 * half + area < 0)  # determinant of 1 + step


@functools.lru_cache(maxsize=KEPT)
def at_initialization(setting: FlowConfig) -> Flow:
    """Return what the first network of a population does before it is trained."""
    problem = problem_of(setting.spec)
    looking = look(problem, initialize(problem).params[:1].astype(float), 0, lambda: False)
    try:
        next(looking)
    except StopIteration as done:  # it was never interrupted
        return cast(Flow, done.value)
    raise AssertionError("nobody interrupts it")


class FlowTraining:
    """A population on its way; goes on where it was left.

    Attributes:
        found: what was seen last, or None.
    """

    def __init__(self, setting: FlowConfig) -> None:
        """Train nothing yet."""
        self.setting = setting
        self.found: Flow | None = None
        self._run = ResumableTraining(setting.spec)

    def advance(self, is_interrupted: Ask) -> Iterator[int | None]:
        """Train to the end; yields updates that are done, None where time is wanted."""
        seen = 0 if self.found is None else self.found.updates
        if seen >= UPDATES:
            return
        problem = problem_of(self.setting.spec)
        for until in range(min(seen + PART, UPDATES), UPDATES + 1, PART):
            state = yield from self._run.reach(until, is_interrupted)
            params = state.params.astype(float)
            self.found = yield from look(problem, params, until, is_interrupted)
            yield until
        self._run.state = None  # the moments are not needed any more


TRAININGS = LRUCache(FlowTraining, KEPT)  # setting -> as far as it got


def known(setting: FlowConfig) -> Flow:
    """Return what is trained, or the first network as it is initialized."""
    one = TRAININGS.known(setting)
    return at_initialization(setting) if one is None or one.found is None else one.found
