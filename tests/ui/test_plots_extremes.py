"""Every view at the ends of what a frame can hold: no crash, no warning, nothing cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from layerlab.core.frames import Frame
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.theme import DARK, LIGHT
from layerlab.ui.views.base import PlotView
from layerlab.ui.views.layers import gradient_view, signal_view
from layerlab.ui.views.loss import LossView
from layerlab.ui.views.prediction import PredictionView
from tests.helpers.frames import FORMS, broken, sample_frame

VIEWS = {
    "loss": LossView,
    "prediction": PredictionView,
    "signal": signal_view,
    "gradient": gradient_view,
}
SIZES = ((690, 400), (250, 180), (120, 90))


def warnings_in(log: object) -> list[str]:
    """Return what Qt complained about."""
    return [record.message for record in log.records if not record.ignored]


def exercise(view: PlotView, frame: Frame) -> None:
    """Draw, paint, point at several places, read and copy."""
    for theme in (DARK, LIGHT.zoomed(2.0)):
        view.set_theme(theme)
        for size in SIZES:
            view.resize(*size)
            view.draw(frame)
            view.grab()
            for canvas in view.findChildren(Surface):
                for x, y in ((0.5, 0.5), (0.1, 0.9), (0.95, 0.2)):
                    canvas.point_at(QPointF(x * canvas.width(), y * canvas.height()))
                    canvas.grab()
                canvas.point_at(None)
    assert isinstance(view.numbers(), str)
    assert isinstance(view.note(), str)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", ["one seed", "nothing held out", "not finite", "many seeds"])
def test_predictions(qtbot: QtBot, qtlog: object, form: str, case: str) -> None:
    seeds = {"one seed": 1, "many seeds": 64}.get(case, 16)
    frame = sample_frame(form, seeds=seeds, held_out=case != "nothing held out")
    view = PredictionView()
    qtbot.addWidget(view)
    exercise(view, broken(frame) if case == "not finite" else frame)
    assert not warnings_in(qtlog)


@pytest.mark.parametrize("name", ["loss", "signal", "gradient"])
@pytest.mark.parametrize("layers", [0, 1, 64])
@pytest.mark.parametrize("seeds", [1, 16])
def test_layers_and_loss(
    qtbot: QtBot, qtlog: object, name: str, layers: int, seeds: int
) -> None:
    view = VIEWS[name]()
    qtbot.addWidget(view)
    exercise(view, sample_frame(layers=layers, seeds=seeds, held_out=seeds > 1))
    exercise(view, broken(sample_frame(layers=layers, seeds=seeds, run_id=2)))
    assert not warnings_in(qtlog)


def test_a_history_of_one_report_and_of_none(qtbot: QtBot, qtlog: object) -> None:
    view = LossView()
    qtbot.addWidget(view)
    frame = sample_frame(update=0)
    assert frame.loss.updates.size == 1
    exercise(view, frame)
    empty = replace(frame.loss, updates=np.empty(0, int), train=np.empty((0, 16)))
    exercise(view, replace(frame, loss=replace(empty, validation=None)))
    assert view.plot.read(0.0, 0.0) is None
    assert not warnings_in(qtlog)


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e300, -1.0])
def test_losses_at_the_ends_of_the_numbers(qtbot: QtBot, qtlog: object, value: float) -> None:
    view = LossView()
    qtbot.addWidget(view)
    frame = sample_frame()
    level = np.full_like(frame.loss.train, value)
    references = {"noise_floor": value, "linear_loss": float("nan")}
    exercise(view, replace(frame, loss=replace(frame.loss, train=level, **references)))
    assert not warnings_in(qtlog)


@pytest.mark.parametrize("value", [0.0, 1e12, -1e-12])
def test_constant_curves_and_scatters(qtbot: QtBot, qtlog: object, value: float) -> None:
    view = PredictionView()
    qtbot.addWidget(view)
    frame = sample_frame("curve")
    part = frame.prediction
    same = {name: np.full_like(getattr(part, name), value) for name in ("train_y", "target")}
    same["quantiles"] = np.full_like(part.quantiles, value)
    none = {"validation_x": np.empty(0), "validation_y": np.empty(0)}
    exercise(view, replace(frame, prediction=replace(part, **same, **none)))
    frame = sample_frame("scatter")
    true = np.full_like(frame.prediction.true, value)
    exercise(view, replace(frame, prediction=replace(frame.prediction, true=true)))
    assert not warnings_in(qtlog)


def test_a_hundred_classes_and_no_mistakes(qtbot: QtBot, qtlog: object) -> None:
    view = PredictionView()
    qtbot.addWidget(view)
    frame = sample_frame("digits")
    part = replace(
        frame.prediction,
        confusion=np.eye(100),
        class_names=tuple(f"a long name of class {k}" for k in range(100)),
        examples=np.empty((0, 64)),
        example_true=np.empty(0, int),
        example_predicted=np.empty(0, int),
    )
    exercise(view, replace(frame, prediction=part))
    assert not warnings_in(qtlog)
