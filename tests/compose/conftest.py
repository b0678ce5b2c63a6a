import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.compose.session import Session
from layerlab.compose.start import application, open_window
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec
from layerlab.ui.controls.bar import SliderBar


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's folder of the test's own."""
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def open_lab(qtbot, home):
    """Open windows with a running trainer; they are closed at the end."""
    sessions = []
    app = application()
    look = app.style().objectName(), app.font(), app.palette()

    def make(spec=None, options=None, snapshot=None, play=False):
        session = Session(spec or LabSpec(), options or Options(speed=None, engine="numpy"))
        sessions.append(session)
        session.errors = []
        session.runner.failed.connect(session.errors.append)
        session.window.show()
        session.begin(snapshot, play=play)
        qtbot.waitUntil(lambda: session.frame is not None)
        return session

    make.sessions = sessions
    yield make
    for session in sessions:
        if shiboken6.isValid(session.window):  # else the test has closed it
            session.window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    app.setStyleSheet("")  # the lab's look is not what other tests count on
    app.setStyle(look[0])
    app.setFont(look[1])
    app.setPalette(look[2])


@pytest.fixture
def start(open_lab, qtbot):
    """Start the program as the command does; the windows are closed at the end."""

    def make(*arguments, **options):
        session = open_window(*arguments, **options)
        open_lab.sessions.append(session)
        qtbot.waitUntil(lambda: session.frame is not None)
        return session

    return make


@pytest.fixture
def lab(open_lab):
    return open_lab()


def finished(qtbot, session, run_id=None):
    """Wait until the run is finished, and return its frame."""

    def is_over():
        frame = session.frame
        newest = frame is not None and frame.run_id == session.runner.request.run_id
        return newest and frame.status == "finished" and not session.runner.is_playing

    qtbot.waitUntil(is_over)
    return session.frame


def bar_of(session, path):
    """Return the slider that turns a knob."""
    return session.window.panel.control(path).findChild(SliderBar)


def drag(bar, share, steps=6):
    """Drag a slider's handle with the mouse to a share of its length."""
    y = bar.height() // 2
    start, end = round(bar.handle_x()), round(8 + share * (bar.width() - 16))
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(start, y))
    for k in range(1, steps + 1):
        QTest.mouseMove(bar, QPoint(round(start + (end - start) * k / steps), y))
        QApplication.processEvents()
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(end, y))


def tile_of(session, path, key):
    """Return the tile of a choice."""
    return session.window.panel.control(path).grid.tile(key)
