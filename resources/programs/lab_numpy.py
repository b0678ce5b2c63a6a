"""A network of the lab and its training, by NumPy alone; it prints the loss of each seed."""

# ---- Parameters
HIDDEN = [8, 8]  # widths of the hidden layers
ACTIVATION = "relu"  # after each of them
SLOPE = 0.01  # of leaky ReLU, below zero
INITIALIZER = "he-normal"
WEIGHT_STD = 1.5  # of the initializer `normal`, times the root of the inputs
BIAS_STD = 0.0  # of the same
HAS_SKIPS = False  # whether a layer adds to what it is given, where the widths match
HAS_LAYER_NORM = False
DROPOUT = 0.0  # probability that an activation is 0 in an update
UPDATES = 40
RATE = 0.01  # learning rate
BATCH = 4  # points of an update
IS_SHUFFLED = True  # whether each epoch has an order of its own
L1 = 0.0  # adds L1 times the sum of the absolute weights to the loss
L2 = 0.0  # adds L2 / 2 times the sum of their squares
IS_DECOUPLED = False  # whether L2 shrinks the weights beside the gradient, as in AdamW
IS_RUNNING = False  # whether the loss is that of the last epoch's batches before their updates
SEEDS = [0, 1]  # a network each
IS_LEGACY = False  # whether weights come from NumPy's RandomState
DTYPE = "float64"
IS_PACKED = False  # whether the points are compressed texts
X = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75]  # inputs, scaled as the network gets them
Y = [1.0, 0.75, 0.5, 0.25, 0.0, 0.25, 0.5, 0.75]  # targets, scaled likewise
HAS_VALIDATION = True  # whether points are held out
VALIDATION_X = [-0.1, 0.1]
VALIDATION_Y = [0.1, 0.1]
INPUTS = 1  # numbers of a point, which stand one after another
OUTPUTS = 1

import base64
import itertools
import zlib

import numpy as np

from common.activations import activation_and_derivative
from common.draws import kept, shuffled
from common.initializers import initial
from common.losses import loss, loss_gradient
from common.optimizers import SLOTS, step

# ---- Data


def points(values, width):
    """Return the points as an array, a row each."""
    if IS_PACKED:
        values = np.frombuffer(zlib.decompress(base64.b64decode(values)), "<f8")
    return np.array(values, DTYPE).reshape(-1, width)


x, y = points(X, INPUTS), points(Y, OUTPUTS)
if HAS_VALIDATION:
    validation_x, validation_y = points(VALIDATION_X, INPUTS), points(VALIDATION_Y, OUTPUTS)
sizes = [INPUTS, *HIDDEN, OUTPUTS]

# ---- Network

activation, derivative = activation_and_derivative(ACTIVATION, SLOPE)


def forward(weights, biases, h, seed=None, update=None):
    """Return the outputs of a batch h, and for each layer what its way back needs.

    With the number of an update, dropout is on.
    """
    cache = []
    for layer in range(len(HIDDEN)):
        n = h @ weights[layer] + biases[layer]  # the pre-activations
        cache.append({"h": h})
        if HAS_LAYER_NORM:
            n = n - n.mean(-1, keepdims=True)
            cache[-1]["std"] = std = np.sqrt((n**2).mean(-1, keepdims=True) + 1e-5)
            n = n / std
        cache[-1]["n"] = n
        a = activation(n)
        if DTYPE == "float32":
            a = a.astype(DTYPE)
        if DROPOUT:
            if update is not None:
                mask = kept(seed, update, layer, a.shape, DROPOUT).astype(DTYPE)
                cache[-1]["mask"] = mask = mask / (1 - DROPOUT)
                a = a * mask
        if HAS_SKIPS:
            if sizes[layer] == sizes[layer + 1]:
                a = h + a
        h = a
    cache.append({"h": h})
    return h @ weights[-1] + biases[-1], cache  # the output is linear


def backward(weights, cache, dz):
    """Return the gradients of weights and biases; dz is that of the outputs."""
    d_weights, d_biases = [], []
    dh = dz
    for layer in reversed(range(len(weights))):
        if layer < len(HIDDEN):
            n = cache[layer]["n"]
            if DROPOUT:
                dz = dh * cache[layer]["mask"] * derivative(n)
            else:
                dz = dh * derivative(n)
            if DTYPE == "float32":
                dz = dz.astype(DTYPE)
            if HAS_LAYER_NORM:
                shifted = dz.mean(-1, keepdims=True)
                stretched = n * (dz * n).mean(-1, keepdims=True)
                dz = (dz - shifted - stretched) / cache[layer]["std"]
        d_weights.insert(0, cache[layer]["h"].T @ dz)
        d_biases.insert(0, dz.sum(0))
        below = dz @ weights[layer].T
        if HAS_SKIPS:
            if layer < len(HIDDEN) and sizes[layer] == sizes[layer + 1]:
                below = below + dh  # the skip passes it on as it is
        dh = below
    return d_weights, d_biases


# ---- Training


def initialized(seed):
    """Return the initial weights and biases of all layers."""
    rng = np.random.RandomState(seed) if IS_LEGACY else np.random.default_rng(seed)
    drawn = [
        initial(INITIALIZER, rng, a, b, WEIGHT_STD, BIAS_STD)
        for a, b in itertools.pairwise(sizes)
    ]
    return [w.astype(DTYPE) for w, _ in drawn], [b.astype(DTYPE) for _, b in drawn]


def trained(seed):
    """Train a network; return its weights, its biases and its loss."""
    weights, biases = initialized(seed)
    moments = [[np.zeros_like(p) for _ in range(SLOTS)] for p in (*weights, *biases)]
    rows = np.arange(len(x))
    updates_per_epoch = -(-len(x) // BATCH)
    if IS_RUNNING:
        running = []
    for update in range(UPDATES):
        epoch, place = divmod(update, updates_per_epoch)
        if IS_SHUFFLED:
            if place == 0:
                rows = shuffled(seed, epoch, len(x))
        batch = rows[place * BATCH : (place + 1) * BATCH]
        out, cache = forward(weights, biases, x[batch], seed, update)
        if IS_RUNNING:
            running.append(loss(out, y[batch]))
        d_weights, d_biases = backward(weights, cache, loss_gradient(out, y[batch]))
        if L1:
            d_weights = [d + L1 * np.sign(w) for d, w in zip(d_weights, weights, strict=True)]
        if L2:
            if IS_DECOUPLED:
                weights = [w - RATE * L2 * w for w in weights]
            else:
                d_weights = [d + L2 * w for d, w in zip(d_weights, weights, strict=True)]
        params, gradients = [*weights, *biases], [*d_weights, *d_biases]
        for k, gradient in enumerate(gradients):
            params[k], moments[k] = step(params[k], gradient, moments[k], RATE, update + 1)
        weights, biases = params[: len(weights)], params[len(weights) :]
    if IS_RUNNING:
        end = UPDATES // updates_per_epoch * updates_per_epoch  # of the last whole epoch
        last = running[end - updates_per_epoch : end] if end else running
        return weights, biases, np.mean(last)
    return weights, biases, loss(forward(weights, biases, x)[0], y)


losses = []
for seed in SEEDS:
    weights, biases, found = trained(seed)
    losses.append(found)
    print(f"seed {seed}: loss {found:.12g}")
    if HAS_VALIDATION:
        held_out = loss(forward(weights, biases, validation_x)[0], validation_y)
        print(f"seed {seed}: validation loss {held_out:.12g}")
print(f"median loss {np.median(losses):.12g}")
