"""Whose a file is that a process writes, where several computers share one home folder.

The number of a process means something only on its own computer, until that is started again,
and within its own container. So a file's name has a mark of the computer before the number,
and nobody judges a process of another one.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import re

from layerlab.core.disk import read_file
from layerlab.core.errors import LabError

_MARK = re.compile(r"([0-9a-f]{8})-([0-9]{1,10})")
_BOOT = "/proc/sys/kernel/random/boot_id"  # of Linux: another one after each start
_NUMBERS = "/proc/self/ns/pid"  # what numbers processes: a container has its own


def owner() -> str:
    """Return the mark of this process for the name of a file, such as `0a1b2c3d-4711`."""
    return f"{_computer(platform.node())}-{os.getpid()}"


def is_gone(mark: str) -> bool:
    """Return whether a process has ended for certain.

    Args:
        mark: its `owner()`; of another computer's process, and of any other text, nothing is
            known. On Windows, where a file in use cannot be removed, it may be alive.
    """
    known = _MARK.fullmatch(mark)
    if known is None or known[1] != _computer(platform.node()) or mark == owner():
        return False
    if os.name != "posix":
        return True
    try:
        os.kill(int(known[2]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # another user's
        return False
    return False


@functools.lru_cache(4)
def _computer(name: str) -> str:
    """Return 8 digits for a computer of this name, as it runs now."""
    known = [name]
    try:
        known += [read_file(_BOOT, 100).decode("ascii", "replace"), os.readlink(_NUMBERS)]
    except (OSError, LabError):  # a system that has no such files
        known.append(os.name)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:8]
