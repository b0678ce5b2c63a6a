"""A column of a table as it was read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ReadColumn:
    """A column as it was read.

    Attributes:
        name: in the table.
        kind: one of `kinds.KINDS`.
        values: (rows,) float64 with nan in gaps, for numbers, dates (days since `start`) and
            times (seconds since it); otherwise texts, empty in gaps.
        used: whether it is an input or the target. why: how it is read, or why it is not used.
        unit: of its numbers, or empty.
        start: of dates and times: what the value 0 is, in days since 1970 or seconds.
        is_strayed: whether it would be one of numbers but for a few cells.
    """

    name: str
    kind: str
    values: Array
    used: bool = True
    why: str = ""
    unit: str = ""
    start: float = 0.0
    is_strayed: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.values.dtype != object

    @property
    def gaps(self) -> Array:
        """(rows,) where it has none."""
        if self.is_numeric:
            return np.isnan(self.values)
        return ~self.values.astype(bool)
