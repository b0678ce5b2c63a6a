"""What the adviser looks at: figures of a run over all its seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import ACROSS_INPUTS, GRADIENT, LOSS, MEAN_SQUARE, SIGNAL, LayerPart
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.success import default_threshold
from layerlab.nets.probes import History, measure
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
LATE = 1 / 3  # of the reports: what is called the end of a run
MIN_POSITIVE = 1e-300


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures of a run; medians are over the seeds. L is the number of hidden layers.

    Attributes:
        spec: what was trained. update: how far. points: of the training set.
        broken: the update at which the run diverged, or None.
        train: (R,) median training loss at the reports.
        validation: likewise of the held-out points, or None.
        updates: (R,) of the reports.
        threshold: loss that separates a fit from a failure, see `core.success`.
        score: median accuracy or R² on the training set, or None.
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
    points: int
    broken: int | None
    updates: Array
    train: Array
    validation: Array | None
    threshold: float
    score: float | None
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
    held, score = loss.validation, loss.score  # type: ignore[union-attr]
    swings, rise = _swings(train)
    return Measured(
        spec=spec,
        update=state.update,
        points=len(problem.x),
        broken=broken,
        updates=loss.updates,  # type: ignore[union-attr]
        train=np.median(train, axis=1),
        validation=None if held is None else np.median(held, axis=1),
        threshold=default_threshold(loss),  # type: ignore[arg-type]
        score=None if score is None else float(np.median(score[-1])),
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
