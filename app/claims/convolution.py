"""Convolutions: counts, shifts, and filters from data."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim, E
from app.claims.later import later

EXACT = 1e-12

CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E1",
        E,
        "A locally connected layer has H'W'd parameters, a convolution d.",
        published="H'W'd and d",
        tolerance="rank of the map from parameters to matrices, exactly, for 8 x 8 images"
        " and filters of 3 x 3",
        page="convolution",
        measure=later,
        judge=later,
    ),
    Claim(
        "E2",
        E,
        "A convolution commutes with shifts, a dense layer does not; pooling makes it "
        "invariant.",
        published="exact",
        tolerance="largest difference between shift-then-layer and layer-then-shift at "
        f"most {EXACT:g} for the convolution, wrapped round and with a border of"
        " zeros; above 0.1 for the dense layer; outputs after pooling of "
        f"shifted images differ by at most {EXACT:g}, over the whole image and "
        "in blocks of 2 x 2",
        page="convolution",
        measure=later,
        judge=later,
    ),
    Claim(
        "E3",
        E,
        "Under Gaussian noise a shared linear filter is found by one least-squares problem.",
        published="exact",
        tolerance="without noise the hidden filter is found within 1e-9; with noise the "
        "error falls like n^-0.5, the exponent within 0.1, and no step away "
        "from the solution raises the likelihood",
        page="convolution",
        measure=later,
        judge=later,
    ),
    Claim(
        "E15",
        E,
        "Every linear map that commutes with shifts is a convolution.",
        published="exact",
        tolerance="a random matrix, averaged over all shifts, equals the convolution with"
        f" the kernel read off its first column within {EXACT:g}; before the "
        "average it does not",
        page="convolution",
        measure=later,
        judge=later,
    ),
)
