"""The printed listing of the diagonal flip, step for step, seed 42."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, D
from app.claims.later import later

HALF_A_UNIT = 0.5  # of the last printed decimal
DIGITS = 4
SAME = f"within half a unit of the last of {DIGITS} printed decimals"

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D2",
        D,
        "Two hidden neurons, He: mean loss of the 200th epoch of the listing.",
        published="0.0650",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D3",
        D,
        "Three hidden neurons, He: mean loss of the 200th epoch of the listing.",
        published="0.0640",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D4",
        D,
        "Eight hidden neurons, He: mean loss of the 200th epoch of the listing.",
        published="0.0243",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D5",
        D,
        "Sixteen hidden neurons, He: mean loss of the 200th epoch of the listing.",
        published="0.0005",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D6",
        D,
        "Mean loss of the first epoch of the same runs with 2, 8 and 16 neurons.",
        published="0.3863, 0.4278, 0.2583",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D7",
        D,
        "Eight neurons, weights of spread 0.01: mean loss of the first and of the 100th epoch.",
        published="0.2302 -> 0.0984",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D8",
        D,
        "Eight neurons, weights of spread 1: mean loss of the first and of the 100th epoch.",
        published="1.3312 -> 0.0658",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D9",
        D,
        "Eight neurons, Xavier: mean loss of the first and of the 100th epoch.",
        published="0.3532 -> 0.0305",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
    Claim(
        "D10",
        D,
        "Eight neurons, He: mean loss of the first and of the 100th epoch.",
        published="0.5485 -> 0.0244",
        tolerance=f"{SAME}",
        page="diagonal-flip",
        measure=later,
        judge=later,
    ),
)
