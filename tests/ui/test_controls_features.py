"""The chips of the input features, with real mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from layerlab.core.declared import KNOBS
from layerlab.ui.controls.features import FeatureChips
from layerlab.ui.fonts import load_fonts
from layerlab.ui.theme import DARK, LIGHT

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
PLANE = [
    ("x1", "x₁", "The first input."),
    ("x2", "x₂", "The second input."),
    ("x1^2", "x₁²", "A square."),
    ("x2^2", "x₂²", "A square."),
    ("x1*x2", "x₁x₂", "The product."),
    ("sin(pi*x1)", "sin πx₁", "A sine."),
    ("sin(pi*x2)", "sin πx₂", "A sine."),
]
LINE = [
    ("x1", "x", "The input."),
    ("x1^2", "x²", "A square."),
    ("sin(pi*x1)", "sin πx", "Sine."),
]


@pytest.fixture
def stage(qtbot):
    load_fonts()
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    chips = FeatureChips(KNOBS["task.features"], DARK)
    column.addWidget(chips)
    column.addStretch(1)
    holder.resize(259, 200)  # as wide as the panel's content
    chips.edits = []
    chips.edited.connect(lambda path, value: chips.edits.append((path, value)))
    chips.offer(PLANE, ("x1", "x2"))
    chips.show_value(())
    holder.show()
    QApplication.processEvents()
    chips.holder = holder
    return chips


def chip(chips, key):
    return next(one for one in chips.chips if one.key == key)


def lit(chips):
    return [one.key for one in chips.chips if one.isChecked()]


def click(chips, key):
    QTest.mouseClick(chip(chips, key), LEFT)


def follow(chips):
    """Show what was wanted, as a store does that takes every edit."""
    chips.edited.connect(lambda path, value: chips.show_value(value))


def test_a_click_adds_a_feature_and_another_removes_it(stage):
    follow(stage)
    assert lit(stage) == ["x1", "x2"]
    click(stage, "x1^2")
    assert lit(stage) == ["x1", "x2", "x1^2"]
    click(stage, "x1")
    click(stage, "x2")
    assert lit(stage) == ["x1^2"]
    click(stage, "x1")
    click(stage, "x1^2")
    click(stage, "x2")
    assert stage.edits == [
        ("task.features", ("x1", "x2", "x1^2")),
        ("task.features", ("x2", "x1^2")),
        ("task.features", ("x1^2",)),
        ("task.features", ("x1", "x1^2")),
        ("task.features", ("x1",)),
        ("task.features", ()),  # the inputs themselves are what an empty list means
    ]


def test_the_last_one_stays_on_and_a_sentence_says_why(stage):
    follow(stage)
    stage.show_value(("x1^2",))
    click(stage, "x1^2")
    assert stage.edits == []
    assert lit(stage) == ["x1^2"]
    assert stage.error == "The network needs one input at least."
    click(stage, "x2")
    assert stage.error == ""
    assert lit(stage) == ["x2", "x1^2"]


def test_a_chip_is_not_lit_before_the_store_has_taken_it(stage):
    click(stage, "x1*x2")
    assert stage.edits == [("task.features", ("x1", "x2", "x1*x2"))]
    assert lit(stage) == ["x1", "x2"]
    stage.set_error("Refused.")
    assert lit(stage) == ["x1", "x2"]
    click(stage, "x1*x2")
    assert len(stage.edits) == 2


def test_the_keyboard_alone_reaches_every_chip(stage):
    follow(stage)
    first = stage.chips[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    tab_stops = [c for c in stage.chips if c.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert tab_stops == [first]
    for _step in range(4):
        QTest.keyClick(stage.holder.focusWidget(), KEY.Key_Right)
    assert stage.holder.focusWidget().key == "x1*x2"
    QTest.keyClick(stage.holder.focusWidget(), KEY.Key_Space)
    assert lit(stage) == ["x1", "x2", "x1*x2"]
    QTest.keyClick(stage.holder.focusWidget(), KEY.Key_Left)
    QTest.keyClick(stage.holder.focusWidget(), KEY.Key_Return)
    assert lit(stage) == ["x1", "x2", "x2^2", "x1*x2"]
    for _step in range(9):
        QTest.keyClick(stage.holder.focusWidget(), KEY.Key_Left)
    assert stage.holder.focusWidget() is first
    tab_stops = [c for c in stage.chips if c.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert tab_stops == [first]


def test_screen_readers_hear_what_each_chip_is(stage):
    names = [one.accessibleName() for one in stage.chips]
    assert names[:2] == ["Input feature x₁", "Input feature x₂"]
    assert len(set(names)) == 7
    assert [one.accessibleDescription() for one in stage.chips] == [o[2] for o in PLANE]
    assert [one.toolTip() for one in stage.chips] == [o[2] for o in PLANE]
    assert stage.accessibleName() == "Input features"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_no_chip_is_cut_or_lies_on_another(stage, theme, zoom):
    stage.set_theme(theme.zoomed(zoom))
    stage.holder.resize(round(259 * zoom), 300)
    QApplication.processEvents()
    places = [QRect(one.pos(), one.size()) for one in stage.chips]
    for k, place in enumerate(places):
        assert stage.row.rect().contains(place)
        assert not any(place.intersects(other) for other in places[:k])
        assert not place.intersects(stage.row._header.geometry())
        assert stage.chips[k].width() >= stage.chips[k].sizeHint().width()


def test_a_task_of_one_input_has_its_chips_beside_the_name(stage):
    stage.offer(LINE, ("x1",))
    stage.show_value(())
    QApplication.processEvents()
    assert [one.text() for one in stage.chips] == ["x", "x²", "sin πx"]
    assert lit(stage) == ["x1"]
    assert {one.y() for one in stage.chips} == {0}
    assert stage.chips[-1].geometry().right() == stage.row.width() - 1
    assert [one.isVisible() for one in stage.row.chips] == [True] * 3 + [False] * 4
    stage.offer(PLANE, ("x1", "x2"))
    stage.show_value(("x2^2",))
    assert [one.isVisible() for one in stage.row.chips] == [True] * 7
    assert lit(stage) == ["x2^2"]
    assert stage.chips[0].mapTo(stage.holder, QPoint()).y() > 0  # below the name
