"""A network of the lab and its training in PyTorch; it prints the loss of each seed.

Points, initial weights, batches and dropout are those of the lab; autograd goes backward.
"""

# ---- Parameters
HIDDEN = [8, 8]  # widths of the hidden layers
ACTIVATION = "relu"  # after each of them
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
IS_DECOUPLED = False  # whether the optimizer itself shrinks the weights by L2, as AdamW does
OPTIMIZER = "Adam"  # of torch.optim
OPTIONS = {"betas": (0.9, 0.999), "eps": 1e-08}  # of the optimizer
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
import torch
from torch import nn

from common.draws import kept, shuffled
from common.initializers import initial
from common.torch_activations import ACTIVATIONS
from common.torch_losses import loss

torch.set_num_threads(1)  # so small a network only waits for more
if DTYPE == "float64":
    torch.set_default_dtype(torch.float64)

# ---- Data


def points(values, width):
    """Return the points as a tensor, a row each."""
    if IS_PACKED:
        values = np.frombuffer(zlib.decompress(base64.b64decode(values)), "<f8")
    return torch.tensor(np.array(values, DTYPE).reshape(-1, width))


x, y = points(X, INPUTS), points(Y, OUTPUTS)
if HAS_VALIDATION:
    validation_x, validation_y = points(VALIDATION_X, INPUTS), points(VALIDATION_Y, OUTPUTS)
sizes = [INPUTS, *HIDDEN, OUTPUTS]

# ---- Network


class Network(nn.Module):
    """Linear layers with an activation after all but the last."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.activation = ACTIVATIONS[ACTIVATION]

    def forward(self, h, seed=None, update=None):
        """Return the outputs of a batch; with the number of an update, dropout is on."""
        for k, layer in enumerate(self.layers[:-1]):
            n = layer(h)
            if HAS_LAYER_NORM:
                n = nn.functional.layer_norm(n, n.shape[-1:], eps=1e-5)
            a = self.activation(n)
            if DROPOUT:
                if update is not None:
                    mask = torch.tensor(kept(seed, update, k, tuple(a.shape), DROPOUT))
                    a = a * mask / (1 - DROPOUT)
            if HAS_SKIPS:
                if sizes[k] == sizes[k + 1]:
                    a = h + a
            h = a
        return self.layers[-1](h)  # the output is linear


# ---- Training


@torch.no_grad()
def initialize(network, seed):
    """Draw the initial weights and biases, layer by layer."""
    rng = np.random.RandomState(seed) if IS_LEGACY else np.random.default_rng(seed)
    for layer in network.layers:
        a, b = layer.in_features, layer.out_features
        weights, biases = initial(INITIALIZER, rng, a, b, WEIGHT_STD, BIAS_STD)
        layer.weight.copy_(torch.tensor(weights.T))  # PyTorch has a row for each output
        layer.bias.copy_(torch.tensor(biases))


def trained(seed):
    """Train a network; return it and its loss."""
    network = Network()
    initialize(network, seed)
    weights = [layer.weight for layer in network.layers]
    biases = [layer.bias for layer in network.layers]
    groups = [
        {"params": weights, "weight_decay": L2 if IS_DECOUPLED else 0.0},
        {"params": biases, "weight_decay": 0.0},
    ]
    optimizer = getattr(torch.optim, OPTIMIZER)(groups, lr=RATE, **OPTIONS)
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
        objective = loss(network(x[batch], seed, update), y[batch])
        if IS_RUNNING:
            running.append(objective.item())
        if L1:
            objective = objective + L1 * sum(w.abs().sum() for w in weights)
        if L2:
            if not IS_DECOUPLED:
                objective = objective + L2 / 2 * sum((w**2).sum() for w in weights)
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
    if IS_RUNNING:
        end = UPDATES // updates_per_epoch * updates_per_epoch  # of the last whole epoch
        last = running[end - updates_per_epoch : end] if end else running
        return network, np.mean(last)
    with torch.no_grad():
        return network, loss(network(x), y).item()


losses = []
for seed in SEEDS:
    network, found = trained(seed)
    losses.append(found)
    print(f"seed {seed}: loss {found:.12g}")
    if HAS_VALIDATION:
        with torch.no_grad():
            held_out = loss(network(validation_x), validation_y).item()
        print(f"seed {seed}: validation loss {held_out:.12g}")
print(f"median loss {np.median(losses):.12g}")
