"""The claims about the flip, judged by the ledger from what has been computed. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layerlab.claims import claim
from layerlab.claims.flip import FEWER, MAX_EPOCHS, SEEDS, Floors, Slower, linear_misfit
from layerlab.claims.listing import Losses, Readings
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _
from layerlab.experiments.diagonal_flip.study import EPOCHS, Printed, Study, floors

Array = np.ndarray
_COUNTED = ("D1", "D13", "D14", "D15", "D38", "D40")
_LAST = {"D2": 0, "D3": 1, "D4": 2, "D5": 3}
_FIRST = (0, 2, 3)  # of D6
_BOTH = {"D7": 4, "D8": 5, "D9": 6, "D10": 7}


def all_rows(printed: Sequence[Printed], known: Study) -> tuple[ClaimRow, ...]:
    """Return every claim of the page, in the order of the ledger."""
    rows = [claim(name).at_once() for name in _COUNTED]
    rows += [_last(name, printed[k]) for name, k in _LAST.items()]
    rows += [_both(name, printed[k]) for name, k in _BOTH.items()]
    rows += [
        _first_epochs([printed[k] for k in _FIRST]),
        _order(known),
        _layers(known),
        _five(known),
        _regions(printed, known),
        _slower(known),
    ]
    return tuple(sorted(rows, key=lambda row: int(row.id[1:])))


def _waits(name: str) -> ClaimRow:
    return claim(name).pending(_("its networks are being trained"))


# ---- the printed figures


def _readings(one: Printed) -> Readings | None:
    """Return what seed 42 has with He and with std 0.5; None until both are trained."""
    if one.found is None or one.other is None:
        return None
    return Readings(Losses(*one.found), Losses(*one.other), np.empty(0))


def _last(name: str, one: Printed) -> ClaimRow:
    readings = _readings(one)
    return _waits(name) if readings is None else claim(name).row(readings)


def _first_epochs(runs: Sequence[Printed]) -> ClaimRow:
    readings = [found for found in map(_readings, runs) if found is not None]
    return claim("D6").row(readings) if len(readings) == len(runs) else _waits("D6")


def _both(name: str, one: Printed) -> ClaimRow:
    return _waits(name) if one.found is None else claim(name).row(Losses(*one.found))


# ---- populations


def _few(seeds: int, ledger: int) -> str:
    """State how many seeds were looked at, if there are fewer of them than the ledger has."""
    if seeds >= ledger:
        return ""
    return _("{seeds} seeds, where the ledger trains {ledger}", seeds=seeds, ledger=ledger)


def _medians(populations: Sequence[Array]) -> str:
    return ", ".join(number(float(np.median(one)), 2) for one in populations)


def _order(known: Study) -> ClaimRow:
    if known.after_100 is None:
        return _waits("D11")
    losses = {name: known.after_100[name] for name in ("He", "Xavier", "1", "0.01")}
    measured = _medians(list(losses.values()))
    return claim("D11").row(losses, measured=measured, here=_few(known.seeds, SEEDS))


def _layers(known: Study) -> ClaimRow:
    if known.reached is None:
        return _waits("D12")
    measured = _("{epochs} epochs", epochs=_medians(list(known.reached.values())))
    here = _(
        "{seeds} seeds and {epochs} epochs, where the ledger trains {ledger} and {most}",
        seeds=known.seeds,
        epochs=EPOCHS,
        ledger=SEEDS,
        most=number(MAX_EPOCHS),
    )
    return claim("D12").row(known.reached, measured=measured, here=here)


def _slower(known: Study) -> ClaimRow:
    if known.reached is None or known.reached_small is None or known.after_100 is None:
        return _waits("D32")
    he, small = known.reached["4-8-4"], known.reached_small
    measured = f"{small[0] / he[0]:.2f}×, {np.median(small) / np.median(he):.2f}×"
    numbers = Slower(small, he, known.after_100["0.01"], known.after_100["He"])
    return claim("D32").row(numbers, measured=measured, here=_few(known.seeds, FEWER))


# ---- regions, and one run


def _regions(printed: Sequence[Printed], known: Study) -> ClaimRow:
    wide = printed[_LAST["D5"]].found
    if known.linear is None or known.lowest is None or wide is None:
        return _waits("D19")
    numbers = Floors(known.linear, wide[1], linear_misfit(), floors(), known.lowest)
    measured = _("1 region: {linear}", linear=number(known.linear, 2))
    return claim("D19").row(numbers, measured=measured)


def _five(known: Study) -> ClaimRow:
    if known.five is None:
        return _waits("D18")
    measured = ", ".join(number(loss, 2) for loss in known.five.listing)
    return claim("D18").row(known.five, measured=measured)
