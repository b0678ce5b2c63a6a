"""One query and its keys: attention, a kernel average, temperature, gradients.

Where all keys are of one length, attention is a weighted average with a Gaussian kernel.

Sources: Vaswani et al. 2017, section 3.2.1 (scaled dot product), Nadaraya 1964 and Watson 1964
(kernel smoothing), Tsai et al. 2019 (attention as a kernel).
"""

# ---- Parameters
D_K = 64  # numbers of a query or a key
SCALED = True  # whether q . k is divided by the root of D_K
NORM = 64.0  # length of the query
QUERY = 0.3  # its position on the line
# Of each key its position on the line, its value, its length.
KEYS = [
    [-0.9375, 0.251636, 1.0],
    [-0.8125, -0.684304, 1.0],
    [-0.6875, -0.619347, 1.0],
    [-0.5625, -0.865624, 1.0],
    [-0.4375, -0.784529, 1.0],
    [-0.3125, -0.510021, 1.0],
    [-0.1875, -0.361949, 1.0],
    [-0.0625, 0.246486, 1.0],
    [0.0625, 0.497199, 1.0],
    [0.1875, 1.179339, 1.0],
    [0.3125, 0.796115, 1.0],
    [0.4375, 0.526863, 1.0],
    [0.5625, 0.196228, 1.0],
    [0.6875, -0.245687, 1.0],
    [0.8125, -0.647118, 1.0],
    [0.9375, -0.794938, 1.0],
]

import numpy as np

positions, values, norms = np.array(KEYS).T
divisor = np.sqrt(D_K) if SCALED else 1.0


def softmax(logits):
    """Return weights that sum to 1 along the last axis."""
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def entropy(p):
    """Return the entropy of weights along the last axis, in nats."""
    return -(p * np.log(np.where(p > 0, p, 1))).sum(-1)


def direction(position):
    """Return vectors of length 1, (positions, D_K): the line bent to half a circle."""
    angle = np.pi / 2 * np.atleast_1d(position)[:, None]
    return np.tile(np.hstack((np.cos(angle), np.sin(angle))), D_K // 2) / np.sqrt(D_K // 2)


keys = norms[:, None] * direction(positions)
q = NORM * direction(QUERY)[0]
p = softmax(keys @ q / divisor)
distances = ((keys - q) ** 2).sum(1)
kernel = np.exp(-(distances - distances.min()) / (2 * divisor))  # bandwidth^2 = divisor
kernel /= kernel.sum()
print(f"output {p @ values:.6f}, kernel {kernel @ values:.6f}")
print(f"weights differ by {np.abs(p - kernel).max():.1e}")
print(f"entropy {entropy(p):.6f} of {np.log(len(p)):.6f}")
for times in (0.5, 2):  # longer queries are a lower temperature
    longer = entropy(softmax(times * keys @ q / divisor))
    print(f"entropy {longer:.6f} at norm {times * NORM:g}")

print("random vectors: mean and median of |dL/dq|^2")
rng, n, draws = np.random.default_rng(0), len(positions), 400
for size in (16, 64, 256):
    q, k = rng.standard_normal((draws, size)), rng.standard_normal((draws, n, size))
    target = np.eye(n)[rng.integers(n, size=draws)]
    v, aim = rng.standard_normal((draws, n)), rng.standard_normal(draws)
    for name, root in (("scaled", np.sqrt(size)), ("not", 1.0)):
        p = softmax(np.einsum("bd,bnd->bn", q, k) / root)
        out = (p * v).sum(1)
        by_values = (out - aim)[:, None] * p * (v - out[:, None])
        for loss, d_logits in (("weights", p - target), ("values", by_values)):
            square = ((np.einsum("bn,bnd->bd", d_logits, k) / root) ** 2).sum(1)
            print(f"d_k {size:4} {name:6} {loss:7} {square.mean():.3g} {np.median(square):.3g}")
