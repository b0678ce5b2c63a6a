"""A run as the window knows it when it ends."""

from __future__ import annotations

from dataclasses import dataclass

from layerlab.core import spec as specs
from layerlab.core.frames import Prediction
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.runtime.backend import HistoryLike


@dataclass(frozen=True, eq=False)
class EndedRun:
    """A run that is to be kept; nobody writes to any of it.

    Attributes:
        spec, state, history: of that moment. status: how it ended, see `core.runs`.
        length: updates of the whole run. engine: its name.
        ended: seconds since 1970. seconds: that it trained.
        prediction: the part of the frame that shows this state; None: it is measured.
        is_edited: whether knobs were turned while it trained: `spec` has what they were last.
    """

    spec: LabSpec
    state: State
    history: HistoryLike | None
    status: str
    length: int
    engine: str
    ended: float
    seconds: float
    prediction: Prediction | None = None
    is_edited: bool = False


def same_training(one: LabSpec, other: LabSpec) -> bool:
    """Return whether two specs train alike, for however long."""
    fields = ("updates", "epochs", "target_loss")
    length = {name: getattr(one.train, name) for name in fields}
    return specs.replace(other, train=specs.replace(other.train, **length)) == one
