"""The stage: two columns, or one that scrolls, and the window that holds it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from layerlab.ui.stage import Stage
from layerlab.ui.theme import DARK


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    stage = Stage()
    qtbot.addWidget(stage)
    for column, least in ((0, 270), (0, 300), (1, 210), (1, 210)):
        stage.add(column, QWidget(), 1, least)
    stage.set_theme(DARK)
    stage.resize(748, 620)
    stage.show()
    return stage


def views(stage: Stage) -> list[QWidget]:
    return [w for c in stage.columns for w in c.findChildren(QWidget)]


def test_columns_stand_side_by_side_and_nothing_scrolls(stage: Stage) -> None:
    assert not stage.is_stacked
    assert stage.verticalScrollBar().maximum() == 0
    left, right = stage.columns
    assert left.geometry().right() < right.geometry().left()
    assert left.width() > 1.8 * right.width()


@pytest.mark.parametrize("zoom", [1.5, 2.0])
def test_a_large_zoom_stacks_the_columns_and_every_view_stays_readable(
    stage: Stage, qtbot: QtBot, zoom: float
) -> None:
    stage.set_theme(DARK.zoomed(zoom))
    assert stage.is_stacked
    qtbot.waitUntil(lambda: stage.verticalScrollBar().maximum() > 0)
    least = (270, 300, 210, 210)
    for view, height in zip(views(stage), least, strict=True):
        assert view.height() >= height * zoom
        assert view.width() <= stage.width()
    assert stage.horizontalScrollBar().maximum() == 0
    stage.set_theme(DARK)
    assert not stage.is_stacked


def test_one_view_gets_all_the_room(stage: Stage, qtbot: QtBot) -> None:
    stage.set_theme(DARK.zoomed(2.0))
    qtbot.waitUntil(lambda: stage.verticalScrollBar().maximum() > 100)
    stage.verticalScrollBar().setValue(100)
    first = views(stage)[0]
    for view in views(stage)[1:]:
        view.hide()
    stage.show_only(first)
    assert stage.verticalScrollBar().value() == 0
    assert stage.columns[0].isVisible()
    assert not stage.columns[1].isVisible()
    qtbot.waitUntil(lambda: stage.verticalScrollBar().maximum() == 0)
    assert first.height() > 500


def test_keys_that_scroll_nothing_reach_the_window(stage: Stage, qtbot: QtBot) -> None:
    seen = []

    class Window(QWidget):
        def keyPressEvent(self, event: object) -> None:
            seen.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    stage.setParent(window)
    stage.set_theme(DARK.zoomed(2.0))
    window.resize(748, 620)
    window.show()
    stage.show()
    qtbot.waitUntil(lambda: stage.verticalScrollBar().maximum() > 0)
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert seen == [Qt.Key.Key_Right]
    qtbot.keyClick(stage, Qt.Key.Key_PageDown)
    assert seen == [Qt.Key.Key_Right]
    assert stage.verticalScrollBar().value() > 0
    stage.setParent(None)  # it is closed on its own
