"""A small panel beside a neuron or an edge, drawn in the theme, within the canvas."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from layerlab.ui.diagram.formula import Line, Span
from layerlab.ui.theme import Theme

MAX_WIDTH, PADDING, MARGIN, ROW = 286.0, 10.0, 8.0, 16.0  # pixels at zoom 1
TALLEST_PICTURE = 84.0


@dataclass(frozen=True, eq=False)
class Panel:
    """The text of a panel.

    Attributes:
        title: one line.
        lines: for a number of terms, the lines; fewer are asked for where room is scarce.
        picture: for a width and a height in logical pixels, an image; or None.
        is_wide: whether the picture fills the panel's width, or is a square.
    """

    title: str
    lines: Callable[[int], Sequence[Line]]
    picture: Callable[[float, float], QImage] | None = None
    is_wide: bool = True


@dataclass(frozen=True, eq=False)
class PlacedPanel:
    """A panel that has found its place.

    Attributes:
        rect: where it is, in the canvas.
        rows: the wrapped lines.
        picture_rect: where the picture is; empty where there is none.
        panel: its text.
    """

    rect: QRectF
    rows: tuple[Line, ...]
    picture_rect: QRectF
    panel: Panel


def place_panel(
    panel: Panel,
    anchor: QRectF,
    bounds: QRectF,
    theme: Theme,
    avoid: Sequence[QRectF] = (),
) -> PlacedPanel:
    """Find a place beside the anchor: inside the bounds, never over the anchor.

    Args:
        panel: its text.
        anchor: what it is about.
        bounds: where it may be.
        theme: fonts and zoom.
        avoid: what else should stay visible, if that can be.
    """
    zoom = theme.zoom
    gap, pad = MARGIN * zoom, PADDING * zoom
    right, left = bounds.right() - anchor.right() - gap, anchor.left() - bounds.left() - gap
    room = min(MAX_WIDTH * zoom, max(60.0, right, left))
    rows, size, tall = _fill(panel, room - 2 * pad, bounds.height(), theme)
    middle = anchor.center() - QPointF(size.width() / 2, size.height() / 2)
    corners = [
        QPointF(anchor.right() + gap, middle.y()),
        QPointF(anchor.left() - gap - size.width(), middle.y()),
        QPointF(middle.x(), anchor.bottom() + gap),
        QPointF(middle.x(), anchor.top() - gap - size.height()),
    ]
    if left > right:
        corners[:2] = corners[1::-1]
    rects = [_inside(QRectF(corner, size), bounds) for corner in corners]
    free = [rect for rect in rects if not rect.intersects(anchor)] or rects
    rect = min(free, key=lambda r: sum(r.intersects(other) for other in avoid))
    side = size.width() - 2 * pad if panel.is_wide else tall
    picture = QRectF(rect.x() + pad, rect.y() + pad + ROW * 1.25 * zoom, side, tall)
    return PlacedPanel(rect, tuple(rows), picture if tall else QRectF(), panel)


def _inside(rect: QRectF, bounds: QRectF) -> QRectF:
    x = max(min(rect.x(), bounds.right() - rect.width()), bounds.left())
    y = max(min(rect.y(), bounds.bottom() - rect.height()), bounds.top())
    return QRectF(QPointF(x, y), rect.size())


def _fill(
    panel: Panel, inner: float, highest: float, theme: Theme
) -> tuple[list[Line], QSizeF, float]:
    """Return rows, size and the picture's height: as much as fits into a height."""
    zoom = theme.zoom
    metrics, bold = QFontMetricsF(theme.font(11.5)), QFontMetricsF(theme.font(12, 600))
    tall = min(TALLEST_PICTURE * zoom, 0.4 * highest)
    frame = (2 * PADDING + 1.1 * ROW) * zoom
    rows: list[Line] = []
    height = total = 0.0
    for most, height in ((4, tall), (3, tall), (2, tall), (2, 0.55 * tall), (1, 0.0)):
        height = height if panel.picture is not None else 0.0
        rows = [row for line in panel.lines(most) for row in wrap(line, inner, metrics)]
        total = frame + ROW * zoom * len(rows) + (height + 6 * zoom if height else 0.0)
        if total <= highest:
            break
    if total > highest:
        fit = max(1, int((highest - frame) / (ROW * zoom)))
        rows = [*rows[: fit - 1], (("…", "muted"),)]
        total = frame + ROW * zoom * fit
    widest = max((_width(row, metrics) for row in rows), default=0.0)
    widest = max(widest, bold.horizontalAdvance(panel.title) + 1, 1.7 * height)
    return rows, QSizeF(min(inner, widest) + 2 * PADDING * zoom, total), height


def paint_panel(painter: QPainter, placed: PlacedPanel, theme: Theme) -> None:
    """Draw a placed panel."""
    zoom = theme.zoom
    pad, row = PADDING * zoom, ROW * zoom
    rect = placed.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("faint"), 1))
    painter.setBrush(theme.color("raised", 0.985))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 8 * zoom, 8 * zoom)
    painter.setFont(theme.font(12, 600))
    painter.setPen(theme.color("text"))
    head = QRectF(rect.x() + pad, rect.y() + pad - 2 * zoom, rect.width() - 2 * pad, row)
    title = QFontMetricsF(painter.font()).elidedText(
        placed.panel.title, Qt.TextElideMode.ElideRight, head.width() + 1
    )
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(head, flags, title)
    y = rect.y() + pad + 1.1 * row
    picture = placed.picture_rect
    if placed.panel.picture is not None and picture.height() > 0:
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(picture, 4 * zoom, 4 * zoom)
        inset = 3 * zoom
        image = placed.panel.picture(picture.width() - 2 * inset, picture.height() - 2 * inset)
        painter.drawImage(picture.topLeft() + QPointF(inset, inset), image)
        y = picture.bottom() + 6 * zoom
    painter.setFont(theme.font(11.5))
    metrics = QFontMetricsF(painter.font())
    for line in placed.rows:
        x = rect.x() + pad
        for text, token in line:
            painter.setPen(theme.color(token))
            painter.drawText(QRectF(x, y, rect.right() - x, row), flags, text)
            x += metrics.horizontalAdvance(text)
        y += row


def wrap(line: Line, width: float, metrics: QFontMetricsF) -> list[Line]:
    """Break a coloured line into rows; a sign stays with the term that follows it."""
    rows: list[list[Span]] = [[]]
    used = 0.0
    for atom in _atoms(line):
        size = sum(metrics.horizontalAdvance(text) for text, _ in atom)
        trimmed = sum(metrics.horizontalAdvance(text.rstrip()) for text, _ in atom[-1:])
        trimmed += sum(metrics.horizontalAdvance(text) for text, _ in atom[:-1])
        if rows[-1] and used + trimmed > width:
            rows.append([])
            used = 0.0
        rows[-1].extend(atom)
        used += size
    return [tuple(row) for row in rows]


def _atoms(line: Line) -> list[list[Span]]:
    """Split a line where it may be broken."""
    atoms: list[list[Span]] = []
    glue = False
    for text, token in line:
        for word in re.findall(r" *[^ ]+ *| +", text):  # no-break spaces hold
            # A break may come before a sign and after a space, not within a term.
            starts = word.startswith(" ")
            broken = not atoms or atoms[-1][-1][0].endswith(" ") or starts
            if atoms and (glue or not broken):
                atoms[-1].append((word, token))
            else:
                atoms.append([(word.lstrip() if starts else word, token)])
                if starts and len(atoms) > 1 and not atoms[-2][-1][0].endswith(" "):
                    last, color = atoms[-2][-1]
                    atoms[-2][-1] = (last + " ", color)
            glue = word.strip() in ("+", "−", "=")
    return atoms


def _width(line: Line, metrics: QFontMetricsF) -> float:
    return sum(metrics.horizontalAdvance(text) for text, _ in line)
