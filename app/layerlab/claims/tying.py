"""Tied parameters: one filter at all positions, or one for each."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

SEEDS = 32
IMAGES = 32  # of a training
SAME = 1e-7  # relative; what central differences resolve


def _measure_tied(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_tied(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E17",
        E,
        _(
            "Tying parameters is maximum likelihood under a constraint: the gradient is the "
            "sum over all positions, and where the constraint is right held-out data become "
            "more likely."
        ),
        published=_("no figure printed"),
        page="convolution",
        tolerance=_(
            "the sum over positions equals the gradient by central differences within "
            "{same:g}, relative; trained on {images} images of one filter that sees every "
            "position, the held-out log-likelihood is higher when tied than when not, in the "
            "median of {seeds} seeds with a 95 % bootstrap band beyond 0",
            same=SAME,
            images=IMAGES,
            seeds=SEEDS,
        ),
        measure=_measure_tied,
        judge=_judge_tied,
    ),
)
