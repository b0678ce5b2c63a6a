"""The page of convolution under real mouse and key events, and pictures from files."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from layerlab.experiments.convolution import model, weight_sharing_cards
from layerlab.experiments.convolution.names import ALONE, BY_HAND, KERNELS, SIDE
from layerlab.experiments.convolution.orders import OrdersSheet
from layerlab.experiments.convolution.picture_file import read_picture
from layerlab.experiments.convolution.sheets import ONLY
from layerlab.ui.fonts import load_fonts
from layerlab.ui.plotting.items import Segments
from layerlab.ui.theme import DARK
from tests.compose.test_pages import drop
from tests.experiments.conftest import settle
from tests.helpers.plots import turn_wheel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(open_page):
    return open_page("convolution")


def middle(canvas, cell):
    return canvas.box_of(cell).center().toPoint()


def pull(canvas, start, end, steps=2):
    """Drag with the mouse, in few steps as a quick hand does."""
    QTest.mousePress(canvas.viewport(), LEFT, pos=start)
    for k in range(1, steps + 1):
        QTest.mouseMove(canvas.viewport(), start + (end - start) * k / steps)
        QApplication.processEvents()
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=end)
    QApplication.processEvents()
    QApplication.processEvents()


def test_the_hidden_kernel_is_strokes_in_whatever_language(open_page, monkeypatch):
    monkeypatch.setattr(weight_sharing_cards, "HIDDEN", "⟦hidden⟧")
    live = open_page("convolution").frame.view.below.weights.plot.live
    assert isinstance(live["⟦hidden⟧"], Segments)  # not the line that would join them
    assert "hidden" not in live


def test_a_stroke_draws_and_is_one_undo(page):
    canvas, before = page.frame.view.picture, page.result.picture
    pull(canvas, middle(canvas, (0, 0)), middle(canvas, (0, 15)))
    assert page.result.picture[0].tolist() == [1.0] * SIDE  # no pixel is left out
    assert np.array_equal(page.result.picture[1:], before[1:])
    pull(canvas, middle(canvas, (0, 3)), middle(canvas, (0, 6)))  # begins on ink: erases
    assert page.result.picture[0].tolist() == [1.0] * 3 + [0.0] * 4 + [1.0] * 9
    page.undo()
    page.undo()
    settle(page)
    assert np.array_equal(page.result.picture, before)
    assert np.array_equal(canvas.cells, before)
    assert not page.can_undo


def test_what_is_drawn_goes_through_the_layer(page):
    view = page.frame.view
    QTest.mouseClick(
        view.picture_card.findChildren(type(view.picture_card.back_button))[0], LEFT
    )
    clear = next(b for b in view.picture_card._control_list if b.text() == "Clear")
    QTest.mouseClick(clear, LEFT)
    settle(page)
    assert not page.result.output.any()
    QTest.mouseClick(view.picture.viewport(), LEFT, pos=middle(view.picture, (5, 6)))
    settle(page)
    kernel = np.reshape(KERNELS["edge"], (3, 3))
    assert np.array_equal(page.result.output[4:7, 5:8], kernel[::-1, ::-1])
    assert np.count_nonzero(page.result.output) == 5


def test_the_picture_is_drawn_by_keys(page):
    canvas = page.frame.view.picture
    canvas.setFocus()
    before = canvas.cells[8, 8]
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    settle(page)
    assert page.result.picture[8, 8] == 1.0 - before
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    settle(page)
    assert page.result.picture[9, 9] == 0.0


def test_a_cell_of_the_kernel_is_dragged_and_the_kernel_is_by_hand(page):
    canvas = page.frame.view.kernel
    start = middle(canvas, (0, 0))
    pull(canvas, start, start - QPoint(0, 24))
    assert page.values["kernel"] == BY_HAND
    assert page.result.kernel.tolist() == [1.0, *KERNELS["edge"][1:]]
    pull(canvas, start, start + QPoint(0, 2000))
    assert page.result.kernel[0] == -5.0
    page.undo()
    page.undo()
    settle(page)
    assert page.values == page.experiment.values()
    assert not page.can_undo


def test_the_kernel_by_hand_is_kept_while_another_is_chosen(page):
    canvas = page.frame.view.kernel
    start = middle(canvas, (2, 2))
    pull(canvas, start, start - QPoint(0, 48))
    mine = page.values["weights"]
    page.on_edited("kernel", "blur")
    settle(page)
    assert page.result.kernel.tolist() == list(KERNELS["blur"])
    page.on_edited("kernel", BY_HAND)
    settle(page)
    assert tuple(page.result.kernel) == mine != ALONE


def test_wheel_and_keys_turn_a_cell_only_once_the_kernel_has_the_focus(page):
    canvas = page.frame.view.kernel
    canvas.clearFocus()
    turn_wheel(canvas, middle(canvas, (0, 2)))
    assert page.values == page.experiment.values()
    assert canvas.is_zoomed  # instead
    canvas.reset_zoom()
    QTest.mouseClick(canvas.viewport(), LEFT, pos=middle(canvas, (0, 2)))
    turn_wheel(canvas, middle(canvas, (0, 2)))
    assert page.result.kernel[2] == 0.25
    for key in (Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        QTest.keyClick(canvas, key)
        settle(page)
    assert page.result.kernel[2] == -0.25
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_3)
    settle(page)
    assert page.result.kernel[5] == 3.0


def test_what_is_shifted_is_dragged_and_comes_round(page):
    canvas = page.frame.view.orders
    box = canvas.boxes()["shifted"]
    cell = box.width() / SIDE
    start = box.center().toPoint()
    pull(canvas, start, (QPointF(start) + QPointF(-2 * cell, 4 * cell)).toPoint())
    assert page.result.shift == (6, 1)
    canvas.setFocus()
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        settle(page)
    assert page.result.shift == (-7, 1)
    page.undo()
    settle(page)
    assert page.result.shift == (-8, 1)
    before = page.values
    pull(canvas, canvas.boxes()["output"].center().toPoint(), start)  # is not shifted
    assert page.values == before


def test_a_click_on_a_row_chooses_the_layer(page):
    plot = page.frame.view.below.rows
    y = float(plot.py(np.array(1.0)))
    QTest.mouseClick(
        plot.viewport(), LEFT, pos=QPoint(round(plot.area().center().x()), round(y))
    )
    settle(page)
    assert page.values["layer"] == "local"


def test_the_dot_of_the_pairs_turns_their_number_and_noise(page):
    plot = page.frame.view.below.error.plot
    (dot,) = plot.handles
    start = plot.place_of(dot).toPoint()
    pull(plot, start, start + QPoint(30, 12), steps=6)
    assert page.result.images > 8
    assert page.result.noise < 0.3
    (moved,) = plot.handles
    assert (plot.place_of(moved) - QPointF(start + QPoint(30, 12))).manhattanLength() < 6
    page.undo()
    settle(page)
    assert page.values == page.experiment.values()


def test_a_pixel_can_be_read_and_all_are_copied(page):
    canvas = page.frame.view.orders
    box = canvas.boxes()["output"]
    reading = canvas.reading_at(box.topLeft() + QPointF(1, 1))
    value = page.result.output[0, 0]
    assert reading.text == f"output: row 1, column 1: {value:g}"
    lines = page.frame.view.orders_card.numbers().splitlines()
    sizes = [tile.pixels.size for tile in canvas.tiles.values()]
    assert len(lines) == 1 + sum(sizes)
    assert lines[1].split("\t")[:3] == ["output", "1", "1"]


# ---- pictures from files


def half_white(path, wide=64, high=40):
    """Write a picture whose middle square is black at the left and white at the right."""
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for x in range(wide // 2, wide):
        for y in range(high):
            image.setPixelColor(x, y, QColor("white"))
    assert image.save(str(path))


@pytest.mark.parametrize("name", ["half.png", "half.pgm", "HALF.BMP"])
def test_a_dropped_picture_is_the_input(page, tmp_path, name):
    file = tmp_path / name
    half_white(file)
    drop(page.frame.window(), file)
    settle(page)
    assert page.frame.isVisible()
    picture = page.result.picture
    assert picture[:, : SIDE // 2 - 1].max() < 0.01
    assert picture[:, SIDE // 2 + 1 :].min() > 0.99
    page.undo()
    settle(page)
    assert page.values == page.experiment.values()


def test_a_picture_is_opened_by_its_button(page, tmp_path, monkeypatch):
    file = tmp_path / "half.png"
    half_white(file)
    answers = ["", str(file)]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (answers.pop(0), ""))
    button = next(b for b in page.frame.view.picture_card._control_list if b.text() == "Open")
    QTest.mouseClick(button, LEFT)
    settle(page)
    assert page.values == page.experiment.values()  # nothing was chosen
    QTest.mouseClick(button, LEFT)
    settle(page)
    assert page.values["picture"] == tuple(read_picture(str(file)).ravel())


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_a_file_that_is_no_picture_is_refused_and_nothing_is_lost(page, tmp_path, content):
    canvas = page.frame.view.picture
    pull(canvas, middle(canvas, (0, 0)), middle(canvas, (0, 5)))
    before = page.values
    file = tmp_path / "broken.png"
    file.write_bytes(content)
    refusals = {
        file: "cannot be read as a picture",
        tmp_path / "nowhere.png": "no such file or directory",
    }
    for path, refusal in refusals.items():
        drop(page.frame.window(), path)
        sentence = page.frame.banner.text.text()
        assert page.frame.banner.isVisible()
        assert path.name in sentence
        assert refusal in sentence
        assert "\n" not in sentence
        assert page.values == before
        page.frame.banner.hide()
    settle(page)
    assert canvas.tiles[ONLY].pixels[0, :6].tolist() == [1.0] * 6


def test_a_picture_of_one_line_is_taken(tmp_path):
    half_white(tmp_path / "line.png", 9, 1)
    assert read_picture(str(tmp_path / "line.png")).shape == (SIDE, SIDE)


@pytest.mark.parametrize(("wide", "zoom"), [(260, 1.0), (290, 1.2), (420, 1.2), (700, 1.0)])
def test_words_of_pictures_side_by_side_do_not_touch(qtbot, wide, zoom):
    load_fonts()
    sheet = OrdersSheet()
    qtbot.addWidget(sheet)
    sheet.set_theme(DARK.zoomed(zoom))
    sheet.resize(wide, round(0.6 * wide))
    sheet.show()
    sheet.show_result(model.compute())
    QApplication.processEvents()
    names, texts = (sheet.live[key] for key in ("names", "text"))
    shown = [*names.fitting_texts(sheet), *texts.fitting_texts(sheet)]
    assert {"output", "pooled"} <= set(shown)
    assert ("input shifted" in shown) == (wide == 700)
    area = QRectF(0, 0, sheet.area().width(), sheet.area().height())
    boxes = [
        box
        for mark in (names, texts)
        for box, text in zip(mark.rects(sheet), mark.fitting_texts(sheet), strict=True)
        if text
    ]
    assert all(box.left() >= area.left() and box.right() <= area.right() for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.adjusted(1, 3, -1, -3).intersects(other.adjusted(1, 3, -1, -3))
