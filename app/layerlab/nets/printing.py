"""Activations and a training as NumPy, for programs that a person copies and runs.

The activations repeat `nets.activations`, which is written against a namespace and cannot be
printed as it stands; a test holds each line against it and fails until a new activation has
one.
"""

from __future__ import annotations

# key -> expressions for value and slope, of `z` and, for leaky ReLU, `slope`.
LINES: dict[str, tuple[str, str]] = {
    "relu": ("np.maximum(z, 0)", "np.where(z > 0, 1.0, 0.0)"),
    "leaky-relu": ("np.where(z > 0, z, slope * z)", "np.where(z > 0, 1.0, slope)"),
    "gelu": (
        "z * normal_share(z)",
        "normal_share(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)",
    ),
    "tanh": ("np.tanh(z)", "1 - np.tanh(z) ** 2"),
    "sigmoid": ("sigmoid(z)", "sigmoid(z) * (1 - sigmoid(z))"),
    "silu": ("z * sigmoid(z)", "sigmoid(z) * (1 + z * (1 - sigmoid(z)))"),
    "elu": ("np.where(z > 0, z, np.expm1(np.minimum(z, 0)))", "np.exp(np.minimum(z, 0))"),
    "softplus": ("np.logaddexp(z, 0)", "sigmoid(z)"),
    "hard-tanh": ("np.clip(z, -1, 1)", "np.where(np.abs(z) <= 1, 1.0, 0.0)"),
    "sine": ("np.sin(z)", "np.cos(z)"),
    "identity": ("z", "np.ones_like(z)"),
}
_HELPERS = {
    "sigmoid(": "def sigmoid(z):\n    return 0.5 + 0.5 * np.tanh(z / 2)\n",
    "normal_share(": (
        "def normal_share(z):  # of a standard normal below z\n"
        "    return 0.5 * (1 + np.vectorize(math.erf)(z / math.sqrt(2)))\n"
    ),
}


def activation_code(key: str, slope: float = 0.01) -> str:
    """Return `activation(z)` and `derivative(z)` as source, with all that they call.

    Args:
        key: name of an activation. slope: of leaky ReLU below zero.
    """
    value, derivative = LINES[key]
    parts = [text for call, text in _HELPERS.items() if call in value + derivative]
    if "slope" in value:
        parts.append(f"slope = {slope!r}\n")
    parts.append(f"def activation(z):\n    return {value}\n")
    parts.append(f"def derivative(z):\n    return {derivative}\n")
    return "\n\n".join(parts)


def training_code() -> str:
    """Return `trained(sizes, x, y, updates, rate, batch, rng)` as source.

    It trains a ReLU network by Adam on half the mean squared error, from He's weights, each
    batch drawn anew, and returns its loss on all points.
    """
    return """def trained(sizes, x, y, updates, rate, batch, rng):
    pairs = list(zip(sizes, sizes[1:]))
    params = [rng.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in pairs]
    params += [np.zeros(b) for _, b in pairs]
    first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
    depth = len(pairs)

    def forward(x):
        h = [x]
        for k in range(depth):
            z = h[k] @ params[k] + params[depth + k]
            h.append(np.maximum(z, 0) if k < depth - 1 else z)
        return h

    for update in range(1, updates + 1):
        rows = rng.permutation(len(x))[:batch]
        h = forward(x[rows])
        slope = (h[-1] - y[rows]) / len(rows)  # of half the mean square
        gradient = [None] * len(params)
        for k in reversed(range(depth)):
            gradient[k], gradient[depth + k] = h[k].T @ slope, slope.sum(0)
            slope = slope @ params[k].T * (h[k] > 0)
        for p, g, m, v in zip(params, gradient, first, second):  # Adam
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= rate * (m / (1 - 0.9**update)) / (np.sqrt(v / (1 - 0.999**update)) + 1e-8)
    return 0.5 * np.mean((forward(x)[-1] - y) ** 2)
"""
