"""What the page finds of its claims. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from layerlab.core.cures import NETS
from layerlab.core.experiment import (
    HOLDS,
    NOT_HERE,
    NOT_REPRODUCED,
    ONLY_IF,
    PENDING,
    WRONG,
    ClaimRow,
)
from layerlab.core.numbers import grouped, percent
from layerlab.core.translation import _, ngettext
from layerlab.nets.studies.collapse import (
    LAYERS,
    NETS_AT,
    RATES,
    UPDATES,
    WIDTHS,
    as_published,
)

PUBLISHED = "> 90 %, 60 %, > 10 %, < 1 %"
L2 = _(
    "Ten ReLU layers on |x| collapse: over 90 % at width 2, 60 % at 3, over 10 % at 5, under "
    "1 % at 10."
)
D24 = _("Leaky ReLU with slope 0.01 has no dead neurons.")
SEEN = 0.01  # of ReLU's units: with fewer dead there is nothing to compare


def _listed(shares: list[float]) -> str:
    return ", ".join(map(percent, shares))


def collapse_row(
    cure: str,
    depth: int,
    initial: Mapping[int, float],
    slow: Mapping[int, float],
    quick: Mapping[int, float],
) -> ClaimRow:
    """Judge L2 by the networks that are on the page.

    Args:
        cure, depth: the knobs.
        initial, slow, quick: width -> share of constant networks at initialization and after
            training at both rates, of widths that are done.
    """
    if not all(width in found for width in WIDTHS for found in (initial, slow, quick)):
        done = sum(width in slow for width in WIDTHS)
        return ClaimRow(
            "L2",
            L2,
            PUBLISHED,
            "…",
            PENDING,
            _(
                "{nets} networks of each width are counted, then trained: {done} of "
                "{widths} widths are",
                nets=grouped(NETS),
                done=done,
                widths=len(WIDTHS),
            ),
        )
    before, after, hasty = ([found[w] for w in WIDTHS] for found in (initial, slow, quick))
    verdict = NOT_REPRODUCED
    if depth != LAYERS or cure not in ("none", "He"):
        verdict = NOT_HERE
    elif as_published(after):
        verdict = HOLDS
    elif as_published(before):
        verdict = f"{ONLY_IF} {_('networks are counted at initialization')}"
    return ClaimRow(
        "L2",
        L2,
        PUBLISHED,
        _(
            "{trained}; at initialization {initial}",
            trained=_listed(after),
            initial=_listed(before),
        ),
        verdict,
        ngettext(
            "of {nets} networks of width {widths} with {count} layer and the cure {cure} "
            "{initial} are constant at initialization, {slow_shares} are after {updates} "
            "updates of Adam at {slow:g}, and {quick_shares} (of {fewer_nets}) at {quick:g}",
            "of {nets} networks of width {widths} with {count} layers and the cure {cure} "
            "{initial} are constant at initialization, {slow_shares} are after {updates} "
            "updates of Adam at {slow:g}, and {quick_shares} (of {fewer_nets}) at {quick:g}",
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
        ),
        "" if cure == "He" else _("weights of variance 1/n"),
    )


def leaky_row(shares: tuple[float, float], width: int, depth: int) -> ClaimRow:
    """Judge D24 by initial units with derivative 0 on every input, of ReLU and leaky ReLU."""
    relu, leaky = shares
    verdict = HOLDS if leaky == 0 else WRONG
    if relu < SEEN and not leaky:
        verdict = NOT_HERE
    if verdict == NOT_HERE:
        why = ngettext(
            "of the units of networks of width {width} with {count} layer {relu} have "
            "derivative 0 on every input with ReLU, {leaky} with leaky ReLU from the same "
            "weights; that is too few to compare",
            "of the units of networks of width {width} with {count} layers {relu} have "
            "derivative 0 on every input with ReLU, {leaky} with leaky ReLU from the same "
            "weights; that is too few to compare",
            depth,
            width=width,
            relu=percent(relu),
            leaky=percent(leaky),
        )
    else:
        why = ngettext(
            "of the units of networks of width {width} with {count} layer {relu} have "
            "derivative 0 on every input with ReLU, {leaky} with leaky ReLU from the same "
            "weights",
            "of the units of networks of width {width} with {count} layers {relu} have "
            "derivative 0 on every input with ReLU, {leaky} with leaky ReLU from the same "
            "weights",
            depth,
            width=width,
            relu=percent(relu),
            leaky=percent(leaky),
        )
    return ClaimRow(
        "D24",
        D24,
        _("none"),
        _("ReLU {relu} dead, leaky {leaky}", relu=percent(relu), leaky=percent(leaky)),
        verdict,
        why,
        _("networks at initialization, where the ledger trains"),
    )
