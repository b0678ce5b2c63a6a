"""What the page finds of its claims. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.experiment import (
    HOLDS,
    NOT_HERE,
    NOT_REPRODUCED,
    ONLY_IF,
    PENDING,
    WRONG,
    ClaimRow,
)
from app.experiments.born_dead.collapse import LAYERS, UPDATES, WIDTHS, as_published
from app.experiments.born_dead.names import NETS, RATES

PUBLISHED = "> 90 %, 60 %, > 10 %, < 1 %"
L2 = ("Ten ReLU layers on |x| collapse: over 90 % at width 2, 60 % at 3, over 10 % at 5, under "
      "1 % at 10.")  # fmt: skip
D24 = "Leaky ReLU with slope 0.01 has no dead neurons."
SEEN = 0.01  # of ReLU's units: with fewer dead there is nothing to compare


def percent(share: float) -> str:
    """Return a share as a percentage: 0.4567 -> `45.7 %`."""
    return f"{100 * share:.3g} %"


def _listed(shares: list[float]) -> str:
    return ", ".join(map(percent, shares))


def collapse_row(
    cure: str, depth: int, rate: str, born: Mapping[int, float], trained: Mapping[int, float]
) -> ClaimRow:
    """Judge L2 by the networks that are on the page.

    Args:
        cure, depth, rate: the knobs.
        born, trained: width -> share of constant networks, of widths that are done.
    """
    if not all(width in born and width in trained for width in WIDTHS):
        done = sum(width in trained for width in WIDTHS)
        return ClaimRow(
            "L2", L2, PUBLISHED, "…", PENDING,
            f"{NETS:,} networks of each width are counted, then trained: {done} of "
            f"{len(WIDTHS)} widths are",
        )  # fmt: skip
    at_birth, after = ([found[w] for w in WIDTHS] for found in (born, trained))
    verdict = NOT_REPRODUCED
    if depth != LAYERS or cure not in ("none", "He"):
        verdict = NOT_HERE
    elif as_published(after):
        verdict = HOLDS
    elif as_published(at_birth):
        verdict = f"{ONLY_IF} networks are counted as they are born"
    others = [] if cure == "He" else ["weights of variance 1/n"]
    others += [] if rate == RATES[0] else [f"the rate {rate}"]
    return ClaimRow(
        "L2", L2, PUBLISHED, f"{_listed(after)}; at birth {_listed(at_birth)}", verdict,
        f"of {NETS:,} networks of width {', '.join(map(str, WIDTHS))} with {depth} "
        f"layer{'s' * (depth > 1)} and the cure {cure} {_listed(at_birth)} are born constant "
        f"and {_listed(after)} are after {UPDATES} updates of Adam at {rate}",
        " and ".join(others),
    )  # fmt: skip


def leaky_row(shares: tuple[float, float], width: int, depth: int) -> ClaimRow:
    """Judge D24 by units with slope 0 on every input, of ReLU and of leaky ReLU, at birth."""
    relu, leaky = shares
    verdict = HOLDS if leaky == 0 else WRONG
    if relu < SEEN and not leaky:
        verdict = NOT_HERE
    return ClaimRow(
        "D24", D24, "none", f"ReLU {percent(relu)} dead, leaky {percent(leaky)}", verdict,
        f"of the units of networks of width {width} with {depth} layers {percent(relu)} have "
        f"slope 0 on every input with ReLU, {percent(leaky)} with leaky ReLU from the same "
        "weights" + ("; that is too few to compare" if verdict == NOT_HERE else ""),
        "networks at birth, where the ledger trains",
    )  # fmt: skip
