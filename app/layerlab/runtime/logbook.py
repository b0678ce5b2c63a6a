"""The logbook: what the lab did last, in the user's log folder, and reports of what broke.

The file is for whoever looks into a trouble on another machine. It holds no personal data:
the user's folder is written as `~`, and no numbers of a data set get in.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.metadata
import logging
import os
import pathlib
import platform
import secrets
import sys
import time
import traceback
from collections import deque
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion

from layerlab import __version__
from layerlab.core.disk import read_file, write_file
from layerlab.core.errors import LabError
from layerlab.core.folders import log_folder as log_folder
from layerlab.core.owners import owner
from layerlab.core.program import is_bundle
from layerlab.core.temporaries import NOTES
from layerlab.core.translation import _

NAME = "layerlab"
RECENT = 200  # lines of a report
_FULL = 500_000  # bytes, after which the next start begins a new file and keeps the old one
_REPORTS = 10  # that are kept
MAX_LOG_BYTES = 64 * 2**20  # that are read of a log: a session may write more than _FULL
_FAULTS = "fault-"  # files that stay empty unless the process dies of a fault
_LIBRARIES = ("PySide6-Essentials", "pyqtgraph", "numpy", "numba", "llvmlite", "scipy", "torch")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def without_names(text: str) -> str:
    """Return a text in which the user's own folder is `~`."""
    own = os.path.expanduser("~")
    homes = {own, os.path.realpath(own)}
    for home in sorted(filter(None, homes), key=len, reverse=True):
        if len(home) > 1:  # of a system without users it is the root
            text = text.replace(home, "~")
    return text


class _Plain(logging.Formatter):
    """One line an entry, and its traceback below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry without names."""
        return without_names(super().format(record))


class _Recent(logging.Handler):
    """The last entries, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an entry."""
        self.lines.extend(self.format(record).splitlines())


class Logbook:
    """Writes the log of this process until `end`, and reports.

    Attributes:
        folder: where the files are.
        trouble: why nothing is written, in one sentence; "" if all is well.
    """

    def __init__(self, folder: pathlib.Path | None = None) -> None:
        """Prepare; `folder` is `log_folder()` if None."""
        self.folder = folder or log_folder()
        self.trouble = ""
        self._file = self.folder / "layerlab.log"
        self._log = logging.getLogger(NAME)
        self._recent = _Recent()
        self._handlers: list[logging.Handler] = [self._recent]
        self._faults: TextIO | None = None
        self._had_faulthandler = faulthandler.is_enabled()
        self._former_qt: object = None

    def begin(self) -> str:
        """Listen to the lab, to Qt, and for faults of the process.

        Returns:
            A sentence if an earlier start ended in a fault, else "".
        """
        ended_badly = ""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            ended_badly = self._look_for_faults()
            if self._file.exists() and self._file.stat().st_size > _FULL:
                self._file.replace(self.folder / "older.log")
            self._handlers.append(logging.FileHandler(self._file, encoding="utf-8"))
            place = self.folder / f"{_FAULTS}{owner()}-{secrets.token_hex(4)}.txt"
            NOTES.begin(place)  # one that is killed leaves it empty
            self._faults = place.open("x", encoding="utf-8")
            faulthandler.enable(self._faults)
        except (OSError, LabError) as error:
            self.trouble = _(
                "no log is written: {folder}: {error}", folder=self.folder, error=error
            )
        self._log.setLevel(logging.INFO)
        self._log.propagate = False  # no library's handler prints it once more
        for handler in self._handlers:
            handler.setFormatter(_Plain())
            self._log.addHandler(handler)
        self._former_qt = qInstallMessageHandler(self._on_qt)
        self._log.info("Layerlab %s starts", __version__)
        if self.trouble:
            self._log.warning(self.trouble)
        return ended_badly

    def note_versions(self) -> None:
        """Write down what the lab runs on: once there is time for it."""
        for line in versions():
            self._log.info(line)

    def end(self) -> None:
        """Close the files; the process ends well."""
        self._log.info("the window is closed")
        qInstallMessageHandler(self._former_qt)
        for handler in self._handlers:
            self._log.removeHandler(handler)
            handler.close()
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            pathlib.Path(self._faults.name).unlink(missing_ok=True)
            NOTES.end(pathlib.Path(self._faults.name))
            self._faults = None
        if self._had_faulthandler and sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)

    def report(self, error: BaseException) -> str:
        """Write down an error, keep a report of it, and return the report."""
        trace = "".join(traceback.format_exception(error))
        self._log.error(trace.rstrip())
        text = "\n".join(
            [
                f"Layerlab {__version__}, {time.strftime('%Y-%m-%d %H:%M:%S %z')}",
                *versions(),
                "",
                without_names(trace),
                f"The last {RECENT} lines of the log:",  # not translated
                *self._recent.lines,
                "",
            ]
        )
        if not self.trouble:
            try:
                write_file(self._new_report(), text.encode())
                self._prune()
            except (OSError, LabError) as problem:
                self._log.warning("the report is not kept: %s", problem)
        return text

    def _new_report(self) -> pathlib.Path:
        stamp = time.strftime("%Y-%m-%d-%H%M%S")
        name = self.folder / f"report-{stamp}.txt"
        count = 1
        while name.exists():
            count += 1
            name = self.folder / f"report-{stamp}-{count}.txt"
        return name

    def _prune(self) -> None:
        """Let the oldest reports go."""
        for path in sorted(self.folder.glob("report-*.txt"))[:-_REPORTS]:
            path.unlink(missing_ok=True)

    def _look_for_faults(self) -> str:
        """Make reports of what earlier processes left when they died of a fault."""
        found = ""
        for path in sorted(self.folder.glob(f"{_FAULTS}*.txt")):
            text = read_file(path, MAX_LOG_BYTES).decode(errors="replace")
            if not text:
                continue  # of one that still runs, or was killed
            report = self._new_report()
            lines: list[str] = []
            if self._file.exists():
                raw = read_file(self._file, MAX_LOG_BYTES)
                lines = raw.decode(errors="replace").splitlines()
            parts = [
                # not translated: for maintainers
                f"Layerlab {__version__}: a start before this one ended in a fault",
                *versions(),
                "",
                without_names(text),
                *lines[-RECENT:],
                "",
            ]
            write_file(report, "\n".join(parts).encode())
            path.unlink()
            found = _(
                "The lab ended in a fault last time. A report without personal data is "
                "{report}",
                report=report,
            )
        self._prune()
        return found

    def _on_qt(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """Take a message of Qt's; it is printed as ever."""
        self._log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
        if sys.__stderr__ is not None:  # a program without a console has none
            with contextlib.suppress(OSError):
                print(message, file=sys.__stderr__)


def versions() -> list[str]:
    """Return what a report says of the machine and the libraries; loads none of them."""
    edition = " in a bundle" if is_bundle() else ""  # not translated
    python = f"Python {platform.python_version()}{edition}"
    machine = f"{platform.platform()}, {os.cpu_count()} processors"  # not translated
    known = []
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            known.append(f"{name} {importlib.metadata.version(name)}")
    return [f"{python}, Qt {qVersion()}, {machine}", ", ".join(known)]
