"""Canvas: a widget that paints a picture of a frame and reads it under the cursor."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.ui.plots.hover import Reading, paint_label
from layerlab.ui.theme import DARK, Theme


class Canvas(QWidget):
    """A themed surface: subclasses paint it and say what is under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.is_figure = False  # painted for a file: lines and texts, nothing of the cursor
        self._cursor: QPointF | None = None
        # It fills itself, so that a frame does not repaint the card beneath.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self.theme = theme
        self.update()

    def set_figure(self, is_figure: bool) -> None:
        """Paint everything anew, and nothing of the cursor; or as on the screen again."""
        self.is_figure = is_figure

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which a picture says anything."""
        return QSize(self.theme.px(60), self.theme.px(50))

    def paint_content(self, painter: QPainter) -> None:
        """Paint the picture; the panel's colour is there already."""

    def reading_at(self, place: QPointF) -> Reading | None:
        """Return the reading at a pixel, or None."""
        return None

    def paint_reading(self, painter: QPainter, reading: Reading, cursor: QPointF) -> None:
        """Paint the reading over the picture."""
        room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_label(painter, reading, cursor, room, self.theme)

    def reading(self) -> Reading | None:
        """Return the reading under the cursor, or None."""
        return None if self._cursor is None else self.reading_at(self._cursor)

    def point_at(self, place: QPointF | None) -> None:
        """Put the crosshair at a pixel, or take it away."""
        self._cursor = place
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the crosshair."""
        self.point_at(event.position())
        event.ignore()

    def leaveEvent(self, event: object) -> None:
        """Take the crosshair away."""
        self.point_at(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint one frame."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.theme.color("panel"))
            self.paint_content(painter)
            reading = self.reading()
            if reading is not None and self._cursor is not None and not self.is_figure:
                self.paint_reading(painter, reading, self._cursor)
