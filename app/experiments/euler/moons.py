"""Residual networks two wide: their layers move the points of the moons in the plane. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.core.jobs import Ask
from app.core.kept import Kept
from app.core.spec import LabSpec, edit
from app.core.state import State
from app.nets.engines.numpy_ import forward, training_loss
from app.nets.problem import Problem, born, problem_of
from app.nets.rewind import quick_engine, wait_for_compiler
from app.nets.tasks import TASKS

Array = np.ndarray
ACTIVATIONS = {"linear": "identity", "tanh": "tanh"}  # field -> what bends the layer
SEEDS, UPDATES, RATE, L2 = 16, 4000, 0.003, 0.01
LINES, DOTS, REACH = 13, 33, 1.25  # of the lattice: lines each way, points on each, its edge
PULL = 1e-4  # keeps the best line finite where classes come apart
NEWTON = 12
KEPT = 48  # populations
QUIET_S = 0.1  # an engine that yields now and then leaves the window a core


@dataclass(frozen=True, eq=False)
class Flow:
    """What the layers of one network make of the plane, and how all its population does.

    Attributes:
        updates: that it was trained. loss: of the network that is shown.
        label: (N,) class of each point, 0 or 1.
        points: (L + 1, N, 2) where the points are: at first, and behind each layer.
        lattice: (L + 1, 2, LINES, DOTS, 2) likewise the lines of a lattice.
        line: (3,) the last layer says class 1 where line[:2] @ h + line[2] > 0.
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
class Setting:
    """What is trained: the field whose steps the layers are, and how many."""

    field: str
    depth: int

    @property
    def spec(self) -> LabSpec:
        """The lab's moons with a residual network that is two wide throughout."""
        turned = {
            "net.hidden": (2,) * self.depth, "net.activation": ACTIVATIONS[self.field],
            "net.init": "normal", "net.weight_std": self.depth**-0.5, "net.residual": True,
            "train.optimizer": "adam", "train.rate": RATE, "train.l2": L2,
            "train.updates": UPDATES, "train.seeds": SEEDS,
        }  # fmt: skip
        spec = TASKS["moons"].recommended()
        for path, value in turned.items():
            spec = edit(spec, path, value)
        return spec


def lattice() -> Array:
    """Return lines of constant y and of constant x. (2, LINES, DOTS, 2)"""
    level, along = np.meshgrid(np.linspace(-REACH, REACH, LINES),
                               np.linspace(-REACH, REACH, DOTS), indexing="ij")  # fmt: skip
    return np.stack([np.stack([along, level], -1), np.stack([level, along], -1)])


def parted(h: Array, label: Array) -> Array:
    """Return the share of points that the best line has on its right sides.

    Args:
        h: (..., N, 2) points. label: (N,) 0 or 1.

    Returns:
        (...) by logistic regression, which a Newton iteration fits.
    """
    flat = h.reshape(-1, *h.shape[-2:])
    middle, spread = flat.mean(1, keepdims=True), flat.std(1, keepdims=True)
    x = np.concatenate([(flat - middle) / np.maximum(spread, 1e-12),
                        np.ones((*flat.shape[:2], 1))], -1)  # fmt: skip  # (n, N, 3)
    w, pull = np.zeros((len(x), 3)), PULL * np.eye(3)
    for _ in range(NEWTON):
        p = 0.5 + 0.5 * np.tanh(0.5 * np.einsum("nik,nk->ni", x, w))
        slope = np.einsum("nik,ni->nk", x, p - label) / x.shape[1] + PULL * w
        curve = np.einsum("nik,nil->nkl", x, x * (p * (1 - p))[..., None]) / x.shape[1] + pull
        w = w - np.linalg.solve(curve, slope[..., None])[..., 0]
    says = np.einsum("nik,nk->ni", x, w) > 0
    return np.asarray((says == (label > 0.5)).mean(1).reshape(h.shape[:-2]))


def looked_at(problem: Problem, params: Array, updates: int) -> Flow:
    """Follow points and lattice through the networks; the one of least loss is shown.

    Args:
        params: (seeds, P), float64.
    """
    x, label = problem.x.astype(float), problem.y[:, 0].astype(float)
    done = forward(problem, params, x)
    rates, turned = _steps(problem, params, done.z)
    loss = training_loss(problem, params)
    best, layout = int(loss.argmin()), problem.layout
    one = params[best : best + 1]
    lines = lattice()
    moved = forward(problem, one, lines.reshape(-1, 2)).h[:-1]
    last = layout.layers - 1
    line = np.append(layout.weights(one, last)[0, :, 0], layout.biases(one, last)[0, 0])
    points = np.stack(done.h[:-1])  # (L + 1, seeds, N, 2)
    return Flow(
        updates, float(loss[best]), label, points[:, best],
        np.stack([h[0].reshape(lines.shape) for h in moved]), line, rates[:, best],
        turned[:, best], parted(points.swapaxes(0, 1), label),
        ((done.h[-1][..., 0] > 0) == (label > 0.5)).mean(1), turned.any((0, 2)), best,
    )  # fmt: skip


def _steps(problem: Problem, params: Array, sums: list[Array]) -> tuple[Array, Array]:
    """Return eigenvalues of each layer's step at each point, and where it turns over.

    (L, seeds, N, 2) complex and (L, seeds, N): of a 2 x 2 matrix by trace and determinant.
    """
    rates, turned = [], []
    for layer in range(problem.layout.layers - 1):
        slope = problem.activation.slope_at(sums[layer], 0.0)  # (seeds, N, 2)
        w = problem.layout.weights(params, layer)
        a, d = w[:, None, 0, 0] * slope[..., 0], w[:, None, 1, 1] * slope[..., 1]
        b, c = w[:, None, 0, 1] * slope[..., 1], w[:, None, 1, 0] * slope[..., 0]
        half, area = (a + d) / 2, a * d - b * c
        root = np.sqrt((half**2 - area).astype(complex))
        rates.append(np.stack([half + root, half - root], -1))
        turned.append(1 + 2 * half + area < 0)  # determinant of 1 + step
    return np.stack(rates), np.stack(turned)


@functools.lru_cache(maxsize=KEPT)
def at_birth(setting: Setting) -> Flow:
    """Return what the first network of a population does before it is trained."""
    problem = problem_of(setting.spec)
    return looked_at(problem, born(problem).params[:1].astype(float), 0)


class Training:
    """A population on its way; goes on where it was left.

    Attributes:
        found: how it ended, or None.
    """

    def __init__(self, setting: Setting) -> None:
        """Train nothing yet."""
        self.setting = setting
        self.found: Flow | None = None
        self._state: State | None = None

    def advance(self, is_interrupted: Ask) -> Iterator[None]:
        """Train to the end; yields where somebody else wants the time."""
        if self.found is not None:
            return
        yield from wait_for_compiler(is_interrupted)
        problem, engine = problem_of(self.setting.spec), quick_engine()
        while self._state is None or self._state.update < UPDATES:
            run = engine.run(problem.spec, self._state, interval_s=QUIET_S,
                             is_cancelled=is_interrupted)  # fmt: skip
            for self._state in run:
                pass
            if is_interrupted():
                yield None
        self.found = looked_at(problem, self._state.params.astype(float), UPDATES)
        self._state = None  # the moments are not needed any more


_kept = Kept(Training, KEPT)


def training(setting: Setting) -> Training:
    """Return a training as far as it got; those least used are forgotten."""
    return _kept.get(setting)


def known(setting: Setting) -> Flow:
    """Return what is trained, or the first network as it was born."""
    one = _kept.known(setting)
    return at_birth(setting) if one is None or one.found is None else one.found


def forget() -> None:
    """Forget all of them."""
    _kept.forget()
