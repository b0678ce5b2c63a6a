"""The control strip of the animated pass: direction, play, step, sample."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent, QTransform
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from layerlab.core.translation import _
from layerlab.ui.icons import pixmap
from layerlab.ui.style import dress, set_text_color
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

ICON, HEIGHT = 13, 24  # pixels at zoom 1
GROUP_GAP = 6
# On the buttons of both directions and of the live view, from long to short; whether
# "sample" is shown, and whether there is a button for the next one.
_WORDS = (
    (_("Forward pass"), _("Backward pass"), _("Live"), True, True),
    (_("Forward"), _("Back"), _("Live"), True, True),
    (_("Forward"), _("Back"), _("Live"), False, True),
    ("", "", _("Live"), False, True),
    ("", "", "", False, False),
)


class StripButton(Themed, QAbstractButton):
    """A flat button of the strip: an icon, a word, or both."""

    def __init__(self, text: str, icon: str, help_text: str, mirrored: bool = False) -> None:
        super().__init__()
        self._icon, self._mirrored = icon, mirrored
        self.setText(text)
        self.setToolTip(help_text)
        self.setAccessibleName(help_text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_face(self, text: str, icon: str) -> None:
        """Show another word or icon."""
        if (text, icon) != (self.text(), self._icon):
            self._icon = icon
            self.setText(text)
            self.updateGeometry()
            self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(11, 500))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return room for icon and word."""
        zoom, width = self.theme.zoom, 10.0
        width += ICON if self._icon else 0
        width += 5 if self._icon and self.text() else 0
        words = (
            QFontMetricsF(self.font()).horizontalAdvance(self.text()) if self.text() else 0.0
        )
        return QSize(round(width * zoom + words), self.theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground under the mouse, icon and word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, zoom = self.theme, self.theme.zoom
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        lit = self.isEnabled() and (self.underMouse() or self.isDown() or self.isChecked())
        if lit or self.hasFocus():
            ring = theme.color("accent" if self.hasFocus() or self.isChecked() else "line")
            painter.setPen(QPen(ring, 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box, 6 * zoom, 6 * zoom)
        token = "faint" if not self.isEnabled() else "text" if lit else "muted"
        x = 5 * zoom
        if self._icon:
            drawn = pixmap(self._icon, theme, token, ICON, self.devicePixelRatioF())
            if self._mirrored:
                scale = drawn.devicePixelRatio()
                drawn = drawn.transformed(QTransform.fromScale(-1, 1))
                drawn.setDevicePixelRatio(scale)
            y = (self.height() - theme.px(ICON)) / 2
            painter.drawPixmap(QPointF(round(x), round(y)), drawn)
            x += (ICON + 5) * zoom
        painter.setPen(theme.color(token))
        painter.setFont(self.font())
        room = QRectF(x, 0, self.width() - x, self.height())
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        painter.end()


class PassBar(Themed, QWidget):
    """Starts, steps and stops the pass of one sample.

    Signals:
        started: a direction is chosen; True is backwards.
        toggled: play or pause.
        stepped: by -1 or 1.
        sampled: another sample, 0-based.
        stopped: back to the live view.
    """

    started = Signal(bool)
    toggled = Signal()
    stepped = Signal(int)
    sampled = Signal(int)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.forward = StripButton(
            _("Forward pass"), "play", _("Play a forward pass of one sample")
        )
        self.backward = StripButton(
            _("Backward pass"), "play", _("Play the backward pass of one sample"), mirrored=True
        )
        self.back = StripButton("", "step", _("Previous layer of the pass"), mirrored=True)
        self.play = StripButton("", "play", _("Play or pause the pass"))
        self.step = StripButton("", "step", _("Next layer of the pass"))
        self.next = StripButton(_("next"), "", _("Take the next sample"))
        self.stop = StripButton(_("Live"), "close", _("Stop the pass, back to the live view"))
        self.label = QLabel(_("sample"))
        self.spin = QSpinBox()
        self.spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.spin.setRange(0, 0)
        self.spin.setKeyboardTracking(False)
        self.spin.setAccessibleName(_("Sample of the pass"))
        self.spin.setToolTip(_("Training point that runs through the network, counted from 0"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.forward, self.backward),
            (self.back, self.play, self.step),
            (self.label, self.spin, self.next),
        )
        for group in groups:
            for widget in group:
                self._row.addWidget(widget)
            self._row.addSpacing(GROUP_GAP)
        self._row.addStretch(1)
        self._row.addWidget(self.stop)
        for button in (self.forward, self.backward):
            button.setCheckable(True)
        self._connect()
        self.set_theme(DARK)
        self.show_state(is_active=False, is_backward=False, is_playing=False)

    def _connect(self) -> None:
        self.forward.clicked.connect(lambda: self.started.emit(False))
        self.backward.clicked.connect(lambda: self.started.emit(True))
        self.play.clicked.connect(lambda: self.toggled.emit())
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.step.clicked.connect(lambda: self.stepped.emit(1))
        self.stop.clicked.connect(lambda: self.stopped.emit())
        self.spin.valueChanged.connect(lambda value: self.sampled.emit(value))
        self.next.clicked.connect(self._on_next_clicked)

    def set_sample_count(self, count: int) -> None:
        """Set how many samples there are to choose from."""
        self.spin.setMaximum(max(0, count - 1))
        self.next.setEnabled(count > 1)

    def sample(self) -> int:
        """Return the chosen sample, 0-based."""
        return self.spin.value()

    def show_state(self, is_active: bool, is_backward: bool, is_playing: bool) -> None:
        """Show which pass runs, and whether it plays."""
        self.forward.setChecked(is_active and not is_backward)
        self.backward.setChecked(is_active and is_backward)
        self.play.set_face("", "pause" if is_playing else "play")
        self.back.setEnabled(is_active)
        self.stop.setVisible(is_active)

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._row.setSpacing(px(2))
        self.label.setFont(theme.font(11))
        set_text_color(self.label, theme, "muted")
        self.spin.setFont(theme.font(11, 600))
        self.spin.setFixedSize(px(46), px(HEIGHT - 2))
        spin = (
            f"QSpinBox {{ color: {theme.text}; background: {theme.raised};"
            f" border: 1px solid {theme.line}; border-radius: {px(5)}px; padding: 0;"
            f" selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent} }}"
            f"QSpinBox:focus {{ border-color: {theme.accent} }}"
        )
        dress(self.spin, theme, spin)
        self.setFixedHeight(px(HEIGHT + 2))
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return the size without a word."""
        return QSize(self.theme.px(226), self.theme.px(HEIGHT + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the labels where the strip is narrow."""
        self._fit()

    def _fit(self) -> None:
        """Take the longest labels with which everything fits into the strip."""
        for forward, backward, live, sample, has_next in _WORDS:
            self.forward.set_face(forward, "play")
            self.backward.set_face(backward, "play")
            self.stop.set_face(live, "close")
            self.label.setVisible(sample)
            self.next.setVisible(has_next)
            if self._needed() <= self.width():
                break

    def _needed(self) -> int:
        seen = [self.forward, self.backward, self.back, self.play, self.step]
        seen += [self.stop]  # its room is kept, or all would shift when a pass begins
        seen += [] if self.next.isHidden() else [self.next]
        words = sum(button.sizeHint().width() for button in seen) + self.spin.width()
        if not self.label.isHidden():
            words += self.label.sizeHint().width()
        return words + self._row.spacing() * (self._row.count() - 1) + 3 * GROUP_GAP

    def _on_next_clicked(self) -> None:
        last = self.spin.maximum()
        self.spin.setValue(0 if self.spin.value() >= last else self.spin.value() + 1)
