"""The cutting as a short program of NumPy, one polygon at a time."""

from __future__ import annotations

import numpy as np

from layerlab.core.layout import Layout

Array = np.ndarray


def cutting_code(layout: Layout, params: Array, edge: float) -> str:
    """Return a program that cuts a square where a network bends, and counts.

    Args:
        layout: of a network of two inputs. params: (P,) its parameters.
        edge: the square is [-edge, edge] in both inputs.
    """
    return f'''"""The linear regions of a ReLU network of two inputs, exactly."""

import numpy as np

sizes, edge = {list(layout.sizes)!r}, {edge!r}
flat = np.array({_numbers(params)})


def parameters():
    start = 0
    for a, b in zip(sizes, sizes[1:]):
        yield flat[start : start + a * b].reshape(a, b), flat[start + a * b :][:b]
        start += a * b + b


def cut(corners, slope, offset):
    """Divide a convex polygon along a line that passes through it."""
    z = corners @ slope + offset
    z[np.abs(z) < 1e-11 * (np.abs(slope).sum() * edge + abs(offset))] = 0
    if z.max() <= 0 or z.min() >= 0:
        return [corners]
    upper, lower = [], []
    for a, b, za, zb in zip(corners, np.roll(corners, -1, 0), z, np.roll(z, -1)):
        if za >= 0:
            upper.append(a)
        if za <= 0:
            lower.append(a)
        if za * zb < 0:
            between = a + za / (za - zb) * (b - a)
            upper.append(between)
            lower.append(between)
    return [np.array(upper), np.array(lower)]


square = edge * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
cells = [(square, np.eye(2), np.zeros(2))]  # corners, and the affine map of the layer
*hidden, output = parameters()
for layer, (weights, biases) in enumerate(hidden, 1):
    finer = []
    for corners, slopes, offsets in cells:
        slopes, offsets = slopes @ weights, offsets @ weights + biases
        pieces = [corners]
        for slope, offset in zip(slopes.T, offsets):
            pieces = [part for piece in pieces for part in cut(piece, slope, offset)]
        for piece in pieces:
            gates = piece.mean(0) @ slopes + offsets > 0
            finer.append((piece, slopes * gates, offsets * gates))
    cells = finer
    print(f"{{len(cells)}} polygons after layer {{layer}}")

x, y = np.concatenate([cell[0] for cell in cells]).T
steepest = max(np.linalg.norm(cell[1] @ output[0]) for cell in cells)
print(f"corners reach from {{x.min():.2f}} to {{x.max():.2f}}; steepest slope {{steepest:.4f}}")
'''


def _numbers(params: Array) -> str:
    """Return an array as source, eight numbers a line."""
    words = [repr(float(value)) for value in params]
    rows = [", ".join(words[k : k + 8]) for k in range(0, len(words), 8)]
    return "[\n    " + ",\n    ".join(rows) + ",\n]"
