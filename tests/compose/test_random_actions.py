"""A thousand things that a class does in no order: nothing breaks, nothing hangs."""

import random

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QPushButton, QWidget

from app.core.options import Options
from app.core.spec import LabSpec, edit
from app.ui.card import Card
from app.ui.controls.bar import SliderBar
from app.ui.controls.tiles import Tile
from tests.compose.conftest import finished

ACTIONS = 1000
KEYS = [Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_R, Qt.Key.Key_F, Qt.Key.Key_N,
        Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageUp,
        Qt.Key.Key_Home]  # fmt: skip
COMMANDS = [Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_T]
LEFT = Qt.MouseButton.LeftButton


def point_in(rng: random.Random, widget: QWidget) -> QPoint:
    return QPoint(rng.randrange(max(1, widget.width())), rng.randrange(max(1, widget.height())))


def seen(window: QWidget, kind: type) -> list:
    """Return the widgets of a kind that are visible."""
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def act(rng: random.Random, lab) -> str:
    """Do one random thing with real events, and return what it was.

    On the gallery, which has no sliders, one goes somewhere else instead.
    """
    window = lab.window
    on_lab = window.is_lab_shown
    kind = rng.choices(
        ["slider", "tile", "button", "key", "command", "view", "resize", "preset"],
        [30, 16, 16, 16, 8, 8, 2, 4],
    )[0]
    sliders, tiles, cards = seen(window, SliderBar), seen(window, Tile), seen(window, Card)
    needed = {"slider": sliders, "tile": tiles, "view": cards, "preset": on_lab}
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
        QTest.keyClick(window, rng.choice(COMMANDS), Qt.KeyboardModifier.ControlModifier)
    elif kind == "view":
        view = rng.choice(cards)
        place = point_in(rng, view)
        child = view.childAt(place) or view
        inside = child.mapFrom(view, place)
        rng.choice([QTest.mouseClick, QTest.mouseDClick])(child, LEFT, pos=inside)
        QTest.mouseMove(child, inside)
    elif kind == "resize":
        window.resize(rng.randrange(1100, 1500), rng.randrange(700, 950))
    else:
        QTest.mouseClick(rng.choice(window.try_these.findChildren(QPushButton)), LEFT)
    return kind


def close_popup() -> None:
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def test_a_thousand_random_actions_leave_nothing_broken(open_lab, qtbot, monkeypatch):
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *a, **k: ("", ""))
    lab = open_lab(edit(LabSpec(), "train.updates", 200), Options(engine="numpy", speed=None))
    closer = QTimer()  # a menu has an event loop of its own until it is closed
    closer.timeout.connect(close_popup)
    closer.start(20)
    rng = random.Random(7)
    surprises = []
    for count in range(ACTIONS):
        kind = act(rng, lab)
        QApplication.processEvents()
        close_popup()
        for error in lab.errors:
            if type(error).__name__ not in ("LabError", "NotFiniteError"):
                surprises.append((count, kind, error))
        lab.errors.clear()
    closer.stop()
    assert not surprises
    lab.pages.show("lab")
    # The lab still does its work.
    lab.store.replace(edit(LabSpec(), "train.updates", 100), "start again")
    lab.runner.finish()
    assert finished(qtbot, lab).update == 100
