"""What the page finds of its claim. No Qt."""

from __future__ import annotations

import math

import numpy as np

from layerlab.claims import claim
from layerlab.claims.mechanisms import MARGIN, STEPS, Stable
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _
from layerlab.nets.studies.euler import (
    DEFECTIVE,
    HIGH,
    LAYERS,
    LOW,
    growth_at_limit,
    iterated_far,
    limit_by_iteration,
    limit_of,
    through_lab,
)

Array = np.ndarray


def through_layers(w: Array, step: float) -> tuple[float, float]:
    """Return the length behind the lab's residual network, and of (1 + dt W)^64 x."""
    start = np.array([[0.6, 0.8]])
    found = through_lab((step * w.T)[None], start)[0]
    power = np.linalg.matrix_power(np.eye(2) + step * w, LAYERS) @ start[0]
    return float(found), float(np.linalg.norm(power))


def growths(w: Array, limit: float) -> tuple[float, float]:
    """Return how long steps make a start at `MARGIN` below a limit, and at `MARGIN` above.

    Of no limit (0) every dt is above, of one beyond `HIGH` every dt is below.
    """
    eye = np.eye(2)
    if not limit:
        return 1.0, iterated_far(eye + LOW * w)
    if limit >= HIGH:
        return iterated_far(eye + HIGH * w), math.inf
    below, above = (iterated_far(eye + limit * (1 + sign * MARGIN) * w) for sign in (-1, 1))
    return below, above


def stable_row(values: Array, w: Array, step: float) -> ClaimRow:
    """Judge E12 by the W of the page: at its limit by eigenvalues, and by 2 / |λ_min|.

    Args:
        values: (2,) complex eigenvalues of w. w: (2, 2). step: the dt of the page.
    """
    limit, found = limit_of(values), limit_by_iteration(w)
    length, expected = through_layers(w, step)
    symmetric = bool(np.abs(w - w.T).max() <= 1e-12 * np.abs(w).max())
    by_eigenvalues = by_lowest = growths(w, limit)
    equal, defective = (1.0, 1.0), growth_at_limit(DEFECTIVE, STEPS)
    if symmetric and 0 < limit < HIGH:
        lowest = abs(float(np.linalg.eigvalsh(w)[0]))
        by_lowest, equal = growths(w, 2 / lowest), growth_at_limit(w, STEPS)
        by = _("W is symmetric and 2 / |λ_min| is {lowest}", lowest=number(2 / lowest, 4))
    elif limit:
        by = _("the dt at which the first |1 + dt λ| is 1 is {limit}", limit=number(limit, 4))
    else:
        by = _("an eigenvalue is not left of 0, so that every dt makes |1 + dt λ| more than 1")
    seen = (
        _("2⁴⁰ steps stay bounded up to dt = {found}", found=number(found, 4))
        if found
        else _("2⁴⁰ steps grow with every dt down to 0.001")
    )
    why = _(
        "{by}; {seen}; the lab's residual network of {layers} layers dt W makes the length "
        "{length}, the power of 1 + dt W {expected}; where |1 + dt λ| is 1, a W that is not "
        "diagonalizable makes lengths {grown} times as large in {steps} steps",
        by=by,
        seen=seen,
        layers=LAYERS,
        length=number(length, 4),
        expected=number(expected, 4),
        grown=number(defective[0], 4),
        steps=number(STEPS),
    )
    measured = _("largest dt {found}", found=number(found, 4)) if found else _("no dt")
    lab, formula = (length,) * 2, (expected,) * 2
    numbers = Stable(by_lowest, by_eigenvalues, lab, equal, defective, formula)
    here = _("the W and the dt of this page")
    return claim("E12").row(numbers, measured=measured, why=why, here=here)
