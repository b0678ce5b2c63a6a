"""The claims about the flip, judged by what has been computed. No Qt."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, PENDING, WRONG, ClaimRow
from layerlab.core.layout import Layout
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.experiments.diagonal_flip.study import (
    LOSS,
    Printed,
    Study,
    difference,
    floors,
    same,
)

Array = np.ndarray
LEDGER_SEEDS = 256  # of the ledger's rows D11 and D12
_IDS = {"D2": 0, "D3": 1, "D4": 2, "D5": 3, "D7": 4, "D8": 5, "D9": 6, "D10": 7}


def all_rows(printed: Sequence[Printed], known: Study) -> tuple[ClaimRow, ...]:
    """Return every claim of the page, in the order of the ledger."""
    rows = [
        _counted(
            "D1",
            (2,),
            _("4-w-4 has this many parameters for w = 2, 3, 8, 16."),
            "22, 31, 76, 148",
            ((2,), (3,), (8,), (16,)),
        )
    ]
    rows += [_run(f"D{k}", printed[_IDS[f"D{k}"]]) for k in (2, 3, 4, 5)]
    rows.append(_first_epochs(printed))
    rows += [_run(f"D{k}", printed[_IDS[f"D{k}"]]) for k in (7, 8, 9, 10)]
    rows += [
        _order(known),
        _depth(known),
        _three(),
        _counted(
            "D14", (63,), _("One hidden layer of 63 needs 507 parameters."), "507", ((63,),)
        ),
        _counted("D15", (8, 8), _("4-8-8-4 has 140 parameters."), "140", ((8, 8),)),
        _adam(known),
        _regions(printed, known),
        _slower(known),
    ]
    return tuple(rows)


def pending(name: str, statement: str, published: str) -> ClaimRow:
    """Return a claim whose networks are still being trained."""
    return ClaimRow(
        name, statement, published, "…", PENDING, _("its networks are being trained")
    )


def _parameters(hidden: tuple[int, ...]) -> int:
    return Layout((4, *hidden, 4)).parameters


def _counted(
    name: str,
    _: tuple[int, ...],
    statement: str,
    published: str,
    nets: tuple[tuple[int, ...], ...],
) -> ClaimRow:
    counted = ", ".join(str(_parameters(hidden)) for hidden in nets)
    listed = ", ".join("-".join(map(str, (4, *hidden, 4))) for hidden in nets)
    verdict = HOLDS if counted == published else WRONG
    return ClaimRow(name, statement, published, counted, verdict, f"{listed}: {counted}")


def _arrow(ends: tuple[float | None, float]) -> str:
    first, last = ends
    return f"{last:.4f}" if first is None else f"{first:.4f} → {last:.4f}"


def _run(name: str, one: Printed) -> ClaimRow:
    both = one.first is not None and one.epochs == 100
    if both:
        statement = _(
            "{label}, {epochs} epochs: mean loss of the first and the last.",
            label=one.label,
            epochs=one.epochs,
        )
    elif one.epochs == 200:
        statement = _(
            "{label}, He, {epochs} epochs: mean loss of the last.",
            label=one.label,
            epochs=one.epochs,
        )
    else:
        statement = _(
            "{label}, {epochs} epochs: mean loss of the last.",
            label=one.label,
            epochs=one.epochs,
        )
    published = _arrow((one.first if both else None, one.last))
    if one.found is None:
        return pending(name, statement, published)
    measured = _arrow(one.found if both else (None, one.found[1]))
    why = _(
        "seed 42 goes from {first:.6f} to {last:.6f}",
        first=one.found[0],
        last=one.found[1],
    )
    right = same(one.found[1], one.last)
    if both and one.first is not None:
        right = right and same(one.found[0], one.first)
    if right:
        return ClaimRow(name, statement, published, measured, HOLDS, why)
    if one.other is not None and same(one.other[1], one.last):
        verdict = f"{ONLY_IF} {_('all weights have std 0.5')}"
        why = _(
            "seed 42 goes from {first:.6f} to {last:.6f} with He's weights, to {other:.6f} "
            "with std 0.5",
            first=one.found[0],
            last=one.found[1],
            other=one.other[1],
        )
        return ClaimRow(name, statement, published, measured, verdict, why)
    return ClaimRow(name, statement, published, measured, NOT_REPRODUCED, why)


def _first_epochs(printed: Sequence[Printed]) -> ClaimRow:
    runs = [one for one in printed[:4] if one.first is not None]
    statement = _("2, 8 and 16 neurons, He: mean loss of the first epoch.")
    published = ", ".join(f"{one.first:.4f}" for one in runs)
    found = [one.found[0] for one in runs if one.found is not None]
    if len(found) < len(runs):
        return pending("D6", statement, published)
    measured = ", ".join(f"{value:.4f}" for value in found)
    others = [one.other[0] for one in runs if one.other is not None]
    firsts = [one.first for one in runs if one.first is not None]
    if all(map(same, found, firsts)):
        return ClaimRow(
            "D6",
            statement,
            published,
            measured,
            HOLDS,
            _("He gives {measured}", measured=measured),
        )
    listed = ", ".join(f"{value:.4f}" for value in others)
    if len(others) == len(firsts) and all(map(same, others, firsts)):
        verdict = f"{ONLY_IF} {_('all weights have std 0.5')}"
    else:
        verdict = NOT_REPRODUCED
    why = _(
        "He gives {he}; std 0.5 gives {others}",
        he=measured,
        others=listed or _("no figure yet"),
    )
    return ClaimRow("D6", statement, published, measured, verdict, why)


def _order(known: Study) -> ClaimRow:
    statement = _("After 100 epochs He is ahead of Xavier, then std 1, then std 0.01.")
    published = "0.0244 < 0.0305 < 0.0658 < 0.0984"
    if known.after_100 is None:
        return pending("D11", statement, published)
    names = ("He", "Xavier", "1", "0.01")
    medians = [float(np.median(known.after_100[name])) for name in names]
    measured = ", ".join(number(value, 2) for value in medians)
    pairs = [(known.after_100[b], known.after_100[a]) for a, b in itertools.pairwise(names)]
    bands = [difference(worse, better)[1:] for worse, better in pairs]
    left = [
        _("{b} is put before {a}", b=b, a=a)
        if high < 0
        else _("{a} before {b} is left open", a=a, b=b)
        for (a, b), (low, high) in zip(itertools.pairwise(names), bands, strict=True)
        if low <= 0
    ]
    why = _("medians of {seeds} seeds: {measured}", seeds=known.seeds, measured=measured)
    verdict = HOLDS
    if left:
        is_some = len(left) < len(bands)
        verdict = f"{ONLY_IF} {joined_by_and(left)}" if is_some else NOT_REPRODUCED
    return ClaimRow(
        "D11", statement, published, measured, verdict, why, _few(known, LEDGER_SEEDS)
    )


def _few(known: Study, ledger: int) -> str:
    """State how many seeds were looked at, if there are fewer of them than the ledger has."""
    if known.seeds >= ledger:
        return ""
    return _(
        "{seeds} seeds, where the ledger trains {ledger}", seeds=known.seeds, ledger=ledger
    )


def _depth(known: Study) -> ClaimRow:
    statement = _("Two hidden layers converge more slowly than one on this task.")
    if known.reached is None:
        return pending("D12", statement, _("slower"))
    one, *two = known.reached
    words = [f"{name} {_epochs(known.reached[name])}" for name in known.reached]
    lags = [difference(known.reached[name], known.reached[one])[1] > 0 for name in two]
    names = [name for name, lag in zip(two, lags, strict=True) if lag]
    verdict = NOT_REPRODUCED
    if all(lags):
        verdict = HOLDS
    elif names:
        verdict = f"{ONLY_IF} {_('the net is {name}', name=names[0])}"
    why = _(
        "epochs to a loss of {loss}, median of {seeds} seeds: {epochs}",
        loss=LOSS,
        seeds=known.seeds,
        epochs=", ".join(words),
    )
    measured = ", ".join(_epochs(known.reached[name]) for name in known.reached)
    here = _few(known, LEDGER_SEEDS)
    return ClaimRow("D12", statement, _("slower"), measured, verdict, why, here)


def _epochs(reached: Array) -> str:
    middle = float(np.median(reached))
    return f"{middle:.0f}" if np.isfinite(middle) else _("over 200")


def _three() -> ClaimRow:
    three, four = _parameters((4, 4)), _parameters((4, 4, 4))
    verdict = HOLDS if (three, four) == (52, 60) else WRONG
    return ClaimRow(
        "D13",
        _("4-4-4-4 has 52 parameters; three hidden layers of 4 have 60."),
        "52; 60",
        f"{three}; {four}",
        verdict,
        _(
            "4-4-4-4 has two hidden layers and {three}; with three, 4-4-4-4-4, there are "
            "{four}",
            three=three,
            four=four,
        ),
    )


def _adam(known: Study) -> ClaimRow:
    statement = _(
        "One run of five PyTorch nets (Adam 0.01, 200 updates) shows which is better."
    )
    if known.adam is None:
        return pending("D18", statement, _("no figures"))
    medians = {name: float(np.median(losses)) for name, losses in known.adam.items()}
    firsts = {name: float(losses[0]) for name, losses in known.adam.items()}
    measured = ", ".join(number(value, 2) for value in medians.values())
    by_median, by_first = (sorted(d, key=lambda name, d=d: d[name]) for d in (medians, firsts))  # type: ignore[misc]
    clear = [
        difference(known.adam[b], known.adam[a])[1] > 0
        for a, b in itertools.pairwise(by_median)
    ]
    swapped = [
        (a, b)
        for k, (a, b) in enumerate(itertools.pairwise(by_median))
        if clear[k] and by_first.index(a) > by_first.index(b)
    ]
    verdict = NOT_REPRODUCED if swapped else HOLDS
    why = _(
        "by median: {by_median}; by one seed: {by_first}",
        by_median=", ".join(by_median),
        by_first=", ".join(by_first),
    )
    here = _(
        "the lab's own draws of {seeds} seeds, where the ledger asks PyTorch", seeds=known.seeds
    )
    return ClaimRow("D18", statement, _("no figures"), measured, verdict, why, here)


def _regions(printed: Sequence[Printed], known: Study) -> ClaimRow:
    statement = _(
        "Two neurons fail because three regions are too few; more regions, less loss."
    )
    published = _("3 regions are too few")
    wide = printed[3].found
    if known.linear is None or known.lowest is None or wide is None:
        return pending("D19", statement, published)
    above = bool((known.lowest >= floors() - 1e-9).all())
    one_region = known.linear < printed[3].last
    verdict = WRONG if one_region and above else NOT_REPRODUCED
    listed = ", ".join(number(value, 3) for value in floors())
    return ClaimRow(
        "D19",
        statement,
        published,
        _("1 region: {linear}", linear=number(known.linear, 2)),
        verdict,
        _(
            "one region (no hidden layer) ends at {linear}, sixteen neurons at "
            "{wide}; rank stops widths 1, 2, 3 at {listed}",
            linear=number(known.linear, 2),
            wide=number(wide[1], 2),
            listed=listed,
        ),
    )


def _slower(known: Study) -> ClaimRow:
    statement = _(
        "Weights of standard deviation 0.01 converge four times more slowly than He's."
    )
    if known.reached is None or known.reached_small is None:
        return pending("D32", statement, "4×")
    he, small = known.reached["4-8-4"], known.reached_small
    one = small[0] / he[0]
    many = float(np.median(small) / np.median(he)) if np.isfinite(np.median(he)) else np.nan
    near = [abs(ratio / 4 - 1) <= 0.25 for ratio in (one, many)]
    why = _(
        "{small:.0f} epochs instead of {he:.0f} at seed 42, {many_small} instead of {many_he} "
        "in the median of {seeds} seeds",
        small=small[0],
        he=he[0],
        many_small=_epochs(small),
        many_he=_epochs(he),
        seeds=known.seeds,
    )
    return ClaimRow(
        "D32", statement, "4×", f"{one:.2f}×", HOLDS if all(near) else NOT_REPRODUCED, why
    )
