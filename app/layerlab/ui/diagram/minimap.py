"""The minimap: the whole network in a corner while the diagram is zoomed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from layerlab.core.translation import _
from layerlab.ui.diagram.layout import Layout
from layerlab.ui.diagram.spacing import LINE_HEIGHT
from layerlab.ui.theme import DARK, Theme

WIDTH = 132  # pixels at zoom 1
MARGIN = 5.0
MIN_OUTLINE = 6.0  # pixels of the outline, so that it can be seen and dragged


class Minimap(QWidget):
    """Columns as bars, the visible part of each highlighted, the view outlined.

    It stands where the chips end, so it covers nothing that is read. A drag moves the view.

    Signals:
        dragged: the share of the way, across and down, that the view's corner should be at.
    """

    dragged = Signal(QPointF)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self._layout: Layout | None = None
        self._corner = QPointF()
        self._grip = QPointF()
        self._picture: QPixmap | None = None  # painted once for each view
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Minimap of the network"))
        self.setToolTip(_("The visible part of the network; drag to move it"))
        self.hide()

    def show_part(self, layout: Layout, corner: QPointF) -> None:
        """Show where a view with this corner is."""
        self._layout, self._corner, self._picture = layout, corner, None
        self.update()

    def room(self, layout: Layout) -> QSize:
        """Return the size that fits beside the chips of a layout."""
        zoom = self.theme.zoom
        high = layout.chip_lines * LINE_HEIGHT * zoom + 2 * zoom
        return QSize(min(self.theme.px(WIDTH), layout.view[0] // 4), round(high))

    def _inner(self) -> QRectF:
        return QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)

    def outline(self) -> QRectF:
        """Return the rectangle of what is in sight."""
        layout, inner = self._layout, self._inner()
        if layout is None:
            return inner
        wide = max(MIN_OUTLINE, inner.width() * layout.view[0] / layout.width)
        high = max(MIN_OUTLINE, inner.height() * layout.view[1] / layout.height)
        free = QPointF(inner.width() - wide, inner.height() - high)
        share = _share(self._corner, layout)
        return QRectF(
            inner.left() + share.x() * free.x(), inner.top() + share.y() * free.y(), wide, high
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the kept picture: what is below it is repainted with every frame."""
        if self._layout is None:
            return
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = self._painted(self._layout, ratio)
        with QPainter(self) as painter:
            painter.drawPixmap(QPointF(0, 0), self._picture)

    def _painted(self, layout: Layout, ratio: float) -> QPixmap:
        """Return ground, columns and outline."""
        theme, picture = self.theme, QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.color("panel"))
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("background"))
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, 4 * theme.zoom, 4 * theme.zoom)
            self._paint_columns(painter, layout)
            outline = self.outline()
            painter.setPen(QPen(theme.color("accent"), 1.2 * theme.zoom))
            painter.setBrush(theme.color("accent", 0.12))
            painter.drawRoundedRect(outline, 2, 2)
        return picture

    def _paint_columns(self, painter: QPainter, layout: Layout) -> None:
        inner, theme = self._inner(), self.theme
        highest = max(column.height for column in layout.columns)
        share = layout.share(self._corner.y())
        step = inner.width() / layout.width
        wide = min(4.0, max(1.0, 0.5 * step * layout.pitch)) * theme.zoom
        painter.setPen(Qt.PenStyle.NoPen)
        for rows in layout.columns:
            high = max(2.0, inner.height() * rows.height / highest)
            left = inner.left() + step * rows.x - wide / 2
            top = inner.top() + (inner.height() - high) / 2
            painter.setBrush(theme.color("faint", 0.55))
            painter.drawRect(QRectF(left, top, wide, high))
            seen = min(1.0, layout.room / rows.height)
            in_sight = 0 <= rows.x - self._corner.x() <= layout.view[0]
            if in_sight:
                painter.setBrush(theme.color("text"))
                length = max(2.0, seen * high)
                place = top + share * (high - length)
                painter.drawRect(QRectF(left, place, wide, length))

    # ---- mouse
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the outline; beside it, bring it there."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        outline = self.outline()
        if not outline.contains(event.position()):
            outline.moveCenter(event.position())
            self._move_to(outline.topLeft())
        self._grip = event.position() - outline.topLeft()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the view."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position() - self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the outline."""
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Keep it from the card, which would be maximised."""
        event.accept()

    def _move_to(self, corner: QPointF) -> None:
        inner, outline = self._inner(), self.outline()
        free = inner.width() - outline.width(), inner.height() - outline.height()
        way = corner - inner.topLeft()
        x = way.x() / free[0] if free[0] > 0 else 0.0
        y = way.y() / free[1] if free[1] > 0 else 0.0
        self.dragged.emit(QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y))))


def _share(corner: QPointF, layout: Layout) -> QPointF:
    """Return how far, 0 to 1, a view's corner is across and down."""
    over = layout.width - layout.view[0]
    return QPointF(corner.x() / over if over > 0 else 0.0, layout.share(corner.y()))
