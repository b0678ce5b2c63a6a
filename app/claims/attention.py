"""Attention: scale, gradient, kernel, temperature."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, E
from app.claims.later import later

EXACT = 1e-12
SIZES = (16, 64, 256, 1024)  # d_k
KEYS = 16

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E5",
        E,
        "q . k has variance d_k; divided by sqrt(d_k), 1.",
        published="d_k; 1",
        tolerance=f"within 3 % for d_k = {SIZES[0]} to {SIZES[-1]}, 100,000 pairs",
        page="attention",
        measure=later,
        judge=later,
    ),
    Claim(
        "E6",
        E,
        "The squared gradient of the loss with respect to q is constant when scaled, "
        "and grows linearly in d_k when not.",
        published="constant; linear",
        tolerance="exponent of the mean against d_k within 0.1 of 0 when scaled and "
        f"within 0.15 of 1 when not, {KEYS} keys, for cross-entropy on the "
        "weights and for a squared loss through the values",
        page="attention",
        measure=later,
        judge=later,
    ),
    Claim(
        "E7",
        E,
        "With keys and queries of norm 1, attention is Gaussian kernel smoothing with "
        "h^2 = sqrt(d_k).",
        published="exact",
        tolerance=f"weights equal within {EXACT:g}, d_k = {SIZES[0]} to {SIZES[-1]}",
        page="attention",
        measure=later,
        judge=later,
    ),
    Claim(
        "E8",
        E,
        "A larger query sharpens attention.",
        published="sharper",
        tolerance="the entropy of the weights falls in every one of 2,000 draws at each "
        "doubling of the norm from 0.25 to 8",
        page="attention",
        measure=later,
        judge=later,
    ),
)
