"""Depth: its slider, and the lock that lets the width pay for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.ui.controls.pill import Pill
from layerlab.ui.controls.slider import Slider
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme


class FittedLabel(QLabel):
    """One line with the longest of its texts that fits."""

    def __init__(self) -> None:
        """Make an empty line."""
        super().__init__()
        self._wordings: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def set_wordings(self, wordings: Sequence[str]) -> None:
        """Show the first text that fits, else the last; the first is the tooltip."""
        self._wordings = tuple(wordings) or ("",)
        self.setToolTip(self._wordings[0])
        self.setAccessibleName(self._wordings[0])
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return no width: the line never widens its column."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the text again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetricsF(self.font())
        fitting = (w for w in self._wordings if metrics.horizontalAdvance(w) <= self.width())
        self.setText(next(fitting, self._wordings[-1]))


class DepthSlider(Slider):
    """The slider of `net.depth`, with the budget lock beside its name.

    Signals:
        locked: whether depth is to keep the number of parameters from here on.
    """

    locked = Signal(bool)

    def __init__(self, knob: Knob, theme: Theme) -> None:
        """Make the row, not locked."""
        self.lock = Pill(
            _("lock parameters"),
            _(
                "Keeps the number of parameters constant while the depth changes: the width of "
                "all layers adapts. So you compare networks of different shape but equal size."
            ),
            theme,
        )
        self.note = FittedLabel()
        super().__init__(knob, theme)
        self.lock.setParent(self.header)
        self.lock.toggled.connect(self.locked)
        self.note.hide()
        self.body.addWidget(self.note)

    def show_budget(self, wordings: Sequence[str]) -> None:
        """Show below the slider what the lock does, from long to short; nothing: hide it."""
        self.note.set_wordings(wordings)
        self.note.setVisible(bool(wordings))
        self._describe(self.bar.number)

    def _describe(self, number: float) -> None:
        super()._describe(number)
        if not self.note.isHidden():
            text = f"{self.note.accessibleName()}. {self.bar.accessibleDescription()}"
            self.bar.setAccessibleDescription(text)

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.lock.stand_in(self.header)
        self.note.setFont(theme.font(10.5))
        set_text_color(self.note, theme, "muted")
        self.note.setFixedHeight(theme.px(15))
