"""Try these: the sources' experiments, a button each on one line, the rest in a menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy

from layerlab.core.presets import Preset
from layerlab.core.translation import _
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed


class TryThese(Themed, QFrame):
    """A strip of buttons. What does not fit on the line is in the last button's menu.

    Signals:
        chosen(key): a preset was chosen.
    """

    chosen = Signal(str)

    def __init__(self, presets: Sequence[Preset]) -> None:
        super().__init__()
        self.setObjectName("tryThese")
        self._presets = {preset.key: preset for preset in presets}
        self._label = QLabel(_("Try these"), self)
        self._chips: dict[str, QPushButton] = {}
        for preset in presets:
            chip = self._chip(preset.label, _("Try: {label}", label=preset.label), preset.help)
            chip.clicked.connect(lambda _=False, key=preset.key: self.chosen.emit(key))
            self._chips[preset.key] = chip
        self._more = self._chip(
            _("more…"), _("More to try"), _("The experiments that do not fit here.")
        )
        self._more.clicked.connect(self._on_more)
        self._hidden: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(DARK)

    def chip(self, key: str) -> QPushButton:
        """Return a preset's button."""
        return self._chips[key]

    def hidden_keys(self) -> list[str]:
        """Return the presets that are only in the menu now."""
        return list(self._hidden)

    def menu(self) -> QMenu:
        """Return a new menu of the presets that do not fit on the line."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for key in self._hidden:
            action = menu.addAction(self._presets[key].label)
            action.setToolTip(self._presets[key].help)
            action.triggered.connect(lambda _=False, key=key: self.chosen.emit(key))
        return menu

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._label.setFont(theme.font(12.5, 600))
        for chip in (*self._chips.values(), self._more):
            chip.setFont(theme.font(11.5))
        high = self._more.fontMetrics().height() + 2 * px(3) + 2
        corner = min(px(11), high // 2)
        self.setStyleSheet(
            f"#tryThese {{ background: {theme.panel}; border: 1px solid {theme.line};"
            f" border-radius: {px(12)}px; }}"
            f"#chip {{ background: {theme.raised}; color: {theme.text};"
            f" border: 1px solid {theme.line}; border-radius: {corner}px;"
            f" padding: {px(3)}px {px(9)}px; min-height: 0; }}"
            f"#chip:hover, #chip:focus {{ border-color: {theme.accent}; }}"
            f"#chip:pressed {{ background: {theme.line}; }}"
        )
        self.updateGeometry()
        self._place()

    def sizeHint(self) -> QSize:
        """Return one line's height."""
        return QSize(self.theme.px(300), self.theme.px(44))

    def minimumSizeHint(self) -> QSize:
        """Return one line's height, and any width."""
        return QSize(0, self.theme.px(44))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the line again."""
        self._place()

    def _chip(self, text: str, name: str, help_text: str) -> QPushButton:
        chip = QPushButton(text, self)
        chip.setObjectName("chip")
        chip.setToolTip(help_text)
        chip.setAccessibleName(name)
        chip.setAccessibleDescription(help_text)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return chip

    def _place(self) -> None:
        px = self.theme.px
        gap, x, end = px(6), px(14), self.width() - px(12)
        self._put(self._label, x, self._label.sizeHint())
        x += self._label.sizeHint().width() + px(12)
        sizes = {key: chip.sizeHint() for key, chip in self._chips.items()}
        whole = sum(size.width() + gap for size in sizes.values()) - gap
        if x + whole > end:
            end -= self._more.sizeHint().width() + gap
        self._hidden = []
        for key, chip in self._chips.items():
            fits = not self._hidden and x + sizes[key].width() <= end
            chip.setVisible(fits)
            if fits:
                self._put(chip, x, sizes[key])
                x += sizes[key].width() + gap
            else:
                self._hidden.append(key)
        self._more.setVisible(bool(self._hidden))
        self._put(self._more, x, self._more.sizeHint())

    def _put(self, widget: QLabel | QPushButton, x: int, size: QSize) -> None:
        widget.setGeometry(x, (self.height() - size.height()) // 2, size.width(), size.height())

    def _on_more(self) -> None:
        menu = self.menu()
        corner = self._more.mapToGlobal(QPoint(0, 0))
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))
