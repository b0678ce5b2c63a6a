"""What the twins show of claims about pieces and parameters."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, PENDING, WRONG, ClaimRow
from layerlab.core.translation import _
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
    statement = _("n ReLU neurons make at most n + 1 linear regions.")
    printed = f"{sum(wide) + 1}; {sum(deep) + 1}"
    if wide_pieces is None or deep_pieces is None:
        why = _("pieces are counted when all {updates} updates are done", updates=LENGTH)
        return ClaimRow("D16", statement, printed, "…", PENDING, why)
    most, most_deep = int(wide_pieces.max()), int(deep_pieces.max())
    if most > sum(wide) + 1:
        verdict = WRONG
    else:
        verdict = (
            HOLDS if most_deep <= sum(deep) + 1 else f"{ONLY_IF} {_('they are one layer')}"
        )
    return ClaimRow(
        "D16",
        statement,
        printed,
        f"{most}; {most_deep}",
        verdict,
        _(
            "after {updates} updates {wide} neurons in one layer make {most} pieces at most "
            "and {deep} neurons in {layers} layers {most_deep}, counted in {seeds} seeds each",
            updates=LENGTH,
            wide=sum(wide),
            most=most,
            deep=sum(deep),
            layers=len(deep),
            most_deep=most_deep,
            seeds=len(wide_pieces),
        ),
    )


def fewer_row(wide: tuple[int, ...], deep: tuple[int, ...]) -> ClaimRow:
    """Judge D36: whether 4-4-4 has fewer parameters than 8, on one input and one output."""
    deeper, wider = parameters(PRINTED_DEEP), parameters(PRINTED_WIDE)
    return ClaimRow(
        "D36",
        _("Width 4 and depth 3 have fewer parameters than width 8 and depth 1."),
        _("fewer"),
        _("{deeper} against {wider}", deeper=deeper, wider=wider),
        HOLDS if deeper < wider else WRONG,
        _(
            "three layers of 4 have {deeper} parameters and one of 8 has {wider}; for "
            "{parameters} in one layer of {wide} there are {layers} layers of {deep}",
            deeper=deeper,
            wider=wider,
            parameters=parameters(wide),
            wide=wide[0],
            layers=len(deep),
            deep=deep[0],
        ),
    )
