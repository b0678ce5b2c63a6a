"""Activations as modules of PyTorch."""

import torch
from torch import nn


class Function(nn.Module):
    """A function that PyTorch has no module of."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, z):
        """Return the function of z."""
        return self.function(z)


ACTIVATIONS = {
    "relu": nn.ReLU(),
    "leaky-relu": nn.LeakyReLU(0.01),
    "gelu": nn.GELU(),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "silu": nn.SiLU(),
    "elu": nn.ELU(),
    "softplus": nn.Softplus(threshold=1e9),  # never a straight line
    "hard-tanh": nn.Hardtanh(),
    "sine": Function(torch.sin),
    "identity": nn.Identity(),
}
