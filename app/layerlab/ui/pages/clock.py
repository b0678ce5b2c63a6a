"""A button that turns a knob on, a step a frame."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent

from layerlab.core.translation import _
from layerlab.ui.card import Card
from layerlab.ui.head import HeadButton
from layerlab.ui.pages.view import PageView

_PLAY, _PAUSE = _("▶ Play"), _("❚❚ Pause")


class PlayButton(HeadButton):
    """Plays a knob to its end; all of it is one undo. It stops when hidden.

    Attributes:
        clock: what makes the frames.
    """

    def __init__(
        self,
        view: PageView,
        card: Card,
        knob: str,
        end: int,
        step: int,
        frame_ms: int,
        help_text: str,
    ) -> None:
        """Put the button into a card's head.

        Args:
            view: whose knob is turned. card: where the button stands.
            knob: a whole number. end: where it stops; from there it begins at 0.
            step: that a frame adds. frame_ms: from one to the next.
            help_text: what it does.
        """
        super().__init__(_PLAY, help_text)
        self._view, self._card, self._knob = view, card, knob
        self._end, self._step = end, step
        self.clock = QTimer(self)
        self.clock.setInterval(frame_ms)
        self.clock.timeout.connect(self.tick)
        self.setCheckable(True)
        self.toggled.connect(self._on_toggled)
        card.add_control(self)

    def tick(self) -> None:
        """Turn the knob by one step."""
        value = min(self._end, self._view.values[self._knob] + self._step)
        self._view.edited.emit(self._knob, value)
        if value == self._end:
            self.setChecked(False)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop playing."""
        self.setChecked(False)
        super().hideEvent(event)

    def _on_toggled(self, on: bool) -> None:
        self.setText(_PAUSE if on else _PLAY)
        self.updateGeometry()
        self._card.fit_head()
        if on:
            self._view.grabbed.emit(self._knob)  # all of it is one undo
            if self._view.values[self._knob] >= self._end:
                self._view.edited.emit(self._knob, 0)
            self.clock.start()
        else:
            self.clock.stop()
            self._view.released.emit(self._knob)
