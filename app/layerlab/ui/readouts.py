"""The figures in the top bar: a frame in a few numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from layerlab.core.frames import Frame
from layerlab.core.numbers import grouped as grouped
from layerlab.core.success import Ranking, ranking_of
from layerlab.ui.plotting.scale import level_text, number

SPARE = 5  # rank of what one can do without
STATUS = {
    "ready": "updates · none yet",
    "running": "updates · running",
    "paused": "updates · paused",
    "finished": "updates · finished",
    "stopped": "updates · stopped",
}


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
    return f"{seconds / 60:.0f} min"


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
    found = [
        Readout(grouped(frame.update), STATUS.get(frame.status, "updates"), brief="updates")
    ]
    if frame.elapsed_s:
        updates = frame.update * frame.spec.train.seeds
        value = f"{grouped(updates)} in {duration(frame.elapsed_s)}"
        found.append(Readout(value, "updates, all seeds", rank=SPARE))
    elif frame.updates_per_s:
        value = f"{pace(frame.updates_per_s)}/s"
        found.append(Readout(value, "updates, each of all seeds", rank=SPARE))
    part = frame.loss
    if part is None or not part.train.size:
        return found
    median = short(float(np.median(part.train[-1])))
    found.append(Readout(median, "training loss, median", rank=1, brief="training"))
    if part.validation is not None:
        median = short(float(np.median(part.validation[-1])))
        found.append(Readout(median, "validation loss", rank=3, brief="validation"))
    found.append(success(ranking_of(part, threshold)))
    score = part.validation_score if part.validation_score is not None else part.score
    if score is not None:
        where = "validation" if part.validation_score is not None else "training"
        middle = float(np.median(score[-1]))
        value = f"{100 * middle:.1f} %" if part.score_name == "accuracy" else short(middle)
        label = f"{part.score_name}, {where}"
        found.append(Readout(value, label, rank=4, brief=part.score_name))
    return found


def success(ranking: Ranking) -> Readout:
    """Return which share of the seeds is below the threshold."""
    count, seeds = ranking.count, ranking.seeds
    level, brief = number(ranking.threshold), level_text(ranking.threshold)
    how = "Drag the line in the loss plot to choose another threshold."
    if seeds == 1:  # a share of one would claim too much
        help_text = f"The training loss is {'' if count else 'not '}below {level}. {how}"
        return Readout(
            "yes" if count else "no", f"loss below {brief}", help_text, 2, f"below {brief}"
        )
    noun = "seed has" if count == 1 else "seeds have"
    help_text = f"{count} of {seeds} {noun} a training loss below {level}. {how}"
    share, label = f"{100 * count / seeds:.0f} %", f"of {seeds} seeds below {brief}"
    return Readout(share, label, help_text, 2, f"below {brief}")
