"""The rows of the ledger, in the order of their ids."""

from __future__ import annotations

import difflib
import functools
import itertools
from typing import Any

from layerlab.claims import (
    adapters,
    attention,
    averaging,
    blocks,
    choices,
    comparisons,
    compositions,
    convolution,
    counts,
    cures,
    depth,
    dying,
    ensembles,
    expansions,
    experts,
    flip,
    gradients,
    layers,
    learning,
    lengths,
    linear,
    listing,
    mechanisms,
    pieces,
    recipes,
    rescaled,
    shapes,
    signal,
    sizes,
    torchs,
    trainable,
    tying,
)
from layerlab.claims.base import Claim
from layerlab.core.errors import LabError
from layerlab.core.phrases import joined_by_or
from layerlab.core.translation import _

_MODULES = (
    adapters,
    attention,
    averaging,
    blocks,
    choices,
    comparisons,
    compositions,
    convolution,
    counts,
    cures,
    depth,
    dying,
    ensembles,
    expansions,
    experts,
    flip,
    gradients,
    layers,
    learning,
    lengths,
    linear,
    listing,
    mechanisms,
    pieces,
    recipes,
    rescaled,
    shapes,
    signal,
    sizes,
    torchs,
    trainable,
    tying,
)


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
        LabError: there is none; says which there are and which was probably meant.
    """
    rows, wanted = _rows(), name.strip().upper()
    if wanted in rows:
        return rows[wanted]
    groups = itertools.groupby(rows, key=lambda row: row[0])
    ranges = ", ".join(
        _("{first} to {last}", first=f"{letter}1", last=list(group)[-1])
        for letter, group in groups
    )
    near = difflib.get_close_matches(wanted, rows, 3)
    if not near:
        raise LabError(
            _("claim {name!r} is not known, there are {ranges}", name=name, ranges=ranges)
        )
    raise LabError(
        _(
            "claim {name!r} is not known, there are {ranges}; did you mean {near}?",
            name=name,
            ranges=ranges,
            near=joined_by_or(near),
        )
    )
