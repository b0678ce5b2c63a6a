"""What the top bar shows: the speed with its slider, and the readouts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.controls.scale import decades, number_text, open_ended
from layerlab.ui.readouts import SPARE, Readout
from layerlab.ui.theme import Theme

BAR_HEIGHT = 52  # of the top bar at zoom 1, with the hairline below
_FASTEST = 100_000.0  # updates a second that the slider distinguishes from unlimited
_ROUND = 8  # pixels; a readout widens in steps, so that its neighbours rest
_MIN_READOUT_WIDTH = 44  # pixels, width of a readout
_GAP = 22  # pixels between two of them
_ROW = 38  # pixels that one more row takes


def speed_text(speed: float) -> str:
    """Return a speed as it is shown; in updates a second, inf is no limit."""
    if math.isinf(speed):
        return "unlimited"
    return f"{number_text(speed)} update{'' if speed == 1 else 's'}/s"


class SpeedControl(QWidget):
    """A slider from one update a second to no limit, with its value below.

    Signals:
        changed: updates a second; inf for no limit.
    """

    changed = Signal(float)

    def __init__(self, theme: Theme) -> None:
        """Make the control, at no limit."""
        super().__init__()
        self._theme = theme
        self.bar = SliderBar(open_ended(decades(1.0, _FASTEST)), theme)
        self.bar.setParent(self)
        self.bar.setAccessibleName("Speed")
        self.bar.setToolTip("Updates a second while playing; unlimited at the right end.")
        self.bar.moved.connect(self._on_moved)
        self.set_speed(math.inf)
        self.set_theme(theme)

    @property
    def text(self) -> str:
        """The value as shown."""
        return speed_text(self.bar.number)

    def set_speed(self, speed: float) -> None:
        """Show a speed without emitting anything."""
        self.bar.set_number(speed)
        self.bar.setAccessibleDescription(self.text)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        side, wide = theme.px(8), theme.px(108)
        self.setFixedSize(wide + 2 * side, theme.px(BAR_HEIGHT - 1))
        self.bar.set_theme(theme)
        self.bar.setGeometry(side, theme.px(6), wide, theme.px(22))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the value below the slider."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(10.5))
        painter.setPen(self._theme.color("muted"))
        side = self._theme.px(8)
        box = QRectF(side, self._theme.px(27), self.width() - side, self._theme.px(14))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text)

    def _on_moved(self, speed: float) -> None:
        self.bar.setAccessibleDescription(self.text)
        self.update()
        self.changed.emit(speed)


class Readouts(QWidget):
    """Numbers with their names.

    Where it is narrow, the names get shorter; then there are more rows, if there may be; then
    those that matter least go.
    """

    def __init__(self, theme: Theme, most_rows: int = 1) -> None:
        """Make an empty row; it may become so many."""
        super().__init__()
        self._theme, self._most_rows = theme, most_rows
        self._readouts: list[Readout] = []
        self._widths: dict[bool, list[int]] = {False: [], True: []}  # by whether brief
        self.setAccessibleName("Readouts")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_readouts(self, readouts: Sequence[Readout]) -> None:
        """Show these values and labels; a place never gets narrower again."""
        if list(readouts) == self._readouts:
            return
        if len(readouts) != len(self._readouts):
            self._widths = _no_widths(readouts)
        self._readouts = list(readouts)
        self._measure()
        self._fit_height()
        texts = (f"{r.value} {r.label}" + f" ({r.help})" * bool(r.help) for r in readouts)
        self.setAccessibleDescription(", ".join(texts))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        self._widths = _no_widths(self._readouts)
        self._measure()
        self._fit_height()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have as many rows as this width needs."""
        self._fit_height()

    def _fit_height(self) -> None:
        is_brief, kept = self._fitting()
        rows = max(1, len(self._rows(kept, self._widths[is_brief])))
        self.setFixedHeight(self._theme.px(BAR_HEIGHT - 1) + (rows - 1) * self._theme.px(_ROW))

    def shown(self) -> list[Readout]:
        """Return the readouts that fit, from the left."""
        return [self._readouts[i] for i in self._fitting()[1]]

    def places(self) -> list[QRectF]:
        """Return where the readouts that fit are, from the left."""
        is_brief, kept = self._fitting()
        widths, high = self._widths[is_brief], self._theme.px(_ROW)
        places = []
        for k, row in enumerate(self._rows(kept, widths)):
            x = 0
            for i in row:
                places.append(QRectF(x, k * high, widths[i], self._theme.px(BAR_HEIGHT - 1)))
                x += widths[i] + self._theme.px(_GAP)
        return places

    def event(self, event: QEvent) -> bool:
        """Show the help of the readout under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for place, readout in zip(self.places(), self.shown(), strict=True):
                if place.contains(QPointF(event.pos())) and readout.help:
                    QToolTip.showText(event.globalPos(), readout.help, self, place.toRect())
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each value over its label."""
        painter, theme = QPainter(self), self._theme
        value_font, label_font = theme.font(13.5, 600), theme.font(10.5)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        is_brief, _ = self._fitting()
        for place, readout in zip(self.places(), self.shown(), strict=True):
            painter.setFont(value_font)
            painter.setPen(theme.color("text"))
            upper = QRectF(place.x(), place.y() + theme.px(9), place.width(), theme.px(18))
            painter.drawText(upper, flags, readout.value)
            painter.setFont(label_font)
            painter.setPen(theme.color("muted"))
            lower = QRectF(place.x(), place.y() + theme.px(27), place.width(), theme.px(14))
            painter.drawText(lower, flags, _label(readout, is_brief))

    def _fitting(self) -> tuple[bool, list[int]]:
        """Return whether labels are brief, and which readouts there is room for, ascending.

        Labels matter more than the readouts that can be left out.
        """
        full, brief = (self._kept(self._widths[is_brief]) for is_brief in (False, True))
        needed = {i for i, readout in enumerate(self._readouts) if readout.rank < SPARE}
        is_brief = len(needed & {*brief}) > len(needed & {*full})
        return is_brief, brief if is_brief else full

    def _kept(self, widths: Sequence[int]) -> list[int]:
        kept: list[int] = []
        for i in sorted(range(len(self._readouts)), key=lambda i: self._readouts[i].rank):
            rows = self._rows(sorted([*kept, i]), widths)
            if len(rows) > self._most_rows or widths[i] > self.width():
                break
            kept.append(i)
        return sorted(kept)

    def _rows(self, kept: Sequence[int], widths: Sequence[int]) -> list[list[int]]:
        """Fill rows with readouts, one after the other."""
        rows: list[list[int]] = []
        used = 0
        for i in kept:
            gap = self._theme.px(_GAP)
            if rows and used + gap + widths[i] <= self.width():
                rows[-1].append(i)
                used += gap + widths[i]
            else:
                rows.append([i])
                used = widths[i]
        return rows

    def _measure(self) -> None:
        values = QFontMetricsF(self._theme.font(13.5, 600))
        labels = QFontMetricsF(self._theme.font(10.5))
        step = self._theme.px(_ROUND)
        for is_brief, widths in self._widths.items():
            for i, readout in enumerate(self._readouts):
                label = labels.horizontalAdvance(_label(readout, is_brief))
                need = max(values.horizontalAdvance(readout.value), label)
                need = max(need, self._theme.px(_MIN_READOUT_WIDTH))
                widths[i] = max(widths[i], math.ceil(need / step) * step)


def _label(readout: Readout, is_brief: bool) -> str:
    return (readout.brief if is_brief else "") or readout.label


def _no_widths(readouts: Sequence[Readout]) -> dict[bool, list[int]]:
    return {is_brief: [0] * len(readouts) for is_brief in (False, True)}
