"""The threshold: a level across the loss that is dragged, stepped by keys or typed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from layerlab.core.errors import LabError
from layerlab.core.options import VIEW_KNOBS
from layerlab.core.translation import _
from layerlab.ui.controls.held import HeldSlider
from layerlab.ui.controls.inline import InlineEdit
from layerlab.ui.controls.paint import draw_box, draw_ring
from layerlab.ui.controls.scale import number_text, read_number, scale_for
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

KNOB = VIEW_KNOBS["view.threshold"]
_DECADE = 10  # stops of the scale
_MOVES = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_PageUp: _DECADE,
    Qt.Key.Key_PageDown: -_DECADE,
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_HIGH = 18  # of the strip that can be taken, in pixels
_EDIT = 64  # width of the field, in pixels


class ThresholdLine(Themed, HeldSlider):
    """A strip over a plot: a line at the level, and a label with what is below it.

    The stops are those of a logarithmic scale. Where the level lies outside the plot, the label
    waits at the edge.

    Signals:
        chosen: the level wanted; None: the task's own.
        refused: why what was typed is no level.
    """

    chosen = Signal(object)
    refused = Signal(str)
    claimed = frozenset((*_MOVES, *_ENTER))

    def __init__(self, plot: Plot) -> None:
        """Make the strip over a plot, hidden until there is a level."""
        super().__init__(Qt.Orientation.Vertical, plot.viewport())
        self._plot, self.theme = plot, plot.theme
        self._scale = scale_for(KNOB)
        self._words: tuple[str, ...] = ("",)
        self._offset = 0.0  # of the mouse from the line, while dragging
        self._edit: InlineEdit | None = None
        self.level = float(self._scale.stops[0])
        self.setRange(0, len(self._scale.stops) - 1)
        self.setAccessibleName(KNOB.label)
        self.setToolTip(
            _(
                "{help} Drag it, or double-click to type a number; clear it for the "
                "task's default.",
                help=KNOB.help,
            )
        )
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)  # so that the plot's crosshair hears of the mouse
        self.valueChanged.connect(self._on_value_changed)
        self.hide()

    def show_level(self, level: float, words: tuple[str, ...]) -> None:
        """Show a level.

        Args:
            level: in data units.
            words: the texts of the label, from long to short.
        """
        if (level, words) != (self.level, self._words):
            self.level, self._words = level, words
            with QSignalBlocker(self):
                self.setValue(self._scale.index(self._scale.place(level)))
            self.setAccessibleDescription(f"{number_text(level)}: {words[0]}. {KNOB.help}")
            self._plot.refresh()  # which also places it, where the axis moves
            self.place()
        self.show()

    def place(self) -> None:
        """Move to where the level is in the plot."""
        area, high = self._plot.area(), self.theme.px(_HIGH)
        y = float(self._plot.py(np.array(self.level)))
        if self.is_outside():
            y = min(max(y, area.top() + high / 2), area.bottom() - high / 2 + 1)
        place = QRect(round(area.left()), round(y) - high // 2, round(area.width()), high)
        if place != self.geometry():
            self.setGeometry(place)

    def _restyle(self, theme: Theme) -> None:
        if self._edit is not None:
            self._edit.give_up()
        self.place()

    def text(self) -> str:
        """Return the text of the level; with an arrow where it is out of sight."""
        metrics = QFontMetricsF(self.theme.font(10))
        room = 0.45 * self.width()  # the curves fall across the rest
        fitting = (w for w in self._words if metrics.horizontalAdvance(w) <= room)
        side = self._side()
        arrow = "↑ " if side > 0 else "↓ " if side < 0 else ""
        return arrow + next(fitting, self._words[-1])

    def _side(self) -> int:
        low, high = sorted(self._plot.visible(1))
        return int(self.level > high) - int(self.level < low)

    def is_outside(self) -> bool:
        """Return whether the level is out of sight; then a label waits at the edge."""
        return self._side() != 0

    def _label(self) -> QRectF:
        width = QFontMetricsF(self.theme.font(10)).horizontalAdvance(self.text())
        high = self.theme.px(15)
        top = (self.height() - high) / 2
        return QRectF(self.theme.px(3), top, width + self.theme.px(12), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line brighter under the mouse, and the label of a level out of sight.

        At rest line and name are the plot's: they stand where no curve runs through them.
        """
        theme, label = self.theme, self._label()
        highlighted = self._held or self._over or self.hasFocus()
        color = theme.color("good")
        with QPainter(self) as painter:
            if not self._side() and highlighted:
                painter.setPen(QPen(color, theme.px(2)))
                y = self.height() // 2 + 0.5
                painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._side():
                edge = theme.color("good", 1.0 if highlighted else 0.6)
                ground = theme.color("panel")
                draw_box(painter, label, ground, edge, label.height() / 2, theme.px(1))
                painter.setFont(theme.font(10))
                painter.setPen(theme.color("text") if highlighted else color)
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self.text())
            if self.ring and self.hasFocus():
                ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
                draw_ring(painter, ring, theme, theme.px(4))

    # ---- mouse
    def grip(self, place: QPointF) -> None:
        """Take the line."""
        self._offset = self.height() / 2 - place.y()

    def drag(self, place: QPointF) -> None:
        """Move the line, within the plot."""
        area = self._plot.area()
        y = self.mapToParent(place).y() + self._offset
        y = min(max(y, area.top()), area.bottom())
        _, level = self._plot.data_at(QPointF(area.left(), y))
        self._choose(self._scale.value(self._scale.place(level)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the number for typing."""
        self.open_edit()

    # ---- keys
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, or begin to type the number."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._choose(self._scale.step(self.level, _MOVES[key]))
        elif key in _ENTER:
            self.open_edit()
        elif self.claims(event):
            self.open_edit(event.text())
        else:
            event.ignore()

    def open_edit(self, first: str | None = None) -> None:
        """Let the person type; `first`: what is there to begin with, else the level."""
        if self._edit is not None:
            return
        theme, label = self.theme, self._label()
        edit = InlineEdit(
            _("{knob}, exact value", knob=KNOB.label),
            number_text(self.level),
            first,
            10.5,
            theme,
            self,
        )
        edit.entered.connect(self._on_entered)
        edit.closed.connect(self._on_closed)
        edit.setGeometry(round(label.left()), 0, theme.px(_EDIT), self.height())
        self._edit = edit
        edit.begin()

    def _on_entered(self, text: str) -> None:
        try:
            level = read_number(text, KNOB.label, whole=False) if text.strip() else None
            KNOB.check(level, where=KNOB.label)
        except LabError as error:
            self.refused.emit(str(error))
            return
        self.chosen.emit(level)

    def _on_closed(self, had_focus: bool) -> None:
        self._edit = None
        if had_focus:
            self.setFocus()

    def _choose(self, level: float) -> None:
        if level != self.level:
            self.chosen.emit(level)

    def _on_value_changed(self, index: int) -> None:
        # Only a screen reader gets here: everything else sets the value blocked.
        self.chosen.emit(float(self._scale.stops[index]))
