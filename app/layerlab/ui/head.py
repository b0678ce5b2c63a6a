"""What stands in a card's head: labels that can be clicked, and its menu."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed


class HeadButton(Themed, QAbstractButton):
    """A label in a card's head that can be clicked: muted, highlighted under the mouse.

    Attributes:
        brief: what is shown instead of the text where that leaves no room for the title.
        is_brief: whether it is shown.
        in_figure: its text in a figure, where nothing can be clicked; "" for nothing.
    """

    def __init__(self, text: str = "", help_text: str = "", brief: str = "") -> None:
        super().__init__()
        self.brief, self.is_brief = brief, False
        self._is_tight = False
        self.in_figure, self._is_figure = "", False
        self._by_keyboard = False
        self.setText(text)
        self.setToolTip(help_text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(help_text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(11))
        self.updateGeometry()

    def show_brief(self, is_brief: bool) -> None:
        """Show the brief word, if there is one, with less around it, or the text."""
        if is_brief != self._is_tight:
            self._is_tight, self.is_brief = is_brief, is_brief and bool(self.brief)
            self.updateGeometry()
            self.update()

    def set_figure(self, is_figure: bool) -> None:
        """Show the text for a figure, or for the screen again."""
        self._is_figure = is_figure
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size of the word and its padding."""
        width = self.fontMetrics().horizontalAdvance(self._word())
        around = self.theme.px(4 if self._is_tight else 12)
        return QSize(width + around, self.theme.px(20))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame only to those who came by keyboard."""
        keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in keys
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        self._by_keyboard = False
        super().focusOutEvent(event)

    def enterEvent(self, event: object) -> None:
        """Brighten."""
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Dim."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word, on a raised pill when checked, framed when focused."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box, round_px = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self.theme.px(6)
            painter.setPen(Qt.PenStyle.NoPen)
            if self.isChecked() or self.isDown():
                painter.setBrush(self.theme.color("raised"))
                painter.setPen(QPen(self.theme.color("line"), 1))
                painter.drawRoundedRect(box, round_px, round_px)
            if self._by_keyboard:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self.theme.color("accent"), 1.5))
                painter.drawRoundedRect(box, round_px, round_px)
            highlighted = self.isChecked() or self.underMouse()
            painter.setPen(self.theme.color("text" if highlighted else "muted"))
            painter.setFont(self.font())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._word())

    def _word(self) -> str:
        if self._is_figure:
            return self.in_figure
        return self.brief if self.is_brief else self.text()


class HeadMark(HeadButton):
    """A word that can be clicked and is lit up by its owner, not by the click."""

    def __init__(self, text: str, help_text: str) -> None:
        super().__init__(text, help_text)
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """Leave the light to the owner: what was asked for is not yet there."""


class HeadLabel(QLabel):
    """A text in a card's head that never keeps the card from being narrow."""

    _is_figure = False

    def set_figure(self, is_figure: bool) -> None:
        """Be painted for a file, or for the screen again."""
        self._is_figure = is_figure

    def minimumSizeHint(self) -> QSize:
        """Return no width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, with an ellipsis where a plain one has not enough room."""
        is_plain = self.textFormat() == Qt.TextFormat.PlainText
        if self._is_figure and not is_plain:
            self._paint_rich()
            return
        if not is_plain or self.fontMetrics().horizontalAdvance(self.text()) <= self.width():
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            text = self.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, self.width()
            )
            painter.drawText(self.rect(), self.alignment(), text)

    def _paint_rich(self) -> None:
        """Paint rich text as QLabel does, but without its clip, which SVG files misplace."""
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(self.font())
        color = self.palette().color(self.foregroundRole()).name()
        document.setHtml(f'<span style="color:{color}">{self.text()}</span>')
        with QPainter(self) as painter:
            painter.translate(0, (self.height() - document.size().height()) / 2)
            document.drawContents(painter)


class MenuButton(HeadButton):
    """The three dots of a card: seen while the mouse is over the card, or with focus."""

    def __init__(self, card: QWidget) -> None:
        super().__init__("", _("Copy as picture or numbers, maximise"))
        self._card = card
        self.is_quiet = False  # while the card's picture is taken

    def sizeHint(self) -> QSize:
        """Return a narrow box, so that notes end nearly where the plot does."""
        return QSize(self.theme.px(16), self.theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint three dots."""
        seen = self._card.underMouse() or self._by_keyboard or self.isDown()
        if self.is_quiet or not seen:
            return
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("text" if self.underMouse() else "muted"))
            middle = QPointF(self.width() / 2, self.height() / 2)
            for step in (-1, 0, 1):
                radius = 1.4 * self.theme.zoom
                painter.drawEllipse(
                    middle + QPointF(step * 4.5 * self.theme.zoom, 0), radius, radius
                )
