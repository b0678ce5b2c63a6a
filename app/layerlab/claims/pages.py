"""Which page of the gallery shows a row, and under which heading it belongs."""

from __future__ import annotations

from typing import Any

from layerlab.claims.base import Claim
from layerlab.core.experiment import LEARNING, MECHANISM


def page_of(claim: Claim[Any]) -> str | None:
    """Return the key of the page that shows a claim: its own, else one that bears on it.

    None while no registered page does.
    """
    from layerlab.experiments import EXPERIMENTS  # finds the pages, which reading rows need not

    showing = [page.key for page in EXPERIMENTS if claim.id in page.claims]
    return claim.page if claim.page in showing else next(iter(showing), None)


def theme_of(claim: Claim[Any]) -> str:
    """Return the heading of the gallery under which a row belongs: that of its page.

    Rows whose page is yet to come are about mechanisms; those that no page is about, advice.
    """
    from layerlab.experiments import EXPERIMENTS

    key = page_of(claim)
    if key is not None:
        return EXPERIMENTS[key].group
    return LEARNING if claim.page is None else MECHANISM
