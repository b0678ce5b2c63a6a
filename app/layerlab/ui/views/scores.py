"""How losses and scores are written."""

from __future__ import annotations

import numpy as np

from layerlab.core.translation import _, marked
from layerlab.ui.plotting.numbers import quartiles

Array = np.ndarray
LOSS_LABEL = _("loss")
ACCURACY = marked("accuracy")  # as a part of a frame has it


def score_text(score: Array, name: str) -> str:
    """Return the median of the last row over the seeds: `96.4 %`, or an R² of `0.46`."""
    return score_value(float(quartiles(score[-1:])[1, 0]), name)


def score_value(middle: float, name: str) -> str:
    """Return a score as text."""
    if not np.isfinite(middle):
        return "—"
    if name == ACCURACY:
        return f"{100 * middle:.1f} %"
    return f"{round(middle, 2) + 0.0:.2f}".replace("-", "−")  # minus zero is zero
