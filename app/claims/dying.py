"""Dead units: who dies, who is born dead, who comes back."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, D
from app.claims.later import later

NETS = 1000
BAND = 0.05

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D24",
        D,
        "Leaky ReLU with slope 0.01 has no dead neurons.",
        published="none",
        tolerance="where at least 1 % of ReLU's units die (slope 0 on every training "
        "input; 64 networks, wave, 16-16, Adam 0.1), not one of leaky ReLU's "
        "does",
        page="activations",
        measure=later,
        judge=later,
    ),
    Claim(
        "D33",
        D,
        "A dead ReLU never recovers, and more die at large rates.",
        published="never; more",
        tolerance="not one of the units found dead (16-16, wave, SGD 0.03 to 1, 64 "
        "networks a rate, looked at every 25 of 1,000 updates) is alive later, "
        "in either layer; the share that is dead in the end grows with every "
        "step of the rate",
        page="gating",
        measure=later,
        judge=later,
    ),
    Claim(
        "L2",
        "Lu et al. 2019 (arXiv 1903.06733)",
        "ReLU networks of ten layers that are to learn |x| collapse to a constant in "
        "over 90 % of 1,000 runs at width 2, about 60 % at width 3, over 10 % at width "
        "5, under 1 % at width 10.",
        published="> 90 %, 60 %, > 10 %, < 1 %",
        tolerance=f"shares of {NETS:,} networks that are constant after 500 updates of "
        f"Adam: over 90 %, within {BAND * 100:g} % of 60 %, 10 to 20 %, under 1 %",
        page="born-dead",
        measure=later,
        judge=later,
    ),
)
