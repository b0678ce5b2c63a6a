"""The printed listing of the diagonal flip, step for step, seed 42."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, D, Judgement
from layerlab.claims.figures import summary
from layerlab.claims.populations import population
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, edit, read_spec
from layerlab.core.translation import _

HALF_A_UNIT = 0.5  # of the last printed decimal
DIGITS = 4
SAME = _("within half a unit of the last of {digits} printed decimals", digits=DIGITS)
STD = 0.5  # of all weights: the reading under which the printed figures come out
OTHER_SEEDS = 64


class Losses(NamedTuple):
    """Mean losses of the first and of the last epoch."""

    first: float
    last: float


class Readings(NamedTuple):
    """The listing as it is described, with other initial weights, and of other seeds."""

    as_described: Losses
    with_std: Losses
    others: np.ndarray  # last losses, (seeds,), none where they are not asked


def listing(width: int = 8, init: str = "he-normal", epochs: int = 100) -> LabSpec:
    """Return the listing as a spec: SGD 0.05, image after image, the legacy generator."""
    spec = read_spec(resource("specs/diagonal-flip.json"))
    for knob, value in {"net.width": width, "net.init": init, "train.epochs": epochs}.items():
        spec = edit(spec, knob, value)
    return spec


def run_of(ctx: Context, spec: LabSpec, scale: float = 1.0) -> Losses:
    """Return what one run of the listing prints."""
    (end,) = population(ctx, spec, 1, scale=scale)
    return Losses(float(end.first_loss[0]), float(end.epoch_loss[0]))


def same(measured: float, printed: float) -> bool:
    """Return whether a figure is the printed one, as far as it is printed."""
    return abs(measured - printed) <= HALF_A_UNIT * 10.0**-DIGITS + 1e-12


def _readings(ctx: Context, width: int) -> Readings:
    he = listing(width, epochs=200)
    unit = listing(width, "large-normal", epochs=200)  # std 1: `scale` is their own
    others = population(ctx, edit(he, "train.seed", 100), ctx.sample_size(OTHER_SEEDS))[-1]
    return Readings(run_of(ctx, he), run_of(ctx, unit, STD), others.epoch_loss)


def _measure_last(width: int, ctx: Context) -> Readings:
    return _readings(ctx, width)


def _judge_last(printed: float, n: Readings) -> Judgement:
    measured = f"{n.as_described.last:.6f}"
    found = [_("with He, which it states, the listing ends at {last}", last=measured)]
    if len(n.others):
        found.append(
            _(
                "{seeds} other seeds of He end at {others}",
                seeds=len(n.others),
                others=summary(n.others),
            )
        )
    if same(n.as_described.last, printed):
        return Judgement.holds(measured, "; ".join(found))
    found.append(
        _(
            "weights of standard deviation {std:g} in both layers at {with_std:.6f}",
            std=STD,
            with_std=n.with_std.last,
        )
    )
    if same(n.with_std.last, printed):
        found.append(_("which is the printed figure"))
    return Judgement.not_reproduced(measured, "; ".join(found))


def _measure_first(ctx: Context) -> list[Readings]:
    return [_readings(ctx.part(k, 3), width) for k, width in enumerate((2, 8, 16))]


def _judge_first(printed: tuple[float, ...], n: list[Readings]) -> Judgement:
    he, other = ([r.as_described.first for r in n], [r.with_std.first for r in n])
    measured = ", ".join(f"{value:.4f}" for value in he)
    if all(map(same, he, printed)):
        return Judgement.holds(
            measured, _("the first epochs have the mean losses {losses}", losses=measured)
        )
    fields = {
        "he": measured,
        "std": STD,
        "others": ", ".join(f"{value:.4f}" for value in other),
    }
    if all(map(same, other, printed)):
        why = _(
            "He, which the listing states, gives {he}; weights of standard deviation {std:g} "
            "in both layers give {others}, the printed figures",
            **fields,
        )
    else:
        why = _(
            "He gives {he}, weights of standard deviation {std:g} in both layers {others}",
            **fields,
        )
    return Judgement.not_reproduced(measured, why)


def _measure_both(init: str, ctx: Context) -> Losses:
    return run_of(ctx, listing(init=init))


def _judge_both(printed: Losses, n: Losses) -> Judgement:
    measured = f"{n.first:.4f} → {n.last:.4f}"
    why = _(
        "the listing goes from {first:.6f} to {last:.6f} with the same draws",
        first=n.first,
        last=n.last,
    )
    if all(map(same, n, printed)):
        return Judgement.holds(measured, why)
    return Judgement.not_reproduced(measured, why)


def _last(name: str, width: int, statement: str, printed: float) -> Claim[Any]:
    return Claim(
        name,
        D,
        statement,
        published=f"{printed:.4f}",
        tolerance=SAME,
        page="diagonal-flip",
        measure=partial(_measure_last, width),
        judge=partial(_judge_last, printed),
    )


def _both(name: str, init: str, weights: str, printed: Losses) -> Claim[Any]:
    return Claim(
        name,
        D,
        _(
            "Eight neurons, {weights}: mean loss of the first and of the 100th epoch.",
            weights=weights,
        ),
        published=f"{printed.first:.4f} → {printed.last:.4f}",
        tolerance=SAME,
        page="diagonal-flip",
        measure=partial(_measure_both, init),
        judge=partial(_judge_both, printed),
    )


_FIRST = (0.3863, 0.4278, 0.2583)
CLAIMS: tuple[Claim[Any], ...] = (
    _last(
        "D2",
        2,
        _("Two hidden neurons, He: mean loss of the 200th epoch of the listing."),
        0.0650,
    ),
    _last(
        "D3",
        3,
        _("Three hidden neurons, He: mean loss of the 200th epoch of the listing."),
        0.0640,
    ),
    _last(
        "D4",
        8,
        _("Eight hidden neurons, He: mean loss of the 200th epoch of the listing."),
        0.0243,
    ),
    _last(
        "D5",
        16,
        _("Sixteen hidden neurons, He: mean loss of the 200th epoch of the listing."),
        0.0005,
    ),
    Claim(
        "D6",
        D,
        _("Mean loss of the first epoch of the same runs with 2, 8 and 16 neurons."),
        published=", ".join(f"{value:.4f}" for value in _FIRST),
        tolerance=SAME,
        page="diagonal-flip",
        measure=_measure_first,
        judge=partial(_judge_first, _FIRST),
    ),
    _both(
        "D7", "small-normal", _("weights of standard deviation 0.01"), Losses(0.2302, 0.0984)
    ),
    _both("D8", "large-normal", _("weights of standard deviation 1"), Losses(1.3312, 0.0658)),
    _both("D9", "xavier-normal", "Xavier", Losses(0.3532, 0.0305)),
    _both("D10", "he-normal", "He", Losses(0.5485, 0.0244)),
)
