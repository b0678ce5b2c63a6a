"""A ReLU network that learns by Adam."""

import itertools

import numpy as np

from common.adam import Adam


def trained_loss(sizes, x, y, updates, rate, batch, rng):
    """Train a ReLU network and return its loss on all points, half the mean square.

    sizes: of input, hidden layers and output. x, y: (points, 1). rate: of Adam.
    batch: points of an update, drawn from all of them. rng: draws weights and batches.
    """
    pairs = list(itertools.pairwise(sizes))
    params = [rng.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in pairs]  # He et al. 2015
    params += [np.zeros(b) for _, b in pairs]
    depth = len(pairs)
    adam = Adam(params, rate)

    def forward(x):
        h = [x]
        for k in range(depth):
            z = h[k] @ params[k] + params[depth + k]
            h.append(np.maximum(z, 0) if k < depth - 1 else z)  # the output is linear
        return h

    for _ in range(updates):
        rows = rng.permutation(len(x))[:batch]
        h = forward(x[rows])
        dz = (h[-1] - y[rows]) / len(rows)  # of half the mean square
        gradient = [None] * len(params)
        for k in reversed(range(depth)):
            gradient[k], gradient[depth + k] = h[k].T @ dz, dz.sum(0)
            dz = dz @ params[k].T * (h[k] > 0)  # backward through the layer below
        adam.step(gradient)
    return 0.5 * np.mean((forward(x)[-1] - y) ** 2)
