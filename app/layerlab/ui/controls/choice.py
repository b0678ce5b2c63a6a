"""Small controls in one line: a switch, or a few options to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from layerlab.core.knobs import Knob
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.header import Header
from layerlab.ui.controls.paint import Painted, check_alone, draw_box
from layerlab.ui.theme import Theme

Option = tuple[str, str, str]  # key, name on screen, help


class Switch(Painted, QCheckBox):
    """A painted switch with its name at the left."""

    def __init__(self, text: str, theme: Theme) -> None:
        """Make a switch that is off."""
        super().__init__(text, theme)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(24))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return room for the name and the switch."""
        width = QFontMetricsF(self.theme.font()).horizontalAdvance(self.text())
        return QSize(round(width) + self.theme.px(44), self.theme.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name, track and knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on, zoom = self.theme, self.isChecked(), self.theme.zoom
        painter.setFont(theme.font())
        painter.setPen(theme.color("text" if self.isEnabled() else "faint"))
        box = QRectF(self.rect())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
        track = QRectF(0, 0, 28 * zoom, 16 * zoom)
        track.moveCenter(QPointF(box.right() - 14 * zoom, box.center().y()))
        edge = "accent" if on else "faint" if self.underMouse() else "line"
        fill = theme.color("accent" if on else "raised")
        draw_box(painter, track, fill, theme.color(edge), 8 * zoom, theme.px(1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_accent" if on else "muted"))
        x = track.right() - 8 * zoom if on else track.left() + 8 * zoom
        painter.drawEllipse(QPointF(x, track.center().y()), 5 * zoom, 5 * zoom)
        self.paint_ring(painter, track.adjusted(-3 * zoom, -3 * zoom, 1, 3 * zoom), 10 * zoom)


class Toggle(Control):
    """A knob that is on or off."""

    def __init__(self, knob: Knob, theme: Theme) -> None:
        """Make the line of a knob of kind `bool`."""
        super().__init__(knob, theme)
        self.switch = Switch(knob.label, theme)
        self.switch.setToolTip(knob.help)
        self.switch.setAccessibleDescription(knob.help)
        self.setFocusProxy(self.switch)
        self.switch.clicked.connect(self.want)
        self.body.addWidget(self.switch)
        self.set_theme(theme)

    def _display(self, value: Any) -> None:
        self.switch.setChecked(bool(value))


class Segment(Painted, QRadioButton):
    """One of a few options side by side."""

    claimed = frozenset((Qt.Key.Key_Left, Qt.Key.Key_Right))

    def __init__(self, option: Option, theme: Theme) -> None:
        """Make the word of an option."""
        super().__init__(option[1], theme)
        self.key = option[0]
        self.setToolTip(option[2])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(24))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return room for the word."""
        width = QFontMetricsF(self.theme.font(11.5, 500)).horizontalAdvance(self.text())
        return QSize(round(width) + self.theme.px(14), self.theme.px(24))

    def nextCheckState(self) -> None:
        """Leave the check to the control: a refused choice must not light up."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the arrows to the control."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word, lit up if it is chosen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on, box = self.theme, self.isChecked(), QRectF(self.rect())
        edge = "accent" if on else "faint" if self.underMouse() else "line"
        draw_box(
            painter, box, theme.color("raised"), theme.color(edge), theme.px(6), theme.px(1)
        )
        painter.setFont(theme.font(11.5, 500))
        painter.setPen(theme.color("accent" if on else "muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        self.paint_ring(painter, box, theme.px(6))


class Choice(Control):
    """A few options: side by side if there are at most three and they fit, else a list."""

    def __init__(self, knob: Knob, options: Sequence[Option], theme: Theme) -> None:
        """Make the line of a knob of kind `choice`; options in the order shown."""
        super().__init__(knob, theme)
        self.options = list(options)
        self.segments: list[Segment] = []
        self.combo: QComboBox | None = None
        self._fallback: str | None = None
        self._line = QHBoxLayout()
        self.header = Header(knob.label, theme)
        self._line.addWidget(self.header, 1)
        if 0 < len(self.options) <= 3 and self._fits():
            self._add_segments()
        else:
            self._add_combo()
        self.body.addLayout(self._line)
        self.set_theme(theme)

    def set_options(self, options: Sequence[Option], fallback: str | None = None) -> None:
        """Offer others, such as the columns of another file (lists only).

        Args:
            options: in the order shown.
            fallback: what is in force, and shown, while nothing is chosen.
        """
        assert self.combo is not None
        self.options, self._fallback = list(options), fallback
        self.combo.clear()
        self._fill_combo()
        self.redisplay()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next word with the arrows."""
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        move = moves.get(Qt.Key(event.key()))
        here = [i for i, segment in enumerate(self.segments) if segment.isChecked()]
        if move is None or not here:
            super().keyPressEvent(event)
            return
        place = here[0] + move
        if 0 <= place < len(self.segments):
            self.segments[place].setFocus(Qt.FocusReason.TabFocusReason)
            self.want(self.segments[place].key)

    def _fits(self) -> bool:
        font = self.theme.font(11.5, 500)
        words = sum(
            QFontMetricsF(font).horizontalAdvance(name) + self.theme.px(18)
            for _, name, _ in self.options
        )
        return words + self.header.label_width() < self.theme.px(250)

    def _add_segments(self) -> None:
        for option in self.options:
            segment = Segment(option, self.theme)
            segment.setAccessibleName(f"{self.knob.label}: {option[1]}")
            segment.clicked.connect(self._on_segment)
            self._line.addWidget(segment)
            self.segments.append(segment)

    def _add_combo(self) -> None:
        self.combo = QComboBox()
        self.combo.setAccessibleName(self.knob.label)
        self.combo.setAccessibleDescription(self.knob.help)
        self.combo.setToolTip(self.knob.help)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.combo.installEventFilter(self)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.setMinimumContentsLength(8)
        self._fill_combo()
        self.combo.activated.connect(self._on_activated)
        self.setFocusProxy(self.combo)
        self._line.addWidget(self.combo, 1)

    def _fill_combo(self) -> None:
        assert self.combo is not None
        for key, name, text in self.options:
            self.combo.addItem(name, key)
            row = self.combo.count() - 1
            self.combo.setItemData(row, text, Qt.ItemDataRole.ToolTipRole)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a passing wheel scroll the panel instead of changing the choice."""
        passing = event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget)
        if passing and watched is self.combo and not self.combo.hasFocus():
            event.ignore()
            return True
        return False

    def _on_segment(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Segment)
        self.want(sender.key)

    def _on_activated(self, row: int) -> None:
        assert self.combo is not None
        self.want(self.combo.itemData(row))

    def _display(self, value: Any) -> None:
        for segment in self.segments:
            on = segment.key == value
            check_alone(segment, on)
            policy = Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus
            segment.setFocusPolicy(policy)
        if self.combo is not None:
            value = self._fallback if value is None else value
            row = self.combo.findData(value)
            if row < 0 and value is not None:
                self.combo.addItem(str(value), value)
                row = self.combo.count() - 1
            self.combo.setCurrentIndex(row)

    def _restyle(self, theme: Theme) -> None:
        self.body.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        self._line.setSpacing(theme.px(5))
        if self.combo is not None:
            self.combo.setFont(theme.font(11.5))
