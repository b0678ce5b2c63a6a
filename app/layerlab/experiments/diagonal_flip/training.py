"""Trainings of the printed listing, by the lab's engine, epoch by epoch, kept once done. No Qt.

SGD with rate 0.05, image after image in order, weights from NumPy's legacy generator. Seed 42
is the first of a population; the others go on from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.lru_cache import LRUCache
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, edit, edit_all, read_spec
from layerlab.core.state import State
from layerlab.nets.engines import engine
from layerlab.nets.probes.loss import evaluate
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
IMAGES = 16  # updates of an epoch
KEPT = 96  # trainings
# What the page calls an initialization -> the lab's name of it, and a factor of its weights.
INITS = {
    "0.01": ("small-normal", 1.0),
    "Xavier": ("xavier-normal", 1.0),
    "0.5": ("large-normal", 0.5),
    "He": ("he-normal", 1.0),
    "1": ("large-normal", 1.0),
}


@dataclass(frozen=True)
class FlipConfig:
    """What is trained: widths of the hidden layers, initialization, number of seeds."""

    hidden: tuple[int, ...]
    init: str
    seeds: int

    @property
    def spec(self) -> LabSpec:
        """The listing with this network; where weights have a factor, without it."""
        spec = read_spec(resource("specs/diagonal-flip.json"))
        init = INITS[self.init][0]
        values = {"net.hidden": self.hidden, "net.init": init, "train.seeds": self.seeds}
        return edit_all(spec, values)

    @property
    def name(self) -> str:
        """Such as `4-8-4`."""
        return "-".join(map(str, (4, *self.hidden, 4)))


class FlipTraining:
    """A population on its way: grows by whole epochs, from where it was.

    One thread advances it, another one reads what is there.
    """

    def __init__(self, setting: FlipConfig) -> None:
        self.setting = setting
        self._spec = setting.spec
        start = initialize(problem_of(self._spec))
        self._state: State = replace(start, params=start.params * INITS[setting.init][1])
        self._params = [self._state.params[0].copy()]  # of seed 42, after each epoch
        self._losses: list[Array] = []  # each (seeds,)

    @property
    def epochs(self) -> int:
        """Epochs that are done."""
        return len(self._losses)

    def advance(self, epochs: int) -> Iterator[int]:
        """Train up to an epoch; yield the number of those done after each."""
        if self.epochs >= epochs:
            return
        spec = edit(self._spec, "train.epochs", epochs)
        marks = [IMAGES * epoch for epoch in range(self.epochs + 1, epochs)]
        for state in engine("numpy").run(spec, self._state, marks=marks):
            self._params.append(state.params[0].copy())
            self._state = state
            self._losses.append(state.epoch_loss.copy())
            yield self.epochs

    def losses(self, epochs: int) -> Array:
        """Return mean losses while each of the first epochs went on. (<= epochs, seeds)"""
        done = self._losses[:epochs]
        return np.array(done) if done else np.empty((0, self.setting.seeds))

    def final_loss(self) -> float:
        """Return the least loss of any of the networks as they are now."""
        return float(evaluate(problem_of(self._spec), self._state.params).train.min())

    def outputs(self, x: Array, epochs: int) -> Array:
        """Return what seed 42 predicts after so many epochs, or after those done. (n, 4)"""
        params = self._params[min(epochs, self.epochs)]
        problem = problem_of(self._spec)
        h = x
        for layer in range(problem.layout.layers):
            z = h @ problem.layout.weights(params, layer)
            z = z + problem.layout.biases(params, layer)
            h = np.maximum(z, 0) if layer < problem.layout.layers - 1 else z
        return np.asarray(h)


TRAININGS = LRUCache(FlipTraining, KEPT)  # setting -> as far as it got
