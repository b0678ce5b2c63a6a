"""The stage: where the views stand, side by side or in a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from layerlab.core.translation import _
from layerlab.ui.scrolling import overlay_bar, see_through
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed
from layerlab.ui.veil import Veil

LEFT, RIGHT = 330, 220  # least widths of the columns at zoom 1
SHARES = 205, 100  # of the width that is there
EDGE, GAP = 16, 14
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Stage(Themed, QScrollArea):
    """Two columns of views; one below the other where the window is too narrow for both.

    A large zoom in a small window is the common case of the latter: then every view keeps
    a height at which it can be read, and the stage scrolls.
    """

    def __init__(self) -> None:
        """Make an empty stage; `add` fills it."""
        super().__init__()
        self._least: dict[QWidget, tuple[int, int]] = {}
        self._bar = overlay_bar(self, _("Views"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("stage")
        self.columns = QWidget(), QWidget()
        self._boxes = tuple(QVBoxLayout(column) for column in self.columns)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        for column, box, share in zip(self.columns, self._boxes, SHARES, strict=True):
            box.setContentsMargins(0, 0, 0, 0)
            self._row.addWidget(column, share)
        self.setWidget(inner)
        see_through(self)
        self.veil = Veil(self)

    @property
    def is_stacked(self) -> bool:
        """Whether one column stands below the other."""
        return self._row.direction() == QBoxLayout.Direction.TopToBottom

    def add(self, column: int, view: QWidget, stretch: int = 0, least: int = 0) -> None:
        """Put a view at the foot of a column.

        Args:
            column: 0 or 1, the narrow one.
            view: what is shown.
            stretch: its share of the height.
            least: height in pixels at zoom 1 below which it is not pressed where the
                columns are stacked; side by side it may go to two thirds of that.
        """
        self._boxes[column].addWidget(view, stretch)
        if least:
            self._least[view] = (least * 2 // 3, least)

    def show_only(self, view: QWidget | None) -> None:
        """Give all the room to the column of one view; None brings both back."""
        for column in self.columns:
            column.setVisible(view is None or view.parentWidget() is column)
        if view is not None:
            self.verticalScrollBar().setValue(0)

    def _restyle(self, theme: Theme) -> None:
        gap = theme.px(GAP)
        self._row.setContentsMargins(theme.px(EDGE), theme.px(EDGE), theme.px(EDGE), gap)
        for layout in (self._row, *self._boxes):
            layout.setSpacing(gap)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll up and down; leave the other keys to the window."""
        if event.key() in _KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement, and keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        theme = self.theme
        stacked = self.width() < theme.px(LEFT + RIGHT + 2 * EDGE + GAP)
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if stacked else direction.LeftToRight)
        for view, heights in self._least.items():
            view.setMinimumHeight(theme.px(heights[stacked]))
        self._bar.place(theme.px(10), 1)
