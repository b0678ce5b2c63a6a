"""Starting the window, and staying until it is closed."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from layerlab.compose.labs import quick_lab
from layerlab.compose.reopening import Reopened, reopen
from layerlab.compose.session import Session
from layerlab.compose.warning_forwarder import WarningForwarder
from layerlab.core import spec as specs
from layerlab.core.errors import LabError
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.tasks.tables import UnreadError, is_table
from layerlab.runtime import settings
from layerlab.runtime.logbook import Logbook
from layerlab.runtime.store import Snapshot
from layerlab.ui.fonts import load_fonts

ENDS = (signal.SIGINT, signal.SIGTERM)  # the lab is kept, as when the window is closed
SWITCH_S = 0.0005
COLLECT_MS = 1500
VERSIONS_MS = 1500  # after the first paint: asking for them takes a while


def application() -> QApplication:
    """Return the one application, made ready for the lab.

    Raises:
        LabError: there is no display; Qt itself would abort the process.
    """
    known = QApplication.instance()
    if isinstance(known, QApplication):
        return known
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(s) for s in screens):
        raise LabError(
            _(
                "there is no display to open a window on; `layerlab shot --out lab.png` draws "
                "the window into a file instead"
            )
        )
    # Every widget that paints waits for the interpreter's lock, up to this long, while the
    # trainer computes in Python: a frame has a dozen of them, and the default is 5 ms.
    sys.setswitchinterval(SWITCH_S)
    app = QApplication(["layerlab"])
    app.setApplicationName("Layerlab")
    app.setDesktopFileName("layerlab")  # its entry, and so its icon, on Wayland
    app.setStyle("Fusion")  # not translated: the one style whose every part obeys a style sheet
    load_fonts()
    return app


def run_window(
    path: str | None = None,
    theme: str | None = None,
    experiment: str | None = None,
    knobs: str | None = None,
) -> int:
    """Open the window and stay until it is closed.

    Args:
        path: a lab, spec or CSV file to open; None reopens the last lab.
        theme: `dark` or `light`; None: what was chosen last.
        experiment: key of the page to begin with; None for the lab.
        knobs: a file with that page's knobs.

    Returns:
        The exit code.

    Raises:
        LabError: no display, or a file that cannot be opened.
    """
    app = application()
    QTimer.singleShot(COLLECT_MS, app, gc.enable)  # which the command has disabled
    logbook = Logbook()
    notices = [sentence for sentence in [logbook.begin()] if sentence]
    try:
        return _open(app, logbook, notices, path, theme, experiment, knobs)
    finally:
        logbook.end()


def _open(
    app: QApplication,
    logbook: Logbook,
    notices: list[str],
    path: str | None,
    theme: str | None,
    experiment: str | None,
    knobs: str | None,
) -> int:
    """Open the window with a logbook; see `run_window`."""
    session = open_window(path, theme, experiment, knobs, notices)
    session.error_reporter.report = logbook.report
    window = session.window
    later = partial(QTimer.singleShot, VERSIONS_MS, window, logbook.note_versions)
    window.painted.connect(later)
    return _stay(app, session)


def open_window(
    path: str | None = None,
    theme: str | None = None,
    experiment: str | None = None,
    knobs: str | None = None,
    notices: Sequence[str] = (),
) -> Session:
    """Show the window as it was, or with what was asked for; see `run_window`.

    Args:
        path, theme, experiment, knobs: as there.
        notices: what the banner says first, a sentence each.
    """
    messages = list(notices)
    options = _options(messages)
    # Where what was asked for cannot be read, the last lab is there, and stays it.
    asked, is_last_wanted = _read_asked(path)
    reopened = reopen(is_last_wanted)
    reopened.notices[:0] = messages
    reopened.waits |= asked is None and not is_last_wanted
    snapshot = asked or reopened.snapshot
    shown = specs.replace(options, theme=theme) if theme else options
    session = Session(snapshot.spec if snapshot else LabSpec(), shown)
    session.autosave.base = options
    session.window.painted.connect(session.window.fit_screen)  # its frame is known by then
    if reopened.window is not None:
        session.appearance.restore(reopened.window.geometry)
        session.pages.restore(reopened.window.knobs)
    session.window.fit_screen()
    session.window.show()
    # Where the last lab did not reopen, nothing goes on by itself: what is there stays the
    # last lab until something is done.
    play = snapshot is None and path is None and not reopened.waits
    session.begin(snapshot, play, reopened)
    _show_page(session, reopened, experiment, knobs)
    if path and asked is not None:
        session.files.note_opened(path)

    def report() -> None:
        session.kept.offer(reopened)
        if path and asked is None:  # a table, or what could not be read: it says why
            session.files.open_path(path)

    report()
    if reopened.late is not None and not session.file_reader.is_under_way:
        session.kept.read_late(reopened, report)
    return session


def _show_page(
    session: Session, reopened: Reopened, experiment: str | None, knobs: str | None
) -> None:
    """Show the page that was asked for, or the one that was shown last."""
    try:
        if experiment is not None:
            session.pages.open(experiment, knobs)
        elif reopened.is_last_wanted and reopened.window is not None:
            session.pages.show(reopened.window.page)
    except LabError as error:  # a library is missing, or it is one of another version's
        reopened.notices.append(f"{error}.")


def _read_asked(path: str | None) -> tuple[Snapshot | None, bool]:
    """Read what was asked for, if that takes no time.

    Returns:
        the lab, or None; and whether it will not be there later either.
    """
    if path is None:
        return None, True
    try:
        return (None if is_table(path) else quick_lab(path)), False
    except UnreadError:
        return None, False
    except LabError:  # which the window says
        return None, True


def _stay(app: QApplication, session: Session) -> int:
    """Run the event loop; errors reach the banner, Ctrl-C in the terminal ends it."""
    interrupted: list[int] = []

    def on_interrupt(number: int, _: object) -> None:
        interrupted.append(number)
        session.autosave.asks = False  # nobody may be there to answer
        # Not here: Python hands a signal over at any place, in the middle of painting too.
        QTimer.singleShot(0, session.window.close)

    def on_surprise(kind: type[BaseException], error: BaseException, trace: object) -> None:
        sys.__excepthook__(kind, error, error.__traceback__)
        session.error_reporter.on_surprise(error)

    former = {kind: signal.signal(kind, on_interrupt) for kind in ENDS}
    sys.excepthook = on_surprise
    notices = WarningForwarder()
    notices.warned.connect(session.window.banner.show_message)
    # Python's signal handlers run only when Python does, so it has to now and then.
    awake = QTimer()
    awake.timeout.connect(lambda: None)
    awake.start(200)
    try:
        code = app.exec()
    finally:
        for kind, handler in former.items():
            signal.signal(kind, handler)
        sys.excepthook = sys.__excepthook__
        notices.end()
    return 128 + interrupted[0] if interrupted else code  # as a shell says it


def _options(notices: list[str]) -> Options:
    try:
        return settings.read_options(notices)
    except LabError as error:
        notices.append(_("{error}. The default settings are used.", error=error))
        return Options()
