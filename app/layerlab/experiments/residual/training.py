"""Plain, residual and scaled networks of several depths: trained, then ablated. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import NotFiniteError
from layerlab.core.jobs import Ask
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, edit_all
from layerlab.experiments.residual.initial import GAIN, NAMES
from layerlab.nets.engines.numpy_ import outputs, training_loss
from layerlab.nets.incremental import ResumableTraining
from layerlab.nets.problem import Problem, problem_of
from layerlab.nets.skips import ablate
from layerlab.nets.tasks import TASKS

Array = np.ndarray
DEPTHS = (2, 4, 8, 12, 20, 32, 64)  # the last is the lab's deepest
WIDTH, SEEDS, UPDATES, RATE = 8, 16, 2000, 0.003
GRID = np.linspace(-1, 1, 161)
KEPT = 210  # populations: ten settings of all knobs


@dataclass(frozen=True)
class DepthConfig:
    """What is trained: a name of `NAMES`, a depth of `DEPTHS`, and the knobs."""

    name: str
    depth: int
    activation: str
    decay: float

    @property
    def spec(self) -> LabSpec:
        """The lab's wave without noise, with this network."""
        std = GAIN / (2 * self.depth) ** 0.5 if self.name == "scaled" else GAIN
        turned = {
            "task.noise": 0.0,
            "net.hidden": (WIDTH,) * self.depth,
            "net.activation": self.activation,
            "net.init": "normal",
            "net.weight_std": std,
            "net.residual": self.name != "plain",
            "train.optimizer": "adamw",
            "train.rate": RATE,
            "train.l2": self.decay,
            "train.updates": UPDATES,
            "train.seeds": SEEDS,
        }
        return edit_all(TASKS["wave"].recommended(), turned)


@dataclass(frozen=True, eq=False)
class TrainedDepth:
    """A population at the end of its training.

    Attributes:
        setting: what was trained. problem: its data.
        params: (seeds, P), or None where the training diverged: see `update`.
        loss: (seeds,) on the training points; infinite where there are no parameters.
        update: the last that was done.
        kept: (depth, seeds) std of each layer's weights over that at initialization.
        without: (depth, seeds) loss with one layer ablated.
    """

    setting: DepthConfig
    problem: Problem
    params: Array | None
    loss: Array
    update: int
    kept: Array
    without: Array

    @property
    def best(self) -> int:
        """The network with the least loss."""
        return int(self.loss.argmin())

    def curve(self, layer: int | None = None) -> Array:
        """Return what the best network predicts at `GRID`, with hidden layer `layer` ablated.

        Raises:
            ValueError: there are no parameters.
        """
        if self.params is None:
            raise ValueError("this training has diverged")
        one = self.params[self.best : self.best + 1]
        if layer is not None:
            one = ablate(self.problem.layout, one, layer)
        return np.asarray(outputs(self.problem, one, GRID[:, None])[0, :, 0])


class DepthTraining:
    """A population on its way; goes on where it was left.

    Attributes:
        found: how it ended, or None.
    """

    def __init__(self, setting: DepthConfig) -> None:
        """Train nothing yet."""
        self.setting = setting
        self.found: TrainedDepth | None = None
        self._run = ResumableTraining(setting.spec)

    def advance(self, is_interrupted: Ask) -> Iterator[None]:
        """Train to the end; yields where somebody else wants the time."""
        if self.found is not None:
            return
        problem = problem_of(self.setting.spec)
        try:
            state = yield from self._run.reach(UPDATES, is_interrupted)
        except NotFiniteError as error:
            self.found = self._lost(problem, error.update)
        else:
            yield from self._look(problem, state.params.astype(float), is_interrupted)
        self._run.state = None  # the moments are not needed any more

    def _lost(self, problem: Problem, update: int) -> TrainedDepth:
        nothing = np.full((self.setting.depth, SEEDS), np.inf)
        return TrainedDepth(self.setting, problem, None, nothing[0], update, nothing, nothing)

    def _look(self, problem: Problem, params: Array, ask: Ask) -> Iterator[None]:
        """Ablate one layer after another."""
        layout, depth, net = problem.layout, self.setting.depth, problem.spec.net
        kept, without = np.empty((depth, SEEDS)), np.empty((depth, SEEDS))
        for k in range(depth):
            weights = layout.weights(params, k)
            std = net.weight_std / layout.sizes[k] ** 0.5
            kept[k] = np.sqrt((weights**2).mean((1, 2))) / std
            with np.errstate(all="ignore"):
                without[k] = training_loss(problem, ablate(layout, params, k))
            if ask():
                yield None
        with np.errstate(all="ignore"):
            loss = np.asarray(training_loss(problem, params))
        self.found = TrainedDepth(self.setting, problem, params, loss, UPDATES, kept, without)


TRAININGS = LRUCache(DepthTraining, KEPT)  # setting -> as far as it got


def known(activation: str, decay: float) -> dict[str, tuple[TrainedDepth | None, ...]]:
    """Return what is trained already: by name, for each of `DEPTHS`."""
    found = {}
    for name in NAMES:
        rows = [
            TRAININGS.known(DepthConfig(name, depth, activation, decay)) for depth in DEPTHS
        ]
        found[name] = tuple(None if row is None else row.found for row in rows)
    return found


def alone(decay: float) -> float:
    """Return the share of a weight that AdamW's decay leaves without any gradient."""
    return float((1 - RATE * decay) ** UPDATES)


def trained_depth(depth: int) -> int:
    """Return the deepest of `DEPTHS` that is at most this deep."""
    return max(d for d in DEPTHS if d <= depth)
