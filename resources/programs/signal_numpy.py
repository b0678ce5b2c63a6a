"""Signal and gradient through the layers of a random network.

Sources: Poole et al. 2016 (length and correlation map), Schoenholz et al. 2017 (depth scales),
Glorot & Bengio 2010 (Xavier), He et al. 2015 (He).
"""

# ---- Parameters
ACTIVATION = "relu"  # one of those in activation_and_derivative
SLOPE = 0.01  # of leaky ReLU below zero
WEIGHT_STD = 1.4142135623730951  # of a weight times the root of the units before it
BIAS_STD = 0.0
DEPTH = 30  # layers
WIDTH = 256  # units of each
INPUTS = 12  # how many inputs go through
CORRELATION = 0.3  # of any two inputs
SEED = 1  # of all random numbers
TILE = 256  # side of the parts in which weights are drawn

import math

import numpy as np

from common.activations import activation_and_derivative

activation, derivative = activation_and_derivative(ACTIVATION, SLOPE)
BIASES, DIRECTIONS, GRADIENTS = 1, 2, 3  # what else is drawn


def normal(of, layer, rows):
    """Return standard normal numbers (rows, WIDTH), the same each time."""
    return np.random.default_rng((SEED, of, layer)).standard_normal((WIDTH, rows)).T


def weights_of(layer):
    """Return a layer's weights (WIDTH, WIDTH), drawn tile by tile, the same each time."""
    places = range(math.ceil(WIDTH / TILE))
    tiles = [
        [
            np.random.default_rng((SEED, layer, i, j)).standard_normal((TILE, TILE))
            for j in places
        ]
        for i in places
    ]
    return np.block(tiles)[:WIDTH, :WIDTH] * WEIGHT_STD / math.sqrt(WIDTH)


# Inputs of mean square 1, any two of which have the same correlation.
basis, _ = np.linalg.qr(normal(DIRECTIONS, 0, INPUTS + 1).T)
shared, *own = math.sqrt(WIDTH) * basis.T
h = math.sqrt(CORRELATION) * shared + math.sqrt(1 - CORRELATION) * np.array(own)

pre_activations = []
print("layer  mean square  across inputs  across units  correlation")
for layer in range(DEPTH):
    z = h @ weights_of(layer) + BIAS_STD * normal(BIASES, layer, 1)
    h = activation(z)
    pre_activations.append(z)
    length = np.linalg.norm(z, axis=1)
    cosine = z @ z.T / np.maximum(np.outer(length, length), 1e-300)
    pairs = cosine[np.triu_indices(INPUTS, 1)]
    print(
        f"{layer + 1:5}  {np.mean(h**2):11.4g}  {h.var(0).mean():13.4g}  "
        f"{h.var(1).mean():12.4g}  {pairs.mean():11.4f}"
    )

dh = normal(GRADIENTS, 0, INPUTS)
last = np.mean(dh**2)
for layer in reversed(range(1, DEPTH)):
    dh = (dh * derivative(pre_activations[layer])) @ weights_of(layer).T
print(f"the gradient's mean square at layer 1 is {np.mean(dh**2) / last:.4g} of the last's")
