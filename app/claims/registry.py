"""The rows of the ledger, in the order of their ids."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from app.claims import (
    attention,
    choices,
    convolution,
    counts,
    depth,
    dying,
    flip,
    functions,
    gradients,
    learning,
    listing,
    mechanisms,
    pieces,
    shapes,
    signal,
)
from app.claims.base import Claim
from app.core.errors import unknown_name

_MODULES = (
    attention, choices, convolution, counts, depth, dying, flip, functions, gradients,
    learning, listing, mechanisms, pieces, shapes, signal,
)  # fmt: skip


@functools.cache
def _rows() -> dict[str, Claim[Any]]:
    rows = list(itertools.chain.from_iterable(module.CLAIMS for module in _MODULES))
    found = {row.id: row for row in sorted(rows, key=lambda row: (row.id[0], int(row.id[1:])))}
    if len(found) != len(rows):
        raise ValueError("two rows of the ledger have the same id")
    return found


def claims() -> tuple[Claim[Any], ...]:
    """Return all rows, by source and number."""
    return tuple(_rows().values())


def claim(name: str) -> Claim[Any]:
    """Return the row of an id, in capitals or not.

    Raises:
        LabError: there is none, with the one that was probably meant.
    """
    rows = _rows()
    try:
        return rows[name.strip().upper()]
    except KeyError:
        raise unknown_name("claim", name, rows) from None
