"""What built and trained networks show of the claims about folding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext, translated
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
    condition = _("two may go together")
    verdict = {1: WRONG, 2: f"{ONLY_IF} {condition}", 3: HOLDS}[orders]
    listed = "; ".join(
        _(
            "{name}: {pieces} pieces, {each} for a parameter, median loss {loss}",
            name=translated(name),
            pieces=pieces[name],
            each=number(pieces[name] / parameters[name], 2),
            loss=number(losses[name], 2),
        )
        for name in pieces
    )
    return ClaimRow(
        "A5",
        _("Capacity, parameter efficiency and learnability are three things."),
        _("three things"),
        ngettext(
            "{count} different orders of 3 nets", "{count} different orders of 3 nets", orders
        ),
        verdict,
        _("after {updates} updates, {listed}", updates=update, listed=listed),
    )


def open_row(floor: float, exact: float, losses: Array, held: float, update: int) -> ClaimRow:
    """Judge B7: too narrow to be right, exact and not found, right at the points alone."""
    missed, median = float((losses > FOUND_LOSS).mean()), float(np.median(losses))
    too_narrow, not_found = floor > MIN_WRONG_LOSS, exact < 1e-20 and missed > 0.5
    shown = {"width": too_narrow, "finding": not_found, "data": held > 10 * median}
    names = {"width": _("width"), "finding": _("finding"), "data": _("data")}
    left = [names[key] for key, is_shown in shown.items() if is_shown]
    verdict = WRONG
    if too_narrow and not_found:
        verdict = HOLDS
    elif len(left) == 2:
        condition = _("only {first} and {second} is meant", first=left[0], second=left[1])
        verdict = f"{ONLY_IF} {condition}"
    elif left:
        condition = _("only {meaning} is meant", meaning=left[0])
        verdict = f"{ONLY_IF} {condition}"
    return ClaimRow(
        "B7",
        _("Universal approximation says nothing of width, of finding the weights, or of data."),
        _("nothing"),
        _("{missed:.0f} % of the seeds miss it", missed=100 * missed),
        verdict,
        _(
            "half the neurons cannot get below {floor}, built weights have "
            "{exact}, and {missed:.0f} % of {seeds} seeds are above "
            "{found_loss:g} after {updates} updates; median {median} at the points, "
            "{held} everywhere",
            floor=number(floor, 2),
            exact=number(exact, 2),
            missed=100 * missed,
            seeds=len(losses),
            found_loss=FOUND_LOSS,
            updates=update,
            median=number(median, 2),
            held=number(held, 2),
        ),
    )


def fold_row(counts: PieceCounts, folds: int) -> ClaimRow:
    """Judge E11 by exact counts for all depths; states those of the chosen one."""
    enough = bool((counts.pieces == 2**counts.folds).all())
    bound = bool((counts.below < 2**counts.folds).all())
    k = folds - 1
    kinks = int(counts.wide[k])
    return ClaimRow(
        "E11",
        _(
            "The L-fold triangle has 2^L pieces at a depth of about 2 L; one layer needs a "
            "width of 2^(L−1)."
        ),
        _("{pieces}; {width} or more", pieces=2**folds, width=counts.bound[k]),
        ngettext(
            "{pieces}; {count} kink", "{pieces}; {count} kinks", kinks, pieces=counts.pieces[k]
        ),
        HOLDS if enough and bound else WRONG,
        ngettext(
            "{count} layer of 2 makes {pieces} pieces; one layer of 2^(L−1) − 1 makes "
            "{below} at most and needs {kinks} kinks: the bound holds, and is loose",
            "{count} layers of 2 make {pieces} pieces; one layer of 2^(L−1) − 1 makes "
            "{below} at most and needs {kinks} kinks: the bound holds, and is loose",
            folds,
            pieces=counts.pieces[k],
            below=counts.below[k],
            kinks=kinks,
        ),
    )
