"""The loss over the updates: medians and quartiles over the seeds, and reference levels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.frames import LossPart
from layerlab.core.success import ranking_of
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, HLine, Mark
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, level_text
from layerlab.ui.plotting.series import Series, declare
from layerlab.ui.theme import Theme
from layerlab.ui.views.scores import score_text
from layerlab.ui.views.threshold import ThresholdLine

Array = np.ndarray
MAX_POINTS = 160
_ORDER = {"training": 0, "validation": 1, "with penalties": 2}
Ghost = tuple[Array, Array, str]  # updates, losses and name of an earlier run


def thin(updates: Array, length: int) -> Array:
    """Return indices of at most about `MAX_POINTS` points, the last one of each bin.

    Bins are fixed over the run, so that what is drawn already never shimmers.
    """
    if updates.size <= MAX_POINTS:
        return np.arange(updates.size)
    bins = updates * (MAX_POINTS - 1) // max(1, length)
    last = np.flatnonzero(np.diff(np.r_[bins, bins[-1] + 1]))
    return last if last[0] == 0 else np.r_[0, last]


class LossPlot(Plot):
    """Training and validation loss over the updates, logarithmic.

    Attributes:
        ghost: an earlier run's median, drawn faintly; None for none.
        shown: index of the seed that is drawn alone, or None.
        line: the threshold.
    """

    def __init__(self) -> None:
        super().__init__(Axis("update", integer=True, can_switch=True), Axis("loss", log=True))
        self.reader = self.read
        self.legend_right = True
        self.ghost: Ghost | None = None
        self.shown_seed: int | None = None
        self.threshold: float | None = None
        self.part: LossPart | None = None
        self._curves: tuple[Series, ...] = ()
        self.line = ThresholdLine(self)

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        super().set_theme(theme)
        self.line.set_theme(theme)

    def show_part(self, part: LossPart, restart: bool) -> None:
        """Draw a history; `restart`: the axes restart with it."""
        self.part = part
        self._curves = tuple(self._series(part))
        self._set_ranges(part, restart)
        found = declare(self._curves, self.theme)
        bands: dict[str, Mark] = dict(sorted(found.bands.items(), reverse=True))
        if "validation" in bands:
            bands["shared"] = self._shared(bands["training"], bands["validation"])
        self.legend = tuple(one.key(self.theme) for one in self._in_order())
        self.show_marks(bands, found.still, {**found.live, **self._references(part)})
        self.show_threshold(part)

    def _series(self, part: LossPart) -> Iterator[Series]:
        """Yield the curves, the ones on top last."""
        at = thin(part.updates, part.length)
        x = part.updates[at].astype(float)
        ink = self.theme.color
        if self.ghost is not None:
            faint, name = ink("faint"), self.ghost[2]
            yield Series(name, *self.ghost[:2], faint, width=1.4, brief="before", is_still=True)
        for name, values, token, width, shade in (
            ("validation", part.validation, "negative", 1.6, 0.14),
            ("with penalties", part.total, "muted", 1.0, 0.0),
            ("training", part.train, "accent", 2.0, 0.2),
        ):
            if values is not None:
                low, middle, high = quartiles(values[at])
                has_band = shade > 0 and values.shape[1] > 1
                band = {"low": low, "high": high, "shade": shade} if has_band else {}
                yield Series(name, x, middle, ink(token), width=width, **band)
        if self.shown_seed is not None:
            alone = part.train[at, self.shown_seed]
            yield Series(f"seed {self.shown_seed + 1}", x, alone, ink("text"), width=1.2)

    def _in_order(self) -> list[Series]:
        """Return the curves as they are named, the most important first."""
        return sorted(self._curves, key=lambda one: _ORDER.get(one.name, len(_ORDER)))

    def _shared(self, training: Mark, validation: Mark) -> Band:
        """Return where both bands are: in a colour of its own, or one would hide the other."""
        assert isinstance(training, Band)
        assert isinstance(validation, Band)
        theme = self.theme
        over = blend(theme, theme.color("accent"), 0.6)
        return training.overlap(validation, blend(theme, over, 0.2))

    def _set_ranges(self, part: LossPart, restart: bool) -> None:
        self.x_axis.fix(0, max(1, part.length))
        levels = [v for v in (part.linear_loss, part.noise_floor) if v is not None]
        seen = [np.array(levels, float)]
        for one in self._curves:
            if one.is_still:
                continue
            seen.append(one.y)
            if one.name == "training":
                seen += [band for band in (one.low, one.high) if band is not None]
        self.y_axis.cover(np.concatenate(seen), restart=restart, decades=3)

    def _references(self, part: LossPart) -> dict[str, Mark]:
        theme = self.theme
        marks: dict[str, Mark] = {}
        levels = {"linear model": part.linear_loss, "noise floor": part.noise_floor}
        for name, level in levels.items():
            if level is not None and np.isfinite(level) and level > 0:
                low = name == "noise floor"
                marks[name] = HLine(float(level), name, theme.color("muted"), theme, low)
        return marks

    # ---- threshold
    def show_threshold(self, part: LossPart) -> None:
        """Show the loss below which a seed counts as a success."""
        self.live.pop("threshold", None)
        if not part.train.size:
            self.line.hide()
            return
        ranking = ranking_of(part, self.threshold)
        below = f"below {level_text(ranking.threshold)}"
        count = f"{ranking.count} of {ranking.seeds} {below}"
        self.line.show_level(ranking.threshold, (count, below)[ranking.seeds == 1 :])
        good = self.theme.color("good")
        text = "" if self.line.is_outside() else self.line.text()
        self.live["threshold"] = HLine(ranking.threshold, text, good, self.theme)
        self.refresh()

    def lay_items(self) -> None:
        """Bring axes and marks into the scene, and the threshold to its level."""
        super().lay_items()
        self.line.place()

    def resizeEvent(self, event: object) -> None:
        """Keep the threshold at its level."""
        super().resizeEvent(event)
        self.line.place()

    # ---- reading
    def read(self, x: float, y: float) -> Tooltip | None:
        """Read all curves at the reported update nearest to `x`."""
        part = self.part
        curves = [one for one in self._curves if not one.is_still]
        if part is None or not curves or not curves[0].x.size:
            return None
        i = int(np.abs(curves[0].x - x).argmin())
        update = float(curves[0].x[i])
        rows: list[tuple[QColor | None, str]] = []
        dots = []
        for one in self._in_order():
            k = int(np.abs(one.x - update).argmin()) if one.is_still else i
            rows.append((one.color, one.row(k)))
            dots.append((update, float(one.y[k]), one.color))
        at = int(np.searchsorted(part.updates, update))
        for name, score in (("", part.score), (" validation", part.validation_score)):
            if score is not None:
                text = score_text(score[: at + 1], part.score_name)
                rows.append((None, f"{part.score_name}{name} {text}"))
        title = f"update {update:,.0f}".replace(",", "\u202f")
        return Tooltip(title, tuple(rows), update, tuple(dots))
