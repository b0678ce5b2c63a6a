"""State: all that a training needs to go on, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class State:
    """A training between two updates, for all its seeds.

    The arrays are copies that nobody writes to. Shuffles and dropout masks are pure
    functions of seed, epoch and update (`nets.randomness`), so the update count is all
    the state that the random generators have.

    Attributes:
        update: updates done.
        params: (seeds, P), see `Layout`.
        moments: (slots, seeds, P), what the optimizer remembers.
        first_loss: (seeds,), reported loss of the start; nan until it is known.
        epoch_sum: (seeds,), sum of the batch losses of the epoch under way.
        epoch_count: batches in that sum.
        epoch_loss: (seeds,), mean batch loss of the last whole epoch; nan before.
    """

    update: int
    params: Array
    moments: Array
    first_loss: Array
    epoch_sum: Array
    epoch_count: int
    epoch_loss: Array

    @property
    def seeds(self) -> int:
        """Number of networks."""
        return int(self.params.shape[0])

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self.params.nbytes + self.moments.nbytes + 3 * self.first_loss.nbytes)

    def alone(self) -> State:
        """Return the state with arrays of its own.

        An engine gives the states of many updates as parts of one large array, and each of
        them would keep all of it: a state that is kept for long has to let go of the others.
        """
        params, moments = _own(self.params), _own(self.moments)
        if params is self.params and moments is self.moments:
            return self
        return replace(self, params=params, moments=moments)

    def running_loss(self) -> Array:
        """Return the `running` report: last whole epoch, or the batches so far. (seeds,)"""
        if self.epoch_count and np.isnan(self.epoch_loss).all():
            return self.epoch_sum / self.epoch_count
        return self.epoch_loss

    def with_parameter(self, seed: int, index: int, value: float) -> State:
        """Return the state with one weight or bias of one seed edited by hand."""
        params = self.params.copy()
        params[seed, index] = value
        return replace(self, params=params)

    def is_finite(self) -> bool:
        """Return whether every parameter of every seed is a number."""
        return bool(np.isfinite(self.params).all())


def _own(array: Array) -> Array:
    """Return the array itself where it has its memory for itself, else a copy."""
    base = array
    while isinstance(base.base, np.ndarray):
        base = base.base
    return array if base.nbytes <= array.nbytes else array.copy()
