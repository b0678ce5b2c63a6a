"""What the counted pieces show of the claims about them."""

from __future__ import annotations

import numpy as np

from layerlab.claims import claim
from layerlab.claims.figures import exponent
from layerlab.claims.learning import UPDATES
from layerlab.claims.pieces import LayerRegions, Layers, PieceMedians
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext
from layerlab.nets.studies.gates import Flips
from layerlab.nets.studies.piece_counts import RegionCounts

LEDGER_SEEDS = 8  # of A4


def gates_row(flips: tuple[Flips, ...]) -> ClaimRow:
    """Judge A4 by the gates that flip at each number of inputs."""
    many = flips[-1]
    measured = _("{share} at {inputs} inputs", share=percent(many.share), inputs=many.inputs)
    here = _(
        "{updates} updates of {seeds} networks, where the ledger takes {more} of {ledger}",
        updates=many.updates,
        seeds=many.seeds,
        more=UPDATES,
        ledger=LEDGER_SEEDS,
    )
    return claim("A4").row({one.inputs: one for one in flips}, measured=measured, here=here)


def percent(share: float) -> str:
    """Return a share as text: `0.04 %`."""
    return f"{number(100 * share, 2)} %"


def layer_row(width: int, line: int, plane: int) -> ClaimRow:
    """Judge D16 by the first layer: its pieces on the line and in the plane."""
    measured = _("{line} on the line, {plane} in the plane", line=line, plane=plane)
    why = ngettext(
        "the {count} neuron of the first layer makes {line} pieces of the line and {plane} of "
        "the plane, where at most {most} are possible",
        "the {count} neurons of the first layer make {line} pieces of the line and {plane} of "
        "the plane, where at most {most} are possible",
        width,
        line=line,
        plane=plane,
        most=1 + width + width * (width - 1) // 2,
    )
    numbers = LayerRegions((width,), [line], [plane])
    here = _("2 inputs, where the ledger takes the 4 of the flip")
    return claim("D16").row(numbers, measured=measured, why=why, here=here)


def power_row(
    hidden: tuple[int, ...],
    pieces: int,
    width: int,
    built: int,
    counts: RegionCounts,
    plane: int,
) -> ClaimRow:
    """Judge D17: weights that are built for pieces, and networks at initialization.

    Args:
        hidden: widths of this network. pieces: its own, along the line.
        width: neurons in a layer of the built one, as deep. built: its pieces.
        counts: of the largest networks at initialization, as deep.
        plane: regions of the plane of this network's first layer.
    """
    neurons, depth = int(counts.initial_neurons[-1]), counts.depth
    bound, found = (neurons // depth + 1) ** depth, counts.initial[-1]
    why = _(
        "weights that are built for it make {built} pieces of a line with {width} neurons in a "
        "layer; of (n + 1)^L = {bound} pieces {neurons} neurons make {median} at "
        "initialization, and this network of {own} neurons makes {pieces}; of the plane its "
        "first layer of {first} makes {plane} regions",
        built=built,
        width=width,
        bound=number(bound, 4),
        first=hidden[0],
        plane=plane,
        neurons=neurons,
        median=number(float(np.median(found))),
        own=sum(hidden),
        pieces=pieces,
    )
    here = _(
        "{seeds} networks of {depth} × {width}, where the ledger draws 32 of 4 × 8",
        seeds=len(found),
        depth=depth,
        width=neurons // depth,
    )
    return claim("D17").row(
        Layers({(width, depth): built}, found, {hidden[0]: plane}, bound),
        measured=_("{pieces} along the line", pieces=pieces),
        why=why,
        here=here,
    )


def neurons_row(counts: RegionCounts) -> ClaimRow:
    """Judge L3: at initialization, pieces along a line grow with the number of neurons."""
    medians = np.median(counts.initial, axis=1)
    first, last = counts.initial_neurons[0], counts.initial_neurons[-1]
    why = ngettext(
        "{first} to {last} neurons in {count} layer make a median of {low} to {high} pieces of "
        "an infinite line, over {seeds} seeds",
        "{first} to {last} neurons in {count} layers make a median of {low} to {high} pieces "
        "of an infinite line, over {seeds} seeds",
        counts.depth,
        first=first,
        last=last,
        low=number(medians[0]),
        high=number(medians[-1]),
        seeds=counts.initial.shape[1],
    )
    power = exponent(counts.initial_neurons, medians)
    here = ngettext(
        "{count} layer alone, where the ledger looks at 1, 2 and 4",
        "{count} layers alone, where the ledger looks at 1, 2 and 4",
        counts.depth,
    )
    return claim("L3").row(
        PieceMedians({counts.depth: medians.tolist()}, tuple(counts.initial_neurons.tolist())),
        measured=_("power {power:.2f} at depth {depth}", power=power, depth=counts.depth),
        why=why,
        here=here,
    )
