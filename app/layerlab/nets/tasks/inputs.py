"""Inputs: the columns of a table as a network gets them, standardized."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layerlab.nets.data import Column, Table
from layerlab.nets.tables.checks import check_inputs, check_size

Array = np.ndarray
MAX_DEVIATIONS = (
    1e6  # held-out values beyond as many standard deviations are clipped: float32 holds them
)
BLOCK = 2048  # rows that are written at once: of a few dozen columns they fit the cache


class Standardized(NamedTuple):
    """Inputs in standard deviations of the training part.

    Attributes:
        train: (N, D). held: (M, D). mean, scale: (D,) of the training part; scale above 0.
    """

    train: Array
    held: Array
    mean: Array
    scale: Array


class Inputs:
    """The columns of a table that are learned from.

    Attributes:
        names: of the inputs, one for each category of a column of texts.
    """

    def __init__(self, table: Table, where: str) -> None:
        """Look at the columns.

        Args:
            table: the rows. where: how messages name the source.

        Raises:
            LabError: there are too many numbers, no columns, or the same inputs in every row.
        """
        used = [column for column in table.features if column.used]
        self._columns = [_Column(column) for column in used]
        self.names = tuple(name for column in self._columns for name in column.names)
        check_size(table.rows, len(self.names), where)
        check_inputs(table.features, where)

    def standardized(self, train: Array, held: Array) -> Standardized:
        """Return the inputs of the rows to train with, and of those that are held out.

        Args:
            train, held: numbers of the rows.
        """
        figures = [column.figures(train) for column in self._columns]
        mean = np.concatenate([own[0] for own in figures])
        scale = np.concatenate([own[1] for own in figures])
        return Standardized(
            self._written(train, mean, scale), self._written(held, mean, scale), mean, scale
        )

    def _written(self, rows: Array, mean: Array, scale: Array) -> Array:
        x = np.empty((len(rows), len(self.names)))
        for start in range(0, len(rows), BLOCK):
            block, own, at = x[start : start + BLOCK], rows[start : start + BLOCK], 0
            for column in self._columns:
                end = at + len(column.names)
                column.write(block[:, at:end], own, mean[at:end], scale[at:end])
                at = end
        return x


class _Column:
    """A column of numbers, or of texts: codes and the different ones."""

    def __init__(self, column: Column) -> None:
        self.names: tuple[str, ...] = (column.name,)
        self._values, self._is_text = column.values, column.is_text
        if column.is_text:
            self._values, different = factorized(column.values)
            self.names = tuple(f"{column.name}={value}" for value in different)

    def figures(self, rows: Array) -> tuple[Array, Array]:
        """Return mean and scale of each of its inputs over some rows."""
        own = self._values.take(rows)
        if not self._is_text:
            return scaling(own[:, None])
        mean = np.bincount(own, minlength=len(self.names)) / len(own)
        scale = np.sqrt(mean * (1 - mean))
        return mean, np.where(scale == 0, 1.0, scale)

    def write(self, x: Array, rows: Array, mean: Array, scale: Array) -> None:
        """Write some rows in standard deviations. x: (rows, its inputs)"""
        own = self._values.take(rows)
        if not self._is_text:
            x[:, 0] = np.clip((own - mean) / scale, -MAX_DEVIATIONS, MAX_DEVIATIONS)
            return
        each = np.tile(-mean / scale, (len(mean), 1))  # a row for each of the different texts
        np.fill_diagonal(each, (1 - mean) / scale)
        x[:] = each.take(own, axis=0)


def factorized(values: Array) -> tuple[Array, list[str] | list[float]]:
    """Return which of the different values each one is, and these in ascending order.

    Args:
        values: (rows,) texts or numbers.
    """
    if values.dtype != object:
        different, codes = np.unique(values, return_inverse=True)
        return codes, different.tolist()
    texts = values.tolist()
    names = sorted(set(texts))
    index = {text: k for k, text in enumerate(names)}
    return np.fromiter(map(index.__getitem__, texts), np.int64, len(texts)), names


def scaling(x: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of each column; that of a constant one is 1.

    Args:
        x: (n, D).

    Returns:
        mean (D,) and scale (D,), above 0.
    """
    mean, scale = x.mean(axis=0), x.std(axis=0)
    # The mean of equal numbers may be off by a rounding: that is no deviation to divide by.
    constant = scale <= 10 * np.finfo(float).eps * np.abs(x).max(axis=0)
    return np.where(constant, x[0], mean), np.where(constant, 1.0, scale)


def scaled(x: Array, mean: Array, scale: Array) -> Array:
    """Return numbers in standard deviations, the farthest ones clipped."""
    return np.clip((x - mean) / scale, -MAX_DEVIATIONS, MAX_DEVIATIONS)
