"""The top bar: play and its kin, the speed, the readouts, seed, theme and menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpacerItem

from layerlab.core.success import Ranking
from layerlab.core.translation import _
from layerlab.ui.bars import WindowBar
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.controls.gauges import BAR_HEIGHT, Readouts, SpeedControl
from layerlab.ui.controls.seeds import SeedPopup
from layerlab.ui.readouts import Readout
from layerlab.ui.theme import Theme

# Widths at zoom 1 below which the readouts get a row of their own, labels hide, speed hides.
_ONE_ROW, _FULL, _NARROW = 1040, 672, 576
_SECOND_ROW = 38  # height at zoom 1


class TopBar(WindowBar):
    """Drives the run and shows its progress. Knows no runner.

    Signals:
        play_pressed, step_pressed, finish_pressed, new_seed_pressed: a button was pressed.
        speed_changed: updates a second; inf for no limit.
        seed_chosen: place of the seed to show, from 0.
    """

    play_pressed = Signal()
    step_pressed = Signal()
    finish_pressed = Signal()
    new_seed_pressed = Signal()
    speed_changed = Signal(float)
    seed_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        """Make the bar; `menu_button` waits for a QMenu of the window."""
        super().__init__(theme)
        self._count, self._shown = 1, 0
        self._ranking = Ranking()
        self._playing = self._finished = False
        self.popup: SeedPopup | None = None
        self._line.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        add = self._button
        hint = _("Plays or pauses the training")
        self.play = add(self.play_pressed, "play", _("Play"), hint, "play", accent=True)
        self.step = add(self.step_pressed, "step", "", _("One update"), "step")
        hint = _("Resets to the same initial weights")
        self.reset = add(self.reset_pressed, "reset", "", hint, "reset")
        self.undo = add(self.undo_pressed, "undo", "", _("Undo"), "undo")
        self.redo = add(self.redo_pressed, "redo", "", _("Redo"), "redo")
        hint = _("Trains to completion")
        self.finish = add(self.finish_pressed, "finish", "", hint, "finish")
        self.speed = SpeedControl(theme)
        self.speed.changed.connect(self.speed_changed)
        self._line.addWidget(self.speed)
        self.readouts = Readouts(theme)
        self._line.addWidget(self.readouts, 1)
        self._room = QSpacerItem(0, 0, QSizePolicy.Policy.Expanding)  # instead of them
        self._is_one_row = True
        self.seed = BarButton(theme, text=_("Seed"), arrow=True)
        self.seed.setToolTip(_("Which of the networks trained in parallel is drawn"))
        self.seed.clicked.connect(self.open_seeds)
        self._line.addWidget(self.seed)
        self._add_theme_and_menu()
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

    def set_readouts(self, readouts: Sequence[Readout]) -> None:
        """Show numbers with their labels; those of the highest rank give way first."""
        self.readouts.set_readouts(readouts)

    def set_speed(self, speed: float) -> None:
        """Show a speed in updates a second (inf: no limit) without emitting anything."""
        self.speed.set_speed(speed)

    def set_seeds(self, count: int, shown: int) -> None:
        """Show which of how many seeds is drawn; `shown` counts from 0."""
        self._count, self._shown = count, shown
        self._show_seed()

    def set_ranking(self, ranking: Ranking) -> None:
        """Take note of how the seeds did, for the popup."""
        self._ranking = ranking

    def open_seeds(self) -> None:
        """Show all seeds to choose from."""
        popup = SeedPopup(self._count, self._shown, self._ranking, self.theme, self)
        popup.chosen.connect(self.seed_chosen)
        popup.new_wanted.connect(self.new_seed_pressed)
        popup.destroyed.connect(self._on_popup_gone)
        size = popup.sizeHint()
        corner = self.seed.mapToGlobal(QPoint(self.seed.width(), self.seed.height()))
        x = max(self.screen().availableGeometry().left(), corner.x() - size.width())
        popup.move(x, corner.y() + self.theme.px(4))
        self.popup = popup
        popup.show()

    def _restyle(self, theme: Theme) -> None:
        if self.popup is not None:
            self.popup.close()
        super()._restyle(theme)

    def _wide(self, least: int) -> bool:
        return self.width() >= least * self.theme.zoom

    def adapt(self) -> None:
        """Give the readouts a row of their own, or drop what does not fit."""
        self.speed.setVisible(self._wide(_NARROW))
        self._show_play()
        self._show_seed()
        self._show_rows(self._wide(_ONE_ROW))

    def _show_rows(self, is_one_row: bool) -> None:
        if is_one_row != self._is_one_row:
            self._is_one_row = is_one_row
            place = self._line.indexOf(self.seed) - 1
            if is_one_row:
                self._line.removeItem(self._room)
                self._line.insertWidget(place, self.readouts, 1)
            else:
                self._line.removeWidget(self.readouts)
                self._line.insertItem(place, self._room)
        theme = self.theme
        below = 0 if is_one_row else theme.px(_SECOND_ROW)
        margins = self._line.contentsMargins()
        margins.setBottom(1 + below)
        self._line.setContentsMargins(margins)
        self.setFixedHeight(theme.px(BAR_HEIGHT) + below)
        if not is_one_row:
            wide = self.width() - margins.left() - margins.right()
            self.readouts.lower()  # where they overlap, the buttons are meant
            self.readouts.setGeometry(margins.left(), below, wide, self.readouts.height())

    def _show_play(self) -> None:
        icon = "pause" if self._playing else "play"
        word = _("Pause") if self._playing else _("Replay") if self._finished else _("Play")
        wide = self._wide(_FULL)
        self.play.set_face(icon, word if wide else "")
        self.play.reserve(_("Replay") if wide else "")
        self.play.setAccessibleName(word)

    def _show_seed(self) -> None:
        shown, count = self._shown + 1, self._count
        wide = self._wide(_FULL)
        self.seed.set_face(
            "",
            _("Seed {shown} of {count}", shown=shown, count=count)
            if wide
            else f"{shown}/{count}",
        )
        self.seed.reserve(
            _("Seed {shown} of {count}", shown=count, count=count)
            if wide
            else f"{count}/{count}"
        )
        self.seed.setAccessibleName(
            _("Seed {shown} of {count} is shown", shown=shown, count=count)
        )

    def _on_popup_gone(self) -> None:
        self.popup = None
