"""The cells of one column: bare numbers, or texts as they are in the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from layerlab.nets.tables import bare
from layerlab.nets.tables.coded import Coded, joined
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.sheets import Cell

Array = np.ndarray
_BARE = "0123456789.+-eE\n"
_CODE = re.compile(r"\n0\d")
Block = tuple[str, ...] | Coded  # texts, as they are or by their different ones


@dataclass
class ColumnCells:
    """The cells of a column.

    Attributes:
        blocks: texts, as they are or coded.
        numbers: (rows,) nan in gaps, of a column that has no texts.
        gaps: words for gaps among the numbers -> how often each comes.
        has_points: whether one of the numbers has a decimal point.
        has_thirds: whether each point has three digits behind it, as thousands have.
        words: of a spreadsheet, the different cells that are texts, not numbers.
        is_mixed: whether only a part of its cells is here as texts.
    """

    blocks: list[Block] = field(default_factory=list)
    numbers: Array = field(default_factory=lambda: np.zeros(0))
    gaps: Counter[str] = field(default_factory=Counter)
    has_points: bool = False
    has_thirds: bool = True
    words: set[str] = field(default_factory=set)
    is_mixed: bool = False
    _whole: Coded | None = None

    @property
    def is_bare(self) -> bool:
        """Whether all cells are bare numbers or empty."""
        return not self.blocks

    @property
    def is_text(self) -> bool:
        """Whether the texts of all cells are here."""
        return bool(self.blocks) and not self.is_mixed

    def coded(self) -> Coded:
        """Return all texts; the different ones are listed in the order in which they come."""
        if self._whole is None:
            self._whole = joined(self.blocks)
            self.blocks = [self._whole]
        return self._whole

    def as_numbers(self) -> ColumnCells:
        """Return a column of texts as bare numbers, if all of its texts are such."""
        coded = self.coded()
        found = bare_numbers([coded.names[code] for code in coded.codes])
        if found is None:
            return self
        return ColumnCells(
            numbers=found.values,
            gaps=found.gaps or Counter(),
            has_points=found.has_points,
            has_thirds=found.has_thirds,
            words=self.words,
        )


def sheet_numbers(cells: Sequence[Cell]) -> bare.Numbers | None:
    """Return cells of a sheet as numbers, nan in gaps; None if one is something else."""
    kinds = set(map(type, cells))
    gaps = Counter[str]()
    if kinds == {float}:
        numbers = np.array(cells)
    elif kinds <= {float, str}:
        words = Counter(cell for cell in cells if type(cell) is str)
        if not all(is_gap(word.strip()) for word in words):
            return None
        numbers = np.array([np.nan if type(cell) is str else cell for cell in cells])
        gaps.update({word.strip(): n for word, n in words.items() if word.strip()})
    else:
        return None
    return None if np.isinf(numbers).any() else bare.Numbers(numbers, gaps, False, True)


def bare_numbers(cells: Sequence[str]) -> bare.Numbers | None:
    """Return cells as numbers; None if one is anything but a bare number or a gap."""
    gaps, numbers = Counter[str](), _floats(cells)
    if numbers is None:
        gaps = Counter(cell for cell in map(str.strip, cells) if is_gap(cell))
        if not gaps:
            return None
        cells = tuple("" if cell.strip() in gaps else cell for cell in cells)
        numbers = _floats(cells)
        if numbers is None:
            return None
        del gaps[""]
    pointed = [cell for cell in cells if "." in cell]
    return bare.Numbers(numbers, gaps, bool(pointed), all(map(bare.is_thirds, pointed)))


def _floats(cells: Sequence[str]) -> Array | None:
    """Return cells as numbers, nan for empty ones; None if one is anything else. (rows,)"""
    joined = "\n".join(cells)
    if joined.strip(_BARE) or _has_code(joined):
        return None
    try:
        if "" in cells:
            numbers = np.array([float(cell) if cell else np.nan for cell in cells])
        else:
            numbers = np.fromiter(map(float, cells), float, len(cells))
    except ValueError:
        return None
    return None if np.isinf(numbers).any() else numbers


def _has_code(joined: str) -> bool:
    """Return whether one of the cells, a line each, has digits after a leading zero."""
    if joined[:1] == "0" and joined[1:2].isdigit():
        return True
    return "\n0" in joined and _CODE.search(joined) is not None
