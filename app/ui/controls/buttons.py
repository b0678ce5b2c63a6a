"""Buttons of the top bar: an icon, a word or both."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from app.ui.controls.paint import KeyboardRing, draw_box, draw_ring
from app.ui.icons import pixmap
from app.ui.theme import Theme

_HEIGHT = 32
_COLUMNS = 8  # seeds in a row of the popup
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_COLUMNS,
    Qt.Key.Key_Down: _COLUMNS,
}


class BarButton(KeyboardRing, QPushButton):
    """A painted button. A mouse click leaves the focus where it was."""

    def __init__(
        self, theme: Theme, icon: str = "", text: str = "", accent: bool = False,
        arrow: bool = False,
    ) -> None:  # fmt: skip
        """Make the button.

        Args:
            theme: colours, fonts and sizes.
            icon: see `icons.pixmap`; none if empty.
            text: a word beside the icon; none if empty.
            accent: whether it is the one that matters most.
            arrow: whether a small arrow says that something opens.
        """
        super().__init__(text)
        self.setProperty("painted", True)
        self._theme, self._icon, self._accent, self._arrow = theme, icon, accent, arrow
        self._widest = ""  # the longest text it will ever have
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_theme(theme)

    def set_face(self, icon: str, text: str) -> None:
        """Show another icon and word."""
        if (icon, text) != (self._icon, self.text()):
            self._icon = icon
            self.setText(text)
            self._fit()

    def reserve(self, text: str) -> None:
        """Keep room for the longest text, so that neighbours never move."""
        if text != self._widest:
            self._widest = text
            self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self._theme = theme
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for icon, the longest word and arrow."""
        theme, width = self._theme, 0.0
        if self.text():
            metrics = QFontMetricsF(self._font())
            words = (metrics.horizontalAdvance(t) for t in (self.text(), self._widest))
            width = max(words) + 24 * theme.zoom
            width += (22 if self._icon else 0) * theme.zoom
        width += (12 if self._arrow else 0) * theme.zoom
        return QSize(max(round(width), theme.px(34)), theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, icon, word and arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box, radius = self._theme, QRectF(self.rect()), self._theme.px(8)
        on, over, down = self.isEnabled(), self.underMouse(), self.isDown()
        if self._accent:
            fill = theme.color("accent", 0.82 if down else 0.92 if over else 1.0)
            draw_box(painter, box, fill, fill, radius)
            token = "on_accent"
        else:
            fill = theme.color("line" if down else "raised")
            border = theme.color("faint" if over and on else "line")
            draw_box(painter, box, fill, border, radius, theme.px(1))
            token = "text" if on else "faint"
        self._paint_face(painter, box, token)
        if self.ring and self.hasFocus():
            draw_ring(painter, box, theme, radius)

    def _paint_face(self, painter: QPainter, box: QRectF, token: str) -> None:
        theme, size = self._theme, self._theme.px(16)
        font = self._font()
        words = QFontMetricsF(font).horizontalAdvance(self.text()) if self.text() else 0.0
        gap = 6 * theme.zoom if words and self._icon else 0.0
        arrow = 12 * theme.zoom if self._arrow else 0.0
        width = (size if self._icon else 0) + gap + words + arrow
        x = box.center().x() - width / 2
        if self._icon:
            drawn = pixmap(self._icon, theme, token, 16, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(round(x), round(box.center().y() - size / 2)), drawn)
            x += size + gap
        painter.setPen(theme.color(token))
        if words:
            painter.setFont(font)
            place = QRectF(x, 0, words + 2, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._arrow:
            arm = 3 * theme.zoom
            at = QPointF(x + words + arrow - arm, box.center().y())
            painter.setPen(QPen(theme.color("muted"), 1.4 * theme.zoom))
            points = [QPointF(-arm, -arm / 2), QPointF(0, arm / 2), QPointF(arm, -arm / 2)]
            painter.drawPolyline([at + point for point in points])

    def _font(self) -> QFont:
        return self._theme.font(12.5, 600 if self._accent else 500)

    def _fit(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()


class SeedButton(QPushButton):
    """A seed's number. Leaves the arrow keys to the popup."""

    def __init__(self, seed: int, shown: bool, theme: Theme) -> None:
        """Make the button of a seed (from 0), lit up if it is shown."""
        super().__init__(str(seed + 1))
        self.setFont(theme.font(11.5, 500))
        self.setFixedWidth(theme.px(32))
        self.setCheckable(True)
        self.setChecked(shown)
        self.setAccessibleName(f"Seed {seed + 1}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the arrows on."""
        if Qt.Key(event.key()) in _MOVES:
            event.ignore()
        else:
            super().keyPressEvent(event)


class SeedPopup(QFrame):
    """All seeds of a run as small numbers, and a button for new ones.

    Signals:
        chosen: the seed's place, from 0.
        new_wanted: other draws of weights and order are asked for.
    """

    chosen = Signal(int)
    new_wanted = Signal()

    def __init__(self, count: int, shown: int, theme: Theme, parent: QWidget) -> None:
        """Make the popup of `count` seeds, of which `shown` (from 0) is lit up."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        px = theme.px
        self.setStyleSheet(
            f"#popup {{ background: {theme.panel}; border: 1px solid {theme.faint}; }}"
            f"QPushButton {{ padding: 0; min-height: {px(24)}px; border-radius: {px(5)}px; }}"
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(px(10), px(10), px(10), px(10))
        grid.setSpacing(px(4))
        self.buttons: list[SeedButton] = []
        for seed in range(count):
            button = SeedButton(seed, seed == shown, theme)
            button.clicked.connect(lambda _=False, seed=seed: self._on_chosen(seed))
            grid.addWidget(button, *divmod(seed, _COLUMNS))
            self.buttons.append(button)
        self.new = BarButton(theme, "new-seed", "New seeds")
        self.new.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.new.setToolTip("Draws other weights and orders for all seeds.")
        self.new.clicked.connect(self._on_new)
        grid.addWidget(self.new, -(-count // _COLUMNS), 0, 1, _COLUMNS)
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
            self.new.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_chosen(self, seed: int) -> None:
        self.chosen.emit(seed)
        self.close()

    def _on_new(self) -> None:
        self.new_wanted.emit()
        self.close()
