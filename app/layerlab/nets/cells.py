"""The linear regions of layers of ReLU in any number of dimensions, counted exactly.

Each neuron divides the space of the inputs by a hyperplane, and a region is what no
hyperplane cuts. In general position every region has a corner (once the directions in
which no neuron looks are left out), where as many hyperplanes meet as there are dimensions,
and around a corner every combination of their sides is a region. So the corners, each a
small linear system, list all regions.

Further layers cut each region by hyperplanes of their own: within it, what they see is a linear
function of the input. So a region is counted among all hyperplanes that there are in it, those
of the layers before included.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

Array = np.ndarray
TOUCHES = 1e-9  # of the scale of the pre-activations: a hyperplane that passes through a corner


def count_cells(weights: Array, biases: Array) -> int:
    """Return the number of regions into which a layer of ReLU divides its input space.

    Args:
        weights: (D, n) of n neurons. biases: (n,).

    Raises:
        ValueError: a further hyperplane passes through a corner, so that the count would
            not be exact.
    """
    return len(_cells(weights, biases))


def count_cells_of_layers(layers: Sequence[tuple[Array, Array]]) -> int:
    """Return the number of regions into which several layers of ReLU divide their input space.

    Regions differ in which of the neurons, of any layer, are active.

    Args:
        layers: weights (in, out) and biases (out,) of each; the first has D inputs.

    Raises:
        ValueError: as `count_cells`.
    """
    inputs = len(layers[0][0])
    return _count_within(
        layers, (np.empty((inputs, 0)), np.empty(0)), 0.0, np.eye(inputs), np.zeros(inputs)
    )


def _count_within(
    layers: Sequence[tuple[Array, Array]],
    known: tuple[Array, Array],
    cell: float,
    slope: Array,
    constant: Array,
) -> int:
    """Return the regions of the next layers within one of those before.

    Args:
        layers: those that follow.
        known: hyperplanes of those before: normals (D, m) and offsets (m,).
        cell: the region, see `_cells`.
        slope, constant: what the region's inputs x are to the next layer: x @ slope + constant.
            (D, in), (in,)
    """
    (weights, biases), rest = layers[0], layers[1:]
    cuts, offsets = slope @ weights, constant @ weights + biases
    seen = np.hstack((known[0], cuts)), np.concatenate((known[1], offsets))
    cells = _cells(*seen, known=len(known[1]), cell=cell)
    if not rest:
        return len(cells)
    before, count = 2.0 ** len(known[1]), 0
    for found in cells:
        is_active = np.floor(found / before / 2.0 ** np.arange(len(biases))) % 2
        count += _count_within(rest, seen, found, cuts * is_active, offsets * is_active)
    return count


def _cells(weights: Array, biases: Array, known: int = 0, cell: float = 0.0) -> Array:
    """Return the regions as numbers: the sum of 2^k over the neurons k that are active.

    Args:
        weights: (D, n). biases: (n,); at most 53 neurons, so that the numbers are exact.
        known: of so many neurons, the first, the sides are known.
        cell: which of these are active, in the same form; other regions are left out.
    """
    _, sizes, right = np.linalg.svd(weights, full_matrices=False)
    rank = int((sizes > TOUCHES * sizes.max(initial=0)).sum())
    n = weights.shape[1]
    if rank == 0:
        return np.array([cell + ((biases > 0) * 2.0 ** np.arange(n))[known:].sum()])
    w = (sizes[:rank, None] * right[:rank]).T  # (n, rank): the directions that are looked at
    corners = np.array(list(itertools.combinations(range(n), rank)))  # (corners, rank)
    length = np.linalg.norm(w, axis=1)
    length[length <= TOUCHES * length.max()] = np.inf  # rounding of 0: it cuts nowhere
    volume = np.abs(np.linalg.det(w[corners])) / length[corners].prod(1)
    corners = corners[volume > TOUCHES]  # parallel ones never meet
    at = np.linalg.solve(w[corners], -biases[corners][..., None])[..., 0]  # (corners, rank)
    z = at @ w.T + biases  # (corners, n)
    meets = np.zeros(z.shape, bool)
    np.put_along_axis(meets, corners, True, axis=1)
    scale = np.abs(at) @ np.abs(w).T + np.abs(biases)
    if (np.abs(z) <= TOUCHES * scale)[~meets].any():
        raise ValueError("more hyperplanes meet in a corner than there are dimensions")
    place = 2.0 ** np.arange(n)
    is_active = np.floor(cell / place[:known]) % 2
    borders = ((z > 0)[:, :known] == is_active) | meets[:, :known]  # corners of the region
    z, meets, corners = (part[borders.all(1)] for part in (z, meets, corners))
    sides = np.array(list(itertools.product((0, 1), repeat=rank)))  # (2^rank, rank)
    fixed = ((z > 0) & ~meets) @ place  # (corners,)
    free = place[corners] @ sides.T  # (corners, 2^rank)
    found = np.unique(fixed[:, None] + free)
    return np.asarray(found[found % 2.0**known == cell])
