"""The page as a program of NumPy. No Qt."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def _listed(values: Array) -> str:
    return ", ".join(f"{value!r}" for value in np.round(values, 6).tolist())


def program(
    places: Array,
    values: Array,
    norms: Array,
    query: float,
    norm: float,
    d_k: int,
    scaled: bool,
) -> str:
    """Return a program that lets the same query look at the same keys, then random ones."""
    by = "np.sqrt(d_k)" if scaled else "1.0"
    return f'''"""One query and its keys: attention, a kernel, temperature, gradients."""

import numpy as np

d_k, norm, query = {d_k}, {norm!r}, {query!r}
by = {by}  # what q . k is divided by
places = np.array([{_listed(places)}])
values = np.array([{_listed(values)}])
norms = np.array([{_listed(norms)}])  # of the keys


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def entropy(p):
    return -(p * np.log(np.where(p > 0, p, 1))).sum(-1)


def direction(place):  # a line bent to half a circle, in d_k numbers
    angle = np.pi / 2 * np.atleast_1d(place)[:, None]
    return np.tile(np.hstack((np.cos(angle), np.sin(angle))), d_k // 2) / np.sqrt(d_k // 2)


keys = norms[:, None] * direction(places)
q = norm * direction(query)[0]
p = softmax(keys @ q / by)
distances = ((keys - q) ** 2).sum(1)
kernel = np.exp(-(distances - distances.min()) / (2 * by))  # h^2 is what divides
kernel /= kernel.sum()
print(f"answer {{p @ values:.6f}}, kernel {{kernel @ values:.6f}}")
print(f"weights differ by {{np.abs(p - kernel).max():.1e}}")
print(f"entropy {{entropy(p):.6f}} of {{np.log(len(p)):.6f}}")
for times in (0.5, 2):
    longer = entropy(softmax(times * keys @ q / by))
    print(f"entropy {{longer:.6f}} at norm {{times * norm:g}}")

print("random vectors: mean and median of |dL/dq|^2")
rng, n, draws = np.random.default_rng(0), len(places), 400
for size in (16, 64, 256):
    q, k = rng.standard_normal((draws, size)), rng.standard_normal((draws, n, size))
    target = np.eye(n)[rng.integers(n, size=draws)]
    v, aim = rng.standard_normal((draws, n)), rng.standard_normal(draws)
    for name, root in (("scaled", np.sqrt(size)), ("not", 1.0)):
        p = softmax(np.einsum("bd,bnd->bn", q, k) / root)
        out = (p * v).sum(1)
        by_values = (out - aim)[:, None] * p * (v - out[:, None])
        for loss, d_logits in (("weights", p - target), ("values", by_values)):
            square = ((np.einsum("bn,bnd->bd", d_logits, k) / root) ** 2).sum(1)
            print(f"d_k {{size:4}} {{name:6}} {{loss:7}} {{square.mean():.3g}} "
                  f"{{np.median(square):.3g}}")
'''
