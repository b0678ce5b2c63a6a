"""Buttons of the top bar: an icon, a word or both."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton

from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.icons import pixmap
from layerlab.ui.theme import Theme

_HEIGHT = 32


class BarButton(Painted, QPushButton):
    """A painted button. A mouse click leaves the focus where it was."""

    def __init__(
        self,
        theme: Theme,
        icon: str = "",
        text: str = "",
        accent: bool = False,
        arrow: bool = False,
    ) -> None:
        """Make the button.

        Args:
            theme: colours, fonts and sizes.
            icon: see `icons.pixmap`; none if empty.
            text: a word beside the icon; none if empty.
            accent: whether it is the one that matters most.
            arrow: whether a small arrow shows that something opens.
        """
        super().__init__(text, theme, Qt.FocusPolicy.TabFocus)
        self._icon, self._accent, self._arrow = icon, accent, arrow
        self._widest = ""  # the longest text it will ever have
        self.set_theme(theme)

    def set_face(self, icon: str, text: str) -> None:
        """Show another icon and word."""
        if (icon, text) != (self._icon, self.text()):
            self._icon = icon
            self.setText(text)
            self._fit()

    def reserve(self, text: str) -> None:
        """Keep room for the longest text, so that neighbours never move."""
        if text != self._widest:
            self._widest = text
            self._fit()

    def _restyle(self, theme: Theme) -> None:
        self._fit()

    def sizeHint(self) -> QSize:
        """Return room for icon, the longest word and arrow."""
        theme, width = self.theme, 0.0
        if self.text():
            metrics = QFontMetricsF(self._font())
            words = (metrics.horizontalAdvance(t) for t in (self.text(), self._widest))
            width = max(words) + 24 * theme.zoom
            width += (22 if self._icon else 0) * theme.zoom
        width += (12 if self._arrow else 0) * theme.zoom
        return QSize(max(round(width), theme.px(34)), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, icon, word and arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box, radius = self.theme, QRectF(self.rect()), self.theme.px(8)
        on, over, down = self.isEnabled(), self.underMouse(), self.isDown()
        if self._accent:
            fill = theme.color("accent", 0.82 if down else 0.92 if over else 1.0)
            draw_box(painter, box, fill, fill, radius)
            token = "on_accent"
        else:
            fill = theme.color("line" if down else "raised")
            border = theme.color("faint" if over and on else "line")
            draw_box(painter, box, fill, border, radius, theme.px(1))
            token = "text" if on else "faint"
        self._paint_face(painter, box, token)
        self.paint_ring(painter, box, radius)

    def _paint_face(self, painter: QPainter, box: QRectF, token: str) -> None:
        theme, size = self.theme, self.theme.px(16)
        font = self._font()
        words = QFontMetricsF(font).horizontalAdvance(self.text()) if self.text() else 0.0
        gap = 6 * theme.zoom if words and self._icon else 0.0
        arrow = 12 * theme.zoom if self._arrow else 0.0
        width = (size if self._icon else 0) + gap + words + arrow
        x = box.center().x() - width / 2
        if self._icon:
            drawn = pixmap(self._icon, theme, token, 16, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(round(x), round(box.center().y() - size / 2)), drawn)
            x += size + gap
        painter.setPen(theme.color(token))
        if words:
            painter.setFont(font)
            place = QRectF(x, 0, words + 2, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._arrow:
            arm = 3 * theme.zoom
            at = QPointF(x + words + arrow - arm, box.center().y())
            painter.setPen(QPen(theme.color("muted"), 1.4 * theme.zoom))
            points = [QPointF(-arm, -arm / 2), QPointF(0, arm / 2), QPointF(arm, -arm / 2)]
            painter.drawPolyline([at + point for point in points])

    def _font(self) -> QFont:
        return self.theme.font(12.5, 600 if self._accent else 500)

    def _fit(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()
