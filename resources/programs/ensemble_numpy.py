"""Ensembles of small networks on several draws of the data: what the mean of k is good for.

Half of the networks predict the variance of the mean, from the variance v of one network and
the correlation rho of two; the other half is averaged and compared with that.

Sources: Krogh & Vedelsby 1995 (ensembles), Breiman 1996 (bagging), Lakshminarayanan et al. 2017
(arXiv 1612.01474, ensembles by seed), Fisher 1925 (intraclass correlation).
"""

# ---- Parameters
K = 10  # networks of an ensemble
BOOTSTRAP = False  # whether each network draws its points again, with repetition
TASK = "wave"  # the curve: "wave", "abs", "step" or "sine-mix"
NOISE = 0.3  # standard deviation of the noise in the points
DRAWS = 16  # of the data
SAMPLES = 32  # points of a draw
UPDATES = 500
RATE = 0.01  # of Adam
EDGE = 0.9  # networks are looked at from -EDGE to EDGE
# Each network has one of these: activation, initializer, hidden layers.
ARCHITECTURES = [["relu", "he-normal", [16, 16]]]

import itertools

import numpy as np

from common.activations import activation_and_derivative
from common.adam import Adam
from common.curves import CURVES

nets = max(2 * K, 4)  # of a draw


def trained(name, init, hidden, x, y, at):
    """Train one network on each of x, y (n, samples, 1) by Adam; return the outputs at `at`."""
    activation, derivative = activation_and_derivative(name)
    pairs = list(itertools.pairwise([1, *hidden, 1]))
    shape = len(x)
    params = []
    for a, b in pairs:
        variance = {"he-normal": 2 / a, "xavier-normal": 2 / (a + b)}[init]
        params.append(rng.standard_normal((shape, a, b)) * np.sqrt(variance))
    params += [np.zeros((shape, 1, b)) for _, b in pairs]
    depth = len(pairs)
    adam = Adam(params, RATE)

    def forward(h):
        pre_activations, outputs = [], [h]
        for layer in range(depth):
            z = outputs[-1] @ params[layer] + params[depth + layer]
            pre_activations.append(z)
            outputs.append(activation(z) if layer < depth - 1 else z)
        return pre_activations, outputs

    for _ in range(UPDATES):
        pre_activations, outputs = forward(x)
        dz, gradient = (outputs[-1] - y) / SAMPLES, [None] * (2 * depth)
        for layer in reversed(range(depth)):
            gradient[layer] = outputs[layer].transpose(0, 2, 1) @ dz
            gradient[depth + layer] = dz.sum(1, keepdims=True)
            if layer:
                slope = derivative(pre_activations[layer - 1])
                dz = dz @ params[layer].transpose(0, 2, 1) * slope
        adam.step(gradient)
    return forward(np.broadcast_to(at, (shape, *at.shape)))[1][-1][..., 0]


curve = CURVES[TASK]
rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (DRAWS, 1, SAMPLES, 1))
y = curve(x) + NOISE * rng.standard_normal(x.shape)
x, y = (np.repeat(a, nets, axis=1).reshape(-1, SAMPLES, 1) for a in (x, y))
if BOOTSTRAP:
    rows = rng.integers(0, SAMPLES, x.shape)
    x, y = (np.take_along_axis(a, rows, 1) for a in (x, y))
at = np.linspace(-EDGE, EDGE, 61)[:, None]
which = rng.integers(0, len(ARCHITECTURES), DRAWS * nets)
predictions = np.empty((DRAWS * nets, len(at)))
for number, (name, init, hidden) in enumerate(ARCHITECTURES):
    mine = which == number
    predictions[mine] = trained(name, init, hidden, x[mine], y[mine], at)
predictions = predictions.reshape(DRAWS, nets, -1)
known, others = predictions[:, : nets // 2], predictions[:, nets // 2 :]

# Variance within a draw of the data is a network's own; that between draws is shared.
means = known.mean(1)
own = ((known - means[:, None]) ** 2).sum((0, 1)) / (DRAWS * (nets // 2 - 1))
shared = means.var(0, ddof=1) - own / (nets // 2)
v = (own + shared).mean()
rho = shared.mean() / v
predicted = 1 / K + (K - 1) / K * rho
seen = others[:, :K].mean(1).var(0, ddof=1).mean() / v
bias = ((predictions.mean((0, 1)) - curve(at)[:, 0]) ** 2).mean()
print(f"{DRAWS} draws: squared bias {bias:.4f}, v {v:.4f}, rho {rho:.3f}")
print(f"mean of {K} other networks: {seen:.3f} v, predicted {predicted:.3f} v")
print(f"ten of rho 0.3: {1 / 10 + 9 / 10 * 0.3:.2f} v")
