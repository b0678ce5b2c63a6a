"""A small panel beside a neuron or an edge, drawn in the theme, within the canvas."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from app.ui.diagram.formula import Line, Span
from app.ui.theme import Theme

WIDEST, PADDING, MARGIN, ROW = 330.0, 10.0, 8.0, 16.0  # pixels at zoom 1
TALLEST_PICTURE = 96.0


@dataclass(frozen=True, eq=False)
class Panel:
    """What a panel says.

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
        panel: what it says.
    """

    rect: QRectF
    rows: tuple[Line, ...]
    picture_rect: QRectF
    panel: Panel


def place_panel(panel: Panel, anchor: QRectF, bounds: QRectF, theme: Theme) -> PlacedPanel:
    """Find a place beside the anchor: inside the bounds, never over the anchor."""
    zoom = theme.zoom
    gap, pad = MARGIN * zoom, PADDING * zoom
    right, left = bounds.right() - anchor.right() - gap, anchor.left() - bounds.left() - gap
    on_right = right >= min(WIDEST * zoom, left) or right >= left
    room = max(60.0, right if on_right else left)
    metrics, bold = QFontMetricsF(theme.font(11.5)), QFontMetricsF(theme.font(12, 600))
    inner = min(WIDEST * zoom, room) - 2 * pad
    tall = min(TALLEST_PICTURE * zoom, 0.4 * bounds.height())
    attempts = [(most, tall) for most in (4, 3, 2)] + [(2, 0.55 * tall), (1, 0.0)]
    for most, height in attempts:
        if panel.picture is None:
            height = 0.0
        rows = [row for line in panel.lines(most) for row in wrap(line, inner, metrics)]
        total = 2 * pad + ROW * 1.1 * zoom + ROW * zoom * len(rows)
        total += height + 6 * zoom if height else 0.0
        if total <= bounds.height():
            break
    limit = max(1, int((bounds.height() - 2 * pad - ROW * 1.1 * zoom) / (ROW * zoom)))
    if not height and len(rows) > limit:
        rows = [*rows[: limit - 1], (("…", "muted"),)]
        total = bounds.height()
    widest = max((_width(row, metrics) for row in rows), default=0.0)
    widest = max(widest, bold.horizontalAdvance(panel.title), 1.7 * height)
    width = min(inner, widest) + 2 * pad
    x = anchor.right() + gap if on_right else anchor.left() - gap - width
    y = min(max(anchor.center().y() - total / 2, bounds.top()), bounds.bottom() - total)
    rect = QRectF(x, max(y, bounds.top()), width, total)
    side = width - 2 * pad if panel.is_wide else height
    picture = QRectF(rect.x() + pad, rect.y() + pad + ROW * 1.25 * zoom, side, height)
    return PlacedPanel(rect, tuple(rows), picture if height else QRectF(), panel)


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
        for word in re.findall(r"\s*\S+\s*|\s+", text):
            # A break may come before a sign and after a space, not within a term.
            starts = bool(re.match(r"\s", word)) or word.strip() in ("+", "−", "=")
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
