"""Networks as functions: expansions, compositions, products of matrices."""

from __future__ import annotations

from typing import Any

from app.claims.base import A, B, C, Claim
from app.claims.later import later

EXACT = 1e-12  # relative

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "B1",
        B,
        "Linear layers without an activation collapse to one.",
        published="exact",
        tolerance="outputs of eight layers and of the one matrix that is their product "
        f"differ by at most {EXACT:g}, relative; 16 networks",
        page="linear-collapse",
        measure=later,
        judge=later,
    ),
    Claim(
        "A1",
        A,
        "W = A B of rank r has r (m + n) parameters instead of m n, and is the same "
        "class of maps.",
        published="r (m + n), same class",
        tolerance=f"counts exact; the same class if the best A B is within {EXACT:g} of "
        "every one of 16 random W (64 x 32), for each r that saves parameters",
        page="linear-collapse",
        measure=later,
        judge=later,
    ),
    Claim(
        "A2",
        A,
        "A linear bottleneck limits the rank of the product.",
        published="exact",
        tolerance="singular values of the product beyond the bottleneck's width r at most"
        f" {EXACT:g} of the largest, the r-th above 1e-3 of it; r = 1 to 8 in "
        "32-32-r-32-32, 16 networks",
        page="linear-collapse",
        measure=later,
        judge=later,
    ),
    Claim(
        "C1",
        C,
        "One hidden layer is a sum of a_k s(b_k x + c_k) + d; b_k shifts a term and c_k"
        " stretches it.",
        published="exact; b shifts, c stretches",
        tolerance=f"the sum equals the forward pass within {EXACT:g}; a change of b (of c)"
        " moves the place where the sum is 0 and leaves the width of the bend, "
        f"within {EXACT:g}, if it shifts",
        page="basis",
        measure=later,
        judge=later,
    ),
    Claim(
        "C2",
        C,
        "Depth is composition: each layer is an expansion of one factor.",
        published="exact",
        tolerance=f"composed one-layer expansions equal the forward pass within {EXACT:g},"
        " for every activation of the lab, four layers",
        page="basis",
        measure=later,
        judge=later,
    ),
)
