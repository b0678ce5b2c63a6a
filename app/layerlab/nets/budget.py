"""Budget: the width at which a network of another depth has as many parameters."""

from __future__ import annotations

import bisect

from layerlab.core.declared import KNOBS
from layerlab.core.layout import Layout

_WIDTH = KNOBS["net.width"]


def equal_widths(inputs: int, outputs: int, depth: int, budget: int) -> tuple[int, ...]:
    """Return equal hidden widths whose parameter count is nearest to a budget.

    Args:
        inputs, outputs: ends of the network, at least 1.
        depth: hidden layers; with 0 there is no width, and the count is what it is.
        budget: weights and biases that the network should have.

    Returns:
        `depth` times the same width, within the range of the knob `net.width`. Of two counts
        that are equally near the smaller one.
    """
    if not depth:
        return ()

    def count(width: int) -> int:
        return Layout((inputs, *(width,) * depth, outputs)).parameters

    assert _WIDTH.low is not None
    assert _WIDTH.high is not None
    widths = range(int(_WIDTH.low), int(_WIDTH.high) + 1)
    # The count grows with the width, so the nearest one is on either side of the budget.
    above = bisect.bisect_left(widths, budget, key=count)
    sides = widths[max(0, above - 1) : above + 1]
    width = min(sides, key=lambda width: (abs(count(width) - budget), width))
    return (width,) * depth
