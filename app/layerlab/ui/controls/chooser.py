"""Choosers: one of many, by its picture; the rarer ones in a popup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.knobs import Knob
from layerlab.core.registry import Entry
from layerlab.core.translation import _, ngettext, translated
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.glyphs import CSV
from layerlab.ui.controls.header import Header
from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.controls.tiles import Tile, TileGrid, Window, dots, fitted, neighbour
from layerlab.ui.theme import Theme

CSV_ENTRY = Entry(
    CSV, _("CSV…"), _("Opens a table of your own: rows are points, columns numbers.")
)


class MoreButton(Painted, QPushButton):
    """Opens the rest of a long list: a slim tile beside the others, or a line below."""

    def __init__(
        self, theme: Theme, text: str, tooltip: str, upright: bool, arrow: bool = True
    ) -> None:
        """Make the button.

        Args:
            theme: colours, fonts and sizes. text: in its line. tooltip: what it does.
            upright: three dots in a slim tile instead of a line.
            arrow: whether a small arrow shows that something opens below it.
        """
        super().__init__(text, theme)
        self._upright, self._arrow = upright, arrow
        self.setToolTip(tooltip)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        if self._upright:
            self.setFixedSize(theme.px(17), theme.px(49))
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.setFixedHeight(theme.px(22))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size that the theme's zoom gives."""
        return QSize(self.theme.px(17 if self._upright else 60), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint dots, or a line of text with a small arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box = self.theme, QRectF(self.rect())
        over = self.underMouse() or self.isDown()
        token, radius = ("text" if over else "muted"), theme.px(8 if self._upright else 6)
        border = theme.color("faint" if over else "line")
        draw_box(painter, box, theme.color("raised"), border, radius, theme.px(1))
        if self._upright:
            dots(painter, box.center(), theme, token)
        else:
            font = theme.font(10.5)
            painter.setFont(font)
            painter.setPen(theme.color(token))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
            if self._arrow:
                half = QFontMetricsF(font).horizontalAdvance(self.text()) / 2
                at, arm = box.center() + QPointF(half + theme.px(10), 0), 3 * theme.zoom
                points = QPointF(-arm, -arm / 2), QPointF(0, arm / 2), QPointF(arm, -arm / 2)
                painter.drawPolyline([at + point for point in points])
        self.paint_ring(painter, box, radius)


class EntryPopup(QFrame):
    """All entries of a registry, under the headings of their groups.

    Signals:
        chosen: key of the entry that was clicked.
    """

    chosen = Signal(str)

    def __init__(
        self,
        entries: Sequence[Entry],
        current: str,
        theme: Theme,
        window: Window,
        parent: QWidget,
    ) -> None:
        """Make the popup with one entry lit up; `open_below` shows it."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.setStyleSheet(
            f"#popup {{ background: {theme.panel}; border: 1px solid {theme.faint}; }}"
            f"QScrollArea, #inner {{ background: transparent; border: none; }}"
            f"QLabel {{ color: {theme.muted}; background: transparent; }}"
        )
        self.theme = theme
        self.grids: list[TileGrid] = []
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(7))
        groups: dict[str, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(entry.group, []).append(entry)
        for name, members in groups.items():
            if name:
                title = QLabel(translated(name))
                title.setFont(theme.font(11, 600))
                column.addWidget(title)
            grid = TileGrid(theme, 4, small=False, window=window)
            grid.set_entries(members)
            grid.set_current(current)
            for tile in grid.tiles:
                tile.setFixedWidth(theme.px(82))
            grid.chosen.connect(self._on_chosen)
            grid.arrowed.connect(self._on_arrowed)
            column.addWidget(grid, 0, Qt.AlignmentFlag.AlignLeft)
            self.grids.append(grid)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inner)
        around = QVBoxLayout(self)
        around.setContentsMargins(1, 1, 1, 1)
        around.addWidget(self._area)
        self._inner = inner

    def open_below(self, widget: QWidget, ring: bool = False) -> None:
        """Show the popup at a widget's lower edge, wholly on its screen.

        Args:
            widget: what it belongs to.
            ring: whether a key opened it, so that the focus is to be seen.
        """
        width = self.theme.px(4 * 82 + 3 * 6 + 24)
        height = self._inner.sizeHint().height()
        screen = widget.screen().availableGeometry()
        shown = min(height + 2, screen.height() - self.theme.px(24))
        bar = self.theme.px(12) if shown < height + 2 else 0
        if not bar:
            self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        at = widget.mapToGlobal(QPoint(0, widget.height() + self.theme.px(4)))
        x = max(screen.left(), min(at.x(), screen.right() - width - bar))
        y = max(screen.top(), min(at.y(), screen.bottom() - shown))
        self.setGeometry(x, y, width + bar + 2, shown)
        self.show()
        tiles = self._tiles()
        current = next((tile for tile in tiles if tile.isChecked()), tiles[0])
        reason = Qt.FocusReason.TabFocusReason if ring else Qt.FocusReason.OtherFocusReason
        current.setFocus(reason)

    def _tiles(self) -> list[Tile]:
        return [tile for grid in self.grids for tile in grid.tiles]

    def _on_arrowed(self, tile: Tile, columns: int, rows: int) -> None:
        target = neighbour(tile, self._tiles(), columns, rows)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(target)

    def _on_chosen(self, key: str) -> None:
        self.chosen.emit(key)
        self.close()


class Chooser(Control):
    """A grid of tiles for the usual entries, and a popup with all of them.

    If the current choice is not among the usual ones it takes the last tile.

    Signals:
        csv_wanted: the tile for a table of one's own was chosen.
    """

    csv_wanted = Signal()

    def __init__(
        self,
        knob: Knob,
        entries: Sequence[Entry],
        theme: Theme,
        usual: Sequence[str] = (),
        columns: int = 5,
        slots: int = 5,
        window: Window = fitted,
        with_csv: bool = False,
    ) -> None:
        """Make the chooser.

        Args:
            knob: a choice among registered names.
            entries: all of them, in the order of the registry.
            theme: colours, fonts and sizes.
            usual: keys for the tiles, in order; unknown ones are skipped, missing ones
                are filled up from the registry.
            columns: tiles in a row.
            slots: number of tiles.
            window: how curves are scaled into a tile.
            with_csv: whether a last tile asks for a CSV file.
        """
        super().__init__(knob, theme)
        self._entries = {entry.key: entry for entry in entries if entry.key != CSV}
        known = [key for key in usual if key in self._entries]
        rest = [key for key in self._entries if key not in known]
        self._usual = (known + rest)[:slots]
        self._window, self._with_csv = window, with_csv
        small = columns > 3
        self.grid = TileGrid(theme, columns, small, window)
        self.grid.chosen.connect(self._on_chosen)
        self.grid.arrowed.connect(self._on_arrowed)
        self.popup: EntryPopup | None = None
        self.header = None if with_csv else Header(knob.label, theme)
        if self.header is not None:
            self.body.addWidget(self.header)
        self._row = QHBoxLayout() if small else QVBoxLayout()
        self._row.addWidget(self.grid)
        others = len(self._entries) - len(self._usual)
        text, tooltip, name = _more_texts(knob, others, with_csv, small)
        self.more = MoreButton(theme, text, tooltip, upright=small)
        self.more.setAccessibleName(name)
        self.more.clicked.connect(self.open_popup)
        self._row.addWidget(self.more)
        self.body.addLayout(self._row)
        self.more.setHidden(others <= 0)  # only now: without a parent it would be a window
        self._show_tiles("")
        self.set_theme(theme)

    def open_popup(self) -> None:
        """Show all entries; choosing one closes them."""
        current = self._true if isinstance(self._true, str) else ""
        entries = list(self._entries.values())
        self.popup = EntryPopup(entries, current, self.theme, self._window, self)
        self.popup.chosen.connect(self._on_chosen)
        self.popup.destroyed.connect(self._on_popup_gone)
        self.popup.open_below(self.grid, self.more.ring)

    def _on_popup_gone(self) -> None:
        self.popup = None

    def _on_chosen(self, key: str) -> None:
        if key == CSV:
            self.csv_wanted.emit()
        else:
            self.want(key)

    def _on_arrowed(self, tile: Tile, columns: int, rows: int) -> None:
        target = neighbour(tile, self.grid.tiles, columns, rows)
        if target is not None:
            key = target.key  # a refusal may give the tile another entry
            target.setFocus(Qt.FocusReason.TabFocusReason)
            if key != CSV:  # passing by opens no file dialog
                self._on_chosen(key)

    def _show_tiles(self, current: str) -> None:
        keys = list(self._usual)
        if current in self._entries and current not in keys:
            keys[-1] = current
        entries = [self._entries[key] for key in keys]
        self.grid.set_entries([*entries, CSV_ENTRY] if self._with_csv else entries)
        self.grid.set_current(current)

    def _display(self, value: Any) -> None:
        self._show_tiles(str(value))
        entry = self._entries.get(str(value))
        if self.header is not None:
            self.header.set_value(entry.label if entry else str(value))

    def _restyle(self, theme: Theme) -> None:
        if self.popup is not None:
            self.popup.close()
        self._row.setSpacing(theme.px(5 if self.grid.tiles and self.more.width() else 6))
        self.body.setSpacing(theme.px(3))


def _more_texts(knob: Knob, others: int, with_csv: bool, small: bool) -> tuple[str, str, str]:
    """Return text, tooltip and accessible name of the button that shows all entries."""
    if with_csv:
        text, tooltip, name = _("all tasks"), _("Show all tasks."), _("Show all tasks")
    else:
        text = tooltip = name = _("{knob}: show all choices", knob=knob.label)
    if not small:
        text = ngettext("{count} more task", "{count} more tasks", others)
        tooltip = ngettext("Show {count} more task.", "Show {count} more tasks.", others)
    return text, tooltip, name
