"""Draws kinds of feed-forward blocks side by side, and published models beside these knobs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _
from layerlab.experiments.at_scale.layer import part_color
from layerlab.experiments.at_scale.model import PRESETS, Result, knobs_of
from layerlab.experiments.at_scale.units import count, memory, operations
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle
from layerlab.ui.plotting.items import Mark, Segments, TextMark, VLine
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series

Array = np.ndarray
FACTORS = (0.5, 16.0)
SQUARES = (0.7, 5000.0)  # the blocks' axis, in d_model squared
TOTALS = (2e6, 2e14)


class ComparedCards:
    """Two cards of rows that are clicked.

    Attributes:
        blocks: the kinds of blocks. published: the models.
    """

    def __init__(self, view: PageView) -> None:
        """Make the cards and let them turn knobs."""
        self._view = view
        self.rows, self.models = (
            RowPlot(Axis(name, log=True, can_switch=False), what)
            for name, what in (
                (_("parameters / d_model²"), _("block")),
                (_("parameters"), _("model")),
            )
        )
        self.rows.x_axis.brief, self.models.x_axis.brief = "/ d_model²", _("size")
        self.rows.grid = False  # lines would cross the sizes
        self.blocks = PlotCard(_("Feed-forward blocks"), self.rows)
        self.published = PlotCard(_("Models"), self.models)
        self.rows.x_axis.fix(*SQUARES)
        self.models.x_axis.fix(*TOTALS)
        self.blocks.bind("factor", self._factor)
        self.blocks.bind_row(("block", "experts"), self._block)
        self.published.bind_row(PRESETS, self._model)

    def draw(self, result: Result) -> None:
        """Draw both."""
        self._draw_blocks(result)
        self._draw_published(result)

    def _factor(self, x: float, _: float) -> float:
        result: Result = self._view.result
        one = result.blocks[result.chosen]
        factor = x / (2 if one.key == "plain" else 3) / one.experts
        return float(np.clip(round(factor, 2), *FACTORS))

    def _block(self, row: int) -> tuple[str, int]:
        one = self._view.result.blocks[row]
        return one.key, one.experts

    def _model(self, row: int) -> tuple[object, ...] | None:
        models = self._view.result.published
        return tuple(knobs_of(models[row]).values()) if row < len(models) else None

    def _draw_blocks(self, result: Result) -> None:
        view = self._view
        square = float(result.decoder.d_model) ** 2
        blocks, accent = result.blocks, view.color("accent")
        y = np.arange(float(len(blocks)))
        whole, part = (
            np.array(v, float)
            for v in ([one.parameters for one in blocks], [one.used for one in blocks])
        )
        total, used = (np.clip(v / square, *SQUARES) for v in (whole, part))
        faint, muted = blend(view.theme, accent, 0.45), view.color("muted")
        inks = [accent if k == result.chosen else faint for k in range(len(blocks))]
        texts = [
            f"{count(one.parameters)} · {memory(one.parameters * result.bytes)} · "
            f"{operations(one.operations)}"
            for one in blocks
        ]
        start = np.full_like(y, SQUARES[0])
        attention = result.decoder.attention / square
        pale = [blend(view.theme, ink, 0.4) for ink in inks]
        bars = (
            Series(
                *(_("parameters"), y, whole, accent),
                shape=Segments(start, y, total, y, pale, 5.0),
            ),
            Series(
                *(_("used by a token"), y, part, accent),
                shape=Segments(start, y, used, y, inks, 5.0),
            ),
            Series(
                *(_("ends"), y, total, accent),
                form="dots",
                width=4.0,
                inks=inks,
                in_columns=False,
            ),
        )
        live: dict[str, Mark] = {
            "sizes": TextMark(
                start,
                y + 0.36,
                texts,
                [
                    view.color("text") if k == result.chosen else muted
                    for k in range(len(blocks))
                ],
                view.theme,
                10.0,
                within=0.4,
            ),
        }
        self.rows.set_rows([one.name for one in blocks], result.chosen)
        share = _("attention: {attention:.2g}", attention=attention)
        ink = part_color(view.theme, "attention")
        ticks = (
            self._ticks(_("4× rule: 8"), _("4× rule"), y, 8.0, view.color("warning")),
            self._ticks(share, _("attention"), y, attention, ink),
        )
        unnamed = [replace(one, in_rows=True, in_legend=False, is_read=False) for one in bars]
        self.blocks.show_plot(series=[*unnamed, *ticks], live=live)
        k = result.chosen
        self.rows.set_handles((Handle("factor", float(total[k]), float(k), accent, 6.0, "x"),))
        self.rows.reader = lambda x, at: self._read_block(result, self.rows.row_at(at))
        self.blocks.set_note(MouseHint(_("drag or click")))

    def _ticks(self, name: str, brief: str, rows: Array, at: float, ink: QColor) -> Series:
        """Return a short upright line in each row, at what all are compared with."""
        x = np.full_like(rows, at)
        shape = Segments(x, rows - 0.26, x, rows + 0.16, ink, 2.0)
        one = Series(name, rows, x, ink, in_rows=True, shape=shape, brief=brief)
        return replace(one, is_read=False, in_columns=False)

    def _read_block(self, result: Result, row: int) -> Tooltip:
        one, accent = result.blocks[row], self._view.color("accent")
        square = result.decoder.d_model**2
        return Tooltip(
            _("{block}, factor {factor:.3g}", block=one.name, factor=result.factor),
            (
                (
                    accent,
                    _(
                        "{parameters} parameters, {squares:.3g} d_model²",
                        parameters=count(one.parameters, 4),
                        squares=one.parameters / square,
                    ),
                ),
                (
                    None,
                    _(
                        "{memory} at {bytes} bytes",
                        memory=memory(one.parameters * result.bytes),
                        bytes=result.bytes,
                    ),
                ),
                (
                    None,
                    _(
                        "{operations} for a token, which uses {used}",
                        operations=operations(one.operations),
                        used=count(one.used),
                    ),
                ),
            ),
        )

    # ---- published models
    def _draw_published(self, result: Result) -> None:
        view = self._view
        models, same = result.published, result.same
        y = np.arange(float(len(models) + 1))
        counted = np.array([one.decoder.parameters for one in models], float)
        printed = np.array([one.total for one in models])
        off = 100 * float(np.abs(counted / printed - 1).max())
        own, accent = (
            float(np.clip(result.decoder.parameters, *TOTALS)),
            view.color("accent"),
        )
        muted, point = view.color("muted"), view.color("point")
        self.models.set_rows(
            [one.name for one in models] + [_("these knobs")],
            len(models) if same is None else same,
        )
        series = (
            Series(_("printed"), y[:-1], printed, muted, form="rings", width=5.0),
            Series(_("counted"), y[:-1], counted, point, form="dots", width=2.4),
            Series(
                *(_("these knobs"), y[-1:], np.array([own]), accent),
                form="dots",
                width=4.5,
                brief=_("these"),
                column=_("counted"),
                values=np.array([float(result.decoder.parameters)]),
            ),
        )
        self.published.show_plot(
            still={"own": VLine(own, "", blend(view.theme, accent, 0.6), view.theme)},
            series=[replace(one, in_rows=True, is_read=False) for one in series],
        )
        self.published.set_note(
            MouseHint(_("within <b>{off:.2f} %</b>, click one", off=off)),
            _("within <b>{off:.1f} %</b>", off=off),
        )
        self.models.reader = lambda x, at: self._read_model(result, self.models.row_at(at))

    def _read_model(self, result: Result, row: int) -> Tooltip:
        if row == len(result.published):
            return Tooltip(
                _("these knobs"),
                (
                    (
                        self._view.color("accent"),
                        _(
                            "{parameters} parameters",
                            parameters=count(result.decoder.parameters, 4),
                        ),
                    ),
                ),
            )
        one = result.published[row]
        total, decoder = count(one.total), one.decoder
        if one.used is None:
            printed = _("printed {parameters}", parameters=total)
            counted = _("counted {parameters}", parameters=count(decoder.parameters, 4))
        else:
            printed = _(
                "printed {parameters}, {used} for a token",
                parameters=total,
                used=count(one.used),
            )
            counted = _(
                "counted {parameters}, {used} for a token",
                parameters=count(decoder.parameters, 4),
                used=count(decoder.used, 4),
            )
        return Tooltip(
            one.name,
            (
                (self._view.color("muted"), printed),
                (self._view.color("point"), counted),
                (
                    None,
                    _(
                        "{layers} layers of {d_model}",
                        layers=decoder.layers,
                        d_model=decoder.d_model,
                    ),
                ),
                (None, one.source),
            ),
        )
