"""Which page of the gallery shows a row."""

from __future__ import annotations

from typing import Any

from app.claims.base import Claim


def page_of(claim: Claim[Any]) -> str | None:
    """Return the key of the page that shows a claim: its own, else one that bears on it.

    None while no registered page does.
    """
    from app.experiments import EXPERIMENTS  # finds the pages, which reading rows need not

    showing = [page.key for page in EXPERIMENTS if claim.id in page.claims]
    return claim.page if claim.page in showing else next(iter(showing), None)
