"""Draws the diagonal flip: images, losses over floors, the sweep of widths, printed figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.frames import ImagePrediction
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext
from layerlab.experiments.diagonal_flip.model import Result
from layerlab.experiments.diagonal_flip.study import Printed
from layerlab.ui.card import Card
from layerlab.ui.pages.view import Array, PageView, PlotCard
from layerlab.ui.plotting.items import HLine, Mark
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series, reference
from layerlab.ui.table import Cell, Table
from layerlab.ui.views.images import ImageSheet

MIN_LOSS = 1e-7  # of the loss that is drawn


class ImagesCard(Card):
    """The sixteen images: input, target, output of seed 42."""

    def __init__(self) -> None:
        super().__init__(_("All sixteen images"))
        self.sheet = ImageSheet()
        self.body.addWidget(self.sheet)
        self.watch(self.sheet)

    def numbers(self) -> str:
        """Return every pixel: what goes in, what should come out, and what does."""
        part = self.sheet.part
        if part is None:
            return ""
        images, rows, columns = np.indices(part.outputs.shape).reshape(3, -1) + 1
        pixels = [np.ravel(values) for values in (part.inputs, part.targets, part.outputs)]
        header = ["image", "row", "column", "input", "target", "output"]
        return table(header, [images, rows, columns, *pixels])


class PrintedCard(Card):
    """The printed figures with ours beside them."""

    def __init__(self) -> None:
        super().__init__(_("Printed, and computed here"), _("loss of the last epoch"))
        self.table = Table()
        self.body.addWidget(self.table)

    def numbers(self) -> str:
        """Return the table."""
        return self.table.numbers()


class View(PageView):
    """Images and losses above, the widths and the printed figures below."""

    def build(self) -> None:
        """Make the cards."""
        self.images = ImagesCard()
        self.loss = PlotCard(
            _("Loss"),
            Plot(Axis(_("epoch"), integer=True), Axis(_("loss"), log=True)),
            _("half mean squared error"),
        )
        self.sweep = PlotCard(
            _("Every width"),
            Plot(Axis(_("neurons"), integer=True), Axis(_("final loss"), log=True)),
        )
        self.sweep.plot.x_axis.fix(0.5, 16.5)
        self.printed = PrintedCard()
        self.printed.table.row_clicked.connect(self._on_row)
        self.add(self.images, 0, 0, 1, 5)
        self.add(self.loss, 0, 5, 1, 4)
        self.add(self.sweep, 1, 0, 1, 4)
        self.add(self.printed, 1, 4, 1, 5)
        self.share(rows=(10, 9), columns=(1,) * 9)

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return how low it gets, and how low it could."""
        one = result.setting
        floor = number(result.floor, 3) if result.floor else "0"
        found = [
            (one.name, _("network, {count} parameters", count=result.parameters)),
            (floor, _("floor that its rank sets")),
        ]
        if result.trained:
            found.append((number(float(result.first[-1]), 3), _("loss at the end, seed 42")))
            middle = float(result.quartiles[1, -1])
            found.append(
                (
                    number(middle, 3),
                    ngettext("median of {count} seed", "median of {count} seeds", one.seeds),
                )
            )
        return found

    def draw(self, result: Result) -> None:
        """Draw all four."""
        self._draw_images(result)
        self._draw_loss(result)
        self._draw_sweep(result)
        self._draw_printed(result)

    def arrays(self) -> list[Array]:
        """Return the numbers of the plots, and the images."""
        part = self.images.sheet.part
        return [*super().arrays(), *([] if part is None else [part.outputs, part.error])]

    def _draw_images(self, result: Result) -> None:
        self.images.sheet.show_part(
            ImagePrediction(result.inputs, result.targets, result.outputs, result.error)
        )
        epochs = result.trained
        if epochs:
            self.images.set_note(
                ngettext(
                    "input → target → output, seed 42 after {count} epoch",
                    "input → target → output, seed 42 after {count} epochs",
                    epochs,
                    count=epochs,
                ),
                ngettext(
                    "seed 42, after {count} epoch",
                    "seed 42, after {count} epochs",
                    epochs,
                    count=epochs,
                ),
            )
        else:
            self.images.set_note(
                _("input → target → output, seed 42 at initialization"),
                _("seed 42, at initialization"),
            )

    def _floors(self, result: Result, least: float) -> list[Series]:
        """Return the floors of all ranks as dashed lines; that of the network is bright."""
        entry = LegendEntry(
            "dash", self.color("faint"), _("floors of rank 1, 2, 3"), 1.0, brief=_("floors")
        )
        found = []
        for rank, level in enumerate(result.floors.tolist(), 1):
            if level <= least:
                continue
            own = result.floor == level
            color = self.color("warning" if own else "faint")
            name = _("rank {rank}: {level}", rank=rank, level=number(level, 3)) if own else ""
            line = HLine(level, name, color, self.theme, low=True)
            one = reference(_("floor of rank {rank}", rank=rank), line)
            found.append(replace(one, is_still=True, entries=[entry]))
        return found

    def _draw_loss(self, result: Result) -> None:
        x = np.arange(1, result.trained + 1, dtype=float)
        low, middle, high = np.maximum(result.quartiles, MIN_LOSS)
        first = np.maximum(result.first, MIN_LOSS)
        accent = self.color("accent")
        plot = self.loss.plot
        plot.x_axis.fix(0, 1.03 * result.epochs)
        seen = np.concatenate((low, high, first, result.floors[:3], [1.0]))
        plot.y_axis.cover(seen, restart=True, decades=3)
        series = [
            Series(_("seed 42"), x, first, self.color("text"), width=1.4, values=result.first)
        ]
        if result.setting.seeds > 1:
            name = _("median of {count} seeds", count=result.setting.seeds)
            median = Series(*(name, x, middle, accent, low, high), width=2.2, brief=_("median"))
            series.insert(0, replace(median, values=result.quartiles))
        ring, runs = self.color("negative"), self._text_runs(result)
        if runs:
            at, last = np.array([(float(one.epochs), one.last) for one in runs]).T
            printed = Series(_("printed"), at, last, ring, form="rings", width=4.0)
            series.append(replace(printed, is_read=False))
        self.loss.show_plot(series=[*series, *self._floors(result, MIN_LOSS)])

    def _text_runs(self, result: Result) -> list[Printed]:
        """Return the printed runs of just this network and these first weights."""
        one = result.setting
        return [
            p
            for p in result.printed
            if (p.setting.hidden, p.setting.init) == (one.hidden, one.init)
            and p.epochs <= result.epochs
        ]

    def _draw_sweep(self, result: Result) -> None:
        widths = result.widths.astype(float)
        low, middle, high = np.maximum(result.sweep, MIN_LOSS)
        first = np.maximum(result.sweep_first, MIN_LOSS)
        accent, ink = self.color("accent"), self.color("text")
        depth = len(result.setting.hidden)
        floors = np.repeat(result.floors[:3], 2)
        steps = np.array([0.5, 1.5, 1.5, 2.5, 2.5, 3.5])
        series = [
            Series(
                *(_("floor of the rank"), steps, floors, self.color("warning")),
                form="dash",
                width=1.6,
                brief=_("floor"),
                is_still=True,
                is_read=False,
                in_columns=False,
            ),
            Series(
                *(_("median"), widths, middle, accent, low, high),
                values=result.sweep,
                inks=[accent] * len(widths),
                radius=3.0,
            ),
            Series(
                *(_("seed 42"), widths, first, ink),
                form="dots",
                width=2.4,
                values=result.sweep_first,
            ),
        ]
        here = Series(_("this width"), widths, middle, accent, width=5.0, in_columns=False)
        rings = (self._printed(result), here.at(result.widths == self.values["width"]))
        series += [replace(one, form="rings", is_read=False) for one in rings]
        live: dict[str, Mark] = {}
        seen = [low, high, first, floors, np.array([0.3])]
        if not depth and result.trained:  # then it is the same at every width
            level = max(float(result.first[-1]), MIN_LOSS)
            words = _("no hidden layer: {level}", level=number(level, 2))
            live["linear"] = HLine(level, words, accent, self.theme)
            seen.append(np.array([level]))
        self.sweep.plot.y_axis.cover(np.concatenate(seen), restart=True)
        self.sweep.show_plot(live=live, series=series)
        layers = ngettext(
            "{count} hidden layer, {init}",
            "{count} hidden layers, {init}",
            depth,
            init=result.setting.init,
        )
        note = layers if depth else _("without a hidden layer there is no width")
        self.sweep.set_note(note, _("depth {depth}", depth=depth))

    def _printed(self, result: Result) -> Series:
        """Return the printed losses of all widths, where as many epochs are shown."""
        text = [p for p in result.printed if p.epochs == result.epochs == 200]
        widths = np.array([float(p.setting.hidden[0]) for p in text])
        losses = np.array([p.last for p in text])
        ink = self.color("negative")
        places = "width of printed"  # not translated
        return Series(_("printed"), widths, losses, ink, width=4.0, places=places)

    def _draw_printed(self, result: Result) -> None:
        rows, highlighted = [], -1
        for k, one in enumerate(result.printed):
            shown = result.setting
            is_shown = (one.setting.hidden, one.setting.init) == (shown.hidden, shown.init)
            if is_shown and (highlighted < 0 or result.epochs == one.epochs):
                highlighted = k
            rows.append(
                (
                    Cell(one.label),
                    Cell(f"{one.epochs}", "muted"),
                    Cell(_ends(one.first, one.last), weight=600, brief=f"{one.last:.4f}"),
                    _beside(one.found, one),
                    _beside(one.other, one) if one.has_other else Cell(""),
                )
            )
        header = (
            _("seed 42"),
            _("epochs"),
            _("printed"),
            _("as described"),
            _("std 0.5"),
        )
        self.printed.table.show_rows(header, rows, highlighted)

    def _on_row(self, row: int) -> None:
        if self.result is None:
            return
        one = self.result.printed[row]
        (width,), init = one.setting.hidden, one.setting.init
        self.turn(width=width, depth=1, init=init, epochs=one.epochs)


def _ends(first: float | None, last: float) -> str:
    return f"{last:.4f}" if first is None else f"{first:.4f} → {last:.4f}"


def _beside(found: tuple[float, float] | None, one: Printed) -> Cell:
    """Return ours: green where it is the printed figure to its last digit."""
    if found is None:
        return Cell("…", "faint", help=_("not trained yet"))
    right = one.is_met_by(found)
    text = _ends(None if one.first is None else found[0], found[1])
    words = (
        _("{losses}: the printed figure, to its last digit", losses=text)
        if right
        else _("{losses}: not the printed figure", losses=text)
    )
    token = "good" if right else "negative"
    return Cell(text, token, 500, words, f"{found[1]:.4f}")


def thumbnail(result: Result) -> pic.Picture:
    """Return an image, an arrow, and the image flipped."""
    cells = result.inputs[12], result.targets[12]  # the upper row is lit
    boxes = (0.06, 0.14, 0.40, 0.86), (0.60, 0.14, 0.94, 0.86)
    shapes: list[pic.Shape] = []
    for image, (x0, y0, x1, y1) in zip(cells, boxes, strict=True):
        for row in range(2):
            for column in range(2):
                wide, high = (x1 - x0) / 2, (y1 - y0) / 2
                left, top = x0 + column * wide, y1 - row * high
                gap = 0.012
                on = image[row, column] > 0.5
                x = left + gap, left + wide - gap
                y = top - gap, top - high + gap
                corners = ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))
                points = tuple((round(a, 3), round(b, 3)) for a, b in corners)
                shapes.append(pic.Area(points, "accent" if on else "faint", 0.9 if on else 0.3))
    shapes.append(pic.Polyline(((0.45, 0.5), (0.54, 0.5)), "muted", 1.8))
    shapes.append(pic.Polyline(((0.515, 0.55), (0.545, 0.5), (0.515, 0.45)), "muted", 1.8))
    shapes.append(pic.Polyline(((0.08, 0.9), (0.38, 0.1)), "warning", 1.2, True))
    return tuple(shapes)
