"""Locks that hold between the windows of one home folder, also where computers share it."""

from __future__ import annotations

import pathlib
import time

from PySide6.QtCore import QLockFile, QSysInfo

from layerlab.core.disk import read_file
from layerlab.core.errors import LabError

_MAX_BYTES = 2**12
_HOST, _BOOT = 2, 4  # lines of a lock file of Qt's
_POLL_S = 0.02


class Lock:
    """Qt's lock file, which leaves a lock of another computer alone.

    Qt takes computers with one machine id for one, as laptops that were set up from one image
    are, and judges by its own processes whether the owner of the lock lives.

    Args:
        file: the lock. stale_ms: age after which anybody may break it; 0: never.
    """

    def __init__(self, file: pathlib.Path, stale_ms: int) -> None:
        self._file, self._stale_ms = file, stale_ms
        self._lock = QLockFile(str(file))
        self._lock.setStaleLockTime(stale_ms)
        self._is_elsewhere = False

    def take(self, wait_ms: int = 0) -> bool:
        """Take the lock, and return whether it is held.

        Args:
            wait_ms: how long another owner is waited for.
        """
        end_s = time.monotonic() + wait_ms / 1000
        self._is_elsewhere = self._is_of_another_computer()
        while self._is_elsewhere and time.monotonic() < end_s:
            time.sleep(_POLL_S)
            self._is_elsewhere = self._is_of_another_computer()
        if self._is_elsewhere:
            return False
        return self._lock.tryLock(max(0, round(1000 * (end_s - time.monotonic()))))

    @property
    def is_refused(self) -> bool:
        """Whether `take` found another owner; else the folder has no locks, or none is due."""
        return self._is_elsewhere or self._lock.error() == QLockFile.LockError.LockFailedError

    @property
    def is_held(self) -> bool:
        """Whether this is the owner."""
        return self._lock.isLocked()

    def give_back(self) -> None:
        """Let others have it."""
        self._lock.unlock()

    def _is_of_another_computer(self) -> bool:
        """Return whether the lock is there, is not too old and names another computer.

        A computer that has another name now, but was not started again, is still this one.
        """
        try:
            lines = read_file(self._file, _MAX_BYTES).split(b"\n")
            age_ms = 1000 * abs(time.time() - self._file.stat().st_mtime)
        except (OSError, LabError):
            return False
        if len(lines) <= _BOOT or (self._stale_ms and age_ms > self._stale_ms):
            return False
        host, boot = lines[_HOST], lines[_BOOT]
        own_boot = bytes(QSysInfo.bootUniqueId().data())
        return host not in (b"", QSysInfo.machineHostName().encode()) and (
            not boot or boot != own_boot
        )
