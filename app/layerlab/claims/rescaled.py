"""Parameters that are scaled or absorbed by others: what stays the same."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import C, Claim, Context, E, Judgement, NotComputableError
from layerlab.core.translation import _

EXACT = 1e-12  # relative
NETS = 16
SCALES = (0.5, 1.0, 2.0, 4.0, 8.0)  # of the hidden layers
OUTPUTS = 0.01  # relative: eps is under the root
FLAT = 0.25  # the exponent of what does not depend on the scale


def _measure_later(ctx: Context) -> Any:
    raise NotComputableError(_("nothing is measured yet"))


def _judge_later(n: Any) -> Judgement:
    return Judgement.not_reproduced("", "")


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "C6",
        C,
        _(
            "Where an expansion follows on another one, b₂ = 1 and c₂ = 0 without loss of "
            "generality."
        ),
        published=_("exact"),
        page="basis",
        tolerance=_(
            "with b₂ and c₂ moved into the expansion below, outputs are equal within "
            "{exact:g}, relative, for every activation of the lab and {nets} networks: without "
            "skips, with a skip around both layers, and with one around the second alone",
            exact=EXACT,
            nets=NETS,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
    Claim(
        "E21",
        E,
        _(
            "Layer norm decouples the learning rate from the scale of the weights: neither "
            "outputs nor the largest stable rate depend on it."
        ),
        published=_("no figure printed"),
        page="layer-norm",
        tolerance=_(
            "hidden layers times {least:g} to {most:g}: outputs at initialization change by at "
            "most {outputs:g} %, and the largest stable rate of SGD and the angle of its first "
            "step have exponents within {flat:g} of 0 in the scale",
            least=SCALES[0],
            most=SCALES[-1],
            outputs=OUTPUTS * 100,
            flat=FLAT,
        ),
        measure=_measure_later,
        judge=_judge_later,
    ),
)
