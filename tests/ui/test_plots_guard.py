"""What fails while a plot is drawn is reported, and the next frame is drawn as before."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from layerlab.ui.plotting.items import Line, Painted
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.theme import DARK


class Broken(Painted):
    """A mark that cannot be painted."""

    def paint(self, painter, space):
        raise ZeroDivisionError("while it is painted")

    def key(self):
        return 0


class Unplaced(Broken):
    """A mark that cannot even be given to its item."""

    def put(self, item, space):
        raise ZeroDivisionError("before it is painted")


@pytest.mark.parametrize("mark", [Broken(), Unplaced()])
@pytest.mark.parametrize("layer", ["bands", "still", "live"])
def test_an_exception_ends_where_all_others_do_and_the_plot_lives(
    qtbot, monkeypatch, mark, layer
):
    errors = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: errors.append(str(error)))
    plot = Plot(Axis("x"), Axis("y"))
    qtbot.addWidget(plot)
    plot.set_theme(DARK)
    plot.resize(300, 200)
    plot.show()
    plot.show_marks(**{layer: {"mark": mark}})
    plot.grab()
    assert errors
    assert "painted" in errors[0]
    errors.clear()
    x = np.linspace(0, 1, 5)
    plot.show_marks(live={"curve": Line(x, 0.5 + 0 * x, DARK.color("accent"), 4.0)})
    image = plot.grab().toImage()
    assert not errors
    here = image.pixelColor(
        *(round(float(v)) for v in (plot.px(x)[2], plot.py(0.5 + 0 * x)[2]))
    )
    assert here.green() > 150
