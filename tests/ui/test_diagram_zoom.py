"""The diagram under a real wheel, drag and keyboard: closer, along, and back."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.frames import Frame
from layerlab.ui.diagram.canvas import DiagramCanvas
from layerlab.ui.diagram.layout import OVERVIEW, Zoom, largest_zoom, lay_out
from layerlab.ui.diagram.view import DiagramView
from layerlab.ui.figures import figure
from layerlab.ui.theme import DARK, LIGHT
from tests.helpers.diagram_frames import sample_diagram
from tests.helpers.frames import sample_frame

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
WIDE = (1, 512, 512, 1)


def frame_of(form: str, sizes: tuple[int, ...], most: int = 12) -> Frame:
    part = sample_diagram(form, np.random.default_rng(3), sizes, most)
    return dataclasses.replace(sample_frame("curve"), diagram=part)


@pytest.fixture
def canvas_of(qtbot):
    pg.setConfigOption("mouseRateLimit", -1)  # else moves may be dropped

    def make(sizes: tuple[int, ...] = (1, 8, 8, 1), form: str = "curve") -> DiagramCanvas:
        view = DiagramView()
        qtbot.addWidget(view)
        view.resize(700, 340)
        view.draw(frame_of(form, sizes))
        view.show()
        view.activateWindow()
        QTest.qWaitForWindowActive(view)
        view.grab()
        made.append(view)  # which owns the canvas
        return view.canvas

    made: list[DiagramView] = []
    yield make
    pg.setConfigOption("mouseRateLimit", 100)


def wheel(canvas: DiagramCanvas, point: QPointF, notches: int = 1) -> QWheelEvent:
    """Turn the wheel there, towards the person if negative."""
    for _ in range(abs(notches)):
        event = QWheelEvent(
            point,
            canvas.viewport().mapToGlobal(point),
            QPoint(),
            QPoint(0, 120 if notches > 0 else -120),
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas.viewport(), event)
    canvas.grab()
    return event


def send(canvas, kind, point: QPointF, button, buttons, modifiers=NONE) -> None:
    at = canvas.mapToGlobal(point)
    event = QMouseEvent(kind, point, at, button, buttons, modifiers)
    QApplication.sendEvent(canvas, event)


def drag(canvas: DiagramCanvas, start, end, button=LEFT, modifiers=NONE) -> None:
    """Press, move in steps and release, as a hand does."""
    viewport, start, end = canvas.viewport(), QPointF(*start), QPointF(*end)
    none = Qt.MouseButton.NoButton
    send(viewport, QEvent.Type.MouseMove, start, none, none, modifiers)
    send(viewport, QEvent.Type.MouseButtonPress, start, button, button, modifiers)
    for step in range(1, 9):
        point = start + (end - start) * step / 8
        send(viewport, QEvent.Type.MouseMove, point, none, button, modifiers)
    send(viewport, QEvent.Type.MouseButtonRelease, end, button, none, modifiers)
    canvas.grab()


def tile_at(canvas: DiagramCanvas, layer: int, unit: int) -> QRectF:
    geometry = canvas.geometry_now()
    place = geometry.place_of(layer, unit)
    assert place is not None, f"unit {unit} of layer {layer} is not in sight"
    return geometry.tile_rect(layer, place)


def test_the_wheel_comes_closer_and_what_is_under_the_cursor_stays(canvas_of):
    canvas = canvas_of()
    before = tile_at(canvas, 1, 2)
    for _ in range(4):
        wheel(canvas, before.center())
        now = tile_at(canvas, 1, 2)
        assert now.center().y() == pytest.approx(before.center().y(), abs=3)
        assert now.center().x() == pytest.approx(before.center().x(), abs=3)
    assert canvas.is_zoomed
    assert now.width() > 2 * before.width()


def test_the_wheel_goes_back_to_the_overview_and_beyond_it_is_others(canvas_of):
    canvas, seen = canvas_of(), []
    canvas.zoomed_changed.connect(seen.append)
    picture = canvas.grab().toImage()
    wheel(canvas, QPointF(300, 100), 3)
    event = wheel(canvas, QPointF(300, 100), -6)
    assert seen == [True, False]
    assert canvas.zoom == OVERVIEW
    assert not event.isAccepted()  # what is around may scroll
    assert canvas.grab().toImage() == picture


@pytest.mark.parametrize("sizes", [(1, 1), (1, 8, 8, 1), WIDE, (1, *(8,) * 64, 1), (2, 40, 3)])
def test_a_zoom_has_an_end_where_all_units_are_drawn_and_tiles_are_large(canvas_of, sizes):
    canvas = canvas_of(sizes, "map" if sizes[0] == 2 else "curve")
    wheel(canvas, QPointF(300, 100), 40)
    layout = canvas.layout_now()
    assert canvas.zoom == largest_zoom(canvas._overview()[0], DARK)
    for rows, size in zip(layout.columns, sizes, strict=True):
        assert list(rows.units) == list(range(size))
        assert rows.tile >= 60
    wheel(canvas, QPointF(300, 100), 1)
    assert canvas.layout_now() is layout


def test_closer_more_neurons_unfold_and_tiles_grow(canvas_of):
    canvas = canvas_of(WIDE)
    counts, tiles = [], []
    for _ in range(20):
        rows = canvas.layout_now().columns[1]
        counts.append(len(rows.units))
        tiles.append(rows.tile)
        assert counts[-1] + rows.folded == 512
        wheel(canvas, QPointF(200, 60))
    assert counts == sorted(counts)
    assert tiles == sorted(tiles)
    assert counts[0] <= 12
    assert counts[-1] == 512


def test_every_neuron_of_a_wide_layer_comes_into_sight(canvas_of):
    canvas = canvas_of(WIDE)
    wheel(canvas, QPointF(200, 60), 40)
    canvas.box.translateBy(y=-1e9)
    seen: set[int] = set()
    while len(seen) < 512:
        geometry = canvas.geometry_now()
        column = geometry.columns[1]
        inside = (column.ys > 0) & (column.ys < geometry.chip_top)
        fresh = set(column.units[inside].tolist()) - seen
        assert fresh, f"{len(seen)} of 512 were seen"
        seen |= fresh
        canvas.box.translateBy(y=150)
    assert geometry.columns[2].units[-1] == 511  # both columns end together


def test_every_layer_of_64_is_reached_and_named(canvas_of):
    canvas = canvas_of((1, *(8,) * 64, 1))
    wheel(canvas, QPointF(300, 60), 14)
    canvas.box.translateBy(x=-1e9)
    seen: set[int] = set()
    for _ in range(200):
        geometry = canvas.geometry_now()
        seen |= {i for i, c in enumerate(geometry.columns) if 0 < c.x < geometry.width}
        assert set(geometry.chips) == set(range(66))
        canvas.box.translateBy(x=150)
    assert seen == set(range(66))


def test_a_drag_pans_and_is_no_click(canvas_of):
    canvas = canvas_of()
    wheel(canvas, QPointF(300, 100), 5)
    before = tile_at(canvas, 1, 3).center()
    drag(canvas, (300, 120), (280, 90))
    moved = tile_at(canvas, 1, 3).center() - before
    assert (moved.x(), moved.y()) == pytest.approx((-20, -30), abs=2)
    assert canvas.editor.isHidden()
    assert canvas.is_zoomed


def test_a_drag_takes_each_column_with_the_cursor(canvas_of):
    canvas = canvas_of((1, 200, 40, 1))
    wheel(canvas, QPointF(200, 60), 40)
    canvas.box.translateBy(y=canvas.layout_now().height / 2)
    for layer in (1, 2):  # the lower one is scrolled more slowly than the view
        column = canvas.geometry_now().columns[layer]
        unit, start = int(column.units[1]), (column.x, column.ys[1])
        drag(canvas, start, (start[0], start[1] - 40))
        assert tile_at(canvas, layer, unit).center().y() == pytest.approx(start[1] - 40, abs=4)


def test_at_the_overview_a_drag_moves_nothing(canvas_of):
    canvas = canvas_of()
    drag(canvas, (300, 120), (200, 60))
    assert canvas.corner == QPointF(0, 0)
    assert not canvas.is_zoomed


def test_a_pan_ends_at_the_networks_ends(canvas_of):
    canvas = canvas_of()
    wheel(canvas, QPointF(300, 100), 5)
    layout = canvas.layout_now()
    canvas.box.translateBy(x=1e6, y=1e6)
    assert canvas.corner == QPointF(
        layout.width - canvas.width(), layout.height - canvas.height()
    )
    canvas.box.translateBy(x=-1e6, y=-1e6)
    assert canvas.corner == QPointF(0, 0)


def test_a_right_drag_zooms_and_opens_no_menu(qtbot, canvas_of, monkeypatch):
    canvas, opened = canvas_of(), []
    view = canvas.parentWidget()
    monkeypatch.setattr(view, "contextMenuEvent", lambda event: opened.append(event))
    drag(canvas, (300, 120), (340, 60), RIGHT)
    QApplication.processEvents()  # a menu would come after the release
    assert canvas.is_zoomed
    assert opened == []


def test_a_right_click_opens_the_cards_menu_where_it_is_released(qtbot, canvas_of, monkeypatch):
    canvas, opened = canvas_of(), []
    monkeypatch.setattr(
        type(canvas.parentWidget()),
        "contextMenuEvent",
        lambda self, event: opened.append((event.reason(), event.globalPos())),
    )
    viewport, point = canvas.viewport(), QPoint(300, 120)
    reason = QContextMenuEvent.Reason
    press = QContextMenuEvent(reason.Mouse, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, press)  # which comes with the press on Linux
    assert opened == []
    QTest.mouseClick(viewport, RIGHT, pos=point)
    qtbot.waitUntil(lambda: opened == [(reason.Other, viewport.mapToGlobal(point))])
    keyboard = QContextMenuEvent(reason.Keyboard, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, keyboard)
    assert opened[-1][0] == reason.Keyboard


def test_shift_and_a_drag_span_what_is_to_be_seen(canvas_of):
    canvas = canvas_of(WIDE)
    tile = tile_at(canvas, 1, 4)
    corner = tile.topLeft() - QPointF(30, 20)
    end = tile.bottomRight() + QPointF(30, 20)
    drag(canvas, (corner.x(), corner.y()), (end.x(), end.y()), LEFT, SHIFT)
    now = tile_at(canvas, 1, 4)
    assert canvas.is_zoomed
    assert now.width() > 1.5 * tile.width()
    assert now.center().y() == pytest.approx(canvas.layout_now().room / 2, abs=25)


def test_a_and_reset_zoom_show_the_whole_network(canvas_of):
    canvas = canvas_of()
    for reset in (canvas.reset_zoom, lambda: QTest.keyClick(canvas, Qt.Key.Key_A)):
        wheel(canvas, QPointF(300, 100), 3)
        assert canvas.is_zoomed
        reset()
        assert canvas.zoom == OVERVIEW
        assert canvas.minimap.isHidden()


def test_a_weight_is_edited_where_it_is_clicked_while_zoomed(qtbot, canvas_of):
    canvas = canvas_of(WIDE)
    wheel(canvas, QPointF(200, 60), 12)
    canvas.box.translateBy(y=900)
    canvas.grab()
    geometry = canvas.geometry_now()
    weights = np.abs(canvas.part.edges[1][1:3, 1:3])
    i, j = (1 + int(k) for k in np.unravel_index(weights.argmax(), weights.shape))
    point = geometry.edge_point(1, i, j, 0.12)
    QTest.mouseClick(canvas.viewport(), LEFT, pos=point.toPoint())
    assert canvas.editor.isVisible()
    gap, source, unit = canvas._edited_indices
    assert gap == 1
    assert source == geometry.columns[1].units[i] > 11  # one that the overview folds
    QTest.keyClicks(canvas.editor.field, "0.5")
    with qtbot.waitSignal(canvas.weight_edited) as edited:
        QTest.keyClick(canvas.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, source, unit, 0.5]


def test_a_bias_is_edited_where_its_neuron_is_clicked_while_zoomed(qtbot, canvas_of):
    canvas = canvas_of(WIDE)
    wheel(canvas, QPointF(200, 60), 14)
    canvas.box.translateBy(y=2000)
    column = canvas.geometry_now().columns[2]
    unit = int(column.units[len(column.units) // 2])
    QTest.mouseClick(canvas.viewport(), LEFT, pos=tile_at(canvas, 2, unit).center().toPoint())
    assert canvas.unit == (2, unit)
    assert canvas._edited_indices == (1, unit)
    assert float(canvas.editor.field.text()) == pytest.approx(
        canvas._given.biases[1][unit], rel=1e-5
    )


def test_what_is_below_the_chips_is_not_met(canvas_of):
    canvas = canvas_of()
    wheel(canvas, QPointF(300, 100), 5)
    canvas.point_at(QPointF(300, canvas.geometry_now().chip_top + 10))
    assert canvas.target is None


def test_the_minimap_shows_where_one_is_and_is_dragged(canvas_of):
    canvas = canvas_of(WIDE)
    assert canvas.minimap.isHidden()
    wheel(canvas, QPointF(200, 60), 10)
    minimap = canvas.minimap
    assert minimap.isVisible()
    assert canvas.rect().contains(minimap.geometry())
    assert minimap.y() >= canvas.geometry_now().chip_top - 4  # among the chips
    canvas.box.translateBy(y=-1e9)
    top = minimap.outline()
    start = top.center()
    none = Qt.MouseButton.NoButton
    send(minimap, QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    for y in (start.y() + 10, start.y() + 100):
        send(minimap, QEvent.Type.MouseMove, QPointF(start.x(), y), none, LEFT)
    send(minimap, QEvent.Type.MouseButtonRelease, QPointF(start.x(), 100), LEFT, none)
    assert canvas.layout_now().share(canvas.corner.y()) == 1.0
    assert minimap.outline().bottom() == pytest.approx(minimap._inner().bottom())
    QTest.mouseClick(minimap, LEFT, pos=minimap._inner().topLeft().toPoint())
    assert canvas.corner.y() == 0
    assert canvas.editor.isHidden()


def test_chips_keep_off_the_minimap_and_panels_off_both(canvas_of):
    from layerlab.ui.diagram.chips import chip_rects
    from layerlab.ui.diagram.panels import bounds_of

    canvas = canvas_of((1, *(8,) * 12, 1))
    for notches in (1, 3, 6, 9):
        canvas.reset_zoom()
        wheel(canvas, QPointF(300, 100), notches)
        geometry = canvas.geometry_now()
        rooms = list(chip_rects(geometry, DARK).values())
        assert rooms
        for k, room in enumerate(rooms):
            assert not room.intersects(geometry.aside)
            assert not any(room.intersects(other.adjusted(1, 0, -1, 0)) for other in rooms[:k])
        assert not bounds_of(geometry).intersects(geometry.aside)


def test_the_view_asks_for_the_units_in_sight_and_shows_empty_places_until_then(
    qtbot, canvas_of
):
    canvas = canvas_of(WIDE)
    wheel(canvas, QPointF(200, 60), 12)
    with qtbot.waitSignal(canvas.units_wanted) as asked:
        canvas.box.translateBy(y=3000)
    units = asked.args[0]
    shown = canvas.part.layers[1].shown
    assert set(shown.tolist()) <= set(units[1])
    assert len(units[1]) < 60
    assert canvas.picture.absent[1].all()
    part = canvas._given
    rng = np.random.default_rng(0)
    layers = tuple(
        dataclasses.replace(
            layer,
            shown=np.array(wanted),
            thumbs=rng.standard_normal((len(wanted), 40)) / 4,
            dead=np.zeros(len(wanted), bool),
            bias=np.zeros(len(wanted)),
        )
        for layer, wanted in zip(part.layers, units, strict=True)
    )
    before = canvas.grab().toImage()
    came = dataclasses.replace(part, layers=layers, units=units)
    canvas.draw(dataclasses.replace(sample_frame("curve"), diagram=came))
    assert not canvas.picture.absent[1].any()
    assert (canvas.part.layers[1].shown == shown).all()
    assert canvas.grab().toImage() != before
    with qtbot.waitSignal(canvas.units_wanted) as asked:
        canvas.reset_zoom()
    assert asked.args[0] == ()
    assert list(canvas.part.layers[1].shown) == list(range(len(canvas.part.layers[1].shown)))


def test_many_moves_make_one_request(qtbot, canvas_of):
    canvas, asked = canvas_of(WIDE), []
    canvas.units_wanted.connect(asked.append)
    wheel(canvas, QPointF(200, 60), 12)
    for _ in range(20):
        canvas.box.translateBy(y=40)
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) <= 2
    assert asked[-1] == canvas._units


def tab_into(canvas: DiagramCanvas) -> None:
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)


def test_arrows_walk_into_the_fold_and_the_view_follows(canvas_of):
    canvas = canvas_of(WIDE)
    tab_into(canvas)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    for unit in range(40):
        canvas.focus_unit(1, unit)
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        assert canvas.unit == (1, unit + 1)
        tile = tile_at(canvas, 1, unit + 1)
        assert tile.top() >= 0
        assert tile.bottom() <= canvas.geometry_now().chip_top
    assert canvas.is_zoomed
    QTest.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.unit == (1, 511)
    assert tile_at(canvas, 1, 511).bottom() <= canvas.geometry_now().chip_top
    assert "layer 1, neuron 512" in canvas.accessibleName()
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.unit == (1, 0)
    assert tile_at(canvas, 1, 0).top() >= 0


def test_arrows_walk_through_64_layers_and_the_view_follows(canvas_of):
    canvas = canvas_of((1, *(8,) * 64, 1))
    wheel(canvas, QPointF(5, 60), 9)
    tab_into(canvas)
    for layer in range(1, 66):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        assert canvas.unit[0] == layer
        geometry = canvas.geometry_now()
        assert 0 < geometry.columns[layer].x < geometry.width


def test_shift_and_arrows_walk_the_weights_and_enter_edits_one(qtbot, canvas_of):
    canvas = canvas_of()
    tab_into(canvas)
    canvas.focus_unit(2, 3)
    weights = canvas._given.weights[1][:, 3]
    QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    assert canvas.source == np.abs(weights).argmax()  # the strongest first
    for source in range(canvas.source + 1, 8):
        QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
        assert canvas.source == source
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)  # nothing beyond the last
    assert canvas.focused_edge == (1, 7, 3)
    assert canvas.accessibleName().startswith("weight h₈ → h₄, into layer 2: ")
    canvas.grab()
    assert canvas.placed.panel.title == "h₈ → h₄, into layer 2"
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.editor.isVisible()
    QTest.keyClicks(canvas.editor.field, "-2")
    with qtbot.waitSignal(canvas.weight_edited) as edited:
        QTest.keyClick(canvas.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, 7, 3, -2.0]
    assert canvas.hasFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)  # along it, to where it comes from
    assert (canvas.unit, canvas.source) == ((1, 7), None)
    QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert (canvas.unit, canvas.source) == ((1, 7), None)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.unit is None


def test_weights_of_folded_neurons_are_walked_too(canvas_of):
    canvas = canvas_of(WIDE)
    tab_into(canvas)
    canvas.focus_unit(2, 5)
    canvas._focus_weight(11)
    for source in range(12, 30):
        QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
        assert canvas.source == source
        assert canvas.focused_edge is not None
        canvas.grab()
        assert canvas.placed is not None


def test_plus_and_minus_zoom_about_the_focused_neuron(canvas_of):
    canvas = canvas_of()
    tab_into(canvas)
    canvas.focus_unit(1, 2)
    before = tile_at(canvas, 1, 2).center()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.is_zoomed
    assert tile_at(canvas, 1, 2).center().y() == pytest.approx(before.y(), abs=3)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert not canvas.is_zoomed
    assert "Shift with up and down" in canvas.accessibleDescription()


def test_numbers_of_weights_and_biases_come_with_room_and_cover_nothing(canvas_of):
    canvas = canvas_of()
    item = canvas.drawn.numbers
    canvas.grab()
    assert item._places.edges == ()
    wheel(canvas, QPointF(300, 100), 5)
    geometry, rooms = canvas.geometry_now(), item._places.rooms
    assert len(rooms) > 4
    tiles = [
        geometry.tile_rect(i, k)
        for i, c in enumerate(geometry.columns)
        for k in range(len(c.ys))
    ]
    for k, room in enumerate(rooms):
        assert not any(room.intersects(other) for other in (*rooms[:k], *tiles))
        assert room.bottom() <= geometry.chip_top
    assert len(set(item._places.edges)) == len(rooms)


def test_another_width_keeps_the_zoom_and_another_task_does_not(canvas_of):
    canvas = canvas_of()
    wheel(canvas, QPointF(300, 100), 4)
    canvas.draw(frame_of("curve", (1, 9, 9, 1)))
    canvas.grab()
    assert canvas.is_zoomed
    canvas.draw(frame_of("map", (2, 9, 9, 1)))
    canvas.grab()
    assert not canvas.is_zoomed


@pytest.mark.parametrize("size", [(240, 150), (700, 340), (1380, 800)])
@pytest.mark.parametrize("theme", [DARK, LIGHT.zoomed(2.0)])
def test_any_zoom_is_drawn_at_any_size(canvas_of, size, theme):
    canvas = canvas_of((3, 40, 12, 4), "features")
    view = canvas.parentWidget()
    view.set_theme(theme)
    view.resize(*size)
    for notches in (0, 1, 4, 8, 20):
        canvas.reset_zoom()
        wheel(canvas, QPointF(canvas.width() / 3, canvas.height() / 3), notches or -1)
        geometry = canvas.geometry_now()
        for layer, column in enumerate(geometry.columns):
            tiles = [geometry.tile_rect(layer, k) for k in range(len(column.ys))]
            assert all(a.bottom() <= b.top() + 1e-6 for a, b in itertools.pairwise(tiles))
    assert canvas.zoom != OVERVIEW


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_pictures_have_the_screens_own_pixels_and_stand_on_whole_ones(
    canvas_of, monkeypatch, ratio
):
    canvas = canvas_of()
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: ratio)
    for notches in (-1, 4):
        wheel(canvas, QPointF(300, 100), notches)
        size = round(canvas.height() * ratio), round(canvas.width() * ratio)
        assert canvas.drawn.edges.image.shape == size
        assert canvas.drawn.neurons._pixels.shape == size
        geometry = canvas.geometry_now()
        rects = [geometry.tile_rect(layer, 1) for layer in (1, 2)]
        for place in (canvas.corner, *(rect.topLeft() for rect in rects)):
            assert place == QPointF(round(place.x()), round(place.y()))


def test_a_figure_of_a_zoomed_network_has_lines_and_neither_minimap_nor_pictures(canvas_of):
    canvas = canvas_of()
    view = canvas.parentWidget()
    wheel(canvas, QPointF(300, 100), 5)
    before = canvas.zoom, canvas.corner
    svg = figure(view, ".svg", (900, 500), for_print=True).decode()
    assert svg.count("<image") == 1  # what the neurons compute
    assert svg.count("<polyline") > 10
    assert svg.count("<text") > 12
    assert (canvas.zoom, canvas.corner) == before
    assert canvas.minimap.isVisible()
    assert canvas.geometry_now().width == canvas.width()


def test_the_canvas_is_made_when_it_is_needed(qtbot):
    view = DiagramView()
    qtbot.addWidget(view)
    view.set_theme(LIGHT)
    view.reset_zoom()
    view.close_editor()
    view.stop_pass()
    assert not view.is_zoomed
    assert "canvas" not in vars(view)
    view.resize(700, 340)
    view.draw(frame_of("curve", (1, 8, 1)))
    assert view.canvas.theme is LIGHT
    with qtbot.waitSignal(view.zoomed_changed) as changed:
        view.canvas.zoom_by(2, 2)
    assert changed.args == [True]
    assert view.is_zoomed
    view.reset_zoom()
    assert not view.is_zoomed


def test_a_layout_finds_back_what_it_was_asked_for():
    part = sample_diagram("curve", np.random.default_rng(3), (1, 512, 40, 1), 12)
    layout = lay_out(part, 680, 262, DARK, Zoom(1.0, 40.0))
    for layer, unit in ((1, 0), (1, 250), (1, 511), (2, 20)):
        corner = layout.reveal(QPointF(0, 0), layer, unit)
        geometry = layout.geometry(corner)
        if unit in layout.columns[layer].units:
            rect = geometry.tile_rect(layer, geometry.place_of(layer, unit))
            assert rect.top() >= 0
            assert rect.bottom() <= geometry.chip_top
        point = QPointF(geometry.columns[layer].x, 100)
        spot = layout.spot(corner, point)
        assert layout.corner(spot, point).y() == pytest.approx(corner.y(), abs=2)
