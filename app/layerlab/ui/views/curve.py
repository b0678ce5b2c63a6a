"""One input, one output: data, target, and what sixteen networks make of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from layerlab.core.frames import CurvePrediction, Frame
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, evenly_spaced
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import spread, table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.views.form import Form

Array = np.ndarray
MAX_DOTS = 600  # more would hide each other


class KinkRuler(QWidget):
    """Where the shown network's function bends, coloured by the layer that bends it."""

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self._plot = plot
        self.theme: Theme = DARK
        self.kinks = np.empty(0)
        self.layers = np.empty(0, int)
        self.pieces, self.layer_count, self.neurons = 0, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self.theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the strip and its words."""
        return QSize(self.theme.px(120), self.theme.px(34))

    def minimumSizeHint(self) -> QSize:
        """Return the same: the height is fixed."""
        return self.sizeHint()

    def show_kinks(self, part: CurvePrediction, depth: int, neurons: int) -> None:
        """Show the kinks of the part; a smooth activation has none."""
        self.kinks, self.layers = part.kinks, part.kink_layers
        self.pieces, self.layer_count, self.neurons = part.pieces, depth, neurons
        self.update()

    def text(self) -> str:
        """Return the sentence under the strip."""
        if self.pieces == 0:
            return "a smooth function: this activation has no kinks"
        if self.pieces < 0:
            return "linear pieces not counted: the network is large, or has layer norm"
        noun = "piece" if self.pieces == 1 else "pieces"
        units = (
            f" from {self.neurons} neuron{'s' * (self.neurons != 1)}" if self.neurons else ""
        )
        return f"{self.pieces} linear {noun} (this seed){units}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the strip, a stroke a kink, the sentence and the layers' colours."""
        theme, area = self.theme, self._plot.area()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("panel"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            strip = QRectF(area.left(), theme.px(2), area.width(), theme.px(11))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(strip, theme.px(3), theme.px(3))
            x = self._plot.px(self.kinks)
            width = theme.px(2)
            for place, layer in zip(x.tolist(), self.layers.tolist(), strict=True):
                if strip.left() <= place <= strip.right():
                    color = theme.layer_color(layer - 1, max(1, self.layer_count))
                    painter.fillRect(
                        QRectF(place - width / 2, strip.top(), width, strip.height()), color
                    )
            self._paint_words(painter, strip)

    def _paint_words(self, painter: QPainter, strip: QRectF) -> None:
        theme = self.theme
        font = theme.font(10.5)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        row = QRectF(strip.left(), strip.bottom() + theme.px(3), strip.width(), theme.px(15))
        flags = Qt.AlignmentFlag.AlignVCenter
        text = self.text()
        if metrics.horizontalAdvance(text) > row.width():
            text = text.partition(" (")[0]
        painter.drawText(row, flags, text)
        if self.pieces <= 0 or self.layer_count == 0:
            return
        shown = range(self.layer_count) if self.layer_count <= 8 else (0, self.layer_count - 1)
        names = [str(k + 1) for k in shown]
        dot, gap = theme.px(7), theme.px(6)
        widths = [dot + theme.px(4) + metrics.horizontalAdvance(n) + gap for n in names]
        lead = "kinks by layer:"
        total = metrics.horizontalAdvance(lead) + gap + sum(widths)
        if metrics.horizontalAdvance(self.text()) + total + theme.px(12) > row.width():
            return
        left = row.right() - total
        painter.drawText(QRectF(left, row.top(), total, row.height()), flags, lead)
        left += metrics.horizontalAdvance(lead) + gap
        for k, name, width in zip(shown, names, widths, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.layer_color(k, self.layer_count))
            painter.drawEllipse(QRectF(left, row.center().y() - dot / 2, dot, dot))
            painter.setPen(theme.color("muted"))
            painter.drawText(
                QRectF(left + dot + theme.px(4), row.top(), width, row.height()), flags, name
            )
            left += width


class CurveView(Form):
    """The fitted function with its data, and the kink ruler below."""

    def __init__(self) -> None:
        super().__init__()
        self.show_seed = False
        self.plot = Plot(Axis("x"), Axis("y"))
        self.plot.reader = self.read
        self.ruler = KinkRuler(self.plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot, 1)
        self._held = self.plot
        layout.addWidget(self.ruler)
        self.part: CurvePrediction | None = None
        self._ghost: tuple[Array, Array, str] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme`; the view draws again."""
        super().set_theme(theme)
        self.plot.set_theme(theme)
        self.ruler.set_theme(theme)
        self._fit()

    def set_ghost(self, part: CurvePrediction | None, label: str) -> None:
        """Keep an earlier median as a faint line with a name; None takes it away."""
        self._ghost = None if part is None else (part.x, part.quantiles[2], label)

    def resizeEvent(self, event: object) -> None:
        """Drop the ruler where there is no room for it."""
        self._fit()

    def _fit(self) -> None:
        self.ruler.setVisible(self.height() >= self.theme.px(170))

    def show_part(self, part: CurvePrediction, frame: Frame, anew: bool) -> None:
        """Draw the curves, the data and the kinks."""
        super().show_part(part, frame, anew)
        self._set_ranges(part, anew)
        theme = self.theme
        accent = theme.color("accent")
        q, x = part.quantiles, part.x
        bands: dict[str, Mark] = {}
        if self.seeds > 1:
            bands["5-95"] = Band(x, q[0], q[4], mix(theme, accent, 0.12))
            bands["quartiles"] = Band(x, q[1], q[3], mix(theme, accent, 0.28))
        live: dict[str, Mark] = {"median": Line(x, q[2], accent, 2.4)}
        if self.show_seed and self.seeds > 1:
            live["seed"] = Line(x, part.shown, theme.color("text"), 1.2)
        self.plot.legend = self._legend(part)
        self.plot.show_marks(bands, self._still(part), live)
        hidden = frame.spec.net.hidden
        self.ruler.show_kinks(part, len(hidden), sum(hidden))

    def _set_ranges(self, part: CurvePrediction, anew: bool) -> None:
        self.plot.x_axis.label, self.plot.y_axis.label = part.x_label, part.y_label
        if part.x.size:
            self.plot.x_axis.fix(float(part.x.min()), float(part.x.max()))
        low, high = data_range(part)
        span = high - low
        inner = part.quantiles[2][np.isfinite(part.quantiles[2])]
        # A function that leaves the data altogether must not leave the view as well.
        lost = inner.size and np.mean((inner < low) | (inner > high)) > 0.5
        if lost:
            away = max(float(inner.max()) - high, low - float(inner.min()))
            step = span * 2.0 ** np.ceil(np.log2(max(away / span, 0.25)))
            low, high = (low, high + step) if inner.max() > high else (low - step, high)
        if not anew:
            low, high = self._kept(low, high, span)
        self.plot.y_axis.fix(low, high)

    def _kept(self, low: float, high: float, span: float) -> tuple[float, float]:
        """Never shrink within a run, unless the data themselves have changed."""
        y = self.plot.y_axis
        if y.high - y.low > 64 * span or y.high < low or y.low > high:
            return low, high
        return min(low, y.low), max(high, y.high)

    def _still(self, part: CurvePrediction) -> dict[str, Mark]:
        theme = self.theme
        marks: dict[str, Mark] = {}
        if self._ghost is not None:
            marks["ghost"] = Line(*self._ghost[:2], theme.color("faint"), 1.5)
        if part.target is not None:
            marks["target"] = Line(part.x, part.target, theme.color("muted"), 1.4, (3.2, 2.6))
        radius = 2.6 * theme.zoom
        if part.validation_x.size:
            at = evenly_spaced(part.validation_x.size, MAX_DOTS)
            color = theme.color("negative", 0.9)
            x, y = part.validation_x[at], part.validation_y[at]
            marks["validation"] = Dots(x, y, color, radius, hollow=True)
        at = evenly_spaced(part.train_x.size, MAX_DOTS)
        color = theme.color("point", 0.85)
        marks["data"] = Dots(part.train_x[at], part.train_y[at], color, radius)
        return marks

    def _legend(self, part: CurvePrediction) -> tuple[Key, ...]:
        theme, accent = self.theme, self.theme.color("accent")
        many = self.seeds > 1
        name = f"median of {self.seeds} seeds" if many else "network"
        keys = [Key("line", accent, name)]
        if many:
            inner = mix(theme, accent, 0.28)
            keys.append(Key("band", mix(theme, accent, 0.12), "quartiles, 5–95 %", 1, inner))
        if part.target is not None:
            keys.append(Key("dash", theme.color("muted"), "target", 1.4))
        if self._ghost is not None:
            keys.append(Key("line", theme.color("faint"), self._ghost[2], 1.5))
        if self.show_seed and many:
            keys.append(Key("line", theme.color("text"), "this seed", 1.2))
        if part.validation_x.size:
            keys.append(Key("ring", theme.color("negative"), "validation"))
        return tuple(keys)

    def note(self) -> str:
        """Return which name stands over which."""
        return "ŷ over x" if self.part is None else f"ŷ over {self.part.x_label or 'x'}"

    def read(self, x: float, y: float) -> Reading | None:
        """Read median, quartiles, target and the chosen seed at the grid point next to `x`."""
        part = self.part
        if part is None or not part.x.size:
            return None
        i = int(np.abs(part.x - x).argmin())
        q, theme = part.quantiles[:, i], self.theme
        accent = theme.color("accent")
        word = "median" if self.seeds > 1 else "network"
        rows = [(accent, f"{word} {number(q[2])}{spread(q[1], q[3], self.seeds)}")]
        dots = [(float(part.x[i]), float(q[2]), accent)]
        if part.target is not None:
            rows.append((theme.color("muted"), f"target {number(part.target[i])}"))
        if self.show_seed and self.seeds > 1:
            rows.append((theme.color("text"), f"this seed {number(part.shown[i])}"))
        name = part.x_label.split(" (")[0] or "x"
        title = f"{name} = {number(float(part.x[i]))}"
        return Reading(title, tuple(rows), float(part.x[i]), tuple(dots))

    def numbers(self) -> str:
        """Return the curves over the grid."""
        part = self.part
        if part is None:
            return ""
        header = [part.x_label or "x", "5 %", "25 %", "median", "75 %", "95 %", "this seed"]
        columns = [part.x, *part.quantiles, part.shown]
        if part.target is not None:
            header, columns = [*header, "target"], [*columns, part.target]
        return table(header, columns)


def data_range(part: CurvePrediction) -> tuple[float, float]:
    """Return the range of the data and the target, a little widened; depends on data only."""
    parts = [part.train_y, part.validation_y]
    if part.target is not None:
        parts.append(part.target)
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    if not values.size:
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    pad = 0.1 * (high - low) or 0.5 * abs(high) or 1.0
    return low - pad, high + pad
