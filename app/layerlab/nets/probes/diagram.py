"""The diagram: one network, every drawn neuron with a thumbnail of what it computes."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import DiagramLayer, DiagramPart
from layerlab.nets.engines.numpy_ import Pass, forward
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes.base import Look, probe_rows
from layerlab.nets.probes.layers import across_inputs
from layerlab.nets.problem import Problem

Array = np.ndarray
MOST = 12  # neurons drawn of a layer; deep networks get fewer, so that all layers fit
NEURONS = 120  # drawn of all layers together
FEWEST = 3
CURVE_POINTS, MAP_SIDE, BARS, HISTOGRAM_BARS = 40, 16, 64, 12
MARGIN = 0.07  # as in the prediction


def shown_units(size: int, depth: int, *, is_input: bool = False) -> Array:
    """Return which neurons of a layer are drawn; they depend on nothing else. (n,)

    The first ones of a hidden layer, so that a wider layer keeps those it had. Inputs
    evenly over all of them: the first pixels of an image are its dark edge.
    """
    fit = min(MOST, max(FEWEST, NEURONS // (depth + 2)))
    if size <= fit:
        return np.arange(size)
    if is_input:
        return np.linspace(0, size - 1, fit).round().astype(int)
    return np.arange(fit)


@dataclass(frozen=True, eq=False)
class _Ground:
    """Inputs at which neurons are looked at, and the thumbnail's form over them."""

    form: str
    inputs: Array
    shape: tuple[int, ...]
    means: Array | None = None  # (bars, rows): averages over the rows, such as of a class


@functools.lru_cache(maxsize=4)
def _ground(problem: Problem) -> _Ground:
    data, dtype = problem.data, problem.x.dtype
    low, high = data.x.min(0), data.x.max(0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    low, high = low - margin, high + margin
    if data.shape.inputs == 1:
        x = np.linspace(low, high, CURVE_POINTS)
        return _Ground("curve", x.astype(dtype), (CURVE_POINTS,))
    if data.shape.inputs == 2:
        axes = [np.linspace(low[k], high[k], MAP_SIDE) for k in (0, 1)]
        x = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2)
        return _Ground("map", x.astype(dtype), (MAP_SIDE, MAP_SIDE))
    if data.form == "images":
        x = np.concatenate((problem.x, problem.validation_x))
        return _Ground("bars", x, (len(x),))
    if data.image_shape and data.shape.classes:
        rows = probe_rows(problem, data.n, problem.spec.train.seeds, 256)
        means = np.eye(data.shape.classes)[data.y[rows].astype(int)].T  # (K, rows)
        means = means / np.maximum(means.sum(1, keepdims=True), 1)
        return _Ground("classes", problem.x[rows], (len(means),), means.astype(dtype))
    return _Ground("weights", problem.x[:1], ())


def diagram_part(look: Look) -> DiagramPart:
    """Return the network of the chosen seed."""
    problem, layout = look.problem, look.problem.layout
    depth = layout.layers - 1
    ground = _ground(problem)
    flat = look.one[0].copy()  # the frame keeps views into it
    weights = tuple(layout.weights(flat, k) for k in range(layout.layers))
    biases = tuple(layout.biases(flat, k) for k in range(layout.layers))
    shown = [shown_units(n, depth, is_input=k == 0) for k, n in enumerate(layout.sizes)]
    seen = forward(problem, look.one, ground.inputs)
    real = _real(look)
    columns = tuple(
        _column(problem, ground, k, shown, weights, biases, seen, real)
        for k in range(len(layout.sizes))
    )
    return DiagramPart(
        seed=look.seed,
        layers=columns,
        edges=tuple(w[np.ix_(shown[k], shown[k + 1])] for k, w in enumerate(weights)),
        weights=weights,
        biases=biases,
        skips=tuple(problem.skips(k) for k in range(depth)),
    )


def _real(look: Look) -> Pass:
    """Return the chosen network's pass over training inputs; shared if it is made."""
    if "done" in vars(look):
        one = slice(look.seed, look.seed + 1)
        done = look.done
        return Pass(h=[h[one] for h in done.h], z=[], n=[n[one] for n in done.n])
    return forward(look.problem, look.one, look.problem.x[look.rows])


def _column(
    problem: Problem,
    ground: _Ground,
    k: int,
    shown: list[Array],
    weights: tuple[Array, ...],
    biases: tuple[Array, ...],
    seen: Pass,
    real: Pass,
) -> DiagramLayer:
    units, size = shown[k], problem.layout.sizes[k]
    hidden = 0 < k < len(weights)
    form, thumbs = _thumbs(problem, ground, k, shown, weights, seen)
    dead = np.zeros(size, bool)
    if hidden:
        slope = problem.activation.derivative(NUMPY, real.n[k - 1][0], problem.spec.net.slope)
        dead = ~np.any(slope, axis=0)  # (size,)
    return DiagramLayer(
        name="x" if k == 0 else f"layer {k}" if hidden else "ŷ",
        size=size,
        shown=units,
        form=form,
        thumbs=_scaled(thumbs),
        dead=dead[units],
        bias=biases[k - 1][units] if k else np.full(len(units), np.nan),
        labels=_labels(problem, k, units),
        parameters=weights[k - 1].size + size if k else 0,
        variance=float(across_inputs(real.h[k])[0]) if k else float("nan"),
        dead_share=float(dead.mean()),
    )


def _thumbs(
    problem: Problem,
    ground: _Ground,
    k: int,
    shown: list[Array],
    weights: tuple[Array, ...],
    seen: Pass,
) -> tuple[str, Array]:
    """Return the form of a layer's thumbnails and the thumbnails. (n, ...)"""
    units, data = shown[k], problem.data
    if ground.form in ("curve", "map", "bars"):
        values = seen.h[k][0][:, units]  # (rows, n)
        return ground.form, values.T.reshape(len(units), *ground.shape)
    image = data.image_shape
    if k == 0:
        if image:  # the pixel itself
            return "image", np.eye(data.shape.inputs)[units].reshape(len(units), *image)
        return "bars", _input_histograms(problem)[units]
    if k == 1 and image:
        return "image", weights[0][:, units].T.reshape(len(units), *image)
    if ground.means is not None:  # the mean response to each class
        return "bars", (ground.means @ seen.h[k][0][:, units]).T
    return "bars", weights[k - 1][:BARS, units].T


@functools.lru_cache(maxsize=4)
def _input_histograms(problem: Problem) -> Array:
    """Return how each input is distributed in training. (D, bars)"""
    columns = [np.histogram(x, HISTOGRAM_BARS)[0] for x in problem.data.x.T]
    counts = np.array(columns, float)
    return np.asarray(counts / counts.max(1, keepdims=True))


def _scaled(thumbs: Array) -> Array:
    """Return values divided by the layer's largest, so that they lie in [-1, 1]."""
    values = np.nan_to_num(thumbs, posinf=0.0, neginf=0.0)
    largest = float(np.abs(values).max(initial=0.0))
    return values / largest if largest else values


def _labels(problem: Problem, k: int, units: Array) -> tuple[str, ...]:
    data = problem.data
    if k == 0:
        return tuple(data.feature_names[u] for u in units)
    if k < problem.layout.layers:
        return ()
    if problem.layout.sizes[k] == len(data.class_names):
        return tuple(data.class_names[u] for u in units)
    return (data.target_name,) if len(units) == 1 else ()
