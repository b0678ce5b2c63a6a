"""What the page finds for the claims about gradients. No Qt."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, PENDING, UNKNOWN, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.experiments.numpy_or_torch.names import LENGTH, NONE, SLIGHT
from layerlab.experiments.numpy_or_torch.result import Result
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.gradcheck import BUG, EPS, GOOD
from layerlab.nets.maths import crossings

NAMES = {"numpy": "NumPy", "compiled": "compiled", "torch": "PyTorch"}
ROUNDING = {1: 1e-12, 20: 1e-11, LENGTH: 1e-10}  # updates -> distance that is rounding still
EXACT = 1e-12
LINE = np.linspace(-6, 6, 10_001)


def all_rows(result: Result) -> tuple[ClaimRow, ...]:
    """Return all claims of the page."""
    return _steepest(), _zeros(), _same(result), _thresholds(result)


@functools.cache
def _steepest() -> ClaimRow:
    largest = float(ACTIVATIONS["sigmoid"].derivative_at(LINE).max())
    return ClaimRow(
        "B2",
        "The derivative of the sigmoid is at most 0.25.",
        "0.25",
        f"{largest:.12g}",
        HOLDS if abs(largest - 0.25) <= EXACT else WRONG,
        f"the largest derivative between −6 and 6 is {largest:.12g}",
    )


@functools.cache
def _zeros() -> ClaimRow:
    below = float(np.abs(ACTIVATIONS["relu"].derivative_at(LINE[LINE < 0])).max())
    places = {
        name: crossings(ACTIVATIONS[key].derivative_at(LINE), LINE)
        for key, name in (("gelu", "GELU"), ("silu", "Swish"))
    }
    words = [f"{name} at {number(z, 4)}" for name, found in places.items() for z in found]
    at = [number(z, 3) for found in places.values() for z in found]
    verdict = HOLDS
    if below or max(map(len, places.values())) > 1:
        verdict = WRONG
    elif words:
        verdict = f"{ONLY_IF} one point is left out, where each is lowest"
    return ClaimRow(
        "B3",
        "ReLU's derivative is exactly 0 below 0; those of GELU and Swish are nowhere 0.",
        "0 nowhere",
        f"0 at {' and '.join(at) or 'no point'}",
        verdict,
        f"below 0 ReLU's derivative is {number(below)}; those that are 0 somewhere: "
        f"{', '.join(words) or 'none'}",
    )


def _same(result: Result) -> ClaimRow:
    statement = "Backpropagation by hand and autograd agree exactly."
    apart = result.apart.get(("numpy", "float64"), np.empty(0))
    if result.reference != "torch" or not apart.size:
        waits = "PyTorch is being asked for the same training"
        verdict, why = (UNKNOWN, result.missing) if result.missing else (PENDING, waits)
        return ClaimRow("B5", statement, "exactly", "…", verdict, why)
    at = [n for n in ROUNDING if n <= len(apart)]
    off = ", ".join(number(float(apart[n - 1]), 2) for n in at)
    measured = f"apart by {number(float(apart[at[-1] - 1]), 2)} after {at[-1]}"
    why = (
        f"after {', '.join(map(str, at))} updates parameters are apart by {off}, relative; "
        f"after {result.updates}, {100 * result.equal:.0f} % are equal to the last "
        "bit"
    )
    if (apart == 0).all():
        verdict = HOLDS
    elif result.is_wrong and apart[0] > ROUNDING[1]:
        verdict = f"{ONLY_IF} there is no mistake in it"
    elif all(apart[n - 1] <= ROUNDING[n] for n in at):
        verdict = f'{ONLY_IF} "exactly" means to rounding'
    else:
        last = int(np.flatnonzero(apart > ROUNDING[LENGTH])[0])
        verdict = f'{ONLY_IF} "exactly" means to rounding, for {last} updates'
    return ClaimRow("B5", statement, "exactly", measured, verdict, why)


def _thresholds(result: Result) -> ClaimRow:
    eps = result.valley.here[0]
    sound = result.missed[NONE]
    made = {
        name: error
        for name, error in result.missed.items()
        if error and name not in (NONE, SLIGHT)
    }
    mildest = min(made, key=lambda name: made[name])
    if sound < GOOD and made[mildest] > BUG:
        verdict = HOLDS
    else:
        near = 0.1 * EPS <= eps <= 10 * EPS
        verdict = WRONG if near else f"{ONLY_IF} eps is near 1e-5"
    return ClaimRow(
        "B6",
        "Gradient check with centred differences and eps 1e-5: below 1e-5 is good, above "
        "1e-3 is a bug.",
        "< 1e-5, > 1e-3",
        f"{number(sound, 2)}; ≥ {number(made[mildest], 2)}",
        verdict,
        f"at eps {number(eps, 2)} the worst array of the sound gradient has an error of "
        f"{number(sound, 2)}, with the mildest of {len(made)} mistakes ({mildest}) "
        f"{number(made[mildest], 2)}, with a derivative that is 0.02 % off "
        f"{number(result.missed[SLIGHT], 2)}",
    )
