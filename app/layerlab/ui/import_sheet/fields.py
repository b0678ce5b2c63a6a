"""Fields of the import sheet: choosers, in lines with their names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLabel, QSpinBox, QWidget

from layerlab.core.translation import _
from layerlab.ui.theme import Theme


class _NoWheel(QObject):
    """Lets a passing wheel scroll what a field is in, instead of changing the field."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignore the wheel while the field has no focus."""
        is_wheel = event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget)
        if is_wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


class Picker(QComboBox):
    """A list of options, of which one is in force.

    Signals:
        picked(key): a person chose another one.
    """

    picked = Signal(str)

    def __init__(self, name: str, help_text: str, theme: Theme) -> None:
        super().__init__()
        self._keys: list[str] = []
        self._shown: list[tuple[str, str]] = []
        self.setFont(theme.font(12))
        self.setAccessibleName(name)
        self.setAccessibleDescription(help_text)
        self.setToolTip(help_text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.setMinimumContentsLength(7)
        self.setMaxVisibleItems(16)
        self.activated.connect(self._on_activated)
        self.installEventFilter(_NoWheel(self))

    def offer(self, options: Sequence[tuple[str, str]], key: str) -> None:
        """Offer options, with one of them in force; nothing is emitted.

        Args:
            options: key and text of each. key: of the one in force.
        """
        if list(options) != self._shown:
            self._shown = list(options)
            self._keys = [one for one, _text in options]
            self.clear()
            self.addItems([text for _key, text in options])
        self._in_force = key
        self.setCurrentIndex(self._keys.index(key) if key in self._keys else -1)

    @property
    def key(self) -> str:
        """The option that is shown."""
        k = self.currentIndex()
        return self._keys[k] if k >= 0 else ""

    def pick(self, key: str) -> None:
        """Choose an option as a person does."""
        self.setCurrentIndex(self._keys.index(key))
        self._on_activated(self.currentIndex())

    def _on_activated(self, row: int) -> None:
        if self._keys[row] != self._in_force:
            self._in_force = self._keys[row]
            self.picked.emit(self._keys[row])


class Share(QSpinBox):
    """A share in percent.

    Signals:
        given(share): a person chose another one, 0 to 0.9.
    """

    given = Signal(float)

    def __init__(self, name: str, help_text: str, theme: Theme) -> None:
        super().__init__()
        self.setFont(theme.font(12))
        self.setAccessibleName(name)
        self.setAccessibleDescription(help_text)
        self.setToolTip(help_text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(0, 90)
        self.setSingleStep(5)
        # Translators: behind a number
        self.setSuffix(_(" % of the rows"))
        self.setKeyboardTracking(False)
        self.valueChanged.connect(lambda percent: self.given.emit(percent / 100))
        self.installEventFilter(_NoWheel(self))

    def show_share(self, share: float) -> None:
        """Show a share; nothing is emitted."""
        self.blockSignals(True)
        self.setValue(round(100 * share))
        self.blockSignals(False)


class Group(QFrame):
    """A title in capitals, and fields below it, each in a line with its name."""

    def __init__(self, title: str, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(6))
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QLabel] = {}
        font = theme.font(11, 600)
        font.setCapitalization(font.Capitalization.AllUppercase)
        font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 0.9 * theme.zoom)
        self.title = QLabel(title)
        self.title.setFont(font)
        self.title.setStyleSheet(f"color: {theme.muted}")
        self._grid.setColumnMinimumWidth(0, theme.px(60))
        self._grid.addWidget(self.title, 0, 0, 1, 2)

    def add(self, widget: QWidget, name: str = "") -> None:
        """Put a field below the others, beside its name; without one, across the width."""
        row = self._grid.rowCount()
        if not name:
            self._grid.addWidget(widget, row, 0, 1, 2)
            return
        label = QLabel(name)
        label.setFont(self._theme.font(12))
        label.setBuddy(widget)
        self._labels[widget] = label
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(widget, row, 1)

    def show_field(self, widget: QWidget, shown: bool) -> None:
        """Show a field with its name, or hide both."""
        widget.setVisible(shown)
        if widget in self._labels:
            self._labels[widget].setVisible(shown)
