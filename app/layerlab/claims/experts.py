"""Mixtures of experts: what they cost, and what they can fit."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

SEEDS = 32
EXPERTS, WIDTH = 8, 4
TASKS = ("wave", "sine-mix")
ALIKE = 1.25  # as low as the wide network's: the ratio of medians is at most this


def _measure_experts(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_experts(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E16",
        E,
        _(
            "A mixture of experts has the capacity of a wide network at the cost of a narrow "
            "one."
        ),
        published=_("no figure printed"),
        page="at-scale",
        tolerance=_(
            "{experts} experts of width {width}, one of them active, trained on wave and on "
            "sine mix, {seeds} seeds: the median loss is below that of the dense network of as "
            "many operations, with a 95 % bootstrap band beyond 0, and at most {ratio:g} times "
            "that of the dense network of as many parameters",
            experts=EXPERTS,
            width=WIDTH,
            seeds=SEEDS,
            ratio=ALIKE,
        ),
        measure=_measure_experts,
        judge=_judge_experts,
    ),
)
