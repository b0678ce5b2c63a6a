"""One input, one output: data, target, and what sixteen networks make of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from layerlab.core.frames import CurvePrediction, Frame
from layerlab.ui.blank import blank
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Mark, evenly_spaced
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series, declare, read_series
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.views.form import Form

Array = np.ndarray
MAX_DOTS = 600  # more would hide each other
MEDIAN = "median"
OUTER, INNER = 0.12, 0.28  # opacity of both bands


class KinkRuler(QWidget):
    """Where the shown network's function bends, coloured by the layer that bends it."""

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self._plot = plot
        self.theme: Theme = DARK
        self.kinks = np.empty(0)
        self.layers = np.empty(0, int)
        self.pieces, self.layer_count, self.neurons = 0, 0, 0
        self._is_figure = False
        self._words = QPixmap()
        self._words_key: object = None
        plot.box.sigRangeChanged.connect(lambda *_: self.update())  # it goes with a zoom
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
            if self._is_figure:
                self._paint_words(painter, strip)
            else:
                painter.drawPixmap(0, 0, self._written(strip))

    def set_figure(self, is_figure: bool) -> None:
        """Paint the words anew, or from a picture that is kept."""
        self._is_figure = is_figure

    def _written(self, strip: QRectF) -> QPixmap:
        """Return the words as a picture: they seldom change from frame to frame."""
        ratio = self.devicePixelRatioF()
        key = (self.text(), self.layer_count, strip.getRect(), self.size(), ratio, self.theme)
        if key != self._words_key:
            self._words_key, self._words = key, blank(self.size(), ratio)
            with QPainter(self._words) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_words(painter, strip)
        return self._words

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
        self._series: tuple[Series, ...] = ()

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
        self._series = tuple(self._declare(part))
        found = declare(self._series, self.theme)
        bands: dict[str, Mark] = {}
        keys = [one.key() for one in self._series if one.in_legend]
        if self.seeds > 1:
            accent, q = self.theme.color("accent"), part.quantiles
            outer = mix(self.theme, accent, OUTER)
            bands["5-95"] = Band(part.x, q[0], q[4], outer)
            inner = mix(self.theme, accent, INNER)
            keys.insert(1, Key("band", outer, "quartiles, 5–95 %", 1, inner))
        self.plot.legend = tuple(keys)
        self.plot.show_marks({**bands, **found.bands}, found.still, found.live)
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

    def _declare(self, part: CurvePrediction) -> Iterator[Series]:
        """Yield curves and points, the most important first."""
        ink, many, q = self.theme.color, self.seeds > 1, part.quantiles
        name = f"median of {self.seeds} seeds" if many else "network"
        band = {"low": q[1], "high": q[3], "shade": INNER} if many else {}
        read_as = MEDIAN if many else ""
        yield Series(name, part.x, q[2], ink("accent"), width=2.4, read_as=read_as, **band)
        if part.target is not None:
            gray = ink("muted")
            yield Series(
                "target", part.x, part.target, gray, form="dash", width=1.4, is_still=True
            )
        if self._ghost is not None:
            x, y, label = self._ghost
            yield Series(label, x, y, ink("faint"), width=1.5, is_still=True, is_read=False)
        if self.show_seed and many:
            yield Series("this seed", part.x, part.shown, ink("text"), width=1.2)
        for label, x, y, token, form in (
            ("validation", part.validation_x, part.validation_y, "negative", "rings"),
            ("data", part.train_x, part.train_y, "point", "dots"),
        ):
            at = evenly_spaced(x.size, MAX_DOTS)
            if at.size:
                yield Series(
                    label,
                    x[at],
                    y[at],
                    ink(token, 0.9),
                    form=form,
                    width=2.6 * self.theme.zoom,
                    is_still=True,
                    is_read=False,
                    in_legend=form == "rings",
                )

    def note(self) -> str:
        """Return which name stands over which."""
        return "ŷ over x" if self.part is None else f"ŷ over {self.part.x_label or 'x'}"

    def read(self, x: float, y: float) -> Reading | None:
        """Read median, quartiles, target and the chosen seed at the grid point next to `x`."""
        part = self.part
        if part is None or not part.x.size:
            return None
        name = part.x_label.split(" (")[0] or "x"
        return read_series(self._series, x, f"{name} = {{}}")

    def numbers(self) -> str:
        """Return the curves over the grid, and the data beside them."""
        part = self.part
        if part is None:
            return ""
        name = part.x_label or "x"
        header = [name, "5 %", "25 %", "median", "75 %", "95 %", "this seed"]
        columns = [part.x, *part.quantiles, part.shown]
        if part.target is not None:
            header, columns = [*header, "target"], [*columns, part.target]
        for kind, x, y in (
            ("training", part.train_x, part.train_y),
            ("validation", part.validation_x, part.validation_y),
        ):
            if x.size:
                header += [f"{kind} {name}", f"{kind} {part.y_label or 'y'}"]
                columns += [x, y]
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
