"""A sample diagram part: one random ReLU network, seen by a grid of inputs."""

from __future__ import annotations

import itertools

import numpy as np

from layerlab.core.frames import DiagramLayer, DiagramPart

Array = np.ndarray


def sample_diagram(
    form: str, rng: np.random.Generator, sizes: tuple[int, ...], most: int = 16
) -> DiagramPart:
    """Return one random ReLU network of these sizes, its units on a grid of inputs."""
    weights = tuple(
        rng.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in itertools.pairwise(sizes)
    )
    biases = tuple(0.2 * rng.standard_normal(b) for b in sizes[1:])
    shown = [np.arange(min(size, most)) for size in sizes]
    x, shape = _grid(form, sizes[0], rng)  # (grid, in)
    columns, h = [], x
    for i, size in enumerate(sizes):
        last = i == len(sizes) - 1
        if i:
            z = h @ weights[i - 1] + biases[i - 1]
            h = z if last else np.maximum(z, 0)
        name = "x" if i == 0 else "ŷ" if last else f"layer {i}"
        columns.append(_column(form, name, size, shown[i], h, shape, i, weights, biases))
    edges = tuple(w[np.ix_(shown[i], shown[i + 1])] for i, w in enumerate(weights))
    skips = (False,) * (len(sizes) - 2)
    return DiagramPart(0, tuple(columns), edges, weights, biases, skips)


def _grid(
    form: str, inputs: int, rng: np.random.Generator
) -> tuple[Array, tuple[int, ...] | None]:
    """Return inputs to look at, and the shape of a thumbnail over them."""
    if form == "curve":
        return np.linspace(-1.15, 1.15, 40)[:, None], (40,)
    if form in ("map", "multi-map", "value-map"):
        axis = np.linspace(-1.2, 1.2, 16)
        return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2), (16, 16)
    if form == "image":
        return ((np.arange(16)[:, None] >> np.arange(4)) & 1).astype(float), (4, 4)
    return rng.standard_normal((50, inputs)), None


def _column(
    form: str,
    name: str,
    size: int,
    shown: Array,
    h: Array,
    shape: tuple[int, ...] | None,
    index: int,
    weights: tuple[Array, ...],
    biases: tuple[Array, ...],
) -> DiagramLayer:
    """Return one column: thumbnails over the grid, or the incoming weights as bars."""
    if shape is not None:
        kind = {1: "curve", 2: "image" if form == "image" else "map"}[len(shape)]
        thumbs = h[:, shown].T.reshape(len(shown), *shape)
    elif form == "digits" and index == 1:
        kind, thumbs = "image", weights[0][:, shown].T.reshape(len(shown), 8, 8)
    else:
        kind = "bars"
        thumbs = weights[index - 1][:, shown].T if index else np.zeros((len(shown), 1))
    scale = float(np.abs(thumbs).max()) or 1.0
    hidden = 0 < index < len(weights)
    dead = (h[:, shown] <= 0).all(axis=0) & hidden
    return DiagramLayer(
        name=name,
        size=size,
        shown=shown,
        form=kind,
        thumbs=thumbs / scale,
        dead=dead,
        bias=biases[index - 1][shown] if index else np.full(len(shown), np.nan),
        labels=(),
        parameters=weights[index - 1].size + size if index else 0,
        variance=float(h.var(axis=0).mean()) if index else float("nan"),
        dead_share=float(dead.mean()) if hidden else 0.0,
    )
