"""Slots: the files by which a window reopens, which one window at a time may write.

`last.layerlab` holds the trained lab, `last.window.json` what else the window was, and the
lock `last.lock` belongs to the window that writes them. Where another window has it, a
window takes a slot of its own name; the next start that finds such a slot without its
window makes it the last one, or keeps it aside. A lock decides who writes, never what is
shown: of a lock that cannot be judged, such as one from another computer on a shared
folder, nothing worse comes than one more slot.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import threading

from layerlab.core.disk import reason, write_file
from layerlab.core.errors import LabError
from layerlab.core.temporaries import NOTES, remove_left_behind
from layerlab.core.translation import _
from layerlab.runtime.aside import keep_aside
from layerlab.runtime.labfile import SUFFIX
from layerlab.runtime.lock import Lock

LAST, OTHERS = "last", "window-"


class Slot:
    """The files of one slot; they need not be there.

    Attributes:
        lab, window: the files.
        is_foreign: whether they are not of this window's making: they are kept aside before
            they are replaced.
        kept: copies that were kept aside by a write.
    """

    def __init__(self, folder: pathlib.Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.lab = folder / f"{name}{SUFFIX}"
        self.window = folder / f"{name}.window.json"
        self._notes = folder / f"{name}.temporaries"
        self._lock = Lock(folder / f"{name}.lock", 0)  # a window may stay open for weeks
        self.is_foreign = False
        self.kept: list[pathlib.Path] = []
        # Two threads write into a slot (see `Autosave`):
        # only the first keeps aside what is there.
        self._writing = threading.Lock()

    @property
    def files(self) -> list[pathlib.Path]:
        """The files that are there."""
        return [file for file in (self.lab, self.window) if os.path.lexists(file)]

    def changed_at(self) -> int:
        """Return when one of the files was written last, in nanoseconds; -1: none is there."""
        times = [-1]
        for file in (self.lab, self.window):
            try:
                times.append(file.stat().st_mtime_ns)
            except OSError:  # not there, or gone in this moment
                continue
        return max(times)

    # ---- who may write

    def take(self) -> bool:
        """Become the one who writes, unless another window that lives is.

        Where the folder has no locks, or cannot be written, nobody is kept out.
        """
        return self._lock.take() or not self._lock.is_refused

    def clean(self) -> list[pathlib.Path]:
        """Remove what the slot's former window left when it was killed; for its owner.

        Without a lock nobody knows that the window has ended: it may be on another computer.
        """
        return remove_left_behind(self._notes) if self._lock.is_held else []

    def begin(self) -> None:
        """Note this program's temporary files beside the slot from here on."""
        self.clean()
        NOTES.note_in(self._notes)

    def release(self) -> None:
        """Let the next window have it."""
        NOTES.note_in(None)
        self._lock.give_back()

    def let_go(self) -> None:
        """Give back a slot that was taken to be looked at."""
        self._lock.give_back()

    # ---- what is in it

    def keep_aside(self) -> list[pathlib.Path]:
        """Keep copies of the files under a dated name; raises LabError."""
        return keep_aside(self.folder, self.files)

    def move_to(self, other: Slot) -> None:
        """Make these files another slot's, whose own have been kept aside; raises LabError."""
        other.remove()  # all of it first: no lab may get between another one's files
        try:
            for file, goal in ((self.window, other.window), (self.lab, other.lab)):
                if os.path.lexists(file):
                    os.replace(file, goal)
        except OSError as error:
            raise LabError(
                _("{lab} cannot be renamed: {reason}", lab=self.lab, reason=reason(error))
            ) from None

    def remove(self) -> None:
        """Remove the files, of which there are copies; raises LabError."""
        try:
            for file in self.files:
                file.unlink()
        except OSError as error:
            raise LabError(
                _("{lab} cannot be removed: {reason}", lab=self.lab, reason=reason(error))
            ) from None

    def make_own(self) -> None:
        """Keep aside what is not this window's, so that the files may be written.

        Raises:
            LabError: it cannot be kept aside.
        """
        with self._writing:
            if self.is_foreign:
                self.kept = self.keep_aside()
                self.remove()
                self.is_foreign = False
        with contextlib.suppress(OSError):  # which the writer says better
            self.folder.mkdir(parents=True, exist_ok=True)

    def write_window(self, content: bytes) -> None:
        """Write the window's file; raises LabError, also where `make_own` does."""
        self.make_own()
        write_file(self.window, content)


def free_slot(folder: pathlib.Path) -> Slot:
    """Return a slot that this window may write: the last one, or one of a new name."""
    slot = Slot(folder, LAST)
    if not slot.take():
        slot = Slot(folder, f"{OTHERS}{secrets.token_hex(4)}")
        slot.take()
    return slot


def other_slots(folder: pathlib.Path, own: Slot) -> list[Slot]:
    """Return all slots of which there are files, but for one's own."""
    names = {
        path.name.partition(".")[0]
        for pattern in (f"{OTHERS}*.*", f"{LAST}.*")
        for path in folder.glob(pattern)
    }
    return [Slot(folder, name) for name in sorted(names - {own.name})]
