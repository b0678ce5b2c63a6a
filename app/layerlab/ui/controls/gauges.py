"""What the top bar shows: the speed with its slider, and the readouts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from layerlab.core.translation import _, ngettext
from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.controls.scale import decades, number_text, open_ended
from layerlab.ui.readouts import SPARE, Readout
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

BAR_HEIGHT = 52  # of the top bar at zoom 1, with the hairline below
_FASTEST = 100_000.0  # updates a second that the slider distinguishes from unlimited
_ROUND = 8  # pixels; a readout widens in steps, so that its neighbours rest
_MIN_READOUT_WIDTH = 44  # pixels, width of a readout
_GAP = 22  # pixels between two of them
_ROW = 38  # pixels that one more row takes
_VALUE, _LABEL = (13.5, 600), (10.5,)  # sizes and weights of a readout's fonts
_AS_ZERO = str.maketrans("123456789", "0" * 9)


def speed_text(speed: float) -> str:
    """Return a speed as it is shown; in updates a second, inf is no limit."""
    if math.isinf(speed):
        return _("unlimited")
    count = 1 if speed == 1 else max(2, round(speed))
    return ngettext("{count} update/s", "{count} updates/s", count, count=number_text(speed))


class SpeedControl(Themed, QWidget):
    """A slider from one update a second to no limit, with its value below.

    Signals:
        changed: updates a second; inf for no limit.
    """

    changed = Signal(float)

    def __init__(self, theme: Theme) -> None:
        """Make the control, at no limit."""
        super().__init__()
        self.theme = theme
        self.bar = SliderBar(open_ended(decades(1.0, _FASTEST)), theme)
        self.bar.setParent(self)
        self.bar.setAccessibleName(_("Speed"))
        self.bar.setToolTip(_("Updates a second while playing; unlimited at the right end."))
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

    def _restyle(self, theme: Theme) -> None:
        side, wide = theme.px(8), theme.px(108)
        self.setFixedSize(wide + 2 * side, theme.px(BAR_HEIGHT - 1))
        self.bar.setGeometry(side, theme.px(6), wide, theme.px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the value below the slider."""
        painter = QPainter(self)
        painter.setFont(self.theme.font(10.5))
        painter.setPen(self.theme.color("muted"))
        side = self.theme.px(8)
        box = QRectF(side, self.theme.px(27), self.width() - side, self.theme.px(14))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text)

    def _on_moved(self, speed: float) -> None:
        self.bar.setAccessibleDescription(self.text)
        self.update()
        self.changed.emit(speed)


class Readouts(Themed, QWidget):
    """Numbers with their names.

    Where it is narrow, the names get shorter; then there are more rows, if there may be; then
    those that matter least go.
    """

    def __init__(self, theme: Theme, most_rows: int = 1) -> None:
        """Make an empty row; it may become so many."""
        super().__init__()
        self.theme, self._most_rows = theme, most_rows
        self._readouts: list[Readout] = []
        self._widths: dict[bool, list[int]] = {False: [], True: []}  # by whether brief
        self._needed: dict[tuple[str, str], int] = {}  # widths of values and labels
        self._is_brief, self._kept, self._places = False, list[int](), list[QRectF]()
        self.setAccessibleName(_("Readouts"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_readouts(self, readouts: Sequence[Readout]) -> None:
        """Show these values and labels; a place never gets narrower again."""
        before, self._readouts = self._readouts, list(readouts)
        if self._readouts == before:
            return
        if len(before) != len(readouts):
            self._widths = _no_widths(readouts)
        is_other = self._measure() or _names(before) != _names(readouts)
        texts = (f"{r.value} {r.label}" + f" ({r.help})" * bool(r.help) for r in readouts)
        self.setAccessibleDescription(", ".join(texts))
        if is_other:
            self._fit()
            self.update()
        else:  # while a network trains, names rest
            self._repaint_values(before)

    def _repaint_values(self, before: Sequence[Readout]) -> None:
        """Ask for a paint of the values that differ from those before."""
        for i, place in zip(self._kept, self._places, strict=True):
            if before[i].value != self._readouts[i].value:
                self.update(self._value_box(place).toAlignedRect())

    def _restyle(self, theme: Theme) -> None:
        self._widths = _no_widths(self._readouts)
        self._value_metrics = QFontMetricsF(theme.font(*_VALUE))
        self._label_metrics = QFontMetricsF(theme.font(*_LABEL))
        self._needed.clear()
        self._measure()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have as many rows as this width needs."""
        self._fit()

    def _fit(self) -> None:
        """Choose what is shown at this width, and where."""
        theme = self.theme
        self._is_brief, self._kept = self._fitting()
        widths, high = self._widths[self._is_brief], theme.px(_ROW)
        rows = self._rows(self._kept, widths)
        self._places = []
        for k, row in enumerate(rows):
            x = 0
            for i in row:
                box = QRectF(x, k * high, widths[i], theme.px(BAR_HEIGHT - 1))
                self._places.append(box)
                x += widths[i] + theme.px(_GAP)
        self.setFixedHeight(theme.px(BAR_HEIGHT - 1) + (max(1, len(rows)) - 1) * high)

    def shown(self) -> list[Readout]:
        """Return the readouts that fit, from the left."""
        return [self._readouts[i] for i in self._kept]

    def places(self) -> list[QRectF]:
        """Return where the readouts that fit are, from the left."""
        return list(self._places)

    def _value_box(self, place: QRectF) -> QRectF:
        """Return where the value of a readout's place is."""
        theme = self.theme
        return QRectF(place.x(), place.y() + theme.px(9), place.width(), theme.px(18))

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
        painter, theme = QPainter(self), self.theme
        wanted = QRectF(event.rect())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        shown = list(zip(self._places, self.shown(), strict=True))
        painter.setFont(theme.font(*_VALUE))
        painter.setPen(theme.color("text"))
        for place, readout in shown:
            painter.drawText(self._value_box(place), flags, readout.value)
        painter.setFont(theme.font(*_LABEL))
        painter.setPen(theme.color("muted"))
        for place, readout in shown:
            lower = QRectF(place.x(), place.y() + theme.px(27), place.width(), theme.px(14))
            if lower.intersects(wanted):
                painter.drawText(lower, flags, _label(readout, self._is_brief))

    def _fitting(self) -> tuple[bool, list[int]]:
        """Return whether labels are brief, and which readouts there is room for, ascending.

        Labels matter more than the readouts that can be left out.
        """
        full, brief = (self._fill(self._widths[is_brief]) for is_brief in (False, True))
        needed = {i for i, readout in enumerate(self._readouts) if readout.rank < SPARE}
        is_brief = len(needed & {*brief}) > len(needed & {*full})
        return is_brief, brief if is_brief else full

    def _fill(self, widths: Sequence[int]) -> list[int]:
        """Return the readouts of these widths that there is room for, ascending."""
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
            gap = self.theme.px(_GAP)
            if rows and used + gap + widths[i] <= self.width():
                rows[-1].append(i)
                used += gap + widths[i]
            else:
                rows.append([i])
                used = widths[i]
        return rows

    def _measure(self) -> bool:
        """Widen the places of what needs more room; return whether there are any."""
        is_wider = False
        for is_brief, widths in self._widths.items():
            for i, readout in enumerate(self._readouts):
                need = self._need(readout.value, _label(readout, is_brief))
                if need > widths[i]:
                    widths[i], is_wider = need, True
        return is_wider

    def _need(self, value: str, label: str) -> int:
        """Return the width that a readout needs; figures are tabular, all as wide as a 0."""
        key = value.translate(_AS_ZERO), label
        found = self._needed.get(key)
        if found is None:
            wide = self._value_metrics.horizontalAdvance(key[0])
            wide = max(wide, self._label_metrics.horizontalAdvance(label))
            wide = max(wide, self.theme.px(_MIN_READOUT_WIDTH))
            step = self.theme.px(_ROUND)
            found = self._needed[key] = math.ceil(wide / step) * step
        return found


def _names(readouts: Sequence[Readout]) -> list[tuple[str, str, int]]:
    return [(readout.label, readout.brief, readout.rank) for readout in readouts]


def _label(readout: Readout, is_brief: bool) -> str:
    return (readout.brief if is_brief else "") or readout.label


def _no_widths(readouts: Sequence[Readout]) -> dict[bool, list[int]]:
    return {is_brief: [0] * len(readouts) for is_brief in (False, True)}
