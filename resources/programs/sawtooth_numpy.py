"""A triangle folded several times: built from weights, then learned by a ReLU network.

Sources: Telgarsky 2015 (arXiv 1509.08101), section 2; Bellman 1961 (least loss of pieces).
"""

# ---- Parameters
FOLDS = 3
HIDDEN = [2, 2, 2]  # hidden layers of the network that learns
UPDATES = 2000
SAMPLES = 192  # points
SEEDS = 4  # networks
RATE = 0.01  # of Adam
BATCH = 32  # points of an update

import numpy as np

from common.training import trained_loss


def target(x):
    """Return the folded triangle, between -0.5 and 0.5."""
    u = (x + 1) / 2
    for _ in range(FOLDS):
        u = 2 * np.maximum(u, 0) - 4 * np.maximum(u - 0.5, 0)  # two neurons
    return u - 0.5


grid = np.linspace(-1, 1, 2 ** (FOLDS + 3) + 1)
slopes = np.diff(target(grid)) / np.diff(grid)
print(f"{1 + np.sum(np.diff(slopes) != 0)} pieces from {2 * FOLDS} neurons")

for seed in range(SEEDS):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (SAMPLES, 1))
    loss = trained_loss([1, *HIDDEN, 1], x, target(x), UPDATES, RATE, BATCH, rng)
    print(f"seed {seed}: loss {loss:.2e} after {UPDATES} updates")
