"""What the page finds of its claim. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import HOLDS, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _
from layerlab.nets.studies.euler import (
    HIGH,
    LAYERS,
    limit_by_walking,
    limit_of,
    through_lab,
)

Array = np.ndarray
TOLERANCE = 1e-6  # relative
E12 = _(
    "Steps of Euler, that is a residual network, are stable if and only if |1 + dt λ| ≤ 1; "
    "for a symmetric negative W if dt ≤ 2 / |λ_min|."
)


def lab_apart(w: Array, step: float) -> float:
    """Return how far the lab's residual network is from |(1 + dt W)^64 x|, relatively."""
    start = np.array([[0.6, 0.8]])
    found = through_lab((step * w.T)[None], start)[0]
    power = np.linalg.matrix_power(np.eye(2) + step * w, LAYERS) @ start[0]
    length = float(np.linalg.norm(power))
    return float(abs(found - length) / max(length, 1e-300))


def stable_row(values: Array, w: Array, step: float) -> ClaimRow:
    """Judge E12 by the W of the page: the largest step by eigenvalues, and by walking.

    Args:
        values: (2,) complex eigenvalues of w. w: (2, 2). step: the dt of the page.
    """
    limit, found, lab = limit_of(values), limit_by_walking(w), lab_apart(w, step)
    holds = abs(found - min(limit, HIGH)) <= TOLERANCE * max(found, 1.0) and lab <= TOLERANCE
    symmetric = bool(np.abs(w - w.T).max() <= 1e-12 * np.abs(w).max())
    if symmetric and 0 < limit < HIGH:
        lowest = abs(float(np.linalg.eigvalsh(w)[0]))
        holds = holds and abs(found - 2 / lowest) <= TOLERANCE * found
        by = _("W is symmetric and 2 / |λ_min| is {lowest}", lowest=number(2 / lowest, 4))
    elif limit:
        by = _("the dt at which the first |1 + dt λ| is 1 is {limit}", limit=number(limit, 4))
    else:
        by = _("an eigenvalue is not left of 0, so that every dt makes |1 + dt λ| more than 1")
    walks = (
        _("walks of 2⁴⁰ steps stay bounded up to dt = {found}", found=number(found, 4))
        if found
        else _("walks of 2⁴⁰ steps grow with every dt down to 0.001")
    )
    return ClaimRow(
        "E12",
        E12,
        _("exact"),
        _("largest dt {found}", found=number(found, 4)) if found else _("no dt"),
        HOLDS if holds else WRONG,
        _(
            "{by}; {walks}; the lab's residual network of {layers} layers dt W differs from "
            "the power of 1 + dt W by {lab} of the length",
            by=by,
            walks=walks,
            layers=LAYERS,
            lab=number(lab, 2),
        ),
    )
