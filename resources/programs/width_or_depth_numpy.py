"""A wide and a deep network with as many parameters, trained on the same curve.

Sources: Telgarsky 2015 (arXiv 1509.08101), Hanin & Rolnick 2019 (arXiv 1901.09021).
"""

# ---- Parameters
WIDE = [66]  # hidden layers of the wide network
DEEP = [9, 9, 9]  # and of the deep one
SPEED = 8.0  # of the curve's sine: more of it is more crests
UPDATES = 2500
SAMPLES = 256  # points
SEEDS = 3  # networks of each kind
RATE = 0.01  # of Adam
BATCH = 32  # points of an update

import itertools

import numpy as np

from common.training import trained_loss


def target(x):
    """Return the curve that both learn."""
    return 0.55 * np.sin(SPEED * x) + 0.2 * x


for name, hidden in {"wide": WIDE, "deep": DEEP}.items():
    sizes = [1, *hidden, 1]
    losses = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1, 1, (SAMPLES, 1))
        losses.append(trained_loss(sizes, x, target(x), UPDATES, RATE, BATCH, rng))
    count = sum(a * b + b for a, b in itertools.pairwise(sizes))
    print(f"{name}: {count} parameters, median loss {np.median(losses):.2e}")
