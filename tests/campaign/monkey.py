"""Thousands of things that a class does in no order: nothing breaks, and memory levels off.

    python -m tests.campaign.monkey [--actions 2000] [--seed 7] [--engine compiled] [--census]

Clicks, drags and types at random with real events, in the lab and on the pages of the gallery:
sliders, tiles, buttons, keys, views, presets, tasks, undo and redo, theme, zoom and size of the
window. Prints the resident memory on the way, and ends with exit code 1 after an exception, a
warning of Qt's, a thread that does not end, or with more memory than `MAX_MB` in the end.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget

from tests.campaign import census as what

MAX_MB = 600
REPORTS = 20
ENDING_S = 60  # for the threads, on a slow machine
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
KEYS = [
    Qt.Key.Key_Space,
    Qt.Key.Key_Right,
    Qt.Key.Key_R,
    Qt.Key.Key_F,
    Qt.Key.Key_N,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Down,
    Qt.Key.Key_Up,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_Home,
    Qt.Key.Key_A,
    Qt.Key.Key_Return,
]
HAND_KEYS = [
    *(Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_6, Qt.Key.Key_E, Qt.Key.Key_D),
    *(Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight),
]
COMMANDS = [Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_T]
KINDS = {
    "slider": 30,
    "tile": 16,
    "button": 16,
    "key": 16,
    "command": 8,
    "view": 8,
    "zoom": 10,
    "axis": 2,
    "resize": 2,
    "preset": 4,
    "page": 6,
    "by hand": 8,
}
HARMLESS = "This plugin does not support"  # the offscreen platform, of windows and menus
DIALOGS = ("getOpenFileName", "getSaveFileName", "getExistingDirectory")


def point_in(rng: random.Random, widget: QWidget) -> QPoint:
    """Return a random place within a widget."""
    return QPoint(rng.randrange(max(1, widget.width())), rng.randrange(max(1, widget.height())))


def seen(window: QWidget, kind: type) -> list[Any]:
    """Return the widgets of a kind that are visible."""
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def make_by_hand(rng: random.Random, lab: Any) -> None:
    """Paint or draw a stroke in the lab; where nothing is made by hand, begin with that."""
    hand = lab.window.prediction.hand
    if not lab.window.is_lab_shown or hand is None or not hand.kind or rng.random() < 0.1:
        lab.pages.show("lab")
        lab.training.on_edited("task.name", rng.choice(["painted", "drawn"]))
        return
    view = lab.window.prediction.shown().surfaces[0].viewport()
    QTest.keyClick(lab.window, rng.choice(HAND_KEYS))
    button = rng.choice([LEFT, LEFT, Qt.MouseButton.RightButton])
    QTest.mousePress(view, button, pos=point_in(rng, view))
    for _ in range(rng.randrange(5)):
        QTest.mouseMove(view, point_in(rng, view))
        QApplication.processEvents()
    QTest.mouseRelease(view, button, pos=point_in(rng, view))
    if rng.random() < 0.1:
        hand.tool.clear()


def act(rng: random.Random, lab: Any) -> str:
    """Do one random thing with real events, and return what it was.

    Where there is nothing of a kind, such as a slider in the gallery, one goes elsewhere.
    """
    from layerlab.ui.card import Card
    from layerlab.ui.controls.bar import SliderBar
    from layerlab.ui.controls.tiles import Tile

    window = lab.window
    kind = rng.choices([*KINDS], [*KINDS.values()])[0]
    sliders, tiles, cards = seen(window, SliderBar), seen(window, Tile), seen(window, Card)
    presets = seen(window.try_these, QPushButton)
    needed = {
        "slider": sliders,
        "tile": tiles,
        "view": cards,
        "zoom": cards,
        "axis": cards,
        "preset": presets,
    }
    if not needed.get(kind, True):
        QTest.mouseClick(rng.choice(list(window.rail.buttons.values())), LEFT)
    elif kind == "slider":
        bar = rng.choice(sliders)
        QTest.mousePress(bar, LEFT, pos=point_in(rng, bar))
        for _ in range(rng.randrange(3)):
            QTest.mouseMove(bar, point_in(rng, bar))
            QApplication.processEvents()
        QTest.mouseRelease(bar, LEFT, pos=point_in(rng, bar))
    elif kind == "tile":
        QTest.mouseClick(rng.choice(tiles), LEFT)
    elif kind == "button":
        QTest.mouseClick(rng.choice(seen(window, QAbstractButton)), LEFT)
    elif kind == "key":
        QTest.keyClick(rng.choice([window, window.focusWidget() or window]), rng.choice(KEYS))
    elif kind == "command":
        QTest.keyClick(window, rng.choice(COMMANDS), CONTROL)
    elif kind == "view":
        view = rng.choice(cards)
        place = point_in(rng, view)
        child = view.childAt(place) or view
        inside = child.mapFrom(view, place)
        rng.choice([QTest.mouseClick, QTest.mouseDClick])(child, LEFT, pos=inside)
        QTest.mouseMove(child, inside)
    elif kind == "zoom":
        zoom(rng, rng.choice(cards))
    elif kind == "axis":
        card = rng.choice(cards)
        for axis in card.zoom.axes():
            card.zoom.switch(axis)
        card.zoom.fit_curves()
    elif kind == "resize":
        window.resize(rng.randrange(1100, 1500), rng.randrange(700, 950))
    elif kind == "by hand":
        make_by_hand(rng, lab)
    elif kind == "preset":
        QTest.mouseClick(rng.choice(presets), LEFT)
    else:
        lab.pages.show(rng.choice(["lab", *(page.key for page in lab.pages.experiments())]))
    return kind


def zoom(rng: random.Random, card: Any) -> None:
    """Turn the wheel over a plot of a card, or drag it with some button."""
    from layerlab.ui.plotting.surface import Surface

    plots = seen(card, Surface)
    if not plots:
        return
    view = rng.choice(plots).viewport()
    if rng.random() < 0.6:
        place = QPointF(point_in(rng, view))
        turned = QPoint(0, 120 * rng.choice([-9, -2, 1, 3, 20]))
        none, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            place, view.mapToGlobal(place), QPoint(), turned, none, no_key, phase, False
        )
        QApplication.sendEvent(view, event)
        return
    button = rng.choice([LEFT, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
    QTest.mousePress(view, button, pos=point_in(rng, view))
    for _ in range(rng.randrange(4)):
        QTest.mouseMove(view, point_in(rng, view))
        QApplication.processEvents()
    QTest.mouseRelease(view, button, pos=point_in(rng, view))


def close_popup() -> None:
    """Close the menu that is open, if one is."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


@contextlib.contextmanager
def no_dialogs() -> Iterator[None]:
    """Answer every dialog for a file with nothing, and close every menu that opens."""
    from PySide6.QtWidgets import QFileDialog

    closer = QTimer()  # a menu has an event loop of its own until it is closed
    closer.timeout.connect(close_popup)
    closer.start(20)
    with contextlib.ExitStack() as patches:
        for name in DIALOGS:
            patches.enter_context(mock.patch.object(QFileDialog, name, return_value=("", "")))
        yield
    closer.stop()
    close_popup()


def play(
    lab: Any, actions: int, seed: int, report: Callable[[int], None] = lambda count: None
) -> list[tuple[int, str, object]]:
    """Do random things.

    Args:
        lab: a session with an open window. actions: how many. seed: of the choices.
        report: is called after each action with how many there were.

    Returns:
        Which action was followed by which exception of a training that no input can explain.
    """
    from layerlab.core.errors import LabError

    rng = random.Random(seed)
    surprises: list[tuple[int, str, object]] = []
    errors: list[object] = []
    lab.runner.failed.connect(errors.append)
    with no_dialogs():
        for count in range(actions):
            kind = act(rng, lab)
            QApplication.processEvents()
            surprises += [(count, kind, e) for e in errors if not isinstance(e, LabError)]
            errors.clear()
            report(count + 1)
    lab.runner.failed.disconnect(errors.append)
    return surprises


def resident_mb() -> float:
    """Return the memory of this process that is in RAM, in MB (Linux)."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    """Play, print and judge."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds after each action")
    parser.add_argument("--census", action="store_true", help="what the memory is made of")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        return campaign(options)


def campaign(options: argparse.Namespace) -> int:
    """Play in a window of its own; returns the exit code."""
    actions, seed, pause_s = options.actions, options.seed, options.pause
    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    wrong: list[str] = []
    qInstallMessageHandler(lambda kind, context, text: _note(wrong, text or ""))
    sys.excepthook = lambda kind, error, trace: wrong.append(f"exception: {error!r}")
    app = application()
    lab = Session(LabSpec(), Options(theme="dark", engine=options.engine))
    lab.window.show()
    lab.begin()
    QTest.qWait(2000)
    print(f"{0:6} actions  {resident_mb():6.0f} MB", flush=True)
    started, every = time.monotonic(), max(1, actions // REPORTS)

    def report(count: int) -> None:
        if pause_s:
            QTest.qWait(int(1000 * pause_s))
        if count % every == 0:
            print(
                f"{count:6} actions  {resident_mb():6.0f} MB  {len(wrong)} wrong  "
                f"{time.monotonic() - started:5.0f} s",
                flush=True,
            )

    surprises = play(lab, actions, seed, report)
    wrong += [f"action {count}, {kind}: {error!r}" for count, kind, error in surprises]
    QTest.qWait(2000)
    resident = resident_mb()
    print(f"   end          {resident:6.0f} MB", flush=True)
    for line in what.census() if options.census else ():
        print(line, flush=True)
    if resident > MAX_MB:
        wrong.append(f"{resident:.0f} MB are resident, more than {MAX_MB}")
    ended = time.monotonic()
    lab.window.close()
    if time.monotonic() - ended > ENDING_S:
        wrong.append(f"closing took {time.monotonic() - ended:.0f} s")
    lab.window.deleteLater()
    app.processEvents()
    print(f"closing took {time.monotonic() - ended:.1f} s")
    for line in wrong:
        print("wrong:", line)
    print(f"{len(wrong)} wrong in {actions} actions of seed {seed}")
    return 1 if wrong else 0


def _note(wrong: list[str], text: str) -> None:
    if HARMLESS not in text:
        wrong.append(f"Qt: {text}")


if __name__ == "__main__":
    sys.exit(main())
