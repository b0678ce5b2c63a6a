"""The diagonal flip of images of four pixels, trained image after image from several seeds.

Sources: "Network Architecture Design", chapter 10, the listing of the diagonal flip; Eckart &
Young 1936 (rank).
"""

# ---- Parameters
WIDTH = 2  # of the hidden layers
DEPTH = 1  # hidden layers
INIT = "He"  # "He", "Xavier", or the standard deviation of all weights, such as "0.5"
EPOCHS = 200
SEEDS = 4  # networks, from seed 42 on

import itertools

import numpy as np

x = np.array(list(itertools.product((0.0, 1.0), repeat=4)))  # 16 images [a, b, c, d]
y = x[:, [0, 2, 1, 3]]
sizes = (4, *(WIDTH,) * DEPTH, 4)


def std(a, b):
    """Return the standard deviation of a matrix's weights at initialization, (a, b)."""
    if INIT == "He":
        return np.sqrt(2 / a)
    if INIT == "Xavier":
        return np.sqrt(2 / (a + b))
    return float(INIT)


def train(seed, rate=0.05):
    """Return the mean loss of the last epoch."""
    rng = np.random.RandomState(seed)
    shapes = list(itertools.pairwise(sizes))
    weights = [rng.standard_normal((a, b)) * std(a, b) for a, b in shapes]
    biases = [np.zeros(b) for _, b in shapes]
    for _ in range(EPOCHS):
        losses = []
        for image, target in zip(x, y, strict=True):
            h, kept = image, []
            for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
                kept.append(h)
                h = h @ w + b
                if k < len(weights) - 1:
                    h = np.maximum(h, 0)
            losses.append(0.5 * np.mean((target - h) ** 2))
            delta = (h - target) / 4
            for k in reversed(range(len(weights))):
                back = weights[k] @ delta
                weights[k] -= rate * np.outer(kept[k], delta)
                biases[k] -= rate * delta
                delta = back * (kept[k] > 0)
    return np.mean(losses)


# The narrowest layer bounds the rank, and so the loss, of a linear network.
covariance = np.linalg.eigvalsh(np.cov(y.T, bias=True))
floor = 0.5 * covariance[: max(0, 4 - min(sizes))].sum() / 4
print(f"floor of the rank {floor:.5f}")
for seed in range(42, 42 + SEEDS):
    print(f"seed {seed}: mean loss of the last epoch {train(seed):.6f}")
