"""The loss over the updates: medians and quartiles over the seeds, and reference levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from layerlab.core.frames import LossPart
from layerlab.core.numbers import grouped
from layerlab.core.success import ranking_of
from layerlab.core.translation import _, translated
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, HLine, Mark
from layerlab.ui.plotting.numbers import quartiles
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import Axis, level_text
from layerlab.ui.plotting.series import Series, columns_of, declare, read_series
from layerlab.ui.views.scores import LOSS_LABEL, score_value
from layerlab.ui.views.threshold import ThresholdLine

Array = np.ndarray
MAX_POINTS = 160
_UPDATE, _BEFORE = _("update"), _("before")
_TRAINING, _VALIDATION, _TOTAL = _("training"), _("validation"), _("with penalties")
_THIS_SEED = _("this seed")
_LINEAR, _FLOOR = _("linear model"), _("noise floor")
_FROM_BELOW = (_VALIDATION, _TOTAL, _TRAINING)  # all others lie over these
PreviousRun = tuple[Array, Array, str]  # updates, losses and name of an earlier run


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
        previous: an earlier run's median, drawn faintly; None for none.
        seed: index of the seed that is shown alone. draws_seed: whether its curve is drawn.
        line: the threshold.
    """

    def __init__(self) -> None:
        super().__init__(
            Axis(_UPDATE, integer=True, can_switch=True), Axis(LOSS_LABEL, log=True)
        )
        self.reader = self.read
        self.legend_right = True
        self.previous: PreviousRun | None = None
        self.seed, self.draws_seed = 0, False
        self.threshold: float | None = None
        self.part: LossPart | None = None
        self._curves: tuple[Series, ...] = ()
        self.line = ThresholdLine(self)

    def show_part(self, part: LossPart, restart: bool) -> None:
        """Draw a history; `restart`: the axes restart with it."""
        self.part = part
        self._curves = tuple(self._series(part, thin(part.updates, part.length)))
        self._set_ranges(part, restart)
        found = declare(sorted(self._curves, key=_height), self.theme)
        bands: dict[str, Mark] = dict(found.bands)
        if _VALIDATION in bands:
            bands["shared"] = self._shared(bands[_TRAINING], bands[_VALIDATION])
        self.legend = tuple(one.key(self.theme) for one in self._curves if one.is_drawn)
        self.show_marks(bands, found.still, {**found.live, **self._references(part)})
        self.show_threshold(part)

    def _series(self, part: LossPart, at: Array) -> Iterator[Series]:
        """Yield the curves, the most important first, and the scores, which are not drawn.

        Args:
            at: indices of the reports that are shown.
        """
        x = part.updates[at].astype(float)
        ink, several = self.theme.color, part.train.shape[1] > 1
        for name, values, token, width, shade in (
            (_TRAINING, part.train, "accent", 2.0, 0.2),
            (_VALIDATION, part.validation, "negative", 1.6, 0.14),
            (_TOTAL, part.total, "muted", 1.0, 0.0),
        ):
            if values is not None:
                low, middle, high = quartiles(values[at])
                shade *= several
                yield Series(
                    *(name, x, middle, ink(token), low, high),
                    width=width,
                    shade=shade,
                    reads_band=shade > 0,
                )
        if self.previous is not None:
            one = Series(self.previous[2], *self.previous[:2], ink("faint"), width=1.4)
            yield replace(one, brief=_BEFORE, is_still=True, in_columns=False)
        if several:
            name, alone = _("seed {seed}", seed=self.seed + 1), part.train[at, self.seed]
            one = Series(name, x, alone, ink("text"), width=1.2, column=_THIS_SEED)
            yield replace(one, is_drawn=self.draws_seed, is_read=self.draws_seed)
        yield from self._scores(part, at)

    def _scores(self, part: LossPart, at: Array) -> Iterator[Series]:
        """Yield the scores, which are read and exported."""
        x, gray = part.updates[at].astype(float), self.theme.color("muted")
        write = partial(score_value, name=part.score_name)
        label = translated(part.score_name)
        for name, score in (
            (label, part.score),
            (_("{score} validation", score=label), part.validation_score),
        ):
            if score is not None and score.size:
                low, middle, high = quartiles(score[at])
                one = Series(name, x, middle, gray, low, high)
                yield replace(one, is_drawn=False, reads_band=False, write=write)

    def columns(self) -> dict[str, Array]:
        """Return the numbers of all curves and scores at every report, by column."""
        part = self.part
        if part is None:
            return {}
        every = np.arange(part.updates.size)
        return columns_of(tuple(self._series(part, every)), _UPDATE)

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
            if one.is_still or not one.is_drawn:
                continue
            seen.append(one.y)
            if one.name == _TRAINING:
                seen += [band for band in (one.low, one.high) if band is not None]
        self.y_axis.cover(np.concatenate(seen), restart=restart, decades=3)

    def _references(self, part: LossPart) -> dict[str, Mark]:
        theme = self.theme
        marks: dict[str, Mark] = {}
        levels = {_LINEAR: part.linear_loss, _FLOOR: part.noise_floor}
        for name, level in levels.items():
            if level is not None and np.isfinite(level) and level > 0:
                low = name == _FLOOR
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
        loss = level_text(ranking.threshold)
        below = _("below {loss}", loss=loss)
        shares = {"count": ranking.count, "seeds": ranking.seeds}
        count = _("{count} of {seeds} below {loss}", **shares, loss=loss)
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
        if self.part is None or not self.part.updates.size:
            return None
        return read_series(self._curves, x, _("update {number}", number="{}"), grouped)


def _height(curve: Series) -> int:
    """Return a number that is larger for curves that lie over others."""
    known = curve.name in _FROM_BELOW
    return _FROM_BELOW.index(curve.name) if known else len(_FROM_BELOW)
