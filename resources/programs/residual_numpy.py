"""Plain and residual networks: at initialization, and trained with one layer taken out.

Sources: He et al. 2016 (arXiv 1512.03385 and 1603.05027), Veit et al. 2016 (arXiv 1605.06431,
layers removed), Radford et al. 2019 (scaled residual layers).
"""

# ---- Parameters
ACTIVATION = "relu"  # one of those in activation_and_derivative
DEPTH = 20  # layers at initialization
FACTOR = 0.5  # a: what each layer of the chain multiplies by
LAYERS = 20  # of the networks that are trained
ABLATED = 10  # the one whose weights and biases are set to 0, from 1
DECAY = 0.0  # weight decay of AdamW

import itertools

import numpy as np

from common.activations import activation_and_derivative
from common.adam import Adam

activation, derivative = activation_and_derivative(ACTIVATION)

# 1. Signal and gradient behind random layers.
width = 64
scales = {"plain": 1.0, "residual": 1.0, "scaled": 1 / np.sqrt(2 * DEPTH)}
for name, scale in scales.items():
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((DEPTH, width, width)) * scale * np.sqrt(2 / width)
    skip = 0.0 if name == "plain" else 1.0
    h, pre_activations = rng.standard_normal(width), []
    dh = rng.standard_normal(width)
    begun, arrived = np.mean(h**2), np.mean(dh**2)
    for w in weights:
        pre_activations.append(h @ w)
        h = skip * h + activation(pre_activations[-1])
    for w, z in zip(weights[::-1], pre_activations[::-1], strict=True):
        dh = skip * dh + (dh * derivative(z)) @ w.T
    print(
        f"{name:9} after {DEPTH} layers: signal {np.mean(h**2) / begun:.3g}, "
        f"gradient {np.mean(dh**2) / arrived:.3g}"
    )

# 2. A chain of factors.
a = FACTOR
print(
    f"chain: {a**DEPTH:.4g} plain, {(1 + a) ** DEPTH:.4g} with skips, "
    f"ratio {((1 + a) / a) ** DEPTH:.4g}"
)

# 3. Trained on a sine, then without one layer.
n, rate = 8, 0.003
x = np.linspace(-1, 1, 96)[:, None]
y = np.sin(2 * np.pi * x)


def forward(params, skip):
    """Return the values behind every layer, and the pre-activations z within."""
    h, pre_activations = [x], []
    for k in range(LAYERS + 1):
        z = h[k] @ params[2 * k] + params[2 * k + 1]
        pre_activations.append(z)
        if k == LAYERS:
            h.append(z)
        else:
            h.append((skip * h[k] if k else 0) + activation(z))  # the first layer widens
    return h, pre_activations


for name in ("plain", "scaled"):
    rng = np.random.default_rng(0)
    skip = 0.0 if name == "plain" else 1.0
    scale = 1.0 if name == "plain" else 1 / np.sqrt(2 * LAYERS)
    params = []
    for fan_in, fan_out in itertools.pairwise([1] + [n] * LAYERS + [1]):
        w = rng.standard_normal((fan_in, fan_out)) * scale * np.sqrt(2 / fan_in)
        params += [w, np.zeros(fan_out)]
    adam = Adam(params, rate)
    for _ in range(1500):
        h, pre_activations = forward(params, skip)
        dh, gradient = (h[-1] - y) / len(x), [None] * len(params)
        for k in reversed(range(LAYERS + 1)):
            dz = dh if k == LAYERS else dh * derivative(pre_activations[k])
            gradient[2 * k], gradient[2 * k + 1] = h[k].T @ dz, dz.sum(0)
            dh = dz @ params[2 * k].T + (skip * dh if 0 < k < LAYERS else 0)
        for p in params[::2]:  # the weights; with their decay, Adam is AdamW
            p *= 1 - rate * DECAY
        adam.step(gradient)
    loss = 0.5 * np.mean((forward(params, skip)[0][-1] - y) ** 2)
    params[2 * ABLATED - 2][:] = 0
    params[2 * ABLATED - 1][:] = 0
    prediction = forward(params, skip)[0][-1]
    print(
        f"{name:9} {LAYERS} layers: loss {loss:.2g}; without layer {ABLATED} "
        f"{0.5 * np.mean((prediction - y) ** 2):.2g}, predictions {prediction.min():.3f} to "
        f"{prediction.max():.3f}"
    )
