"""The popup of all seeds: which of the networks trained at once is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QWidget

from layerlab.core.success import Ranking
from layerlab.core.translation import _
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.plotting.scale import level_text, number
from layerlab.ui.theme import Theme

_COLUMNS = 8
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_COLUMNS,
    Qt.Key.Key_Down: _COLUMNS,
}


def loss_text(ranking: Ranking, seed: int) -> str:
    """Return a seed's loss in words; empty where it is not known."""
    if seed >= ranking.seeds:
        return ""
    loss, level = number(float(ranking.losses[seed])), level_text(ranking.threshold)
    if ranking.successes[seed]:
        return _("training loss {loss}, below {threshold}", loss=loss, threshold=level)
    return _("training loss {loss}, not below {threshold}", loss=loss, threshold=level)


class SeedButton(QPushButton):
    """A seed's number, green where the seed is a success. Leaves the arrows to the popup."""

    def __init__(self, seed: int, shown: bool, ranking: Ranking, theme: Theme) -> None:
        """Make the button of a seed (from 0), lit up if it is shown."""
        super().__init__(str(seed + 1))
        self.setFont(theme.font(11.5, 500))
        self.setFixedWidth(theme.px(32))
        self.setCheckable(True)
        self.setChecked(shown)
        self.setAccessibleName(_("Seed {seed}", seed=seed + 1))
        if seed < ranking.seeds:
            text = _("Seed {seed}: {loss}", seed=seed + 1, loss=loss_text(ranking, seed))
            self.setAccessibleName(text)
            self.setToolTip(text)
            token = theme.good if ranking.successes[seed] else theme.muted
            self.setStyleSheet(f"SeedButton {{ color: {token}; }}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the arrows on."""
        if Qt.Key(event.key()) in _MOVES:
            event.ignore()
        else:
            super().keyPressEvent(event)


class SeedPopup(QFrame):
    """All seeds of a run as small numbers, the best and the worst, and a button for new ones.

    Signals:
        chosen: the seed's place, from 0.
        new_wanted: other draws of weights and order are asked for.
    """

    chosen = Signal(int)
    new_wanted = Signal()

    def __init__(
        self, count: int, shown: int, ranking: Ranking, theme: Theme, parent: QWidget
    ) -> None:
        """Make the popup of `count` seeds, of which `shown` (from 0) is lit up."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        px = theme.px
        self.setStyleSheet(
            f"#popup {{ background: {theme.panel}; border: 1px solid {theme.faint}; }}"
            f"SeedButton {{ padding: 0; min-height: {px(24)}px; border-radius: {px(5)}px; }}"
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(px(10), px(10), px(10), px(10))
        grid.setSpacing(px(4))
        self.buttons: list[SeedButton] = []
        for seed in range(count):
            button = SeedButton(seed, seed == shown, ranking, theme)
            button.clicked.connect(lambda _=False, seed=seed: self._on_chosen(seed))
            grid.addWidget(button, *divmod(seed, _COLUMNS))
            self.buttons.append(button)
        line = QHBoxLayout()
        line.setSpacing(px(4))
        self.extremes: dict[str, BarButton] = {}
        if ranking.seeds == count > 1:
            for key, seed in (("best", ranking.best), ("worst", ranking.worst)):
                self._add_extreme(key, seed, ranking, theme, line)
        self.new = BarButton(theme, "new-seed", _("New seeds"))
        self.new.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.new.setToolTip(_("Draws new initial weights and shuffling orders for all seeds."))
        self.new.clicked.connect(self._on_new)
        line.addWidget(self.new)
        line.addStretch(1)
        grid.addLayout(line, -(-count // _COLUMNS), 0, 1, _COLUMNS)
        if self.buttons:
            self.buttons[min(shown, count - 1)].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the seeds with the arrows."""
        move = _MOVES.get(Qt.Key(event.key()))
        here = [i for i, button in enumerate(self.buttons) if button.hasFocus()]
        if move is None or not here:
            super().keyPressEvent(event)
        elif 0 <= here[0] + move < len(self.buttons):
            self.buttons[here[0] + move].setFocus(Qt.FocusReason.TabFocusReason)
        elif move > 0:
            last = next(iter(self.extremes.values()), self.new)
            last.setFocus(Qt.FocusReason.TabFocusReason)

    def _add_extreme(
        self, key: str, seed: int, ranking: Ranking, theme: Theme, line: QHBoxLayout
    ) -> None:
        loss = loss_text(ranking, seed)
        if key == "best":
            text = _("Best: {seed}", seed=seed + 1)
            name = _("Best seed, {seed}: {loss}", seed=seed + 1, loss=loss)
        else:
            text = _("Worst: {seed}", seed=seed + 1)
            name = _("Worst seed, {seed}: {loss}", seed=seed + 1, loss=loss)
        button = BarButton(theme, text=text)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(name)
        button.setToolTip(_("Seed {seed}: {loss}", seed=seed + 1, loss=loss))
        button.clicked.connect(lambda: self._on_chosen(seed))
        line.addWidget(button)
        self.extremes[key] = button

    def _on_chosen(self, seed: int) -> None:
        self.chosen.emit(seed)
        self.close()

    def _on_new(self) -> None:
        self.new_wanted.emit()
        self.close()
