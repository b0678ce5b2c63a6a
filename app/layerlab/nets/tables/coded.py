"""Coded: short texts that come again and again are counted by their different ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from layerlab.nets.tables.digits import FIRST, WORD, Letters
from layerlab.nets.tables.gaps import is_gap

Array = np.ndarray
MOST = 8192  # different texts of a table; columns that have more are not coded
FEW = 64  # different texts that any column may add in one stretch
LONGEST = 4  # words of a text
_FACTOR, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)  # odd: it loses nothing


class Coded(NamedTuple):
    """Texts: (rows,) int32, and the texts that these count; the list may grow at its end."""

    codes: Array
    names: list[str]


class _Keyed(NamedTuple):
    """Cells of columns, each with its letters as words and a key. (columns, rows) all"""

    starts: Array
    lengths: Array
    words: list[Array]
    keys: Array

    def of(self, columns: Array) -> _Keyed:
        """Return some of the columns."""
        words = [word[columns] for word in self.words]
        return _Keyed(self.starts[columns], self.lengths[columns], words, self.keys[columns])


class Coder:
    """Gives equal texts of all columns one number.

    Attributes:
        names: the different texts, without surrounding blanks; a text's number is its place.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        # Of each text as it is in the file, by ascending keys:
        self._keys = np.zeros(0, np.uint64)
        self._codes = np.zeros(0, np.int32)
        self._lengths = np.zeros(0, np.int64)
        self._words = np.zeros((LONGEST, 0), np.uint64)

    def number_of(self, text: str) -> int:
        """Return the number of a text; -1 if there is none."""
        return self._numbers.get(text, -1)

    def codes(
        self, letters: Letters, starts: Array, ends: Array, codec: str
    ) -> tuple[Array, Array] | None:
        """Return the cells of columns as codes, and which columns have too many different ones.

        Args:
            letters: of a stretch. starts, ends: (columns, rows) of the cells in them.
            codec: by which the bytes are texts.

        Returns:
            Codes (columns, rows), and (columns,) which of these are not coded. None where two
            texts have one key, which does not happen by chance.
        """
        is_long = (ends - starts).max(axis=1, initial=0) > WORD * LONGEST
        is_coded = ~is_long
        cells = _keyed(letters, starts[is_coded], ends[is_coded])
        at, is_known = self._find(cells.keys)
        if not is_known.all():
            can = self._learn(letters, cells, ~is_known, codec)
            is_coded[is_coded] = can
            cells = cells.of(can)
            at, is_known = self._find(cells.keys)
        codes = np.zeros(starts.shape, np.int32)
        if at.size:
            is_same = is_known & (self._lengths.take(at) == cells.lengths)
            for word, own in zip(cells.words, self._words, strict=False):
                is_same &= own.take(at) == word
            if not is_same.all():
                return None
            codes[is_coded] = self._codes.take(at)
        return codes, ~is_coded

    def _find(self, keys: Array) -> tuple[Array, Array]:
        """Return places of keys among those that are known, and which are known."""
        if not self._keys.size:
            return np.zeros(keys.shape, np.int64), np.zeros(keys.shape, bool)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return at, self._keys.take(at) == keys

    def _learn(self, letters: Letters, cells: _Keyed, is_new: Array, codec: str) -> Array:
        """Take in new texts; return which columns have not too many of them. (columns,)"""
        can = np.ones(len(is_new), bool)
        most = max(FEW, is_new.shape[1] // 2)
        for k in np.flatnonzero(is_new.sum(axis=1) > most):
            can[k] = len(np.unique(cells.keys[k, is_new[k]])) <= most
        is_new = is_new & can[:, None]
        keys, first = np.unique(cells.keys[is_new], return_index=True)
        if len(self._keys) + len(keys) > MOST:
            return can & ~is_new.any(axis=1)
        places = np.flatnonzero(is_new)[first]
        lengths = cells.lengths.ravel()[places]
        codes = np.zeros(len(keys), np.int32)
        for i in np.argsort(places):  # in the order in which they come
            start = int(cells.starts.ravel()[places[i]])
            raw = letters.single[start : start + int(lengths[i])].tobytes()
            codes[i] = self._number(raw.decode(codec).strip())
        words = np.zeros((LONGEST, len(keys)), np.uint64)
        for own, word in zip(words, cells.words, strict=False):
            own[:] = word.ravel()[places]
        order = np.argsort(np.concatenate([self._keys, keys]), kind="stable")
        self._keys = np.concatenate([self._keys, keys])[order]
        self._codes = np.concatenate([self._codes, codes])[order]
        self._lengths = np.concatenate([self._lengths, lengths])[order]
        self._words = np.concatenate([self._words, words], axis=1)[:, order]
        return can

    def _number(self, text: str) -> int:
        number = self._numbers.setdefault(text, len(self.names))
        if number == len(self.names):
            self.names.append(text)
        return number


def joined(blocks: Sequence[tuple[str, ...] | Coded]) -> Coded:
    """Return the texts of blocks as one.

    Args:
        blocks: texts as they are, or coded with one list of different texts, that of a table.

    Returns:
        Texts whose list has those of the blocks alone, in the order in which they come.
    """
    numbers: dict[str, int] = {}
    parts = [np.zeros(0, np.int32)]
    for is_coded, some in itertools.groupby(blocks, lambda block: isinstance(block, Coded)):
        shared, single = _parted(some)
        if is_coded:
            codes = np.concatenate([block.codes for block in shared])
            names = shared[0].names
            own = np.zeros(len(names), np.int32)
            for code in _as_they_come(codes, len(names)):
                own[code] = numbers.setdefault(names[code], len(numbers))
            parts.append(own[codes])
        for texts in single:
            for text in texts:
                numbers.setdefault(text, len(numbers))
            parts.append(np.fromiter(map(numbers.__getitem__, texts), np.int32, len(texts)))
    return Coded(np.concatenate(parts), list(numbers))


def _parted(
    blocks: Iterable[tuple[str, ...] | Coded],
) -> tuple[list[Coded], list[tuple[str, ...]]]:
    shared: list[Coded] = []
    single: list[tuple[str, ...]] = []
    for block in blocks:
        if isinstance(block, Coded):
            shared.append(block)
        else:
            single.append(block)
    return shared, single


def _as_they_come(codes: Array, different: int) -> list[int]:
    """Return the codes that there are, by the rows in which they come first."""
    first = np.full(different, len(codes), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return list(np.argsort(first, kind="stable")[: np.count_nonzero(first < len(codes))])


def _keyed(letters: Letters, starts: Array, ends: Array) -> _Keyed:
    lengths = ends - starts
    words: list[Array] = []
    keys = np.zeros(starts.shape, np.uint64)
    for j in range(-(-int(lengths.max(initial=0)) // WORD)):
        own = FIRST.take(np.clip(lengths - WORD * j, 0, WORD))
        words.append(letters.words.take(starts + WORD * j, mode="clip") & own)
        keys = ((keys ^ (keys >> _SHIFT)) + words[-1]) * _FACTOR
    return _Keyed(starts, lengths, words, keys)


# ---- columns of coded texts


def each_text(cells: Coded, texts: Sequence[str]) -> Array:
    """Return a text for each cell, given those of the different ones. (rows,)"""
    different = np.empty(len(texts), object)
    different[:] = texts
    return different[cells.codes]


def texts_of(cells: Coded, names: dict[str, str] | None = None) -> Array:
    """Return texts, as `names` spells them if it is given; gaps are empty. (rows,)"""
    if names:
        return each_text(cells, [names.get(text, "") for text in cells.names])
    return each_text(cells, ["" if is_gap(text) else text for text in cells.names])


def meant(cells: Coded, values: dict[str, float]) -> Array:
    """Return the numbers that texts mean, nan for others. (rows,)"""
    return np.array([values.get(text, np.nan) for text in cells.names])[cells.codes]


def first_row(cells: Coded, text: str) -> int:
    """Return the first row that has a text."""
    return int(np.argmax(cells.codes == cells.names.index(text)))


def number_texts(values: Array) -> Array:
    """Return numbers as texts, gaps as empty ones. (rows,)"""
    return np.array(["" if np.isnan(v) else f"{v:.17g}" for v in values], object)
