"""What the page finds for the claims about gradients. No Qt."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, PENDING, UNKNOWN, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, ngettext, translated
from layerlab.experiments.numpy_or_torch.names import LENGTH, NONE, SLIGHT
from layerlab.experiments.numpy_or_torch.result import Result
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.gradcheck import BUG, EPS, GOOD
from layerlab.nets.maths import crossings

NAMES = {"numpy": "NumPy", "compiled": _("compiled"), "torch": "PyTorch"}
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
        _("The derivative of the sigmoid is at most 0.25."),
        "0.25",
        f"{largest:.12g}",
        HOLDS if abs(largest - 0.25) <= EXACT else WRONG,
        _("the largest derivative between −6 and 6 is {largest:.12g}", largest=largest),
    )


@functools.cache
def _zeros() -> ClaimRow:
    below = float(np.abs(ACTIVATIONS["relu"].derivative_at(LINE[LINE < 0])).max())
    places = {
        name: crossings(ACTIVATIONS[key].derivative_at(LINE), LINE)
        for key, name in (("gelu", "GELU"), ("silu", "Swish"))  # not translated
    }
    words = [
        _("{name} at {z}", name=name, z=number(z, 4))
        for name, found in places.items()
        for z in found
    ]
    at = [number(z, 3) for found in places.values() for z in found]
    verdict = HOLDS
    if below or max(map(len, places.values())) > 1:
        verdict = WRONG
    elif words:
        verdict = f"{ONLY_IF} {_('one point is left out, where each is lowest')}"
    if len(at) == 2:
        measured = _("0 at {first} and {second}", first=at[0], second=at[1])
    else:
        measured = _("0 at {points}", points=", ".join(at)) if at else _("0 at no point")
    return ClaimRow(
        "B3",
        _("ReLU's derivative is exactly 0 below 0; those of GELU and Swish are nowhere 0."),
        _("0 nowhere"),
        measured,
        verdict,
        _(
            "below 0 ReLU's derivative is {below}; those that are 0 somewhere: {functions}",
            below=number(below),
            functions=", ".join(words) or _("none"),
        ),
    )


def _same(result: Result) -> ClaimRow:
    statement = _("Backpropagation by hand and autograd agree exactly.")
    apart = result.apart.get(("numpy", "float64"), np.empty(0))
    if result.reference != "torch" or not apart.size:
        waits = _("PyTorch is being asked for the same training")
        verdict, why = (UNKNOWN, result.missing) if result.missing else (PENDING, waits)
        return ClaimRow("B5", statement, _("exactly"), "…", verdict, why)
    at = [n for n in ROUNDING if n <= len(apart)]
    off = ", ".join(number(float(apart[n - 1]), 2) for n in at)
    distance = number(float(apart[at[-1] - 1]), 2)
    measured = _("apart by {distance} after {updates}", distance=distance, updates=at[-1])
    why = _(
        "after {looks} updates parameters are apart by {distances}, relative; "
        "after {updates}, {equal:.0f} % are equal to the last "
        "bit",
        looks=", ".join(map(str, at)),
        distances=off,
        updates=result.updates,
        equal=100 * result.equal,
    )
    if (apart == 0).all():
        verdict = HOLDS
    elif result.is_wrong and apart[0] > ROUNDING[1]:
        verdict = f"{ONLY_IF} {_('there is no mistake in it')}"
    elif all(apart[n - 1] <= ROUNDING[n] for n in at):
        condition = _('"exactly" means to rounding')
        verdict = f"{ONLY_IF} {condition}"
    else:
        last = int(np.flatnonzero(apart > ROUNDING[LENGTH])[0])
        condition = ngettext(
            '"exactly" means to rounding, for {count} update',
            '"exactly" means to rounding, for {count} updates',
            last,
        )
        verdict = f"{ONLY_IF} {condition}"
    return ClaimRow("B5", statement, _("exactly"), measured, verdict, why)


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
        verdict = WRONG if near else f"{ONLY_IF} {_('eps is near 1e-5')}"
    return ClaimRow(
        "B6",
        _(
            "Gradient check with centred differences and eps 1e-5: below 1e-5 is good, above "
            "1e-3 is a bug."
        ),
        "< 1e-5, > 1e-3",
        f"{number(sound, 2)}; ≥ {number(made[mildest], 2)}",
        verdict,
        _(
            "at eps {eps} the worst array of the sound gradient has an error of "
            "{sound}, with the mildest of {count} mistakes ({mildest}) "
            "{mild}, with a derivative that is 0.02 % off {slight}",
            eps=number(eps, 2),
            sound=number(sound, 2),
            count=len(made),
            mildest=translated(mildest),
            mild=number(made[mildest], 2),
            slight=number(result.missed[SLIGHT], 2),
        ),
    )
