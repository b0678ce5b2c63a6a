"""The diagram: one network, every drawn neuron with a thumbnail of what it computes.

Everything is computed of all neurons, but only pictures of the drawn ones are handed out:
those of the overview, or those that a zoomed view asks for.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import DiagramLayer, DiagramPart, Units, shown_units
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import ForwardCache, forward
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes.base import ProbedState, probe_rows, shown_domain
from layerlab.nets.probes.layers import across_inputs
from layerlab.nets.problem import Problem

Array = np.ndarray
CURVE_POINTS, MAP_SIDE, BARS, HISTOGRAM_BARS = 40, 16, 64, 12
MARGIN = 0.07  # as in the prediction


@dataclass(frozen=True, eq=False)
class _Ground:
    """Inputs at which neurons are looked at, and the thumbnail's form over them."""

    form: str
    inputs: Array
    shape: tuple[int, ...]
    means: Array | None = None  # (bars, rows): averages over the rows, such as of a class


@functools.lru_cache(maxsize=4)
def _ground(problem: Problem) -> _Ground:
    data, raw, dtype = problem.data, problem.data.raw, problem.x.dtype
    low, high = raw.x.min(0), raw.x.max(0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    low, high = low - margin, high + margin
    if raw.domain is not None:
        low, high = shown_domain(raw)
    if raw.shape.inputs == 1:
        x = data.given(np.linspace(low, high, CURVE_POINTS))
        return _Ground("curve", x.astype(dtype), (CURVE_POINTS,))
    if raw.shape.inputs == 2:
        axes = [np.linspace(low[k], high[k], MAP_SIDE) for k in (0, 1)]
        x = data.given(np.stack(np.meshgrid(*axes), -1).reshape(-1, 2))
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


def diagram_part(probed: ProbedState, units: Units = ()) -> DiagramPart:
    """Return the network of the chosen seed.

    Args:
        probed: the state.
        units: of each layer, which units are drawn; those of the overview where it is empty,
            or about a network of other sizes.
    """
    problem, layout = probed.problem, probed.problem.layout
    depth = layout.layers - 1
    ground = _ground(problem)
    flat = probed.one[0].copy()  # the frame keeps views into it
    weights = tuple(layout.weights(flat, k) for k in range(layout.layers))
    biases = tuple(layout.biases(flat, k) for k in range(layout.layers))
    if not _fit(units, layout.sizes):
        units = ()
    shown = [
        np.array(units[k], int) if units else shown_units(n, depth, is_input=k == 0)
        for k, n in enumerate(layout.sizes)
    ]
    seen = forward(problem, probed.one, ground.inputs)
    real = _real(probed)
    columns = tuple(
        _column(problem, ground, k, shown, weights, biases, seen, real)
        for k in range(len(layout.sizes))
    )
    return DiagramPart(
        seed=probed.seed,
        layers=columns,
        edges=tuple(w[np.ix_(shown[k], shown[k + 1])] for k, w in enumerate(weights)),
        weights=weights,
        biases=biases,
        skips=tuple(problem.skips(k) for k in range(depth)),
        units=units,
    )


def _fit(units: Units, sizes: tuple[int, ...]) -> bool:
    """Return whether units that were asked for are some of a network of these sizes."""
    return len(units) == len(sizes) and all(
        min(wanted, default=0) >= 0 and max(wanted, default=0) < size
        for wanted, size in zip(units, sizes, strict=True)
    )


def _real(probed: ProbedState) -> ForwardCache:
    """Return the chosen network's pass over training inputs; shared if it is made."""
    if "cache" in vars(probed):
        one = slice(probed.seed, probed.seed + 1)
        cache = probed.cache
        return ForwardCache(h=[h[one] for h in cache.h], z=[], n=[n[one] for n in cache.n])
    return forward(probed.problem, probed.one, probed.problem.x[probed.rows])


def _column(
    problem: Problem,
    ground: _Ground,
    k: int,
    shown: list[Array],
    weights: tuple[Array, ...],
    biases: tuple[Array, ...],
    seen: ForwardCache,
    real: ForwardCache,
) -> DiagramLayer:
    units, size = shown[k], problem.layout.sizes[k]
    layer = _("layer {number}", number=k)
    hidden = 0 < k < len(weights)
    form, thumbs, span = _thumbs(problem, ground, k, units, weights, seen)
    dead = np.zeros(size, bool)
    if hidden:
        slope = problem.activation.derivative(NUMPY, real.n[k - 1][0], problem.spec.net.slope)
        dead = ~np.any(slope, axis=0)  # (size,)
    return DiagramLayer(
        name=_input_name(problem) if k == 0 else layer if hidden else "ŷ",
        size=size,
        shown=units,
        form=form,
        thumbs=thumbs,
        dead=dead[units],
        bias=biases[k - 1][units] if k else np.full(len(units), np.nan),
        labels=_labels(problem, k),
        parameters=weights[k - 1].size + size if k else 0,
        variance=float(across_inputs(real.h[k])[0]) if k else float("nan"),
        dead_share=float(dead.mean()),
        span=span,
    )


def _thumbs(
    problem: Problem,
    ground: _Ground,
    k: int,
    units: Array,
    weights: tuple[Array, ...],
    seen: ForwardCache,
) -> tuple[str, Array, tuple[float, float]]:
    """Return the form of a layer's thumbnails, those of some units, and the span of all."""
    size, image = problem.layout.sizes[k], problem.data.image_shape
    if ground.form in ("curve", "map", "bars"):
        values = seen.h[k][0].T.reshape(size, *ground.shape)
        return ground.form, *_scaled(values, units)
    if k == 0 and image:  # the pixel itself
        pixels = np.zeros((len(units), size))
        pixels[np.arange(len(units)), units] = 1.0
        return "image", pixels.reshape(len(units), *image), (0.0, 1.0)
    if k == 0:
        return "bars", *_scaled(_input_histograms(problem), units)
    if k == 1 and image:
        return "image", *_scaled(weights[0].T.reshape(size, *image), units)
    if ground.means is not None:  # the mean response to each class
        return "bars", *_scaled((ground.means @ seen.h[k][0]).T, units)
    return "bars", *_scaled(weights[k - 1][:BARS].T, units)


@functools.lru_cache(maxsize=4)
def _input_histograms(problem: Problem) -> Array:
    """Return how each input is distributed in training. (D, bars)"""
    columns = [np.histogram(x, HISTOGRAM_BARS)[0] for x in problem.data.x.T]
    counts = np.array(columns, float)
    return np.asarray(counts / counts.max(1, keepdims=True))


def _scaled(values: Array, units: Array) -> tuple[Array, tuple[float, float]]:
    """Return the values of some units in [-1, 1], and where all units' lie in it.

    All of them have one scale, so that a picture does not depend on which others are drawn.
    """
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if not np.isfinite((low, high)).all():
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
        low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    largest, thumbs = max(-low, high), values[units]
    if not largest:
        return thumbs, (0.0, 0.0)
    return thumbs / largest, (low / largest, high / largest)


def _input_name(problem: Problem) -> str:
    """Return what stands below the inputs: a single feature has no label beside its tile."""
    data = problem.data
    return data.feature_names[0] if data.source and data.shape.inputs == 1 else "x"


def _labels(problem: Problem, k: int) -> tuple[str, ...]:
    """Return the names of all units of a layer, or nothing."""
    data, size = problem.data, problem.layout.sizes[k]
    if k == 0:
        return tuple(data.feature_names)
    if k < problem.layout.layers:
        return ()
    if size == len(data.class_names):
        return tuple(data.class_names)
    return (data.target_name,) if size == 1 else ()
