"""Gradients: by hand, by autograd, by differences; what PyTorch draws."""

from __future__ import annotations

from typing import Any

from app.claims.base import B, Claim, D
from app.claims.later import later

GOOD, BUG = 1e-5, 1e-3
VARIANCE = 0.05

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "B5",
        B,
        "Backpropagation by hand and autograd agree exactly.",
        published="exactly",
        tolerance="every parameter equal to the last bit after 1, 20 and 200 updates; to "
        "rounding if the relative distance is at most 1e-12, 1e-11 and 1e-10",
        page="numpy-or-torch",
        measure=later,
        judge=later,
    ),
    Claim(
        "B6",
        B,
        "Gradient check with centred differences and eps 1e-5: below 1e-5 is good, "
        "above 1e-3 is a bug.",
        published="< 1e-5, > 1e-3",
        tolerance=f"largest relative error below {GOOD:g} for every activation and loss of"
        f" the lab, above {BUG:g} for each of five mistakes put into "
        "backpropagation on purpose",
        page="numpy-or-torch",
        measure=later,
        judge=later,
    ),
    Claim(
        "D29",
        D,
        "PyTorch initializes its linear layers with He.",
        published="He",
        tolerance=f"variance of the weights of nn.Linear within {VARIANCE * 100:g} % of 2 / n, "
        "for n = 64, 256, 1024",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "D30",
        D,
        "kaiming_normal_ for tanh draws with spread sqrt(1 / n).",
        published="sqrt(1/n)",
        tolerance=f"spread of what PyTorch draws within {VARIANCE * 100:g} % of sqrt(1 / n), "
        "n = 1024",
        page="signal",
        measure=later,
        judge=later,
    ),
)
