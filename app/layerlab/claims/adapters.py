"""Low-rank adapters: what is added to a matrix that stays as it is."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

EXACT = 1e-12  # relative
NETS = 16


def _measure_adapters(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_adapters(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E25",
        E,
        _(
            "LoRA is a linear bottleneck beside a layer: W + A B changes W by rank r at most, "
            "with r (m + n) parameters instead of m n."
        ),
        published=_("r (m + n), rank r"),
        page="linear-collapse",
        tolerance=_(
            "trained A and B with W held fixed, {nets} seeds and r = 1 to 8: singular values "
            "of the change beyond the r-th at most {exact:g} of the largest, outputs equal to "
            "those of W beside a linear layer of r units within {exact:g}, relative, counts "
            "exact",
            nets=NETS,
            exact=EXACT,
        ),
        measure=_measure_adapters,
        judge=_judge_adapters,
    ),
)
