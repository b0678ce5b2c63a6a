"""Marks: which rows a column of the table itself holds out for validation."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables import kinds
from layerlab.nets.tables.checks import Refusals

Array = np.ndarray
_HELD = frozenset(  # not translated: as people and libraries write them
    (
        *("validation", "valid", "val", "test", "testing", "eval", "evaluation", "dev"),
        *("holdout", "hold out", "held out", "heldout"),  # not translated
    )
)
_TRAINED = frozenset(("train", "training", "fit", "learn"))  # not translated
_MARK = re.compile(r"[\s_-]+")


def held_rows(
    name: str,
    texts: Sequence[str],
    lines: Sequence[int],
    where: str,
    notes: list[str],
    refusals: Refusals,
) -> Array | None:
    """Return which rows a column holds out, and note which of its words say so.

    Args:
        name: of the column. texts: its cells, of the rows that are used. lines: of these rows.
        where: the file, as messages name it.
        notes: gets a sentence.
        refusals: raise for a cell that says neither, and for no row in one of the parts.

    Returns:
        bool (rows,); None where that was refused.

    Words say it (`train`, `validation`, `test`, `holdout`), or yes and no, true and false, 1
    and 0, or a mark in some rows that the others lack. Yes means held out, but in a column
    that is called after training, such as `is_train`.
    """
    different = list(dict.fromkeys(texts))
    words = {text: _folded(text) for text in different}
    is_training = any(word in _TRAINED for word in _folded(name).split())
    meaning: dict[str, bool] = {}
    yes_no = _yes_no(different)
    for text, word in words.items():
        if word in _HELD | _TRAINED:
            meaning[text] = word in _HELD
        elif text in yes_no:
            meaning[text] = yes_no[text] != is_training
        else:
            i = texts.index(text)
            refusals.meet(
                LabError(
                    _(
                        "{where}, row {row}, column {name}: {text} does not say whether the "
                        "row is held out; yes or no would, or train or validation",
                        where=where,
                        row=int(lines[i]),
                        name=repr(name),
                        text=repr(text[:40]),
                    )
                )
            )
            return None
    held = np.array([meaning[text] for text in texts], bool)
    if (error := _unfit(name, held, where)) is not None:
        refusals.meet(error)
        return None
    notes.append(
        _(
            "{column}: {held} is held out for validation, {kept} is trained on",
            column=name,
            held=joined_by_and([repr(text) for text in different if meaning[text]][:6]),
            kept=joined_by_and([repr(text) for text in different if not meaning[text]][:6]),
        )
    )
    return held


def _folded(text: str) -> str:
    return _MARK.sub(" ", text.casefold()).strip()


def _yes_no(different: Sequence[str]) -> dict[str, bool]:
    """Return text -> whether it means yes, for those that are yes or no."""
    if "" in different and kinds.tick_of(dict.fromkeys(different, 1)) is not None:
        return {text: bool(text) for text in different}
    found = {"0": False, "1": True}
    for text in different:
        found |= kinds.truth_of([text]) or {}
    return found


def _unfit(name: str, held: Array, where: str) -> LabError | None:
    """Return what is said where one of the parts has too few rows."""
    if not held.any():
        return LabError(
            _(
                "{where}, column {name} holds out no row; choose another way to split",
                where=where,
                name=repr(name),
            )
        )
    kept = int((~held).sum())
    if kept < 2:
        return LabError(
            ngettext(
                "{where}, column {name} leaves {count} row to train on; a training needs at "
                "least two",
                "{where}, column {name} leaves {count} rows to train on; a training needs at "
                "least two",
                kept,
                where=where,
                name=repr(name),
            )
        )
    return None
