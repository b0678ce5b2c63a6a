"""What the counted pieces show of the claims about them."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.experiments.regions.counting import RegionCounts
from layerlab.experiments.regions.gates import Flips

TOLERANCE = 0.1  # of an exponent
NARROW = 8  # neurons: narrower layers are looked at apart
RARE = 0.01  # of the gates in an update


def gates_row(flips: tuple[Flips, ...]) -> ClaimRow:
    """Judge A4: flips are rare in high dimension, and rarer than in low."""
    few, many = flips[0], flips[-1]
    is_rare, falls = many.share < RARE, many.share <= few.share / 2
    if is_rare and falls:
        verdict = HOLDS
    else:
        verdict = f"{ONLY_IF} dimension is not the reason" if is_rare else WRONG
    measured = f"{percent(many.share)} at {many.inputs} inputs"
    return ClaimRow(
        "A4",
        "In high dimension training seldom moves an input across a gate's boundary.",
        "seldom",
        measured,
        verdict,
        f"an update flips {percent(few.share)} of the gates at {few.inputs} inputs and "
        f"{percent(many.share)} at {many.inputs}; {percent(many.is_active)} are active; "
        f"from {many.updates} updates of {many.seeds} network{'s' * (many.seeds > 1)}",
    )


def percent(share: float) -> str:
    """Return a share as text: `0.04 %`."""
    return f"{number(100 * share, 2)} %"


def layer_row(width: int, line: int, plane: int) -> ClaimRow:
    """Judge D16 by the first layer: its pieces on the line and in the plane."""
    if line > width + 1:
        verdict = WRONG
    else:
        verdict = HOLDS if plane <= width + 1 else f"{ONLY_IF} there is one input"
    most = 1 + width + width * (width - 1) // 2
    return ClaimRow(
        "D16",
        "n ReLU neurons make at most n + 1 linear regions.",
        f"{width + 1}",
        f"{line} on the line, {plane} in the plane",
        verdict,
        f"the {width} neurons of the first layer make {line} pieces of the line and {plane} of "
        f"the plane, where at most {most} are possible",
    )


def power_row(hidden: tuple[int, ...], pieces: int, width: int, built: int) -> ClaimRow:
    """Judge D17: pieces of this network along the line, and of weights built for them.

    Args:
        hidden: widths of this network. pieces: its own, along the line.
        width: neurons in a layer of the built one, as deep. built: its pieces.
    """
    most = hidden[0] ** len(hidden)
    if built != width ** len(hidden):
        verdict = WRONG
    else:
        verdict = HOLDS if pieces >= most / 2 else f"{ONLY_IF} the weights are built for it"
    return ClaimRow(
        "D17",
        "L layers of n neurons make up to O(n^L) regions.",
        number(most, 4),
        f"{pieces} along the line",
        verdict,
        f"weights that are built for it make {built} pieces of a line with {width} neurons in "
        f"a layer; this network of {sum(hidden)} neurons makes {pieces}",
    )


def neurons_row(counts: RegionCounts) -> ClaimRow:
    """Judge L3: at initialization, pieces along a line grow with the number of neurons."""
    medians = np.median(counts.initial, axis=1)
    widths = counts.initial_neurons // counts.depth
    power = exponent(counts.initial_neurons, medians)
    wide = widths >= NARROW
    wider = exponent(counts.initial_neurons[wide], medians[wide])
    if abs(power - 1) <= TOLERANCE:
        verdict = HOLDS
    elif abs(wider - 1) <= TOLERANCE:
        verdict = f"{ONLY_IF} no layer is narrower than {NARROW} neurons"
    else:
        verdict = NOT_REPRODUCED
    ends = f"{number(medians[0])} to {number(medians[-1])}"
    first, last = counts.initial_neurons[0], counts.initial_neurons[-1]
    return ClaimRow(
        "L3",
        "At initialization pieces along a line grow linearly with the neurons, at any depth.",
        "power 1",
        f"power {power:.2f} at depth {counts.depth}",
        verdict,
        f"{first} to {last} neurons in {counts.depth} layers make a median of {ends} pieces of "
        f"an infinite line, over {counts.initial.shape[1]} seeds",
        here=f"{counts.depth} layer{'s' * (counts.depth > 1)} alone, where the ledger looks at "
        "1, 2 and 4",
    )


def exponent(x: np.ndarray, y: np.ndarray) -> float:
    """Return the power with which y grows with x, by least squares of the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
