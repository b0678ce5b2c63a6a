"""Deep networks: skips, scaled residuals, what trains and what stalls."""

from __future__ import annotations

from typing import Any

from app.claims.base import C, Claim, D, E
from app.claims.later import later

EXACT = 1e-12
GROWTH = 1.25

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D26",
        D,
        "Scaling the output of N residual blocks by 1 / sqrt(2 N) keeps the variance "
        "from growing with depth.",
        published="does not grow",
        tolerance=f"variance after 64 blocks at most {GROWTH:g} times that after 4 with "
        "the scale, and at least 4 times without it; random blocks of two "
        "layers, width 128, with and without layer norm",
        page="residual",
        measure=later,
        judge=later,
    ),
    Claim(
        "E4",
        E,
        "The gradient through L scalar layers is a^L in a plain and (1 + a)^L in a "
        "residual network; for L = 20, a = 0.5 their ratio is 3.49e9.",
        published="3.49e9",
        tolerance="within 0.005e9, by the lab's backpropagation",
        page="residual",
        measure=later,
        judge=later,
    ),
    Claim(
        "C3",
        C,
        "A layer that learns nothing makes a plain network constant; a residual network"
        " loses that layer alone.",
        published="exact",
        tolerance="weights of any one of six layers at 0, where L2 alone leaves them: "
        f"outputs of the plain network differ by at most {EXACT:g} over the "
        f"inputs, those of the residual one by at most {EXACT:g} from the "
        "network without the layer; for every activation of the lab",
        page="residual",
        measure=later,
        judge=later,
    ),
    Claim(
        "L1",
        "He et al. 2015 (arXiv 1502.01852), section 2.2",
        "With 30 layers of ReLU, Xavier stalls and He converges.",
        published="stalls, converges",
        tolerance="digits, 30 layers of 32, SGD with momentum, 8 seeds: He's median loss "
        "ends below half of that of a constant guess, Xavier's stays above 95 %"
        " of it",
        page="signal",
        measure=later,
        judge=later,
    ),
    Claim(
        "L5",
        "Schoenholz et al. 2017 (arXiv 1611.01232)",
        "tanh networks can be trained to a depth of about six correlation lengths.",
        published="6 correlation lengths",
        tolerance="the deepest of a grid of depths that loses half of the loss of a "
        "constant guess lies between 3 and 12 correlation lengths for each of "
        "the lengths 1.5, 2.5 and 4 (bias variance 0.05, width 32, digits, "
        "median of 6 seeds)",
        page="signal",
        measure=later,
        judge=later,
    ),
)
