"""Draws a layer to scale, its kinds of blocks, published models, and what they cost."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core import picture as pic
from layerlab.core.translation import _, marked, ngettext, translated
from layerlab.experiments.at_scale.comparison_cards import FACTORS, ComparedCards
from layerlab.experiments.at_scale.costs import CostCards
from layerlab.experiments.at_scale.layer import Box, Boxes, LayerPlot, boxes_of, part_color
from layerlab.experiments.at_scale.model import SHARED, Result
from layerlab.experiments.at_scale.units import count, memory, operations
from layerlab.ui.card import MouseHint
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.handles import Handle
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series, exported

Array = np.ndarray
WIDTHS, STEP = (64, 16_384), 64


class View(PageView):
    """Layer, blocks and published models above; what they cost, and their signal, below."""

    def build(self) -> None:
        """Make the cards."""
        self.plot = LayerPlot(Axis(_("numbers")), Axis())
        self.plot.grid = False
        self.plot.takes_clicks = True
        self.layer = PlotCard(_("A layer, to scale"), self.plot)
        self.compared = ComparedCards(self)
        self.costs = CostCards(self)
        self.layer.bind("factor", self._factor, "factor")
        self.layer.bind("d_model", self._d_model, "d_model")
        self.plot.clicked.connect(self._on_clicked)
        self.add(self.layer, 0, 0, 1, 9)
        self.add(self.compared.blocks, 0, 9, 1, 9)
        self.add(self.compared.published, 0, 18, 1, 6)
        for k, card in enumerate(self.costs.cards):
            self.add(card, 1, 6 * k, 1, 6)
        self.share(rows=(11, 10), columns=(1,) * 24)

    # ---- what is dragged and clicked
    def _factor(self, x: float, _: float) -> float:
        left = next(b for b in self._boxes(self.result) if b.name == "up").place[0]
        return float(np.clip(round((x - left) / self.result.decoder.d_model, 2), *FACTORS))

    def _d_model(self, x: float, y: float) -> int:
        wanted = 0.5 * (x + y / 2)  # the corner is at (d, 2 d)
        step = STEP if wanted > 8 * STEP else 8
        return int(np.clip(step * round(wanted / step), *WIDTHS))

    def _on_clicked(self, x: float, y: float) -> None:
        """Use as many experts as are clicked, or share the keys further."""
        result: Result = self.result
        hit = next((box for box in self._boxes(result) if box.holds(x, y)), None)
        if hit is None:
            return
        if hit.name in ("keys", "values"):
            place = SHARED.index(result.decoder.sharing) + 1
            self.edited.emit("sharing", (float(SHARED[place % len(SHARED)]),))
        elif hit.part == "feed-forward" and result.decoder.experts > 1:
            self.edited.emit("active", (float(hit.expert + 1),))

    # ---- numbers
    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return the size of the whole, its cache, and a token's arithmetic."""
        model = result.decoder
        total = sum(result.operations.values())
        used = (
            _("parameters, {count} for a token", count=count(model.used))
            if model.experts > 1
            else _("parameters")
        )
        back = 100 * result.operations["context"] / total
        return [
            (count(model.parameters), used),
            (memory(result.weights), _("weights, {count} bytes each", count=result.bytes)),
            (
                memory(result.memory["context"]),
                _("keys and values, {tokens}", tokens=tokens(result.context)),
            ),
            (operations(total), _("a token, {back:.0f} % looking back", back=back)),
            (count(result.even), _("tokens until they take as much")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all seven."""
        self._draw_layer(result)
        self.compared.draw(result)
        self.costs.draw(result)

    # ---- the layer
    def _ink(self, part: str) -> QColor:
        return part_color(self.theme, part)

    def _boxes(self, result: Result) -> list[Box]:
        one = result.decoder
        keys = one.cache(1) // (2 * one.layers)
        return boxes_of(one.d_model, keys, one.hidden, one.gated, one.experts, one.active)

    def _draw_layer(self, result: Result) -> None:
        boxes, d = self._boxes(result), result.decoder.d_model
        places = np.array([box.place for box in boxes], float)
        sizes = places[:, 2] * places[:, 3]
        inks = [self._ink(box.part) for box in boxes]
        fills = [
            blend(self.theme, ink, 0.34 if box.used else 0.08)
            for ink, box in zip(inks, boxes, strict=True)
        ]
        edges = [
            blend(self.theme, ink, 0.9 if box.used else 0.3)
            for ink, box in zip(inks, boxes, strict=True)
        ]
        words = [count(float(size)) for size in sizes]
        names, ink = [box.wordings for box in boxes], self.color("text")
        self.plot.wanted = tuple((places[:, :2] + places[:, 2:]).max(0))
        columns, rows = places[:, 2:].T
        self.layer.show_plot(
            series=(
                exported(
                    *(_("matrix"), columns, np.array([box.name for box in boxes])),
                    places=_("columns"),
                ),
                exported(_("rows"), columns, rows),
                Series(
                    *(_("parameters"), columns, sizes, ink),
                    shape=Boxes(places, names, words, fills, edges, ink, self.theme),
                    entries=[
                        LegendEntry("band", self._ink(part), translated(part))
                        for part in (marked("attention"), marked("feed-forward"))
                    ],
                    is_read=False,
                ),
            )
        )
        up = next(box for box in boxes if box.name == "up").place
        middle = 0.5 * d * (3 if result.decoder.gated else 2)
        self.plot.set_handles(
            (
                Handle("d_model", float(d), 2.0 * d, self.color("text"), 6.0),
                Handle("factor", up[0] + up[2], middle, self.color("text"), 6.0, "x"),
            )
        )
        size = count(float(sizes.sum()))
        if result.decoder.experts > 1:
            notes = (
                MouseHint(_("<b>{count}</b>, drag the dots, click experts, keys", count=size)),
                MouseHint(_("drag the dots, click experts, keys")),
            )
        else:
            notes = (
                MouseHint(_("<b>{count}</b>, drag the dots, click keys", count=size)),
                MouseHint(_("drag the dots, click keys")),
            )
        self.layer.set_note(*notes, MouseHint(_("drag the dots")), f"<b>{size}</b>")
        self.plot.reader = lambda x, y: self._read_layer(result, boxes, x, y)

    def _read_layer(
        self, result: Result, boxes: list[Box], x: float, y: float
    ) -> Tooltip | None:
        box = next((one for one in boxes if one.holds(x, y)), None)
        if box is None:
            return None
        wide, high = box.place[2:]
        size, one = wide * high, result.decoder
        rows = [
            (self._ink(box.part), f"{high:.0f} × {wide:.0f} = {count(size, 4)}"),
            (
                None,
                _(
                    "{memory}, {operations} a token",
                    memory=memory(size * result.bytes),
                    operations=operations(2 * size),
                ),
            ),
        ]
        if box.name in ("keys", "values"):
            heads = one.sharing
            rows.append(
                (
                    None,
                    _("click: share them among more heads")
                    if heads == 1
                    else _("shared by {count} heads of queries", count=heads),
                )
            )
        title = (
            _(
                "{matrix} of expert {expert}",
                matrix=translated(box.name),
                expert=box.expert + 1,
            )
            if one.experts > 1 and (box.part == "feed-forward")
            else translated(box.name)
        )
        if not box.used:
            rows.append((None, _("not used by this token; click to use so many")))
        return Tooltip(title, tuple(rows))


def tokens(number: int) -> str:
    """Return a number of tokens in words."""
    return ngettext("{count} token", "{count} tokens", number)


def thumbnail(result: Result) -> pic.Picture:
    """Return the layer, with attention at the left."""
    one = result.decoder
    keys = one.cache(1) // (2 * one.layers)
    boxes = boxes_of(one.d_model, keys, one.hidden, one.gated, one.experts, one.active)
    places = np.array([box.place for box in boxes], float)
    wide = float((places[:, 0] + places[:, 2]).max())
    window = (-0.03 * wide, 1.03 * wide, -0.03 * wide, 0.75 * wide)
    shapes: list[pic.Shape] = []
    for box, (x, y, w, h) in zip(boxes, places, strict=True):
        token = "layer1" if box.part == "attention" else "accent"
        corners = pic.unit_points([x, x + w, x + w, x, x], [y, y, y + h, y + h, y], window)
        shapes += [pic.Area(corners, token, 0.35), pic.Polyline(corners, token, 1.4)]
    return tuple(shapes)
