"""Linear pieces: how many a network can have, and how many it has."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, D, E
from app.claims.later import later

DEEPEST = 10  # foldings
NEURONS = (16, 32, 64, 128)
SLOPE = 0.1

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D16",
        D,
        "n ReLU neurons make at most n + 1 linear regions.",
        published="n + 1",
        tolerance="counted exactly for n = 2, 3, 8, 16 random neurons: never more than n "
        "+ 1, with 1 input and with the 4 inputs of the flip",
        page="regions",
        measure=later,
        judge=later,
    ),
    Claim(
        "D17",
        D,
        "L layers of n neurons make up to O(n^L) regions.",
        published="n^L",
        tolerance="a network built for it has n^L pieces for n = 2, 4 and L = 1 to 4, "
        "counted exactly; holds without a condition if the median of 32 random "
        "ones of 4 x 8 has at least a tenth of 8^4",
        page="regions",
        measure=later,
        judge=later,
    ),
    Claim(
        "E11",
        E,
        "The L-fold triangle map has 2^L pieces with a depth of about 2 L and constant "
        "width; one hidden layer needs a width of at least 2^(L-1).",
        published="2^L pieces, depth 2 L, width >= 2^(L-1)",
        tolerance=f"built from weights and counted exactly for L = 1 to {DEEPEST}: 2^L "
        "pieces at depth 2 L or less; one layer of width 2^(L-1) - 1 has fewer,"
        " one that is wide enough has them all",
        page="sawtooth",
        measure=later,
        judge=later,
    ),
    Claim(
        "L3",
        "Hanin & Rolnick 2019 (arXiv 1901.09021)",
        "The number of linear regions along a line grows linearly with the number of "
        "neurons, whatever the depth.",
        published="linear",
        tolerance=f"random networks with biases of spread 0.5, {NEURONS[0]} to "
        f"{NEURONS[-1]} neurons in 1, 2 and 4 layers, 16 seeds: the exponent of "
        f"the median number of pieces against the neurons is 1 within {SLOPE}, "
        "and the three depths differ by at most a quarter",
        page="regions",
        measure=later,
        judge=later,
    ),
)
