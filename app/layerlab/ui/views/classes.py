"""Many inputs, classes: the confusion matrix, and misclassified examples."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout

from layerlab.core.frames import ClassPrediction, Frame
from layerlab.core.translation import _, in_english, ngettext
from layerlab.ui.plotting.axes import Label
from layerlab.ui.plotting.box import X, Y
from layerlab.ui.plotting.colors import blend, ink_on, rgb, shades
from layerlab.ui.plotting.items import HeatMap, Mark, Segments, TextMark, array_key
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.mosaic import Mosaic
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis, number
from layerlab.ui.plotting.sheet import Sheet, whole
from layerlab.ui.plotting.writing import TEXT
from layerlab.ui.theme import Theme
from layerlab.ui.views.form import PredictionForm

Array = np.ndarray
CELL = 12  # pixels of a cell from which all are equally large
FEW, MANY = 16, 40  # classes up to which gaps are wide, and there are gaps and numbers at all
MARGINS = 40  # above and below the matrix, at zoom 1
MAX_MATRIX_SHARE = 0.68  # share of the matrix with its names, where examples are beside it
MIN_EXAMPLES_WIDTH = 76  # width of readable examples
IMAGE, LINE = 48, 15  # side of an example, and height of a row of text
READ = 14  # lines that a reading has at most


def confusion_colors(theme: Theme, counts: Array) -> Array:
    """Return the cells' colours, (K, K) finite counts -> (K, K, 3) uint8.

    Rare mistakes are what one looks for: the root of their share makes them visible.
    """
    share = np.clip(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12), 0, 1)
    right = np.eye(len(counts), dtype=bool)
    opacity = np.where(right, 0.12 + 0.5 * share, 0.75 * np.sqrt(share))[..., None]
    ends = np.where(right[..., None], rgb(theme.color("accent")), rgb(theme.color("negative")))
    base = rgb(theme.color("raised"))
    return np.asarray((base + (ends - base) * opacity).round().astype(np.uint8))


def features_of(names: tuple[str, ...], values: Array) -> list[str]:
    """Return an example as text: `bill 38.2`, `island=Dream`; of one-hot columns the hot."""
    found = []
    for name, value in zip(names, values.tolist(), strict=False):
        if "=" in name and min(abs(value), abs(value - 1)) < 1e-3:
            found += [name] * round(value)
        else:
            found.append(f"{name} {number(value)}")
    return found


class ConfusionPlot(RowPlot):
    """The confusion matrix: a row for each true class, a column for each predicted one.

    Attributes:
        part: what is drawn. seeds: of which it is the mean.
        names_room: width that the names of the rows may have, in pixels.
    """

    def __init__(self) -> None:
        super().__init__(Axis())
        self.part: ClassPrediction | None = None
        self.seeds = 1
        self.names_room = 0.0
        self.grid = False  # nothing may cross the cells
        self.square = True
        self.reader = self.read

    def show_part(self, part: ClassPrediction, seeds: int) -> None:
        """Draw the matrix: correct ones in the accent, mistakes in orange."""
        self.part, self.seeds = part, seeds
        count = len(part.class_names)
        if not count:
            self.show_marks()
            return
        self.set_rows(part.class_names)
        self.y_axis.label = _("true ↓")
        self.x_axis.low, self.x_axis.high = -0.5, count - 0.5
        words = [_("predicted →")]
        if seeds > 1:
            words.append(ngettext("mean of {count} seed", "mean of {count} seeds", seeds))
        gray = self.theme.color("muted")
        self.legend = tuple(LegendEntry("text", gray, text) for text in words)
        counts = np.nan_to_num(part.confusion, nan=0.0, posinf=0.0, neginf=0.0)
        colors, extent = confusion_colors(self.theme, counts), (-0.5, count - 0.5) * 2
        marks: dict[str, Mark] = {"cells": HeatMap(extent, colors, smooth=False, edges=True)}
        marks |= {"gaps": self._gaps(count), "numbers": self._numbers(counts, colors)}
        self.show_marks(live=marks)

    def _gaps(self, count: int) -> Segments:
        """Return what separates the cells; nothing does where they are too many."""
        at = np.arange(count + 1) - 0.5 if count <= MANY else np.empty(0)
        low, high = np.full(at.size, -0.5), np.full(at.size, count - 0.5)
        starts, ends = (at, low, low, at), (at, high, high, at)
        x0, y0 = np.concatenate(starts[::2]), np.concatenate(starts[1::2])
        x1, y1 = np.concatenate(ends[::2]), np.concatenate(ends[1::2])
        return Segments(x0, y0, x1, y1, self.theme.color("panel"), 2 if count <= FEW else 1)

    def _numbers(self, counts: Array, colors: Array) -> TextMark:
        """Return the counts, with a decimal where there is room; zeros on the diagonal only."""
        is_written = (counts.round(1) > 0) | np.eye(len(counts), dtype=bool)
        rows, columns = np.nonzero(is_written & (len(counts) <= MANY))
        values = counts[rows, columns].tolist()
        briefs = [f"{value:.0f}" for value in values]
        for k in np.flatnonzero(rows != columns).tolist():
            briefs[k] = briefs[k] if briefs[k] != "0" else ""
        return TextMark(
            columns.astype(float),
            rows.astype(float),
            [f"{value:.1f}".removesuffix(".0") for value in values],
            ink_on(self.theme, colors[rows, columns]),
            self.theme,
            weight=600,
            within=0.6,
            centred=True,
            across=0.9,
            briefs=briefs,
        )

    def squared(self, area: QRectF) -> QRectF:
        """Return the largest square, whose cells are as large as each other."""
        box, count = super().squared(area), max(1, len(self.names))
        cell = box.width() / count
        side = count * (math.floor(cell) if cell >= CELL else cell)
        return QRectF(round(box.left()), box.top(), side, side)

    def frame_look(self) -> tuple[object, ...]:
        """Return all that axes, grid and legend depend on."""
        return (*super().frame_look(), self.names_room)

    def _shown_names(self, axis: int) -> list[tuple[float, str]]:
        """Return the names of the classes in sight, as many as do not lie on each other."""
        area, (low, high) = self.area(), sorted(self.shown(axis))
        pitch = (area.width() if axis == X else area.height()) / (high - low)
        step = max(1, math.ceil(self.theme.px(14) / pitch))
        room = step * pitch - self.theme.px(4) if axis == X else self.names_room
        names = list(enumerate(self.names))[::step]
        return [(float(k), self.elided(name, room)) for k, name in names if low <= k <= high]

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return the names of the predicted classes."""
        return self._shown_names(X)

    def y_labels(self) -> list[Label]:
        """Return the names of the true classes."""
        return [Label(k, name) for k, name in self._shown_names(Y)]

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the cell at a place."""
        i, j, part = math.floor(y + 0.5), math.floor(x + 0.5), self.part
        names = () if part is None else part.class_names
        if part is None or not (0 <= i < len(names) and 0 <= j < len(names)):
            return None
        count, total = float(part.confusion[i, j]), float(part.confusion[i].sum())
        share = f" ({100 * count / total:.1f} %)" if total > 0 else ""
        text = _("{count} of {total}", count=number(count), total=number(total)) + share
        if self.seeds > 1:
            text = _("{count}, mean over the seeds", count=text)
        color = self.theme.color("accent" if i == j else "negative")
        return Tooltip(_classes(names[i], names[j]), ((color, text),))


class ExamplesSheet(Sheet):
    """Misclassified examples: images with their classes, or rows of features."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ClassPrediction | None = None
        self.mosaic = Mosaic(0, 1, 1, 1, 0, 0)
        self.reader = self.read
        self._look: object = None

    def show_part(self, part: ClassPrediction) -> None:
        """Draw the examples that the chosen seed misclassifies, if they are other ones."""
        some = len(part.examples)
        title = _("misclassified by this seed") if some else _("no misclassified examples")
        self.legend = (LegendEntry("text", self.theme.color("muted"), title),)
        arrays = array_key(part.examples, part.example_true, part.example_predicted)
        look = (arrays, part.class_names, part.feature_names, part.image_shape)
        self.part = part
        if look != self._look:
            self._look = look
            self.rearrange()

    def arrange(self, size: QSizeF) -> None:
        """Place as many examples as there is room for."""
        part, self.live = self.part, {}
        if part is None or not len(part.examples):
            return
        if part.image_shape is None:
            self._place_rows(part, size)
        else:
            self._place_images(part, part.image_shape, size)

    def _caption(self, part: ClassPrediction, i: int) -> str:
        names = part.class_names
        return f"{names[int(part.example_true[i])]} → {names[int(part.example_predicted[i])]}"

    def _place_images(
        self, part: ClassPrediction, shape: tuple[int, int], size: QSizeF
    ) -> None:
        theme, (rows, columns) = self.theme, shape
        unit = whole(theme.px(IMAGE) / max(shape))
        right, below = math.ceil(theme.px(12) / unit), math.ceil(theme.px(23) / unit)
        across = max(1, int((size.width() / unit + right) / (columns + right)))
        down = max(1, int(size.height() / unit / (rows + below)))
        count = min(len(part.examples), across * down)
        self.mosaic = Mosaic(count, rows, columns, across, right, below)
        self.set_units(unit, size)
        known = part.examples[np.isfinite(part.examples)]
        top = float(known.max()) if known.size else 1.0
        pixels = part.examples[:count].reshape(-1, *shape) / (top or 1.0)
        low = blend(theme, theme.color("line"), 0.45)
        images = shades(low, theme.color("text"), pixels)
        colors = self.mosaic.colors(images, rgb(theme.color("panel")))
        x, y = self.mosaic.corners()
        room = (columns + right) * unit - 2
        texts = [self.elided(self._caption(part, i), room, 11, 600) for i in range(count)]
        high = theme.px(17) / unit
        self.live = {
            "images": HeatMap(self.mosaic.extent, colors, smooth=False, edges=True),
            "captions": TextMark(
                x + columns / 2,
                y + rows + high / 2,
                texts,
                theme.color("text"),
                theme,
                11,
                600,
                within=high,
                centred=True,
            ),
        }

    def _place_rows(self, part: ClassPrediction, size: QSizeF) -> None:
        theme, line, wide = self.theme, self.theme.px(LINE), size.width()
        count = min(len(part.examples), int(size.height() // self._pitch()))
        self.set_units(1.0, size)
        y = np.arange(count) * self._pitch() + line / 2
        x = np.full(count, -float(theme.px(5)))  # texts stay clear of their points
        examples = [features_of(part.feature_names, v) for v in part.examples[:count]]
        captions = [self.elided(self._caption(part, i), wide, 11, 600) for i in range(count)]
        texts = [self.elided(", ".join(words), wide) for words in examples]
        ink, gray = theme.color("text"), theme.color("muted")
        self.live = {
            "captions": TextMark(x, y, captions, ink, theme, 11, 600, within=line),
            "features": TextMark(x, y + line, texts, gray, theme, within=line),
        }

    def _pitch(self) -> float:
        """Return the height of an example as text, in pixels."""
        return float(2 * self.theme.px(LINE) + self.theme.px(9))

    def read(self, x: float, y: float) -> Tooltip | None:
        """Read the example at a place: both classes, and the pixel or the features."""
        part = self.part
        if part is None or part.image_shape is None:
            return self._read_row(part, int(y // self._pitch()))
        found = self.mosaic.at(x, y)
        if found is None:
            return None
        i, row, column = found
        lines: tuple[tuple[None, str], ...] = ()
        if row < self.mosaic.rows and column < self.mosaic.columns:
            value = number(float(part.examples[i].reshape(part.image_shape)[row, column]))
            fields = {"row": row + 1, "column": column + 1, "number": value}
            lines = ((None, _("row {row}, column {column}: {number}", **fields)),)
        return Tooltip(self._classes(part, i), lines)

    def _read_row(self, part: ClassPrediction | None, i: int) -> Tooltip | None:
        if part is None or not 0 <= i < len(part.examples):
            return None
        words = features_of(part.feature_names, part.examples[i])
        each = max(1, math.ceil(len(words) / READ))
        lines = [", ".join(words[k : k + each]) for k in range(0, len(words), each)]
        return Tooltip(self._classes(part, i), tuple((None, line) for line in lines))

    def _classes(self, part: ClassPrediction, i: int) -> str:
        true, predicted = int(part.example_true[i]), int(part.example_predicted[i])
        return _classes(part.class_names[true], part.class_names[predicted])


def _classes(true: str, predicted: str) -> str:
    return _("true {true}, predicted {predicted}", true=true, predicted=predicted)


class ClassView(PredictionForm):
    """The confusion matrix, and misclassified examples beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.part: ClassPrediction | None = None
        self.matrix, self.examples = ConfusionPlot(), ExamplesSheet()
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for surface in self.surfaces:
            self._layout.addWidget(surface)

    @property
    def surfaces(self) -> tuple[ConfusionPlot, ExamplesSheet]:
        """All that it draws on."""
        return self.matrix, self.examples

    def resizeEvent(self, event: object) -> None:
        """Share the room out."""
        self._fit()

    def _fit(self) -> None:
        theme, wide = self.theme, self.width()
        names = () if self.part is None else self.part.class_names
        metrics = QFontMetricsF(theme.font(TEXT))
        widest = max(map(metrics.horizontalAdvance, names), default=0.0) + 1
        self.matrix.names_room = min(widest, 0.24 * wide)
        beside = max(self.matrix.names_room + theme.px(8), theme.px(22)) + theme.px(10)
        wanted = min(self.height() - theme.px(MARGINS) + beside, MAX_MATRIX_SHARE * wide)
        left = wide - wanted - theme.px(12)
        self._layout.setSpacing(theme.px(12))
        self.examples.setVisible(left >= theme.px(MIN_EXAMPLES_WIDTH))
        self._layout.setStretch(0, round(wanted))
        self._layout.setStretch(1, max(1, round(left)))

    def show_part(self, part: ClassPrediction, frame: Frame, restart: bool) -> None:
        """Draw the matrix and the examples."""
        super().show_part(part, frame, restart)
        self._fit()
        self.matrix.show_part(part, self.seeds)
        self.examples.show_part(part)

    def note(self) -> str:
        """Return the accuracy, and on which points."""
        part = self.part
        if part is None or not part.accuracy.size:
            return ""
        low, middle, high = (100 * float(v) for v in quartiles(part.accuracy[None, :])[:, 0])
        if not math.isfinite(middle):
            return ""
        band = f" ({low:.1f}–{high:.1f})" if part.accuracy.size > 1 else ""
        accuracy = _("accuracy <b>{share:.1f} %</b>{quartiles}", share=middle, quartiles=band)
        held_out = part.points == "validation"
        return f"{accuracy} · {_('validation points') if held_out else _('training points')}"

    def numbers(self) -> str:
        """Return the confusion matrix, one row a true class."""
        part = self.part
        if part is None:
            return ""
        lines = ["\t".join([in_english(_("true \\ predicted")), *part.class_names])]
        for name, row in zip(part.class_names, part.confusion.tolist(), strict=True):
            lines.append("\t".join([name, *(str(v) for v in row)]))
        return "\n".join(lines) + "\n"
