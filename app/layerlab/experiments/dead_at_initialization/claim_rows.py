"""What the page finds of its claims. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

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
from layerlab.experiments.dead_at_initialization.collapse import (
    LAYERS,
    NETS_AT,
    RATES,
    UPDATES,
    WIDTHS,
    as_published,
)
from layerlab.experiments.dead_at_initialization.names import NETS

PUBLISHED = "> 90 %, 60 %, > 10 %, < 1 %"
L2 = (
    "Ten ReLU layers on |x| collapse: over 90 % at width 2, 60 % at 3, over 10 % at 5, under "
    "1 % at 10."
)
D24 = "Leaky ReLU with slope 0.01 has no dead neurons."
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
            f"{grouped(NETS)} networks of each width are counted, then trained: {done} of "
            f"{len(WIDTHS)} widths are",
        )
    before, after, hasty = ([found[w] for w in WIDTHS] for found in (initial, slow, quick))
    verdict = NOT_REPRODUCED
    if depth != LAYERS or cure not in ("none", "He"):
        verdict = NOT_HERE
    elif as_published(after):
        verdict = HOLDS
    elif as_published(before):
        verdict = f"{ONLY_IF} networks are counted at initialization"
    return ClaimRow(
        "L2",
        L2,
        PUBLISHED,
        f"{_listed(after)}; at initialization {_listed(before)}",
        verdict,
        f"of {grouped(NETS)} networks of width {', '.join(map(str, WIDTHS))} with {depth} "
        f"layer{'s' * (depth > 1)} and the cure {cure} {_listed(before)} are constant at "
        f"initialization, {_listed(after)} are after {UPDATES} updates of Adam at "
        f"{RATES[0]:g}, and {_listed(hasty)} (of {NETS_AT[RATES[1]]}) at {RATES[1]:g}",
        "" if cure == "He" else "weights of variance 1/n",
    )


def leaky_row(shares: tuple[float, float], width: int, depth: int) -> ClaimRow:
    """Judge D24 by initial units with derivative 0 on every input, of ReLU and leaky ReLU."""
    relu, leaky = shares
    verdict = HOLDS if leaky == 0 else WRONG
    if relu < SEEN and not leaky:
        verdict = NOT_HERE
    return ClaimRow(
        "D24",
        D24,
        "none",
        f"ReLU {percent(relu)} dead, leaky {percent(leaky)}",
        verdict,
        f"of the units of networks of width {width} with {depth} layers {percent(relu)} have "
        f"derivative 0 on every input with ReLU, {percent(leaky)} with leaky ReLU from the "
        "same weights" + ("; too few to compare" if verdict == NOT_HERE else ""),
        "networks at initialization, where the ledger trains",
    )
