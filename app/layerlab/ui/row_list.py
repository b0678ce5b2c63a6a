"""Lists of painted rows: in a panel, with a bar at the edge, and a word where no row is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListView,
    QVBoxLayout,
    QWidget,
)

from layerlab.ui.controls.paint import paint_panel
from layerlab.ui.scrolling import overlay_bar
from layerlab.ui.style import dress, set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed


class RowList(Themed, QListView):
    """Rows of a model, each painted; it takes keys and moves by pixels."""

    def __init__(self, name: str, label: str) -> None:
        """Make a list that has no model yet.

        Args:
            name: of the object, for its style. label: of its scroll bar.
        """
        super().__init__()
        self.setObjectName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self._bar = overlay_bar(self, label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._bar.place(self.theme.px(10), 1)

    def _restyle(self, theme: Theme) -> None:
        ground = "{ background: transparent; border: none; outline: none; }"
        dress(self, theme, f"#{self.objectName()} {ground}")
        self.verticalScrollBar().setSingleStep(theme.px(20))
        self.scheduleDelayedItemsLayout()
        self._bar.place(theme.px(10), 1)


class RowPanel(Themed, QFrame):
    """A list in a panel, or a word instead of it.

    Attributes:
        nothing: the word.
    """

    def __init__(self, rows: QWidget) -> None:
        """Make the panel around a list."""
        super().__init__()
        self._rows = rows
        self.nothing = QLabel()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(rows, 1)
        self._column.addWidget(self.nothing, 1)

    def show_nothing(self, text: str) -> None:
        """Show a text instead of the list; empty shows the list."""
        self.nothing.setText(text)
        self._rows.setVisible(not text)
        self.nothing.setVisible(bool(text))

    def _restyle(self, theme: Theme) -> None:
        self._column.setContentsMargins(1, theme.px(2), 1, theme.px(8))
        self.nothing.setFont(theme.font(13))
        set_text_color(self.nothing, theme, "muted")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)
