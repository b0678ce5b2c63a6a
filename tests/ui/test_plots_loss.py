"""The loss: what is drawn, read and copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from layerlab.core.frames import Frame, LossPart
from layerlab.ui.plotting.items import Dots
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.theme import DARK, LIGHT, Theme
from layerlab.ui.views.loss import LossView
from layerlab.ui.views.loss_plot import MAX_POINTS, thin
from layerlab.ui.views.scores import score_text
from tests.helpers.frames import sample_frame, sample_loss

SEEDS = np.array([0.9, 1.0, 1.0, 1.1, 1.2])


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    view = LossView()
    qtbot.addWidget(view)
    view.resize(360, 260)
    return view


def level_frame(level: float = 0.1, run_id: int = 1) -> Frame:
    """Return a frame whose median training loss is the same at every report."""
    part = LossPart(
        updates=np.array([0, 500, 1000, 1500]),
        train=level * np.tile(SEEDS, (4, 1)),
        validation=None,
        total=None,
        score=None,
        validation_score=None,
        score_name="R²",
        loss_label="half mean squared error",
        loss_brief="half MSE",
        noise_floor=0.0018,
        linear_loss=None,
        length=1500,
    )
    return replace(sample_frame(), loss=part, run_id=run_id)


def near(a: QColor, b: QColor, slack: int = 12) -> bool:
    return all(abs(x - y) <= slack for x, y in zip(a.getRgb(), b.getRgb(), strict=True))


def test_lines_and_band_are_quartiles_over_the_seeds(view: LossView) -> None:
    frame = sample_frame()
    view.draw(frame)
    at = thin(frame.loss.updates, frame.loss.length)
    low, middle, high = np.percentile(frame.loss.train[at], (25, 50, 75), axis=1)
    assert view.plot.live["training"].y == pytest.approx(middle)
    assert view.plot.bands["training"].low == pytest.approx(low)
    assert view.plot.bands["training"].high == pytest.approx(high)
    assert view.plot.live["training"].x == pytest.approx(frame.loss.updates[at])
    held_out = np.median(frame.loss.validation[at], axis=1)
    assert view.plot.live["validation"].y == pytest.approx(held_out)
    assert view.plot.live["noise floor"].level == frame.loss.noise_floor
    assert view.plot.live["linear model"].level == frame.loss.linear_loss


def test_the_total_with_penalties_is_a_line_of_its_own(view: LossView) -> None:
    frame = sample_frame()
    view.draw(replace(frame, loss=replace(frame.loss, total=2 * frame.loss.train)))
    assert view.plot.live["with penalties"].y == pytest.approx(2 * view.plot.live["training"].y)
    view.draw(frame)
    assert "with penalties" not in view.plot.live


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pixels_of_line_band_and_panel(view: LossView, theme: Theme) -> None:
    view.set_theme(theme)
    view.draw(level_frame())
    image = view.plot.grab().toImage()

    def column(update: float, top: float, bottom: float) -> list[QColor]:
        x = round(float(view.plot.px(np.array(update))))
        rows = view.plot.py(np.array([top, bottom])).round().astype(int)
        return [image.pixelColor(x, y) for y in range(rows[0], rows[1] + 1)]

    line = column(640, 0.107, 0.094)
    assert any(near(color, theme.color("accent"), 40) for color in line)
    empty = column(640, 0.03, 0.02)
    assert all(near(color, theme.color("panel"), 2) for color in empty)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_pixels_of_the_band(view: LossView, theme: Theme) -> None:
    view.set_theme(theme)
    frame = level_frame()
    losses = np.tile(np.array([0.02, 0.02, 0.1, 0.5, 0.5]), (4, 1))
    view.draw(replace(frame, loss=replace(frame.loss, train=losses)))
    image = view.plot.grab().toImage()
    x, y = view.plot.px(np.array(640.0)), view.plot.py(np.array(0.035))
    seen = image.pixelColor(round(float(x)), round(float(y)))
    assert near(seen, view.plot.bands["training"].color, 2)
    assert not near(seen, theme.color("panel"), 2)


def test_reading_names_the_update_and_all_curves(view: LossView) -> None:
    view.draw(level_frame())
    view.grab()
    reading = view.plot.read(540.0, 0.5)
    assert reading.text == "update 500: training 0.1 (0.1 to 0.11)"
    assert reading.x == 500
    plot = view.plot
    plot.point_at(QPointF(float(plot.px(np.array(1480.0))), plot.area().center().y()))
    assert plot.reading().title == "update 1\u202f500"
    plot.point_at(QPointF(0, 0))  # outside the axes
    assert plot.reading() is None


def test_reading_of_scores_and_one_seed(view: LossView) -> None:
    view.draw(sample_frame("map", seeds=1))
    text = view.plot.read(0.0, 0.1).text
    assert "training" in text
    assert "(" not in text
    assert "accuracy validation" in text
    assert "accuracy <b>" in view.note()


def test_score_texts() -> None:
    assert score_text(np.array([[0.5, 0.5], [0.9642, 0.9638]]), "accuracy") == "96.4 %"
    assert score_text(np.array([[-0.126]]), "R²") == "−0.13"
    assert score_text(np.array([[-0.004]]), "R²") == "0.00"
    assert score_text(np.array([[np.nan]]), "R²") == "—"


def test_the_axis_holds_still_within_a_run_and_restarts_with_the_next(
    view: LossView,
) -> None:
    def ends() -> tuple[float, float]:
        return view.plot.y_axis.low, view.plot.y_axis.high

    view.draw(level_frame(0.1))
    first = ends()
    assert first == pytest.approx((1e-3, 1.0))
    view.draw(level_frame(0.5))
    assert ends() == first
    view.draw(level_frame(30.0))
    grown = ends()
    assert grown == pytest.approx((1e-3, 100.0))
    view.draw(level_frame(0.1))
    assert ends() == grown
    view.draw(level_frame(0.1, run_id=2))
    assert ends() == first


def test_in_a_drag_the_axis_only_grows_from_run_to_run(view: LossView) -> None:
    def ends() -> tuple[float, float]:
        return view.plot.y_axis.low, view.plot.y_axis.high

    view.draw(level_frame(30.0))
    before = ends()
    view.holds_axes = True
    view.draw(level_frame(0.1, run_id=2))
    assert ends() == (pytest.approx(1e-3), before[1])
    view.draw(level_frame(30.0, run_id=3))
    assert ends() == (pytest.approx(1e-3), before[1])
    view.holds_axes = False
    view.draw(level_frame(30.0, run_id=4))
    assert ends() == before


def test_long_histories_are_thinned_and_what_is_drawn_stays() -> None:
    updates = np.arange(0, 40_000, 50)
    early, late = thin(updates[:500], 40_000), thin(updates, 40_000)
    assert len(late) <= MAX_POINTS + 1
    assert late[-1] == updates.size - 1
    assert early[:-1].tolist() == late[: len(early) - 1].tolist()


def test_seeds_that_left_the_numbers_are_left_out(recwarn: pytest.WarningsRecorder) -> None:
    values = np.array([[1.0, 2.0, 3.0, np.nan, np.inf], [np.nan] * 5])
    got = quartiles(values)
    assert got[:, 0] == pytest.approx([1.5, 2.0, 2.5])
    assert np.isnan(got[:, 1]).all()
    assert not recwarn.list


def test_numbers_are_a_table_with_a_header(view: LossView) -> None:
    assert view.numbers() == ""
    frame = sample_frame(seeds=5)
    view.draw(frame)
    lines = [line.split("\t") for line in view.numbers().splitlines()]
    column = lines[0].index("training median")
    got = np.array([float(row[column]) for row in lines[1:]])
    assert got == pytest.approx(np.median(frame.loss.train, axis=1))
    assert lines[0][0] == "update"
    assert len({len(row) for row in lines}) == 1


def exported(view: LossView) -> dict[str, np.ndarray]:
    """Return the copied numbers by column."""
    header, *rows = [line.split("\t") for line in view.numbers().splitlines()]
    values = np.array([[float(cell or "nan") for cell in row] for row in rows])
    return dict(zip(header, values.T, strict=True))


def test_what_is_exported_is_what_is_drawn(view: LossView) -> None:
    frame = sample_frame("map", seeds=5)
    part = frame.loss
    assert part is not None
    view.draw(replace(frame, loss=replace(part, total=part.train + 0.01)))
    view.seed_toggle.click()
    found = exported(view)
    curves = ("training", "validation", "with penalties", "accuracy", "accuracy validation")
    ends = ("quartile 25", "median", "quartile 75")
    named = [f"{name} {end}" for name in curves for end in ends]
    assert set(found) == {"update", *named, "this seed"}
    assert found["update"] == pytest.approx(part.updates)  # also where the plot is thinned
    for name, column in (
        ("training", "training median"),
        ("validation", "validation median"),
        ("with penalties", "with penalties median"),
        ("seed 1", "this seed"),
    ):
        drawn = view.plot.live[name]
        rows = np.searchsorted(found["update"], drawn.x)
        assert 50 < len(drawn.x) < part.updates.size
        assert found[column][rows] == pytest.approx(drawn.y)
    band = view.plot.bands["validation"]
    rows = np.searchsorted(found["update"], band.x)
    assert found["validation quartile 25"][rows] == pytest.approx(band.low)
    assert found["accuracy median"] == pytest.approx(np.median(part.score, axis=1))
    assert "accuracy" not in [key.text for key in view.plot.legend]


def test_one_seed_has_the_same_columns_and_no_band(view: LossView) -> None:
    view.draw(sample_frame(seeds=1))
    found = exported(view)
    assert found["training quartile 25"] == pytest.approx(found["training median"])
    assert "this seed" not in found
    assert not view.plot.bands


def test_the_previous_run_is_a_median_with_a_name(view: LossView) -> None:
    view.draw(sample_frame())
    earlier = sample_loss(np.random.default_rng(3), 4, 1500)
    view.set_previous_run(earlier, "before: width 4")
    view.draw(sample_frame())
    assert view.plot.still["before: width 4"].y == pytest.approx(
        np.median(earlier.train, axis=1)
    )
    assert "before: width 4" in [key.text for key in view.plot.legend]
    view.set_previous_run(None)
    assert "before: width 4" not in view.plot.still


def test_a_frame_without_the_part_changes_nothing(view: LossView) -> None:
    view.draw(sample_frame())
    before = view.numbers()
    view.draw(replace(sample_frame(seeds=3), loss=None))
    assert view.numbers() == before


def test_the_axis_has_the_brief_name_that_the_loss_gives_itself(view: LossView) -> None:
    frame = sample_frame("features")
    assert frame.loss is not None
    assert frame.loss.score is not None
    translated = {"loss_label": "⟦half mean squared error⟧", "loss_brief": "⟦half MSE⟧"}
    view.draw(replace(frame, loss=replace(frame.loss, **translated)))
    axis = view.plot.y_axis
    assert {"loss_label": axis.label, "loss_brief": axis.brief} == translated


def test_the_first_report_is_seen_as_a_point(qtbot: QtBot) -> None:
    view = LossView()
    qtbot.addWidget(view)
    frame = sample_frame("curve")
    assert frame.loss is not None
    part = frame.loss
    assert part.validation is not None
    one = {name: getattr(part, name)[:1] for name in ("updates", "train", "validation")}
    first = replace(part, **one, total=None, score=None, validation_score=None)
    view.draw(replace(frame, loss=first))
    view.grab()
    assert isinstance(view.plot.live["training"], Dots)
    view.draw(frame)
    assert not isinstance(view.plot.live["training"], Dots)
