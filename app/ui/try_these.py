"""Try these: the sources' experiments, a button each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.core.presets import Preset
from app.ui.flow import FlowLayout
from app.ui.theme import DARK, Theme


class TryThese(QFrame):
    """A strip of buttons.

    Signals:
        chosen(key): a preset's button was pressed.
    """

    chosen = Signal(str)

    def __init__(self, presets: Sequence[Preset]) -> None:
        super().__init__()
        self.setObjectName("tryThese")
        self._label = QLabel("Try these")
        self._chips: dict[str, QPushButton] = {}
        holder = QWidget()
        self._flow = FlowLayout(holder)
        for preset in presets:
            chip = QPushButton(preset.label)
            chip.setObjectName("chip")
            chip.setToolTip(preset.help)
            chip.setAccessibleName(f"Try: {preset.label}")
            chip.setAccessibleDescription(preset.help)
            chip.clicked.connect(lambda _=False, key=preset.key: self.chosen.emit(key))
            self._chips[preset.key] = chip
            self._flow.addWidget(chip)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._label)
        self._row.addWidget(holder, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_theme(DARK)

    def chip(self, key: str) -> QPushButton:
        """Return a preset's button."""
        return self._chips[key]

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes from the theme."""
        px = theme.px
        self._label.setFont(theme.font(12.5, 600))
        self._flow.gap = px(6)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._row.setContentsMargins(px(14), px(8), px(12), px(8))
        self._row.setSpacing(px(12))
        for chip in self._chips.values():
            chip.setFont(theme.font(11.5))
        self.setStyleSheet(
            f"#tryThese {{ background: {theme.panel}; border: 1px solid {theme.line};"
            f" border-radius: {px(12)}px; }}"
            f"#chip {{ background: {theme.raised}; color: {theme.text};"
            f" border: 1px solid {theme.line}; border-radius: {px(11)}px;"
            f" padding: {px(3)}px {px(9)}px; min-height: 0; }}"
            f"#chip:hover {{ border-color: {theme.accent}; }}"
            f"#chip:focus {{ border-color: {theme.accent}; }}"
            f"#chip:pressed {{ background: {theme.line}; }}"
        )
        self._flow.invalidate()
