"""A window that is closed leaves nothing of itself behind."""

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from layerlab.compose.start import application, open_window
from layerlab.ui.style import apply_style
from layerlab.ui.theme import THEMES
from tests.compose.conftest import finished


def collect():
    """Delete what Qt was asked to delete, and free what nobody refers to."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


def objects():
    """Return the objects of the lab's classes, and of Qt's own, that Python has."""
    # By their type: some libraries' objects warn when they are asked for their class.
    return [thing for thing in gc.get_objects() if issubclass(type(thing), QObject)]


@pytest.fixture
def known(qtbot, home):
    """What is there without a window."""
    app = application()
    apply_style(app, THEMES["dark"])  # the application keeps its style for every window
    gc.unfreeze()  # what windows of other tests have frozen, the collector does not look at
    collect()
    yield weakref.WeakSet(objects())
    app.setStyleSheet("")


def parts_of(session):
    """Return what a closed window has to free, by name."""
    pages = session.pages
    return {
        "session": session,
        "window": session.window,
        "store": session.store,
        "runner": session.runner,
        "trainer": session.runner._worker,
        "background": session.background,
        "its thread": session.background._thread,
        "page": pages.page,
        "work": pages.page.work,
        "its frame": pages.page.frame,
        "ledger": pages.ledger,
        "curves": session.curves,
    }


def work_and_close(qtbot):
    """Train, open pages, be at rest, close; return references to what has to be freed."""
    session = open_window()
    qtbot.waitUntil(lambda: session.frame is not None)
    finished(qtbot, session)
    session.pages.open("residual")
    qtbot.waitUntil(lambda: session.pages.page.result is not None)
    qtbot.waitUntil(session.background._thread.isRunning)
    session.pages.show("claims")
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0)  # which hides it from the collector
    watched = {name: weakref.ref(part) for name, part in parts_of(session).items()}
    session.window.close()
    return watched


def close_soon(qtbot):
    """Close as soon as a frame is there; return references to what has to be freed."""
    session = open_window()
    qtbot.waitUntil(lambda: session.frame is not None)
    session.window.close()
    return {"session": weakref.ref(session), "window": weakref.ref(session.window)}


@pytest.mark.parametrize("live", [work_and_close, close_soon])
def test_a_closed_window_is_freed_with_its_pages_and_threads(qtbot, known, live):
    watched = live(qtbot)
    collect()
    assert [name for name, part in watched.items() if part() is not None] == []
    left = {type(thing).__qualname__ for thing in objects() if thing not in known}
    assert left == set()
