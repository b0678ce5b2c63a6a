"""Input features: a small toggle for each function of the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.choice import Option
from layerlab.ui.controls.header import Header
from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.theme import Theme

_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}
CHIP_HEIGHT = 22  # at zoom 1


class Chip(Painted, QCheckBox):
    """A feature's sign, lit up while the network gets it. Checking is left to the control.

    Signals:
        moved: -1 or 1, where an arrow key asks for the chip before or after it.
    """

    moved = Signal(int)
    claimed = frozenset(_MOVES)

    def __init__(self, theme: Theme) -> None:
        """Make an empty chip."""
        super().__init__("", theme)
        self.key = ""
        self.set_theme(theme)

    def set_option(self, option: Option) -> None:
        """Stand for a feature: its key, its sign and what it does."""
        self.key = option[0]
        self.setText(option[1])
        self.setToolTip(option[2])
        self.setAccessibleName(_("Input feature {sign}", sign=option[1]))
        self.setAccessibleDescription(option[2])
        self.resize(self.sizeHint())

    def nextCheckState(self) -> None:
        """Leave the check to the control: a refused choice must not light up."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; toggle with Space or Enter."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            self.moved.emit(_MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _restyle(self, theme: Theme) -> None:
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return room for the sign."""
        words = QFontMetricsF(self.theme.font(11)).horizontalAdvance(self.text())
        return QSize(round(words) + self.theme.px(12), self.theme.px(CHIP_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign, lit up while the network gets it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on, box = self.theme, self.isChecked(), QRectF(self.rect())
        edge = "accent" if on else "faint" if self.underMouse() else "line"
        fill = theme.color("accent", 0.14) if on else theme.color("raised")
        draw_box(painter, box, fill, theme.color(edge), theme.px(6), theme.px(1))
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("accent" if on else "muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        self.paint_ring(painter, box, theme.px(6))


class _Row(QWidget):
    """A name with chips: beside it where they fit, else below it in lines."""

    def __init__(self, header: Header) -> None:
        super().__init__()
        self.chips: list[Chip] = []
        self._header = header
        header.setParent(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the chips again where the width is another one."""
        if event.size().width() != event.oldSize().width():
            self.place()

    def place(self) -> None:
        """Give the name and all shown chips their places."""
        theme, width = self._header.theme, self.width()
        gap, high = theme.px(4), theme.px(CHIP_HEIGHT)
        shown = [chip for chip in self.chips if not chip.isHidden()]
        needed = sum(chip.width() + gap for chip in shown)
        line = theme.px(18)
        if self._header.label_width() + theme.px(8) + needed <= width:
            self._header.setGeometry(0, (high - line) // 2, width - needed, line)
            x, y = width - needed + gap, 0
        else:
            self._header.setGeometry(0, 0, width, line)
            x, y = 0, line + theme.px(2)
        for chip in shown:
            if x and x + chip.width() > width:
                x, y = 0, y + high + gap
            chip.move(x, y)
            x += chip.width() + gap
        self.setFixedHeight(y + high)


class FeatureChips(Control):
    """Which features of the inputs the network is given; one of them at least.

    Emits a tuple of keys in the order in which they are offered, and an empty one where they
    are the inputs themselves.
    """

    def __init__(self, knob: Knob, theme: Theme) -> None:
        """Make the control of `task.features`; nothing is offered yet."""
        super().__init__(knob, theme)
        self.options: tuple[Option, ...] = ()
        self._plain: tuple[str, ...] = ()
        self.row = _Row(Header(knob.label, theme))
        self.body.addWidget(self.row)
        self.set_theme(theme)

    @property
    def chips(self) -> list[Chip]:
        """The chips of what is offered."""
        return self.row.chips[: len(self.options)]

    def offer(self, options: Sequence[Option], plain: Sequence[str]) -> None:
        """Offer the features of another task.

        Args:
            options: key, sign and help of each. plain: the keys of the inputs themselves.
        """
        if tuple(options) == self.options:
            return
        self.options, self._plain = tuple(options), tuple(plain)
        while len(self.row.chips) < len(self.options):
            chip = Chip(self.theme)
            chip.setParent(self.row)
            chip.clicked.connect(self._on_clicked)
            chip.moved.connect(self._on_moved)
            self.row.chips.append(chip)
        for k, chip in enumerate(self.row.chips):
            chip.setVisible(k < len(self.options))
            if k < len(self.options):
                chip.set_option(self.options[k])
        self._focus_on(0)
        self.row.place()
        self.redisplay()

    def _on_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, Chip)
        self._focus_on(self.chips.index(sender))
        on = {chip.key for chip in self.chips if chip.isChecked()} ^ {sender.key}
        if not on:
            self.set_error(_("The network needs one input at least."))
            return
        keys = tuple(key for key, _sign, _help in self.options if key in on)
        self.want(() if keys == self._plain else keys)

    def _on_moved(self, step: int) -> None:
        sender = self.sender()
        assert isinstance(sender, Chip)
        place = self.chips.index(sender) + step
        if 0 <= place < len(self.chips):
            self._focus_on(place)
            self.chips[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _focus_on(self, place: int) -> None:
        """Let the Tab key reach one chip alone; the arrows reach the others."""
        for k, chip in enumerate(self.chips):
            policy = Qt.FocusPolicy.StrongFocus if k == place else Qt.FocusPolicy.ClickFocus
            chip.setFocusPolicy(policy)

    def _display(self, value: Any) -> None:
        on = value or self._plain
        for chip in self.chips:
            chip.setChecked(chip.key in on)

    def _restyle(self, theme: Theme) -> None:
        self.row.place()
