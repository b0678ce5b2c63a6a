"""What the window wants of the worker, and the run that the worker has under way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from layerlab.core import frames
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.runtime.backend import HistoryLike


@dataclass(frozen=True)
class WorkerRequest:
    """What the window wants of the worker.

    Attributes:
        run_id: number of the run; a new one starts from `start`.
        spec: what to train. start: state to go on from; None draws the weights.
        history: reports that belong to `start`.
        playing: whether to train. speed: updates per second, inf for unlimited.
        steps: updates to do although not playing, counted up since the run began.
        plays: counted up with every play, because the worker sees the newest request alone: of
            a pause and a play that follow each other at once it sees that it plays.
        engine: its name. wanted: parts of the visible views. seed: the one shown alone.
        units: of the diagram, those in sight; empty for those of its overview.
    """

    run_id: int
    spec: LabSpec
    start: State | None = None
    history: HistoryLike | None = None
    playing: bool = False
    speed: float = math.inf
    steps: int = 0
    plays: int = 0
    engine: str = "numpy"
    wanted: frozenset[str] = frozenset(frames.PARTS)
    seed: int = 0
    units: frames.Units = ()

    def resumes(self, old: WorkerRequest) -> bool:
        """Return whether training was asked for since another request."""
        return self.playing and (not old.playing or self.plays != old.plays)


@dataclass
class Run:
    """The run under way; only the worker's thread touches it."""

    request: WorkerRequest
    state: State
    history: HistoryLike
    length: int
    parameters: int
    marks: frozenset[int]
    sorted_marks: tuple[int, ...]
    status: str = "ready"
    note: str = ""
    steps_done: int = 0
    pace_from: tuple[float, int] = (0.0, 0)  # clock and update at which pacing began
    slow_at: tuple[float, ...] = (0.0, 0.0)
    is_prepared: bool = False
    measure_at: float = 0.0  # not before
    speed: float = 0.0
    elapsed_s: float = 0.0  # of a run that was finished in one go
    speed_from: tuple[float, int] = field(default_factory=lambda: (0.0, 0))


def idle_status(run: Run) -> str:
    """Return what a run that does not train is: `ready`, `paused` or `finished`."""
    if run.state.update >= run.length:
        return "finished"
    return "paused" if run.state.update else "ready"
