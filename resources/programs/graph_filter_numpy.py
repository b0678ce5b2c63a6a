"""A polynomial of a graph's Laplacian as a filter: by neighbours, and in the spectrum.

Sources: Shuman et al. 2013 (frequencies on graphs), Defferrard et al. 2016 (polynomial
filters), Kipf & Welling 2017 (one step a layer), Li, Han & Wu 2018 (over-smoothing).
"""

# ---- Parameters
LOW = 1.0  # gain at the eigenvalue 0
MIDDLE = 0.3  # at half the largest eigenvalue
HIGH = 0.0  # at the largest
TIMES = 2  # how often the filter is applied
NORMALIZED = False  # True: the Laplacian D^(-1/2) (D - W) D^(-1/2); False: D - W
WEIGHTS = 1.0  # of the edges: a list, or one number for all
# The ends of each edge.
EDGES = [
    (0, 1), (0, 2), (0, 4), (0, 5), (0, 10), (0, 12), (0, 13), (0, 14), (0, 15), (0, 28),
    (1, 2), (1, 8), (1, 12), (1, 14), (1, 33), (2, 10), (2, 13), (2, 14), (2, 16), (2, 35),
    (3, 5), (3, 7), (3, 9), (3, 15), (3, 16), (3, 17), (4, 5), (4, 7), (4, 9), (4, 15), (4, 16),
    (5, 9), (5, 10), (5, 12), (5, 16), (5, 17), (5, 18), (6, 8), (6, 9), (6, 12), (6, 13),
    (6, 14), (6, 15), (6, 17), (6, 18), (7, 8), (7, 10), (7, 16), (7, 18), (8, 9), (8, 13),
    (8, 14), (8, 15), (8, 16), (8, 17), (8, 19), (8, 35), (9, 10), (10, 11), (10, 12), (11, 16),
    (11, 19), (12, 16), (12, 18), (13, 15), (13, 16), (14, 16), (14, 17), (14, 19), (14, 26),
    (15, 17), (15, 24), (16, 28), (16, 33), (17, 18), (17, 30), (20, 24), (20, 27), (20, 32),
    (20, 35), (20, 36), (21, 25), (21, 27), (21, 32), (21, 34), (21, 35), (22, 24), (22, 30),
    (22, 31), (23, 32), (23, 36), (23, 37), (23, 38), (24, 25), (24, 31), (24, 34), (24, 38),
    (24, 39), (25, 31), (25, 38), (26, 38), (27, 34), (27, 36), (27, 37), (28, 33), (28, 34),
    (29, 30), (29, 31), (29, 32), (29, 36), (29, 37), (29, 38), (30, 31), (30, 36), (30, 38),
    (30, 39), (31, 32), (31, 34), (31, 35), (31, 37), (33, 37), (34, 35), (34, 36), (34, 38),
    (36, 38), (37, 38), (38, 39),
]  # fmt: skip # a table of numbers
# The signal, node by node; then the same with noise, which is what is filtered.
CLEAN = [
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
    1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0,
    -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0,
]  # fmt: skip # a table of numbers
NOISY = [
    0.438648, 0.072949, 0.826147, 1.294312, 1.795233, 1.076794, 0.613147, 0.450654, 1.524122,
    2.144348, 1.190938, 0.13667, 0.329214, 2.120013, 1.142018, -0.212494, 0.941413, 0.185742,
    0.559498, 0.658396, -1.499319, -0.612635, -1.04416, -1.412602, -0.713254, -0.419101,
    -2.150116, -1.179711, -1.686523, -1.121209, -1.902593, -0.985517, -1.02652, -1.213036,
    -1.733549, -1.277333, -1.76393, -1.948646, -0.84265, -1.776545,
]  # fmt: skip # a table of numbers

import numpy as np

i, j = np.array(EDGES).T
w = np.broadcast_to(WEIGHTS, len(i))
clean, x = np.array(CLEAN), np.array(NOISY)

n = len(x)
L = np.zeros((n, n))
np.add.at(L, (i, j), -w)
np.add.at(L, (j, i), -w)
L -= np.diag(L.sum(1))
scale = np.ones(n)
if NORMALIZED:
    degrees = np.diag(L)
    scale = np.divide(1, np.sqrt(degrees), out=np.zeros(n), where=degrees > 0)
    L = scale[:, None] * L * scale
values, waves = np.linalg.eigh(L)
largest = values[-1]
c = LOW, 4 * MIDDLE - 3 * LOW - HIGH, 2 * LOW - 4 * MIDDLE + 2 * HIGH


def p(eigenvalues):
    """Return the gain at eigenvalues of L."""
    t = eigenvalues / largest
    return c[0] + c[1] * t + c[2] * t**2


def difference(x):
    """Return L x without the matrix: how far each node is from its neighbours."""
    out, y = np.zeros(n), scale * x
    np.add.at(out, i, w * (y[i] - y[j]))
    np.add.at(out, j, w * (y[j] - y[i]))
    return scale * out


def by_neighbours(x):
    """Return p(L) x, in two steps from neighbour to neighbour."""
    once = difference(x) / largest
    return c[0] * x + c[1] * once + c[2] * difference(once) / largest


def roughness(x):
    """Return x L x / x x, an average of the eigenvalues that x is made of."""
    return x @ L @ x / max(x @ x, 1e-300)


print(f"p(t) = {c[0]:.4g} + {c[1]:.4g} t + {c[2]:.4g} t^2, t = lambda / {largest:.6f}")
near = x
for _ in range(TIMES):
    near = by_neighbours(near)
spectral = waves @ (p(values) ** TIMES * (waves.T @ x))
print(f"after {TIMES}: ways differ by {np.abs(near - spectral).max():.1e}")
print(f"x L x / x x: {roughness(x):.6f} before, {roughness(near):.6f} after")
print("repetitions, mean square off the clean signal, variance across nodes")
for r in (0, 1, 2, 4, 8, 16, 32, 64):
    y = waves @ (p(values) ** r * (waves.T @ x))
    print(f"{r:3} {np.mean((y - clean) ** 2):.6g} {y.var():.6g}")
