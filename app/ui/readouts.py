"""The figures in the top bar: what a frame says in a few numbers."""

from __future__ import annotations

import math

import numpy as np

from app.core.frames import Frame
from app.ui.plots.scale import number

STATUS = {
    "ready": "update · not trained yet",
    "running": "updates · in training",
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


def grouped(count: int) -> str:
    """Return a whole number with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\u202f")


def readouts(frame: Frame) -> list[tuple[str, str]]:
    """Return (value, label) pairs, the most important first."""
    found = [(grouped(frame.update), STATUS.get(frame.status, "updates"))]
    part = frame.loss
    if part is not None and len(part.updates):
        found.append((short(float(np.median(part.train[-1]))), "training loss, median"))
        if part.validation is not None:
            found.append((short(float(np.median(part.validation[-1]))), "validation loss"))
        score = part.validation_score if part.validation_score is not None else part.score
        if score is not None:
            where = "validation" if part.validation_score is not None else "training"
            median = float(np.median(score[-1]))
            value = f"{100 * median:.1f} %" if part.score_name == "accuracy" else short(median)
            found.append((value, f"{part.score_name}, {where}"))
    if frame.updates_per_s:
        found.append((f"{pace(frame.updates_per_s)}/s", "updates, each of all seeds"))
    return found
