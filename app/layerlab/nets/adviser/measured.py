"""What the adviser looks at: figures of a run over all its seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import ACROSS_INPUTS, GRADIENT, LOSS, MEAN_SQUARE, SIGNAL, LayerPart
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes import History, measure
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
LATE = 1 / 3  # of the reports: what is called the end of a run
MIN_POSITIVE = 1e-300


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures of a run; medians are over the seeds. L is the number of hidden layers.

    Attributes:
        spec: what was trained. update: how far. length: update at which it is finished.
        points: of the training set.
        broken: the update at which the run diverged, or None.
        train: (R,) median training loss at the reports.
        validation: likewise of the held-out points, or None.
        updates: (R,) of the reports.
        last_train: (S,) newest training losses. last_validation: likewise, or None.
        floor: expected loss of the true function, or None.
        linear: training loss of the best linear model, or None.
        scale: loss of a network that outputs 0, on the points that count; see `figure`.
        swings: median over the seeds of how far the loss of the late reports swings, the mean
            absolute change of its logarithm beyond what it falls.
        rise: median over the seeds of the last loss beside the lowest of the run.
        signal, gradient: (L,) median variance across inputs and mean square of dL/dz, at
            initialization.
        square: (L,) median mean square of the activations at initialization.
        expected_back: how many times theory has the gradient grow from the last hidden layer
            to the first at initialization, or None where it does not know.
        dead_layer_share: share of the seeds with a hidden layer that is dead as a whole at
            initialization.
        initially_dead, dead: (L,) median share of units with slope 0 on every training input.
    """

    spec: LabSpec
    update: int
    length: int
    points: int
    broken: int | None
    updates: Array
    train: Array
    validation: Array | None
    last_train: Array
    last_validation: Array | None
    floor: float | None
    linear: float | None
    scale: float
    swings: float
    rise: float
    signal: Array
    square: Array
    gradient: Array
    expected_back: float | None
    dead_layer_share: float
    initially_dead: Array
    dead: Array

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.spec.net.hidden)

    @property
    def loss(self) -> float:
        """Newest median training loss."""
        return float(self.train[-1])

    @property
    def course(self) -> Array:
        """Median loss at the reports on the points that count, (R,): see `figure`."""
        return self.train if self.validation is None else self.validation

    @property
    def figure(self) -> float:
        """Newest median loss on the held-out points, else on the training set.

        Infinite where the run diverged.
        """
        last = float(self.course[-1])
        return last if self.broken is None and np.isfinite(last) else float("inf")

    @property
    def is_stopped(self) -> bool:
        """Whether the target loss ended it early."""
        target = self.spec.train.target_loss
        return target is not None and self.update < self.length and self.loss <= target

    @property
    def is_over(self) -> bool:
        """Whether the run came to its end: what it lacks now, training will not bring."""
        return self.broken is not None or self.is_stopped or self.update >= self.length

    @property
    def forth(self) -> float:
        """Growth of the initial signal from the first hidden layer to the last."""
        return _growth(self.signal)

    @property
    def length_growth(self) -> float:
        """Likewise of the mean square."""
        return _growth(self.square)

    @property
    def back(self) -> float:
        """How many times the gradient grows from the last hidden layer to the first."""
        return _growth(self.gradient[::-1])


def _growth(line: Array) -> float:
    if len(line) < 2:
        return 1.0
    first, last = (float(np.nan_to_num(v, posinf=1e300)) for v in (line[0], line[-1]))
    return max(last, MIN_POSITIVE) / max(first, MIN_POSITIVE)


def examine(
    spec: LabSpec, state: State, history: History | None = None, broken: int | None = None
) -> Measured:
    """Measure a run.

    Args:
        spec: what was trained.
        state: its last finite state.
        history: its reports.
        broken: the update at which the run diverged, or None.

    Raises:
        LabError: the spec does not fit its data.
    """
    problem = problem_of(spec)
    now = measure(spec, state, (LOSS, SIGNAL), history=history)
    initial = measure(spec, initialize(problem), (SIGNAL, GRADIENT))
    loss, signal, gradient = now[LOSS], initial[SIGNAL], initial[GRADIENT]
    late = now[SIGNAL]
    assert isinstance(signal, LayerPart)
    assert isinstance(gradient, LayerPart)
    assert isinstance(late, LayerPart)
    train = np.asarray(loss.train, float)  # type: ignore[union-attr]
    held = loss.validation  # type: ignore[union-attr]
    swings, rise = _swings(train)
    return Measured(
        spec=spec,
        update=state.update,
        length=problem.length,
        points=len(problem.x),
        broken=broken,
        updates=loss.updates,  # type: ignore[union-attr]
        train=np.median(train, axis=1),
        validation=None if held is None else np.median(held, axis=1),
        last_train=train[-1],
        last_validation=None if held is None else np.asarray(held[-1], float),
        floor=loss.noise_floor,  # type: ignore[union-attr]
        linear=loss.linear_loss,  # type: ignore[union-attr]
        scale=_scale(problem),
        swings=swings,
        rise=rise,
        signal=np.median(signal.measured[ACROSS_INPUTS], axis=0),
        square=np.median(signal.measured[MEAN_SQUARE], axis=0),
        gradient=np.median(gradient.measured[MEAN_SQUARE], axis=0),
        expected_back=_expected(gradient),
        dead_layer_share=float((signal.dead == 1).any(axis=1).mean()),
        initially_dead=np.median(signal.dead, axis=0),
        dead=np.median(late.dead, axis=0),
    )


def _scale(problem: Problem) -> float:
    y = problem.validation_y if len(problem.validation_y) else problem.y
    return float(problem.loss.value(NUMPY, np.zeros(y.shape), y.astype(float)))


def _expected(gradient: LayerPart) -> float | None:
    line = gradient.theory.get(MEAN_SQUARE)
    return None if line is None else _growth(np.asarray(line[0])[::-1])


def _swings(train: Array) -> tuple[float, float]:
    """Return how far the late losses (R, S) swing, and how far they end above their lowest."""
    with np.errstate(all="ignore"):
        log = np.log(np.maximum(train, MIN_POSITIVE))
        late = log[-max(2, round(LATE * len(log))) :]
        path = np.abs(np.diff(late, axis=0)).sum(0)
        fallen = np.abs(late[-1] - late[0])
        swings = np.median((path - fallen) / max(1, len(late) - 1))
        rise = np.median(np.exp(log[-1] - log.min(0)))
    return float(np.nan_to_num(swings)), float(np.nan_to_num(rise, posinf=1e300))
