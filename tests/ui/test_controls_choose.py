"""Choosers, switches and fields, driven by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAccessible, QImage, QKeySequence, QPainter, QPen, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from layerlab.core.declared import KNOBS
from layerlab.core.registry import Entry
from layerlab.ui.controls.choice import Choice, Toggle
from layerlab.ui.controls.chooser import Chooser
from layerlab.ui.controls.fields import LengthField, NumberField
from layerlab.ui.controls.paint import draw_curve
from layerlab.ui.controls.tiles import centred, fitted, from_zero
from layerlab.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
CURVES = ("relu", "sine", "tanh", "gelu", "elu", "silu", "sigmoid")


class Curve(Entry):
    """An entry that draws itself as a straight line."""

    def preview(self):
        return np.array([[-1.0, 1.0], [-1.0, 1.0]])


class Cloud(Entry):
    """An entry that draws itself as two points."""

    def preview(self):
        return np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])


class Picture(Entry):
    """An entry that draws itself as an image."""

    def preview(self):
        return np.eye(8)


def entries(keys=CURVES, kind=Curve):
    return [kind(key, key.upper(), f"Help of {key}.", group=key[0]) for key in keys]


@pytest.fixture
def stage(qtbot):
    def show(control):
        window = QWidget()
        QVBoxLayout(window).addWidget(control)
        window.resize(292, control.sizeHint().height() + 40)
        qtbot.addWidget(window)
        control.edits = []
        control.edited.connect(lambda path, value: control.edits.append((path, value)))
        window.show()
        window.activateWindow()
        QApplication.processEvents()
        control.window_ = window
        return control

    return show


@pytest.fixture
def activations(stage):
    usual = ("relu", "gelu", "tanh")
    chooser = stage(Chooser(KNOBS["net.activation"], entries(), DARK, usual, 3, 3))
    chooser.show_value("relu")
    return chooser


def keys_of(chooser):
    return [tile.key for tile in chooser.grid.tiles if not tile.isHidden()]


def lit(chooser):
    return [tile.key for tile in chooser.grid.tiles if tile.isChecked()]


def test_the_usual_ones_come_first_and_the_list_fills_up(stage):
    few = Chooser(KNOBS["net.activation"], entries(), DARK, ("tanh", "nonsense"), 5, 5)
    stage(few)
    assert keys_of(few) == ["tanh", "relu", "sine", "gelu", "elu"]


def test_a_click_on_a_tile_asks_for_it_and_lights_nothing(activations):
    QTest.mouseClick(activations.grid.tile("tanh"), LEFT)
    assert activations.edits == [("net.activation", "tanh")]
    assert lit(activations) == ["relu"]  # the store has the word
    activations.show_value("tanh")
    assert lit(activations) == ["tanh"]
    assert activations.header.text == "TANH"


def test_another_choice_takes_the_last_tile_and_leaves_it(activations):
    activations.show_value("sigmoid")
    assert keys_of(activations) == ["relu", "gelu", "sigmoid"]
    assert lit(activations) == ["sigmoid"]
    activations.show_value("relu")
    assert keys_of(activations) == ["relu", "gelu", "tanh"]
    assert activations.edits == []


def test_arrows_choose_and_stop_at_the_ends(activations):
    activations.grid.tile("relu").setFocus()
    QTest.keyClick(activations.grid.tile("relu"), Qt.Key.Key_Left)
    assert activations.edits == []
    QTest.keyClick(activations.grid.tile("relu"), Qt.Key.Key_Right)
    assert activations.edits == [("net.activation", "gelu")]
    assert activations.grid.tile("gelu").hasFocus()


def test_arrows_up_and_down_change_the_row(stage):
    tasks = Chooser(KNOBS["task.name"], entries(), DARK, CURVES, 3, 6)
    stage(tasks)
    tasks.show_value("sine")
    tasks.grid.tile("sine").setFocus()
    QTest.keyClick(tasks.grid.tile("sine"), Qt.Key.Key_Down)
    assert tasks.edits == [("task.name", "elu")]
    QTest.keyClick(tasks.grid.tile("elu"), Qt.Key.Key_Down)
    QTest.keyClick(tasks.grid.tile("elu"), Qt.Key.Key_Up)
    assert [value for _, value in tasks.edits] == ["elu", "sine"]


def test_space_is_the_windows_after_a_click_and_the_tiles_after_tab(activations):
    fired = []
    space = QShortcut(QKeySequence("Space"), activations.window_)
    space.activated.connect(lambda: fired.append(True))
    tile = activations.grid.tile("relu")
    tile.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert (fired, activations.edits) == ([True], [])
    tile = activations.grid.tile("gelu")
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert fired == [True]
    assert activations.edits == [("net.activation", "gelu")]


def test_the_popup_shows_all_in_groups_and_closes_with_a_choice(activations):
    QTest.mouseClick(activations.more, LEFT)
    popup = activations.popup
    assert popup.isVisible()
    shown = [tile.key for grid in popup.grids for tile in grid.tiles]
    assert sorted(shown) == sorted(CURVES)
    groups = [{tile.key[0] for tile in grid.tiles} for grid in popup.grids]
    assert groups == [{"r"}, {"s"}, {"t"}, {"g"}, {"e"}]
    tile = next(t for grid in popup.grids for t in grid.tiles if t.key == "silu")
    QTest.mouseClick(tile, LEFT)
    assert activations.edits == [("net.activation", "silu")]
    QApplication.processEvents()
    assert activations.popup is None


def test_keys_move_in_the_popup_without_choosing(activations):
    activations.open_popup()
    first = activations.popup.grids[0].tiles[0]
    QTest.keyClick(first, Qt.Key.Key_Right)
    second = activations.popup.grids[1].tiles[0]
    assert second.hasFocus()
    assert activations.edits == []
    QTest.keyClick(second, Qt.Key.Key_Return)
    assert activations.edits == [("net.activation", second.key)]


def test_escape_closes_the_popup(activations):
    activations.open_popup()
    QTest.keyClick(activations.popup.grids[0].tiles[0], Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert activations.popup is None
    assert activations.edits == []


def test_a_short_list_has_no_popup(stage):
    few = stage(Chooser(KNOBS["net.activation"], entries(CURVES[:3]), DARK))
    assert few.more.isHidden()


def test_the_csv_tile_asks_for_a_file_but_not_in_passing(stage, qtbot):
    tasks = Chooser(
        KNOBS["task.name"], entries((*CURVES[:2], "csv")), DARK, (), 3, 2, with_csv=True
    )
    stage(tasks)
    tasks.show_value("sine")
    tile = tasks.grid.tile("csv")
    wanted = []
    tasks.csv_wanted.connect(lambda: wanted.append(True))
    QTest.keyClick(tasks.grid.tile("sine"), Qt.Key.Key_Right)
    assert tile.hasFocus()
    assert wanted == []
    QTest.mouseClick(tile, LEFT)
    assert wanted == [True]
    assert tasks.edits == []
    tasks.show_value("csv")
    assert lit(tasks) == ["csv"]


def test_a_tile_shows_what_choosing_it_does(activations):
    tile = activations.grid.tile("gelu")
    reader = QAccessible.queryAccessibleInterface(tile)
    assert reader.role() == QAccessible.Role.RadioButton
    assert reader.text(QAccessible.Text.Name) == "GELU"
    assert tile.toolTip() == "Help of gelu."


def test_tiles_paint_curve_cloud_and_picture_in_the_themes_colours(stage):
    for kind in (Curve, Cloud, Picture):
        chooser = stage(Chooser(KNOBS["task.name"], entries(("a", "b", "c"), kind), DARK))
        chooser.show_value("a")
        blank = Chooser(KNOBS["task.name"], entries(("a", "b", "c"), Entry), DARK)
        stage(blank)
        blank.show_value("a")
        drawn = [c.grid.tile("b").grab().toImage() for c in (chooser, blank)]
        assert drawn[0] != drawn[1]
    edge = QPoint(20, 0)
    for theme in (DARK, LIGHT):
        chooser.set_theme(theme)
        on, off = (chooser.grid.tile(k).grab().toImage().pixelColor(edge) for k in "ab")
        assert (on.name(), off.name()) == (theme.accent, theme.line)


def test_a_curve_fills_its_window_from_corner_to_corner():
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    curve = np.array([[2.0, 3.0, np.nan, 4.0], [10.0, 15.0, 1.0, 20.0]])
    draw_curve(
        painter,
        QRectF(5, 5, 30, 10),
        curve,
        fitted(curve[:, [0, 1, 3]]),
        QPen(Qt.GlobalColor.white, 1.0),
    )
    painter.end()
    marked = [(x, y) for x in range(40) for y in range(20) if image.pixelColor(x, y).red() > 99]
    xs, ys = {x for x, _ in marked}, {y for _, y in marked}
    assert (min(xs), max(xs)) == (pytest.approx(5, abs=1), pytest.approx(35, abs=1))
    assert (min(ys), max(ys)) == (pytest.approx(5, abs=1), pytest.approx(15, abs=1))
    # upwards to the right, so the lowest pixel row is at the left
    assert min(marked, key=lambda at: at[0])[1] > max(marked, key=lambda at: at[0])[1]


def test_windows_of_curves():
    tanh = np.array([[-3.0, 3.0], [-0.995, 0.995]])
    sigmoid = np.array([[-3.0, 3.0], [0.05, 0.95]])
    assert centred(tanh).tolist() == [-3, 3, -0.995, 0.995]
    assert centred(sigmoid).tolist() == [-3, 3, -0.95, 0.95]  # half of the height is empty
    assert from_zero(sigmoid).tolist() == [-3, 3, 0, 1]
    assert fitted(np.array([[0.0, 1.0], [2.0, 2.0]])).tolist() == [0, 1, 1.5, 2.5]


def test_a_switch_toggles_by_mouse_and_by_keyboard(stage):
    residual = stage(Toggle(KNOBS["net.residual"], DARK))
    residual.show_value(False)
    QTest.mouseClick(residual.switch, LEFT)
    assert residual.edits == [("net.residual", True)]
    residual.show_value(True)
    residual.switch.clearFocus()
    residual.switch.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(residual.switch, Qt.Key.Key_Space)
    assert residual.edits[-1] == ("net.residual", False)
    residual.set_error("no")
    assert residual.switch.isChecked()


def options(*keys):
    return [(key, key, f"Help of {key}.") for key in keys]


def test_few_words_stand_side_by_side(stage):
    order = stage(Choice(KNOBS["train.order"], options("shuffle", "file"), DARK))
    order.show_value("shuffle")
    assert order.combo is None
    QTest.mouseClick(order.segments[1], LEFT)
    assert order.edits == [("train.order", "file")]
    assert order.segments[0].isChecked()
    order.show_value("file")
    order.segments[1].setFocus()
    QTest.keyClick(order.segments[1], Qt.Key.Key_Left)
    assert order.edits[-1] == ("train.order", "shuffle")


def test_many_words_are_a_list(stage):
    names = ("sgd", "momentum", "rmsprop", "adam", "adamw")
    optimizer = stage(Choice(KNOBS["train.optimizer"], options(*names), DARK))
    optimizer.show_value("adam")
    assert optimizer.combo.currentText() == "adam"
    optimizer.combo.setFocus()
    QTest.keyClick(optimizer.combo, Qt.Key.Key_Down)
    assert optimizer.edits == [("train.optimizer", "adamw")]
    optimizer.set_error("no")
    assert optimizer.combo.currentText() == "adam"


def test_a_list_takes_other_options_and_shows_a_value_it_does_not_know(stage):
    target = stage(Choice(KNOBS["task.target"], [], DARK))
    target.show_value(None)
    target.set_options(options("price", "rooms"))
    target.show_value("rooms")
    assert target.combo.currentText() == "rooms"
    target.show_value("gone")
    assert target.combo.currentText() == "gone"
    assert target.edits == []


def retype(field, text, key=Qt.Key.Key_Return):
    field.selectAll()
    if text:
        QTest.keyClicks(field, text)
    else:
        QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, key)


def test_a_number_is_typed_or_stepped(stage):
    seed = stage(NumberField(KNOBS["train.seed"], DARK))
    seed.show_value(7)
    retype(seed.field, "42")
    assert seed.edits == [("train.seed", 42)]
    seed.show_value(42)
    QTest.keyClick(seed.field, Qt.Key.Key_Up)
    assert seed.edits[-1] == ("train.seed", 43)
    count = len(seed.edits)
    retype(seed.field, "9", Qt.Key.Key_Escape)
    assert seed.field.text() == "42"
    retype(seed.field, "-1")
    assert "-1" in seed.error
    assert seed.field.text() == "42"
    assert len(seed.edits) == count


def test_an_empty_field_means_none_where_that_is_a_value(stage):
    limit = stage(NumberField(KNOBS["train.target_loss"], DARK, "never"))
    limit.show_value(0.01)
    retype(limit.field, "")
    assert limit.edits == [("train.target_loss", None)]
    limit.show_value(None)
    assert limit.field.text() == ""
    assert limit.field.placeholderText() == "never"


def test_the_length_keeps_the_run_when_its_unit_changes(stage):
    length = stage(LengthField(KNOBS["train.updates"], KNOBS["train.epochs"], DARK))
    length.set_updates_per_epoch(3)  # 96 points in batches of 32
    length.show_value((1500, None))
    assert length.unit == "updates"
    QTest.mouseClick(length.segments[1], LEFT)
    assert length.edits == [("train.epochs", 500)]
    length.show_value((None, 500))
    assert (length.unit, length.field.text()) == ("epochs", "500")
    retype(length.field, "20")
    assert length.edits[-1] == ("train.epochs", 20)
    retype(length.field, "soon")
    assert length.error == "Epochs: 'soon' is not a number"
    assert length.field.text() == "500"
