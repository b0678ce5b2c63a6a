"""What every test relies on: no screen, no leftovers, the same examples on every run."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import weakref
from collections.abc import Iterator
from typing import Any

from layerlab.threads import one_thread_each

# Before anything imports numpy, as the program does: workers would wait for each other's
# threads, for minutes.
one_thread_each()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
os.environ["LAYERLAB_LANGUAGE"] = "en"  # before anything imports texts
# Settings and the last lab of whoever runs the tests stay out of them, and untouched.
_home = tempfile.TemporaryDirectory(prefix="layerlab-tests-")
os.environ["LAYERLAB_HOME"] = _home.name

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

import layerlab.nets.engines.compiled  # noqa: E402, F401 - before anything imports numba
from tests.helpers.waiting import PATIENCE_MS, PatientBot  # noqa: E402

settings.register_profile(
    "lab",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lab")

_threads: weakref.WeakSet[Any] = weakref.WeakSet()


def _watch_threads() -> None:
    """Note every QThread that is started: Qt has no list of them."""
    from PySide6.QtCore import QThread

    start = QThread.start

    def noted(self: QThread, *args: object) -> None:
        _threads.add(self)
        start(self, *args)

    QThread.start = noted  # type: ignore[method-assign]


_watch_threads()


def _windows() -> dict[int, Any]:
    """Return the top-level widgets there are by address, but for Qt's own tooltip."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets and widgets.QApplication.instance()
    if not isinstance(app, getattr(widgets, "QApplication", ())):
        return {}
    import shiboken6

    return {
        shiboken6.getCppPointer(w)[0]: w
        for w in app.topLevelWidgets()
        if w.metaObject().className() != "QTipLabel"
    }


def _settle() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    app = QCoreApplication.instance()
    if app is not None:
        app.processEvents()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _running_threads() -> list[Any]:
    import shiboken6

    return [t for t in list(_threads) if shiboken6.isValid(t) and t.isRunning()]


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    """Drive Qt, and wait as long as a busy machine may take."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_survives() -> Iterator[None]:
    """Fail a test that leaves a window or a running thread behind."""
    before = set(_windows())
    yield
    if set(_windows()) - before:
        _settle()
    left = [w for address, w in _windows().items() if address not in before]
    names = [f"{type(w).__name__} {w.objectName()!r}" for w in left]
    for widget in left:  # the next test starts clean all the same
        widget.close()
        widget.deleteLater()
    if left:
        _settle()
    threads = _running_threads()
    stuck = [t for t in threads if not t.wait(PATIENCE_MS)]
    assert not names, f"top-level widgets survive the test: {', '.join(names)}"
    assert not threads, f"{len(threads)} QThreads survive the test, {len(stuck)} are stuck"


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which the kernels do not compile, in a process that has not tried yet."""
    from layerlab.core import libraries
    from layerlab.nets.engines import ready

    def fails(dtype: str) -> None:
        raise ValueError("cannot store <0 x double>")

    monkeypatch.setattr(ready, "_futures", {})
    monkeypatch.setattr(ready, "_make", fails)
    monkeypatch.setattr(libraries, "_reported", set())
