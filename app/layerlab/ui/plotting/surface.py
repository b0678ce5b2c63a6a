"""Surface: a themed pyqtgraph view that reads what is under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmapCache,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QSizePolicy,
    QStyleOptionGraphicsItem,
    QWidget,
)

from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.reading import Tooltip, paint_label
from layerlab.ui.plotting.writing import TEXT
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

# Every move of the mouse counts: a handle that lags is seen.
pg.setConfigOptions(antialias=True, imageAxisOrder="row-major", mouseRateLimit=0)

# What is kept must stay there: on screens of twice the pixels it takes four times the room.
QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), 64 * 1024))  # KB; Qt's own is 10 MB
SETTLE = QEvent.Type(QEvent.registerEventType())
TOP = 1000.0  # z of what lies over everything
_MOVE_PX = 4  # a press that moves further is a drag


class TooltipItem(pg.GraphicsObject):
    """The reading under the cursor, over everything else in its surface."""

    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self._surface = surface
        self.setZValue(TOP)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Return the whole surface."""
        return QRectF(self._surface.rect())

    @reported
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the reading, if there is one."""
        self._surface.paint_overlay(painter)


class Surface(Themed, pg.GraphicsView):
    """A themed pyqtgraph view in pixels: subclasses fill its scene and read it.

    What changes is noted by `refresh` and brought into the scene by `lay_items`, once before
    the next paint however often it changed.

    Attributes:
        theme: colours, fonts and sizes.
        is_figure: whether it is painted for a file, without what serves the screen alone.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.is_figure = False
        self._cursor: QPointF | None = None
        self._is_stale = self._is_posted = False
        self._pressed: QPointF | None = None  # where a button went down, if it has not moved
        # The view is repainted as a whole or not at all: what is still keeps its own picture.
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing, True)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.scene().setMoveDistance(_MOVE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        viewport = self.viewport()
        # It fills itself, so that a frame does not repaint the card beneath.
        viewport.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        viewport.setAutoFillBackground(False)
        viewport.setMouseTracking(True)
        self.setCentralWidget(None)
        self._reading_item = TooltipItem(self)
        self._reading_item.hide()
        self.scene().addItem(self._reading_item)
        self.setBackgroundBrush(self.theme.color("panel"))

    def setCentralWidget(self, item: QGraphicsItem | None) -> None:
        """Keep pyqtgraph from adding an item that fills the view: ours are placed in pixels.

        It would also get its size before the view is made.
        """
        self.centralWidget = item

    # ---- look
    def _restyle(self, theme: Theme) -> None:
        self.setBackgroundBrush(theme.color("panel"))
        self.renew()

    def set_figure(self, is_figure: bool) -> None:
        """Paint lines and texts as such, and nothing of the cursor; or as on the screen again.

        Pictures that items keep would be bitmaps in a vector file.
        """
        self.is_figure = is_figure
        self._reading_item.setVisible(not is_figure and self._cursor is not None)
        for item in self.scene().items():
            wanted = getattr(item, "screen_cache", None)
            if wanted is not None:
                none = QGraphicsItem.CacheMode.NoCache
                item.setCacheMode(none if is_figure else wanted)
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which a picture is readable."""
        return QSize(self.theme.px(60), self.theme.px(50))

    def sizeHint(self) -> QSize:
        """Return the least size: layouts share out the rest."""
        return self.minimumSizeHint()

    def elided(self, text: str, room: float, size: float = TEXT, weight: int = 400) -> str:
        """Return a text that is cut where it is wider than a room in pixels."""
        metrics = QFontMetricsF(self.theme.font(size, weight))
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)

    # ---- from what is shown to the scene
    def refresh(self) -> None:
        """Note that something changed; it is seen with the next paint."""
        self._is_stale = True
        if not self._is_posted and self.isVisible():
            self._is_posted = True
            QCoreApplication.postEvent(self, QEvent(SETTLE))

    def renew(self) -> None:
        """Note that everything looks different, also what keeps its picture."""
        for item in self.scene().items():
            if item.cacheMode() != QGraphicsItem.CacheMode.NoCache:
                item.update()
        self.refresh()

    @reported
    def settle(self) -> None:
        """Bring what changed into the scene now."""
        if self._is_stale:
            self._is_stale = False
            self.lay_items()

    def lay_items(self) -> None:
        """Bring what is shown into the scene."""

    def customEvent(self, event: QEvent) -> None:
        """Settle, and ask for one paint."""
        if event.type() == SETTLE:
            self._is_posted = False
            self.settle()
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint one frame of what is shown now."""
        self.settle()
        super().paintEvent(event)

    def resizeEvent(self, event: object) -> None:
        """Lay everything out for the new size."""
        super().resizeEvent(event)
        self._reading_item.prepareGeometryChange()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while it was hidden."""
        super().showEvent(event)
        self._is_posted = False
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the cursor."""
        super().hideEvent(event)
        self._cursor = None
        self._reading_item.hide()

    # ---- reading
    def reading_at(self, place: QPointF) -> Tooltip | None:
        """Return the reading at a pixel, or None."""
        return None

    def reading(self) -> Tooltip | None:
        """Return the reading under the cursor, or None."""
        return None if self._cursor is None else self.reading_at(self._cursor)

    def point_at(self, place: QPointF | None) -> None:
        """Put the crosshair at a pixel, or take it away."""
        if place is not None or self._cursor is not None:
            self._cursor = place
            self._reading_item.setVisible(place is not None)
            self.viewport().update()

    def paint_overlay(self, painter: QPainter) -> None:
        """Paint what the cursor reads."""
        reading = None if self.is_figure else self.reading()
        if reading is not None and self._cursor is not None:
            self.paint_reading(painter, reading, self._cursor)

    def paint_reading(self, painter: QPainter, reading: Tooltip, cursor: QPointF) -> None:
        """Paint the reading over the picture."""
        room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_label(painter, reading, cursor, room, self.theme)

    # ---- mouse: pyqtgraph's scene gets what may become a drag
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin what may become a drag or a click."""
        self._pressed = event.position()
        super().mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag with a button down; else move the crosshair."""
        if event.buttons() == Qt.MouseButton.NoButton:
            self.point_at(event.position())
            event.ignore()
            return
        if self._pressed is not None:
            way = event.position() - self._pressed
            if abs(way.x()) + abs(way.y()) > _MOVE_PX:
                self._pressed = None
                self.point_at(None)
        super().mouseMoveEvent(event)
        event.accept()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or take a click."""
        clicked = self._pressed is not None
        self._pressed = None
        super().mouseReleaseEvent(event)
        event.accept()
        self.viewport().update()
        if clicked and event.button() == Qt.MouseButton.RightButton:
            self._ask_menu(event)
        elif clicked and event.button() == Qt.MouseButton.LeftButton:
            self.click(event.position())

    def click(self, place: QPointF) -> None:
        """Take a click of the left button that was no drag."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave it to the card, which is maximised by it."""
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the card's menu by key; by mouse it comes when the button is let go.

        Some systems ask for it when the button goes down, which may be a drag.
        """
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            event.accept()
        else:
            event.ignore()

    def _ask_menu(self, event: QMouseEvent) -> None:
        """Let the card open its menu where the right button was clicked."""
        card = self.parentWidget()
        if card is not None:
            asked = QContextMenuEvent(
                QContextMenuEvent.Reason.Other,
                self.mapTo(card, event.position().toPoint()),
                event.globalPosition().toPoint(),
            )
            # Its menu may close the window: not within the release of a button.
            QTimer.singleShot(0, card, lambda: QCoreApplication.sendEvent(card, asked))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom what is under the cursor; elsewhere the page scrolls."""
        event.ignore()
        super().wheelEvent(event)
        if event.isAccepted():
            self.follow_wheel(event.position())
            self.viewport().update()

    def follow_wheel(self, place: QPointF) -> None:
        """Read what is under the cursor now that the wheel was turned there."""
        self.point_at(place)

    def leaveEvent(self, event: object) -> None:
        """Take the crosshair away."""
        self.point_at(None)

    def close(self) -> bool:
        """Close as any widget does: pyqtgraph would take the scene apart, which others hold."""
        return bool(QWidget.close(self))

    # ---- keys
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys to the window; pyqtgraph would take some of them."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.refresh()
