"""What the twins show of claims about pieces and parameters."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, PENDING, WRONG, ClaimRow
from layerlab.experiments.width_or_depth.names import LENGTH
from layerlab.experiments.width_or_depth.twins import parameters

Array = np.ndarray
PRINTED_DEEP, PRINTED_WIDE = (4, 4, 4), (8,)  # of D36


def pieces_row(
    wide: tuple[int, ...],
    wide_pieces: Array | None,
    deep: tuple[int, ...],
    deep_pieces: Array | None,
) -> ClaimRow:
    """Judge D16 by the trained twins: one layer may not exceed n + 1, several may.

    Args:
        wide, deep: hidden widths.
        wide_pieces, deep_pieces: (seeds,) at the end of training; None until counted.
    """
    statement = "n ReLU neurons make at most n + 1 linear regions."
    printed = f"{sum(wide) + 1}; {sum(deep) + 1}"
    if wide_pieces is None or deep_pieces is None:
        why = f"pieces are counted when all {LENGTH} updates are done"
        return ClaimRow("D16", statement, printed, "…", PENDING, why)
    most, most_deep = int(wide_pieces.max()), int(deep_pieces.max())
    if most > sum(wide) + 1:
        verdict = WRONG
    else:
        verdict = HOLDS if most_deep <= sum(deep) + 1 else f"{ONLY_IF} they are one layer"
    return ClaimRow(
        "D16",
        statement,
        printed,
        f"{most}; {most_deep}",
        verdict,
        f"after {LENGTH} updates {sum(wide)} neurons in one layer make {most} pieces at most "
        f"and {sum(deep)} neurons in {len(deep)} layers {most_deep}, counted in "
        f"{len(wide_pieces)} seeds each",
    )


def fewer_row(wide: tuple[int, ...], deep: tuple[int, ...]) -> ClaimRow:
    """Judge D36: whether 4-4-4 has fewer parameters than 8, on one input and one output."""
    deeper, wider = parameters(PRINTED_DEEP), parameters(PRINTED_WIDE)
    return ClaimRow(
        "D36",
        "Width 4 and depth 3 have fewer parameters than width 8 and depth 1.",
        "fewer",
        f"{deeper} against {wider}",
        HOLDS if deeper < wider else WRONG,
        f"three layers of 4 have {deeper} parameters and one of 8 has {wider}; for "
        f"{parameters(wide)} in one layer of {wide[0]} there are {len(deep)} layers of "
        f"{deep[0]}",
    )
