"""Plots driven as a person drives them: wheel, pan, reset, axes, saved figures."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication

from layerlab.ui.card import Card
from layerlab.ui.figures import figure
from layerlab.ui.head import HeadLabel
from layerlab.ui.plotting.axes import lay_below
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.sheet import Sheet
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.plotting.writing import TEXT

NOTCH = 120  # of a wheel
SETTLING = 4  # passes in which layouts hand on what they need
BY = QPoint(24, 15)  # how far is panned
# Sizes of the window, and how much larger its letters are.
# Sizes of the window, and how much larger its letters are.
LOOKS = (((1440, 900), 1.0), ((1100, 700), 1.0), ((1280, 720), 1.2), ((1100, 700), 1.2))
_BARE = re.compile(r"[-−+0-9.,·⁰¹²³⁴⁵⁶⁷⁸⁹⁻\s]+%?")  # a figure without a name
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


def drive_plots(page, qtbot) -> None:
    """Drive every plot of a page that is open.

    The wheel zooms, a drag pans without turning a knob, reset shows the same as before; axes
    are switched and back; figures hold all names and numbers; no text is lost in a small window
    or with larger letters.

    Args:
        page: what `open_page` returns. qtbot: pytest-qt's.
    """
    view, window, values = page.frame.view, page.frame.window(), page.values
    for surface in view.findChildren(Surface):
        if surface.isVisible():
            zoom_and_pan(surface, qtbot)
    assert page.values == values
    for card in view.cards:
        assert set(card.findChildren(Surface)) == set(card.zoom.plots), card.title()
        switch_axes(card)
        save_figures(card)
    before, theme = window.size(), window.theme
    for size, zoom in LOOKS:
        window.resize(*size)
        window.set_theme(theme.zoomed(zoom))
        for _ in range(SETTLING):
            paint()
        lost = [fault for card in view.cards for fault in lost_texts(card)]
        assert not lost, (size, zoom, lost)
    window.resize(before)
    window.set_theme(theme)
    paint()
    assert page.values == values
    assert page.frame.banner.isHidden(), page.frame.banner.text.text()


def paint() -> None:
    """Let the window lay out and paint what has changed."""
    QApplication.processEvents()
    QApplication.processEvents()


def area_of(surface: Surface) -> QRectF:
    """Return what can be zoomed of a surface, in its pixels."""
    return surface.area() if isinstance(surface, Plot) else QRectF(surface.rect())


def free_place(surface: Surface) -> QPoint:
    """Return a place near the middle of a surface that no handle is near to."""
    area = area_of(surface)
    for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
        for up in (0.5, 0.35, 0.65, 0.2, 0.8):
            place = area.topLeft() + QPointF(share * area.width(), up * area.height())
            taken = isinstance(surface, HandlePlot) and surface.handle_at(place)
            if not taken:
                return place.toPoint()
    raise AssertionError("handles lie everywhere")


def turn_wheel(surface: Surface, place: QPoint, notches: int = 1) -> None:
    """Turn the wheel at a place of a surface, in its pixels."""
    view = surface.viewport()
    event = QWheelEvent(
        QPointF(place),
        QPointF(view.mapToGlobal(place)),
        QPoint(),
        QPoint(0, NOTCH * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    paint()


def zoom_and_pan(surface: Surface, qtbot) -> None:
    """Zoom with the wheel, pan with a drag, and show everything again."""
    paint()
    view, box = surface.viewport(), surface.box
    before = box.shown(0), box.shown(1)
    assert not surface.is_zoomed
    turn_wheel(surface, free_place(surface), 2)
    assert surface.is_zoomed
    for axis in (0, 1):
        assert abs(width_of(box.shown(axis))) < abs(width_of(before[axis]))
    place = free_place(surface)
    held = box.mapSceneToView(QPointF(place))
    surface.reading_at(QPointF(place))
    # In a sheet the left button draws or turns what is under it.
    button = Qt.MouseButton.LeftButton
    if isinstance(surface, Sheet):
        button = Qt.MouseButton.MiddleButton
    qtbot.mousePress(view, button, pos=place)
    for k in (1, 2, 3):
        qtbot.mouseMove(view, place + BY * k / 3)
        paint()
    qtbot.mouseRelease(view, button, pos=place + BY)
    paint()
    found = box.mapSceneToView(QPointF(place + BY))  # what was held is still under the mouse
    for axis, (a, b) in enumerate(((found.x(), held.x()), (found.y(), held.y()))):
        assert a == pytest.approx(b, abs=0.02 * abs(width_of(box.shown(axis))))
    surface.reset_zoom()
    paint()
    assert not surface.is_zoomed
    assert (box.shown(0), box.shown(1)) == (pytest.approx(before[0]), pytest.approx(before[1]))


def width_of(ends: tuple[float, float]) -> float:
    """Return the width of a range."""
    return ends[1] - ends[0]


def switch_axes(card: Card) -> None:
    """Make each axis that allows it linear or logarithmic, and back."""
    for axis in card.zoom.axes():
        assert axis.label, f"an axis of {card.title()!r} has no name in the menu"
        before = axis.log, axis.low, axis.high
        card.zoom.switch(axis)
        paint()
        assert axis.log != before[0]
        for plot in card.findChildren(Plot):
            ticks = plot.x_ticks() if axis is plot.x_axis else plot.y_ticks()
            assert len(ticks) >= 2, f"{axis.label!r} of {card.title()!r}: {ticks}"
        card.zoom.switch(axis)
        paint()
        assert (axis.log, axis.low, axis.high) == pytest.approx(before)


def save_figures(card: Card) -> None:
    """Save a card as SVG, with all names of its legends, and as CSV."""
    svg = figure(card, ".svg").decode("utf-8")
    # Qt writes a text in pieces where its script changes.
    written = closed_up(html.unescape("".join(_TEXT.findall(svg))))
    for plot in card.findChildren(Plot):
        for key in (*plot.legend, *plot.column):
            is_there = any(closed_up(text) in written for text in {key.text, key.brief} - {""})
            assert is_there, f"{key.text!r} of {card.title()!r} is not in the figure"
    if not card.numbers():
        return
    header, *rows = csv.reader(io.StringIO(figure(card, ".csv").decode("utf-8")))
    assert all(header), header
    assert len(set(header)) == len(header), header
    assert rows
    assert all(len(row) == len(header) for row in rows)


def closed_up(text: str) -> str:
    """Return a text without spaces."""
    return "".join(text.split())


def lost_texts(card: Card) -> list[str]:
    """Return a sentence for each text of a card that is cut, missing or uninformative."""
    title, found = card.title(), []
    for label in card.findChildren(HeadLabel):
        is_plain = label.textFormat() == Qt.TextFormat.PlainText
        if label.isVisible() and is_plain:
            if label.fontMetrics().horizontalAdvance(label.text()) > label.width():
                found.append(f"the title {title!r} is cut")
        elif label.isVisible() and _BARE.fullmatch(re.sub("<[^>]*>", "", label.text())):
            found.append(f"the note of {title!r} is a figure alone: {label.text()}")
    for plot in card.findChildren(Plot):
        if plot.isVisible() and plot.has_legend_row():
            found += [f"{fault} of {title!r}" for fault in lost_of_plot(plot)]
    return found


def lost_of_plot(plot: Plot) -> list[str]:
    """Return what a plot lacks: entries, names of axes and rows, ticks and their texts."""
    shown = {key.text for row in plot.legend_item.rows for key, _ in row}
    named = [(key.text, key.brief) for key in plot.legend]
    named += [(plot.y_axis.label, plot.y_axis.brief)] * bool(plot.y_axis.label)
    found = [f"{names[0]!r}, in {sorted(shown)}," for names in named if not {*names} & shown]
    below = lay_below(plot)
    if below.name not in (plot.x_axis.label, plot.x_axis.brief):
        found.append(f"the whole of {plot.x_axis.label!r}")
    ticks = plot.x_ticks()
    if sum(left is not None for left in below.lefts) < min(2, len(ticks)):
        found.append(f"the ticks {ticks}")
    metrics = QFontMetricsF(plot.theme.font(TEXT))
    texts = [
        (left, left + metrics.horizontalAdvance(text), text)
        for left, (_, text) in zip(below.lefts, ticks, strict=True)
        if left is not None
    ]
    for (_, end, text), (start, _, following) in itertools.pairwise(sorted(texts)):
        if end > start:
            found.append(f"a gap between the ticks {text!r} and {following!r}")
    if isinstance(plot, RowPlot) and len(plot.y_labels()) < len(plot.names):
        found.append(f"the rows {plot.names}")
    for label in plot.y_labels():
        font = plot.theme.font(label.size, label.weight)
        if QFontMetricsF(font).horizontalAdvance(label.text) > plot.area().left():
            found.append(f"the whole of {label.text!r} beside the upright axis")
    area = plot.area().adjusted(-1, -1, 1, 1)
    rects = plot.name_item.rects()
    found += [f"a part of {name!r}" for name, rect in rects.items() if not area.contains(rect)]
    return found
