"""Text of a page: paragraphs, and buttons with what one will see."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy

from layerlab.core.experiment import Try
from layerlab.core.translation import _
from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.side import WIDTH
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def inner_width(theme: Theme) -> int:
    """Return the width of what stands in a page's panel, in pixels."""
    return theme.px(WIDTH) - 2 * theme.px(16) - 1


class Paragraph(Themed, QLabel):
    """Text that wraps in a page's panel, in a token's colour."""

    def __init__(self, text: str, token: str = "text", size: float = 12) -> None:
        """Make the paragraph; size in pixels at zoom 1."""
        super().__init__(text)
        self._token, self._size = token, size
        self.setWordWrap(True)
        # The panel's width is fixed, and with it the height: layouts need not ask around.
        policy = self.sizePolicy()
        policy.setHeightForWidth(False)
        self.setSizePolicy(policy)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(self._size))
        set_text_color(self, theme, self._token)
        self.setFixedHeight(self.heightForWidth(inner_width(theme)))


class TryButton(Painted, QPushButton):
    """A thing to try: what it is, and below what one then sees."""

    def __init__(self, thing: Try) -> None:
        """Make the button."""
        super().__init__(thing.label, DARK)
        self.thing = thing
        self.setAccessibleName(_("Try: {label}", label=thing.label))
        self.setAccessibleDescription(thing.help)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _restyle(self, theme: Theme) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return room for the text; the panel's width is fixed."""
        wide = inner_width(self.theme)
        return QSize(wide, round(self._boxes(wide)[1].bottom()) + self.theme.px(8))

    def minimumSizeHint(self) -> QSize:
        """Return the height of `sizeHint`."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, label and what one sees."""
        theme, box = self.theme, QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            over = self.underMouse()
            fill = theme.color("line" if self.isDown() else "raised")
            border = theme.color("accent" if over else "line")
            draw_box(painter, box, fill, border, theme.px(8), theme.px(1))
            label, help_box = self._boxes(self.width())
            painter.setFont(theme.font(12, 600))
            painter.setPen(theme.color("accent" if over else "text"))
            painter.drawText(label, _WRAP, self.text())
            painter.setFont(theme.font(11))
            painter.setPen(theme.color("muted"))
            painter.drawText(help_box, _WRAP, self.thing.help)
            self.paint_ring(painter, box, theme.px(8))

    def _boxes(self, width: int) -> tuple[QRectF, QRectF]:
        theme = self.theme
        side, top = theme.px(10), theme.px(7)
        room = QRectF(side, top, max(10, width - 2 * side), 10_000)
        label = QFontMetricsF(theme.font(12, 600)).boundingRect(room, _WRAP, self.text())
        label.setWidth(room.width())
        room.setTop(label.bottom() + theme.px(2))
        below = QFontMetricsF(theme.font(11)).boundingRect(room, _WRAP, self.thing.help)
        below.setWidth(room.width())
        return label, below
