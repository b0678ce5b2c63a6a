"""The canvas under a real mouse and keyboard: hover, edit, focus, panels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from layerlab.core.frames import Frame
from layerlab.ui.card import Card
from layerlab.ui.diagram.canvas import DiagramCanvas
from layerlab.ui.diagram.formula import neuron_formula, number, plain
from layerlab.ui.diagram.view import DiagramView
from layerlab.ui.theme import DARK, LIGHT
from tests.helpers.diagram_frames import sample_diagram
from tests.helpers.frames import sample_frame

LEFT = Qt.MouseButton.LeftButton
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def frame_of(form: str, sizes: tuple[int, ...], seed: int = 3, most: int = 16) -> Frame:
    part = sample_diagram(form, np.random.default_rng(seed), sizes, most)
    return dataclasses.replace(sample_frame("curve"), diagram=part)


@pytest.fixture
def canvas_of(qtbot):
    def make(
        form: str, sizes: tuple[int, ...], width: int = 668, height: int = 262, most: int = 16
    ) -> DiagramCanvas:
        canvas = DiagramCanvas()
        qtbot.addWidget(canvas)
        canvas.resize(width, height)
        canvas.draw(frame_of(form, sizes, most=most))
        canvas.show()
        canvas.activateWindow()
        QTest.qWaitForWindowActive(canvas)
        canvas.grab()
        return canvas

    return make


@pytest.fixture
def wave(canvas_of):
    return canvas_of("curve", (1, 8, 8, 8, 1))


def hover(canvas: DiagramCanvas, point: QPointF) -> str:
    """Move the mouse there and return the panel's text."""
    viewport = canvas.viewport()
    QTest.mouseMove(viewport, QPoint(1, 1))
    QTest.mouseMove(viewport, point.toPoint())
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        canvas.mapToGlobal(point),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)  # the offscreen platform may drop the move
    canvas.grab()
    if canvas.placed is None:
        return ""
    return "\n".join([canvas.placed.panel.title, *map(plain, canvas.placed.rows)])


def click(canvas: DiagramCanvas, point: QPointF) -> None:
    QTest.mouseClick(canvas.viewport(), LEFT, pos=point.toPoint())


def value(text: str) -> float:
    return float(text.replace("−", "-"))


def test_hover_shows_the_formula_with_the_largest_terms_first(wave):
    part, geometry = wave.part, wave.geometry_now()
    text = hover(wave, geometry.tile_rect(2, 4).center())
    assert text.startswith("layer 2, neuron 5")
    formula = text.replace("\n", " ").split("h₅ = relu(")[1]
    weights = part.weights[1][:, 4]
    order = np.argsort(-np.abs(weights))[:4]
    terms = formula.split(" smaller terms")[0].replace("− ", "−").replace("+ ", "").split()
    found = {}
    for term in terms[:-1]:  # the last one is the count of the others
        factor, name = term.split("·")
        found[int(name.removeprefix("h").translate(SUBSCRIPTS)) - 1] = value(factor)
    assert list(found) == list(order)
    assert list(found.values()) == pytest.approx(weights[order], rel=0.06)
    assert terms[-1] == "4"
    assert f"{number(abs(part.biases[1][4]))})" in formula


def test_a_formula_of_few_terms_is_whole(canvas_of):
    canvas = canvas_of("map", (2, 8, 8, 1))
    part = dataclasses.replace(
        canvas.part,
        weights=(np.full((2, 8), [[0.83], [-1.2]]), *canvas.part.weights[1:]),
        biases=(np.full(8, 0.31), *canvas.part.biases[1:]),
    )
    line = neuron_formula(part, canvas.spec, 1, 0)
    assert plain(line) == "h₁ = relu(−1.20·x₂ + 0.83·x₁ + 0.31)"
    assert [token for text, token in line if "·x" in text] == ["negative", "positive"]


def test_hover_shows_the_neuron_enlarged_and_names_a_dead_one(wave):
    dead = [(i, k) for i, c in enumerate(wave.part.layers) for k in np.flatnonzero(c.dead)]
    assert dead
    text = hover(wave, wave.geometry_now().tile_rect(*map(int, dead[0])).center())
    assert "slope 0 on every training input" in text.replace("\n", " ")
    assert wave.placed.picture_rect.height() > wave.geometry_now().columns[dead[0][0]].tile


@pytest.mark.parametrize("size", [(668, 262), (478, 172), (1358, 700), (300, 140)])
@pytest.mark.parametrize(
    "net",
    [
        ("curve", (1, 8, 8, 8, 1)),
        ("digits", (64, 32, 16, 10)),
        ("curve", (1, *(8,) * 64, 1)),
        ("curve", (1, 1)),
    ],
)
def test_the_panel_stays_on_the_canvas_and_off_the_neuron(canvas_of, size, net):
    canvas = canvas_of(*net, *size)
    geometry = canvas.geometry_now()
    bounds = QRectF(canvas.rect())
    layers = range(len(geometry.columns))
    for layer in {0, 1, len(layers) // 2, len(layers) - 2, len(layers) - 1}:
        for place in {0, len(geometry.columns[layer].ys) - 1}:
            tile = geometry.tile_rect(layer, place)
            assert hover(canvas, tile.center())
            assert bounds.contains(canvas.placed.rect)
            assert not canvas.placed.rect.intersects(tile)


def test_hover_an_edge_shows_its_weight(wave):
    geometry = wave.geometry_now()
    i, j = np.unravel_index(np.abs(wave.part.edges[1]).argmax(), wave.part.edges[1].shape)
    text = hover(wave, geometry.edge_point(1, int(i), int(j), 0.35))
    assert f"weight {number(wave.part.weights[1][i, j])}" in text
    assert wave.target.edge == (1, i, j)


def test_the_strongest_of_edges_that_lie_together_is_met(canvas_of):
    canvas = canvas_of("curve", (1, 8, 8, 8, 1))
    edges = [np.array(e) for e in canvas.part.edges]
    edges[0][:] = 0.1
    edges[0][0, 3] = -2.0
    canvas.part = dataclasses.replace(canvas.part, edges=tuple(edges))
    hover(canvas, canvas.geometry_now().edge_point(0, 0, 3, 0.03))  # all begin here
    assert canvas.target.edge == (0, 0, 3)


def test_nothing_is_met_beside_the_network(wave):
    assert hover(wave, QPointF(3, 3)) == ""
    assert wave.target is None


def test_leaving_forgets_the_hover(wave):
    hover(wave, wave.geometry_now().tile_rect(1, 1).center())
    QApplication.sendEvent(wave, QEvent(QEvent.Type.Leave))
    wave.grab()
    assert wave.placed is None


def test_a_clicked_edge_is_edited_by_its_true_indices(qtbot, wave):
    geometry = wave.geometry_now()
    i, j = map(int, np.unravel_index(np.abs(wave.part.edges[1]).argmax(), (8, 8)))
    click(wave, geometry.edge_point(1, i, j, 0.35))
    assert wave.editor.isVisible()
    assert float(wave.editor.field.text()) == pytest.approx(
        wave.part.weights[1][i, j], rel=1e-5
    )
    wave.editor.field.selectAll()
    QTest.keyClicks(wave.editor.field, "-0.125")
    with qtbot.waitSignal(wave.weight_edited) as edited:
        QTest.keyClick(wave.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, i, j, -0.125]
    assert wave.editor.isHidden()


def test_folded_layers_give_true_indices(qtbot, canvas_of):
    canvas = canvas_of("curve", (1, 512, 512, 1))
    part = canvas.part
    shown = np.array([3, 90, 200, 511])
    layers = list(part.layers)
    for layer in (1, 2):
        layers[layer] = dataclasses.replace(
            layers[layer],
            shown=shown,
            thumbs=layers[layer].thumbs[:4],
            dead=layers[layer].dead[:4],
            bias=part.biases[layer - 1][shown],
        )
    edges = (
        part.weights[0][:, shown],
        part.weights[1][np.ix_(shown, shown)],
        part.weights[2][shown],
    )
    part = dataclasses.replace(part, layers=tuple(layers), edges=edges)
    canvas.draw(dataclasses.replace(sample_frame("curve"), diagram=part))
    geometry = canvas.geometry_now()
    i, j = map(int, np.unravel_index(np.abs(edges[1]).argmax(), (4, 4)))
    click(canvas, geometry.edge_point(1, i, j, 0.3))
    canvas.editor.field.setText("0,5")  # a decimal comma is a number too
    with qtbot.waitSignal(canvas.weight_edited) as edited:
        QTest.keyClick(canvas.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, shown[i], shown[j], 0.5]
    click(canvas, geometry.tile_rect(2, 3).center())
    canvas.editor.field.setText("2")
    with qtbot.waitSignal(canvas.bias_edited) as edited:
        QTest.keyClick(canvas.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, 511, 2.0]
    assert geometry.columns[1].folded == 508


def test_the_output_bias_is_edited_at_its_number_and_at_its_neuron(qtbot, wave):
    geometry = wave.geometry_now()
    last = geometry.columns[-1]
    for point in (QPointF(last.x, geometry.chip_top + 20), geometry.tile_rect(4, 0).center()):
        click(wave, point)
        assert float(wave.editor.field.text()) == pytest.approx(
            wave.part.biases[3][0], rel=1e-5
        )
        wave.editor.field.setText("0.75")
        with qtbot.waitSignal(wave.bias_edited) as edited:
            QTest.keyClick(wave.editor.field, Qt.Key.Key_Return)
        assert edited.args == [3, 0, 0.75]


def test_one_of_several_output_biases_is_edited_at_its_number(qtbot, canvas_of):
    canvas = canvas_of("digits", (64, 32, 16, 10))
    tile = canvas.geometry_now().tile_rect(3, 7)
    click(canvas, QPointF(tile.right() + 22, tile.center().y()))
    canvas.editor.field.setText("-1")
    with qtbot.waitSignal(canvas.bias_edited) as edited:
        QTest.keyClick(canvas.editor.field, Qt.Key.Key_Return)
    assert edited.args == [2, 7, -1.0]


def test_an_input_has_no_bias_to_edit(wave):
    click(wave, wave.geometry_now().tile_rect(0, 0).center())
    assert wave.editor.isHidden()


@pytest.mark.parametrize("text", ["abc", "", "nan", "1e999", "1.2.3"])
def test_bad_text_is_refused_in_a_sentence_and_changes_nothing(qtbot, wave, text):
    click(wave, wave.geometry_now().tile_rect(1, 2).center())
    wave.editor.field.setText(text)
    with qtbot.assertNotEmitted(wave.bias_edited):
        QTest.keyClick(wave.editor.field, Qt.Key.Key_Return)
    assert wave.editor.isVisible()
    assert wave.editor.message.isVisible()
    assert wave.editor.message.text().endswith("such as 0.25.")
    assert wave.rect().contains(wave.editor.geometry())


def test_dragging_the_slider_edits_live_and_escape_brings_the_value_back(qtbot, wave):
    click(wave, wave.geometry_now().tile_rect(1, 2).center())
    got = []
    wave.bias_edited.connect(lambda *args: got.append(args))
    slider = wave.editor.slider
    y = slider.height() // 2
    start = round(slider.width() * (slider.value() + 400) / 800)
    QTest.mousePress(slider, LEFT, pos=QPoint(start, y))
    for x in (start + 8, start + 16, start + 24):
        QTest.mouseMove(slider, QPoint(x, y))
        at = QPointF(x, y)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            slider.mapToGlobal(at),
            LEFT,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(slider, event)
    QTest.mouseRelease(slider, LEFT, pos=QPoint(start + 24, y))
    assert len(got) >= 2
    assert {args[:2] for args in got} == {(0, 2)}
    assert got[-1][2] > wave.part.biases[0][2]
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    assert got[-1] == (0, 2, pytest.approx(float(wave.part.biases[0][2])))
    assert wave.editor.isHidden()


def test_escape_and_enter_on_an_unchanged_value_emit_nothing(qtbot, wave):
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        click(wave, wave.geometry_now().tile_rect(2, 2).center())
        with qtbot.assertNotEmitted(wave.bias_edited):
            QTest.keyClick(wave.editor.field, key)
        assert wave.editor.isHidden()


def test_frames_go_on_under_an_open_editor(wave):
    click(wave, wave.geometry_now().tile_rect(2, 2).center())
    QTest.keyClicks(wave.editor.field, "0.5")
    wave.draw(frame_of("curve", (1, 8, 8, 8, 1), seed=4))
    assert wave.editor.isVisible()
    assert wave.editor.field.text() == "0.5"
    wave.draw(frame_of("curve", (1, 4, 1)))
    assert wave.editor.isHidden()  # that parameter is gone


def test_an_editor_that_is_not_used_shows_what_training_makes_of_the_bias(qtbot, wave):
    click(wave, wave.geometry_now().tile_rect(2, 2).center())
    later = frame_of("curve", (1, 8, 8, 8, 1), seed=4)
    wave.draw(later)
    assert wave.editor.field.text() == f"{float(later.diagram.biases[1][2]):.6g}"
    assert wave.editor.field.hasSelectedText()  # typing still replaces it
    with qtbot.assertNotEmitted(wave.bias_edited):
        QTest.keyClick(wave.editor.field, Qt.Key.Key_Escape)  # nothing to bring back
    assert wave.editor.isHidden()


def test_the_editor_goes_with_the_keyboard(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    canvas, other = DiagramCanvas(), QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(canvas)
    column.addWidget(other)
    window.resize(668, 400)
    canvas.draw(frame_of("curve", (1, 8, 8, 8, 1)))
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    canvas.grab()
    click(canvas, canvas.geometry_now().tile_rect(2, 2).center())
    assert canvas.editor.isVisible()
    other.setFocus()
    assert canvas.editor.isHidden()
    assert other.hasFocus()


def test_a_double_click_leaves_the_keyboard_with_the_editor(wave):
    point = wave.geometry_now().tile_rect(2, 2).center().toPoint()
    QTest.mouseClick(wave.viewport(), LEFT, pos=point)
    QTest.mouseDClick(wave.viewport(), LEFT, pos=point)
    assert wave.editor.field.hasFocus()
    wave.setFocus()
    QTest.keyClick(wave, Qt.Key.Key_Escape)
    assert wave.editor.isHidden()


def tab_into(canvas: DiagramCanvas) -> None:
    """Give the canvas the focus as a Tab from the widget before does."""
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)


def test_tab_walks_the_neurons_and_goes_on_to_the_next_widget(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    before, canvas, after = QLineEdit(), DiagramCanvas(), QLineEdit()
    column = QVBoxLayout(window)
    for widget in (before, canvas, after):
        column.addWidget(widget)
    canvas.draw(frame_of("curve", (1, 3, 1)))
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    before.setFocus()
    iterated = []
    for _ in range(5):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert canvas.hasFocus()
        iterated.append(canvas.focused)
    assert iterated == [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0)]
    QTest.keyClick(canvas, Qt.Key.Key_Backtab)
    assert canvas.focused == (1, 2)
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert after.hasFocus()
    QTest.keyClick(after, Qt.Key.Key_Backtab)
    assert canvas.focused == (2, 0)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)  # lets go: the next Tab leaves
    assert canvas.focused is None
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_arrows_move_between_neurons_and_enter_edits_the_bias(qtbot, wave):
    tab_into(wave)
    QTest.keyClick(wave, Qt.Key.Key_Right)
    assert wave.focused[0] == 1
    QTest.keyClick(wave, Qt.Key.Key_Right)
    QTest.keyClick(wave, Qt.Key.Key_Down)
    layer, place = wave.focused
    assert layer == 2
    QTest.keyClick(wave, Qt.Key.Key_Return)
    assert wave.editor.isVisible()
    QTest.keyClicks(wave.editor.field, "1.5")
    with qtbot.waitSignal(wave.bias_edited) as edited:
        QTest.keyClick(wave.editor.field, Qt.Key.Key_Return)
    assert edited.args == [1, place, 1.5]
    assert wave.hasFocus()


def test_a_screen_reader_hears_the_focused_neuron(wave):
    assert wave.accessibleName() == "Network diagram, layers 1-8-8-8-1"
    tab_into(wave)
    QTest.keyClick(wave, Qt.Key.Key_Right)
    place = wave.focused[1]
    name = wave.accessibleName()
    assert name.startswith(f"layer 1, neuron {place + 1}, bias ")
    assert "relu(" in name


@pytest.mark.parametrize("sizes", [(1, 1), (1, *(8,) * 64, 1), (1, 512, 512, 1), (2, 3, 40)])
@pytest.mark.parametrize("theme", [DARK, LIGHT.zoomed(2.0)])
def test_any_depth_width_theme_and_size_is_drawn(canvas_of, sizes, theme):
    canvas = canvas_of("curve" if sizes[0] == 1 else "map", sizes)
    canvas.set_theme(theme)
    for width, height in ((668, 262), (240, 120), (1360, 720)):
        canvas.resize(width, height)
        image = canvas.grab().toImage()
        assert image.size() == canvas.size()
        geometry = canvas.geometry_now()
        assert (geometry.width, geometry.height) == (width, height)


def test_a_theme_changes_the_pixels_of_edges_and_tiles(canvas_of):
    canvas = canvas_of("curve", (1, 1))
    point = canvas.geometry_now().edge_point(0, 0, 0, 0.5).toPoint()
    seen = []
    for theme in (DARK, LIGHT):
        canvas.set_theme(theme)
        pixel = canvas.grab().toImage().pixelColor(point)
        token = "positive" if canvas.part.weights[0][0, 0] > 0 else "negative"
        want = theme.color(token)
        seen.append(pixel)
        assert max(abs(a - b) for a, b in zip(pixel.getRgb(), want.getRgb(), strict=True)) < 40
    assert seen[0] != seen[1]


def test_a_diverged_network_is_drawn_and_described(canvas_of):
    canvas = canvas_of("curve", (1, 4, 1))
    bad = tuple(np.full_like(w, np.nan) for w in canvas.part.weights)
    layers = tuple(
        dataclasses.replace(
            c,
            thumbs=np.full_like(c.thumbs, np.nan),
            bias=c.bias * np.inf,
            variance=float("nan"),
        )
        for c in canvas.part.layers
    )
    part = dataclasses.replace(canvas.part, weights=bad, edges=bad, layers=layers)
    canvas.draw(dataclasses.replace(sample_frame("curve"), diagram=part))
    text = hover(canvas, canvas.geometry_now().tile_rect(1, 1).center())
    assert "not finite" in text.replace("\n", " ")


def test_a_double_click_beside_the_network_maximises_and_on_a_neuron_does_not(qtbot):
    view = DiagramView()
    qtbot.addWidget(view)
    assert isinstance(view, Card)
    view.resize(690, 330)
    view.draw(frame_of("curve", (1, 8, 8, 8, 1)))
    view.show()
    with qtbot.waitSignal(view.maximise_requested):
        QTest.mouseDClick(view.canvas.viewport(), LEFT, pos=QPoint(4, 4))
    neuron = view.canvas.geometry_now().tile_rect(1, 1).center().toPoint()
    with qtbot.assertNotEmitted(view.maximise_requested):
        QTest.mouseDClick(view.canvas.viewport(), LEFT, pos=neuron)


def test_the_head_shows_the_seed_and_the_numbers_are_all_parameters(qtbot):
    view = DiagramView()
    qtbot.addWidget(view)
    assert view.wants == "diagram"
    assert view.numbers() == ""
    view.resize(690, 330)
    frame = frame_of("curve", (1, 3, 1))
    view.draw(dataclasses.replace(frame, diagram=dataclasses.replace(frame.diagram, seed=2)))
    assert view.note().startswith("seed 3 of 16")
    rows = [line.split("\t") for line in view.numbers().splitlines()]
    assert rows[0] == ["seed 3 of 16", "update 740"]
    assert [float(v) for v in rows[2][1:]] == pytest.approx(frame.diagram.weights[0][0])
    assert [float(v) for v in rows[3][1:]] == pytest.approx(frame.diagram.biases[0])
    assert [float(rows[5 + i][1]) for i in range(3)] == pytest.approx(
        frame.diagram.weights[1][:, 0]
    )
    assert float(rows[8][1]) == pytest.approx(frame.diagram.biases[1][0])
    assert not view.picture().isNull()


def test_a_frame_without_a_diagram_leaves_the_view_as_it_is(qtbot):
    view = DiagramView()
    qtbot.addWidget(view)
    view.grab()
    view.draw(dataclasses.replace(sample_frame("curve"), diagram=None))
    assert view.canvas.part is None
