"""What the page finds of its claims. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from layerlab.claims import claim
from layerlab.claims.dying import SEEN, Collapsed, Died
from layerlab.core.cures import NETS
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import grouped, percent
from layerlab.core.translation import _, ngettext
from layerlab.nets.studies.collapse import (
    LAYERS,
    NETS_AT,
    RATES,
    UPDATES,
    WIDTHS,
)


def _listed(shares: list[float]) -> str:
    return ", ".join(map(percent, shares))


def collapse_row(
    cure: str,
    depth: int,
    initial: Mapping[int, float],
    slow: Mapping[int, float],
    quick: Mapping[int, float],
) -> ClaimRow:
    """Judge L2 by the networks that are on the page; others than it is about are not judged.

    Args:
        cure, depth: the knobs.
        initial, slow, quick: width -> share of constant networks at initialization and after
            training at both rates, of widths that are done.
    """
    if not all(width in found for width in WIDTHS for found in (initial, slow, quick)):
        done = sum(width in slow for width in WIDTHS)
        why = _(
            "{nets} networks of each width are counted, then trained: {done} of {widths} "
            "widths are",
            nets=grouped(NETS),
            done=done,
            widths=len(WIDTHS),
        )
        return claim("L2").pending(why)
    before, after, hasty = ([found[w] for w in WIDTHS] for found in (initial, slow, quick))
    if depth == LAYERS and cure in ("none", "He"):
        numbers = Collapsed(before, dict(zip(RATES, (after, hasty), strict=True)), NETS)
        return claim("L2").row(
            numbers, here="" if cure == "He" else _("weights of variance 1/n")
        )
    measured = _(
        "{trained}; at initialization {initial}",
        trained=_listed(after),
        initial=_listed(before),
    )
    why = ngettext(
        "of {nets} networks of width {widths} with {count} layer and the cure {cure} {initial} "
        "are constant at initialization, {slow_shares} are after {updates} updates of Adam at "
        "{slow:g}, and {quick_shares} (of {fewer_nets}) at {quick:g}",
        "of {nets} networks of width {widths} with {count} layers and the cure {cure} "
        "{initial} are constant at initialization, {slow_shares} are after {updates} updates "
        "of Adam at {slow:g}, and {quick_shares} (of {fewer_nets}) at {quick:g}",
        depth,
        nets=grouped(NETS),
        widths=", ".join(map(str, WIDTHS)),
        cure=cure,
        initial=_listed(before),
        slow_shares=_listed(after),
        updates=UPDATES,
        slow=RATES[0],
        quick_shares=_listed(hasty),
        fewer_nets=NETS_AT[RATES[1]],
        quick=RATES[1],
    )
    return claim("L2").not_here(why, measured)


def leaky_row(shares: tuple[float, float], width: int, depth: int) -> ClaimRow:
    """Judge D24 by initial units with derivative 0 on every input, of ReLU and leaky ReLU."""
    relu, leaky = shares
    why = ngettext(
        "of the units of networks of width {width} with {count} layer {relu} have derivative 0 "
        "on every input with ReLU, {leaky} with leaky ReLU from the same weights",
        "of the units of networks of width {width} with {count} layers {relu} have derivative "
        "0 on every input with ReLU, {leaky} with leaky ReLU from the same weights",
        depth,
        width=width,
        relu=percent(relu),
        leaky=percent(leaky),
    )
    if relu < SEEN and not leaky:
        return claim("D24").not_here(_("{found}; that is too few to compare", found=why))
    here = _("networks at initialization, where the ledger trains")
    return claim("D24").row(Died(relu, leaky), why=why, here=here)
