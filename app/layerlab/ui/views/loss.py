"""LossView: how far training is, and how sure that is over the seeds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import LOSS, LossPart
from layerlab.core.success import ranking_of
from layerlab.ui.head import HeadButton
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, Rule
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import quartiles, spread, table
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis, level_text, number
from layerlab.ui.theme import Theme
from layerlab.ui.views.base import PlotView
from layerlab.ui.views.threshold import ThresholdLine

Array = np.ndarray
MAX_POINTS = 160


def thin(updates: Array, length: int) -> Array:
    """Return indices of at most about `MAX_POINTS` points, the last one of each bin.

    Bins are fixed over the run, so that what is drawn already never shimmers.
    """
    if updates.size <= MAX_POINTS:
        return np.arange(updates.size)
    bins = updates * (MAX_POINTS - 1) // max(1, length)
    last = np.flatnonzero(np.diff(np.r_[bins, bins[-1] + 1]))
    return np.unique(np.r_[0, last])


class LossView(PlotView):
    """Training and validation loss over the updates, logarithmic.

    Attributes:
        threshold: the loss below which a seed is a success; None: the task's own.

    Signals:
        threshold_chosen: another threshold, or None.
        refused: why what was typed is no threshold.
    """

    threshold_chosen = Signal(object)
    refused = Signal(str)
    wants = LOSS

    def __init__(self, parent: QWidget | None = None) -> None:
        self.seed_toggle = HeadButton(
            "this seed", "Draws the loss of the one network that the diagram shows"
        )
        self.seed_toggle.setCheckable(True)
        super().__init__("Loss", parent=parent)
        self.plot = Plot(Axis("update", integer=True), Axis("loss", log=True))
        self.plot.reader = self.read
        self.plot.legend_right = True
        self.plot.installEventFilter(self)
        self.body.addWidget(self.plot)
        self.line = ThresholdLine(self.plot)
        self.line.chosen.connect(self._on_chosen)
        self.line.refused.connect(self.refused)
        self.add_control(self.seed_toggle)
        self.seed_toggle.toggled.connect(lambda _: self.redraw())
        self.threshold: float | None = None
        self._ghost: tuple[Array, Array, str] | None = None
        self._updates = np.empty(0)
        self._train = np.empty((3, 0))
        self._alone: Array | None = None  # the shown seed's own losses
        self._held_out: Array | None = None
        self._total: Array | None = None

    def set_ghost(self, part: LossPart | None, label: str = "") -> None:
        """Keep an earlier run's median as a faint line with a name, from the next frame on.

        None takes it away at once.
        """
        if part is None:
            self._ghost = None
            self.redraw()
        else:
            self._ghost = (part.updates, quartiles(part.train)[1], label)

    def set_threshold(self, threshold: float | None) -> None:
        """Count the seeds below this loss as successes; None: the task's own threshold."""
        self.threshold = threshold
        part = self.part()
        if part is not None:
            self._show_threshold(part)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        super().set_theme(theme)
        for line in self.findChildren(ThresholdLine):  # none while the card is made
            line.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the threshold at its level when the plot changes its size."""
        if event.type() == QEvent.Type.Resize and watched is self.plot:
            self.line.place()
        return False

    def draw_part(self, part: LossPart, anew: bool) -> None:
        """Draw the history."""
        self._take(part)
        self._show_score(part)
        self._set_ranges(part, anew)
        theme = self.theme
        accent, held_out = theme.color("accent"), theme.color("negative")
        x = self._updates
        bands: dict[str, Band] = {}
        lines: dict[str, Line] = {}
        bands["training"] = Band(x, self._train[0], self._train[2], mix(theme, accent, 0.2))
        if self._held_out is not None:
            low, _, high = self._held_out
            band = Band(x, low, high, mix(theme, held_out, 0.14))
            both = mix(theme, mix(theme, accent, 0.6), 0.2)
            bands["shared"] = bands["training"].overlap(band, both)
            bands = {"validation": band, **bands}
            lines["validation"] = Line(x, self._held_out[1], held_out, 1.6)
        if self._total is not None:
            lines["total"] = Line(x, self._total[1], theme.color("muted"), 1.0)
        lines["training"] = Line(x, self._train[1], accent, 2.0)
        if self._alone is not None:
            lines["seed"] = Line(x, self._alone, theme.color("text"), 1.2)
        live: dict[str, Mark] = {**lines}
        if x.size == 1:  # a line of one point is not seen
            live = {n: Dots(x, line.y, line.color, 2.6) for n, line in lines.items()}
        self.plot.legend = self._legend(part)
        still = {}
        if self._ghost is not None:
            still["ghost"] = Line(*self._ghost[:2], theme.color("faint"), 1.4)
        self.plot.show_marks(bands, still, {**live, **self._references(part)})
        self._show_threshold(part)

    def _show_threshold(self, part: LossPart) -> None:
        if not part.train.size:
            self.line.hide()
            return
        ranking = ranking_of(part, self.threshold)
        below = f"below {level_text(ranking.threshold)}"
        count = f"{ranking.count} of {ranking.seeds} {below}"
        self.line.show_level(ranking.threshold, (count, below)[ranking.seeds == 1 :])

    def _on_chosen(self, threshold: float | None) -> None:
        self.set_threshold(threshold)
        self.threshold_chosen.emit(threshold)

    def _take(self, part: LossPart) -> None:
        at = thin(part.updates, part.length)
        self._updates = part.updates[at].astype(float)
        self._train = quartiles(part.train[at])
        several = part.train.shape[1] > 1
        alone = several and self.seed_toggle.isChecked()
        self._alone = part.train[at, self._shown()] if alone else None
        self.seed_toggle.setVisible(several)
        self._held_out = None if part.validation is None else quartiles(part.validation[at])
        self._total = None if part.total is None else quartiles(part.total[at])

    def _shown(self) -> int:
        """Return the place of the seed that is shown alone."""
        assert self.frame is not None
        assert self.frame.loss is not None
        return min(self.frame.seed, self.frame.loss.train.shape[1] - 1)

    def _set_ranges(self, part: LossPart, anew: bool) -> None:
        self.plot.x_axis.fix(0, max(1, part.length))
        levels = [v for v in (part.linear_loss, part.noise_floor) if v is not None]
        seen = [self._train.ravel(), np.array(levels, float)]
        for more in (self._held_out, self._total):
            if more is not None:
                seen.append(more[1])
        if self._alone is not None:
            seen.append(self._alone)
        self.plot.y_axis.cover(np.concatenate(seen), restart=anew, decades=3)

    def _references(self, part: LossPart) -> dict[str, Mark]:
        theme = self.theme
        marks: dict[str, Mark] = {}
        levels = {"linear model": part.linear_loss, "noise floor": part.noise_floor}
        for name, level in levels.items():
            if level is not None and np.isfinite(level) and level > 0:
                low = name == "noise floor"
                marks[name] = Rule(float(level), name, theme.color("muted"), theme, low)
        return marks

    def _legend(self, part: LossPart) -> tuple[Key, ...]:
        theme = self.theme
        keys = [Key("line", theme.color("accent"), "training")]
        if part.validation is not None:
            keys.append(Key("line", theme.color("negative"), "validation", 1.6))
        if part.total is not None:
            keys.append(Key("line", theme.color("muted"), "with penalties", 1.0))
        if self._ghost is not None:
            faint, name = theme.color("faint"), self._ghost[2]
            keys.append(Key("line", faint, name, 1.4, brief="before"))
        if self._alone is not None:
            name = f"seed {self._shown() + 1}"
            keys.append(Key("line", theme.color("text"), name, 1.2))
        return tuple(keys)

    def _show_score(self, part: LossPart) -> None:
        """Put the score into the head, and what the loss is where there is room for it."""
        if part.score is None or not part.score.size:
            self.set_note(part.loss_label)
            self.plot.y_axis.label = "loss"
            return
        self.plot.y_axis.label = part.loss_label
        self.plot.y_axis.brief = brief(part.loss_label)
        name = part.score_name
        note = f"{name} <b>{score_text(part.score, name)}</b>"
        if part.validation_score is None or not part.validation_score.size:
            self.set_note(note)
            return
        color = self.theme.negative  # the curve's, which the legend may have no room for
        value = score_text(part.validation_score, name)
        held_out = f'validation <b style="color:{color}">{value}</b>'
        bare = f"<b>{score_text(part.score, name)}</b> · {held_out}"
        self.set_note(f"{note} · {held_out}", bare, held_out)

    def read(self, x: float, y: float) -> Reading | None:
        """Read all curves at the reported update nearest to `x`."""
        part = self.part()
        if part is None or not self._updates.size:
            return None
        i = int(np.abs(self._updates - x).argmin())
        update, seeds, theme = float(self._updates[i]), part.train.shape[1], self.theme
        rows: list[tuple[QColor | None, str]] = []
        dots = []
        for name, token, curve in self._curves(i):
            color, middle = theme.color(token), float(curve[len(curve) // 2])
            band = spread(float(curve[0]), float(curve[-1]), seeds) if len(curve) > 1 else ""
            rows.append((color, f"{name} {number(middle)}{band}"))
            dots.append((update, middle, color))
        at = int(np.searchsorted(part.updates, update))
        for name, score in (("", part.score), (" validation", part.validation_score)):
            if score is not None:
                text = score_text(score[: at + 1], part.score_name)
                rows.append((None, f"{part.score_name}{name} {text}"))
        title = f"update {update:,.0f}".replace(",", "\u202f")
        return Reading(title, tuple(rows), update, tuple(dots))

    def _curves(self, i: int) -> Iterator[tuple[str, str, Array]]:
        """Yield name, colour and value, or quartiles, of each curve at a drawn update."""
        yield "training", "accent", self._train[:, i]
        if self._held_out is not None:
            yield "validation", "negative", self._held_out[:, i]
        if self._total is not None:
            yield "with penalties", "muted", self._total[:, i]
        if self._alone is not None:
            yield f"seed {self._shown() + 1}", "text", self._alone[i : i + 1]
        if self._ghost is not None:
            updates, losses, name = self._ghost
            nearest = int(np.abs(updates - self._updates[i]).argmin())
            yield name, "faint", losses[nearest : nearest + 1]

    def numbers(self) -> str:
        """Return the medians and quartiles at every reported update."""
        part = self.part()
        if part is None:
            return ""
        header, columns = ["update"], [part.updates]
        named = {"training": part.train, "validation": part.validation}
        named |= {"with penalties": part.total, part.score_name: part.score}
        named |= {f"{part.score_name} validation": part.validation_score}
        for name, values in named.items():
            if values is not None:
                header += [f"{name} {q}" for q in ("quartile 25", "median", "quartile 75")]
                columns += list(quartiles(values))
        if part.train.shape[1] > 1:
            header, columns = [*header, "this seed"], [*columns, part.train[:, self._shown()]]
        return table(header, columns)


def brief(label: str) -> str:
    """Return the name of a loss in one word or two, without its unit."""
    return label.replace("mean squared error", "MSE").partition(",")[0]


def score_text(score: Array, name: str) -> str:
    """Return the median of the last row over the seeds: `96.4 %`, or an R² of `0.46`."""
    middle = float(quartiles(score[-1:])[1, 0])
    if not np.isfinite(middle):
        return "—"
    if name == "accuracy":
        return f"{100 * middle:.1f} %"
    return f"{round(middle, 2) + 0.0:.2f}".replace("-", "−")  # minus zero is zero
