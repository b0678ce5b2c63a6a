"""Images in plots: mosaics, sheets without axes, words that fit, inks, squares in files."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from layerlab.ui.figures import figure
from layerlab.ui.plotting.colors import ink_on, shades
from layerlab.ui.plotting.items import HeatMap, TextMark
from layerlab.ui.plotting.mosaic import Mosaic
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.theme import DARK, LIGHT, THEMES
from layerlab.ui.views.classes import ConfusionPlot, confusion_colors
from layerlab.ui.views.images import ImageSheet
from layerlab.ui.views.prediction import PredictionView
from tests.helpers.frames import sample_frame
from tests.ui.test_theme import contrast


def test_a_mosaic_holds_every_image_at_its_place() -> None:
    mosaic = Mosaic(count=5, rows=2, columns=3, across=2, right=1, below=4)
    images = np.arange(5 * 2 * 3 * 3).reshape(5, 2, 3, 3)
    whole = mosaic.colors(images, np.array([7, 8, 9]))
    assert whole.shape == (3 * 6, 2 * 4, 3)
    assert mosaic.extent == (0, 8, 0, 18)
    for k, (x, y) in enumerate(zip(*mosaic.corners(), strict=True)):
        part = whole[int(y) : int(y) + 2, int(x) : int(x) + 3]
        assert np.array_equal(part, images[k])
        assert mosaic.at(x + 1.5, y + 0.5) == (k, 0, 1)
        assert mosaic.at(x + 3.5, y + 3.5) == (k, 3, 3)  # in the gap below and beside it
    assert whole[2:6].reshape(-1, 3).tolist() == [[7, 8, 9]] * 32
    assert whole[12:, 4:].reshape(-1, 3).tolist() == [[7, 8, 9]] * 24  # there is no sixth
    assert mosaic.at(5.5, 12.5) is None
    assert mosaic.at(-0.5, 0.5) is None
    assert mosaic.at(8.5, 0.5) is None


def test_shades_run_from_one_colour_to_the_other_and_nan_is_none() -> None:
    found = shades(QColor(0, 10, 20), QColor(100, 110, 220), np.array([0, 0.5, 1, 7, np.nan]))
    ends = [0, 10, 20], [100, 110, 220]
    assert found.tolist() == [ends[0], [50, 60, 120], ends[1], ends[1], ends[0]]


@pytest.mark.parametrize("name", THEMES)
def test_the_ink_on_a_colour_is_the_one_that_is_easier_to_read(name: str) -> None:
    theme = THEMES[name]
    counts = np.array([[36.0, 0.4, 0.0], [9.0, 20.0, 7.0], [0.0, 30.0, 1.0]])
    grounds = confusion_colors(theme, counts).reshape(-1, 3)
    for ground, ink in zip(grounds.tolist(), ink_on(theme, grounds), strict=True):
        found = contrast(QColor(*ground).name(), ink.name())
        assert found >= contrast(QColor(*ground).name(), theme.color("text").name())
        assert found >= contrast(QColor(*ground).name(), theme.color("panel").name())
        assert found >= 3.5


@pytest.fixture
def plot(qtbot: QtBot) -> Plot:
    plot = Plot(Axis(), Axis())
    qtbot.addWidget(plot)
    plot.set_theme(DARK)
    plot.resize(420, 320)
    plot.x_axis.fix(0, 10)
    plot.y_axis.fix(0, 10)
    plot.show()
    return plot


def test_words_that_do_not_fit_give_way_to_brief_ones_or_to_nothing(plot: Plot) -> None:
    at = np.array([5.0])
    words = TextMark(at, at, ["a long name"], DARK.color("text"), DARK, briefs=["brief"])
    plot.show_marks(live={"words": words})
    plot.grab()
    assert list(words.fitting_texts(plot)) == ["a long name"]
    unit = plot.area().width() / 10
    for room, text in ((100, "a long name"), (40, "brief"), (8, "")):
        words.across = room / unit
        assert list(words.fitting_texts(plot)) == [text]
    words.across, words.centred = 0.0, True
    (rect,) = words.rects(plot)
    assert rect.center().x() == pytest.approx(float(plot.px(at)[0]), abs=0.01)


def test_the_extent_of_an_image_may_be_that_of_its_edges(plot: Plot) -> None:
    plot.grid = False
    colors = np.array([[[255, 0, 0]], [[0, 0, 255]]], np.uint8)  # one column, first row below
    plot.show_marks(live={"image": HeatMap((2, 4, 0, 8), colors, smooth=False, edges=True)})
    image = plot.grab().toImage()
    seen = {
        (x, y): image.pixelColor(
            round(float(plot.px(np.array(x)))), round(float(plot.py(np.array(y))))
        ).name()
        for x, y in ((2.1, 0.5), (3.9, 3.8), (2.1, 4.2), (3.9, 7.8), (1.8, 4), (3, 8.3))
    }
    panel = DARK.color("panel").name()
    assert list(seen.values()) == ["#ff0000"] * 2 + ["#0000ff"] * 2 + [panel] * 2


@pytest.mark.parametrize("form", ["digits", "image"])
def test_cells_are_rectangles_in_a_vector_file(qtbot: QtBot, form: str) -> None:
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(640, 420)
    view.show()
    view.draw(sample_frame(form))
    svg = ElementTree.fromstring(figure(view, ".svg"))
    assert not list(svg.iter("{http://www.w3.org/2000/svg}image"))
    fills = {element.get("fill") for element in svg.iter()}
    assert DARK.color("text").name() in fills


def test_a_sheet_is_placed_again_in_another_size_and_theme(qtbot: QtBot) -> None:
    sheet = ImageSheet()
    qtbot.addWidget(sheet)
    sheet.set_theme(DARK)
    sheet.show_part(sample_frame("image").prediction)
    sizes = (640, 400), (661, 349), (300, 500), (390, 140)
    for size, theme in (*((size, DARK) for size in sizes), (sizes[-1], LIGHT)):
        sheet.set_theme(theme)
        sheet.resize(*size)
        sheet.show()
        QApplication.processEvents()
        image = sheet.grab().toImage()
        corners = np.array([sheet.corners(k) for k in range(16)]).reshape(-1, 2)
        x, y = sheet.px(corners[:, 0]), sheet.py(corners[:, 1])
        unit = float(np.diff(sheet.px(np.array([0.0, 1.0])))[0])
        # Cells are farther from each other than the images within them.
        assert sheet.mosaic.right >= 2 * (sheet.step() - 2)
        assert sheet.mosaic.below >= 1
        assert unit == pytest.approx(float(np.diff(sheet.py(np.array([0.0, 1.0])))[0]))
        assert x.min() >= 0
        assert y.min() >= 0
        assert x.max() + 2 * unit <= size[0]
        assert y.max() + 2 * unit <= size[1]
        last = QPointF(x[-3] + 0.5 * unit, y[-3] + 0.5 * unit).toPoint()  # all are bright
        assert image.pixelColor(last) == theme.color("text")


def test_long_names_of_classes_are_cut_and_read_whole(qtbot: QtBot) -> None:
    frame = sample_frame("features")
    names = tuple(f"a class whose name is far too long for its row, {k}" for k in range(3))
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(500, 320)
    part = replace(frame.prediction, class_names=names)
    view.show()
    view.draw(replace(frame, prediction=part))
    QApplication.processEvents()
    matrix, examples = view.shown().matrix, view.shown().examples
    assert isinstance(matrix, ConfusionPlot)
    for text in [label.text for label in matrix.y_labels()] + [t for _, t in matrix.x_ticks()]:
        assert text.endswith("…")
    assert matrix.area().width() > 0.3 * view.width()
    read = matrix.reading_at(matrix.area().center())
    assert read.title == f"true {names[1]}, predicted {names[1]}"
    row = examples.reading_at(examples.area().topLeft() + QPointF(5, 5))
    text = int(part.example_predicted[0])
    assert row.title.endswith(f"predicted {names[text]}")
    assert "feature 13" in row.text  # which has no room in its row


def test_what_is_not_misclassified_is_not_shown(qtbot: QtBot) -> None:
    frame = sample_frame("digits")
    part = frame.prediction
    none = {n: getattr(part, n)[:0] for n in ("examples", "example_true", "example_predicted")}
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(640, 400)
    view.draw(replace(frame, prediction=replace(part, **none)))
    view.grab()
    examples = view.shown().examples
    assert [key.text for key in examples.legend] == ["no misclassified examples"]
    assert not examples.live
    assert examples.read(3.0, 3.0) is None


def test_a_matrix_of_many_classes_is_a_picture_and_its_cells_are_read(qtbot: QtBot) -> None:
    frame, count = sample_frame("features"), 120
    names = tuple(f"class {k}" for k in range(count))
    confusion = np.diag(np.full(count, 4.0))
    confusion[7, 100] = 1.0
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(500, 320)
    part = replace(frame.prediction, class_names=names, confusion=confusion)
    view.show()
    view.draw(replace(frame, prediction=part))
    QApplication.processEvents()
    matrix = view.shown().matrix
    assert not len(matrix.live["numbers"].texts)
    places = sorted(float(matrix.py(np.array(label.value))) for label in matrix.y_labels())
    assert np.diff(places).min() >= DARK.px(13)  # no name lies on another
    assert matrix.read(100.2, 6.8).text.startswith("true class 7, predicted class 100: 1 of 5")
