"""The line above a control: its name at the left, its value and unit at the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.controls.inline import InlineEdit
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed


class Header(Themed, QWidget):
    """Paints name, value and unit; the value can be typed.

    Signals:
        typed: the text that was entered in place of the value.
    """

    typed = Signal(str)

    def __init__(self, label: str, theme: Theme, editable: bool = False) -> None:
        """Make the line; `editable`: a double click on the value opens it for typing."""
        super().__init__()
        self._label, self._value, self._unit = label, "", ""
        self.theme, self._editable = theme, editable
        self._edit: InlineEdit | None = None  # there while somebody types
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    @property
    def text(self) -> str:
        """Value and unit as shown."""
        return f"{self._value} {self._unit}".strip()

    def set_value(self, value: str, unit: str = "") -> None:
        """Show another value."""
        if (value, unit) != (self._value, self._unit):
            self._value, self._unit = value, unit
            self.update()

    def set_label(self, label: str) -> None:
        """Show another name."""
        self._label = label
        self.update()

    def _restyle(self, theme: Theme) -> None:
        if self._edit is not None:
            self._edit.give_up()
        self.setFixedHeight(theme.px(18))
        self.updateGeometry()

    def label_width(self) -> int:
        """Return the width of the name, in pixels."""
        return round(QFontMetricsF(self.theme.font()).horizontalAdvance(self._label))

    def sizeHint(self) -> QSize:
        """Return room for name and value."""
        return QSize(self.theme.px(60), self.theme.px(18))

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line; a name that does not fit is cut with dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        theme, right, middle = self.theme, float(self.width()), Qt.AlignmentFlag.AlignVCenter
        box = QRectF(self.rect())
        if self._edit is None:
            for text, font, token in (
                (self._unit, theme.font(11), "muted"),
                (self._value, theme.font(12.5, 600), "text"),
            ):
                if not text:
                    continue
                width = QFontMetricsF(font).horizontalAdvance(text)
                painter.setFont(font)
                painter.setPen(theme.color(token if self.isEnabled() else "faint"))
                painter.drawText(
                    QRectF(right - width - 1, 0, width + 2, box.height()), middle, text
                )
                right -= width + theme.px(4)
        else:
            right = float(self._edit.x() - theme.px(4))
        font = theme.font()
        painter.setFont(font)
        painter.setPen(theme.color("text" if self.isEnabled() else "faint"))
        room = max(0.0, right - theme.px(2))
        label = QFontMetricsF(font).elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(0, 0, room + 1, box.height()), middle, label)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the value for typing."""
        if self._editable and event.button() == Qt.MouseButton.LeftButton:
            self.open_edit()

    def open_edit(self, text: str | None = None) -> None:
        """Let the person type; `text`: what is there to begin with, else the value."""
        if self._edit is not None or not self._editable:
            return
        name = _("{label}, exact value", label=self._label)
        self._edit = InlineEdit(name, self._value, text, 12.5, self.theme, self)
        self._edit.entered.connect(self.typed)
        self._edit.closed.connect(self._on_closed)
        self._place_edit()
        self._edit.begin()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the typing at the right edge."""
        self._place_edit()

    def _place_edit(self) -> None:
        if self._edit is not None:
            width = min(self.width(), self.theme.px(84))
            self._edit.setGeometry(self.width() - width, 0, width, self.height())

    def _on_closed(self, had_focus: bool) -> None:
        self._edit = None
        if had_focus and self.focusProxy() is not None:
            self.setFocus()
        self.update()
