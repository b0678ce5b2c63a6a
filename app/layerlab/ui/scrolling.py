"""What scrolls, under a bar that takes no room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollArea, QScrollBar, QWidget


class OverlayBar(QScrollBar):
    """A scroll bar over the area's margin, there only while there is something to scroll."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        """Follow, and lead, the area's own hidden bar."""
        super().__init__(Qt.Orientation.Vertical, area)
        hidden = area.verticalScrollBar()
        hidden.rangeChanged.connect(self._on_range_changed)
        hidden.valueChanged.connect(self.setValue)
        self.valueChanged.connect(hidden.setValue)
        self._area = area
        self.hide()

    def place(self, width: int, margin: int) -> None:
        """Stand at the right edge of the area, `margin` pixels from it."""
        left = self._area.width() - margin - width
        self.setGeometry(left, 0, width, self._area.height())
        self.raise_()

    def _on_range_changed(self, low: int, high: int) -> None:
        self.setRange(low, high)
        self.setPageStep(self._area.viewport().height())  # the hidden bar has its own later
        self.setVisible(high > low)


def overlay_bar(area: QAbstractScrollArea, name: str) -> OverlayBar:
    """Return the bar of an upright area that shows none of its own, nor a frame.

    Args:
        area: `place` is to be called when it is resized. name: for screen readers.
    """
    if isinstance(area, QScrollArea):
        area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    return OverlayBar(area)


def see_through(area: QScrollArea) -> None:
    """Let an area that has its content draw nothing behind it."""
    for widget in (area.viewport(), area.widget()):
        if widget is not None:
            widget.setAutoFillBackground(False)


def scroll_area(content: QWidget, name: str) -> tuple[QScrollArea, OverlayBar]:
    """Return an upright area around a widget with an object name, and its bar to place.

    Nothing is drawn behind the widget; screen readers read `name`.
    """
    area = QScrollArea()
    bar = overlay_bar(area, name)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    area.setWidget(content)
    see_through(area)
    return area, bar
