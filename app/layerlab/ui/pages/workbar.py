"""The work bar: what a page computes in the background, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.translation import _
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_WIDE = 200  # pixels at zoom 1, without the button


class WorkBar(Themed, QWidget):
    """A text and a thin bar, with a button that stops or resumes the work.

    Signals:
        pressed: the button was pressed.
    """

    pressed = Signal()

    def __init__(self, theme: Theme, has_button: bool = True) -> None:
        """Make the bar; it is hidden until there is work.

        Args:
            theme: colours, fonts and sizes.
            has_button: whether it is stopped here.
        """
        super().__init__()
        self.theme, self._text, self._share = theme, "", 0.0
        self._is_stopped = False
        self.button = BarButton(theme, "close")
        self.button.setParent(self)
        self.button.clicked.connect(self.pressed)
        self.button.setVisible(has_button)
        self.setAccessibleName(_("Work in the background"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """The text beside the bar."""
        return self._text

    def show_work(self, text: str, share: float, stopped: bool = False) -> None:
        """Show work under way.

        Args:
            text: what is done now, a few words.
            share: of it that is done, 0 to 1.
            stopped: whether it waits to be resumed.
        """
        self._text, self._share, self._is_stopped = text, min(1.0, max(0.0, share)), stopped
        self.button.set_face("play" if stopped else "close", "")
        word = _("Resume") if stopped else _("Stop")
        self.button.setToolTip(
            _("Resume: {work}", work=text) if stopped else _("Stop: {work}", work=text)
        )
        self.button.setAccessibleName(word)
        self.setAccessibleDescription(f"{text}, {100 * self._share:.0f} %")
        self.setVisible(True)
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedSize(self.sizeHint())
        left = self.width() - self.button.width()
        self.button.move(left, (self.height() - self.button.height()) // 2)

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        wide = self.theme.px(_WIDE)
        if not self.button.isHidden():
            wide += self.theme.px(10) + self.button.width()
        return QSize(wide, self.theme.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint word and bar."""
        theme = self.theme
        room = QRectF(0, 0, theme.px(_WIDE), self.height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.font(10.5))
            painter.setPen(theme.color("muted"))
            metrics = QFontMetricsF(painter.font())
            share = f"{100 * self._share:.0f} %"
            free = room.width() - metrics.horizontalAdvance(share) - theme.px(8)
            text = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, free)
            line = QRectF(0, theme.px(7), room.width(), theme.px(14))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(line, flags, share)
            track = QRectF(0, theme.px(26), room.width(), theme.px(4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("line"))
            painter.drawRoundedRect(track, theme.px(2), theme.px(2))
            track.setWidth(track.width() * self._share)
            painter.setBrush(theme.color("faint" if self._is_stopped else "accent"))
            painter.drawRoundedRect(track, theme.px(2), theme.px(2))
