"""The rail at the left edge: one button for each page of the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from layerlab.core.translation import _
from layerlab.ui.controls.paint import Painted
from layerlab.ui.icons import pixmap
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

WIDTH = 60  # at zoom 1, with the hairline at its right edge


class RailButton(Painted, QRadioButton):
    """A page's icon over its name, with a bar at the edge while it is shown."""

    def __init__(self, key: str, label: str, icon: str, theme: Theme) -> None:
        """Make the button of a page."""
        super().__init__(label, theme)
        self.key, self._icon = key, icon
        self._share: float | None = None  # of what the page computes, while it does
        self.setAccessibleName(_("Page {label}", label=label))
        self.setToolTip(label)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedSize(theme.px(WIDTH - 1), theme.px(56))

    def show_share(self, share: float | None) -> None:
        """Show how far the page is with what it computes, 0 to 1; None: with nothing."""
        self._share = share
        self.setToolTip(self.text() if share is None else f"{self.text()}: {100 * share:.0f} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return QSize(self.theme.px(WIDTH - 1), self.theme.px(56))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon, name and, for the page that is shown, the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box = self.theme, QRectF(self.rect())
        on = self.isChecked()
        token = "accent" if on else "text" if self.underMouse() else "muted"
        if on:
            painter.fillRect(QRectF(0, 0, theme.px(2), box.height()), theme.color("accent"))
        drawn = pixmap(self._icon, theme, token, 20, self.devicePixelRatioF())
        painter.drawPixmap(QPoint(round(box.center().x() - theme.px(10)), theme.px(9)), drawn)
        painter.setFont(theme.font(10.5, 500 if on else 400))
        painter.setPen(theme.color(token))
        name = box.adjusted(0, theme.px(32), 0, -theme.px(6))
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, self.text())
        if self._share is not None:
            track = QRectF(theme.px(12), box.bottom() - theme.px(5), 0, theme.px(3))
            for wide, ink in ((1.0, "line"), (self._share, "accent")):
                track.setWidth(wide * (box.width() - theme.px(24)))
                painter.fillRect(track, theme.color(ink))
        inset = theme.px(4)
        self.paint_ring(painter, box.adjusted(inset, inset, -inset, -inset), theme.px(7))


class Rail(Themed, QWidget):
    """The pages that exist, from top to bottom.

    Signals:
        page_chosen: key of the page that was asked for.
    """

    page_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        """Make an empty rail."""
        super().__init__()
        self.theme = theme
        self.buttons: dict[str, RailButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setAccessibleName(_("Pages"))
        self.set_theme(theme)

    def add_page(self, key: str, label: str, icon: str) -> None:
        """Add a page at the end; the first one is shown to begin with.

        Args:
            key: what `page_chosen` carries.
            label: name on screen, one short word.
            icon: see `icons.pixmap`.
        """
        button = RailButton(key, label, icon, self.theme)
        button.clicked.connect(lambda: self.page_chosen.emit(key))
        self._column.insertWidget(self._column.count() - 1, button)
        self.buttons[key] = button
        if len(self.buttons) == 1:
            button.setChecked(True)

    def show_page(self, key: str) -> None:
        """Mark a page as the one that is shown, without emitting anything."""
        self.buttons[key].setChecked(True)

    def show_share(self, key: str, share: float | None) -> None:
        """Show how far a page is with what it computes, 0 to 1; None: with nothing."""
        self.buttons[key].show_share(share)

    def _restyle(self, theme: Theme) -> None:
        self.setFixedWidth(theme.px(WIDTH))
        self._column.setContentsMargins(0, theme.px(14), 1, theme.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the hairline at the right edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("panel"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), self.theme.color("line"))
