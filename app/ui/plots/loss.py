"""LossView: how far training is, and how sure that is over the seeds."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.core.frames import LOSS, LossPart
from app.ui.plots.base import Plot, PlotView, quartiles, spread, table
from app.ui.plots.hover import Reading
from app.ui.plots.legend import Key
from app.ui.plots.marks import Band, Dots, Line, Mark, Rule, mix
from app.ui.plots.scale import Axis, number

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
    """Training and validation loss over the updates, logarithmic."""

    wants = LOSS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loss", parent=parent)
        self.plot = Plot(Axis("update", integer=True), Axis("loss", log=True))
        self.plot.reader = self.read
        self.plot.legend_right = True
        self.body.addWidget(self.plot)
        self._ghost: tuple[Array, Array, str] | None = None
        self._updates = np.empty(0)
        self._train = np.empty((3, 0))
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
        live: dict[str, Mark] = {**lines}
        if x.size == 1:  # a line of one point is not seen
            live = {n: Dots(x, line.y, line.color, 2.6) for n, line in lines.items()}
        self.plot.legend = self._legend(part)
        still = {}
        if self._ghost is not None:
            still["ghost"] = Line(*self._ghost[:2], theme.color("faint"), 1.4)
        self.plot.show_marks(bands, still, {**live, **self._references(part)})

    def _take(self, part: LossPart) -> None:
        at = thin(part.updates, part.length)
        self._updates = part.updates[at].astype(float)
        self._train = quartiles(part.train[at])
        self._held_out = None if part.validation is None else quartiles(part.validation[at])
        self._total = None if part.total is None else quartiles(part.total[at])

    def _set_ranges(self, part: LossPart, anew: bool) -> None:
        self.plot.x_axis.fix(0, max(1, part.length))
        levels = [v for v in (part.linear_loss, part.noise_floor) if v is not None]
        seen = [self._train.ravel(), np.array(levels, float)]
        for more in (self._held_out, self._total):
            if more is not None:
                seen.append(more[1])
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
            keys.append(Key("line", theme.color("faint"), self._ghost[2], 1.4))
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
        held_out = f"validation <b>{score_text(part.validation_score, name)}</b>"
        bare = f"<b>{score_text(part.score, name)}</b> · {held_out}"
        self.set_note(f"{note} · {held_out}", bare, held_out)

    def read(self, x: float, y: float) -> Reading | None:
        """Read all curves at the reported update nearest to `x`."""
        part = self.part()
        if part is None or not self._updates.size:
            return None
        i = int(np.abs(self._updates - x).argmin())
        seeds, theme = part.train.shape[1], self.theme
        rows: list[tuple[QColor | None, str]] = []
        dots = []
        curves = (
            ("training", "accent", self._train),
            ("validation", "negative", self._held_out),
        )
        for name, token, curve in (*curves, ("with penalties", "muted", self._total)):
            if curve is None:
                continue
            low, middle, high = (float(v) for v in curve[:, i])
            color = theme.color(token)
            rows.append((color, f"{name} {number(middle)}{spread(low, high, seeds)}"))
            dots.append((self._updates[i], middle, color))
        at = int(np.searchsorted(part.updates, self._updates[i]))
        for name, score in (("", part.score), (" validation", part.validation_score)):
            if score is not None:
                text = score_text(score[: at + 1], part.score_name)
                rows.append((None, f"{part.score_name}{name} {text}"))
        title = f"update {self._updates[i]:,.0f}".replace(",", "\u202f")
        return Reading(title, tuple(rows), self._updates[i], tuple(dots))

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
