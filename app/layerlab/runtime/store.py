"""The store: the one place where the spec changes, with undo and redo.

An undo brings back the spec together with the network as it was trained, so each step
keeps the state of the moment of the edit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.knobs import Effect
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.runtime.backend import HistoryLike
from layerlab.runtime.undo import UndoStack

UNDO_BYTES = 32 * 2**20
UNDO_STEPS = 200
MERGE_S = 0.8  # edits of one knob by keys or wheel within this time are one step


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A lab at one moment.

    Attributes:
        spec: the spec. state: the trained state, None if it was too large to keep.
        history: the reports so far. label: what was edited next, for the menu.
        is_other_lab: whether it is the lab of another file than the one that is there instead.
    """

    spec: LabSpec
    state: State | None
    history: HistoryLike | None
    label: str = ""
    is_other_lab: bool = False

    @property
    def nbytes(self) -> int:
        """Memory of state and history, in bytes."""
        state = self.state.nbytes if self.state is not None else 0
        return state + (self.history.nbytes if self.history is not None else 0)

    def is_like(self, other: Snapshot) -> bool:
        """Return whether the other is the same training at the same update."""
        if self.state is None or other.state is None:
            return False
        same_place = (self.spec, self.state.update) == (other.spec, other.state.update)
        return same_place and np.array_equal(self.state.params, other.state.params)


class Store(QObject):
    """Holds the spec; every change goes through here.

    Signals:
        changed(spec, effect): a knob was turned; the runner rebuilds or goes on.
        restored(snapshot): undo, redo or an opened file; show this network again.
        refused(path, sentence): an edit was not accepted; nothing moved.
        undo_changed(): what can be undone or redone is different now.
    """

    changed = Signal(object, object)
    restored = Signal(object)
    refused = Signal(str, str)
    undo_changed = Signal()

    def __init__(
        self,
        spec: LabSpec,
        check: Callable[[LabSpec], None],
        snapshot: Callable[[], tuple[State | None, HistoryLike | None]],
        parent: QObject | None = None,
    ) -> None:
        """Start with a spec.

        Args:
            spec: a spec that `check` accepts.
            check: raises LabError for a spec that cannot be trained.
            snapshot: gives the trained state and the history of this moment.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._spec = spec
        self._check = check
        self._snapshot = snapshot
        self._steps: UndoStack[Snapshot] = UndoStack(UNDO_STEPS)
        self._in_gesture = False
        self._last_path, self._last_time = "", 0.0

    @property
    def spec(self) -> LabSpec:
        """The spec as it is now."""
        return self._spec

    @property
    def can_undo(self) -> str:
        """What an undo would take back; empty if there is nothing."""
        return self._steps.past[-1].label if self._steps.past else ""

    @property
    def can_redo(self) -> str:
        """What a redo would bring back; empty if there is nothing."""
        return self._steps.future[-1].label if self._steps.future else ""

    def begin_gesture(self) -> None:
        """Make all edits until `end_gesture` one step of undo, such as a drag."""
        self._in_gesture, self._last_path = True, ""

    def end_gesture(self) -> None:
        """End the gesture."""
        self._in_gesture, self._last_path = False, ""

    def edit(self, path: str, value: object) -> bool:
        """Turn a knob.

        Returns:
            Whether the spec is different now. A refused value emits `refused`.
        """
        try:
            spec = specs.edit(self._spec, path, value)
        except LabError as error:
            self.refused.emit(path, str(error))
            return False
        return self.turn(path, spec)

    def turn(self, path: str, spec: LabSpec) -> bool:
        """Take the spec that a turn of one knob leads to, where it turns others with it.

        Turns of the same knob within a gesture are one step of undo.

        Args:
            path: the knob. spec: what comes of turning it.

        Returns:
            Whether the spec is different now. A refused one emits `refused`.
        """
        if spec == self._spec:
            return False
        try:
            self._check(spec)
        except LabError as error:
            self.refused.emit(path, str(error))
            return False
        knob = KNOBS[path]
        self._push(knob.label, path)
        self._spec = spec
        self.changed.emit(spec, knob.effect)
        return True

    def replace(self, spec: LabSpec, label: str, path: str = "") -> bool:
        """Take a whole new spec, such as a preset or a task's recommendation.

        Args:
            spec: the new spec. label: what this is called in the undo menu.
            path: the knob that asked for it, which shows a refusal.

        Returns:
            Whether it was accepted.
        """
        try:
            self._check(spec)
        except LabError as error:
            self.refused.emit(path, str(error))
            return False
        self._push(label, "")
        self._spec = spec
        self.changed.emit(spec, Effect.REBUILD)
        return True

    def open(self, snapshot: Snapshot, label: str = _("Opened file")) -> None:
        """Show an opened lab; undo leads back. Raises LabError if it cannot be trained.

        Args:
            snapshot: the lab. label: what this is called in the undo menu.
        """
        self._check(snapshot.spec)
        self._push(label, "", is_other_lab=True)
        self._spec = snapshot.spec
        self.restored.emit(replace(snapshot, is_other_lab=True))

    def mark(self, label: str, part: str = "") -> None:
        """Remember the state before an edit of the network itself, such as a weight.

        Args:
            label: what this is called in the undo menu.
            part: what is edited; edits of one part, one upon the other, are one step of undo.
        """
        self._push(label, f"{label} {part}")

    def undo(self) -> None:
        """Go back one step, to the spec and the network of then."""
        self._restore(self._steps.undo(self._instead_of))

    def redo(self) -> None:
        """Go forward again."""
        self._restore(self._steps.redo(self._instead_of))

    def _restore(self, back: Snapshot | None) -> None:
        if back is None:
            return
        self._spec, self._last_path = back.spec, ""
        self.restored.emit(back)
        self.undo_changed.emit()

    def _push(self, label: str, path: str, is_other_lab: bool = False) -> None:
        now = time.monotonic()
        same = bool(path) and path == self._last_path
        merge = same and (self._in_gesture or now - self._last_time < MERGE_S)
        self._last_path, self._last_time = path, now
        past = self._steps.past
        # The first edit of a gesture has kept what was before all of it.
        if not (merge and past):
            snapshot = self._now(label, is_other_lab)
            # A run that is played again and again ends where it did before.
            if is_other_lab or not (past and past[-1].is_like(snapshot)):
                self._steps.push(snapshot)
                self._trim()
        self._steps.future.clear()
        self.undo_changed.emit()

    def _now(self, label: str, is_other_lab: bool) -> Snapshot:
        state, history = self._snapshot()
        kept = None if state is None else state.alone()
        return Snapshot(self._spec, kept, history, label, is_other_lab)

    def _instead_of(self, back: Snapshot) -> Snapshot:
        """Return what is there now, for the way back from `back`."""
        return self._now(back.label, back.is_other_lab)

    def _trim(self) -> None:
        left, past = UNDO_BYTES, self._steps.past
        for i in reversed(range(len(past))):
            left -= past[i].nbytes
            if left < 0:  # the spec is kept, the network would be retrained
                past[i] = replace(past[i], state=None, history=None)
