"""The top bar and the rail."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from layerlab.core.success import Ranking
from layerlab.ui.bars import SHORTCUTS
from layerlab.ui.controls.gauges import speed_text
from layerlab.ui.fonts import load_fonts
from layerlab.ui.rail import Rail
from layerlab.ui.readouts import SPARE, Readout
from layerlab.ui.theme import DARK, LIGHT
from layerlab.ui.topbar import TopBar

LEFT = Qt.MouseButton.LeftButton
READOUTS = [
    Readout("1 500", "updates · finished", brief="updates"),
    Readout("24 000 in 38 ms", "updates, all seeds", rank=SPARE),
    Readout("0.0038", "training loss, median", rank=1, brief="training"),
    Readout("0.0063", "validation loss", rank=3, brief="validation"),
    Readout("62 %", "of 16 seeds below .01", rank=2, brief="below .01"),
    Readout("97.2 %", "accuracy, validation", rank=4, brief="accuracy"),
]


@pytest.fixture
def bar(qtbot):
    load_fonts()
    bar = TopBar(DARK)
    qtbot.addWidget(bar)
    bar.resize(1380, bar.height())
    bar.set_readouts(READOUTS)
    bar.set_seeds(16, 11)
    bar.show()
    bar.activateWindow()
    QApplication.processEvents()
    return bar


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("play", "play_pressed"),
        ("step", "step_pressed"),
        ("reset", "reset_pressed"),
        ("undo", "undo_pressed"),
        ("redo", "redo_pressed"),
        ("finish", "finish_pressed"),
        ("theme_button", "theme_pressed"),
    ],
)
def test_each_button_emits_its_own_signal(bar, qtbot, name, signal):
    bar.show_state(False, True, True, False)
    button = getattr(bar, name)
    bar.speed.bar.setFocus()
    with qtbot.waitSignal(getattr(bar, signal)):
        QTest.mouseClick(button, LEFT)
    assert bar.speed.bar.hasFocus()  # the slider that was dragged last keeps its keys
    assert button.accessibleName()


def test_tooltips_name_the_shortcuts(bar):
    for name in ("play", "step", "reset", "undo", "redo", "finish"):
        assert SHORTCUTS[name] in getattr(bar, name).toolTip()


def test_the_state_decides_words_and_which_buttons_work(bar):
    bar.show_state(False, False, False, False)
    assert bar.play.text() == "Play"
    assert [b.isEnabled() for b in (bar.undo, bar.redo, bar.step, bar.finish)] == [
        False,
        False,
        True,
        True,
    ]
    width = bar.play.width()
    bar.show_state(True, True, False, False)
    assert bar.play.text() == "Pause"
    assert bar.undo.isEnabled()
    assert not bar.redo.isEnabled()
    bar.show_state(False, True, True, True)
    assert bar.play.text() == "Replay"
    assert not bar.step.isEnabled()
    assert not bar.finish.isEnabled()
    assert bar.play.width() == width


def test_a_disabled_button_emits_nothing(bar):
    pressed = []
    bar.undo_pressed.connect(lambda: pressed.append(True))
    bar.show_state(False, False, False, False)
    QTest.mouseClick(bar.undo, LEFT)
    assert pressed == []


def test_the_speed_runs_from_one_update_a_second_to_no_limit(bar):
    emitted = []
    bar.speed_changed.connect(emitted.append)
    slider = bar.speed.bar
    bar.set_speed(375)
    assert bar.speed.text == "375 updates/s"
    assert emitted == []
    QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 1, 11))
    QTest.mouseClick(slider, LEFT, pos=QPoint(0, 11))
    assert emitted == [math.inf, 1.0]
    assert bar.speed.text == "1 update/s"
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert emitted[-1] == 100_000
    assert speed_text(emitted[-1]) == "100\u202f000 updates/s"


def test_readouts_keep_their_places_while_numbers_change(bar):
    before = bar.readouts.places()
    shorter = [r._replace(value="0") for r in READOUTS]
    bar.set_readouts(shorter)
    assert bar.readouts.places() == before
    swapped = [r._replace(value=r.value.replace("1", "8")) for r in READOUTS]
    bar.set_readouts(swapped)  # tabular figures: as wide as before
    assert bar.readouts.places() == before


@pytest.mark.parametrize("zoom", [1.0, 1.25, 1.5, 2.0])
def test_no_figure_is_lost_where_it_is_narrow(bar, zoom):
    """Labels get shorter, then the figures get a row of their own; the pace alone may go."""
    bar.set_theme(DARK.zoomed(zoom))
    heights = set()
    for width in range(1860, 559, -20):
        bar.resize(round(width * zoom), bar.height())
        QApplication.processEvents()
        heights.add(bar.height())
        places = bar.readouts.places()
        assert all(place.right() <= bar.readouts.width() for place in places)
        shown = bar.readouts.shown()
        assert [r for r in READOUTS if r not in shown and r.rank < SPARE] == [], width
        inside = bar.readouts.geometry().intersected(bar.rect())
        assert inside == bar.readouts.geometry()
        for button in (bar.play, bar.finish, bar.seed, bar.menu_button):
            lowest = QPoint(button.geometry().center().x(), button.geometry().bottom())
            assert bar.childAt(lowest) is button
    assert len(heights) == 2


@pytest.mark.parametrize(
    ("width", "zoom"), [(1380, 1.0), (1040, 1.0), (1340, 2.0), (1040, 1.5), (1000, 2.0)]
)
def test_everything_else_fits_at_every_size(bar, width, zoom):
    bar.set_theme(LIGHT.zoomed(zoom))
    bar.resize(width, bar.height())
    QApplication.processEvents()
    parts = [
        bar.play,
        bar.step,
        bar.reset,
        bar.undo,
        bar.redo,
        bar.finish,
        bar.speed,
        bar.seed,
        bar.theme_button,
        bar.menu_button,
    ]
    shown = [part for part in parts if part.isVisible()]
    for left, right in itertools.pairwise(shown):
        assert left.geometry().right() < right.geometry().left()
    assert shown[-1].geometry().right() < width
    rows = 1 if width >= 1040 * zoom else 2
    assert bar.height() == round(52 * zoom) + (rows - 1) * round(38 * zoom)
    if width == 1040 and zoom == 1:
        assert bar.speed.isVisible()
        assert len(bar.readouts.places()) >= 3


def test_a_seed_is_chosen_from_all(bar, qtbot):
    assert bar.seed.text() == "Seed 12 of 16"
    QTest.mouseClick(bar.seed, LEFT)
    popup = bar.popup
    assert len(popup.buttons) == 16
    assert [b.isChecked() for b in popup.buttons].index(True) == 11
    with qtbot.waitSignal(bar.seed_chosen) as emitted:
        QTest.mouseClick(popup.buttons[4], LEFT)
    assert emitted.args == [4]
    QApplication.processEvents()
    assert bar.popup is None
    assert bar.seed.text() == "Seed 12 of 16"  # until the window shows another


def test_seeds_are_reached_by_keys_and_new_ones_drawn(bar, qtbot):
    bar.open_seeds()
    popup = bar.popup
    assert popup.buttons[11].hasFocus()
    QTest.keyClick(popup.buttons[11], Qt.Key.Key_Up)
    assert popup.buttons[3].hasFocus()
    QTest.keyClick(popup.buttons[3], Qt.Key.Key_Right)
    assert popup.buttons[4].hasFocus()
    with qtbot.waitSignal(bar.new_seed_pressed):
        QTest.mouseClick(popup.new, LEFT)


def test_the_seed_button_never_changes_its_width(bar):
    widths = set()
    for shown in range(16):
        bar.set_seeds(16, shown)
        widths.add(bar.seed.width())
    assert len(widths) == 1
    assert bar.seed.accessibleName() == "Seed 16 of 16 is shown"


def test_the_menu_button_takes_the_windows_menu(bar):
    menu = QMenu(bar)
    menu.addAction(QAction("Open", menu))
    bar.menu_button.setMenu(menu)
    assert bar.menu_button.menu() is menu
    reader = QAccessible.queryAccessibleInterface(bar.menu_button)
    assert reader.text(QAccessible.Text.Name) == "Menu"


def test_keyboard_focus_is_seen_and_mouse_focus_is_not(bar):
    plain = bar.step.grab().toImage()
    bar.step.setFocus(Qt.FocusReason.TabFocusReason)
    assert bar.step.grab().toImage() != plain
    bar.step.clearFocus()
    assert bar.step.grab().toImage() == plain


def test_the_play_button_is_the_accent(bar):
    for theme in (DARK, LIGHT):
        bar.set_theme(theme)
        at = QPoint(6, bar.play.height() // 2)
        assert bar.play.grab().toImage().pixelColor(at).name() == theme.accent
        edge = bar.grab().toImage().pixelColor(bar.width() // 2, bar.height() - 1)
        assert edge.name() == theme.line


def test_the_rail_shows_the_pages_there_are(qtbot):
    rail = Rail(DARK)
    qtbot.addWidget(rail)
    rail.add_page("lab", "Lab", "lab")
    rail.add_page("gallery", "Gallery", "gallery")
    rail.show()
    chosen = []
    rail.page_chosen.connect(chosen.append)
    assert rail.buttons["lab"].isChecked()
    QTest.mouseClick(rail.buttons["gallery"], LEFT, pos=QPoint(50, 50))
    assert chosen == ["gallery"]
    rail.show_page("lab")
    assert chosen == ["gallery"]
    assert rail.buttons["lab"].isChecked()
    assert not rail.buttons["gallery"].isChecked()
    mark = rail.buttons["lab"].grab().toImage().pixelColor(0, 20)
    assert mark.name() == DARK.accent
    rail.set_theme(LIGHT.zoomed(1.5))
    assert rail.width() == 90


def test_what_matters_least_gives_way_first(bar):
    seen = []
    for width in range(1040, 0, -20):
        bar.readouts.resize(width, bar.readouts.height())
        seen.append([r.rank for r in bar.readouts.shown()])
        assert all(p.right() <= width for p in bar.readouts.places())
    ranks = [r.rank for r in READOUTS]
    for kept in seen:
        assert sorted(kept) == list(range(len(kept)))  # the lowest ranks there are
        assert kept == [rank for rank in ranks if rank in kept]  # in their order
    assert {len(kept) for kept in seen} == {0, 1, 2, 3, 4, 5, 6}


def test_the_popup_marks_successes_and_leads_to_best_and_worst(bar, qtbot):
    losses = np.linspace(0.001, 0.02, 16)
    losses[[3, 7]] = 1e-4, np.nan
    bar.set_ranking(Ranking(losses, 0.01))
    bar.open_seeds()
    popup = bar.popup
    QApplication.processEvents()
    image = popup.buttons[0].grab().toImage()
    inks = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(8, 20)}
    assert DARK.good in inks
    assert popup.buttons[7].toolTip() == "Seed 8: training loss —, not below .01"
    assert popup.extremes["best"].text() == "Best: 4"
    assert popup.extremes["worst"].accessibleName().startswith("Worst seed, 8")
    popup.buttons[15].setFocus()
    QTest.keyClick(popup.buttons[15], Qt.Key.Key_Down)
    assert popup.extremes["best"].hasFocus()
    with qtbot.waitSignal(bar.seed_chosen) as emitted:
        QTest.mouseClick(popup.extremes["worst"], LEFT)
    assert emitted.args == [7]
