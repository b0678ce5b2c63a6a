"""What is kept aside: files that a window would have replaced and that are not its own."""

from __future__ import annotations

import contextlib
import filecmp
import logging
import os
import pathlib
import shutil
import time
from collections.abc import Sequence

from layerlab.core.disk import reason
from layerlab.core.errors import LabError
from layerlab.core.temporaries import temporary_beside
from layerlab.core.translation import _

FOLDER = "kept"
MAX_KEPT = 60  # moments of which files are kept; the oldest go
_log = logging.getLogger("layerlab")


def kept_folder(data: pathlib.Path) -> pathlib.Path:
    """Return where files are kept aside, within the data folder."""
    return data / FOLDER


def keep_aside(data: pathlib.Path, files: Sequence[pathlib.Path]) -> list[pathlib.Path]:
    """Keep copies of files that belong together, under the date of the newest of them.

    A copy that is there already is not made once more. The files stay where they are.

    Args:
        data: the data folder. files: those of them that are not there are left out.

    Returns:
        The copies, in the same order.

    Raises:
        LabError: a copy cannot be made; nothing should be replaced then.
    """
    files = [file for file in files if file.is_file()]
    if not files:
        return []
    try:
        stamp = time.localtime(max(file.stat().st_mtime for file in files))
        folder = kept_folder(data)
        folder.mkdir(exist_ok=True)
        name = time.strftime("%Y-%m-%d %H.%M.%S", stamp)
        count = 1
        while True:
            stem = name if count == 1 else f"{name} ({count})"
            copies = [folder / f"{stem} {file.name}" for file in files]
            free = [_is_free(file, copy) for file, copy in zip(files, copies, strict=True)]
            if all(free):
                with contextlib.suppress(FileExistsError):  # look again: a window was quicker
                    for file, copy in zip(files, copies, strict=True):
                        _copy(file, copy)
                    break
            else:
                count += 1
        _prune(folder, copies)
    except OSError as error:
        raise LabError(
            _("{file} cannot be kept aside: {reason}", file=files[0], reason=reason(error))
        ) from None
    return copies


def _is_free(file: pathlib.Path, copy: pathlib.Path) -> bool:
    """Return whether a copy may have this name: nothing is there, or the copy itself."""
    return not os.path.lexists(copy) or filecmp.cmp(file, copy)


def _copy(file: pathlib.Path, copy: pathlib.Path) -> None:
    """Make a copy unless it is there; FileExistsError: by now another file has its name."""
    if os.path.lexists(copy):
        if not filecmp.cmp(file, copy):
            raise FileExistsError(copy)
        return
    try:
        os.link(file, copy)  # at once, and it takes no space: nobody writes into such files
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with temporary_beside(copy) as part:
            shutil.copy2(file, part)
            copy.touch(exist_ok=False)  # the name is this window's, also among computers
            os.replace(part, copy)


def _prune(folder: pathlib.Path, newest: Sequence[pathlib.Path]) -> None:
    """Remove the oldest, where there are very many, but none of `newest`.

    These are what was kept just now: of a lab that nobody has opened for months the date is
    the oldest, and its own file is about to be replaced.
    """
    files = sorted(set(folder.iterdir()) - set(newest), key=lambda file: file.stat().st_mtime)
    most = max(2 * MAX_KEPT - len(newest), 0)
    for file in files[: max(len(files) - most, 0)]:
        _log.info("the oldest of what was kept goes: %s", file.name)
        file.unlink(missing_ok=True)
