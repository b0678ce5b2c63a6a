"""The curve, and the two networks that learn it under one clock. No Qt."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.jobs import Ask
from layerlab.core.layout import Layout
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, edit_all
from layerlab.core.state import State
from layerlab.experiments.width_or_depth.names import DEEP, LENGTH, WIDE
from layerlab.nets.budget import equal_widths
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.incremental import IncrementalTraining
from layerlab.nets.problem import Problem, problem_of
from layerlab.nets.regions import Regions, regions
from layerlab.nets.tasks import TASKS

Array = np.ndarray
SEEDS, SAMPLES, BATCH, RATE = 64, 256, 32, 0.01
CHUNK, EVERY = 10, 100  # updates between two looks at who wants the time; between snapshots
KEPT, BATCHED = 64, 8  # populations; networks that are looked at together
LOW, HIGH = -1.0, 1.0  # ends of the input


def speed(crests: int) -> float:
    """Return how fast the sine runs for so many crests: 8 for three, as in the lab's wave.

    The outermost crest or trough lies a little inside of the ends, at all of them.
    """
    return np.pi * (crests - 0.5) + (8 - 2.5 * np.pi) * 3 / crests


def curve(crests: int, x: Array) -> Array:
    """Return the wavy curve of so many crests and troughs over [-1, 1]. Any shape."""
    return np.asarray(0.55 * np.sin(speed(crests) * x) + 0.2 * x)


def hidden_of(budget: int, depth: int) -> dict[str, tuple[int, ...]]:
    """Return the hidden widths of both twins, each as near to the budget as can be."""
    return {WIDE: equal_widths(1, 1, 1, budget), DEEP: equal_widths(1, 1, depth, budget)}


def parameters(hidden: tuple[int, ...]) -> int:
    """Return the weights and biases of a network of one input and one output."""
    return Layout((1, *hidden, 1)).parameters


def arithmetic(hidden: tuple[int, ...]) -> int:
    """Return the multiplications of one update by backpropagation, biases and Adam aside.

    Each weight takes part once forwards, once in its own gradient, and, but for those of the
    first layer, once in the gradient that is passed back.
    """
    sizes = (1, *hidden, 1)
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    return BATCH * (3 * weights - sizes[0] * sizes[1])


@dataclass(frozen=True)
class TwinConfig:
    """What is trained: crests of the curve, hidden widths."""

    crests: int
    hidden: tuple[int, ...]

    @property
    def spec(self) -> LabSpec:
        """The lab's own wave, which has three crests, without noise, with this network."""
        turned = {
            "task.samples": SAMPLES,
            "task.noise": 0.0,
            "net.hidden": self.hidden,
            "train.seeds": SEEDS,
            "train.batch": BATCH,
            "train.rate": RATE,
            "train.updates": LENGTH,
        }
        return edit_all(TASKS["wave"].recommended(), turned)

    @property
    def problem(self) -> Problem:
        """The lab's problem with as many crests as are asked for."""
        known = problem_of(self.spec)
        return replace(known, y=curve(self.crests, known.data.x).astype(known.y.dtype))


@dataclass(frozen=True, eq=False)
class TwinSnapshot:
    """A population after some updates.

    Attributes:
        update: updates done. loss: (seeds,) on the training points.
        low, high: (points,) quartiles of what the networks predict at the sorted points.
        params: (P,) of the network whose loss is the median.
    """

    update: int
    loss: Array
    low: Array
    high: Array
    params: Array


class TwinTraining(IncrementalTraining[TwinSnapshot]):
    """The networks of a setting, on their way.

    Attributes:
        x: (points,) training inputs, ascending.
        pieces: (seeds,) of each network at the end, as soon as they are counted.
    """

    def __init__(self, setting: TwinConfig) -> None:
        """Draw the weights."""
        problem = setting.problem
        self._order = np.argsort(problem.data.x[:, 0])
        self.x = problem.data.x[self._order, 0]
        self.pieces: Array | None = None
        super().__init__(problem, self._seen, EVERY, CHUNK)

    def _seen(self, state: State) -> TwinSnapshot:
        # In the precision of the training, and few at a time, which the cache holds: about
        # half the time, where 64 wide networks take a while.
        parts = [
            outputs(self.problem, state.params[k : k + BATCHED], self.problem.x)
            for k in range(0, len(state.params), BATCHED)
        ]
        out = np.concatenate(parts)[..., 0]  # (seeds, points)
        loss = 0.5 * ((out - self.problem.y[:, 0]).astype(float) ** 2).mean(1)
        middle = np.argsort(loss)[(len(loss) - 1) // 2]
        low, high = np.percentile(out[:, self._order], (25, 75), axis=0)
        return TwinSnapshot(state.update, loss, low, high, state.params[middle].astype(float))

    def straight(self, params: Array) -> Regions:
        """Return the exact pieces of one network over the whole input."""
        found = regions(self.problem, params, LOW, HIGH)
        assert found is not None  # one input, ReLU, finite numbers
        return found

    def count(self, is_interrupted: Ask) -> Iterator[None]:
        """Count the pieces of all networks of a finished training; yield to make room."""
        counted: list[int] = []
        if self.pieces is not None or self.done < LENGTH:
            return
        for params in self.state.params.astype(float):
            counted.append(self.straight(params).pieces)
            if is_interrupted():
                yield
        self.pieces = np.array(counted)


def advance_together(
    pair: tuple[TwinTraining, ...], update: int, is_interrupted: Ask
) -> Iterator[bool]:
    """Train both on, the one that is behind first; yields as `IncrementalTraining.advance`."""
    runs = {one: one.advance(update, is_interrupted) for one in pair}
    while runs:
        behind = min(runs, key=lambda one: one.done)
        for is_further in runs[behind]:
            yield is_further
            if is_further:
                break
        else:
            del runs[behind]


POPULATIONS = LRUCache(TwinTraining, KEPT)  # setting -> as far as it got
