"""The figures in the top bar: a frame in a few numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

from layerlab.core.frames import Frame
from layerlab.core.numbers import grouped as grouped
from layerlab.core.numbers import median
from layerlab.core.success import Ranking, ranking_of
from layerlab.core.translation import _, ngettext, translated
from layerlab.ui.plotting.scale import level_text, number

SPARE = 5  # rank of what one can do without
STATUS = {
    "ready": _("updates · none yet"),
    "running": _("updates · running"),
    "paused": _("updates · paused"),
    "finished": _("updates · finished"),
    "stopped": _("updates · stopped"),
}
# Labels of the other figures; constants, as every frame shows them.
_UPDATES, _ALL_SEEDS, _EACH = (
    _("updates"),
    _("updates, all seeds"),
    _("updates, each of all seeds"),
)
_TRAINING, _TRAINING_LOSS = _("training"), _("training loss, median")
_VALIDATION, _VALIDATION_LOSS = _("validation"), _("validation loss")
_YES, _NO = _("yes"), _("no")
_HOW = _("Drag the line in the loss plot to choose another threshold.")


def short(value: float) -> str:
    """Return a number in a few characters that keep their places: `0.0038`, `1.2·10⁻⁵`."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 10_000:
        text = f"{value / 1000:.0f}k" if size < 1e6 else number(value, 2)
    elif size >= 100:
        text = grouped(round(value))
    elif size >= 1:
        text = f"{value:.2f}"
    elif size >= 1e-4 or size == 0:
        text = f"{value:.4f}" if size < 0.1 else f"{value:.3f}"
    else:
        text = number(value, 2)
    return text.replace("-", "−")


def pace(per_s: float) -> str:
    """Return updates per second, of which no fraction is of interest from ten on."""
    return short(per_s) if per_s >= 100 else f"{per_s:.{0 if per_s >= 10 else 1}f}"


def duration(seconds: float) -> str:
    """Return a time with its unit: `38 ms`, `2.4 s`, `3 min`."""
    if seconds < 0.9995:
        return f"{max(1, round(1000 * seconds))} ms"
    if seconds < 119.5:
        return f"{seconds:.{1 if seconds < 9.95 else 0}f} s"
    return _("{seconds:.0f} min", seconds=seconds / 60)


class Readout(NamedTuple):
    """One figure of the top bar.

    Attributes:
        value, label: what is shown, one above the other.
        help: more about it, under the mouse; may be empty.
        rank: those of the highest rank give way first where it is narrow.
        brief: a shorter label for where the long ones leave no room; "" for none.
    """

    value: str
    label: str
    help: str = ""
    rank: int = 0
    brief: str = ""


def readouts(frame: Frame, threshold: float | None = None) -> list[Readout]:
    """Return the figures of a frame, in the order in which they stand.

    Args:
        frame: what is drawn.
        threshold: a seed below this loss is a success; None: the task's own.
    """
    found = [Readout(grouped(frame.update), STATUS.get(frame.status, _UPDATES), brief=_UPDATES)]
    if frame.elapsed_s:
        updates = frame.update * frame.spec.train.seeds
        value = _(
            "{updates} in {duration}",
            updates=grouped(updates),
            duration=duration(frame.elapsed_s),
        )
        found.append(Readout(value, _ALL_SEEDS, rank=SPARE))
    elif frame.updates_per_s:
        value = f"{pace(frame.updates_per_s)}/s"
        found.append(Readout(value, _EACH, rank=SPARE))
    part = frame.loss
    if part is None or not part.train.size:
        return found
    value = short(median(part.train[-1].tolist()))
    found.append(Readout(value, _TRAINING_LOSS, rank=1, brief=_TRAINING))
    if part.validation is not None:
        value = short(median(part.validation[-1].tolist()))
        found.append(Readout(value, _VALIDATION_LOSS, rank=3, brief=_VALIDATION))
    found.append(success(ranking_of(part, threshold)))
    score = part.validation_score if part.validation_score is not None else part.score
    if score is not None:
        where = _VALIDATION if part.validation_score is not None else _TRAINING
        middle = median(score[-1].tolist())
        value = f"{100 * middle:.1f} %" if part.score_name == "accuracy" else short(middle)
        name = translated(part.score_name)
        found.append(Readout(value, f"{name}, {where}", rank=4, brief=name))
    return found


def success(ranking: Ranking) -> Readout:
    """Return which share of the seeds is below the threshold."""
    count, seeds = ranking.count, ranking.seeds
    level, brief = number(ranking.threshold), level_text(ranking.threshold)
    below = _("below {loss}", loss=brief)
    if seeds == 1:  # a share of one would claim too much
        if count:
            help_text = _("The training loss is below {loss}.", loss=level)
        else:
            help_text = _("The training loss is not below {loss}.", loss=level)
        label = _("loss below {loss}", loss=brief)
        return Readout(_YES if count else _NO, label, f"{help_text} {_HOW}", 2, below)
    help_text = ngettext(
        "{count} of {seeds} seed has a training loss below {loss}.",
        "{count} of {seeds} seeds have a training loss below {loss}.",
        count,
        seeds=seeds,
        loss=level,
    )
    label = ngettext(
        "of {count} seed below {loss}", "of {count} seeds below {loss}", seeds, loss=brief
    )
    share = f"{100 * count / seeds:.0f} %"
    return Readout(share, label, f"{help_text} {_HOW}", 2, below)
