"""What trains a spec, as all rooms know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from layerlab.core.cancel import not_cancelled
from layerlab.core.spec import LabSpec
from layerlab.core.state import State


class TrainingEngine(Protocol):
    """Trains a spec, all seeds at once.

    Attributes:
        name: the name on the command line.
    """

    name: str

    @property
    def is_parallel(self) -> bool:
        """Whether it goes on training while the states that it yielded are looked at."""
        ...

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        warmup_s: float = 0.0,
        is_cancelled: Callable[[], bool] = not_cancelled,
    ) -> Iterator[State]:
        """Train and yield one state after another.

        From the same state the same states follow, whatever was cancelled in between:
        pause, step, a live rate, an edited weight and undo are all runs from a state.

        Args:
            spec: what to train; a changed rate or penalty just goes on from `state`.
            state: where to go on; None draws the weights and yields that state first.
            until: update to stop at; the end of the run if None.
            marks: updates at which a state is wanted, ascending.
            interval_s: also yield about this often, for a window, and leave it a core to
                draw with; None: at marks alone, on every core.
            warmup_s: for so many seconds, yield no state for `interval_s`: training warms up.
            is_cancelled: asked before every update, or every few milliseconds; True yields
                the state (the last finite one) and ends.

        Yields:
            States; the last one is at `until`, or where it was cancelled.

        Raises:
            LabError: the spec cannot be trained.
            NotFiniteError: a parameter or a loss became NaN or infinite.
        """
        ...
