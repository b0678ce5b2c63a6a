"""Exact numbers of pieces and of the neurons that they take, for one fold after another."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.nets.studies import sawtooth as nets

Array = np.ndarray
MAX_FOLDS = 8  # folds that are counted


@dataclass(frozen=True, eq=False)
class PieceCounts:
    """Exact numbers for 1, 2, ... folds; (MAX_FOLDS,) each.

    Attributes:
        folds: how many. pieces: of the deep network that is built.
        deep: its neurons. wide: the fewest neurons of one layer with as many pieces.
        bound: 2^(folds - 1), what the source prints. below: the most pieces of one layer of
            one neuron less than that.
        one_layer: pieces of the one layer of 2^folds neurons that is built to be the triangle.
        apart: how far any of these is from it, at most.
    """

    folds: Array
    pieces: Array
    deep: Array
    wide: Array
    bound: Array
    below: Array
    one_layer: Array
    apart: float


@functools.cache
def counts() -> PieceCounts:
    """Return the exact numbers, counted once."""
    folds = range(1, MAX_FOLDS + 1)
    return PieceCounts(
        np.array(folds),
        np.array([nets.deep_pieces(k) for k in folds]),
        np.array([2 * k for k in folds]),
        np.array([nets.least_width(k) for k in folds]),
        np.array([2 ** (k - 1) for k in folds]),
        np.array([nets.most_pieces(2 ** (k - 1) - 1) for k in folds]),
        np.array([nets.pieces((2**k,), nets.built_wide(k)) for k in folds]),
        max(nets.off_target(k) for k in folds),
    )
