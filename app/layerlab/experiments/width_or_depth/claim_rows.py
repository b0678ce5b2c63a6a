"""What the twins show of claims about pieces and parameters."""

from __future__ import annotations

import numpy as np

from layerlab.claims import claim
from layerlab.claims.pieces import LayerRegions
from layerlab.core.experiment import ClaimRow
from layerlab.core.translation import _
from layerlab.experiments.width_or_depth.names import LENGTH
from layerlab.experiments.width_or_depth.twins import parameters

Array = np.ndarray


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
    if wide_pieces is None or deep_pieces is None:
        why = _("pieces are counted when all {updates} updates are done", updates=LENGTH)
        return claim("D16").pending(why)
    most, most_deep = int(wide_pieces.max()), int(deep_pieces.max())
    why = _(
        "after {updates} updates {wide} neurons in one layer make {most} pieces at most and "
        "{deep} neurons in {layers} layers {most_deep}, counted in {seeds} seeds each",
        updates=LENGTH,
        wide=sum(wide),
        most=most,
        deep=sum(deep),
        layers=len(deep),
        most_deep=most_deep,
        seeds=len(wide_pieces),
    )
    return claim("D16").row(
        LayerRegions((sum(wide),), [most], [], (sum(deep), most_deep)),
        measured=f"{most}; {most_deep}",
        why=why,
        here=_("trained networks of one input, one of them deep"),
    )


def fewer_row(wide: tuple[int, ...], deep: tuple[int, ...]) -> ClaimRow:
    """Judge D36 as it is printed, and state what the page's own budget buys."""
    why = _(
        "for {parameters} parameters in one layer of {wide} there are {layers} layers of "
        "{deep}",
        parameters=parameters(wide),
        wide=wide[0],
        layers=len(deep),
        deep=deep[0],
    )
    return claim("D36").at_once(why=why)
