"""The forms of prediction: arrays, pixels, readings and numbers of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from layerlab.core.frames import Frame
from layerlab.ui.plotting.legend import LegendItem
from layerlab.ui.theme import DARK, LIGHT, Theme
from layerlab.ui.views.classes import ClassView, features_of
from layerlab.ui.views.curve import CurveView
from layerlab.ui.views.images import ImageView
from layerlab.ui.views.kinks import RulerItem
from layerlab.ui.views.map import MapView
from layerlab.ui.views.prediction import PredictionView
from layerlab.ui.views.scatter import ScatterView
from tests.helpers.frames import sample_frame

FORM_OF = {
    "curve": CurveView,
    "map": MapView,
    "multi-map": MapView,
    "value-map": MapView,
    "image": ImageView,
    "digits": ClassView,
    "features": ClassView,
    "scatter": ScatterView,
}

MEDIAN, OUTER = "median of 16 seeds", "quartiles, 5–95 %"


@pytest.fixture
def view(qtbot: QtBot) -> PredictionView:
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    return view


def near(a: QColor, b: QColor, slack: int = 14) -> bool:
    return all(abs(x - y) <= slack for x, y in zip(a.getRgb(), b.getRgb(), strict=True))


def pixel(view: PredictionView, x: float, y: float) -> QColor:
    plot = view.shown().plot
    image = plot.grab().toImage()
    place = plot.px(np.array(x)), plot.py(np.array(y))
    return image.pixelColor(round(float(place[0])), round(float(place[1])))


@pytest.mark.parametrize("form", FORM_OF)
def test_the_card_switches_to_the_view_of_the_form(view: PredictionView, form: str) -> None:
    view.draw(sample_frame("curve"))
    view.draw(sample_frame(form))
    assert type(view.shown()) is FORM_OF[form]
    lines = [line.split("\t") for line in view.numbers().splitlines()]
    assert len(lines) > 1
    assert len({len(row) for row in lines}) == 1
    assert view.note()


# ---- curve


def flat_frame() -> Frame:
    """Return a curve whose median is 0, quartiles ±0.2 and outer band ±0.4 everywhere."""
    frame = sample_frame("curve")
    part = frame.prediction
    levels = np.array([-0.4, -0.2, 0.0, 0.2, 0.4])[:, None] * np.ones(part.x.size)
    none = np.empty(0)
    quiet = {"target": None, "validation_x": none, "validation_y": none}
    ends = {"train_x": np.array([-1.1, 1.1]), "train_y": np.array([-1.0, 1.0])}
    return replace(frame, prediction=replace(part, quantiles=levels, **quiet, **ends))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pixels_of_median_bands_and_panel(view: PredictionView, theme: Theme) -> None:
    view.set_theme(theme)
    view.draw(flat_frame())
    bands = view.curve.plot.bands
    assert near(pixel(view, 0.13, 0.0), theme.color("accent"))
    assert near(pixel(view, 0.13, 0.1), bands[MEDIAN].color)
    assert near(pixel(view, 0.13, -0.3), bands[OUTER].color)
    assert near(pixel(view, 0.13, 0.6), theme.color("panel"))


def test_curve_arrays_go_to_the_marks(view: PredictionView) -> None:
    frame = sample_frame("curve")
    view.draw(frame)
    plot, part = view.curve.plot, frame.prediction
    assert plot.live[MEDIAN].y is not None
    assert plot.live[MEDIAN].y == pytest.approx(part.quantiles[2])
    assert plot.bands[MEDIAN].low == pytest.approx(part.quantiles[1])
    assert plot.bands[OUTER].high == pytest.approx(part.quantiles[4])
    assert plot.still["target"].y == pytest.approx(part.target)
    assert plot.still["data"].x == pytest.approx(part.train_x)
    assert plot.still["validation"].hollow


def test_the_chosen_seed_is_drawn_on_demand(view: PredictionView) -> None:
    frame = sample_frame("curve")
    view.draw(frame)
    assert "this seed" not in view.curve.plot.live
    view.seed_toggle.click()
    assert view.curve.plot.live["this seed"].y == pytest.approx(frame.prediction.shown)
    assert "this seed" in view.curve.read(0.0, 0.0).text
    view.seed_toggle.click()
    assert "this seed" not in view.curve.plot.live


def test_curve_reading_and_previous_run(view: PredictionView) -> None:
    frame = flat_frame()
    view.draw(frame)
    x = float(frame.prediction.x[80])
    text = view.curve.read(x, 0.0).text
    assert text == f"x = {x:.3g}: median 0 (−0.2 to 0.2)"
    view.set_previous_run(sample_frame("curve").prediction, "before: width 4")
    view.draw(frame)
    assert "before: width 4" in view.curve.plot.still
    view.set_previous_run(None)
    assert "before: width 4" not in view.curve.plot.still


def test_curve_axes_depend_on_the_data_alone_and_follow_a_function_that_left(
    view: PredictionView,
) -> None:
    frame = sample_frame("curve")
    axis = view.curve.plot.y_axis
    view.draw(frame)
    first = (axis.low, axis.high)
    part = frame.prediction
    wild = part.quantiles.copy()
    wild[2, ::3] *= 50  # single points fly away: the view stays with the data
    view.draw(replace(frame, prediction=replace(part, quantiles=wild)))
    assert (axis.low, axis.high) == first
    view.draw(replace(frame, prediction=replace(part, quantiles=part.quantiles + 9)))
    assert axis.high > 9
    grown = (axis.low, axis.high)
    view.draw(frame)
    assert (axis.low, axis.high) == grown
    view.draw(replace(frame, run_id=2))
    assert (axis.low, axis.high) == first


def test_the_kink_ruler_describes_what_it_shows(view: PredictionView) -> None:
    frame = sample_frame("curve", layers=3)
    view.draw(frame)
    plot = view.curve.plot
    assert plot.text() == "23 linear pieces (this seed) from 24 neurons"
    view.grab()
    image = plot.grab().toImage()
    place, ruler = float(plot.px(frame.prediction.kinks)[0]), plot.ruler()
    layer = int(frame.prediction.kink_layers[0]) - 1
    seen = [image.pixelColor(round(place) + d, round(ruler.center().y())) for d in (-1, 0, 1)]
    assert any(near(color, DARK.layer_color(layer, 3)) for color in seen)
    keys = [entry.text for entry, _ in plot.keys_item.rows[0]]
    assert keys == ["kinks by layer:", "1", "2", "3"]
    assert plot.keys_item.isVisible()
    smooth = replace(frame.prediction, kinks=np.empty(0), kink_layers=np.empty(0), pieces=0)
    view.draw(replace(frame, prediction=smooth))
    view.grab()
    assert "smooth" in plot.text()
    assert not plot.keys_item.isVisible()
    view.draw(replace(frame, prediction=replace(smooth, pieces=-1)))
    assert "not counted" in plot.text()
    linear = sample_frame("curve", layers=0)
    view.draw(linear)
    assert plot.text() == "1 linear piece (this seed)"


def test_the_kink_ruler_is_painted_again_only_where_a_kink_was_seen_to_move(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[object] = []
    for kind in (RulerItem, LegendItem):
        paint = kind.paint

        def counted(item: object, *args: object, paint: Callable[..., None] = paint) -> None:
            painted.append(item)
            paint(item, *args)

        monkeypatch.setattr(kind, "paint", counted)
    view, frame = PredictionView(), sample_frame("curve", layers=3)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.draw(frame)
    view.grab()
    plot, part = view.curve.plot, frame.prediction
    pixel = float(np.ptp(part.x)) / plot.area().width()  # in data units

    def seen(**change: object) -> list[str]:
        painted.clear()
        view.draw(replace(frame, prediction=replace(part, **change)))
        view.grab()
        return [type(item).__name__ for item in painted]

    assert seen() == []
    assert seen(kinks=part.kinks + 0.3 * pixel) == []
    assert seen(kinks=part.kinks - 0.3 * pixel) == []
    assert seen(kinks=part.kinks + 0.6 * pixel) == ["RulerItem"]
    assert seen(kinks=part.kinks + 0.6 * pixel, pieces=24) == ["LegendItem"]
    assert plot.text().startswith("24 linear pieces")


def test_the_kink_ruler_goes_with_a_zoom_and_gives_way_where_there_is_no_room(
    view: PredictionView,
) -> None:
    frame = sample_frame("curve", layers=3)
    view.draw(frame)
    view.grab()
    plot, first = view.curve.plot, float(frame.prediction.kinks[0])
    assert plot.has_ruler()
    assert plot.ruler().top() > plot.area().bottom() + DARK.px(18)  # below the ticks
    plot.box.show_part(x=(first - 0.05, first + 0.05))
    image = plot.grab().toImage()
    layer = int(frame.prediction.kink_layers[0]) - 1
    middle = plot.ruler().center()
    seen = [image.pixelColor(round(middle.x()) + d, round(middle.y())) for d in (-1, 0, 1)]
    assert any(near(color, DARK.layer_color(layer, 3)) for color in seen)
    view.resize(400, 150)
    view.grab()
    assert not plot.has_ruler()
    assert plot.area().bottom() > plot.height() - DARK.px(24)


def exported(view: PredictionView) -> dict[str, np.ndarray]:
    """Return the copied numbers by column, without empty cells."""
    header, *rows = [line.split("\t") for line in view.numbers().splitlines()]
    columns = [[float(cell) for cell in column if cell] for column in zip(*rows, strict=True)]
    return dict(zip(header, map(np.array, columns), strict=True))


def test_what_a_curve_exports_is_what_it_draws(view: PredictionView) -> None:
    frame = sample_frame("curve")
    view.draw(frame)
    view.seed_toggle.click()
    plot, part, found = view.curve.plot, frame.prediction, exported(view)
    x, y = part.x_label or "x", part.y_label or "y"
    curves = {"5 %", "25 %", "median", "75 %", "95 %", "target", "this seed"}
    points = {f"{kind} {of}" for kind in ("training", "validation") for of in (x, y)}
    assert set(found) == {x} | curves | points
    assert found[x] == pytest.approx(plot.live[MEDIAN].x)
    assert found["median"] == pytest.approx(plot.live[MEDIAN].y)
    assert found["this seed"] == pytest.approx(plot.live["this seed"].y)
    assert found["target"] == pytest.approx(plot.still["target"].y)
    assert found["25 %"] == pytest.approx(plot.bands[MEDIAN].low)
    assert found["95 %"] == pytest.approx(plot.bands[OUTER].high)
    assert found[f"training {x}"] == pytest.approx(plot.still["data"].x)
    assert found[f"validation {y}"] == pytest.approx(plot.still["validation"].y)
    view.seed_toggle.click()  # what is not drawn is exported as well
    assert set(exported(view)) == set(found)


def test_one_network_has_the_columns_of_many_and_no_band(view: PredictionView) -> None:
    many = sample_frame("curve")
    view.draw(many)
    columns = list(exported(view))
    view.draw(sample_frame("curve", seeds=1))
    assert list(exported(view)) == columns
    assert not view.curve.plot.bands
    assert "quartiles" not in " ".join(key.text for key in view.curve.plot.legend)


def test_what_a_scatter_exports_is_what_it_draws(view: PredictionView) -> None:
    frame = sample_frame("scatter")
    view.draw(frame)
    form, part, found = view.shown(), frame.prediction, exported(view)
    numbers = ["true", "5 %", "25 %", "median", "75 %", "95 %", "this seed", "validation"]
    assert list(found) == numbers
    for name, held in (("training", 0), ("validation", 1)):
        drawn, of = form.plot.live[name], found["validation"] == held
        pairs = np.stack([found["true"][of], found["median"][of]], axis=1)
        shown = np.stack([drawn.x, drawn.y], axis=1)
        away = np.abs(shown[:, None] - pairs).max(axis=2)  # (drawn, exported)
        assert len(shown) > 20
        assert away.min(axis=1).max() < 1e-6
    assert found["5 %"] == pytest.approx(part.predicted[0])


# ---- maps


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pixels_of_a_decision_map(view: PredictionView, theme: Theme) -> None:
    frame = sample_frame("map")
    empty = {"points": np.empty((0, 2)), "labels": np.empty(0)}
    part = replace(frame.prediction, is_validation=np.empty(0, bool), **empty)
    view.set_theme(theme)
    view.draw(replace(frame, prediction=part))
    inside, outside = pixel(view, 0.05, 0.05), pixel(view, 1.05, 1.05)
    assert inside.blue() > inside.red()  # class 1 is blue
    assert outside.red() > outside.blue()  # class 0 is orange
    # The line is antialiased: its middle may lie between two pixels.
    border = [pixel(view, x, 0.0) for x in np.linspace(0.61, 0.70, 13)]
    assert any(near(color, theme.color("text"), 110) for color in border)


def test_rows_of_a_map_run_upwards(view: PredictionView) -> None:
    frame = sample_frame("value-map")
    rising = np.linspace(-1, 1, 60)[:, None] * np.ones(60)  # first row at y0
    none = {"points": np.empty((0, 2)), "labels": np.empty(0)}
    part = replace(frame.prediction, values=rising, boundary=np.zeros((60, 60)), **none)
    part = replace(part, is_validation=np.empty(0, bool))
    view.draw(replace(frame, prediction=part))
    assert pixel(view, 0.1, 1.1).blue() > pixel(view, 0.1, -1.1).blue()
    assert "value 1," in view.shown().read(0.0, 1.2).text
    assert "value −1," in view.shown().read(0.0, -1.2).text


def test_map_reading_counts_the_seeds(view: PredictionView) -> None:
    view.draw(sample_frame("map"))
    view.grab()
    reading = view.shown().read(0.0, 0.0).text
    assert "class 1" in reading
    assert "16 of 16 seeds agree" in reading
    view.draw(sample_frame("multi-map"))
    assert "class 2" in view.shown().read(-0.6, -0.6).text


def test_points_are_distinguished_by_class_and_part(view: PredictionView) -> None:
    frame = sample_frame("map")
    view.draw(frame)
    still, part = view.shown().plot.still, frame.prediction
    held = part.is_validation
    assert still["validation"].hollow
    assert not still["data"].hollow
    assert still["data"].x == pytest.approx(part.points[~held, 0])
    assert still["validation"].y == pytest.approx(part.points[held, 1])
    want = [DARK.class_color(int(k)).name() for k in part.labels[~held]]
    assert [c.name() for c in still["data"].colors] == want


# ---- images, classes, scatter


def test_flip_images_show_input_target_and_output(view: PredictionView) -> None:
    view.draw(sample_frame("image"))
    sheet = view.shown().sheet
    view.grab()  # lays the card out
    image = sheet.grab().toImage()
    x, y = np.array(sheet.corners(1)).T + 0.5  # one bright pixel, top left
    places = [QPoint(*map(round, at)) for at in zip(sheet.px(x), sheet.py(y), strict=True)]
    colors = [image.pixelColor(at) for at in places]
    assert near(colors[0], DARK.color("text"))
    assert near(colors[1], DARK.color("text"))
    assert near(colors[2], DARK.color("accent"), 60)
    text = sheet.reading_at(QPointF(places[0])).text
    assert text.startswith("image 2: half mean squared error")
    assert text.endswith("input, row 1, column 1: 1")


def test_a_confusion_cell_is_read_as_a_count(view: PredictionView) -> None:
    frame = sample_frame("digits")
    confusion = np.diag(np.full(10, 30.0))
    confusion[3, 8] = 2.5
    view.draw(replace(frame, prediction=replace(frame.prediction, confusion=confusion)))
    matrix = view.shown().matrix
    view.grab()  # lays the card out
    image, box = matrix.grab().toImage(), matrix.area()
    assert box.width() == box.height()
    place = box.topLeft() + QPointF(8.5, 3.5) * (box.width() / 10)
    text = matrix.reading_at(place).text
    assert text == "true 3, predicted 8: 2.5 of 32.5 (7.7 %), mean over the seeds"
    names = [str(k) for k in range(10)]
    assert [name for _, name in matrix.x_ticks()] == names
    assert [label.text for label in matrix.y_labels()] == names
    assert matrix.y_axis.label == "true ↓"
    assert [key.text for key in matrix.legend] == ["predicted →", "mean of 16 seeds"]
    corner = QPointF(0.15, 0.15) * (box.width() / 10)
    right = box.topLeft() + QPointF(3, 3) * (box.width() / 10) + corner
    wrong = box.topLeft() + QPointF(8, 3) * (box.width() / 10) + corner
    assert image.pixelColor(right.toPoint()).blue() > image.pixelColor(right.toPoint()).red()
    assert image.pixelColor(wrong.toPoint()).red() > image.pixelColor(wrong.toPoint()).blue()
    assert view.numbers().splitlines()[4].split("\t")[9] == "2.5"


def test_scatter_reads_the_nearest_point_and_distinguishes_held_out(
    view: PredictionView,
) -> None:
    frame = sample_frame("scatter")
    view.draw(frame)
    view.grab()
    form, part = view.shown(), frame.prediction
    held = part.is_validation
    assert form.plot.live["validation"].hollow
    shown = form.plot.live["training"]
    assert np.isin(shown.x, part.true[~held]).all()
    i = 400
    reading = form.read(float(part.true[i]), float(part.predicted[2, i]))
    assert reading.title.startswith("point 401 (validation)")
    assert "R² <b>" in view.note()


def test_of_one_hot_columns_an_example_names_the_hot_one() -> None:
    names = ("island=Biscoe", "island=Dream", "bill", "a=b")
    values = np.array([-1.06e-8, 0.9999999, 38.24, 0.5])
    assert features_of(names, values) == ["island=Dream", "bill 38.2", "a=b 0.5"]


@pytest.mark.parametrize("form", ["map", "multi-map", "value-map"])
def test_a_wide_map_has_how_far_the_seeds_differ_beside(
    view: PredictionView, qtbot: QtBot, form: str
) -> None:
    frame = sample_frame(form)
    view.resize(760, 380)
    view.show()
    view.draw(frame)
    QApplication.processEvents()
    maps = view.shown()
    assert maps.beside.isVisible()
    assert "seeds" in maps.beside.legend[0].text
    assert maps.beside.color_scale is not None
    view.draw(replace(frame, run_id=9))
    view.resize(380, 380)
    QApplication.processEvents()
    assert not maps.beside.isVisible()
    assert maps.plot.column
