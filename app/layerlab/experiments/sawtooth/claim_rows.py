"""What built and trained networks show of the claims about folding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.experiments.sawtooth.counting import PieceCounts

Array = np.ndarray
FOUND_LOSS = 0.001  # a loss below is as good as found
MIN_WRONG_LOSS = 0.01  # a loss above is a different curve


def three_row(
    pieces: Mapping[str, int],
    parameters: Mapping[str, int],
    losses: Mapping[str, float],
    update: int,
) -> ClaimRow:
    """Judge A5: three networks in the orders of pieces, of pieces a parameter, of losses."""
    capacity = sorted(pieces, key=lambda name: -pieces[name])
    efficient = sorted(pieces, key=lambda name: -pieces[name] / parameters[name])
    learnable = sorted(losses, key=lambda name: losses[name])
    orders = len({tuple(order) for order in (capacity, efficient, learnable)})
    verdict = {1: WRONG, 2: f"{ONLY_IF} two may go together", 3: HOLDS}[orders]
    listed = "; ".join(
        f"{name}: {pieces[name]} pieces, {number(pieces[name] / parameters[name], 2)} for a "
        f"parameter, median loss {number(losses[name], 2)}"
        for name in pieces
    )
    return ClaimRow(
        "A5",
        "Capacity, parameter efficiency and learnability are three things.",
        "three things",
        f"{orders} different orders of 3 nets",
        verdict,
        f"after {update} updates, {listed}",
    )


def open_row(floor: float, exact: float, losses: Array, held: float, update: int) -> ClaimRow:
    """Judge B7: too narrow to be right, exact and not found, right at the points alone."""
    missed, median = float((losses > FOUND_LOSS).mean()), float(np.median(losses))
    shown = {
        "width": floor > MIN_WRONG_LOSS,
        "finding": exact < 1e-20 and missed > 0.5,
        "data": held > 10 * median,
    }
    left = [name for name, is_shown in shown.items() if is_shown]
    if shown["width"] and shown["finding"]:
        verdict = HOLDS
    else:
        verdict = f"{ONLY_IF} only {' and '.join(left)} is meant" if left else WRONG
    return ClaimRow(
        "B7",
        "Universal approximation says nothing of width, of finding the weights, or of data.",
        "nothing",
        f"{100 * missed:.0f} % of the seeds miss it",
        verdict,
        f"half the neurons cannot get below {number(floor, 2)}, built weights have "
        f"{number(exact, 2)}, and {100 * missed:.0f} % of {len(losses)} seeds are above "
        f"{FOUND_LOSS:g} after {update} updates; median {number(median, 2)} at the points, "
        f"{number(held, 2)} everywhere",
    )


def fold_row(counts: PieceCounts, folds: int) -> ClaimRow:
    """Judge E11 by exact counts for all depths; states those of the chosen one."""
    enough = bool((counts.pieces == 2**counts.folds).all())
    bound = bool((counts.below < 2**counts.folds).all())
    k = folds - 1
    return ClaimRow(
        "E11",
        "The L-fold triangle has 2^L pieces at a depth of about 2 L; one layer needs a "
        "width of 2^(L−1).",
        f"{2**folds}; {counts.bound[k]} or more",
        f"{counts.pieces[k]}; {counts.wide[k]} kinks",
        HOLDS if enough and bound else WRONG,
        f"{folds} layers of 2 make {counts.pieces[k]} pieces; one layer of 2^(L−1) − 1 makes "
        f"{counts.below[k]} at most and needs {counts.wide[k]} kinks: the bound holds, and is "
        "loose",
    )
