"""Sections of the panel: a title with a summary, controls, and more of them folded away."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from layerlab.core.translation import _
from layerlab.ui.controls.paint import Painted
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

MORE_HEIGHT = 20  # of the second line of a summary, at zoom 1


class SectionTitle(Themed, QWidget):
    """A title in capitals at the left, a muted summary at the right, and more of it below.

    Signals:
        clicked: it was clicked where that opens something, see `set_clickable`.
    """

    clicked = Signal()

    def __init__(self, title: str, theme: Theme) -> None:
        """Make the line."""
        super().__init__()
        self._title, self._summary, self._more, self.theme = title, "", "", theme
        self._is_clickable = False
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    @property
    def summary(self) -> str:
        """The text at the right."""
        return self._summary

    @property
    def more(self) -> str:
        """The text below it; empty where there is one line alone."""
        return self._more

    def set_summary(self, text: str, details: Sequence[str] = (), more: str = "") -> None:
        """Show another text at the right; a hover gives it whole, with the details below.

        Args:
            text: at the right of the title. details: lines of the tooltip.
            more: what has to be seen, too: a second line, across the whole width.
        """
        whole = "\n".join([text, *([more] if more else []), *details])
        if whole != self.accessibleDescription():
            self._summary, self._more = text, more
            self._restyle(self.theme)
            self.setAccessibleDescription(whole)
            lines = whole.split("\n") if details else []
            self.setToolTip("".join(f"<p>{html.escape(line)}</p>" for line in lines))
            self.update()

    def set_clickable(self, on: bool) -> None:
        """Let a click open something, or nothing; the keyboard has another way there."""
        if on != self._is_clickable:
            self._is_clickable = on
            shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Report a click."""
        is_click = event.button() == Qt.MouseButton.LeftButton
        if self._is_clickable and is_click and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        else:
            event.ignore()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(24 + (MORE_HEIGHT if self._more else 0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the texts; the summary is cut with dots where it does not fit."""
        painter, theme = QPainter(self), self.theme
        font = theme.font(11, 600)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.9 * theme.zoom)
        font.setCapitalization(QFont.Capitalization.AllUppercase)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        box = QRectF(0, 0, self.width(), theme.px(24))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._title)
        used = QFontMetricsF(font).horizontalAdvance(self._title) + theme.px(10)
        font = theme.font(11)
        painter.setFont(font)
        below = QRectF(0, box.height(), box.width(), theme.px(MORE_HEIGHT))
        for summary, room in (
            (self._summary, box.adjusted(used, 0, 0, 0)),
            (self._more, below.adjusted(0, 0, 0, -theme.px(4))),
        ):
            text = QFontMetricsF(font).elidedText(
                summary, Qt.TextElideMode.ElideRight, room.width()
            )
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(room, flags, text)


class FoldButton(Painted, QPushButton):
    """Unfolds what is below it: a word with an arrow that turns."""

    def __init__(self, text: str, theme: Theme) -> None:
        """Make the button, folded."""
        super().__init__(text, theme)
        self.setCheckable(True)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return room for word and arrow."""
        theme = self.theme
        words = QFontMetricsF(theme.font(11)).horizontalAdvance(self.text())
        return QSize(round(words) + theme.px(22), theme.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint arrow and word."""
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme.color("text" if self.underMouse() else "muted")
        painter.setPen(QPen(color, 1.4 * theme.zoom))
        arm = 3.2 * theme.zoom
        at = QPointF(theme.px(5), self.height() / 2)
        if self.isChecked():
            points = [QPointF(-arm, -arm / 2), QPointF(0, arm / 2), QPointF(arm, -arm / 2)]
        else:
            points = [QPointF(-arm / 2, -arm), QPointF(arm / 2, 0), QPointF(-arm / 2, arm)]
        painter.drawPolyline([at + point for point in points])
        painter.setFont(theme.font(11))
        box = QRectF(self.rect()).adjusted(theme.px(14), 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_ring(painter, QRectF(self.rect()), theme.px(5))


class Section(Themed, QWidget):
    """A title, the main controls, and a folded part with the rarer ones.

    Controls are put into the columns `main` and `rare`.

    Signals:
        unfolded: whether the rarer ones are shown now.
    """

    unfolded = Signal(bool)

    def __init__(self, title: str, theme: Theme, last: bool = False) -> None:
        """Make an empty section; the last one has no line below it."""
        super().__init__()
        self.theme, self._last = theme, last
        self.title = SectionTitle(title, theme)
        self.fold = FoldButton(_("More"), theme)
        self.fold.setAccessibleName(_("{title}: more", title=title))
        self.more = QWidget()
        self.more.hide()
        column = QVBoxLayout(self)
        self.main, self.rare = QVBoxLayout(), QVBoxLayout(self.more)
        column.addWidget(self.title)
        column.addLayout(self.main)
        column.addWidget(self.fold)
        column.addWidget(self.more)
        self.fold.toggled.connect(self.more.setVisible)
        self.fold.toggled.connect(self.unfolded)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        column = self.layout()
        assert column is not None
        column.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(8))
        column.setSpacing(theme.px(2))
        self.main.setSpacing(theme.px(7))
        self.rare.setSpacing(theme.px(4))
        self.rare.setContentsMargins(0, 0, 0, theme.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the hairline to the next section."""
        if not self._last:
            painter = QPainter(self)
            line = self.theme.color("line")
            painter.fillRect(0, self.height() - 1, self.width(), 1, line)
