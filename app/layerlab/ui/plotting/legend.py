"""The legend of a plot: swatches and names above it, in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.writing import TEXT, Written, write
from layerlab.ui.theme import DARK, Theme

GAP, NARROW_GAP = 14, 9  # between entries, at zoom 1; where that saves a name
_MIN_LETTERS = 3  # letters of a name that is cut


@dataclass(frozen=True)
class LegendEntry:
    """One entry.

    Attributes:
        form: `line`, `dash`, `band`, `dot`, `ring` or `text`.
        color: of the swatch. text: its name.
        width: of a line, in pixels. second: the inner colour of a band.
        brief: what stands for the name where there is no room for it; empty: nothing.
    """

    form: str
    color: QColor
    text: str
    width: float = 2.0
    second: QColor | None = None
    brief: str = ""


Row = tuple[tuple[LegendEntry, QRectF], ...]


def lay_legend(
    names: tuple[str, str],
    keys: Sequence[LegendEntry],
    first: QRectF,
    theme: Theme,
    *,
    right: bool = False,
    most: int = 1,
) -> tuple[Row, ...]:
    """Place the axis' name and all entries: a curve without a name must not be.

    One row if that can be, with brief names if need be; then more rows; then entries closer
    together. Only then the axis' name goes, and names are cut.

    Args:
        names: of the upright axis, whole and brief.
        keys: the entries.
        first: the first row, in pixels; the others are below it.
        theme: gives the font.
        right: whether entries are flush right.
        most: how many rows there should be; more where names would be cut or lost instead.
    """
    name, brief = names[0], names[1] or names[0]
    briefs = tuple(replace(key, text=key.brief or key.text) for key in keys)
    wide, narrow = theme.px(GAP), theme.px(NARROW_GAP)
    ways = [(name, keys, 1, wide), (brief, keys, 1, wide), (brief, briefs, 1, wide)]
    ways += [
        (brief, some, rows, wide) for rows in range(2, most + 1) for some in (keys, briefs)
    ]
    for title in (brief, ""):
        ways += [(title, briefs, rows, narrow) for rows in (most, most + 1)]
    for title, some, rows, gap in ways:
        found = _pack(title, some, first, theme, rows, gap)
        if found is not None:
            return _placed(found, first, theme, right, gap)
    cut = briefs
    letters = max((len(key.text) for key in cut), default=0)
    while letters > _MIN_LETTERS:
        letters -= 1
        cut = tuple(replace(key, text=_cut(key.text, letters)) for key in cut)
        found = _pack("", cut, first, theme, most, narrow)
        if found is not None:
            return _placed(found, first, theme, right, narrow)
    for rows in range(most + 1, len(cut) + 1):
        found = _pack("", cut, first, theme, rows, narrow)
        if found is not None:
            break
    return _placed(found or [[key] for key in cut], first, theme, right, narrow)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip(" …") + "…"


def _pack(
    title: str, keys: Sequence[LegendEntry], first: QRectF, theme: Theme, rows: int, gap: int
) -> list[list[LegendEntry]] | None:
    """Fill rows one after the other; None if there are too few."""
    entries = [LegendEntry("text", theme.color("muted"), title)] if title else []
    entries += keys
    found: list[list[LegendEntry]] = [[]]
    used = 0.0
    for entry, width in zip(entries, key_widths(entries, theme), strict=True):
        if found[-1] and used + width > first.width():
            if len(found) == rows:
                return None
            found.append([])
            used = 0.0
        found[-1].append(entry)
        used += width + gap
        if used - gap > first.width() + 0.5:
            return None
    return found


def _placed(
    rows: list[list[LegendEntry]], first: QRectF, theme: Theme, right: bool, gap: int
) -> tuple[Row, ...]:
    found = []
    for k, row in enumerate(rows):
        widths = key_widths(row, theme)
        spare = first.width() - sum(widths) - gap * max(0, len(row) - 1)
        left, top = first.left(), first.top() + k * first.height()
        placed = []
        for i, (key, width) in enumerate(zip(row, widths, strict=True)):
            # The axis' name stays at the left: it belongs to the ticks below it.
            is_name = k == 0 and i == 0 and key.form == "text"
            if right and spare > 0 and not is_name:
                left, spare = left + spare, 0.0
            placed.append((key, QRectF(left, top, width, first.height())))
            left += width + gap
        found.append(tuple(placed))
    return tuple(found)


def key_widths(keys: Sequence[LegendEntry], theme: Theme) -> list[float]:
    """Return the pixels that each entry takes."""
    metrics = QFontMetricsF(theme.font(TEXT))
    return [swatch_width(key, theme) + metrics.horizontalAdvance(key.text) for key in keys]


def swatch_width(key: LegendEntry, theme: Theme) -> float:
    """Return the pixels that an entry's swatch takes."""
    wide = {"text": 0, "dot": 11, "ring": 11, "line": 23, "dash": 23, "band": 23}
    return wide[key.form] * theme.zoom


def paint_keys(painter: QPainter, row: Row, theme: Theme) -> None:
    """Paint entries, each at the left of its box."""
    texts, ink = [], theme.color("muted")
    for key, box in row:
        _paint_swatch(painter, key, box, theme.zoom)
        texts.append(Written(box.adjusted(swatch_width(key, theme), 0, 2, 0), key.text, ink))
    write(painter, texts, theme)


def _paint_swatch(painter: QPainter, key: LegendEntry, box: QRectF, z: float) -> None:
    y = box.center().y()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(Qt.PenStyle.NoPen)
    if key.form in ("line", "dash"):
        pen = QPen(key.color, key.width)
        if key.form == "dash":
            pen.setDashPattern([3, 2.4])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + 16 * z, y))
    elif key.form == "band":
        painter.setBrush(key.color)
        painter.drawRect(QRectF(box.left(), y - 4 * z, 16 * z, 8 * z))
        if key.second is not None:
            painter.setBrush(key.second)
            painter.drawRect(QRectF(box.left() + 4 * z, y - 4 * z, 8 * z, 8 * z))
    elif key.form == "dot":
        painter.setBrush(key.color)
        painter.drawEllipse(QPointF(box.left() + 3 * z, y), 3 * z, 3 * z)
    elif key.form == "ring":
        painter.setPen(QPen(key.color, 1.5))
        painter.drawEllipse(QPointF(box.left() + 3 * z, y), 2.8 * z, 2.8 * z)


def _whole(rows: tuple[Row, ...]) -> QRectF:
    """Return what holds all entries."""
    whole = QRectF()
    for row in rows:
        for _, box in row:
            whole = whole.united(box)
    return whole


class LegendItem(pg.GraphicsObject):
    """The rows above a plot, or the column beside it; it keeps its picture."""

    screen_cache = QGraphicsItem.CacheMode.DeviceCoordinateCache

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self._theme: Theme = DARK
        self._bounds = QRectF()
        self.setCacheMode(self.screen_cache)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The entries that are shown, and where."""
        return self._rows

    def show_rows(self, rows: tuple[Row, ...], theme: Theme) -> None:
        """Show entries at their places, in pixels of the surface."""
        if (rows, theme) != (self._rows, self._theme):
            self.prepareGeometryChange()
            self._rows, self._theme = rows, theme
            self._bounds = _whole(rows).adjusted(-1, -1, 4, 2)
            self.update()

    def boundingRect(self) -> QRectF:
        """Return what holds all entries."""
        return self._bounds

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the entries."""
        for row in self._rows:
            paint_keys(painter, row, self._theme)
