"""The page as a program of NumPy alone."""

from __future__ import annotations

from layerlab.experiments.ensemble.names import ARCHITECTURE, BOOTSTRAP, EDGE
from layerlab.experiments.ensemble.training import ARCHITECTURES, RATE, SAMPLES, UPDATES
from layerlab.nets.printing import activation_code

DRAWS = 16
CURVES = {
    "wave": "0.55 * np.sin(8 * x) + 0.2 * x",
    "step": "np.where(x < 0, -0.5, 0.5)",
    "abs": "np.abs(x)",
    "sine-mix": "0.5 * np.sin(np.pi * x) + 0.25 * np.sin(5 * np.pi * x)",
}


def _bends(names: list[str]) -> str:
    parts = []
    for name in names:
        code = activation_code(name).replace("activation", name)
        parts.append(code.replace("derivative", f"{name}_slope").rstrip())
    pairs = ", ".join(f'"{name}": ({name}, {name}_slope)' for name in names)
    return "\n\n\n".join(parts) + f"\n\n\nBENDS = {{{pairs}}}"


def program(k: int, kind: str, noise: float, width: int, task: str) -> str:
    """Return a program that trains ensembles on some draws; the knobs are the page's."""
    some = ARCHITECTURES if kind == ARCHITECTURE else ARCHITECTURES[:1]
    kinds = [
        (name, init == "he-normal", [width * w for w in widths]) for name, init, widths in some
    ]
    names = sorted({name for name, _, _ in kinds})
    return f'''"""Ensembles of {k} networks on {DRAWS} draws of {task}, by {kind}."""

import numpy as np

draws, k, samples, noise = {DRAWS}, {k}, {SAMPLES}, {noise!r}
updates, rate = {UPDATES}, {RATE!r}
nets, resamples = max(2 * k, 4), {kind == BOOTSTRAP}
# Activation, whether its weights are twice as large in the square, hidden layers.
architectures = {kinds!r}


def curve(x):
    return {CURVES[task]}


{_bends(names)}


def trained(bend, is_he, hidden, x, y, at):
    """Train one network on each of x, y (n, samples, 1) by Adam; return its answers at `at`."""
    act, slope = BENDS[bend]
    pairs = list(zip([1, *hidden], [*hidden, 1]))
    shape = len(x)
    params = [rng.standard_normal((shape, a, b)) * np.sqrt(2 / a if is_he else 2 / (a + b))
              for a, b in pairs]
    params += [np.zeros((shape, 1, b)) for _, b in pairs]
    first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
    depth = len(pairs)

    def forward(h):
        sums, passed = [], [h]
        for layer in range(depth):
            sums.append(passed[-1] @ params[layer] + params[depth + layer])
            passed.append(act(sums[-1]) if layer < depth - 1 else sums[-1])
        return sums, passed

    for update in range(1, updates + 1):
        sums, passed = forward(x)
        dz, gradient = (passed[-1] - y) / samples, [None] * (2 * depth)
        for layer in reversed(range(depth)):
            gradient[layer] = passed[layer].transpose(0, 2, 1) @ dz
            gradient[depth + layer] = dz.sum(1, keepdims=True)
            if layer:
                dz = dz @ params[layer].transpose(0, 2, 1) * slope(sums[layer - 1])
        for p, g, m, v in zip(params, gradient, first, second):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= rate * (m / (1 - 0.9**update)) / (np.sqrt(v / (1 - 0.999**update)) + 1e-8)
    return forward(np.broadcast_to(at, (shape, *at.shape)))[1][-1][..., 0]


rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (draws, 1, samples, 1))
y = curve(x) + noise * rng.standard_normal(x.shape)
x, y = (np.repeat(a, nets, axis=1).reshape(-1, samples, 1) for a in (x, y))
if resamples:  # each network draws its points anew, with repetition
    rows = rng.integers(0, samples, x.shape)
    x, y = (np.take_along_axis(a, rows, 1) for a in (x, y))
at = np.linspace({-EDGE!r}, {EDGE!r}, 61)[:, None]
which = rng.integers(0, len(architectures), draws * nets)
answers = np.empty((draws * nets, len(at)))
for number, (bend, is_he, hidden) in enumerate(architectures):
    mine = which == number
    answers[mine] = trained(bend, is_he, hidden, x[mine], y[mine], at)
answers = answers.reshape(draws, nets, -1)
known, others = answers[:, : nets // 2], answers[:, nets // 2 :]  # half foretells, half is seen

means = known.mean(1)
own = ((known - means[:, None]) ** 2).sum((0, 1)) / (draws * (nets // 2 - 1))
shared = means.var(0, ddof=1) - own / (nets // 2)
v = (own + shared).mean()
rho = shared.mean() / v
told = 1 / k + (k - 1) / k * rho
seen = others[:, :k].mean(1).var(0, ddof=1).mean() / v
bias = ((answers.mean((0, 1)) - curve(at)[:, 0]) ** 2).mean()
print(f"{{draws}} draws: squared bias {{bias:.4f}}, v {{v:.4f}}, rho {{rho:.3f}}")
print(f"mean of {{k}} other networks: {{seen:.3f}} v, foretold {{told:.3f}} v")
print(f"ten of rho 0.3: {{1 / 10 + 9 / 10 * 0.3:.2f}} v")
'''
