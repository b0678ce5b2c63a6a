"""Averaging networks: independent ones and equal ones, bias, and what makes them differ."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

K = 5  # networks of an ensemble
DRAWS, MEMBER_DRAWS = 160, 24  # of noisy points
DRAWN, TRAINED = 0.03, 0.25  # relative: how near the formula is
NEAR_BIAS = 0.1  # relative


def _measure_later(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_later(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E18",
        E,
        _(
            "Averaging K members divides the variance by K if ρ = 0, and changes nothing if "
            "ρ = 1."
        ),
        published=_("v / K; v"),
        page="ensemble",
        tolerance=_(
            "K = {k}: simulated predictors within {drawn:g} % of v / K and of v; networks of "
            "{draws} draws of their own within {trained:g} % of v / K; linear models of one "
            "draw, which differ by their seed alone, within {drawn:g} % of v",
            k=K,
            drawn=DRAWN * 100,
            draws=DRAWS,
            trained=TRAINED * 100,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
    Claim(
        "E19",
        E,
        _("The bias of an ensemble is the mean of its members' biases."),
        published=_("exact"),
        page="ensemble",
        tolerance=_(
            "over the inputs, the bias of ensembles differs from the mean bias of other "
            "networks of the same kinds by at most {near:g} % of it (root mean squares, "
            "{draws} draws), for members of one architecture and of four",
            near=NEAR_BIAS * 100,
            draws=MEMBER_DRAWS,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
    Claim(
        "E20",
        E,
        _(
            "Bootstrap samples and different architectures diversify an ensemble: the "
            "correlation of its members falls."
        ),
        published=_("no figure printed"),
        page="ensemble",
        tolerance=_(
            "over {draws} draws the correlation of two members' errors is lower than that of "
            "members that differ by their seed alone, the 95 % bootstrap band of the "
            "difference below 0, for bootstrap samples and for architectures",
            draws=MEMBER_DRAWS,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
)
