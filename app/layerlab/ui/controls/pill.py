"""Pills: small switches that stand beside the name of a control."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox

from layerlab.ui.controls.header import Header
from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.theme import Theme


class Pill(Painted, QCheckBox):
    """A small switch beside a name, such as `each layer`; lit up while it is on."""

    def __init__(self, text: str, help_text: str, theme: Theme) -> None:
        """Make the pill, off."""
        super().__init__(text, theme)
        self.setToolTip(help_text)
        self.setAccessibleDescription(help_text)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedSize(self.sizeHint())

    def stand_in(self, header: Header) -> None:
        """Take the place beside the header's name."""
        theme = self.theme
        x = header.label_width() + theme.px(8)
        self.move(x, (theme.px(18) - self.height()) // 2)

    def sizeHint(self) -> QSize:
        """Return room for the label."""
        theme = self.theme
        words = QFontMetricsF(theme.font(10)).horizontalAdvance(self.text())
        return QSize(round(words) + theme.px(14), theme.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill, lit up while it is on."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on, box = self.theme, self.isChecked(), self.rect().toRectF()
        edge = "accent" if on else "faint" if self.underMouse() else "line"
        fill = theme.color("accent", 0.14) if on else theme.color("raised")
        draw_box(painter, box, fill, theme.color(edge), box.height() / 2, theme.px(1))
        painter.setFont(theme.font(10))
        painter.setPen(theme.color("accent" if on else "muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        self.paint_ring(painter, box, box.height() / 2)
