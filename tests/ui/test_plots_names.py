"""Names of points, scales of colours, and what is still in a plot when its size changes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QApplication

from layerlab.ui.fonts import load_fonts
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.axes import ROW, TEXT, lay_below
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, Segments, Tag, TextMark
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series
from layerlab.ui.plotting.side import value_scale
from layerlab.ui.theme import DARK

INK = QColor("#8899aa")


@pytest.fixture
def plot(qtbot):
    load_fonts()
    found = HandlePlot(Axis("x"), Axis("y"))
    qtbot.addWidget(found)
    found.resize(420, 300)
    found.show()
    QApplication.processEvents()
    return found


def tags(x, y):
    return {
        f"tag {k}": Tag(float(a), float(b), f"number {k}", INK, DARK)
        for k, (a, b) in enumerate(zip(x, y, strict=True))
    }


def test_names_of_close_points_lie_neither_on_each_other_nor_on_lines(plot) -> None:
    x, y = np.array([0.48, 0.5, 0.52, 0.99, 0.01]), np.array([0.0, 0.02, 0.0, 0.5, 1.0])
    line = Segments(np.array([0.55]), np.zeros(1), np.array([0.55]), np.ones(1), INK)
    words = TextMark(np.array([0.1]), np.array([0.8]), ["a text"], INK, DARK)
    plot.set_handles((Handle("dot", 0.5, 0.1, INK),))
    dots = Dots(x, y, INK)
    plot.show_marks(live={"line": line, "words": words, "dots": dots, **tags(x, y)})
    plot.settle()
    rects = plot.name_item.rects()
    assert set(rects) == {f"tag {k}" for k in range(5)}
    taken = [*rects.values(), *words.rects(plot), *plot.avoided()]
    across = float(plot.px(np.array(0.55)))
    for k, rect in enumerate(taken):
        assert not any(rect.intersects(other) for other in taken[k + 1 :])
    for rect in rects.values():
        assert plot.area().contains(rect)
        assert not rect.left() < across < rect.right()


def test_a_name_wider_than_the_plot_has_a_place_and_one_out_of_sight_has_none(plot) -> None:
    wide = Tag(0.5, 0.5, "m" * 80, INK, DARK)
    assert len(wide.places(plot, 900.0, 14.0)) == 1
    assert not Tag(2.0, 0.5, "away", INK, DARK).places(plot, 40.0, 14.0)


def test_what_is_still_follows_a_new_size_and_look_at_once(plot) -> None:
    edge = np.array([0.0, 1.0])
    still = {"frame": Segments(edge, edge[::-1], edge[::-1], edge, INK, 3.0)}
    plot.show_marks(still=still)
    plot.grab()
    for size, zoom in (((300, 380), 1.25), ((500, 200), 1.5), ((420, 300), 1.0)):
        plot.resize(*size)
        plot.set_theme(DARK.zoomed(zoom))
        QApplication.processEvents()
        seen = plot.grab().toImage()
        plot.pool.still.update()
        assert plot.grab().toImage() == seen


@pytest.mark.parametrize("height", [90, 160, 300])
def test_a_scale_has_room_for_its_texts_and_shows_both_signs(plot, height: int) -> None:
    plot.resize(420, height)
    plot.color_scale = value_scale(DARK, -0.28, 0.28, "weight")
    plot.refresh()
    plot.settle()
    assert plot.width() - plot.area().right() >= plot.side.wide() - 1
    values = [value for value, _ in plot.side._ticks(plot.color_scale)]
    assert min(values) < 0 < max(values)


def test_an_axis_holds_still_while_values_fill_a_third_of_it() -> None:
    axis = Axis("loss", log=True)
    axis.hold(np.array([1e-5, np.nan, 0.5]))
    held = axis.low, axis.high
    assert held == pytest.approx((1e-5, 1.0))
    axis.hold(np.array([1e-3, 0.2]))
    assert (axis.low, axis.high) == held
    axis.hold(np.array([2e-7]))
    assert axis.low <= 2e-7 < axis.high < 1e-2
    axis.hold(np.array([np.inf, -1.0]))  # nothing that has a place
    assert axis.low <= 2e-7


def test_an_axis_made_linear_shows_what_is_drawn_and_comes_back(qtbot) -> None:
    card = PlotCard("A card", Plot(Axis("x"), Axis("y", log=True)))
    qtbot.addWidget(card)
    axis, x = card.plot.y_axis, np.arange(3.0)

    def draw() -> None:
        card.show_plot(series=[Series("curve", x, np.array([1e-4, 0.02, 0.05]), INK)])

    axis.fix(1e-6, 10)
    axis.switch()
    draw()
    assert axis.is_made_linear
    assert (axis.low, axis.high) == (0.0, pytest.approx(0.05, rel=0.3))
    axis.switch()
    draw()
    assert not axis.is_made_linear
    assert (axis.low, axis.high) == pytest.approx((1e-6, 10))


def test_texts_stand_at_their_positions(plot) -> None:
    words = TextMark(np.array([0.5]), np.array([0.5]), ["text"], INK, DARK, right=True)
    (rect,) = words.rects(plot)
    assert isinstance(rect, QRectF)
    assert rect.right() < float(plot.px(np.array(0.5)))
    assert rect.center().y() == pytest.approx(float(plot.py(np.array(0.5))), abs=1)


@pytest.mark.parametrize("width", range(100, 420, 20))
@pytest.mark.parametrize("zoom", [1.0, 1.2, 1.5])
def test_an_axis_below_has_its_whole_name_and_two_ticks(qtbot, width: int, zoom: float) -> None:
    load_fonts()
    axis = Axis("loss of each seed", log=True)
    axis.brief = "loss"
    axis.fix(1e-8, 1.0)
    plot = HandlePlot(axis, Axis("y"))
    qtbot.addWidget(plot)
    plot.set_theme(DARK.zoomed(zoom))
    plot.resize(width, 200)
    plot.settle()
    below, row = lay_below(plot), QFontMetricsF(DARK.zoomed(zoom).font(TEXT))
    assert below.name in (axis.label, axis.brief)
    assert below.start >= 0
    assert below.start + row.horizontalAdvance(below.name) <= plot.width() + 1
    ticks = [
        (left, left + row.horizontalAdvance(text))
        for (_, text), left in zip(plot.x_ticks(), below.lefts, strict=True)
        if left is not None
    ]
    assert len(ticks) >= 2
    if not below.has_own_row:
        assert all(end < below.start or start > below.start for start, end in ticks)
    else:
        assert plot.height() - plot.area().bottom() >= 2 * DARK.zoomed(zoom).px(ROW)


@pytest.mark.parametrize("height", [140, 200])
def test_names_of_rows_do_not_lie_on_each_other(qtbot, height: int) -> None:
    load_fonts()
    axis = Axis("a long name of what is measured here", log=True)
    axis.fix(1e8, 1e12)
    rows = RowPlot(axis)
    qtbot.addWidget(rows)
    rows.set_rows([f"model {k}" for k in range(8)])
    rows.resize(200, height)
    rows.show()
    rows.settle()
    labels = rows.y_labels()
    assert len(labels) == 8
    pitch = rows.area().height() / 8
    assert all(QFontMetricsF(DARK.font(one.size)).ascent() < pitch for one in labels)
