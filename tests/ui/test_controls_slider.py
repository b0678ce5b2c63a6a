"""Sliders, driven by mouse, wheel and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from layerlab.core.declared import KNOBS
from layerlab.experiments import EXPERIMENTS
from layerlab.ui.controls.slider import SINGULARS, BatchSlider, Slider
from layerlab.ui.controls.widths import WidthsEditor
from layerlab.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


class Sheet(QWidget):
    """A window with controls, as wide as the panel; notes what they emit."""

    def __init__(self, *controls):
        super().__init__()
        self.edits: list[tuple[str, object]] = []
        column = QVBoxLayout(self)
        for control in controls:
            column.addWidget(control)
            control.edited.connect(lambda path, value: self.edits.append((path, value)))
        self.resize(292, 60 * len(controls) + 40)

    @property
    def values(self):
        return [value for _, value in self.edits]


@pytest.fixture
def sheet(qtbot):
    def show(*controls):
        window = Sheet(*controls)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        QApplication.processEvents()
        return window

    return show


def at(bar, value):
    """Return the point of a slider at which its handle shows a value."""
    radius = 6.5
    x = radius + bar.scale.place(value) * (bar.width() - 2 * radius)
    return QPoint(round(x), bar.height() // 2)


def wheel(bar, notches, steps=1):
    middle = QPointF(bar.width() / 2, bar.height() / 2)
    for _ in range(steps):
        event = QWheelEvent(
            middle,
            QPointF(bar.mapToGlobal(middle)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(bar, event)


def test_a_drag_emits_every_value_on_its_way(sheet, qtbot):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    order = []
    width.grabbed.connect(lambda: order.append("grabbed"))
    width.released.connect(lambda: order.append("released"))
    width.edited.connect(lambda *_: order.append("edited"))
    QTest.mousePress(width.bar, LEFT, pos=at(width.bar, 8))
    assert window.edits == []  # touching the handle changes nothing
    for value in (10, 12, 16):
        QTest.mouseMove(width.bar, at(width.bar, value))
    QTest.mouseRelease(width.bar, LEFT, pos=at(width.bar, 16))
    assert window.values[-1] == 16
    assert all(isinstance(value, int) for value in window.values)
    assert window.values == sorted(set(window.values))
    assert order[0] == "grabbed"
    assert order[-1] == "released"
    assert order.count("edited") == len(window.edits) >= 3
    assert width.header.text == "16 neurons"


def test_a_click_beside_the_handle_brings_it_there(sheet):
    depth = Slider(KNOBS["net.depth"], DARK)
    window = sheet(depth)
    depth.show_value(2)
    QTest.mouseClick(depth.bar, LEFT, pos=at(depth.bar, 12))
    assert window.edits == [("net.depth", 12)]
    QTest.mouseClick(depth.bar, LEFT, pos=QPoint(depth.bar.width() - 1, 10))
    QTest.mouseClick(depth.bar, LEFT, pos=QPoint(0, 10))
    assert window.values == [12, 64, 0]


def test_the_right_button_does_nothing(sheet):
    depth = Slider(KNOBS["net.depth"], DARK)
    window = sheet(depth)
    depth.show_value(2)
    QTest.mouseClick(depth.bar, Qt.MouseButton.RightButton, pos=at(depth.bar, 12))
    assert window.edits == []


def test_keys_step_page_and_go_to_the_ends(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    width.bar.setFocus()
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Left,
        Qt.Key.Key_Down,
        Qt.Key.Key_End,
        Qt.Key.Key_Home,
    ):
        QTest.keyClick(width.bar, key)
    assert window.values == [9, 10, 9, 8, 512, 1]
    QTest.keyClick(width.bar, Qt.Key.Key_PageUp)
    assert window.values[-1] == 2  # a tenth of nine octaves: 1.87
    QTest.keyClick(width.bar, Qt.Key.Key_PageDown)
    assert window.values[-1] == 1


def test_its_keys_win_over_the_windows_shortcuts_only_while_focused(sheet):
    width, depth = Slider(KNOBS["net.width"], DARK), Slider(KNOBS["net.depth"], DARK)
    window = sheet(width, depth)
    width.show_value(8)
    other = QLineEdit()
    fired = []
    for keys in ("Right", "Space"):
        QShortcut(QKeySequence(keys), window).activated.connect(lambda k=keys: fired.append(k))
    width.bar.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(width.bar, Qt.Key.Key_Right)
    QTest.keyClick(width.bar, Qt.Key.Key_Space)
    assert window.values == [9]
    assert fired == ["Space"]
    width.bar.clearFocus()
    QTest.keyClick(window, Qt.Key.Key_Right)
    assert fired == ["Space", "Right"]
    other.deleteLater()


def test_the_wheel_turns_only_a_focused_slider(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    width.bar.clearFocus()
    wheel(width.bar, 1)
    assert window.edits == []
    width.bar.setFocus()
    wheel(width.bar, 1)
    wheel(width.bar, -1, steps=2)
    assert window.values == [9, 8, 7]


def type_over(slider, text, key=Qt.Key.Key_Return):
    QTest.mouseDClick(slider.header, LEFT, pos=QPoint(slider.header.width() - 8, 8))
    edit = slider.header.findChild(QLineEdit)
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, key)


def test_an_exact_value_is_typed_after_a_double_click(sheet):
    rate = Slider(KNOBS["train.rate"], DARK)
    window = sheet(rate)
    rate.show_value(0.01)
    type_over(rate, "0.0137")
    assert window.edits == [("train.rate", 0.0137)]
    rate.show_value(0.0137)
    assert rate.header.text == "0.0137"
    # The stop nearest to it stays away: the handle was only touched.
    QTest.mouseClick(rate.bar, LEFT, pos=QPoint(round(rate.bar.handle_x()), 11))
    assert window.values == [0.0137]
    type_over(rate, "0.5", Qt.Key.Key_Escape)
    assert window.values == [0.0137]
    QTest.keyClick(rate.bar, Qt.Key.Key_Right)  # to the next round number
    assert window.values[-1] == 0.015


def test_enter_and_digits_type_on_a_focused_slider(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    width.bar.setFocus()
    QTest.keyClick(width.bar, Qt.Key.Key_3)
    edit = width.header.findChild(QLineEdit)
    QTest.keyClick(edit, Qt.Key.Key_7)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert window.edits == [("net.width", 37)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1000", "Width is 1000, the range is 1 to 512"),
        ("many", "Width: 'many' is not a number"),
        ("2.5", "Width: 2.5 is not a whole number"),
    ],
)
def test_a_refused_number_is_explained_and_the_true_one_returns(sheet, text, sentence):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    type_over(width, text)
    assert window.edits == []
    assert width.error == sentence
    assert width.header.text == "8 neurons"
    width.show_value(9)
    assert width.error == ""


def test_a_refusal_by_the_store_brings_the_true_value_back(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    QTest.mouseClick(width.bar, LEFT, pos=at(width.bar, 512))
    width.set_error("too many weights")
    assert (width.error, width.bar.number, width.header.text) == (
        "too many weights",
        8,
        "8 neurons",
    )
    QTest.mouseClick(width.bar, LEFT, pos=at(width.bar, 512))
    assert window.values == [512, 512]  # it can be asked again


def test_showing_a_value_emits_nothing(sheet):
    width, batch = Slider(KNOBS["net.width"], DARK), BatchSlider(KNOBS["train.batch"], DARK)
    widths = WidthsEditor(DARK)
    window = sheet(width, batch, widths)
    width.show_value(300)
    batch.show_value("full")
    widths.show_value((4, 8))
    assert window.edits == []


def test_a_late_store_does_not_swallow_the_way_back(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    width.bar.setFocus()
    QTest.keyClick(width.bar, Qt.Key.Key_Right)  # the store has not answered yet
    QTest.keyClick(width.bar, Qt.Key.Key_Left)
    assert window.values == [9, 8]


def test_hiding_a_dragged_slider_ends_the_drag(sheet, qtbot):
    width = Slider(KNOBS["net.width"], DARK)
    sheet(width)
    QTest.mousePress(width.bar, LEFT, pos=at(width.bar, 8))
    with qtbot.waitSignal(width.released):
        width.hide()


def test_screen_readers_find_name_help_and_value(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    reader = QAccessible.queryAccessibleInterface(width.bar)
    assert reader.role() == QAccessible.Role.Slider
    assert reader.text(QAccessible.Text.Name) == "Width"
    text = reader.text(QAccessible.Text.Description)
    assert text == f"8 neurons. {KNOBS['net.width'].help}"
    assert width.bar.toolTip() == KNOBS["net.width"].help
    reader.valueInterface().setCurrentValue(15)  # the sixteenth stop
    assert window.values == [16]


def test_one_neuron_is_singular(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    width.show_value(1)
    sheet(width)
    assert width.header.text == "1 neuron"


def test_batch_ends_with_the_whole_training_set(sheet):
    batch = BatchSlider(KNOBS["train.batch"], DARK)
    window = sheet(batch)
    batch.set_points(96)
    batch.show_value(32)
    assert batch.header.text == "32 of 96"
    QTest.mouseClick(batch.bar, LEFT, pos=QPoint(batch.bar.width() - 1, 11))
    assert window.values == ["full"]
    assert batch.header.text == "full 96 points"
    batch.bar.setFocus()
    QTest.keyClick(batch.bar, Qt.Key.Key_Left)
    assert window.values[-1] == 95
    type_over(batch, "full")
    assert window.values[-1] == "full"
    batch.set_points(1437)
    batch.show_value(32)
    assert batch.header.text == "32 of 1\u202f437"


def test_zoom_scales_heights_and_keeps_the_value(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    sheet(width)
    width.show_value(40)
    small = (width.bar.height(), width.header.height())
    width.set_theme(LIGHT.zoomed(2.0))
    assert (width.bar.height(), width.header.height()) == (2 * small[0], 2 * small[1])
    assert width.bar.number == 40


def test_a_theme_change_closes_an_open_field(sheet):
    width = Slider(KNOBS["net.width"], DARK)
    window = sheet(width)
    width.show_value(8)
    QTest.mouseDClick(width.header, LEFT, pos=QPoint(width.header.width() - 8, 8))
    QTest.keyClicks(width.header.findChild(QLineEdit), "99")
    width.set_theme(LIGHT)
    assert window.edits == []
    QTest.mouseClick(width.bar, LEFT, pos=at(width.bar, 16))
    assert window.values == [16]


def pixel(widget, point):
    return widget.grab().toImage().pixelColor(point).name()


def test_groove_and_handle_have_the_tokens_colours(sheet):
    for theme in (DARK, LIGHT):
        width = Slider(KNOBS["net.width"], theme)
        sheet(width)
        width.show_value(16)
        middle = width.bar.height() // 2
        assert pixel(width.bar, QPoint(20, middle)) == theme.accent
        assert pixel(width.bar, QPoint(width.bar.width() - 20, middle)) == theme.line
        QTest.mousePress(width.bar, LEFT, pos=at(width.bar, 16))
        assert pixel(width.bar, QPoint(round(width.bar.handle_x()), middle)) == theme.accent
        QTest.mouseRelease(width.bar, LEFT, pos=at(width.bar, 16))


def test_widths_all_at_once_and_one_by_one(sheet):
    widths = WidthsEditor(DARK)
    window = sheet(widths)
    window.resize(292, 400)
    widths.show_value((8, 8))
    QTest.mouseClick(widths.all.bar, LEFT, pos=at(widths.all.bar, 16))
    assert window.edits == [("net.width", 16)]
    widths.show_value((16, 16))
    QTest.mouseClick(widths.each, LEFT)
    first = widths.layers[0]
    QTest.mouseClick(first.bar, LEFT, pos=at(first.bar, 4))
    assert window.edits[-1] == ("net.hidden", (4, 16))
    widths.show_value((4, 16))
    assert widths.all.header.text == "4 to 16 neurons"
    type_over(widths.layers[1], "77")
    assert window.edits[-1] == ("net.hidden", (4, 77))


def test_a_list_of_many_layers_scrolls_and_follows_the_depth(sheet):
    widths = WidthsEditor(DARK)
    window = sheet(widths)
    window.resize(292, 700)
    widths.show_value((8,) * 12)
    QTest.mouseClick(widths.each, LEFT)
    QApplication.processEvents()
    tall = widths.height()
    rows = [row for row in widths.layers if row.isVisibleTo(widths)]
    assert len(rows) == 12
    widths.show_value((8,) * 9)
    QApplication.processEvents()
    assert widths.height() == tall  # both are longer than what is shown at once
    widths.show_value((8, 8))
    QApplication.processEvents()
    assert widths.sizeHint().height() < tall / 2
    assert [row.isVisibleTo(widths) for row in widths.layers] == [True, True] + [False] * 10


def test_a_linear_model_has_no_width(sheet):
    widths = WidthsEditor(DARK)
    window = sheet(widths)
    widths.show_value(())
    assert widths.all.header.text == "none linear model"
    QTest.mouseClick(widths.all.bar, LEFT, pos=QPoint(100, 11))
    assert window.edits == []
    widths.show_value((8,))
    assert widths.all.header.text == "8 neurons"
    assert widths.all.isEnabled()


def test_a_refused_list_of_widths_returns(sheet):
    widths = WidthsEditor(DARK)
    window = sheet(widths)
    window.resize(292, 400)
    widths.show_value((8, 16))
    QTest.mouseClick(widths.each, LEFT)
    row = widths.layers[0]
    QTest.mouseClick(row.bar, LEFT, pos=at(row.bar, 512))
    widths.set_error("too large")
    assert [layer.bar.number for layer in widths.layers] == [8, 16]
    assert widths.error == "too large"


def test_every_unit_of_a_knob_has_a_singular() -> None:
    knobs = [*KNOBS.values(), *(knob for page in EXPERIMENTS for knob in page.knobs)]
    units = {knob.unit for knob in knobs if knob.unit}
    assert units == set(SINGULARS)
    assert all(many == f"{one}s" for many, one in SINGULARS.items())
