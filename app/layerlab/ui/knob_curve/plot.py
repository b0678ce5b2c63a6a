"""The widget of a knob curve: read with the mouse, clicked, stepped through with keys."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.knob_curve import KnobCurve
from layerlab.core.translation import _
from layerlab.ui.blank import blank
from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.controls.paint import KeyboardRing, draw_box, draw_ring
from layerlab.ui.controls.slider import Slider
from layerlab.ui.knob_curve.axis import CurvePlaces
from layerlab.ui.knob_curve.painting import paint_curve, paint_dot, paint_texts
from layerlab.ui.knob_curve.texts import CurveTexts
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

HEIGHT = 52  # at zoom 1
_STRIP = 15  # of it the line of text
_REACH = 8  # pixels around a point in which it is the one that is meant
_STEPS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CurvePlot(Themed, KeyboardRing, QWidget):
    """Median and quartiles of the final loss over the values of one slider, to be clicked.

    Its points stand right below the places of the slider's handle.

    Signals:
        chosen: the number of a value that was clicked.
        seen: whether anybody can see it now.
    """

    chosen = Signal(float)
    seen = Signal(bool)
    claimed = frozenset((*_STEPS, *_ENTERS))

    def __init__(self, slider: Slider, theme: Theme) -> None:
        """Make the empty plot of a slider, to be put below it."""
        super().__init__()
        self._slider, self.theme = slider, theme
        self._curve = KnobCurve()
        self._places = CurvePlaces()
        self._drawn, self._drawn_key = QPixmap(), object()
        self._pointed: float | None = None  # the number under the mouse, or chosen by keys
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName("curve")
        self.set_slider(slider)
        self.set_theme(theme)

    @property
    def slider(self) -> Slider:
        """The slider that it belongs to."""
        return self._slider

    @property
    def curve(self) -> KnobCurve:
        """What it shows."""
        return self._curve

    @property
    def texts(self) -> CurveTexts:
        """The text of its line."""
        return CurveTexts(self._curve, self._slider)

    def set_slider(self, slider: Slider) -> None:
        """Belong to another slider, with nothing known yet; the caller puts it there."""
        self._slider = slider
        self.setAccessibleName(_("Final loss by value: {knob}", knob=slider.knob.label))
        self._pointed = None
        self.show_curve(KnobCurve())

    def show_curve(self, curve: KnobCurve) -> None:
        """Show what is known now."""
        self._curve = curve
        self._places.fit(curve)
        self._describe()
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Return the slider's length and the fixed height."""
        return QSize(self.theme.px(100), self.theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the slider's least length and the fixed height."""
        return QSize(self.theme.px(48), self.theme.px(HEIGHT))

    def place(self, number: float, loss: float) -> QPointF:
        """Return where a number and a loss are drawn, in pixels."""
        return self._places.at(self._bar(), number, loss)

    def _bar(self) -> SliderBar:
        return self._slider.bar

    def _lay_out(self) -> None:
        top, foot = self.theme.px(_STRIP + 5), self.theme.px(5)
        self._places.room = QRectF(self.rect()).adjusted(0, top, 0, -foot)

    def _describe(self) -> None:
        """Describe the value that is read, or the whole curve."""
        pointed = self._pointed
        reading = "" if pointed is None else self.texts.reading(pointed)
        self.setToolTip(reading)
        self.setAccessibleDescription(reading or self.texts.spoken())

    # ---- mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the value under the mouse."""
        self._point_at(self._nearest(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the click."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the value under the mouse."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.chosen.emit(self._nearest(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading."""
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop reading, unless the mouse reads."""
        super().focusOutEvent(event)
        if not self.underMouse():
            self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move through the known values, or go to the one that is read."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key in _ENTERS and self._pointed is not None:
            self.chosen.emit(self._pointed)
        else:
            super().keyPressEvent(event)

    def _step(self, direction: int) -> None:
        here = self._curve.current if self._pointed is None else self._pointed
        numbers = sorted((point.number for point in self._curve.points), reverse=direction < 0)
        beyond = [n for n in numbers if here is None or direction * n > direction * here]
        if beyond:
            self._point_at(beyond[0])

    def _nearest(self, x: float) -> float:
        """Return the number that is meant at a place: a known point's, or the stop there."""
        bar = self._bar()
        known = [
            (abs(bar.x_of(point.number) - x), point.number) for point in self._curve.points
        ]
        distance, found = min(known, default=(math.inf, 0.0))
        return found if distance <= self.theme.px(_REACH) else bar.stop_at(x)

    def _point_at(self, number: float | None) -> None:
        if number == self._pointed:
            return
        self._pointed = number
        self._describe()
        hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        self.setCursor(arrow if number is None else hand)
        self.update()

    # ---- seen and painted

    def showEvent(self, event: QShowEvent) -> None:
        """Report that it is visible."""
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Report that it is hidden."""
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep its place below the slider's travel."""
        super().resizeEvent(event)
        self._lay_out()

    def _drawn_curve(self) -> QPixmap:
        """Return the curve without its dots, which stays while the slider is dragged."""
        bar, places, ratio = self._bar(), self._places, self.devicePixelRatioF()
        across = bar.scale, bar.width(), places.ends
        key = (self._curve.points, across, self.size(), ratio, self.theme)
        if key != self._drawn_key:
            self._drawn_key, self._drawn = key, blank(self.size(), ratio)
            with QPainter(self._drawn) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                paint_curve(painter, self._curve, self.place, self.theme)
        return self._drawn

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, texts, curve, and the dots of what is shown and read."""
        theme, curve, texts = self.theme, self._curve, self.texts
        box, pad, raised = QRectF(self.rect()), theme.px(7), theme.color("raised")
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_box(painter, box, raised, raised, theme.px(6))
            line = QRectF(pad, theme.px(3), box.width() - 2 * pad, theme.px(_STRIP))
            pointed = self._pointed
            lefts, rights = texts.title(self._places.ends), texts.state()
            if pointed is not None:
                lefts, rights = texts.readings(pointed), [""]
            paint_texts(painter, line, lefts, rights, theme, highlighted=pointed is not None)
            painter.drawPixmap(0, 0, self._drawn_curve())
            if pointed is not None:
                x = self._bar().x_of(pointed)
                painter.setPen(QPen(theme.color("faint"), 1))
                painter.drawLine(QPointF(x, self._places.room.top()), QPointF(x, box.bottom()))
                ink = theme.color("text")
                paint_dot(painter, curve, pointed, self.place, theme, ink, 3.0 * theme.zoom)
            if curve.current is not None:
                accent = theme.color("accent")
                paint_dot(
                    painter, curve, curve.current, self.place, theme, accent, 4.0 * theme.zoom
                )
            if self.ring and self.hasFocus():
                draw_ring(painter, box, theme, theme.px(6))
