"""Norms, graphs, flows, ensembles."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, E
from app.claims.later import later

EXACT = 1e-12

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E9",
        E,
        "Layer norm ignores W -> a W, b -> a b + c for a > 0, and the gradient is "
        "scaled by 1 / a.",
        published="exact",
        tolerance=f"outputs differ by at most {EXACT:g} and gradients by 1e-9 relative, "
        "for a = 0.1, 3, 10 and 100, with no eps under the root",
        page="layer-norm",
        measure=later,
        judge=later,
    ),
    Claim(
        "E10",
        E,
        "A polynomial p of the graph Laplacian multiplies each frequency by p(lambda), "
        "and a low-pass one smooths.",
        published="exact",
        tolerance="applied by neighbours and in the spectrum equal within 1e-10; 200 "
        "random signals on 8 random graphs all become smoother",
        page="graph-filter",
        measure=later,
        judge=later,
    ),
    Claim(
        "E12",
        E,
        "Forward Euler, that is a residual network, is stable if and only if |1 + dt "
        "lambda| <= 1; for a symmetric negative W if dt <= 2 / |lambda_min|.",
        published="exact",
        tolerance="after 4,000 steps bounded at 0.99 and unbounded at 1.01 times the "
        "largest dt, for 64 symmetric W of 8 x 8 and for 200 complex lambda; "
        "the lab's residual network of 64 layers does as the formula says",
        page="euler",
        measure=later,
        judge=later,
    ),
    Claim(
        "E13",
        E,
        "The mean of K predictors of variance v and correlation rho has variance v (1/K"
        " + (K-1)/K rho).",
        published="0.37 v at K = 10, rho = 0.3",
        tolerance="within 3 % for simulated predictors; within 15 % for networks of the "
        "lab, whose v and rho are measured",
        page="ensemble",
        measure=later,
        judge=later,
    ),
)
