"""The signal at birth: what each layer makes of variance."""

from __future__ import annotations

from typing import Any

from app.claims.base import B, Claim, D, E
from app.claims.later import later

VARIANCE = 0.05  # relative
FACTOR = 2.0  # "keeps": within this factor over all layers
DEPTH, WIDTH = 30, 256

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D20",
        D,
        "The sums of a layer of n inputs with weights of spread s have variance n s^2 "
        "Var(x): 512 for n = 512, s = 1.",
        published="512",
        tolerance=f"within {VARIANCE * 100:g} % of n s^2 Var(x), for inputs of variance 1 with "
        "mean 0 and with mean 1",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "D21",
        D,
        "The same for s = 0.01.",
        published="0.0512",
        tolerance=f"within {VARIANCE * 100:g} % of n s^2 Var(x), for inputs of variance 1 with "
        "mean 0 and with mean 1",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "D22",
        D,
        "ReLU halves the variance; He makes up for it with twice the variance of Xavier.",
        published="factor 2",
        tolerance=f"ReLU leaves half within {VARIANCE * 100:g} %, of the variance and of the "
        f"mean square; He keeps the mean square within a factor of {FACTOR:g} "
        f"over {DEPTH} layers of {WIDTH} while Xavier does not; He is twice "
        f"Xavier within {VARIANCE * 100:g} % for all of 256-256, 4-8 and 784-128",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "B4",
        B,
        "Xavier keeps the variance for sigmoid and tanh, He keeps it for ReLU.",
        published="keeps",
        tolerance=f"variance across inputs and mean square at layer {DEPTH} within a "
        f"factor of {FACTOR:g} of those at layer 1, width {WIDTH}, median of 16 "
        "networks",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "E14",
        E,
        "Jacobians with all singular values below 1 make gradients vanish, above 1 explode.",
        published="vanish, explode",
        tolerance=f"through {DEPTH} layers whose singular values are all 0.9 (1.1) no "
        f"gradient of 64 is longer than 0.9^{DEPTH} (shorter than 1.1^{DEPTH}) "
        "of what came in, by the lab's backpropagation; with all of them 1 the "
        "length stays within 1e-9",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "L4",
        "Hanin & Rolnick 2018 (arXiv 1803.01719)",
        "How far the length of the activations of ReLU networks with He is spread is "
        "set by the sum of 1 / width.",
        published="sum of 1 / width",
        tolerance="variance of the log of the mean square over 1,000 networks, divided by"
        " the sum of 1 / width, is the same within 20 % for five architectures "
        "of equal and unequal widths from 16 to 128 and depths 5 to 30",
        page="signal",
        measure=later,
        judge=later,
    ),
)
