"""Draws three engines side by side, and the differences that judge them."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, ngettext, translated
from layerlab.experiments.numpy_or_torch.check_plots import (
    FLOOR,
    TOP,
    draw_arrays,
    draw_derivative,
    draw_valley,
)
from layerlab.experiments.numpy_or_torch.claim_rows import NAMES
from layerlab.experiments.numpy_or_torch.model import ENGINES, REACH
from layerlab.experiments.numpy_or_torch.names import FORGOTTEN, LENGTH, NONE
from layerlab.experiments.numpy_or_torch.result import Result
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import rgb, value_colors
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Dots, HeatMap, HLine, Mark, Segments, TextMark, VLine
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, exported
from layerlab.ui.plotting.side import value_scale

Array = np.ndarray
MIN_DISTANCE = 1e-17  # of a distance that is drawn: below lies what is equal to the last bit
_MISSING = _("PyTorch is missing")
TALL = 0.2  # half the height of a row's picture, without what hangs over


class LayerAxis(Axis):
    """An axis of parameters whose ticks are the layers."""

    names: tuple[tuple[float, str], ...] = ()

    def ticks(
        self, count: float, part: tuple[float, float] | None = None
    ) -> list[tuple[float, str]]:
        """Return the middle of each layer with its number."""
        return list(self.names)


class View(PageView):
    """Barcodes, distances and losses above; the V, the arrays and the derivative below."""

    def build(self) -> None:
        """Make the cards."""
        self.layers = LayerAxis(_("layer"))
        self.strip = RowPlot(self.layers)
        self.strip.grid = False
        self.codes = PlotCard(_("Every parameter, side by side"), self.strip)
        self.apart = PlotCard(
            _("Distance of engines"),
            HandlePlot(Axis(_("updates"), log=True), Axis(_("relative distance"), log=True)),
        )
        self.apart.plot.x_axis.fix(1, LENGTH)
        self.apart.plot.y_axis.brief = _("distance")
        self.apart.plot.y_axis.fix(MIN_DISTANCE, 10)
        self.loss = PlotCard(
            _("Loss"), Plot(Axis(_("updates"), integer=True), Axis(_("loss"), log=True))
        )
        self.loss.plot.x_axis.fix(0, LENGTH)
        self.valley = PlotCard(
            _("Gradient check error"),
            HandlePlot(Axis(_("eps"), log=True), Axis(_("relative error"), log=True)),
        )
        self.valley.plot.x_axis.fix(FLOOR, 1)
        self.valley.plot.y_axis.brief = _("error")
        self.valley.plot.y_axis.fix(FLOOR, TOP)
        self.rows = RowPlot(Axis(_("relative error"), log=True), _("array"))
        self.rows.x_axis.fix(FLOOR, 1)
        self.rows.x_axis.brief = _("error")
        self.arrays_card = PlotCard(_("Error by array"), self.rows)
        self.derivative = PlotCard(_("Derivative"), Plot(Axis("z"), Axis("h′")))
        self.derivative.plot.x_axis.fix(-REACH, REACH)
        self.derivative.plot.y_axis.fix(-1.15, 1.25)
        self.apart.bind("updates", lambda x, _: round(x))
        self.valley.bind("eps", lambda x, _: x)
        self.arrays_card.bind_row(("mistake", "layer"), self._mistake)
        for card, row, column, columns in (
            (self.codes, 0, 0, 5),
            (self.apart, 0, 5, 4),
            (self.loss, 0, 9, 3),
            (self.valley, 1, 0, 5),
            (self.arrays_card, 1, 5, 4),
            (self.derivative, 1, 9, 3),
        ):
            self.add(card, row, column, 1, columns)
        self.share(rows=(10, 11), columns=(1,) * 12)

    def _mistake(self, row: int) -> tuple[str, tuple[float]] | None:
        """Move the mistake to the layer that was clicked; make one if there is none."""
        result: Result | None = self.result
        if result is None:
            return None
        name = result.mistake.name
        layer = float(result.checks[row].layer)
        return FORGOTTEN if name == NONE else name, (layer,)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what the check finds, how far the engines are apart, and how quick."""
        eps, error = result.valley.here
        found = [(result.found.words, _("by the gradient check"))]
        if result.missing:
            found.append((_MISSING, result.missing))
        found.append((number(error, 2), _("its error, eps {eps}", eps=number(eps, 2))))
        apart = result.apart.get(("numpy", "float64"), np.empty(0))
        if apart.size:
            at = min(result.updates, apart.size)
            of = NAMES[result.reference]
            found.append(
                (
                    number(float(apart[at - 1]), 2),
                    _("NumPy from {engine}, {updates}", engine=of, updates=_updates(at)),
                )
            )
        if result.speeds:
            listed = " · ".join(_thousands(speed) for speed in result.speeds.values())
            of = " · ".join(NAMES[name] for name in result.speeds)
            found.append((listed, _("updates/s, {engines}", engines=of)))
        return found

    def draw(self, result: Result) -> None:
        """Draw all six."""
        self._draw_codes(result)
        self._draw_apart(result)
        self._draw_loss(result)
        draw_valley(self, self.valley, result)
        draw_arrays(self, self.arrays_card, result)
        draw_derivative(self, self.derivative, result)

    # ---- engines
    def _ink(self, name: str) -> QColor:
        """Return the colour of an engine."""
        if name == "compiled":
            return self.theme.layer_color(0, 4)
        return self.color("accent" if name == "numpy" else "text")

    def _draw_codes(self, result: Result) -> None:
        """Draw the parameters of each engine as a barcode, and their differences below."""
        plot, params = self.strip, result.params
        count = len(params["numpy"])
        axis = self.layers
        axis.fix(-0.5, count - 0.5)
        ends = [stop for _, _, stop in result.arrays[1::2]]
        starts = [0, *ends[:-1]]
        axis.names = tuple(
            ((a + b) / 2 - 0.5, str(k))
            for k, (a, b) in enumerate(zip(starts, ends, strict=True), 1)
        )
        others = [name for name in ENGINES if name in params]
        plot.set_rows([*(NAMES[name] for name in ENGINES), _("difference")])
        most = float(np.abs(params["numpy"]).max()) or 1.0
        live: dict[str, Mark] = {}
        for name in others:
            colors = value_colors(self.theme, params[name], -most, most)
            live[name] = self._row(ENGINES.index(name), colors)
        each = np.arange(count)
        numbers = [
            exported(NAMES[name], each, params[name], places=_("parameter")) for name in others
        ]
        if result.reference in params:
            difference = np.abs(params["numpy"] - params[result.reference]).astype(float)
            live["difference"] = self._row(3, self._heat(difference))
            numbers.append(exported(_("difference"), each, difference))
        cuts = np.array(ends[:-1]) - 0.5
        ink = self.color("panel")
        live["cuts"] = Segments(
            cuts, np.full(len(cuts), -0.5), cuts, np.full(len(cuts), 3.5), ink, 3.0
        )
        if "torch" not in params:
            row = np.array([float(ENGINES.index("torch"))])
            live["waits"] = TextMark(
                np.zeros(1), row, [self._waits(result)], self.color("muted"), self.theme
            )
        plot.color_scale = value_scale(self.theme, -most, most)
        self.codes.show_plot(live=live, series=numbers)
        after = _("after {updates}", updates=_updates(result.updates))
        if result.reference in params:
            share = f"{100 * result.equal:.0f} %"
            equal = _("<b>{share}</b> equal to the last bit", share=share)
            self.codes.set_note(_("{after}, {equal}", after=after, equal=equal), equal)
        else:
            self.codes.set_note(after, "")
        plot.reader = lambda x, y: self._read(result, x)

    def _waits(self, result: Result) -> str:
        """Return why there is nothing to compare with yet."""
        return _MISSING if result.missing else _("PyTorch is being asked")

    def _row(self, row: int, colors: Array) -> HeatMap:
        extent = (0.0, len(colors) - 1.0, row + TALL, row - TALL)
        return HeatMap(extent, np.stack((colors, colors)), smooth=False)

    def _heat(self, difference: Array) -> Array:
        """Return colours from the panel (equal) to orange (apart), by powers of ten."""
        low, high = np.log10(MIN_DISTANCE), 0.0
        share = (np.log10(np.maximum(difference, MIN_DISTANCE)) - low) / (high - low)
        panel, hot = rgb(self.color("raised")), rgb(self.color("negative"))
        return panel + (hot - panel) * np.sqrt(np.clip(share, 0, 1))[:, None]

    def _read(self, result: Result, x: float) -> Tooltip | None:
        k = int(np.clip(round(x), 0, len(result.params["numpy"]) - 1))
        name, start, _end = next(array for array in result.arrays if array[1] <= k < array[2])
        across = result.sizes[int(name[1:])]
        index = ", ".join(str(n + 1) for n in divmod(k - start, across))
        index = index if name[0] == "W" else str(k - start + 1)
        rows: list[tuple[QColor | None, str]] = [
            (self._ink(engine), f"{NAMES[engine]} {result.params[engine][k]:.17g}")
            for engine in ENGINES
            if engine in result.params
        ]
        if result.reference in result.params:
            gap = abs(float(result.params["numpy"][k] - result.params[result.reference][k]))
            rows.append(
                (self.color("negative"), _("difference {distance}", distance=number(gap, 2)))
            )
        return Tooltip(f"{name}[{index}]", tuple(rows), float(k))

    def _draw_apart(self, result: Result) -> None:
        """Draw the distance to PyTorch of each engine, in both precisions."""
        series = []
        faint, muted = self.color("faint"), self.color("muted")
        dashed = LegendEntry("dash", muted, _("in 32 bit"), 1.6)
        for (name, dtype), distance in sorted(result.apart.items(), key=lambda i: -len(i[1])):
            wrong = name == "numpy" and result.is_wrong
            single = dtype == "float32"
            series.append(
                Series(
                    _("{engine}, 32 bit", engine=NAMES[name]) if single else NAMES[name],
                    np.arange(1.0, len(distance) + 1),
                    np.clip(distance, MIN_DISTANCE, 1e3),
                    self.color("negative") if wrong else self._ink(name),
                    form="dash" if single else "line",
                    width=1.6 if single else 2.0,
                    values=distance,
                    entries=[dashed] if single else [],
                )
            )
        live: dict[str, Mark] = {
            f"digit {bits}": HLine(  # not translated
                digit, _("last digit, {bits} bit", bits=bits), faint, self.theme
            )
            for bits, digit in (("64", 2.2e-16), ("32", 1.2e-7))
        }
        if not series:
            middle = np.array([1.3]), np.array([1e-11])
            live["waits"] = TextMark(*middle, [self._waits(result)], faint, self.theme)
        live["at"] = VLine(float(result.updates), _updates(result.updates), muted, self.theme)
        card = self.apart
        card.show_plot(series=series, live=live)
        top = card.plot.y_axis.from_unit(0.96)
        knob = Handle("updates", float(result.updates), top, self.color("text"), along="x")
        card.plot.set_handles((knob,))
        of = NAMES.get(result.reference, "")
        card.set_note(_("from {engine}", engine=of) if of else "")
        if not series:
            card.plot.reader = None

    def _draw_loss(self, result: Result) -> None:
        card, wrong = self.loss, result.is_wrong
        x = np.arange(float(len(result.loss)))
        y = np.clip(result.loss, 1e-8, 1e8)
        ink = self.color("negative" if wrong else "accent")
        name = translated(result.mistake.name) if wrong else _("loss")
        series = [Series(name, x, y, ink, values=result.loss, in_legend=wrong)]
        if wrong:
            sound = result.sound_loss
            right, accent = np.arange(float(len(sound))), self.color("accent")
            series.insert(0, Series(_("correct"), right, sound, accent, width=1.6))
        at = min(result.updates, len(y) - 1)
        here = Dots(np.array([float(at)]), y[[at]], ink, 4.0)
        shown = np.concatenate((np.clip(y, 1e-8, 10), result.sound_loss if wrong else y[:0]))
        card.plot.y_axis.cover(shown, restart=True, decades=2)
        card.show_plot(series=series, live={"at": here})
        card.set_note(
            _("<b>{loss}</b> after {updates}", loss=number(float(y[at]), 2), updates=at),
            _("after {updates}", updates=at),
        )


def _updates(count: int) -> str:
    return ngettext("{count} update", "{count} updates", count)


def _thousands(speed: float) -> str:
    return f"{speed / 1000:.0f} k" if speed >= 9950 else f"{speed / 1000:.1f} k"


def thumbnail(result: Result) -> pic.Picture:
    """Return the V as theory has it, between the zones of good and bug.

    The measured one is made of last digits, which differ from machine to machine.
    """
    window = (-14.0, 0.0, -13.0, 2.0)
    valley, x = result.valley, np.log10(result.valley.pushes)
    shapes: list[pic.Shape] = [
        pic.Area(((0.0, 0.53), (1.0, 0.53), (1.0, 0.0), (0.0, 0.0)), "good", 0.14),
        pic.Area(((0.0, 0.67), (1.0, 0.67), (1.0, 1.0), (0.0, 1.0)), "negative", 0.14),
    ]
    for digits, token, width in ((2.0**29, "layer1", 1.6), (1.0, "accent", 2.4)):
        y = np.log10(np.hypot(valley.cut, digits * valley.rounding))
        points = pic.unit_points(x, np.minimum(y, 0.0), window)
        shapes.append(pic.Polyline(points, token, width))
    return tuple(shapes)
