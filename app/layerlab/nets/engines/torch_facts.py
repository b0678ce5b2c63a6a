"""What PyTorch itself does, asked where it is imported: in the child process of `remote`.

Nothing of the lab's is used here, so that the answers can be held against it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable

import numpy as np
import torch

Array = np.ndarray
Facts = dict[str, Array]
SIZES = (64, 256, 1024)
LISTING = ((4, 2, 4), (4, 8, 4), (4, 16, 4), (4, 4, 4, 4), (4, 8, 8, 4))


def linear_draws() -> Facts:
    """Return the variances with which `nn.Linear` draws, for n inputs of `SIZES`.

    `weights` and `biases`, each (sizes,); `n`, the sizes.
    """
    torch.manual_seed(0)
    layers = [torch.nn.Linear(n, max(n, 4096)) for n in SIZES]
    return {
        "n": np.array(SIZES),
        "weights": np.array([layer.weight.detach().double().var().item() for layer in layers]),
        "biases": np.array([layer.bias.detach().double().var().item() for layer in layers]),
    }


def kaiming_draws() -> Facts:
    """Return `n`, and the `std` of `kaiming_normal_` for tanh and for linear, both (2,)."""
    torch.manual_seed(0)
    n = SIZES[-1]
    fill = torch.nn.init.kaiming_normal_
    drawn = [
        fill(torch.empty(n, n), nonlinearity="tanh"),
        fill(torch.empty(n, n), nonlinearity="linear"),
    ]
    stds = [weights.double().std().item() for weights in drawn]
    return {"n": np.array([n] * len(drawn)), "std": np.array(stds)}


def flip_listing() -> Facts:
    """Return the losses of five networks on the diagonal flip, seed 42 set once.

    He, biases initialized to 0, Adam at 0.01, 200 updates on all sixteen images, mean squared
    error. `losses`, (networks,).
    """
    torch.manual_seed(42)
    bits = torch.arange(16).unsqueeze(1) >> torch.tensor([3, 2, 1, 0]) & 1
    x = bits.float()
    y = x[:, [0, 2, 1, 3]]
    measure, losses = torch.nn.MSELoss(), []
    for sizes in LISTING:
        layers: list[torch.nn.Module] = []
        for a, b in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])  # the output is linear
        for parameter in net.parameters():  # after all are built, each of which drew too
            if parameter.ndim == 2:
                torch.nn.init.kaiming_normal_(parameter, nonlinearity="relu")
            else:
                torch.nn.init.zeros_(parameter)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(200):
            optimizer.zero_grad()
            loss = measure(net(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return {"losses": np.array(losses)}


def adam_defaults() -> Facts:
    """Return the `rate`, (1,), that Adam has where its caller gives none."""
    rate = inspect.signature(torch.optim.Adam).parameters["lr"].default
    return {"rate": np.array([float(rate)])}


FACTS: dict[str, Callable[[], Facts]] = {
    "linear-draws": linear_draws,
    "kaiming-draws": kaiming_draws,
    "flip-listing": flip_listing,
    "adam-defaults": adam_defaults,
}
