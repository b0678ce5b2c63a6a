"""The linear regions of one layer of ReLU in any number of dimensions, counted exactly.

Each neuron divides the space of the inputs by a hyperplane, and a region is what no
hyperplane cuts. In general position every region has a corner (once the directions in
which no neuron looks are left out), where as many hyperplanes meet as there are dimensions,
and around a corner every combination of their sides is a region. So the corners, each a
small linear system, list all regions.
"""

from __future__ import annotations

import itertools

import numpy as np

Array = np.ndarray
TOUCHES = 1e-9  # of the scale of the sums: a hyperplane that passes through a corner


def count_cells(weights: Array, biases: Array) -> int:
    """Return the number of regions into which a layer of ReLU divides its input space.

    Args:
        weights: (D, n) of n neurons. biases: (n,).

    Raises:
        ValueError: a further hyperplane passes through a corner, so that the count would
            not be exact.
    """
    _, sizes, right = np.linalg.svd(weights, full_matrices=False)
    rank = int((sizes > TOUCHES * sizes.max(initial=0)).sum())
    n = weights.shape[1]
    if rank == 0:
        return 1
    w = (sizes[:rank, None] * right[:rank]).T  # (n, rank): the directions that are looked at
    corners = np.array(list(itertools.combinations(range(n), rank)))  # (corners, rank)
    corners = corners[np.linalg.cond(w[corners]) < 1 / TOUCHES]  # parallel ones never meet
    at = np.linalg.solve(w[corners], -biases[corners][..., None])[..., 0]  # (corners, rank)
    z = at @ w.T + biases  # (corners, n)
    meets = np.zeros(z.shape, bool)
    np.put_along_axis(meets, corners, True, axis=1)
    scale = np.abs(at) @ np.abs(w).T + np.abs(biases)
    if (np.abs(z) <= TOUCHES * scale)[~meets].any():
        raise ValueError("more hyperplanes meet in a corner than there are dimensions")
    place = 2.0 ** np.arange(n)  # a number for each combination of sides; exact up to n = 53
    sides = np.array(list(itertools.product((0, 1), repeat=rank)))  # (2^rank, rank)
    fixed = ((z > 0) & ~meets) @ place  # (corners,)
    free = place[corners] @ sides.T  # (corners, 2^rank)
    return len(np.unique(fixed[:, None] + free))
