"""The panel: what it shows, what it emits, how it fits; fonts, icons and the style sheet."""

from __future__ import annotations

import pathlib
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetricsF, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.registry import Entry, Registry
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, TaskSpec, edit, get, replace
from layerlab.ui.controls.choice import Choice
from layerlab.ui.controls.panel import NETWORK, TASK, TRAINING, ControlPanel
from layerlab.ui.fonts import load_fonts
from layerlab.ui.icons import icon, pixmap, window_icon
from layerlab.ui.scrolling import OverlayBar
from layerlab.ui.sheets import style_sheet
from layerlab.ui.side import WIDTH
from layerlab.ui.style import apply_style, apply_theme
from layerlab.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
NAMES = {
    "tasks": "wave step abs spiral xor moons diagonal-flip digits circle gauss csv",
    "activations": "identity relu leaky-relu gelu tanh sigmoid sine",
    "initializers": "zeros small-normal xavier-normal he-normal large-normal normal orthogonal",
    "optimizers": "sgd momentum rmsprop adam adamw",
    "losses": "half-mse mse cross-entropy logistic",
}


OWN_KNOBS = {
    "leaky-relu": ("net.slope",),
    "normal": ("net.weight_std", "net.bias_std"),
}


class Line(Entry):
    """An entry that draws itself as a line."""

    def preview(self):
        return np.array([[-1.0, 1.0], [0.0, 1.0]])


def registries():
    result = {}
    for name, keys in NAMES.items():
        result[name] = Registry(name)
        for key in keys.split():
            own = OWN_KNOBS.get(key, ())
            result[name].add(Line(key, key, f"Help of {key}.", group="all", own_knobs=own))
    return result


@pytest.fixture
def panel(qtbot):
    load_fonts()
    panel = ControlPanel(registries(), DARK)
    qtbot.addWidget(panel)
    panel.show_spec(LabSpec())
    panel.set_points(96, 32)
    panel.resize(panel.width(), 848)
    panel.edits = []
    panel.edited.connect(lambda path, value: panel.edits.append((path, value)))
    panel.show()
    QApplication.processEvents()
    return panel


def unfold(panel):
    for section in panel.sections.values():
        QTest.mouseClick(section.fold, LEFT)
    QApplication.processEvents()


def test_every_knob_of_a_spec_has_a_control(panel):
    chosen_elsewhere = {  # by files, by commands, in plots
        *("task.path", "task.kinds", "task.leave_out", "task.sheet", "task.header"),
        *("task.split", "task.split_column", "task.points"),
    }
    assert {path for path in KNOBS if not panel.has(path)} == chosen_elsewhere
    for path, control in panel.controls.items():
        assert control.toolTip() == KNOBS[path].help or path == "net.hidden"
        assert control.accessibleName()


def test_showing_any_spec_emits_nothing(panel):
    spec = LabSpec()
    for path, value in (
        ("net.hidden", (4, 2, 9)),
        ("net.activation", "sine"),
        ("train.batch", "full"),
        ("train.epochs", 12),
        ("task.name", "gauss"),
        ("net.init", "normal"),
        ("train.dtype", "float64"),
    ):
        spec = edit(spec, path, value)
        panel.show_spec(spec)
    assert panel.edits == []
    assert panel.control("train.epochs").field.text() == "12"
    assert panel.control("net.width").all.header.text == "2 to 9 neurons"


def test_an_edit_of_each_section_comes_out_with_its_path(panel):
    QTest.mouseClick(panel.controls["task.name"].grid.tile("xor"), LEFT)
    QTest.mouseClick(panel.controls["net.activation"].grid.tile("tanh"), LEFT)
    QTest.mouseClick(panel.controls["train.seeds"].bar, LEFT, pos=QPoint(1, 11))
    assert panel.edits == [
        ("task.name", "xor"),
        ("net.activation", "tanh"),
        ("train.seeds", 1),
    ]


def test_a_drag_is_announced_with_its_path(panel):
    order = []
    panel.grabbed.connect(lambda path: order.append(("grabbed", path)))
    panel.released.connect(lambda path: order.append(("released", path)))
    QTest.mouseClick(panel.controls["train.rate"].bar, LEFT, pos=QPoint(30, 11))
    assert order == [("grabbed", "train.rate"), ("released", "train.rate")]


def test_a_csv_tile_asks_for_a_file(panel, qtbot):
    with qtbot.waitSignal(panel.csv_wanted):
        QTest.mouseClick(panel.controls["task.name"].grid.tile("csv"), LEFT)
    assert panel.edits == []


def test_rare_knobs_wait_behind_more(panel):
    dropout = panel.controls["net.dropout"]
    assert not dropout.isVisible()
    unfold(panel)
    assert dropout.isVisible()
    QTest.mouseClick(panel.sections[NETWORK].fold, LEFT)
    assert not dropout.isVisible()


def test_knobs_without_effect_are_hidden(panel):
    unfold(panel)

    def shown(spec, path, applicable=None):
        panel.show_spec(spec, applicable)
        return panel.controls[path].isVisible()

    spec = LabSpec()
    assert not shown(spec, "net.slope")
    assert shown(edit(spec, "net.activation", "leaky-relu"), "net.slope")
    assert not shown(spec, "net.weight_std")
    assert shown(edit(spec, "net.init", "normal"), "net.weight_std")
    assert not shown(spec, "task.target")
    assert shown(edit(spec, "task.name", "csv"), "task.target")
    assert shown(spec, "task.samples")
    assert not shown(spec, "task.samples", set(KNOBS) - {"task.samples"})


def test_a_refusal_appears_at_the_knob_and_goes_with_the_next_value(panel):
    for path in ("net.width", "net.depth", "train.epochs", "net.init", "task.noise"):
        panel.refuse(path, f"{path} is refused")
        assert panel.control(path).error == f"{path} is refused"
        messages = [
            label.text()
            for label in panel.control(path).findChildren(QLabel)
            if label.isVisible()
        ]
        assert messages == [f"{path} is refused"] or path == "train.epochs"
    panel.show_spec(LabSpec())
    assert not any(control.error for control in panel.controls.values())


def test_titles_carry_their_summaries(panel):
    for name, text in ((TASK, "96 points"), (NETWORK, "177 parameters"), (TRAINING, "Adam")):
        panel.set_summary(name, text)
        assert panel.sections[name].title.summary == text


def test_a_curve_can_be_put_below_a_slider(panel):
    curve = QLabel("curve")
    panel.below("net.width").addWidget(curve)
    QApplication.processEvents()
    slider, depth = panel.controls["net.hidden"].all, panel.controls["net.depth"]

    def top(widget):
        return widget.mapTo(panel.widget(), QPoint(0, 0)).y()

    assert top(slider) + slider.height() <= top(curve) < top(depth)


def test_columns_of_a_file_become_targets(panel):
    panel.set_columns(["price", "rooms"])
    target = panel.controls["task.target"]
    assert isinstance(target, Choice)
    assert [target.combo.itemText(i) for i in range(target.combo.count())] == ["price", "rooms"]


def test_the_target_in_force_is_shown_where_none_was_chosen(panel):
    csv = replace(LabSpec(), task=TaskSpec(name="csv", path="houses.csv"))
    panel.show_spec(csv)
    panel.set_columns(["price", "rooms", "year"])
    combo = panel.controls["task.target"].combo
    assert combo.currentText() == "year"
    panel.show_spec(edit(csv, "task.target", "rooms"))
    panel.set_columns(["price", "year", "rooms"])
    assert combo.currentText() == "rooms"
    assert [combo.itemText(i) for i in range(3)] == ["price", "rooms", "year"]
    panel.show_spec(csv)
    assert combo.currentText() == "year"


@pytest.mark.parametrize("zoom", [1.0, 1.25, 2.0])
def test_nothing_is_cut_off_sideways_at_any_zoom(panel, zoom):
    unfold(panel)
    panel.show_spec(edit(edit(LabSpec(), "net.init", "normal"), "net.activation", "leaky-relu"))
    apply_theme(panel, LIGHT.zoomed(zoom))
    panel.set_theme(LIGHT.zoomed(zoom))
    QApplication.processEvents()
    assert panel.width() == round(WIDTH * zoom)
    assert panel.widget().width() == panel.viewport().width()
    assert panel.widget().minimumSizeHint().width() <= panel.viewport().width()
    assert panel.horizontalScrollBar().maximum() == 0
    for widget in panel.widget().findChildren(QWidget):
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            place = widget.mapTo(panel.widget(), QPoint(0, 0))
            assert 0 <= place.x() <= place.x() + widget.width() <= panel.widget().width()
            assert widget.height() >= min(widget.minimumSizeHint().height(), 16)


def test_the_main_knobs_fit_the_reference_window_without_scrolling(panel):
    assert panel.verticalScrollBar().maximum() == 0  # 900 pixels less the top bar
    bar = panel.findChild(OverlayBar)
    assert not bar.isVisible()
    panel.resize(panel.width(), 648)
    QApplication.processEvents()
    assert bar.isVisible()
    bar.setValue(bar.maximum())
    assert panel.verticalScrollBar().value() == panel.verticalScrollBar().maximum() > 0
    panel.verticalScrollBar().setValue(5)
    assert bar.value() == 5


def test_the_tab_key_reaches_every_visible_control(panel):
    panel.activateWindow()
    first = panel.controls["net.depth"].bar
    first.setFocus()
    seen = set()
    for _ in range(80):
        QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        while widget is not None and widget.objectName() not in panel.controls:
            widget = widget.parentWidget()
        if widget is not None:
            seen.add(widget.objectName())
    assert seen == {p for p, control in panel.controls.items() if control.isVisible()}


def test_values_shown_are_the_specs(panel):
    spec = edit(edit(LabSpec(), "train.rate", 0.05), "net.hidden", (16, 16, 16))
    panel.show_spec(spec)
    assert panel.controls["train.rate"].bar.number == get(spec, "train.rate")
    assert panel.controls["net.depth"].header.text == "3 hidden layers"
    assert panel.controls["net.hidden"].all.header.text == "16 neurons"


class Keys(QWidget):
    """A window that notes the keys that reach it."""

    def __init__(self, panel):
        super().__init__()
        QVBoxLayout(self).addWidget(panel)
        self.keys = []

    def keyPressEvent(self, event):
        self.keys.append(Qt.Key(event.key()))


def test_after_a_click_space_and_right_still_reach_the_window(panel, qtbot):
    window = Keys(panel)
    qtbot.addWidget(window)
    unfold(panel)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    space, right = Qt.Key.Key_Space, Qt.Key.Key_Right
    for widget in (
        panel.controls["net.residual"].switch,
        panel.controls["net.activation"].grid.tile("relu"),
        panel.controls["net.hidden"].each,
        panel.sections[TASK].fold,
    ):
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClick(widget, space)
        QTest.keyClick(widget, right)
    assert panel.edits == [("net.activation", "leaky-relu")]  # a tile's own arrow
    assert window.keys == [space, right, space, space, right, space, right]
    panel.controls["net.residual"].switch.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.controls["net.residual"].switch, space)
    assert panel.edits[-1] == ("net.residual", True)
    panel.setParent(None)  # it has an owner of its own


# ---- fonts, icons, style sheet


def test_inter_comes_with_its_weights_and_tabular_figures(qapp):
    load_fonts()
    load_fonts()
    assert QFontDatabase.families().count("Inter") == 1
    widths = []
    for weight in (400, 500, 600, 700):
        font = DARK.font(40, weight)
        assert QFontInfo(font).family() == "Inter"
        metrics = QFontMetricsF(font)
        assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0808")
        widths.append(metrics.horizontalAdvance("Learning rate"))
    assert widths == sorted(set(widths))  # each weight is drawn by a face of its own


def test_the_fonts_licence_travels_with_it():
    text = resource("fonts/OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "The Inter Project Authors" in text


def icon_names():
    folder = pathlib.Path(resource("icons/play.svg")).parent
    return sorted(path.stem for path in folder.glob("*.svg"))


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_is_well_formed_and_is_drawn_inside_its_box(qapp, name):
    ET.parse(resource(f"icons/{name}.svg"))
    image = pixmap(name, DARK, "accent", 24).toImage()
    alpha = np.array([[image.pixelColor(x, y).alpha() for x in range(24)] for y in range(24)])
    assert 0.03 < (alpha > 40).mean() < 0.95
    rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert rim.max() < 128 or name == "layerlab"


def test_icons_take_the_tokens_colour_and_zoom(qapp):
    image = pixmap("pause", DARK, "accent", 24).toImage()
    assert image.pixelColor(8, 12).name() == DARK.accent
    assert pixmap("pause", LIGHT.zoomed(2.0), "text", 24).width() == 48
    assert not icon("undo", DARK).pixmap(16, 16, QIcon.Mode.Disabled).isNull()
    assert not window_icon().pixmap(64, 64).isNull()
    with pytest.raises(LabError, match="nonsense"):
        pixmap("nonsense", DARK)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_style_sheet_is_complete_and_follows_the_zoom(theme):
    sheet = style_sheet(theme)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    for path in re.findall(r'url\("(.+?)"\)', sheet):
        assert pathlib.Path(path).is_file()
    assert "border-radius: 12px" in sheet
    assert "border-radius: 24px" in style_sheet(theme.zoomed(2.0))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_plain_button_is_painted_with_the_tokens_and_shows_its_focus(qtbot, theme):
    app = QApplication.instance()
    font, palette, name = app.font(), app.palette(), app.style().objectName()
    apply_style(app, theme)
    try:
        window = QWidget()
        qtbot.addWidget(window)
        column = QVBoxLayout(window)
        button, other = QPushButton("Plain"), QPushButton("Other")
        column.addWidget(button)
        column.addWidget(other)
        window.show()
        window.activateWindow()
        other.setFocus()
        QApplication.processEvents()
        assert app.font().family() == "Inter"
        corner = QPoint(12, 6)
        assert button.grab().toImage().pixelColor(corner).name() == theme.raised
        edge = QPoint(button.width() // 2, 0)
        assert button.grab().toImage().pixelColor(edge).name() == theme.line
        QTest.keyClick(other, Qt.Key.Key_Tab)
        assert button.hasFocus()
        assert button.grab().toImage().pixelColor(edge).name() == theme.accent
    finally:
        app.setStyleSheet("")
        app.setStyle(name)
        app.setPalette(palette)
        app.setFont(font)


def test_what_is_unfolded_comes_into_view(panel, qtbot):
    panel.resize(panel.width(), 500)
    section = panel.sections[TRAINING]
    panel.ensureWidgetVisible(section.fold)
    before = panel.verticalScrollBar().value()
    qtbot.mouseClick(section.fold, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.verticalScrollBar().value() > before)
    top = section.fold.mapTo(panel.viewport(), QPoint()).y()
    assert 0 <= top < 500
    first = panel.controls["train.optimizer"]
    assert first.mapTo(panel.viewport(), QPoint(0, first.height())).y() <= 500
