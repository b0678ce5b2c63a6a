"""Draws what a model costs by context, where it goes, its signal, and its gates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _, translated
from layerlab.experiments.at_scale.growth import CASES
from layerlab.experiments.at_scale.layer import part_color
from layerlab.experiments.at_scale.model import CONTEXTS, GATE_Z, PARTS, Result
from layerlab.experiments.at_scale.units import count, memory, operations
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Band, HLine, Tag, TextMark
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.series import Series, read_row

Array = np.ndarray
GB = 1e9
BLOCKS, VARIANCES = (1.0, 128.0), (0.3, 500.0)
GATES = (-1.3, 4.2)
BRIEF = {"feed-forward": _("feed"), "attention": _("attn.")}
WHAT = (_("parameters"), _("memory"), _("arithmetic"))
# block -> activation that is its gate, or its own; name of its curve
CURVES = {
    "plain": ("relu", _("ReLU, plain")),
    "GLU": ("sigmoid", "σ(z), GLU"),
    "SwiGLU": ("silu", "z σ(z), SwiGLU"),
}
SIZES = {2: 4, 4: 2}
LABELS = {
    "scaled, norm": "× 1/√(2N)",
    "norm": _("as is"),
    "scaled": _("× 1/√(2N), no norm"),
    "bare": _("as is, no norm"),
}


class CostCards:
    """Four cards of the page.

    Attributes:
        cards: memory by context, parts, variance through blocks, gates.
    """

    def __init__(self, view: PageView) -> None:
        """Make the cards and let them turn knobs."""
        self._view = view
        self.memory = PlotCard(
            _("Cache and weights"),
            HandlePlot(Axis(_("tokens"), log=True), Axis("GB", log=True)),
        )
        self.parts_plot = RowPlot(Axis(_("share, %")), _("quantity"))
        self.parts_plot.x_axis.brief = "%"
        self.parts_plot.grid = False  # lines would cross the sizes
        self.parts = PlotCard(_("Shares of the cost"), self.parts_plot)
        self.signal = PlotCard(
            _("Initial signal"),
            HandlePlot(Axis(_("blocks"), log=True), Axis(_("variance"), log=True)),
        )
        self.gates = PlotCard(_("Gates"), HandlePlot(Axis("z"), Axis(_("gate"))))
        self.memory.plot.x_axis.fix(float(CONTEXTS[0]), float(CONTEXTS[-1]))
        self.parts_plot.x_axis.fix(0, 100)
        self.signal.plot.x_axis.fix(*BLOCKS)
        self.signal.plot.y_axis.fix(*VARIANCES)
        self.gates.plot.x_axis.fix(float(GATE_Z[0]), float(GATE_Z[-1]))
        self.gates.plot.y_axis.fix(*GATES)
        self.cards = (self.memory, self.parts, self.signal, self.gates)
        for card in self.cards:
            card.plot.tick_gap = 44
        self.memory.bind(
            "context", lambda x, _: (min(CONTEXTS[-1], max(CONTEXTS[0], round(x))),)
        )
        self.memory.bind_click("bytes", lambda *_: (float(SIZES[view.result.bytes]),))
        self.signal.bind("layers", lambda x, _: min(128, max(1, round(x))))
        self.gates.bind_click("block", self._block)

    def _block(self, x: float, y: float) -> str:
        """Return the block whose curve is nearest to the point."""
        result: Result = self._view.result
        away = {
            block: abs(float(np.interp(x, GATE_Z, result.gates[activation])) - y)
            for block, (activation, _) in CURVES.items()
        }
        return min(away, key=lambda block: away[block])

    def draw(self, result: Result) -> None:
        """Draw all four."""
        self._draw_memory(result)
        self._draw_parts(result)
        self._draw_signal(result)
        self._draw_gates(result)

    def _ink(self, part: str) -> QColor:
        return part_color(self._view.theme, part)

    # ---- memory
    def _draw_memory(self, result: Result) -> None:
        card, view = self.memory, self._view
        warm, accent = self._ink("context"), self._ink("feed-forward")
        weights = result.weights / GB
        self._hold(card.plot.y_axis, weights)
        cache = result.cache / GB
        level, series, others = np.full_like(cache, weights), [], []
        size = _("at {bytes} bytes", bytes=SIZES[result.bytes])
        there = LegendEntry("line", blend(view.theme, warm, 0.4), size, 1.2)
        for name, brief, y, ink in (
            (_("weights, GB"), _("weights"), level, accent),
            (_("keys and values, GB"), _("cache"), cache, warm),
        ):
            series.append(Series(name, CONTEXTS, y, ink, width=2.2, brief=brief))
            other = Series(
                _("{what}, {size}", what=name, size=size),
                CONTEXTS,
                SIZES[result.bytes] / result.bytes * y,
                blend(view.theme, ink, 0.4),
            )
            others.append(replace(other, width=1.2, entries=[there], is_read=False))
        even = Series(
            _("equal"), np.array([result.even]), level[:1], view.color("text"), form="dots"
        )
        even = replace(even, width=3.4, is_read=False, in_columns=False)
        card.show_plot(series=[*series, *others, even.named_last(view.theme)])
        plot = card.plot
        height = float(np.interp(result.context, CONTEXTS, cache))
        plot.set_handles((Handle("context", float(result.context), height, warm, 6.0, "x"),))
        card.set_note(
            MouseHint(
                _(
                    "<b>{bytes} bytes</b>, click: {other}",
                    bytes=result.bytes,
                    other=SIZES[result.bytes],
                )
            ),
            _("<b>{bytes} bytes</b>", bytes=result.bytes),
            "",
        )

    def _hold(self, axis: Axis, weights: float) -> None:
        """Let the axis stand until the weights leave its middle; then move whole decades."""
        if not axis.log:
            axis.fix(0.0, 3 * weights)
            return
        low, high = math.log10(axis.low), math.log10(axis.high)
        at = math.log10(weights)
        if not low + 2 <= at <= high - 1 or high - low != 6:
            bottom = math.floor(at) - 4
            axis.fix(10.0**bottom, 10.0 ** (bottom + 6))

    # ---- parts
    def _draw_parts(self, result: Result) -> None:
        card, view = self.parts, self._view
        rows = (result.parameters, result.memory, result.operations)
        values = np.array([[row[part] for part in PARTS] for row in rows], float)  # (3, 4)
        ends = 100 * np.cumsum(values, axis=1) / values.sum(1, keepdims=True)
        starts = np.concatenate([np.zeros((3, 1)), ends[:, :-1]], axis=1)
        series = [
            Series(
                translated(part),
                np.arange(3.0) - 0.12,
                ends[:, k],
                self._ink(part),
                form="bars",
                width=0.42,
                inks=[blend(view.theme, self._ink(part), 0.85)] * 3,
                base=starts[:, k],
                brief=BRIEF.get(part, ""),
                values=values[:, k],
            )
            for k, part in enumerate(PARTS)
        ]
        texts = (count(values[0].sum()), memory(values[1].sum()), operations(values[2].sum()))
        sizes = TextMark(
            np.zeros(3), np.arange(3.0) + 0.3, texts, view.color("muted"), view.theme, 10.0
        )
        self.parts_plot.set_rows(WHAT)
        card.show_plot(series=series, live={"sizes": sizes})
        share = ends[0, 0]
        card.set_note(
            _("feed-forward <b>{share:.0f} %</b>", share=share),
            _("feed <b>{share:.0f} %</b>", share=share),
        )
        self.parts_plot.reader = lambda _, y: self._read_parts(values, y)

    def _read_parts(self, values: Array, y: float) -> Tooltip | None:
        row = self.parts_plot.row_at(y)
        text_of = (count, memory, operations)[row]
        whole = float(values[row].sum())

        def write(value: float) -> str:
            return f"{text_of(value)}, {100 * value / whole:.1f} %"

        series = [replace(one, write=write, inks=()) for one in self.parts.series]
        return read_row(series, row, f"{WHAT[row]}, {text_of(whole)}")

    # ---- signal
    def _draw_signal(self, result: Result) -> None:
        card, view, n = self.signal, self._view, result.decoder.layers
        x = np.arange(1.0, n + 1)
        accent, hot = view.color("accent"), view.color("negative")
        levels = [result.growth.end(case) for case in CASES[:2]]
        axis = card.plot.y_axis
        axis.fix(*(VARIANCES if axis.log else (0.0, 2 * max(levels))))
        muted = view.color("muted")
        dashed = LegendEntry("dash", muted, _("theory"), 1.4)
        unnormed = LegendEntry(
            "line", blend(view.theme, hot, 0.55), _("without norm"), 1.3, brief=_("no norm")
        )
        series = []
        for case, seen in result.growth.seen.items():
            ink, is_normed = accent if "scaled" in case else hot, "norm" in case
            parts = np.stack([f(seen[1:], axis=1) for f in (np.min, np.median, np.max)])
            # What leaves the plot is drawn to its edge.
            low, shown, high, theory = (
                np.clip(values, 0.1, 10 * VARIANCES[1])
                for values in (*parts, result.growth.theory[case][1:])
            )
            thin = Series(
                _("theory, {label}", label=LABELS[case]),
                x,
                theory,
                muted,
                form="dash",
            )
            thin = replace(thin, width=1.2, values=result.growth.theory[case][1:])
            shade = ink if is_normed else blend(view.theme, ink, 0.55)
            wide = Series(
                *(LABELS[case], x, shown, shade, low, high),
                width=2.2 if is_normed else 1.3,
                shade=0.22 if is_normed else 0.0,
                entries=[] if is_normed else [unnormed],
                ends=(_("lowest"), "", _("highest")),
                reads_band=False,
                values=parts,
            )
            series += [replace(thin, entries=[dashed], is_read=is_normed), wide]
        ends = {
            f"end {k}": Tag(  # not translated: a key
                float(n), level, number(level, 3), ink, view.theme
            )
            for k, (level, ink) in enumerate(zip(levels, (accent, hot), strict=True))
        }
        live = {"one": HLine(1.0, _("input"), muted, view.theme, low=True)} | ends
        card.show_plot(live=live, series=series)
        plot, end = card.plot, levels[0]
        plot.set_handles((Handle("layers", float(n), end, accent, 6.0, "x"),))

    # ---- gates
    def _draw_gates(self, result: Result) -> None:
        card, view, z = self.gates, self._view, GATE_Z
        tokens = {"plain": "muted", "GLU": "negative", "SwiGLU": "accent"}
        series = []
        for block, (activation, name) in CURVES.items():
            is_chosen, ink = block == result.block, view.color(tokens[block])
            shade = ink if is_chosen else blend(view.theme, ink, 0.5)
            one = Series(
                name, z, result.gates[activation], shade, width=3.0 if is_chosen else 1.4
            )
            series.append(replace(one, brief=block))
        printed, true = (result.gates[CURVES[name][0]] for name in ("GLU", "SwiGLU"))
        band = Band(
            z,
            np.minimum(printed, true),
            np.maximum(printed, true),
            blend(view.theme, view.color("negative"), 0.14),
        )
        card.show_plot(bands={"apart": band}, series=series)
        card.set_note(_("printed for SwiGLU: that of GLU"), _("printed: GLU's"))
