"""Choices of architecture and training, asked of many seeds."""

from __future__ import annotations

from typing import Any

from app.claims.base import A, C, Claim, D
from app.claims.later import later

SEEDS = 64
ALIKE = 1.25  # "about as well": the ratio of medians is at most this, either way

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D28",
        D,
        "Advice: a width of 2 to 4 times the inputs; more neurons where it underfits, "
        "fewer where it overfits; another initialization or rate where it is unstable; "
        "skips where it is deep.",
        published="a table of advice",
        tolerance="each of the five, followed on a task that has the trouble, lowers the "
        f"median loss of {SEEDS} seeds (validation loss for overfitting) with a "
        "95 % bootstrap band beyond 0",
        page=None,
        measure=later,
        judge=later,
    ),
    Claim(
        "D34",
        D,
        "A funnel of widths does about as well as equal widths.",
        published="about as well",
        tolerance=f"ratio of the median validation losses of {SEEDS} seeds at most "
        f"{ALIKE:g} either way, for 16-16-16 against 28-14-7 (as many parameters"
        " within 4 %), on wave and on hills",
        page="width-or-depth",
        measure=later,
        judge=later,
    ),
    Claim(
        "D35",
        D,
        "Adam at 0.01 is about what SGD is at 0.001.",
        published="about the same",
        tolerance=f"the median losses of {SEEDS} seeds after 1,500 updates are within a "
        "factor of 2, on wave and on the flip",
        page=None,
        measure=later,
        judge=later,
    ),
    Claim(
        "A3",
        A,
        "ReLU often does better than softplus, although softplus is smooth.",
        published="often",
        tolerance=f"ahead in the median validation loss of {SEEDS} seeds, with a 95 % "
        "bootstrap band beyond 0, on more than half of six tasks; each at its "
        "better rate of 0.003 and 0.01",
        page="gating",
        measure=later,
        judge=later,
    ),
    Claim(
        "C5",
        C,
        "ReLU, being unbounded, may need fewer units than the sigmoid for the same function.",
        published="may need fewer",
        tolerance="units of one hidden layer until the best quarter of 32 seeds leaves 1 "
        "% of the variance of the target, on four curves: fewer for ReLU on all"
        " of them holds, on some holds only for those",
        page="basis",
        measure=later,
        judge=later,
    ),
)
