"""Draws a layer to scale, its kinds of blocks, published models, and what they cost."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from app.core import picture as pic
from app.experiments.at_scale.costs import CostCards
from app.experiments.at_scale.layer import GAP, Box, Boxes, LayerPlot, boxes_of
from app.experiments.at_scale.model import PRESETS, SHARED, Result, knobs_of
from app.experiments.at_scale.words import count, memory, operations
from app.ui.pages.view import PageView, PlotCard
from app.ui.plots.handles import Handle, HandlePlot
from app.ui.plots.hover import Reading
from app.ui.plots.legend import Key
from app.ui.plots.marks import Dots, Mark, mix
from app.ui.plots.rows import RowPlot
from app.ui.plots.scale import Axis
from app.ui.plots.shapes import Post, Strokes, Words

Array = np.ndarray
FACTORS, WIDTHS, STEP = (0.5, 16.0), (64, 16_384), 64
SQUARES = (0.7, 5000.0)  # the blocks' axis, in d_model squared
TOTALS = (2e6, 2e14)


class View(PageView):
    """Layer, blocks and published models above; what they cost, and their signal, below."""

    def build(self) -> None:
        """Make the cards."""
        self.plot = LayerPlot(Axis("numbers"), Axis())
        self.plot.grid = False
        self.plot.takes_clicks = True
        self.layer = PlotCard("A layer, drawn to scale", self.plot.x_axis, self.plot.y_axis,
                              "", self.plot)  # fmt: skip
        self.rows, self.models = RowPlot(Axis(log=True)), RowPlot(Axis(log=True))
        self.blocks = PlotCard("Feed-forward blocks", self.rows.x_axis, self.rows.y_axis,
                               "in d_model²", self.rows)  # fmt: skip
        self.published = PlotCard("Published and counted", self.models.x_axis,
                                  self.models.y_axis, "", self.models)  # fmt: skip
        self.rows.x_axis.fix(*SQUARES)
        self.models.x_axis.fix(*TOTALS)
        self.costs = CostCards(self)
        self._connect()
        self.add(self.layer, 0, 0, 1, 11)
        self.add(self.blocks, 0, 11, 1, 7)
        self.add(self.published, 0, 18, 1, 6)
        for k, card in enumerate(self.costs.cards):
            self.add(card, 1, 6 * k, 1, 6)
        self.share(rows=(11, 10), columns=(1,) * 24)
        self.least_height = 400

    def _connect(self) -> None:
        for plot, knob in ((self.plot, ""), (self.rows, "factor")):
            plot.grabbed.connect(lambda name, k=knob: self.grabbed.emit(k or name))
            plot.released.connect(lambda name, k=knob: self._on_released(k or name))
        self.plot.dragged.connect(self._on_layer)
        self.plot.clicked.connect(self._on_clicked)
        self.rows.takes_clicks = self.models.takes_clicks = True
        self.rows.dragged.connect(self._on_block)
        self.rows.row_clicked.connect(self._on_kind)
        self.models.row_clicked.connect(self._on_model)

    # ---- what is dragged and clicked
    def _on_released(self, knob: str) -> None:
        self.released.emit(knob)
        self.plot.update()  # its scale stood while it was held

    def _on_layer(self, name: str, x: float, y: float) -> None:
        d = self.result.decoder.d_model
        if name == "factor":
            self._want_factor((x - (2 + GAP) * d) / d)
            return
        wanted = 0.5 * (x + y / 2)  # the corner is at (d, 2 d)
        step = STEP if wanted > 8 * STEP else 8
        self.edited.emit("d_model", int(np.clip(step * round(wanted / step), *WIDTHS)))

    def _want_factor(self, factor: float) -> None:
        self.edited.emit("factor", float(np.clip(factor, *FACTORS)))

    def _on_block(self, _: str, x: float, __: float) -> None:
        one = self.result.blocks[self.result.chosen]
        self._want_factor(x / (3 if one.key != "plain" else 2) / one.experts)

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

    def _turn(self, knobs: dict[str, object]) -> None:
        """Turn several knobs in one step of undo."""
        self.grabbed.emit("block")
        for knob, value in knobs.items():
            self.edited.emit(knob, value)
        self.released.emit("block")

    def _on_kind(self, row: int) -> None:
        one = self.result.blocks[row]
        self._turn({"block": one.key, "experts": one.experts})

    def _on_model(self, row: int) -> None:
        if row < len(self.result.published):
            self._turn(knobs_of(self.result.published[row]))

    # ---- numbers
    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return the size of the whole, its cache, and a token's arithmetic."""
        model = result.decoder
        total = sum(result.operations.values())
        used = f", {count(model.used)} for a token" if model.experts > 1 else ""
        back = 100 * result.operations["context"] / total
        return [
            (count(model.parameters), f"parameters{used}"),
            (memory(result.weights), f"weights, {result.bytes} bytes each"),
            (memory(result.memory["context"]), f"keys and values of {tokens(result.context)}"),
            (count(result.even), "tokens take as much as the weights"),
            (operations(total), f"for a token, {back:.0f} % looking back"),
        ]

    def draw(self, result: Result) -> None:
        """Draw all seven."""
        self._draw_layer(result)
        self._draw_blocks(result)
        self._draw_published(result)
        self.costs.draw(result)

    def ink(self, part: str) -> QColor:
        """Return the colour of a part of the model."""
        if part == "attention":
            return self.theme.layer_color(0, 4)
        return self.color({"feed-forward": "accent", "context": "warning"}.get(part, "faint"))

    # ---- the layer
    def _boxes(self, result: Result) -> list[Box]:
        one = result.decoder
        keys = one.cache(1) // (2 * one.layers)
        return boxes_of(one.d_model, keys, one.hidden, one.gated, one.experts, one.active)

    def _draw_layer(self, result: Result) -> None:
        boxes, d = self._boxes(result), result.decoder.d_model
        places = np.array([box.place for box in boxes], float)
        sizes = places[:, 2] * places[:, 3]
        inks = [self.ink(box.part) for box in boxes]
        fills = [mix(self.theme, ink, 0.34 if box.used else 0.08)
                 for ink, box in zip(inks, boxes, strict=True)]  # fmt: skip
        edges = [mix(self.theme, ink, 0.9 if box.used else 0.3)
                 for ink, box in zip(inks, boxes, strict=True)]  # fmt: skip
        words = [count(float(size)) for size in sizes]
        live: dict[str, Mark] = {
            "matrices": Boxes(places, [box.name for box in boxes], words, fills, edges,
                              self.color("text"), self.theme),
        }  # fmt: skip
        legend = [Key("band", self.ink("attention"), "attention"),
                  Key("band", self.ink("feed-forward"), "feed-forward", brief="FFN")]  # fmt: skip
        columns = {"columns": places[:, 2], "rows": places[:, 3], "parameters": sizes}
        self.plot.wanted = tuple((places[:, :2] + places[:, 2:]).max(0))
        self.layer.show_plot(live=live, legend=legend, columns=columns)
        up = next(box for box in boxes if box.part == "feed-forward").place
        middle = 0.5 * d * (3 if result.decoder.gated else 2)
        self.plot.set_handles((
            Handle("d_model", float(d), 2.0 * d, self.color("text"), 6.0),
            Handle("factor", up[0] + up[2], middle, self.color("text"), 6.0, "x"),
        ))  # fmt: skip
        what = "experts, keys" if result.decoder.experts > 1 else "keys"
        self.layer.set_note(f"<b>{count(float(sizes.sum()))}</b>, drag the dots, click {what}",
                            f"drag the dots, click {what}", "drag the dots")  # fmt: skip
        self.plot.reader = lambda x, y: self._read_layer(result, boxes, x, y)

    def _read_layer(self, result: Result, boxes: list[Box], x: float,
                    y: float) -> Reading | None:  # fmt: skip
        box = next((one for one in boxes if one.holds(x, y)), None)
        if box is None:
            return None
        wide, high = box.place[2:]
        size, one = wide * high, result.decoder
        rows = [
            (self.ink(box.part), f"{high:.0f} × {wide:.0f} = {count(size, 4)}"),
            (None, f"{memory(size * result.bytes)}, {operations(2 * size)} a token"),
        ]
        if box.name in ("keys", "values"):
            heads = one.sharing
            rows.append((None, "click: share them among more heads" if heads == 1
                         else f"shared by {heads} heads of queries"))  # fmt: skip
        title = f"{box.name} of expert {box.expert + 1}" if one.experts > 1 and (
            box.part == "feed-forward") else box.name  # fmt: skip
        if not box.used:
            rows.append((None, "not used by this token; click to use so many"))
        return Reading(title, tuple(rows))

    # ---- the kinds of blocks
    def _draw_blocks(self, result: Result) -> None:
        square = float(result.decoder.d_model) ** 2
        blocks, accent = result.blocks, self.color("accent")
        y = np.arange(float(len(blocks)))
        total, used = (np.clip(np.array(v, float) / square, *SQUARES) for v in (
            [one.parameters for one in blocks], [one.used for one in blocks]))  # fmt: skip
        faint, muted = mix(self.theme, accent, 0.45), self.color("muted")
        inks = [accent if k == result.chosen else faint for k in range(len(blocks))]
        texts = [f"{count(one.parameters)} · {memory(one.parameters * result.bytes)} · "
                 f"{operations(one.operations)}" for one in blocks]  # fmt: skip
        start = np.full_like(y, SQUARES[0])
        live: dict[str, Mark] = {
            "four": Post(8.0, "4× plain", self.color("warning"), self.theme),
            "all": Strokes(start, y, total, y, [mix(self.theme, i, 0.4) for i in inks], 5.0),
            "used": Strokes(start, y, used, y, inks, 5.0),
            "ends": Dots(total, y, inks, 4.0),
            "sizes": Words(start, y + 0.36, texts, [self.color("text") if k == result.chosen
                           else muted for k in range(len(blocks))], self.theme, 10.0),
        }  # fmt: skip
        self.rows.set_rows([one.name for one in blocks], result.chosen)
        columns = {"d_model squared": total, "of a token": used}
        self.blocks.show_plot(live=live, columns=columns)
        k = result.chosen
        self.rows.set_handles((Handle("factor", float(total[k]), float(k), accent, 6.0, "x"),))
        self.rows.reader = lambda x, at: self._read_block(result, self.rows.row_at(at))
        self.blocks.set_note("in d_model², drag or click", "in d_model²", "in d²")

    def _read_block(self, result: Result, row: int) -> Reading:
        one, accent = result.blocks[row], self.color("accent")
        square = result.decoder.d_model**2
        return Reading(f"{one.name}, factor {result.factor:.3g}", (
            (accent, f"{count(one.parameters, 4)} parameters, "
                     f"{one.parameters / square:.3g} d_model²"),
            (None, f"{memory(one.parameters * result.bytes)} at {result.bytes} bytes"),
            (None, f"{operations(one.operations)} for a token, which uses {count(one.used)}"),
        ))  # fmt: skip

    # ---- published models
    def _draw_published(self, result: Result) -> None:
        models, same = result.published, result.same
        y = np.arange(float(len(models) + 1))
        counted = np.array([one.decoder.parameters for one in models], float)
        printed = np.array([one.total for one in models])
        off = counted / printed - 1
        own, accent = float(np.clip(result.decoder.parameters, *TOTALS)), self.color("accent")
        muted, point = self.color("muted"), self.color("point")
        live: dict[str, Mark] = {
            "own": Post(own, "", mix(self.theme, accent, 0.6), self.theme),
            "printed": Dots(printed, y[:-1], muted, 5.0, hollow=True),
            "counted": Dots(counted, y[:-1], point, 2.4),
            "these": Dots(np.array([own]), y[-1:], accent, 4.5),
            "off": Words(np.full(len(models), TOTALS[0]), y[:-1],
                         [f"{100 * v:+.1f} %".replace("-", "−") for v in off], muted,
                         self.theme, 10.0),
        }  # fmt: skip
        self.models.set_rows([one.name for one in models] + ["these knobs"],
                             len(models) if same is None else same)  # fmt: skip
        legend = [Key("ring", muted, "printed"), Key("dot", point, "counted", keep=True)]
        columns = {"printed": printed, "counted": counted}
        self.published.show_plot(live=live, legend=legend, columns=columns)
        self.published.set_note("click one", "")
        self.models.reader = lambda x, at: self._read_model(result, self.models.row_at(at))

    def _read_model(self, result: Result, row: int) -> Reading:
        if row == len(result.published):
            return Reading(
                "these knobs",
                ((self.color("accent"), f"{count(result.decoder.parameters, 4)} parameters"),),
            )
        one = result.published[row]
        used = "" if one.used is None else f", {count(one.used)} for a token"
        counted = "" if one.used is None else f", {count(one.decoder.used, 4)} for a token"
        return Reading(one.name, (
            (self.color("muted"), f"printed {count(one.total)}{used}"),
            (self.color("point"), f"counted {count(one.decoder.parameters, 4)}{counted}"),
            (None, f"{one.decoder.layers} layers of {one.decoder.d_model}"),
            (None, one.source),
        ))  # fmt: skip


def tokens(number: int) -> str:
    """Return a number of tokens in words."""
    return f"{number:,} tokens".replace(",", "\u202f")


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
        shapes += [pic.Area(corners, token, 0.35), pic.Line(corners, token, 1.4)]
    return tuple(shapes)
