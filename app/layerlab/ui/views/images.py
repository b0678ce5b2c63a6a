"""The diagonal flip: every image with what it should become, and what it becomes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor

from layerlab.core.frames import Frame, ImagePrediction
from layerlab.core.translation import _, in_english, ngettext
from layerlab.ui.plotting.colors import blend, rgb, shades
from layerlab.ui.plotting.items import Arrows, HeatMap, Mark, Segments, TextMark
from layerlab.ui.plotting.mosaic import Mosaic
from layerlab.ui.plotting.numbers import table
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import number
from layerlab.ui.plotting.sheet import Sheet, whole
from layerlab.ui.views.form import PredictionForm

Array = np.ndarray
NAMES = (_("input"), _("target"), _("output"))
GAP = 0.5  # between the images of a cell, in images
TALL = 190  # least height at which errors are written


class ImageSheet(Sheet):
    """The grid of cells, each input, target, output and error.

    Attributes:
        part: what is drawn. mosaic: where the cells are, in pixels of the images.
    """

    def __init__(self) -> None:
        super().__init__()
        self.part: ImagePrediction | None = None
        self.mosaic = Mosaic(0, 1, 1, 1, 1, 1)
        self.reader = self.read

    def show_part(self, part: ImagePrediction) -> None:
        """Draw these images."""
        self.part = part
        self.rearrange()

    def step(self) -> int:
        """Return how far an image of a cell is from the one before, in its pixels."""
        assert self.part is not None
        columns = self.part.inputs.shape[2]
        return columns + max(1, round(GAP * columns))

    def corners(self, index: int) -> list[tuple[float, float]]:
        """Return left and top of a cell's three images, in pixels of the images."""
        x, y = self.mosaic.corners()
        return [(float(x[index]) + k * self.step(), float(y[index])) for k in range(3)]

    def _fit(self, size: QSizeF) -> tuple[Mosaic, float]:
        """Return where the cells are largest, and the screen's pixels in one of theirs."""
        assert self.part is not None
        count, rows, columns = self.part.inputs.shape
        wide, apart = 2 * self.step() + columns, 2 * (self.step() - columns)
        best, most = (Mosaic(count, rows, wide, 1, 1, 1), 1.0), 0.0
        for across in range(1, count + 1):
            room = size.width() / across, size.height() / math.ceil(count / across)
            free = self._words() + self.theme.px(9)
            unit = min(room[0] / (wide + apart), (room[1] - free) / rows)
            score = unit if count % across == 0 else 0.7 * unit  # whole rows look better
            if score > most:
                most, unit = score, whole(unit)
                gaps = int(room[0] / unit) - wide, max(1, int(room[1] / unit) - rows)
                best = (Mosaic(count, rows, wide, across, *gaps), unit)
        return best

    def _words(self) -> float:
        return self.theme.px(15) if self.height() > self.theme.px(TALL) else 0.0

    def arrange(self, size: QSizeF) -> None:
        """Place all cells, in the middle of the gaps around them."""
        part, theme = self.part, self.theme
        if part is None or not len(part.inputs):
            return
        self.mosaic, unit = self._fit(size)
        _, wide, _, high = self.mosaic.extent
        left = (size.width() - (wide - self.mosaic.right) * unit) // 2
        words = self._words()
        top = (size.height() - (high - self.mosaic.below) * unit - words) // 2
        self.set_units(unit, size, left, top)
        x, y = self.mosaic.corners()
        rows, columns = part.inputs.shape[1:]
        pixels = HeatMap(self.mosaic.extent, self._colors(part), smooth=False, edges=True)
        starts = np.concatenate([x + k * self.step() + columns for k in (0, 1)])
        middles, gap = np.tile(y + rows / 2, 2), self.step() - columns
        arrows = Arrows(
            starts + 0.2 * gap, middles, starts + 0.8 * gap, middles, theme.color("faint")
        )
        arrows.width, arrows.head = 1.3, min(theme.px(5), 0.5 * gap * unit)
        self.live = {"images": pixels, "cells": self._lines(unit), "arrows": arrows}
        if words:
            ends = x + self.mosaic.columns + theme.px(5) / unit
            below = y + rows + (1 + words / 2) / unit
            errors = [number(value, 2) for value in part.error.tolist()]
            muted, within = theme.color("muted"), words / unit
            self.live["errors"] = TextMark(
                ends, below, errors, muted, theme, 10, right=True, within=within
            )

    def _colors(self, part: ImagePrediction) -> Array:
        """Return all cells as one image."""
        theme, panel = self.theme, rgb(self.theme.color("panel"))
        low = blend(theme, theme.color("line"), 0.55)
        count, rows, columns = part.inputs.shape
        cells = np.empty((count, rows, self.mosaic.columns, 3))
        cells[:] = panel
        images = (part.inputs, part.targets, part.outputs)
        for k, (one, token) in enumerate(zip(images, ("text", "text", "accent"), strict=True)):
            left = k * self.step()
            cells[:, :, left : left + columns] = shades(low, theme.color(token), one)
        return self.mosaic.colors(cells, panel)

    def _lines(self, unit: float) -> Mark:
        """Return what separates the pixels of all images."""
        assert self.part is not None
        count, rows, columns = self.part.inputs.shape
        lefts, tops = np.array([self.corners(i) for i in range(count)]).reshape(-1, 2).T
        down, along = np.arange(1, columns)[:, None], np.arange(1, rows)[:, None]
        x = np.concatenate([(lefts + down).ravel(), np.tile(lefts, rows - 1)])
        y = np.concatenate([np.tile(tops, columns - 1), (tops + along).ravel()])
        is_down = np.arange(x.size) < lefts.size * (columns - 1)
        far_x = x + np.where(is_down, 0, columns)
        far_y = y + np.where(is_down, rows, 0)
        width = 1.0 if unit * rows < self.theme.px(30) else float(self.theme.px(2))
        return Segments(x, y, far_x, far_y, self.theme.color("panel"), width)

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the cell at a place: its error, and the pixel if there is one."""
        part, found = self.part, self.mosaic.at(x, y)
        if part is None or found is None:
            return None
        i, row, place = found
        error = number(float(part.error[i]))
        lines: list[tuple[QColor | None, str]] = [
            (None, _("half mean squared error {error}", error=error))
        ]
        k, column = divmod(place, self.step())
        if k < 3 and row < part.inputs.shape[1] and column < part.inputs.shape[2]:
            pixels = (part.inputs, part.targets, part.outputs)[k]
            value = number(float(pixels[i, row, column]))
            fields = {"image": NAMES[k], "row": row + 1, "column": column + 1, "number": value}
            lines.append((None, _("{image}, row {row}, column {column}: {number}", **fields)))
        return Tooltip(_("image {number}", number=i + 1), tuple(lines))


class ImageView(PredictionForm):
    """All images of the diagonal flip."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ImagePrediction | None = None
        self.sheet = ImageSheet()
        self.hold(self.sheet)

    def show_part(self, part: ImagePrediction, frame: Frame, restart: bool) -> None:
        """Draw the images."""
        super().show_part(part, frame, restart)
        self.sheet.show_part(part)

    def note(self) -> str:
        """Return what the three images are."""
        if self.seeds == 1:
            return _("input → target → output · half mean squared error")
        return ngettext(
            "input → target → output, median of {count} seed · half mean squared error",
            "input → target → output, median of {count} seeds · half mean squared error",
            self.seeds,
        )

    def numbers(self) -> str:
        """Return all pixels, one row an image."""
        part = self.part
        if part is None:
            return ""
        header, columns = [_("image")], [np.arange(1, len(part.inputs) + 1)]
        for name, images in zip(NAMES, (part.inputs, part.targets, part.outputs), strict=True):
            flat = images.reshape(len(images), -1)
            header += [f"{in_english(name)} {k + 1}" for k in range(flat.shape[1])]
            columns += list(flat.T)
        return table([*header, _("half mean squared error")], [*columns, part.error])
