"""What the runtime needs of the rooms it must not import; compose hands it in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from layerlab.core.engine import TrainingEngine
from layerlab.core.frames import Units
from layerlab.core.spec import LabSpec
from layerlab.core.state import State


class HistoryLike(Protocol):
    """The reports of a run so far."""

    @property
    def nbytes(self) -> int:
        """Memory that it takes, in bytes."""
        ...

    def record(self, spec: LabSpec, state: State) -> None:
        """Measure the losses of a state and keep them."""
        ...

    def copy(self) -> HistoryLike:
        """Return a history that no longer changes with this one."""
        ...

    def median_loss(self) -> float:
        """Return the median training loss over the seeds of the last report."""
        ...


@dataclass(frozen=True)
class Backend:
    """Functions of nets.

    Attributes:
        engine: (name) -> engine.
        length: (spec) -> updates of the whole run; loads the data.
        parameters: (spec) -> weights and biases of one network.
        marks: (length) -> updates at which reports are taken, ascending.
        new_history: (engine) -> an empty history of a run by that engine.
        prepare: (spec) -> None; does what a frame needs whatever is trained, such as theory,
            while the engine trains on other threads.
        measure: (spec, state, wanted parts, seed, history, units of the diagram) -> parts by
            name.
    """

    engine: Callable[[str], TrainingEngine]
    length: Callable[[LabSpec], int]
    parameters: Callable[[LabSpec], int]
    marks: Callable[[int], Sequence[int]]
    new_history: Callable[[TrainingEngine], HistoryLike]
    prepare: Callable[[LabSpec], None]
    measure: Callable[
        [LabSpec, State, Collection[str], int, HistoryLike, Units], dict[str, Any]
    ]
