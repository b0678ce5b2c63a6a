"""What the counted pieces show of the claims about them."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext
from layerlab.nets.studies.gates import Flips
from layerlab.nets.studies.piece_counts import RegionCounts

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
        verdict = f"{ONLY_IF} {_('dimension is not the reason')}" if is_rare else WRONG
    measured = _("{share} at {inputs} inputs", share=percent(many.share), inputs=many.inputs)
    return ClaimRow(
        "A4",
        _("In high dimension training seldom moves an input across a gate's boundary."),
        _("seldom"),
        measured,
        verdict,
        ngettext(
            "an update flips {low_share} of the gates at {low} inputs and {high_share} at "
            "{high}; {active} are active; from {updates} updates of {count} network",
            "an update flips {low_share} of the gates at {low} inputs and {high_share} at "
            "{high}; {active} are active; from {updates} updates of {count} networks",
            many.seeds,
            low_share=percent(few.share),
            low=few.inputs,
            high_share=percent(many.share),
            high=many.inputs,
            active=percent(many.is_active),
            updates=many.updates,
        ),
    )


def percent(share: float) -> str:
    """Return a share as text: `0.04 %`."""
    return f"{number(100 * share, 2)} %"


def layer_row(width: int, line: int, plane: int) -> ClaimRow:
    """Judge D16 by the first layer: its pieces on the line and in the plane."""
    if line > width + 1:
        verdict = WRONG
    else:
        verdict = HOLDS if plane <= width + 1 else f"{ONLY_IF} {_('there is one input')}"
    most = 1 + width + width * (width - 1) // 2
    return ClaimRow(
        "D16",
        _("n ReLU neurons make at most n + 1 linear regions."),
        f"{width + 1}",
        _("{line} on the line, {plane} in the plane", line=line, plane=plane),
        verdict,
        ngettext(
            "the {count} neuron of the first layer makes {line} pieces of the line and {plane} "
            "of the plane, where at most {most} are possible",
            "the {count} neurons of the first layer make {line} pieces of the line and {plane} "
            "of the plane, where at most {most} are possible",
            width,
            line=line,
            plane=plane,
            most=most,
        ),
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
        verdict = (
            HOLDS if pieces >= most / 2 else f"{ONLY_IF} {_('the weights are built for it')}"
        )
    return ClaimRow(
        "D17",
        _("L layers of n neurons make up to O(n^L) regions."),
        number(most, 4),
        _("{pieces} along the line", pieces=pieces),
        verdict,
        _(
            "weights that are built for it make {built} pieces of a line with {width} neurons "
            "in a layer; this network of {neurons} neurons makes {pieces}",
            built=built,
            width=width,
            neurons=sum(hidden),
            pieces=pieces,
        ),
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
        condition = _("no layer is narrower than {width} neurons", width=NARROW)
        verdict = f"{ONLY_IF} {condition}"
    else:
        verdict = NOT_REPRODUCED
    first, last = counts.initial_neurons[0], counts.initial_neurons[-1]
    return ClaimRow(
        "L3",
        _(
            "At initialization pieces along a line grow linearly with the neurons, at any "
            "depth."
        ),
        _("power 1"),
        _("power {power:.2f} at depth {depth}", power=power, depth=counts.depth),
        verdict,
        ngettext(
            "{first} to {last} neurons in {count} layer make a median of {low} to {high} "
            "pieces of an infinite line, over {seeds} seeds",
            "{first} to {last} neurons in {count} layers make a median of {low} to {high} "
            "pieces of an infinite line, over {seeds} seeds",
            counts.depth,
            first=first,
            last=last,
            low=number(medians[0]),
            high=number(medians[-1]),
            seeds=counts.initial.shape[1],
        ),
        here=ngettext(
            "{count} layer alone, where the ledger looks at 1, 2 and 4",
            "{count} layers alone, where the ledger looks at 1, 2 and 4",
            counts.depth,
        ),
    )


def exponent(x: np.ndarray, y: np.ndarray) -> float:
    """Return the power with which y grows with x, by least squares of the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
