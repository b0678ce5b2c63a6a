"""What is worth saying: how much a change has to gain.

The figure of a run is the median over its seeds of the loss on the held-out points, or on the
training set where nothing is held out. It is compared on the scale of a network that outputs 0:
of a mean squared error around 0, a share of that is as much of R².
"""

from __future__ import annotations

from layerlab.nets.adviser.measured import Measured

GAIN = 0.05  # of the scale: less is not worth a sentence
RATIO = 0.78  # of the run's own figure
AGAIN = 0.5  # of either, what a second draw of the weights has to show: it repeats the first
BEATS_ZERO = 0.9  # of the scale: what a run that diverged has to be brought to


def is_good(m: Measured) -> bool:
    """Return whether so little is left above the noise floor that no change can gain enough."""
    return m.figure - (m.floor or 0.0) < GAIN * m.scale


def is_better(own: float, other: float, scale: float, part: float = 1.0) -> bool:
    """Return whether a change that brings a figure from `own` to `other` is worth it.

    Args:
        own: of the run; infinite if it diverged. other: of the changed run.
        scale: of a network that outputs 0 on the same points.
        part: of what it has to gain, 0 to 1.
    """
    if own == float("inf"):
        return other < BEATS_ZERO * scale
    return own - other >= part * GAIN * scale and other <= (1 - part * (1 - RATIO)) * own
