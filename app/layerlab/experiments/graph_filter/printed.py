"""The page as a program of NumPy. No Qt."""

from __future__ import annotations

import textwrap

import numpy as np

from layerlab.experiments.graph_filter.filters import Edges

Array = np.ndarray


def _listed(values: Array) -> str:
    """Return numbers as Python writes them, in lines that can be read."""
    text = ", ".join(repr(value) for value in values.tolist())
    return textwrap.fill(text, 92, initial_indent="    ", subsequent_indent="    ")


def program(
    edges: Edges, clean: Array, noisy: Array, gains: tuple[float, ...], times: int
) -> str:
    """Return a program that filters this signal by neighbours and in the spectrum."""
    weights = "np.ones(len(i))"
    if (edges.weights != 1).any():
        weights = f"np.array([\n{_listed(edges.weights)}\n])"
    return f'''"""A polynomial of a graph's Laplacian: by neighbours, and in the spectrum."""

import numpy as np

i = np.array([  # the edges join i and j
{_listed(edges.i)}
])
j = np.array([
{_listed(edges.j)}
])
w = {weights}
clean = np.array([
{_listed(np.round(clean, 6))}
])
x = np.array([  # the same with noise
{_listed(np.round(noisy, 6))}
])
low, middle, high = {gains!r}  # gains at 0, half the largest eigenvalue, the largest
times = {times}

n = len(x)
L = np.zeros((n, n))
np.add.at(L, (i, j), -w)
np.add.at(L, (j, i), -w)
L -= np.diag(L.sum(1))
values, waves = np.linalg.eigh(L)
largest = values[-1]
c = low, 4 * middle - 3 * low - high, 2 * low - 4 * middle + 2 * high


def p(eigenvalues):
    t = eigenvalues / largest
    return c[0] + c[1] * t + c[2] * t**2


def difference(x):  # L x: what each node differs from its neighbours, no matrix
    out = np.zeros(n)
    np.add.at(out, i, w * (x[i] - x[j]))
    np.add.at(out, j, w * (x[j] - x[i]))
    return out


def by_neighbours(x):
    once = difference(x) / largest
    return c[0] * x + c[1] * once + c[2] * difference(once) / largest


def roughness(x):
    return x @ L @ x / max(x @ x, 1e-300)


print(f"p(t) = {{c[0]:.4g}} + {{c[1]:.4g}} t + {{c[2]:.4g}} t^2, t = lambda / {{largest:.6f}}")
near = x
for _ in range(times):
    near = by_neighbours(near)
spectral = waves @ (p(values) ** times * (waves.T @ x))
print(f"after {{times}}: ways differ by {{np.abs(near - spectral).max():.1e}}")
print(f"x L x / x x: {{roughness(x):.6f}} before, {{roughness(near):.6f}} after")
print("repetitions, mean square off the clean signal, variance across nodes")
for r in (0, 1, 2, 4, 8, 16, 32, 64):
    y = waves @ (p(values) ** r * (waves.T @ x))
    print(f"{{r:3}} {{np.mean((y - clean) ** 2):.6g}} {{y.var():.6g}}")
'''
