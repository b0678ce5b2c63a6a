"""Layer norm behind a layer: weights stretched by a, pre-activations shifted.

The outputs stay; the gradient is shorter by a, and at a right angle to the weights.

Sources: Ba, Kiros & Hinton 2016 (layer norm, its invariances), van Laarhoven 2017 (effective
learning rate).
"""

# ---- Parameters
STRETCH = 2.0  # a
SHIFT = 1.0  # of all pre-activations
EPS = 1e-05  # what is added to the variance
INPUT = [0.8, -0.5, 0.3]
PRE_ACTIVATIONS = [1.4, -0.6, 0.3, -1.7, 0.9, 2.1, -0.2, -1.1]  # z = x W + b, at a = 1
TARGET = [0.6, 0.4, -0.9, -0.7, 1.2, 0.8, 0.5, -1.9]  # of the outputs

import numpy as np

x, target = np.array(INPUT), np.array(TARGET)
W = np.random.default_rng(5).normal(size=(len(x), len(PRE_ACTIVATIONS))) / np.sqrt(3)
b = np.array(PRE_ACTIVATIONS) - x @ W


def layer(W, b):
    """Return the outputs, and the gradient by weights and biases (inputs + 1, outputs)."""
    z = x @ W + b
    std = np.sqrt(z.var() + EPS)
    n = (z - z.mean()) / std
    dn = (n - target) / len(n)  # of the loss, half the mean square
    dz = (dn - dn.mean() - n * (dn * n).mean()) / std
    return n, np.vstack([np.outer(x, dz), dz])


with np.errstate(invalid="ignore"):  # 0 / 0, where EPS is 0 and all pre-activations are equal
    first, gradient = layer(W, b)
    print(f"a = 1: gradient {np.linalg.norm(gradient):.6g}")
    for a in (0.1, 1, 10, STRETCH):
        n, other = layer(a * W, a * b + SHIFT)
        off, length = np.abs(n - first).max(), np.linalg.norm(other)
        print(
            f"a = {a:g}: outputs off by {off:.2g}, gradient {length:.6g}, "
            f"along the weights {np.sum(other * np.vstack([W, b])):.2g}"
        )
