"""Residual blocks of two layers, with the activation before or after the weights."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

SEEDS = 8
BLOCKS = 16
RATES = (0.003, 0.01)


def _measure_blocks(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_blocks(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E23",
        E,
        _("Residual networks do better with the activation before the weights than after."),
        published=_("better, no figure"),
        page="residual",
        tolerance=_(
            "{blocks} blocks of two layers with layer norm, digits, {seeds} seeds, each at its "
            "better rate of 0.003 and 0.01 of Adam: the median validation loss is lower, with "
            "a 95 % bootstrap band beyond 0",
            blocks=BLOCKS,
            seeds=SEEDS,
        ),
        measure=_measure_blocks,
        judge=_judge_blocks,
    ),
)
