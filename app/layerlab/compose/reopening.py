"""Reopening: what a window begins with, and where it is kept from then on."""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field

from layerlab.compose.labs import quick_lab, read_data, read_lab
from layerlab.core.cancel import CancelledError
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.core.windowfile import (
    MAX_BYTES,
    WindowFile,
    is_same_network,
    window_from_json,
)
from layerlab.nets.problem import check
from layerlab.nets.tasks.tables import UnreadError, from_memory, opening
from layerlab.runtime import settings
from layerlab.runtime.labfile import OtherInputsError
from layerlab.runtime.slot import Slot, free_slot, other_slots
from layerlab.runtime.store import Snapshot

_log = logging.getLogger("layerlab")
TRIES = 5  # another start may move the files that are being read


@dataclass(eq=False)
class Reopened:
    """What a window begins with.

    Attributes:
        slot: where it is kept.
        snapshot: its lab; None for the default.
        window: what else it was, or where another lab was asked for, what the last window
            was; None where that is not known.
        is_last_wanted: whether it is to be the last lab; else another one was asked for.
        waits: whether nothing of it is kept until something is done in the window: there is
            what it must not replace unasked.
        is_kept: whether the slot's files hold all of it already.
        notices: what the window should say, a sentence each.
        late: the slot whose lab is read once the window is there, because that takes time.
        again: the copy of a lab that did not reopen, for another try.
        other: the copy of another window's lab.
    """

    slot: Slot
    is_last_wanted: bool = True
    waits: bool = False
    snapshot: Snapshot | None = None
    window: WindowFile | None = None
    is_kept: bool = False
    notices: list[str] = field(default_factory=list)
    late: Slot | None = None
    again: pathlib.Path | None = None
    other: pathlib.Path | None = None


def reopen(is_last_wanted: bool) -> Reopened:
    """Take a slot, and read what was kept last.

    Args:
        is_last_wanted: whether to begin with the last lab; else it is kept aside before the
            first write.
    """
    slot = own_slot()
    result = Reopened(slot, is_last_wanted)
    try:
        source = _newest(result) if is_last_wanted else slot
        _tidy(result, source)
    except LabError as error:  # of the disk; what can be read is read all the same
        result.notices.append(f"{error}.")
        source = slot
    if is_last_wanted:
        _read(result, source)
    else:
        with contextlib.suppress(LabError):  # its place and its pages' knobs go on
            result.window = read_window(source.window)
    slot.is_foreign = bool(slot.files) and not result.is_kept
    return result


def own_slot() -> Slot:
    """Return a slot for this window, cleared of what its former window left behind."""
    try:
        folder = settings.make_data_folder()
    except LabError as error:  # the first write says it in the window
        _log.warning("%s", error)
        folder = settings.data_folder()
    slot = free_slot(folder)
    slot.begin()
    return slot


def _newest(result: Reopened) -> Slot:
    """Return the slot that was written last; its files are the window's own, if they can be."""
    slot = result.slot
    others = other_slots(slot.folder, slot)
    newest = max([slot, *others], key=Slot.changed_at)
    if newest is not slot and newest.take():
        try:
            newest.clean()
            slot.keep_aside()
            newest.move_to(slot)
        finally:
            newest.let_go()
        return slot
    return newest


def _tidy(result: Reopened, source: Slot) -> None:
    """Keep aside what windows left that are no more, but for the one that is shown."""
    for other in other_slots(result.slot.folder, result.slot):
        if other.name == source.name or not other.take():
            continue
        try:
            other.clean()
            for copy in other.keep_aside()[:1]:
                result.other = copy
                result.notices.append(
                    _("The lab of another window is kept as {copy}.", copy=copy)
                )
            other.remove()
        finally:
            other.let_go()


def _read(result: Reopened, source: Slot) -> None:
    """Read the files of a slot; what cannot be read is kept aside."""
    if source.changed_at() < 0:
        return
    troubles: list[str] = []
    try:
        result.window = read_window(source.window)
    except LabError as error:
        troubles.append(str(error))
    try:
        with from_memory():
            result.snapshot = _read_both(source.lab, result.window, troubles, quick_lab)
    except (UnreadError, OtherInputsError):  # which is said once the window is there
        result.late = source
    if troubles:
        keep_unread(result, source, troubles)
    result.waits = source is not result.slot or result.late is not None or bool(troubles)
    result.is_kept = not result.waits


def read_pair(lab: pathlib.Path, window: pathlib.Path, troubles: list[str]) -> Snapshot:
    """Read the lab of two files that belong together, and its data; takes its time.

    Args:
        lab, window: the files. troubles: takes what is wrong with them; then the lab that is
            returned lacks what they held.

    Raises:
        LabError: neither of them holds one that can be trained.
    """
    with opening():
        snapshot = _read_both(lab, read_window(window), troubles, read_lab)
        if snapshot is None:
            raise LabError(troubles[0] if troubles else _("{lab} is not there", lab=lab))
        read_data(snapshot.spec.task)
    return snapshot


def _read_both(
    lab: pathlib.Path,
    window: WindowFile | None,
    troubles: list[str],
    read: Callable[[str], Snapshot],
) -> Snapshot | None:
    """Return the newer spec, and the network if it is trained by it.

    Args:
        lab, window: of what was kept. troubles: takes what is wrong with them.
        read: reads the lab.

    Raises:
        UnreadError: `read` or the data would take long.
        OtherInputsError: the network has other inputs than its table now.
    """
    snapshot = spec = None
    try:
        spec = window.lab_spec() if window is not None else None
        if spec is not None:
            check(spec)
    except LabError as error:
        troubles.append(str(error))
        spec = None
    try:
        snapshot = read(str(lab)) if os.path.lexists(lab) else None
    except (UnreadError, CancelledError, OtherInputsError):
        raise
    except LabError as error:
        troubles.append(str(error))
    except Exception as error:  # whatever a file does to its reader, the window opens
        _log.exception("%s", lab)
        troubles.append(_("{lab} is damaged: {error}", lab=lab, error=error))
    if spec is None:
        return snapshot
    if snapshot is None or not is_same_network(snapshot.spec, spec):
        return Snapshot(spec, None, None)
    return Snapshot(spec, snapshot.state, snapshot.history)


def read_window(path: pathlib.Path) -> WindowFile | None:
    """Read a window file; None where there is none. Raises LabError."""
    if not os.path.lexists(path):
        return None
    return window_from_json(read_file(path, MAX_BYTES, _("window file")), str(path))


def keep_unread(result: Reopened, source: Slot, troubles: list[str]) -> None:
    """Keep aside what did not reopen, and say so."""
    for trouble in troubles:
        _log.warning("did not reopen: %s", trouble)
    why = troubles[0]
    try:
        copies = source.keep_aside()
    except LabError as error:
        copies, why = [], f"{why}; {error}"
    if result.snapshot is None:
        notice = _("The last lab did not reopen: {why}.", why=why)
    else:
        notice = _("Some of it did not reopen: {why}.", why=why)
    if copies:
        result.again = copies[0]
        notice = f"{notice} {_('It is kept as {path}.', path=copies[0])}"
    result.notices.append(notice)
