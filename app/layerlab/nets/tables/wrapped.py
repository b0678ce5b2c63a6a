"""Formulas that spreadsheets put around texts in a CSV file, so that they stay texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from layerlab.core.translation import _
from layerlab.nets.tables.cells import Body
from layerlab.nets.tables.coded import Coded
from layerlab.nets.tables.column_cells import Block, ColumnCells
from layerlab.nets.tables.source import Source, without_formula

_MARKS = (b'="', b'=\0"')  # of one byte a letter, of two


def plain(source: Source, body: Body, names: Sequence[str]) -> Body:
    """Return a table's rows with the texts of formulas such as `="0012"`, and notes on them."""
    # A single sign is looked for much sooner than two, and most files have none of it.
    if b'"' not in source.raw or not any(mark in source.raw for mark in _MARKS):
        return body
    notes = []
    for k, column in enumerate(body.columns):
        example = _example(column)
        if example:
            body.columns[k] = replace(
                column, blocks=[*map(_unwrapped, column.blocks)], _whole=None
            )
            notes.append(
                _(
                    "{column}: {formula} and the like are read as what is in the quotes",
                    column=names[k],
                    formula=example[:40],
                )
            )
    return replace(body, notes=(*body.notes, *notes)) if notes else body


def _unwrapped(block: Block) -> Block:
    if isinstance(block, Coded):
        return tuple(without_formula(block.names[code]) for code in block.codes)
    return tuple(map(without_formula, block))


def _example(column: ColumnCells) -> str:
    """Return a cell that is such a formula, or an empty text."""
    for block in column.blocks:
        cells: Iterable[str] = ()
        if isinstance(block, Coded):  # columns share their names: not all are cells of this
            cells = (block.names[code] for code in np.unique(block.codes))
        else:
            cells = iter(block)
        for cell in cells:
            if without_formula(cell) != cell:
                return cell
    return ""
