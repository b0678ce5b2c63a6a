"""The top bar: play and its kin, the speed, the readouts, seed, theme and menu."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.controls.bar import SliderBar
from app.ui.controls.buttons import BarButton, SeedPopup
from app.ui.controls.scale import decades, number_text, open_ended
from app.ui.theme import Theme

HEIGHT = 52  # at zoom 1, with the hairline below
SHORTCUTS = {
    "play": "Space",
    "step": "Right",
    "reset": "R",
    "undo": "Ctrl+Z",
    "redo": "Ctrl+Shift+Z",
    "finish": "F",
    "new_seed": "N",
    "theme": "T",
}
_FASTEST = 100_000.0  # updates a second that the slider tells from unlimited
_ROUND = 8  # pixels; a readout widens in steps, so that its neighbours rest
_LEAST = 44  # pixels, width of a readout
_FULL, _NARROW = 655, 560  # widths at zoom 1 below which words, then the speed go


def _hint(text: str, key: str) -> str:
    native = QKeySequence(SHORTCUTS[key]).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text} ({native})"


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
        self.setFixedSize(theme.px(108), theme.px(HEIGHT - 1))
        self.bar.set_theme(theme)
        self.bar.setGeometry(0, theme.px(6), self.width(), theme.px(22))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the value below the slider."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(10.5))
        painter.setPen(self._theme.color("muted"))
        box = QRectF(0, self._theme.px(27), self.width(), self._theme.px(14))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text)

    def _on_moved(self, speed: float) -> None:
        self.bar.setAccessibleDescription(self.text)
        self.update()
        self.changed.emit(speed)


class Readouts(QWidget):
    """Numbers with their names; those that do not fit go, from the right."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty row."""
        super().__init__()
        self._theme = theme
        self._readouts: list[tuple[str, str]] = []
        self._widths: list[int] = []
        self.setAccessibleName("Readouts")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_readouts(self, readouts: list[tuple[str, str]]) -> None:
        """Show these values and labels; a place never gets narrower again."""
        if readouts == self._readouts:
            return
        if len(readouts) != len(self._readouts):
            self._widths = [0] * len(readouts)
        self._readouts = list(readouts)
        self._measure()
        spoken = ", ".join(f"{value} {label}" for value, label in readouts)
        self.setAccessibleDescription(spoken)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        self.setFixedHeight(theme.px(HEIGHT - 1))
        self._widths = [0] * len(self._readouts)
        self._measure()
        self.update()

    def places(self) -> list[QRectF]:
        """Return where the readouts that fit are, from the left."""
        gap, x, places = self._theme.px(22), 0, []
        for width in self._widths:
            if x + width > self.width():
                break
            places.append(QRectF(x, 0, width, self.height()))
            x += width + gap
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each value over its label."""
        painter, theme = QPainter(self), self._theme
        value_font, label_font = theme.font(13.5, 600), theme.font(10.5)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        for place, (value, label) in zip(self.places(), self._readouts, strict=False):
            painter.setFont(value_font)
            painter.setPen(theme.color("text"))
            upper = QRectF(place.x(), theme.px(9), place.width(), theme.px(18))
            painter.drawText(upper, flags, value)
            painter.setFont(label_font)
            painter.setPen(theme.color("muted"))
            lower = QRectF(place.x(), theme.px(27), place.width(), theme.px(14))
            painter.drawText(lower, flags, label)

    def _measure(self) -> None:
        values = QFontMetricsF(self._theme.font(13.5, 600))
        labels = QFontMetricsF(self._theme.font(10.5))
        step = self._theme.px(_ROUND)
        for i, (value, label) in enumerate(self._readouts):
            need = max(values.horizontalAdvance(value), labels.horizontalAdvance(label))
            need = max(need, self._theme.px(_LEAST))
            self._widths[i] = max(self._widths[i], math.ceil(need / step) * step)


class TopBar(QWidget):
    """Drives the run and says how it goes. Knows no runner.

    Signals:
        play_pressed, step_pressed, reset_pressed, undo_pressed, redo_pressed,
        finish_pressed, new_seed_pressed, theme_pressed: a button was pressed.
        speed_changed: updates a second; inf for no limit.
        seed_chosen: place of the seed to show, from 0.
    """

    play_pressed = Signal()
    step_pressed = Signal()
    reset_pressed = Signal()
    undo_pressed = Signal()
    redo_pressed = Signal()
    finish_pressed = Signal()
    new_seed_pressed = Signal()
    theme_pressed = Signal()
    speed_changed = Signal(float)
    seed_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        """Make the bar; `menu_button` waits for a QMenu of the window."""
        super().__init__()
        self._theme, self._count, self._shown = theme, 1, 0
        self._playing = self._finished = False
        self.popup: SeedPopup | None = None
        self._line = QHBoxLayout(self)
        self._line.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.play = self._button("play", "Play", "Plays or pauses the training", "play", True)
        self.step = self._button("step", "", "One update", "step")
        self.reset = self._button("reset", "", "Back to the same first weights", "reset")
        self.undo = self._button("undo", "", "Undo", "undo")
        self.redo = self._button("redo", "", "Redo", "redo")
        self.finish = self._button("finish", "", "Trains to the end at once", "finish")
        signals = (
            self.play_pressed, self.step_pressed, self.reset_pressed, self.undo_pressed,
            self.redo_pressed, self.finish_pressed,
        )  # fmt: skip
        drives = (self.play, self.step, self.reset, self.undo, self.redo, self.finish)
        for button, signal in zip(drives, signals, strict=True):
            button.clicked.connect(signal)
        self.speed = SpeedControl(theme)
        self.speed.changed.connect(self.speed_changed)
        self._line.addWidget(self.speed)
        self.readouts = Readouts(theme)
        self._line.addWidget(self.readouts, 1)
        self.seed = BarButton(theme, text="Seed", arrow=True)
        self.seed.setToolTip("Which of the networks trained at once is drawn")
        self.seed.clicked.connect(self.open_seeds)
        self._line.addWidget(self.seed)
        self.theme_button = self._button("theme", "", "Dark or light", "theme")
        self.theme_button.clicked.connect(self.theme_pressed)
        self.menu_button = BarButton(theme, "menu")
        self.menu_button.setToolTip("Open, save and more")
        self.menu_button.setAccessibleName("Menu")
        self._line.addWidget(self.menu_button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_seeds(1, 0)
        self.show_state(False, False, False, False)
        self.set_theme(theme)

    def show_state(self, playing: bool, can_undo: bool, can_redo: bool, finished: bool) -> None:
        """Show what the run does and which buttons make sense now."""
        self._playing, self._finished = playing, finished
        self._show_play()
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        self.step.setEnabled(not finished)
        self.finish.setEnabled(not finished)

    def set_readouts(self, readouts: list[tuple[str, str]]) -> None:
        """Show numbers with their labels, the most important first."""
        self.readouts.set_readouts(readouts)

    def set_speed(self, speed: float) -> None:
        """Show a speed in updates a second (inf: no limit) without emitting anything."""
        self.speed.set_speed(speed)

    def set_seeds(self, count: int, shown: int) -> None:
        """Show which of how many seeds is drawn; `shown` counts from 0."""
        self._count, self._shown = count, shown
        self._show_seed()

    def open_seeds(self) -> None:
        """Show all seeds to choose from."""
        popup = SeedPopup(self._count, self._shown, self._theme, self)
        popup.chosen.connect(self.seed_chosen)
        popup.new_wanted.connect(self.new_seed_pressed)
        popup.destroyed.connect(self._on_popup_gone)
        size = popup.sizeHint()
        corner = self.seed.mapToGlobal(QPoint(self.seed.width(), self.seed.height()))
        x = max(self.screen().availableGeometry().left(), corner.x() - size.width())
        popup.move(x, corner.y() + self._theme.px(4))
        self.popup = popup
        popup.show()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        if self.popup is not None:
            self.popup.close()
        self.setFixedHeight(theme.px(HEIGHT))
        self._line.setContentsMargins(theme.px(16), 0, theme.px(14), 1)
        self._line.setSpacing(theme.px(8))
        parts: tuple[BarButton | SpeedControl | Readouts, ...] = (
            self.play, self.step, self.reset, self.undo, self.redo, self.finish, self.speed,
            self.readouts, self.seed, self.theme_button, self.menu_button,
        )  # fmt: skip
        for part in parts:
            part.set_theme(theme)
        self._adapt()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return a small width: words, readouts and the speed give way."""
        return QSize(self._theme.px(440), self._theme.px(HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop what does not fit."""
        self._adapt()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the hairline below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("panel"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.color("line"))

    def _button(
        self, icon: str, text: str, help_text: str, key: str, accent: bool = False
    ) -> BarButton:
        button = BarButton(self._theme, icon, text, accent)
        button.setToolTip(_hint(help_text, key))
        button.setAccessibleName(help_text)
        self._line.addWidget(button)
        return button

    def _wide(self, least: int) -> bool:
        return self.width() >= least * self._theme.zoom

    def _adapt(self) -> None:
        self.speed.setVisible(self._wide(_NARROW))
        self._show_play()
        self._show_seed()

    def _show_play(self) -> None:
        icon = "pause" if self._playing else "reset" if self._finished else "play"
        word = "Pause" if self._playing else "Replay" if self._finished else "Play"
        wide = self._wide(_FULL)
        self.play.set_face(icon, word if wide else "")
        self.play.reserve("Replay" if wide else "")
        self.play.setAccessibleName(word)

    def _show_seed(self) -> None:
        shown, count = self._shown + 1, self._count
        wide = self._wide(_FULL)
        self.seed.set_face("", f"Seed {shown} of {count}" if wide else f"{shown}/{count}")
        self.seed.reserve(f"Seed {count} of {count}" if wide else f"{count}/{count}")
        self.seed.setAccessibleName(f"Seed {shown} of {count} is shown")

    def _on_popup_gone(self) -> None:
        self.popup = None
