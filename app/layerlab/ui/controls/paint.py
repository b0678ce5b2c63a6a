"""What several controls have in common: keyboard rings, boxes, curves, clouds, images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QRadioButton, QWidget

from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_FOCUS = Qt.FocusPolicy.StrongFocus
_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class KeyboardRing:
    """Mixin for widgets that show where the keyboard is, but not where the mouse was.

    It also claims keys before the window's shortcuts get them: those in `claimed`, and
    Space while the ring is shown. After a click Space still plays and pauses.
    """

    ring = False
    claimed: frozenset[Qt.Key] = frozenset()

    def event(self, event: QEvent) -> bool:
        """Claim this widget's own keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            space = self.ring and event.key() == Qt.Key.Key_Space
            if plain and (space or event.key() in self.claimed or self.claims(event)):
                event.accept()
                return True
        return bool(super().event(event))  # type: ignore[misc]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave to the window what is not claimed: Space plays, the right arrow steps."""
        space = event.key() == Qt.Key.Key_Space and not self.ring
        if space or (event.key() in _ARROWS and event.key() not in self.claimed):
            event.ignore()
        else:
            super().keyPressEvent(event)  # type: ignore[misc]

    def claims(self, event: QKeyEvent) -> bool:
        """Return whether another key than those in `claimed` is this widget's."""
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether a key brought the focus here."""
        self.ring = event.reason() in _KEYS
        super().focusInEvent(event)  # type: ignore[misc]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away, unless only a menu is open."""
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.ring = False
        super().focusOutEvent(event)  # type: ignore[misc]


class Painted(Themed, KeyboardRing):
    """Mixin for a button that paints itself, before Qt's class; all of it takes clicks."""

    def __init__(self, text: str, theme: Theme, focus: Qt.FocusPolicy = _FOCUS) -> None:
        """Make the button; the subclass calls `set_theme` once it has its own fields."""
        super().__init__(text)  # type: ignore[call-arg]
        assert isinstance(self, QAbstractButton)
        self.theme = theme
        self.setProperty("painted", True)  # style sheets leave it alone
        self.setFocusPolicy(focus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`."""
        assert isinstance(self, QAbstractButton)
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Take clicks everywhere, not only on a circle or a square."""
        assert isinstance(self, QAbstractButton)
        return self.rect().contains(pos)

    def paint_ring(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        """Draw the focus ring just inside `rect` where the keyboard is; radius in pixels."""
        assert isinstance(self, QAbstractButton)
        if self.ring and self.hasFocus():
            draw_ring(painter, rect, self.theme, radius)


def check_alone(button: QRadioButton, on: bool) -> None:
    """Check or uncheck one of several radio buttons, none of which need be checked.

    They stay exclusive, which is how screen readers distinguish them from check boxes.
    """
    button.setAutoExclusive(False)
    button.setChecked(on)
    button.setAutoExclusive(True)


def draw_ring(painter: QPainter, rect: QRectF, theme: Theme, radius: float) -> None:
    """Draw the focus ring just inside `rect`; radius in pixels."""
    width = theme.px(2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("text", 0.85), width))
    inset = width / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def draw_box(
    painter: QPainter,
    rect: QRectF,
    fill: QColor,
    border: QColor,
    radius: float,
    pen: float = 1.0,
) -> None:
    """Draw a filled rounded box whose border lies inside `rect`."""
    painter.setPen(QPen(border, pen))
    painter.setBrush(fill)
    half = pen / 2
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def paint_panel(widget: QWidget, theme: Theme) -> None:
    """Paint the rounded ground of a panel under all that is in a widget."""
    with QPainter(widget) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, line = theme.color("panel"), theme.color("line")
        draw_box(painter, widget.rect().toRectF(), ground, line, theme.px(12))


def draw_curve(
    painter: QPainter, rect: QRectF, curve: np.ndarray, window: np.ndarray, pen: QPen
) -> None:
    """Draw a curve, clipped to its box.

    Args:
        painter: where to.
        rect: the box, in pixels.
        curve: (2, n) x and y; values that are not finite are left out.
        window: (4,) x0, x1, y0, y1: the data's range that fills the box.
        pen: colour and width.
    """
    x0, x1, y0, y1 = (float(v) for v in window)
    good = np.isfinite(curve).all(axis=0)
    x = rect.left() + (curve[0, good] - x0) / ((x1 - x0) or 1.0) * rect.width()
    y = rect.bottom() - (curve[1, good] - y0) / ((y1 - y0) or 1.0) * rect.height()
    points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    margin = pen.widthF()
    painter.save()
    painter.setClipRect(rect.adjusted(-margin, -margin, margin, margin))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def draw_cloud(painter: QPainter, rect: QRectF, cloud: np.ndarray, theme: Theme) -> None:
    """Draw a cloud of points, undistorted, coloured by class or by value.

    Args:
        painter: where to.
        rect: the box, in pixels.
        cloud: (3, n) x, y, and a class (whole numbers from 0) or a value.
        theme: gives the colours of classes, or of positive and negative values.
    """
    cloud = cloud[:, np.isfinite(cloud).all(axis=0)]
    if not cloud.shape[1]:
        return
    low, high = cloud[:2].min(axis=1), cloud[:2].max(axis=1)  # (2,)
    extent = np.maximum(high - low, 1e-12)
    scale = min(rect.width() / extent[0], rect.height() / extent[1])
    middle = (low + high) / 2
    size = theme.px(2.6) * (1.0 if cloud.shape[1] <= 120 else 0.8)
    painter.setPen(Qt.PenStyle.NoPen)
    for (x, y), color in zip(cloud[:2].T, _colors(cloud[2], theme), strict=True):
        painter.setBrush(color)
        at = rect.center() + QPointF((x - middle[0]) * scale, -(y - middle[1]) * scale)
        painter.drawEllipse(at, size / 2, size / 2)


def draw_grey(painter: QPainter, rect: QRectF, grey: np.ndarray, ink: QColor) -> None:
    """Draw a grey image, as large as its box allows.

    Args:
        painter: where to.
        rect: the box, in pixels.
        grey: (rows, columns), from the top, 0 (as the background) to 1.
        ink: the colour of 1.
    """
    fine = 8  # squares stay squares when the image is then scaled smoothly
    opacity = np.clip(np.nan_to_num(grey), 0.0, 1.0)
    opacity = np.repeat(np.repeat(opacity, fine, axis=0), fine, axis=1)
    rgba = np.empty((*opacity.shape, 4), np.uint8)
    rgba[..., :3] = (ink.red(), ink.green(), ink.blue())
    rgba[..., 3] = np.round(255 * opacity)
    rows, columns = opacity.shape
    image = QImage(rgba.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    scale = min(rect.width() / columns, rect.height() / rows)
    place = QRectF(0, 0, columns * scale, rows * scale)
    place.moveCenter(rect.center())
    ratio = painter.device().devicePixelRatio()
    target = (place.size() * ratio).toSize()
    smooth = Qt.TransformationMode.SmoothTransformation
    painter.drawImage(place, image.scaled(target, mode=smooth))


def _colors(kind: np.ndarray, theme: Theme) -> list[QColor]:
    whole = bool((kind == np.round(kind)).all()) and kind.min() >= 0 and kind.max() < 10
    if whole:
        return [theme.class_color(int(k)) for k in kind]
    top = float(np.abs(kind).max()) or 1.0
    signs = [theme.color("positive" if k >= 0 else "negative") for k in kind]
    for color, k in zip(signs, kind, strict=True):
        color.setAlphaF(0.25 + 0.75 * abs(float(k)) / top)
    return signs
