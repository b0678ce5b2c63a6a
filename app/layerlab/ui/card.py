"""Card: the rounded panel with a head that every view of the lab sits in."""

from __future__ import annotations

import html
import re
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.translation import _
from layerlab.ui.head import HeadButton, HeadLabel, MenuButton
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed, theme_below
from layerlab.ui.zooming import CardZoom, Zoomable

BACK = _("Back to all views")
_TAG = re.compile(r"<[^>]*>")


class MouseHint(str):
    """A note that says what the mouse does in a card: it is left out of figures."""


@runtime_checkable
class Paintable(Protocol):
    """A widget that paints from pictures that it keeps, but not into a file."""

    def set_figure(self, is_figure: bool) -> None:
        """Repaint everything, without what follows the cursor; or as on the screen again."""


class Card(Themed, QFrame):
    """A rounded panel: title, note, controls and a menu above a body.

    Signals:
        maximise_requested: it is to fill the window, or to go back.
        figure_wanted: it is to be saved as a figure; whether for print.
        dragged_out: it is being dragged by its head, to another program.
        axes_switched: an axis became logarithmic or linear; what is drawn depends on it.

    Attributes:
        theme: the theme it is painted with.
        body: the layout that holds what the card shows.
        menu_button: opens the menu: save or copy, maximise.
        is_figure: whether it is painted for a file, without what serves the screen alone.
    """

    maximise_requested = Signal()
    figure_wanted = Signal(bool)
    axes_switched = Signal()
    dragged_out = Signal()

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maximised = self.is_figure = False
        self._put_away: list[QWidget] = []  # while it is painted for a file
        self.zoom = CardZoom(self)
        self._grip: QPointF | None = None  # where the head was taken
        self._note = note
        self._wordings: tuple[str, ...] = (note,)  # from long to short
        self._title = HeadLabel(title)
        self._note_label = HeadLabel()
        self._controls = QHBoxLayout()
        self._control_list: list[QWidget] = []
        self.menu_button = MenuButton(self)
        self.menu_button.clicked.connect(self._on_menu_clicked)
        self.back_button = HeadButton(BACK, _("Restores the other views (Esc)"))
        self.back_button.clicked.connect(lambda: self.maximise_requested.emit())
        self.back_button.hide()
        self._head = QHBoxLayout()
        self._head.addWidget(self._title)
        self._head.addStretch(1)
        self._head.addWidget(self._note_label)
        self._head.addWidget(self.zoom.chip)
        self._head.addLayout(self._controls)
        self._head.addWidget(self.back_button)
        self._head.addWidget(self.menu_button)
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._head)
        whole.addLayout(self.body, 1)
        for label in (self._title, self._note_label):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._note_label.setTextFormat(Qt.TextFormat.RichText)
        self.set_title(title)
        theme_below(self, self.theme)
        Card._restyle(self, self.theme)  # what a subclass adds is not there yet

    # ---- head
    def title(self) -> str:
        """Return the title."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Name the card, for eyes and for screen readers."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self.menu_button.setAccessibleName(_("Menu of {title}", title=title))

    def note(self) -> str:
        """Return the text at the right of the head."""
        return self._note

    def set_note(self, note: str, *shorter: str) -> None:
        """Set the text at the right of the head; rich text.

        Args:
            note: the text where there is room for it. A `MouseHint` is for the screen alone.
            shorter: the texts instead where there is not, from long to short; nothing
                where none fits.
        """
        if (note, *shorter) != self._wordings:
            self._wordings = note, *shorter
            self._show_note()

    def add_control(self, control: QWidget) -> None:
        """Put a control at the right of the head."""
        self._controls.addWidget(control)
        self._control_list.append(control)
        if isinstance(control, Themed):
            control.set_theme(self.theme)
        self.fit_head()

    # ---- zoom
    def watch(self, plot: Zoomable) -> None:
        """Let the user zoom a plot, and show in the head that it is zoomed."""
        self.zoom.watch(plot)

    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what one of the plots shows."""
        return self.zoom.is_zoomed

    def reset_zoom(self) -> None:
        """Let all plots show everything again."""
        self.zoom.reset()

    def redraw_axes(self) -> None:
        """Draw again: an axis became logarithmic or linear."""
        self.axes_switched.emit()

    def _show_note(self) -> None:
        self._note = self._wordings[0]
        self._note_label.setAccessibleName(_plain(self._note))
        self.fit_head()

    def set_figure(self, is_figure: bool) -> None:
        """Be painted for a file, or for the screen again."""
        self.is_figure = self.menu_button.is_quiet = is_figure
        if is_figure:
            buttons = [c for c in self._control_list if isinstance(c, HeadButton)]
            tools = [*self.screen_tools(), *(b for b in buttons if not b.in_figure)]
            self._put_away = [tool for tool in tools if not tool.isHidden()]
        for tool in self._put_away:
            tool.setVisible(not is_figure)
        self.back_button.setVisible(self._maximised and not is_figure)
        self.zoom.chip.setVisible(self.zoom.is_zoomed and not is_figure)
        for child in self.findChildren(QWidget):
            if isinstance(child, Paintable):
                child.set_figure(is_figure)
        self.fit_head()

    def screen_tools(self) -> list[QWidget]:
        """Return what is of no use in a figure, beside buttons without a text in one."""
        return []

    def fit_head(self) -> None:
        """Show the longest note for which title and controls leave room.

        Controls that can be brief are, where they leave none for the title, or for figures.
        """
        self._be_brief(False)
        free = self._free()
        note = self._fitting_note(free)
        is_full = free < -self.theme.px(12)  # which only a note would need
        has_figures = any("<b>" in wording for wording in self._wordings)
        if is_full or (has_figures and not note):
            self._be_brief(True)
            note = self._fitting_note(self._free())
            if not is_full and not note:
                self._be_brief(False)
        if self._note_label.text() != note:
            self._note_label.setText(note)
        self._note_label.setVisible(bool(note))

    def _be_brief(self, is_brief: bool) -> None:
        for control in (*self._control_list, self.zoom.chip):
            if isinstance(control, HeadButton):
                control.show_brief(is_brief)

    def _fitting_note(self, free: int) -> str:
        """Return the longest note for which so many pixels are enough, or nothing."""
        metrics = QFontMetricsF(self.theme.font(11))
        fitting = (
            note
            for note in self._wordings
            if note
            and not (self.is_figure and isinstance(note, MouseHint))
            and metrics.horizontalAdvance(_plain(note)) <= free
        )
        return next(fitting, "")

    def _free(self) -> int:
        """Return the pixels that title and controls leave; negative: how many they lack."""
        margins = self._head.contentsMargins()
        used = self._title.sizeHint().width()
        for control in self._control_list:
            asked = control.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
            if not (asked and control.isHidden()):  # a new one is hidden until it is shown
                used += control.sizeHint().width() + self._head.spacing()
        if not self.zoom.chip.isHidden():
            used += self.zoom.chip.sizeHint().width() + self._head.spacing()
        if self._maximised:
            used += self.back_button.sizeHint().width() + self._head.spacing()
        used += self.menu_button.sizeHint().width() + margins.left() + margins.right()
        return self.width() - used - 4 * self._head.spacing() - self.theme.px(12)

    # ---- theme and painting
    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._head.setContentsMargins(px(14), px(9), px(5), px(3))
        self._head.setSpacing(px(3))
        self.body.setContentsMargins(px(14), 0, px(8), px(8))
        self._title.setFont(theme.font(12.5, 600))
        set_text_color(self._title, theme, "text")
        self._note_label.setFont(theme.font(11))
        set_text_color(self._note_label, theme, "muted")
        self._show_note()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel with its hairline border."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            path = QPainterPath()
            if self.is_figure:
                painter.fillRect(self.rect(), self.theme.color("panel"))
                return
            radius = self.theme.px(12)
            path.addRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
            )
            painter.setPen(QPen(self.theme.color("line"), 1))
            painter.setBrush(self.theme.color("panel"))
            painter.drawPath(path)

    def resizeEvent(self, event: object) -> None:
        """Hide the note where the head is too narrow for it."""
        self.fit_head()

    def enterEvent(self, event: object) -> None:
        """Show the menu's dots."""
        self.menu_button.update()

    def leaveEvent(self, event: object) -> None:
        """Hide the menu's dots."""
        self.menu_button.update()

    # ---- menu
    def numbers(self) -> str:
        """Return what is drawn now, as tab separated text with a header line."""
        return ""

    def picture(self) -> QPixmap:
        """Return the card as it is seen."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.theme.color("background"))
        self.menu_button.is_quiet = True
        self.back_button.hide()
        self.render(picture, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        self.menu_button.is_quiet = False
        self.back_button.setVisible(self._maximised)
        return picture

    def copy_numbers(self) -> None:
        """Put the numbers on the clipboard."""
        QGuiApplication.clipboard().setText(self.numbers())

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.picture())

    def set_maximised(self, maximised: bool) -> None:
        """Set whether the card fills the window; the window decides, the menu follows."""
        self._maximised = maximised
        self.back_button.setVisible(maximised)
        self.fit_head()

    def menu(self) -> QMenu:
        """Return a new menu of what can be done with the card."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Save figure…")).triggered.connect(
            lambda: self.figure_wanted.emit(False)
        )
        menu.addAction(_("Save figure for print…")).triggered.connect(
            lambda: self.figure_wanted.emit(True)
        )
        menu.addSeparator()
        menu.addAction(_("Copy picture")).triggered.connect(self.copy_picture)
        copy = menu.addAction(_("Copy numbers"))
        copy.triggered.connect(self.copy_numbers)
        copy.setEnabled(bool(self.numbers()))
        self.zoom.fill(menu)
        menu.addSeparator()
        toggle = menu.addAction(BACK if self._maximised else _("Maximise"))
        toggle.triggered.connect(lambda: self.maximise_requested.emit())
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu where the right button was pressed."""
        self.menu().popup(event.globalPos())
        event.accept()

    def _on_menu_clicked(self) -> None:
        corner = QPoint(self.menu_button.width(), self.menu_button.height())
        menu = self.menu()
        place = self.menu_button.mapToGlobal(corner) - QPoint(menu.sizeHint().width(), 0)
        menu.popup(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the head, by which a figure is dragged out."""
        is_head = event.position().y() < self.body.geometry().top()
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._grip = event.position() if is_left and is_head else None
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag a figure out once the mouse has gone far enough."""
        if self._grip is None:
            event.ignore()
            return
        way = event.position() - self._grip
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._grip = None
            self.dragged_out.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the head."""
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask to be maximised, or restored."""
        self.maximise_requested.emit()
        event.accept()


def _plain(note: str) -> str:
    return html.unescape(_TAG.sub("", note))
