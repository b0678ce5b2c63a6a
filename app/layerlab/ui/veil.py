"""A veil over views that show what is no longer chosen, with a sentence that explains it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from layerlab.ui.themed import Themed

OPACITY = 0.6


class Veil(Themed, QWidget):
    """Lies over a widget and follows its size; the mouse goes through it."""

    def __init__(self, below: QWidget) -> None:
        """Make a veil that is not seen yet."""
        super().__init__(below)
        self._below = below
        self._around: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        below.installEventFilter(self)

    @property
    def text(self) -> str:
        """Its text; "" while it is hidden."""
        return self.accessibleName() if not self.isHidden() else ""

    def show_text(self, text: str, around: QWidget | None = None) -> None:
        """Cover the widget with a text; "" takes the veil away.

        Args:
            text: a sentence. around: a widget in it that is not covered.
        """
        self._around = around
        self.setAccessibleName(text)
        self.setGeometry(self._below.rect())
        self.setVisible(bool(text))
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow with the widget below."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._below.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil, and the sentence on a pill near its top."""
        theme = self.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = QRegion(self.rect())
            if self._around is not None:
                corner = self._around.mapTo(self._below, QPoint())
                ground -= QRegion(QRect(corner, self._around.size()))
            painter.setClipRegion(ground)
            painter.fillRect(self.rect(), theme.color("background", OPACITY))
            painter.setClipping(False)
            painter.setFont(theme.font(13, 600))
            wide = painter.fontMetrics().horizontalAdvance(self.accessibleName())
            pill = QRectF(0, 0, min(self.width(), wide + theme.px(40)), theme.px(34))
            pill.moveCenter(QRectF(self.rect()).center())
            pill.moveTop(theme.px(40))
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            painter.setPen(theme.color("text"))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self.accessibleName())
