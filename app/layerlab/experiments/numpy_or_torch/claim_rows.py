"""What the page finds for the claims about gradients. No Qt."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.claims import claim
from layerlab.claims.gradients import ROUNDING, UPDATES, Checks, Twins
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _, translated
from layerlab.experiments.numpy_or_torch.names import LENGTH, NONE, SLIGHT
from layerlab.experiments.numpy_or_torch.result import Result
from layerlab.nets.gradcheck import EPS

NAMES = {"numpy": "NumPy", "compiled": _("compiled"), "torch": "PyTorch"}
LOOKS = (*UPDATES[:-1], LENGTH)  # updates after which parameters are compared


def all_rows(result: Result) -> tuple[ClaimRow, ...]:
    """Return all claims of the page."""
    return *_derivatives(), _same(result), _thresholds(result)


@functools.cache
def _derivatives() -> tuple[ClaimRow, ClaimRow]:
    return claim("B2").at_once(), claim("B3").at_once()


def _same(result: Result) -> ClaimRow:
    row = claim("B5")
    apart = result.apart.get(("numpy", "float64"), np.empty(0))
    if result.reference != "torch" or not apart.size:
        waits = _("PyTorch is being asked for the same training")
        return row.unknown(result.missing) if result.missing else row.pending(waits)
    at = tuple(n for n in LOOKS if n <= len(apart))
    off = [float(apart[n - 1]) for n in at]
    measured = _(
        "apart by {distance} after {updates}", distance=number(off[-1], 2), updates=at[-1]
    )
    if result.is_wrong and off[0] > ROUNDING[0]:
        return row.not_here(_("there is a mistake in what is written by hand"), measured)
    why = _(
        "after {looks} updates parameters are apart by {distances}, relative; after {updates}, "
        "{equal:.0f} % are equal to the last bit",
        looks=", ".join(map(str, at)),
        distances=", ".join(number(distance, 2) for distance in off),
        updates=result.updates,
        equal=100 * result.equal,
    )
    numbers = Twins(off, [float(distance == 0) for distance in off], at)
    here = _("networks of {label}, {updates} updates", label=result.label, updates=len(apart))
    return row.row(numbers, measured=measured, why=why, here=here)


def _thresholds(result: Result) -> ClaimRow:
    row, eps = claim("B6"), result.valley.here[0]
    sound = result.missed[NONE]
    made = {
        name: error
        for name, error in result.missed.items()
        if error and name not in (NONE, SLIGHT)
    }
    mildest = min(made, key=lambda name: made[name])
    measured = f"{number(sound, 2)}; ≥ {number(made[mildest], 2)}"
    why = _(
        "at eps {eps} the worst array of the sound gradient has an error of {sound}, with the "
        "mildest of {count} mistakes ({mildest}) {mild}, with a derivative that is 0.02 % off "
        "{slight}",
        eps=number(eps, 2),
        sound=number(sound, 2),
        count=len(made),
        mildest=translated(mildest),
        mild=number(made[mildest], 2),
        slight=number(result.missed[SLIGHT], 2),
    )
    if not 0.1 * EPS <= eps <= 10 * EPS:
        return row.not_here(_("it is about an eps of 1e-5; {found}", found=why), measured)
    numbers = Checks({result.label: sound}, made, result.missed[SLIGHT])
    here = _("one network of {label}", label=result.label)
    return row.row(numbers, measured=measured, why=why, here=here)
