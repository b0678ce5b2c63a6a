"""Who has a style sheet, and that it follows the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from layerlab.ui.sheets import KINDS, style_sheet
from layerlab.ui.style import apply_style, apply_theme
from layerlab.ui.theme import DARK, LIGHT
from tests.helpers.waiting import PATIENCE_MS


@pytest.fixture
def window(qtbot):
    app = QApplication.instance()
    apply_style(app, DARK)
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window)
    return window


def test_the_application_has_no_sheet_and_a_plain_widget_its_own(window, qtbot):
    button = QPushButton("press")
    window.layout().addWidget(button)
    window.show()
    qtbot.waitUntil(lambda: DARK.raised in button.styleSheet(), timeout=PATIENCE_MS)
    assert QApplication.instance().styleSheet() == ""
    apply_style(QApplication.instance(), LIGHT)
    apply_theme(window, LIGHT)
    assert LIGHT.raised in button.styleSheet()


def test_a_hidden_widget_takes_the_theme_when_it_is_shown(window, qtbot):
    field = QLineEdit()
    window.layout().addWidget(field)
    window.show()
    field.hide()
    apply_style(QApplication.instance(), LIGHT)
    apply_theme(window, LIGHT)
    field.show()
    qtbot.waitUntil(lambda: LIGHT.raised in field.styleSheet(), timeout=PATIENCE_MS)


def test_windows_that_are_made_later_have_a_sheet(window, qtbot):
    window.show()
    dialog, menu = QDialog(window), QMenu(window)
    dialog.setStyleSheet("QDialog { border: 3px solid red; }")
    for made in (dialog, menu):
        made.show()
    assert DARK.background in dialog.styleSheet()
    assert dialog.styleSheet().endswith("3px solid red; }")
    assert DARK.panel in menu.styleSheet()
    QToolTip.showText(QPoint(5, 5), "a tip", window)

    def tip_sheets() -> list[str]:
        tips = QApplication.topLevelWidgets()
        return [w.styleSheet() for w in tips if w.metaObject().className() == "QTipLabel"]

    qtbot.waitUntil(
        lambda: any(DARK.faint in sheet for sheet in tip_sheets()), timeout=PATIENCE_MS
    )
    QToolTip.hideText()
    for made in (dialog, menu):
        made.close()


def test_the_part_of_a_field_is_not_framed_again(window):
    spin = QSpinBox()
    window.layout().addWidget(spin)
    window.show()
    assert spin.styleSheet()
    assert not spin.lineEdit().styleSheet()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_sheet_of_a_kind_is_a_part_of_the_whole(kind):
    part = style_sheet(DARK, kind)
    assert "$" not in part
    assert all(line in style_sheet(DARK) for line in part.splitlines())
