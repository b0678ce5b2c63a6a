"""Computing rows: one, or all of them one after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from layerlab.claims.base import UNKNOWN, Claim, Context, Judgement, Verdict, ignore
from layerlab.claims.registry import claims
from layerlab.core.cancel import CancelledError, not_cancelled
from layerlab.core.errors import LabError
from layerlab.core.libraries import sentence_of


def examine(
    claim: Claim[Any],
    *,
    is_cancelled: Callable[[], bool] = not_cancelled,
    progress: Callable[[float], None] = ignore,
    share: float = 1.0,
) -> Verdict:
    """Compute one row of the ledger.

    Args:
        claim: the row.
        is_cancelled: asked every few milliseconds, from this thread.
        progress: gets the share of the row that is done, 0 to 1.
        share: of the full population; the ledger's verdicts are those of all of it.

    Returns:
        The verdict; one of kind `UNKNOWN` with the reason where this machine lacks something.

    Raises:
        CancelledError: it was cancelled.
    """
    begun_s = time.perf_counter()
    try:
        numbers = claim.measure(Context(is_cancelled, progress, share))
        found = claim.judge(numbers)
    except (LabError, ImportError) as error:
        found = Judgement(UNKNOWN, "", sentence_of(error))
    return Verdict(
        id=claim.id,
        source=claim.source,
        statement=claim.statement,
        published=claim.published,
        tolerance=claim.tolerance,
        kind=found.kind,
        verdict=found.verdict,
        measured=found.measured,
        why=found.why,
        experiment=claim.page,
        seconds=time.perf_counter() - begun_s,
    )


def ledger(
    rows: Iterable[Claim[Any]] | None = None,
    *,
    is_cancelled: Callable[[], bool] = not_cancelled,
    progress: Callable[[int, int, Claim[Any], float], None] | None = None,
) -> Iterator[Verdict]:
    """Compute rows one after another; the verdict of each is yielded as it is found.

    Args:
        rows: which ones; all of the ledger if None.
        is_cancelled: asked every few milliseconds; True ends the ledger quietly.
        progress: gets rows done, rows in all, the row under way and its share, 0 to 1.

    Yields:
        One verdict a row, in their order.
    """
    chosen = claims() if rows is None else tuple(rows)
    for k, row in enumerate(chosen):

        def report(share: float, k: int = k, row: Claim[Any] = row) -> None:
            if progress is not None:
                progress(k, len(chosen), row, share)

        report(0.0)
        try:
            yield examine(row, is_cancelled=is_cancelled, progress=report)
        except CancelledError:
            return
