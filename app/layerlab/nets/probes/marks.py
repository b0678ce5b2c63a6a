"""When a run is reported."""

from __future__ import annotations

import numpy as np


def report_marks(length: int, at_most: int = 200) -> list[int]:
    """Return the updates at which a run is reported: 0 first, `length` last.

    Evenly spaced whole numbers, which depend on nothing else: the same run has the same
    reports on every machine and at every speed.

    Args:
        length: updates of the whole run, 0 or more.
        at_most: number of reports, 2 or more.
    """
    count = min(length + 1, at_most)
    # A set: `np.unique` imports numpy's masked arrays, for which every start would wait.
    return sorted(set(np.linspace(0, length, count).round().astype(int).tolist()))
