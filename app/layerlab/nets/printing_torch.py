"""A lab as a program of PyTorch, for a person to copy and run.

The lines say in PyTorch's own words what activations, initializers, losses and optimizers of
the lab do; tests hold each against them and fail until a new one has its line.
"""

from __future__ import annotations

import itertools

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec
from layerlab.nets.problem import layout_of

# key -> the module; `slope` is of leaky ReLU.
ACTIVATIONS: dict[str, str] = {
    "relu": "nn.ReLU()",
    "leaky-relu": "nn.LeakyReLU({slope!r})",
    "gelu": "nn.GELU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "silu": "nn.SiLU()",
    "elu": "nn.ELU()",
    "softplus": "nn.Softplus(threshold=1e9)",  # never a straight line
    "hard-tanh": "nn.Hardtanh()",
    "sine": "Sine()",
    "identity": "nn.Identity()",
}
_SINE = '''\
class Sine(nn.Module):
    """sin(z), which PyTorch has no module of."""

    def forward(self, z):
        return torch.sin(z)


'''

# key -> limit of a box, or None; what draws weights (a, b); what of PyTorch has the same law.
_NORMAL, _BOX = "{} * rng.standard_normal((a, b))", "rng.uniform(-limit, limit, (a, b))"
INITIALIZERS: dict[str, tuple[str | None, str, str]] = {
    "small-normal": (None, _NORMAL.format("0.01"), "nn.init.normal_(layer.weight, std=0.01)"),
    "xavier-normal": (
        None,
        _NORMAL.format("math.sqrt(2 / (a + b))"),
        "nn.init.xavier_normal_(layer.weight)",
    ),
    "he-normal": (
        None,
        _NORMAL.format("math.sqrt(2 / a)"),
        "nn.init.kaiming_normal_(layer.weight)",
    ),
    "large-normal": (None, _NORMAL.format("1.0"), "nn.init.normal_(layer.weight)"),
    "normal": (None, _NORMAL.format("{weight_std!r} / math.sqrt(a)"), ""),
    "lecun-normal": (
        None,
        _NORMAL.format("math.sqrt(1 / a)"),
        'nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")',
    ),
    "xavier-uniform": ("math.sqrt(6 / (a + b))", _BOX, "nn.init.xavier_uniform_(layer.weight)"),
    "he-uniform": ("math.sqrt(6 / a)", _BOX, "nn.init.kaiming_uniform_(layer.weight)"),
    "orthogonal": (None, "rotation(rng, a, b)", "nn.init.orthogonal_(layer.weight)"),
    "torch-default": ("1 / math.sqrt(a)", _BOX, "nn.Linear"),
    "zeros": (None, "np.zeros((a, b))", "nn.init.zeros_(layer.weight)"),
}
_ROTATION = """\
def rotation(rng, a, b):
    q, r = np.linalg.qr(rng.standard_normal((max(a, b), min(a, b))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if a >= b else q.T


"""

LOSSES: dict[str, str] = {
    "half-mse": "0.5 * nn.functional.mse_loss(net(x), y)",
    "mse": "nn.functional.mse_loss(net(x), y)",
    "cross-entropy": "nn.functional.cross_entropy(net(x), y)",
    "logistic": "nn.functional.binary_cross_entropy_with_logits(net(x), y)",
}
OPTIMIZERS: dict[str, str] = {
    "sgd": "torch.optim.SGD(net.parameters(), lr={rate!r})",
    "momentum": "torch.optim.SGD(net.parameters(), lr={rate!r}, momentum=0.9)",
    "rmsprop": "torch.optim.RMSprop(net.parameters(), lr={rate!r})",
    "adam": "torch.optim.Adam(net.parameters(), lr={rate!r})",
    "adamw": "torch.optim.AdamW(net.parameters(), lr={rate!r}, weight_decay=0)",
}


def network_code(spec: LabSpec, data: str, updates: int) -> str:
    """Return a program that builds, initializes and trains the network of the first seed.

    Args:
        spec: what is trained, on all points at once.
        data: source that makes `x` (N, D) and `y` (N, outputs) with NumPy.
        updates: how long.

    Raises:
        LabError: it has something that the program lacks.
    """
    net, train = spec.net, spec.train
    extras = {
        "net.residual": net.residual,
        "net.layer_norm": net.layer_norm,
        "net.dropout": net.dropout,
        "train.l1": train.l1,
        "train.l2": train.l2,
        "train.batch": train.batch != "full",
        "train.rng": train.rng != "default",
    }
    for name in (name for name, is_used in extras.items() if is_used):
        raise LabError(f"{name} is set, which the program in PyTorch does not have")
    sizes = layout_of(spec).sizes
    module = ACTIVATIONS[net.activation].format(slope=net.slope)
    helpers = _SINE * ("Sine" in module) + _ROTATION * (net.init == "orthogonal")
    name = "-".join(map(str, sizes))
    return f'''"""A network of sizes {name} in PyTorch, trained from seed {train.seed}."""

import itertools
import math

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.{train.dtype})
torch.set_num_threads(1)  # so small a network only waits for more


{helpers}def network(sizes):
    """Return linear layers of these sizes with a bend between them."""
    layers = []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), {module}]
    return nn.Sequential(*layers[:-1])  # the output is linear


@torch.no_grad()
def initialize(net, seed):
    """Draw the first weights, layer by layer.{_hint(net.init)}"""
    rng = np.random.default_rng(seed)
    for layer in net:
        if isinstance(layer, nn.Linear):
            a, b = layer.in_features, layer.out_features
{_draw(spec)}

{data}
x, y = (torch.tensor(array, dtype=torch.get_default_dtype()) for array in (x, y))
net = network({sizes!r})
{_shapes(sizes)}
initialize(net, seed={train.seed})
for name, parameter in net.named_parameters():
    print(name, tuple(parameter.shape))
print(sum(parameter.numel() for parameter in net.parameters()), "parameters")

optimizer = {OPTIMIZERS[train.optimizer].format(rate=train.rate)}
for _ in range({updates}):
    optimizer.zero_grad()
    loss = {LOSSES[train.loss]}
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print(f"loss after {updates} updates {{{LOSSES[train.loss]}:.12f}}")
'''


def _shapes(sizes: tuple[int, ...]) -> str:
    """Return comments with the shapes of the parameters, a line a layer."""
    lines = [
        f"# {2 * k}.weight ({b}, {a}), {2 * k}.bias ({b},)"
        for k, (a, b) in enumerate(itertools.pairwise(sizes))
    ]
    return "\n".join(lines)


def _hint(init: str) -> str:
    """Return what PyTorch has in its place: the same law, but other draws."""
    own = INITIALIZERS[init][2]
    if not own:
        return ""
    itself = " by itself" if own == "nn.Linear" else ""
    return f"\n\n    {own} draws from the same law{itself}, but other numbers.\n    "


def _draw(spec: LabSpec) -> str:
    """Return the lines that draw a layer."""
    net = spec.net
    limit, weights, _ = INITIALIZERS[net.init]
    biases = "np.zeros(b)"
    if net.init == "torch-default":
        biases = "rng.uniform(-limit, limit, b)"
    elif net.init == "normal" and net.bias_std:
        biases = f"{net.bias_std!r} * rng.standard_normal(b)"
    lines = [f"limit = {limit}"] if limit else []
    lines += [
        f"weights = {weights.format(weight_std=net.weight_std)}",
        f"biases = {biases}",
        "layer.weight.copy_(torch.tensor(weights.T))  # (out, in)",
        "layer.bias.copy_(torch.tensor(biases))",
    ]
    return "".join(f"{' ' * 12}{line}\n" for line in lines)
