"""Drawing the whole window into a file, where there is no display or for the docs."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QBuffer,
    QEventLoop,
    QIODevice,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from layerlab.compose.knobfile import read_knobs
from layerlab.compose.session import Session
from layerlab.compose.start import application
from layerlab.core.disk import check_writable, write_file
from layerlab.core.errors import LabError
from layerlab.core.figures import PRINT
from layerlab.core.frames import Frame
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _

WINDOW = (1440, 900)  # that a single view is taken from
# For what hangs: an emulated processor compiles for half an hour before it trains.
TIMEOUT_S = 10_800
SETTLING = 4  # passes of the event loop in which layouts hand on what they need
# What the offscreen platform says of every window; it has no window manager to tell.
_HARMLESS = "does not support propagateSizeHints"  # not translated


def _pass_on(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    if _HARMLESS not in (text or ""):
        print(text, file=sys.stderr)


@dataclass(frozen=True)
class How:
    """The looks of what is drawn.

    Attributes:
        size: width and height of the window, or of the view, in pixels.
        theme: a theme's name, or `print`.
        view: name of the one view that is drawn; "" for the whole window. `ENDINGS` are the
            files there are; the window has no CSV.
        scale: pixels of a PNG in one of its size's.
    """

    size: tuple[int, int] = (1440, 900)
    theme: str = "dark"
    view: str = ""
    scale: float = 1.0


HOW = How()


def _options(how: How) -> Options:
    # The engine that needs no preparation: the same picture at the first start and later.
    size = WINDOW if how.view else how.size
    theme = "light" if how.theme == PRINT else how.theme
    return Options(theme=theme, size=size, speed=None, engine="numpy")


def shot(
    out: str | pathlib.Path,
    spec: LabSpec | None = None,
    updates: int | None = None,
    how: How = HOW,
) -> None:
    """Draw the lab, trained; no display is needed.

    Args:
        out: the file. spec: what to train; the default lab if None.
        updates: how far; to the end if None. how: the looks.

    Raises:
        LabError: the spec cannot be trained, or the file cannot be written.
    """

    def train(session: Session) -> None:
        session.runner.set_wanted(session.window.wanted())
        session.runner.begin()
        train_to(session, updates)
        session.advising.finish()

    _draw(out, spec or LabSpec(), how, train)


def shot_page(
    out: str | pathlib.Path,
    key: str,
    knobs: str | None = None,
    turned: Mapping[str, object] | None = None,
    how: How = HOW,
) -> None:
    """Draw a page of the gallery; no display is needed.

    Args:
        out: the file. key: of the page, or `gallery` for all of them.
        knobs: a file with its knobs. turned: single knobs, after the file's.
        how: the looks.

    Raises:
        LabError: knobs that are wrong, or a file that cannot be read or written.
    """

    def show(session: Session) -> None:
        session.pages.show(key)
        page = session.pages.page
        if page is None:
            return
        if knobs is not None:
            page.take_knobs(read_knobs(knobs, page.experiment), knobs)
        if turned:
            page.take_knobs(turned, "--set")
        page.finish()

    _draw(out, LabSpec(), how, show)


def shot_claims(out: str | pathlib.Path, rows: Sequence[str] = (), how: How = HOW) -> None:
    """Draw the window with the ledger's page into a PNG file; no display is needed.

    Args:
        out: the file. rows: ids of what is computed before; the last of some is chosen.
        how: the looks.

    Raises:
        LabError: the file cannot be written.
    """

    def show(session: Session) -> None:
        session.pages.show("claims")
        ledger = session.pages.ledger
        ledger.finish(rows)
        if rows and len(rows) < len(ledger.page.rows.entries):
            ledger.page.choose(rows[-1])

    _draw(out, LabSpec(), how, show)


def _draw(
    out: str | pathlib.Path,
    spec: LabSpec,
    how: How,
    prepare: Callable[[Session], None],
) -> None:
    """Open a window without a display, prepare it and draw it into a file."""
    check_writable(out)
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    former = qInstallMessageHandler(_pass_on)
    surprises: list[BaseException] = []  # of slots, whose exceptions Qt cannot hand on
    sys.excepthook = lambda kind, error, trace: surprises.append(error)
    app = application()
    session = Session(spec, _options(how))
    try:
        session.window.show()
        prepare(session)
        for _ in range(SETTLING):
            app.processEvents()
        if surprises:
            raise surprises[0]
        ending = pathlib.Path(out).suffix.lower()
        if how.view:
            from layerlab.ui.figures import figure

            card = session.figures.card(how.view)
            drawn = figure(card, ending, how.size, how.scale, how.theme == PRINT)
        elif ending != ".png" or how.scale != 1.0 or how.theme == PRINT:
            from layerlab.ui.figures import window_figure

            window = session.window
            drawn = window_figure(window, window.theme, ending, how.scale, how.theme == PRINT)
        else:
            drawn = _png(session.window.grab())
        write_file(out, drawn)
    finally:
        session.garbage_collection.close()
        session.background.close()
        session.runner.close()
        session.window.deleteLater()
        session.deleteLater()
        app.processEvents()
        qInstallMessageHandler(former)
        sys.excepthook = sys.__excepthook__


def _png(picture: QPixmap) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(buffer.data().data())


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
    QTimer.singleShot(TIMEOUT_S * 1000, loop.quit)
    started = time.monotonic()
    _run_interruptibly(loop)
    session.runner.framed.disconnect(on_frame)
    if time.monotonic() - started > TIMEOUT_S - 1:
        raise LabError(
            _("the training took longer than {timeout_s} seconds", timeout_s=TIMEOUT_S)
        )


def _run_interruptibly(loop: QEventLoop) -> None:
    """Run a loop that Ctrl-C ends; then raise KeyboardInterrupt."""
    pressed: list[int] = []

    def on_signal(number: int, _: object) -> None:
        pressed.append(number)
        loop.quit()

    clock = QTimer()  # Python sees a signal only when it runs, and Qt's loop is not Python
    clock.timeout.connect(lambda: None)
    clock.start(100)
    former = signal.signal(signal.SIGINT, on_signal)
    try:
        loop.exec()
    finally:
        signal.signal(signal.SIGINT, former)
        clock.stop()
    if pressed:
        raise KeyboardInterrupt
