"""What built and trained networks show of the claims about folding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from layerlab.claims import claim
from layerlab.claims.learning import FOUND, Open, Three
from layerlab.claims.pieces import MAX_FOLDS, Folded
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext, translated
from layerlab.experiments.sawtooth.counting import PieceCounts

Array = np.ndarray


def three_row(
    pieces: Mapping[str, int],
    parameters: Mapping[str, int],
    losses: Mapping[str, Array],
    update: int,
) -> ClaimRow:
    """Judge A5: three networks in the orders of pieces, of pieces a parameter, of losses."""
    names = {name: translated(name) for name in pieces}
    numbers = Three(
        {names[name]: count for name, count in pieces.items()},
        {names[name]: count for name, count in parameters.items()},
        {names[name]: found for name, found in losses.items()},
    )
    listed = "; ".join(
        _(
            "{name}: {pieces} pieces, {each} for a parameter, median loss {loss}",
            name=names[name],
            pieces=pieces[name],
            each=number(pieces[name] / parameters[name], 2),
            loss=number(float(np.median(losses[name])), 2),
        )
        for name in pieces
    )
    why = _("after {updates} updates, {listed}", updates=update, listed=listed)
    here = _("these networks after {updates} updates", updates=update)
    return claim("A5").row(numbers, why=why, here=here)


def open_row(floor: float, exact: float, losses: Array, held: float, update: int) -> ClaimRow:
    """Judge B7: too narrow to be right, exact and not found."""
    missed = float((losses > FOUND).mean())
    why = _(
        "half the neurons cannot get below {floor}, built weights have {exact}, and "
        "{missed:.0f} % of {seeds} seeds are above {found_loss:g} after {updates} updates; "
        "median {median} at the points, {held} everywhere",
        floor=number(floor, 2),
        exact=number(exact, 2),
        missed=100 * missed,
        seeds=len(losses),
        found_loss=FOUND,
        updates=update,
        median=number(float(np.median(losses)), 2),
        held=number(held, 2),
    )
    return claim("B7").row(
        Open(floor, exact, losses, None),
        measured=_("{missed:.0f} % of the seeds miss it", missed=100 * missed),
        why=why,
        here=_("width and finding, where the ledger also trains from 12 points"),
    )


def fold_row(counts: PieceCounts, folds: int) -> ClaimRow:
    """Judge E11 by exact counts for all depths; state those of the chosen one."""
    k = folds - 1
    kinks = int(counts.wide[k])
    measured = ngettext(
        "{pieces}; {count} kink", "{pieces}; {count} kinks", kinks, pieces=counts.pieces[k]
    )
    why = ngettext(
        "{count} layer of 2 makes {pieces} pieces; one layer of 2^(L−1) − 1 makes {below} at "
        "most and needs {kinks} kinks: the bound holds, and is loose",
        "{count} layers of 2 make {pieces} pieces; one layer of 2^(L−1) − 1 makes {below} at "
        "most and needs {kinks} kinks: the bound holds, and is loose",
        folds,
        pieces=counts.pieces[k],
        below=counts.below[k],
        kinks=kinks,
    )
    numbers = Folded(
        counts.pieces.tolist(),
        counts.folds.tolist(),
        counts.below.tolist(),
        counts.wide.tolist(),
        counts.one_layer.tolist(),
        counts.apart,
    )
    here = _(
        "{most} folds, where the ledger builds {ledger}",
        most=len(counts.folds),
        ledger=MAX_FOLDS,
    )
    return claim("E11").row(numbers, measured=measured, why=why, here=here)
