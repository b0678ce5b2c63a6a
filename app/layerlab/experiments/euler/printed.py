"""The page as a program of NumPy alone."""

from __future__ import annotations

import numpy as np

from layerlab.experiments.euler.flow import END

Array = np.ndarray


def program(field: str, w: Array, step: float, starts: Array, depth: int) -> str:
    """Return a program that steps, looks for the largest step, and trains on moons.

    Args:
        field, step, depth: as the page's knobs. w: (2, 2). starts: (s, 2).
    """
    value, slope = ("np.tanh(z)", "1 - np.tanh(z) ** 2")
    if field == "linear":
        value, slope = "z", "np.ones_like(z)"
    rows = np.array2string(w, separator=", ", precision=17, floatmode="maxprec")
    places = np.array2string(starts, separator=", ", threshold=10_000)
    return f'''"""Residual layers as steps of Euler, x + dt phi(W x), and trained on moons."""

import numpy as np


def phi(z):
    return {value}


def slope(z):
    return {slope}


w = np.array({_indented(rows)})
starts = np.array({_indented(places)})
dt, end = {step!r}, {END!r}

values = np.linalg.eigvals(w)
print("eigenvalues", np.round(values, 4))
print("|1 + dt lambda|", np.round(np.abs(1 + dt * values), 4))
if (values.real < 0).all():
    print(f"largest stable dt {{(-2 * values.real / abs(values) ** 2).min():.6g}}")
else:
    print("no dt is stable")


def stepped(x, dt):  # Euler
    return np.clip(x + dt * phi(x @ w.T), -1e12, 1e12)


def flowed(x, dt):  # Runge and Kutta, twenty steps for one
    for _ in range(20):
        a = phi(x @ w.T)
        b = phi((x + dt / 40 * a) @ w.T)
        c = phi((x + dt / 40 * b) @ w.T)
        d = phi((x + dt / 20 * c) @ w.T)
        x = x + dt / 120 * (a + 2 * b + 2 * c + d)
    return x


x = y = starts
off, steps = 0.0, int(end / dt + 1e-9)
for _ in range(steps):
    x, y = stepped(x, dt), flowed(y, dt)
    off = max(off, np.linalg.norm(x - y, axis=1).max())
print(f"{{steps}} steps of {{dt}} come off the flow by {{off:.4g}} at most")

# A residual network two wide, trained on two moons: h + phi(h W + b) in every layer.
rng, layers, n = np.random.default_rng(0), {depth!r}, 200
label = np.arange(n) % 2
angle = np.pi * (rng.uniform(0, 1, n) + label)
x = np.where(label[:, None] == 1, [0.3, 0.15], [-0.3, -0.15])
x = x + 0.6 * np.stack([np.cos(angle), np.sin(angle)], 1)
x = x + 0.06 * rng.standard_normal(x.shape)
best = None
for seed in range(3):
    rng = np.random.default_rng(seed)
    params = []
    for _ in range(layers):
        params += [rng.standard_normal((2, 2)) / np.sqrt(2 * layers), np.zeros(2)]
    params += [rng.standard_normal((2, 1)) / np.sqrt(2 * layers), np.zeros(1)]
    first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
    for update in range(1, 1001):
        h, sums = [x], []
        for k in range(layers):
            sums.append(h[k] @ params[2 * k] + params[2 * k + 1])
            h.append(h[k] + phi(sums[k]))
        out = (h[-1] @ params[-2] + params[-1])[:, 0]
        chance = 0.5 + 0.5 * np.tanh(out / 2)
        dh, gradient = ((chance - label) / n)[:, None], [None] * len(params)
        gradient[-2], gradient[-1] = h[-1].T @ dh, dh.sum(0)
        dh = dh @ params[-2].T
        for k in reversed(range(layers)):
            dz = dh * slope(sums[k])
            gradient[2 * k], gradient[2 * k + 1] = h[k].T @ dz, dz.sum(0)
            dh = dh + dz @ params[2 * k].T  # the skip
        for p, g, m, v in zip(params, gradient, first, second):  # Adam, with L2
            g = g + (0.01 * p if p.ndim == 2 else 0)
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= 0.01 * (m / (1 - 0.9**update)) / (np.sqrt(v / (1 - 0.999**update)) + 1e-8)
    right = np.mean((out > 0) == (label == 1))
    best = right if best is None else max(best, right)
    print(f"seed {{seed}}: {{layers}} layers get {{100 * right:.1f}} % of the moons right")
print(f"the best of them {{100 * best:.1f}} %")
'''


def _indented(text: str) -> str:
    return text.replace("\n", "\n         ")
