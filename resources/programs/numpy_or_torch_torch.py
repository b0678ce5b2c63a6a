"""The network and the training of the NumPy program in PyTorch, whose autograd goes backward.

It begins with the same weights, so that both come to the same loss.
"""

# ---- Parameters
ACTIVATION = "tanh"  # one of those in ACTIVATIONS
SIZES = [1, 8, 8, 8, 1]  # input, hidden layers, output
SAMPLES = 32  # points
UPDATES = 100
RATE = 0.03  # of Adam

import itertools
import math

import numpy as np
import torch
from torch import nn

from common.torch_activations import ACTIVATIONS

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # so small a network only waits for more


def network(sizes):
    """Return linear layers of these sizes with an activation between them."""
    layers = []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), ACTIVATIONS[ACTIVATION]]
    return nn.Sequential(*layers[:-1])  # the output is linear


@torch.no_grad()
def initialize(net, seed):
    """Draw the first weights, layer by layer.

    nn.Linear draws from the same law by itself, but other numbers.
    """
    rng = np.random.default_rng(seed)
    for layer in net:
        if isinstance(layer, nn.Linear):
            a, b = layer.in_features, layer.out_features
            limit = 1 / math.sqrt(a)
            layer.weight.copy_(torch.tensor(rng.uniform(-limit, limit, (a, b)).T))  # (b, a)
            layer.bias.copy_(torch.tensor(rng.uniform(-limit, limit, b)))


# Noisy points of a wave.
x = np.random.default_rng([0, 0, 0]).uniform(-1, 1, (SAMPLES, 1))
noise = np.random.default_rng([0, 0, 1]).standard_normal((SAMPLES, 1))
y = 0.55 * np.sin(8 * x) + 0.2 * x + 0.06 * noise

x, y = torch.tensor(x), torch.tensor(y)
net = network(SIZES)
initialize(net, seed=0)
for name, parameter in net.named_parameters():
    print(name, tuple(parameter.shape))
print(sum(parameter.numel() for parameter in net.parameters()), "parameters")

optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
for _ in range(UPDATES):
    optimizer.zero_grad()
    loss = 0.5 * nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    loss = 0.5 * nn.functional.mse_loss(net(x), y)
print(f"loss after {UPDATES} updates {loss:.12f}")
