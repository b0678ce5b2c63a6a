"""The page as a program of NumPy alone."""

from __future__ import annotations

from layerlab.nets.printing import activation_code


def program(
    activation: str, depth: int, factor: float, decay: float, shown: int, silent: int
) -> str:
    """Return a program that measures layers at birth, trains, and silences a layer.

    Args:
        activation, depth, factor, decay: as the page's knobs.
        shown: layers of what is trained. silent: the layer, from 1.
    """
    imports = "import math\n\n" if "math." in activation_code(activation) else ""
    return f'''"""Plain and residual networks: at birth, and trained with one layer silenced."""

{imports}import numpy as np

{activation_code(activation).rstrip()}


depth, width = {depth!r}, 64
scales = {{"plain": 1.0, "residual": 1.0, "scaled": 1 / np.sqrt(2 * depth)}}
for name, scale in scales.items():
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((depth, width, width)) * scale * np.sqrt(2 / width)
    skip = 0.0 if name == "plain" else 1.0
    h, sums = rng.standard_normal(width), []
    dh = rng.standard_normal(width)
    begun, arrived = np.mean(h**2), np.mean(dh**2)
    for w in weights:
        sums.append(h @ w)
        h = skip * h + activation(sums[-1])
    for w, z in zip(weights[::-1], sums[::-1]):
        dh = skip * dh + (dh * derivative(z)) @ w.T
    print(f"{{name:9}} after {{depth}} layers: signal {{np.mean(h**2) / begun:.3g}}, "
          f"gradient {{np.mean(dh**2) / arrived:.3g}}")

a = {factor!r}
print(f"chain: {{a**depth:.4g}} plain, {{(1 + a)**depth:.4g}} with skips, "
      f"ratio {{((1 + a) / a)**depth:.4g}}")

layers, silent, n, rate, decay = {min(shown, 20)!r}, {min(silent, 20)!r}, 8, 0.003, {decay!r}
x = np.linspace(-1, 1, 96)[:, None]
y = np.sin(2 * np.pi * x)


def forward(params, skip):
    h, sums = [x], []
    for k in range(layers + 1):
        w, b = params[2 * k], params[2 * k + 1]
        z = h[k] @ w + b
        sums.append(z)
        if k == layers:
            h.append(z)
        else:
            h.append((skip * h[k] if k else 0) + activation(z))  # the first layer widens
    return h, sums


for name in ("plain", "scaled"):
    rng = np.random.default_rng(0)
    skip = 0.0 if name == "plain" else 1.0
    scale = 1.0 if name == "plain" else 1 / np.sqrt(2 * layers)
    sizes, params = [1] + [n] * layers + [1], []
    for a, b in zip(sizes, sizes[1:]):
        params += [rng.standard_normal((a, b)) * scale * np.sqrt(2 / a), np.zeros(b)]
    first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
    for update in range(1, 1501):
        h, sums = forward(params, skip)
        dh, gradient = (h[-1] - y) / len(x), [None] * len(params)
        for k in reversed(range(layers + 1)):
            dz = dh if k == layers else dh * derivative(sums[k])
            gradient[2 * k], gradient[2 * k + 1] = h[k].T @ dz, dz.sum(0)
            dh = dz @ params[2 * k].T + (skip * dh if 0 < k < layers else 0)
        for p, g, m, v in zip(params, gradient, first, second):  # AdamW
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            step = (m / (1 - 0.9**update)) / (np.sqrt(v / (1 - 0.999**update)) + 1e-8)
            p -= rate * (step + (decay * p if p.ndim == 2 else 0))
    loss = 0.5 * np.mean((forward(params, skip)[0][-1] - y) ** 2)
    params[2 * silent - 2][:] = 0
    params[2 * silent - 1][:] = 0
    answer = forward(params, skip)[0][-1]
    print(f"{{name:9}} {{layers}} layers: loss {{loss:.2g}}; without layer {{silent}} "
          f"{{0.5 * np.mean((answer - y) ** 2):.2g}}, answers {{answer.min():.3f}} to "
          f"{{answer.max():.3f}}")
'''
