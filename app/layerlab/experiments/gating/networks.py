"""What the page on gates is made of: networks along the input, and both over many seeds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray
ACTIVE = 0.5  # a softplus unit whose derivative is above this counts as active


@dataclass(frozen=True, eq=False)
class Net:
    """One trained network along the input.

    Attributes:
        gates: (units, GRID) derivative of each unit, the first layer's first.
        y: (GRID,) the function.
        patterns: (GRID,) which pattern of active units holds, counted from the left.
        loss: on the training points.
    """

    gates: Array
    y: Array
    patterns: Array
    loss: float

    @property
    def is_active(self) -> Array:
        """Share of the units that are active, by input. (GRID,)"""
        return np.asarray((self.gates > ACTIVE).mean(0))

    @property
    def subnetworks(self) -> int:
        """Number of different patterns along the input."""
        return len(np.unique(self.gates > ACTIVE, axis=1).T)

    @property
    def dead(self) -> int:
        """Units whose derivative is 0 at every input."""
        return int((self.gates == 0).all(1).sum())


@dataclass(frozen=True, eq=False)
class SeedStatistics:
    """Both networks over many seeds.

    Attributes:
        updates: (m,) at which losses are known. losses: activation -> (SEEDS, m) validation
            losses on the page's task.
        finals: task -> activation -> (SEEDS,) validation losses at the end.
    """

    updates: Array = field(default_factory=lambda: np.zeros(0))
    losses: dict[str, Array] = field(default_factory=dict)
    finals: dict[str, dict[str, Array]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        x: (GRID,) inputs. points: (N, 2) the training points.
        nets: activation -> network. hidden: widths. updates: of their training.
        seeds: what many seeds gave so far.
        task: its name.
    """

    x: Array
    points: Array
    nets: dict[str, Net]
    hidden: tuple[int, ...]
    updates: int
    seeds: SeedStatistics
    task: str
