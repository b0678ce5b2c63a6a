"""What training makes of single layers: unused ones, deep ones."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

SEEDS = 16
DEPTH = 8
GONE = 0.01  # of the initial root mean square of a layer's weights


def _measure_later(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_later(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E22",
        E,
        _("An L2 prior drives a layer that is not used to 0."),
        published=_("no figure printed"),
        page="residual",
        tolerance=_(
            "trained with L2, weights end below {gone:g} % of their initial root mean square "
            "in each of {seeds} residual networks: those of a layer none of whose units is "
            "active, and those of all layers that a linear task can do without",
            gone=GONE * 100,
            seeds=SEEDS,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
    Claim(
        "E24",
        E,
        _("The deeper a layer, counted from the input, the less it learns."),
        published=_("no figure printed"),
        page="residual",
        tolerance=_(
            "rank correlation of a layer's number and the relative change of its weights, of "
            "{depth} layers of equal width: the 95 % bootstrap band of the median of {seeds} "
            "seeds lies below 0, for plain ReLU, plain tanh and residual ReLU",
            depth=DEPTH,
            seeds=SEEDS,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
)
