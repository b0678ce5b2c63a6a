"""What can be represented, and what is found."""

from __future__ import annotations

from typing import Any

from app.claims.base import A, B, Claim
from app.claims.later import later

SEEDS = 64

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "A4",
        A,
        "The gates of ReLU are sparse, networks are piecewise linear, and in high "
        "dimension training seldom moves an input across a boundary.",
        published="seldom",
        tolerance="at most half of the gates are open after training; at 64 inputs fewer "
        "than 1 % of the gates flip in an update, and at most half as many as "
        "at 2 inputs",
        page="regions",
        measure=later,
        judge=later,
    ),
    Claim(
        "A5",
        A,
        "Capacity, parameter efficiency and learnability are three things.",
        published="three things",
        tolerance="three networks (2-2-2, 8, 64) on a sawtooth of eight pieces are ranked"
        " by pieces that they can have, by pieces for a parameter, and by the "
        f"median loss of {SEEDS} trained seeds: three orders, no two the same",
        page="sawtooth",
        measure=later,
        judge=later,
    ),
    Claim(
        "B7",
        B,
        "Universal approximation says nothing of the width that is needed, of whether "
        "training finds the weights, or of how many data it takes.",
        published="nothing",
        tolerance="all three are shown on a sawtooth of eight pieces: with 3 neurons no "
        "weights get below a loss of 0.01; with 16, of which exact weights are "
        f"built, more than half of {SEEDS} seeds end above 0.001; with 12 points"
        " a median validation loss above ten times the training loss",
        page="sawtooth",
        measure=later,
        judge=later,
    ),
)
