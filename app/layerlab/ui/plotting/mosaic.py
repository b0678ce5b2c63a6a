"""Mosaic: small images of one size side by side, which are drawn as one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Mosaic:
    """Places of images, in units of their pixels; x to the right, y downwards.

    Attributes:
        count: how many there are. rows, columns: of each.
        across: how many are side by side.
        right, below: pixels between two of them.
    """

    count: int
    rows: int
    columns: int
    across: int
    right: int
    below: int

    @property
    def down(self) -> int:
        """How many are below each other."""
        return -(-self.count // self.across)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The outermost edges, with the gaps after the last images."""
        wide, high = self.columns + self.right, self.rows + self.below
        return 0.0, float(self.across * wide), 0.0, float(self.down * high)

    def corners(self) -> tuple[Array, Array]:
        """Return left and top of all images. (count,) and (count,)"""
        k = np.arange(self.count)
        wide, high = self.columns + self.right, self.rows + self.below
        return k % self.across * float(wide), k // self.across * float(high)

    def colors(self, images: Array, ground: Array) -> Array:
        """Return all images as one.

        Args:
            images: (count, rows, columns, 3), 0 to 255. ground: (3,) what is between them.

        Returns:
            (down · (rows + below), across · (columns + right), 3) uint8.
        """
        down, across = self.down, self.across
        high, wide = self.rows + self.below, self.columns + self.right
        whole = np.empty((down * across, high, wide, 3), np.uint8)
        whole[:] = ground
        whole[: self.count, : self.rows, : self.columns] = images
        lanes = whole.reshape(down, across, high, wide, 3).transpose(0, 2, 1, 3, 4)
        return np.ascontiguousarray(lanes.reshape(down * high, across * wide, 3))

    def at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Return the image at a place, and row and column in it; None where there is none.

        Rows and columns go on in the gaps below and right of an image.
        """
        j, column = divmod(int(np.floor(x)), self.columns + self.right)
        i, row = divmod(int(np.floor(y)), self.rows + self.below)
        k = i * self.across + j
        if not 0 <= j < self.across or i < 0 or k >= self.count:
            return None
        return k, row, column
