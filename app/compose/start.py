"""Starting the window, and drawing it into a file where there is no display."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
import time

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.compose.files import read_lab
from app.compose.session import Session
from app.core import spec as specs
from app.core.errors import LabError
from app.core.frames import Frame
from app.core.options import Options
from app.core.spec import LabSpec
from app.runtime import settings
from app.runtime.store import Snapshot
from app.ui.fonts import load_fonts

SHOT_TIMEOUT_S = 600
INTERRUPTED = 130
SWITCH_S = 0.0005


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
            "there is no display to open a window on; `layerlab shot --out lab.png` draws the "
            "window into a file instead"
        )
    # Every widget that paints waits for the interpreter's lock, up to this long, while the
    # trainer computes in Python: a frame has a dozen of them, and the default is 5 ms.
    sys.setswitchinterval(SWITCH_S)
    app = QApplication(["layerlab"])
    app.setApplicationName("Layerlab")
    app.setStyle("Fusion")  # the one style whose every part obeys a style sheet
    load_fonts()
    return app


def run_window(path: str | None = None, theme: str | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        path: a lab, spec or CSV file to open; None reopens the last lab.
        theme: `dark` or `light`; None: what was chosen last.

    Returns:
        The exit code.

    Raises:
        LabError: no display, or a file that cannot be opened.
    """
    app = application()
    notices: list[str] = []
    options = _options(theme, notices)
    table = path if path and path.lower().endswith((".csv", ".tsv", ".txt")) else None
    snapshot = None if table else _first_lab(path, notices)
    session = Session(snapshot.spec if snapshot else LabSpec(), options)
    session.window.fit_screen()
    session.window.show()
    session.begin(snapshot, play=snapshot is None and table is None)
    if table:
        session.files.open_path(table)
    if notices:
        session.window.banner.show_message(" ".join(notices), "error")
    return _stay(app, session)


def _stay(app: QApplication, session: Session) -> int:
    """Run the event loop; errors reach the banner, Ctrl-C in the terminal ends it."""
    interrupted = []

    def on_interrupt(*_: object) -> None:
        interrupted.append(True)
        session.window.close()

    def on_surprise(kind: type[BaseException], error: BaseException, trace: object) -> None:
        sys.__excepthook__(kind, error, error.__traceback__)
        session.on_surprise(error)

    former = signal.signal(signal.SIGINT, on_interrupt)
    sys.excepthook = on_surprise
    # Python's signal handlers run only when Python does, so it has to now and then.
    awake = QTimer()
    awake.timeout.connect(lambda: None)
    awake.start(200)
    try:
        code = app.exec()
    finally:
        signal.signal(signal.SIGINT, former)
        sys.excepthook = sys.__excepthook__
    return INTERRUPTED if interrupted else code


def _options(theme: str | None, notices: list[str]) -> Options:
    try:
        options = settings.read_options()
    except LabError as error:
        notices.append(f"{error}; the defaults are used.")
        options = Options()
    return specs.replace(options, theme=theme) if theme else options


def _first_lab(path: str | None, notices: list[str]) -> Snapshot | None:
    if path:
        return read_lab(path)
    try:
        return read_lab(settings.last_lab()) if settings.last_lab().exists() else None
    except LabError as error:
        notices.append(f"The last lab did not reopen: {error}.")
        return None


def shot(
    out: str | pathlib.Path,
    spec: LabSpec | None = None,
    updates: int | None = None,
    size: tuple[int, int] = (1440, 900),
    theme: str = "dark",
) -> None:
    """Draw the whole window, trained, into a PNG file; no display is needed.

    Args:
        out: the file. spec: what to train; the default lab if None.
        updates: how far; to the end if None.
        size: width and height of the window, pixels. theme: `dark` or `light`.

    Raises:
        LabError: the spec cannot be trained, or the file cannot be written.
    """
    out = pathlib.Path(out)
    if out.is_dir() or not out.parent.is_dir():
        raise LabError(f"{out} cannot be written: it is not a file in a folder that exists")
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = application()
    session = Session(spec or LabSpec(), Options(theme=theme, size=size, speed=None))
    try:
        session.window.show()
        session.runner.set_wanted(session.window.wanted())
        session.runner.begin()
        train_to(session, updates)
        app.processEvents()
        picture = session.window.grab()
        if not picture.save(str(out), "PNG"):
            raise LabError(f"{out} cannot be written")
    finally:
        session.runner.close()
        session.window.deleteLater()
        app.processEvents()


def train_to(session: Session, updates: int | None) -> None:
    """Train up to an update, or to the end, and come back when it is drawn.

    A run that breaks comes back too: the banner says why.
    """
    loop = QEventLoop()

    def on_frame(frame: Frame) -> None:
        goal = frame.length if updates is None else min(updates, frame.length)
        if frame.update >= goal or frame.status == "stopped":
            QTimer.singleShot(0, loop.quit)
        elif frame.status == "ready":
            if updates is None:
                session.runner.finish()
            else:
                session.runner.step(goal)

    session.runner.framed.connect(on_frame)
    session.runner.failed.connect(loop.quit)
    QTimer.singleShot(SHOT_TIMEOUT_S * 1000, loop.quit)
    started = time.monotonic()
    loop.exec()
    session.runner.framed.disconnect(on_frame)
    if time.monotonic() - started > SHOT_TIMEOUT_S - 1:
        raise LabError(f"the training took longer than {SHOT_TIMEOUT_S} seconds")
