"""Claims that counting settles: parameters, sizes, growth."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, D
from app.claims.later import later

EXACT = "exactly the printed numbers"
TOTAL = 0.01  # relative: how near a printed total must be

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D1",
        D,
        "Parameters of 4-w-4 for w = 2, 3, 8 and 16.",
        published="22, 31, 76, 148",
        tolerance=f"{EXACT}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D13",
        D,
        "4-4-4-4 has 52 parameters by the table; three hidden layers of 4 have 60 by "
        "the text, with n^L = 64.",
        published="52; 60, n^L = 64",
        tolerance=f"{EXACT}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D14",
        D,
        "One hidden layer of 63 neurons needs 507 parameters on the flip.",
        published="507",
        tolerance=f"{EXACT}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D15",
        D,
        "4-8-8-4 has 140 parameters.",
        published="140",
        tolerance=f"{EXACT}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D25",
        D,
        "A feed-forward block 4096-16384-4096 has over 67 million parameters in each "
        "layer of a transformer.",
        published="67 million",
        tolerance=f"within {TOTAL * 100:g} % of the printed total, with or without biases",
        page="at-scale",
        measure=later,
        judge=later,
    ),
    Claim(
        "D31",
        D,
        "The feed-forward blocks of LLaMA use GELU, that is two matrices.",
        published="GELU",
        tolerance="wrong if the published total of 6.74 billion parameters (Touvron et "
        f"al. 2023) is met within {TOTAL * 100:g} % by the three matrices of a gated "
        "block and not by two",
        page="at-scale",
        measure=later,
        judge=later,
    ),
    Claim(
        "D36",
        D,
        "On the curve task width 4 and depth 3 have fewer parameters than width 8 and depth 1.",
        published="fewer",
        tolerance="the count is smaller",
        page="width-or-depth",
        measure=later,
        judge=later,
    ),
    Claim(
        "D37",
        D,
        "The weights of a feed-forward block grow with the square of d_model, the cache"
        " of keys and values with the length of the sequence.",
        published="exponents 2 and 1",
        tolerance=f"exponents within {TOTAL:.2f}, from d_model 512 to 8,192 and from 1,024"
        " to 65,536 tokens",
        page="at-scale",
        measure=later,
        judge=later,
    ),
)
