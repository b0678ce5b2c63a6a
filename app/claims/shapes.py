"""Claims about the shape of one activation."""

from __future__ import annotations

from typing import Any

from app.claims.base import B, C, Claim, D
from app.claims.later import later

EXACT = 1e-12
LAST_DIGIT = 0.005

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D23",
        D,
        "GELU has a minimum of about -0.17.",
        published="-0.17",
        tolerance=f"within {LAST_DIGIT} of -0.17",
        page="activations",
        measure=later,
        judge=later,
    ),
    Claim(
        "D27",
        D,
        "SwiGLU is printed with the logistic function as its gate.",
        published="gate = sigmoid(z)",
        tolerance="wrong if the printed gate differs from z * sigmoid(z) (Shazeer 2020) "
        f"by more than {EXACT:g} somewhere in [-6, 6]",
        page="at-scale",
        measure=later,
        judge=later,
    ),
    Claim(
        "B2",
        B,
        "The slope of the sigmoid is at most 0.25.",
        published="0.25",
        tolerance=f"within {EXACT:g}",
        page="numpy-or-torch",
        measure=later,
        judge=later,
    ),
    Claim(
        "B3",
        B,
        "The gradient of ReLU is exactly 0 for negative input; those of GELU and Swish "
        "are non-zero everywhere.",
        published="0; non-zero everywhere",
        tolerance="ReLU: exactly 0 at 10,000 points below 0; GELU, Swish: the slope "
        "changes its sign nowhere in [-6, 6]",
        page="numpy-or-torch",
        measure=later,
        judge=later,
    ),
    Claim(
        "C4",
        C,
        "Leaky ReLU is ReLU with a larger bias term, so that little changes.",
        published="a larger bias",
        tolerance=f"leaky(x) - ReLU(x) is a constant within {EXACT:g}; little changes if "
        "the medians of 64 seeds on wave, |x| and hills are within 25 % of each"
        " other",
        page="basis",
        measure=later,
        judge=later,
    ),
)
