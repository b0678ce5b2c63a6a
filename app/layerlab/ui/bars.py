"""The bar above the lab and above every page: one line, a hairline below it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from layerlab.ui.controls.gauges import BAR_HEIGHT
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed


class WindowBar(Themed, QWidget):
    """A row of buttons and labels, some of which are hidden where it is narrow; see `adapt`."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty bar."""
        super().__init__()
        self.theme = theme
        self._line = QHBoxLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def adapt(self) -> None:
        """Drop what does not fit into the width there is."""
        raise NotImplementedError

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(BAR_HEIGHT))
        self._line.setContentsMargins(theme.px(16), 0, theme.px(14), 1)
        self._line.setSpacing(theme.px(8))
        self.adapt()

    def minimumSizeHint(self) -> QSize:
        """Return a small width: labels and the least important buttons are hidden."""
        return QSize(self.theme.px(440), self.theme.px(BAR_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop what does not fit."""
        self.adapt()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the hairline below."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.theme.color("panel"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color("line"))
