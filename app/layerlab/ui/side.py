"""The panel at the left of the lab and of every page: as wide as it is, and it scrolls."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from layerlab.ui.scrolling import overlay_bar
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

WIDTH = 292  # at zoom 1, with the hairline at its right edge


class _Hairline(QWidget):
    """The line at the panel's right edge."""

    def __init__(self, panel: SidePanel) -> None:
        super().__init__(panel)
        self._panel = panel

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._panel.theme.color("line"))


class SidePanel(Themed, QScrollArea):
    """A column of fixed width with a hairline at its right.

    Attributes:
        column: where the content goes.
        inner: the widget that holds it.
    """

    room = 600  # height that it asks for, at zoom 1

    def __init__(self, name: str, theme: Theme) -> None:
        """Make an empty panel; `name` is for screen readers."""
        super().__init__()
        self.theme = theme
        # Drawn over the margin, so that unfolding does not push the controls aside.
        self._bar = overlay_bar(self, name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("panel")
        self.viewport().setAutoFillBackground(False)  # see `paintEvent`
        self.setViewportMargins(0, 0, 1, 0)
        self._hairline = _Hairline(self)
        self.inner = QWidget()
        self.inner.setObjectName("inner")
        self.column = QVBoxLayout(self.inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedWidth(theme.px(WIDTH))
        self.viewport().update()
        self._hairline.update()
        self._place_bar()

    def sizeHint(self) -> QSize:
        """Return the fixed width and room for what matters most."""
        return QSize(self.theme.px(WIDTH), self.theme.px(self.room))

    def minimumSizeHint(self) -> QSize:
        """Return the fixed width; the height may shrink, then the panel scrolls."""
        return QSize(self.theme.px(WIDTH), self.theme.px(200))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with the keys, but leave left and right to the window."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the right edge."""
        super().resizeEvent(event)
        self._place_bar()

    def setWidget(self, widget: QWidget) -> None:
        """Show a widget on the panel's ground."""
        super().setWidget(widget)
        widget.setAutoFillBackground(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground below the content."""
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self.theme.color("panel"))

    def _place_bar(self) -> None:
        self._hairline.setGeometry(self.width() - 1, 0, 1, self.height())
        self._bar.place(self.theme.px(10), 2)
