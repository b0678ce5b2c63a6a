"""Sample frames for tests of views: plausible arrays of every part, no training.

`sample_frame("curve")` looks like the default lab in the middle of its run. The
numbers come from one generator, so that equal arguments give equal frames.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from layerlab.core.frames import (
    ACROSS_INPUTS,
    ACROSS_UNITS,
    MEAN_SQUARE,
    QUANTILES,
    ClassPrediction,
    CurvePrediction,
    Frame,
    ImagePrediction,
    LayerPart,
    LossPart,
    MapPrediction,
    Prediction,
    ScatterPrediction,
)
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from tests.helpers.diagram_frames import sample_diagram

Array = np.ndarray
FORMS = ("curve", "map", "multi-map", "value-map", "image", "digits", "features", "scatter")


def sample_frame(
    form: str = "curve",
    layers: int = 3,
    seeds: int = 16,
    *,
    width: int = 8,
    update: int = 740,
    length: int = 1500,
    held_out: bool = True,
    run_id: int = 1,
) -> Frame:
    """Return a frame with every part filled.

    Args:
        form: one of `FORMS`: `curve` (one input), `map` (two classes over the plane),
            `multi-map` (four classes), `value-map` (a surface), `image` (diagonal flip),
            `digits` and `features` (confusion matrices), `scatter` (predicted, true).
        layers: hidden layers, 0 to 64.
        seeds: 1 to 64.
        width: neurons in each hidden layer.
        update, length: how far the run is.
        held_out: whether there are held-out points.
        run_id: number of the run.
    """
    rng = np.random.default_rng(7)
    hidden = (width,) * layers
    inputs, outputs = _ends(form)
    sizes = (inputs, *hidden, outputs)
    parameters = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    spec = LabSpec(net=NetSpec(hidden=hidden), train=TrainSpec(updates=length, seeds=seeds))
    scored = form in ("map", "multi-map", "digits", "features", "scatter")
    return Frame(
        run_id=run_id,
        spec=spec,
        update=update,
        length=length,
        parameters=parameters,
        status="running",
        updates_per_s=400.0,
        seed=0,
        loss=sample_loss(rng, seeds, update, length, held_out=held_out, scored=scored),
        prediction=sample_prediction(form, rng, layers, seeds, held_out=held_out),
        signal=sample_signal(rng, layers, seeds, width),
        gradient=sample_gradient(rng, layers, seeds, width),
        diagram=sample_diagram(form, rng, sizes),
    )


def _ends(form: str) -> tuple[int, int]:
    """Return the number of inputs and outputs of a form."""
    return {
        "curve": (1, 1),
        "map": (2, 1),
        "multi-map": (2, 4),
        "value-map": (2, 1),
        "image": (4, 4),
        "digits": (64, 10),
        "features": (13, 3),
        "scatter": (10, 1),
    }[form]


def quantiles(values: Array) -> Array:
    """Return the five quantiles over the leading axis: (S, ...) -> (5, ...)."""
    return np.percentile(values, QUANTILES, axis=0)


def sample_loss(
    rng: np.random.Generator,
    seeds: int = 16,
    update: int = 740,
    length: int = 1500,
    *,
    held_out: bool = True,
    scored: bool = False,
) -> LossPart:
    """Return a history that falls from about 0.3 to 0.004."""
    updates = np.unique(np.linspace(0, update, 200).astype(int))
    t = updates[:, None] / max(1, length)
    floor = 0.0025 * np.exp(0.6 * rng.standard_normal(seeds))
    speed = 18.0 * np.exp(0.3 * rng.standard_normal(seeds))
    fall = 0.2 * np.exp(-speed * t) + 0.05 * np.exp(-6 * t)  # (R, S)
    jitter = np.exp(0.08 * rng.standard_normal((len(updates), seeds)))
    train = (fall + floor) * jitter  # (R, S)
    validation = (1.25 * fall + 1.7 * floor) * np.roll(jitter, 3, axis=0)
    score = 1 - 0.4 * np.sqrt(train)
    return LossPart(
        updates=updates,
        train=train,
        validation=validation if held_out else None,
        total=None,
        score=score if scored else None,
        validation_score=score - 0.02 if scored and held_out else None,
        score_name="accuracy" if scored else "R²",
        loss_label="cross-entropy" if scored else "half mean squared error",
        loss_brief="cross-entropy" if scored else "half MSE",
        noise_floor=None if scored else 0.0018,
        linear_loss=0.31 if scored else 0.085,
        length=length,
    )


def sample_prediction(
    form: str,
    rng: np.random.Generator,
    layers: int = 3,
    seeds: int = 16,
    *,
    held_out: bool = True,
) -> Prediction:
    """Return the prediction part of a form."""
    if form == "curve":
        return sample_curve(rng, layers, seeds, held_out=held_out)
    if form in ("map", "multi-map", "value-map"):
        classes = {"map": 2, "multi-map": 4, "value-map": 0}[form]
        return sample_map(rng, classes, seeds, held_out=held_out)
    if form == "image":
        return sample_images(rng)
    if form in ("digits", "features"):
        return sample_classes(rng, seeds, digits=form == "digits", held_out=held_out)
    return sample_scatter(rng, seeds, held_out=held_out)


def sample_curve(
    rng: np.random.Generator, layers: int = 3, seeds: int = 16, *, held_out: bool = True
) -> CurvePrediction:
    """Return a wavy curve that sixteen seeds fit well inside the data and less outside."""

    def truth(x: Array) -> Array:
        return np.sin(5.2 * x + 0.3) * (0.5 + 0.25 * x)

    x = np.linspace(-1.15, 1.15, 160)
    wide = 0.02 + 0.5 * np.maximum(0, np.abs(x) - 0.85)  # (G,)
    bumps = np.stack([np.sin(k * x + rng.uniform(0, 6, (seeds, 1))) for k in (2, 5, 9)])
    curves = truth(x) + (bumps * rng.standard_normal((3, seeds, 1))).sum(0) * wide  # (S, G)
    train_x, held_x = rng.uniform(-1, 1, 96), rng.uniform(-1, 1, 32 if held_out else 0)
    count = 22 if layers else 0
    return CurvePrediction(
        x=x,
        target=truth(x),
        quantiles=quantiles(curves),
        shown=curves[0],
        train_x=train_x,
        train_y=truth(train_x) + 0.06 * rng.standard_normal(train_x.size),
        validation_x=held_x,
        validation_y=truth(held_x) + 0.06 * rng.standard_normal(held_x.size),
        kinks=np.sort(rng.uniform(-1, 1, count)),
        kink_layers=rng.integers(1, max(1, layers) + 1, count),
        pieces=count + 1,
        x_label="x",
        y_label="y",
    )


def sample_map(
    rng: np.random.Generator, classes: int = 2, seeds: int = 16, *, held_out: bool = True
) -> MapPrediction:
    """Return a map of 2 or more classes (rings, then sectors) or, with 0, of a value."""
    side, count = 60, 160
    axis = np.linspace(-1.2, 1.2, side)
    gx, gy = np.meshgrid(axis, axis)
    points = rng.uniform(-1.1, 1.1, (count, 2))
    is_validation = np.arange(count) >= (120 if held_out else count)
    agreement: Array | None = None
    voted: Array | None = None
    if classes == 0:
        values = np.sin(2 * gx) * np.cos(2 * gy)
        labels = np.sin(2 * points[:, 0]) * np.cos(2 * points[:, 1])
        boundary = values + 0.1 * np.sin(9 * gx)
    elif classes == 2:
        values = 1 / (1 + np.exp(9 * (np.hypot(gx, gy) - 0.7)))
        voted = (values > 0.5).astype(int)
        labels = (np.hypot(*points.T) + 0.08 * rng.standard_normal(count) < 0.7).astype(int)
        boundary = 1 / (1 + np.exp(9 * (np.hypot(gx * 1.1, gy) - 0.72)))
        agreement = np.round(np.maximum(values, 1 - values) * seeds) / seeds
    else:
        turn = (np.arctan2(gy, gx) / (2 * np.pi) + 1) % 1 * classes
        voted = turn.astype(int) % classes
        edge = np.abs(turn - np.round(turn))
        agreement = np.clip(0.5 + 4 * edge * np.hypot(gx, gy), 0, 1)
        values, boundary = agreement, voted.astype(float)
        share = (np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi) + 1) % 1
        labels = (share * classes).astype(int) % classes
    return MapPrediction(
        extent=(-1.2, 1.2, -1.2, 1.2),
        values=values,
        classes=voted,
        agreement=agreement,
        points=points,
        labels=labels,
        is_validation=is_validation,
        std=None if classes else 0.1 + 0.2 * np.abs(gx),
        boundary=boundary,
        class_count=classes,
        low=-1.0,
        high=1.0,
        x_label="x₁",
        y_label="x₂",
    )


def sample_images(rng: np.random.Generator) -> ImagePrediction:
    """Return the sixteen 2 x 2 images, their flips and nearly right outputs."""
    bits = (np.arange(16)[:, None] >> np.arange(4)) & 1  # (16, 4)
    inputs = bits.reshape(16, 2, 2).astype(float)
    targets = inputs.transpose(0, 2, 1)
    outputs = targets + 0.12 * rng.standard_normal(targets.shape)
    error = 0.5 * ((outputs - targets) ** 2).mean(axis=(1, 2))
    return ImagePrediction(inputs, targets, outputs, error)


def sample_classes(
    rng: np.random.Generator, seeds: int = 16, *, digits: bool = True, held_out: bool = True
) -> ClassPrediction:
    """Return a confusion matrix of ten digits, or of three wines with 13 features."""
    k, features = (10, 64) if digits else (3, 13)
    confusion = np.diag(rng.uniform(31, 37, k)) + rng.exponential(0.12, (k, k)).round(1)
    missed = 9 if digits else 4
    true = rng.integers(0, k, missed)
    if digits:
        rows, columns = np.mgrid[-1:1:8j, -1:1:8j]
        radius = rng.uniform(0.3, 0.8, (missed, 1, 1))
        examples = 16 * np.exp(-12 * (np.hypot(rows, 1.6 * columns) - radius) ** 2)
        examples = examples.reshape(missed, -1)
        names = tuple("0123456789")
    else:
        examples = rng.normal(13, 4, (missed, features)).round(2)
        names = ("barolo", "grignolino", "barbera")
    return ClassPrediction(
        confusion=confusion,
        class_names=names,
        accuracy=rng.uniform(0.95, 0.985, seeds),
        points="validation" if held_out else "training",
        examples=examples,
        example_true=true,
        example_predicted=(true + rng.integers(1, k, missed)) % k,
        image_shape=(8, 8) if digits else None,
        feature_names=tuple(f"feature {i + 1}" for i in range(features)),
    )


def sample_scatter(
    rng: np.random.Generator, seeds: int = 16, *, held_out: bool = True
) -> ScatterPrediction:
    """Return predicted against true for 440 patients, correlated at about 0.7."""
    n = 440
    true = rng.uniform(25, 340, n)
    centre = 150 + 0.6 * (true - 150) + 38 * rng.standard_normal(n)
    predicted = centre + 12 * rng.standard_normal((seeds, n))  # (S, N)
    return ScatterPrediction(
        true=true,
        predicted=quantiles(predicted),
        shown=predicted[0],
        is_validation=np.arange(n) >= (350 if held_out else n),
        r2=rng.uniform(0.42, 0.5, seeds),
        label="progression after one year",
    )


def sample_signal(
    rng: np.random.Generator, layers: int = 3, seeds: int = 16, width: int = 8
) -> LayerPart:
    """Return activations after ReLU: a spike at 0 and a tail; variance falls slowly."""
    edges = np.linspace(-0.25, 2.4, 49)
    centre = 0.5 * (edges[1:] + edges[:-1])
    tail = np.exp(-1.1 * np.maximum(centre, 0)) * (centre > 0) * 0.35
    counts = np.maximum(tail * np.exp(0.2 * rng.standard_normal((layers, centre.size))), 0.01)
    counts[:, np.abs(centre).argmin()] = 1.0
    depth = np.arange(1, layers + 1)
    return _layer_part(rng, edges, counts, 0, seeds, width, 0.45 * 0.9**depth)


def sample_gradient(
    rng: np.random.Generator, layers: int = 3, seeds: int = 16, width: int = 8
) -> LayerPart:
    """Return gradients around 0 in units of 1e-2, smaller towards the first layer."""
    edges = np.linspace(-1.5, 1.5, 49)
    centre = 0.5 * (edges[1:] + edges[:-1])
    counts = np.exp(-5 * np.abs(centre)) + 0.08 * rng.random((layers, centre.size))
    counts = counts / np.maximum(counts.max(axis=1, keepdims=True), 1e-9)
    depth = np.arange(1, layers + 1)
    return _layer_part(rng, edges, counts, -2, seeds, width, 3e-4 * 0.8**depth)


def _layer_part(
    rng: np.random.Generator,
    edges: Array,
    counts: Array,
    unit: int,
    seeds: int,
    width: int,
    expected: Array,
) -> LayerPart:
    layers = expected.size
    log_band = np.sqrt(5 * np.arange(1, layers + 1) / max(1, width)) / 2
    measured, theory = {}, {}
    for kind, factor in ((ACROSS_INPUTS, 1.0), (MEAN_SQUARE, 2.2), (ACROSS_UNITS, 1.4)):
        noise = np.cumsum(rng.standard_normal((seeds, layers)), axis=1) * 0.35
        measured[kind] = 0.7 * factor * expected * np.exp(noise)  # (S, L)
        lines = factor * expected * np.exp([0 * log_band, -log_band, log_band])  # (3, L)
        theory[kind] = lines
    dead = np.round(rng.uniform(0, 0.3, (seeds, layers)) * width) / max(1, width)
    return LayerPart(edges, counts, unit, measured, theory, dead)


def broken(frame: Frame) -> Frame:
    """Return the frame with every float array of its parts full of nan and inf."""

    def spoil(value: object) -> object:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
            flat = np.full(value.size, np.nan)
            flat[::3] = np.inf
            return flat.reshape(value.shape)
        if isinstance(value, dict):
            return {key: spoil(item) for key, item in value.items()}
        return value

    def spoil_part(part: object, keep: tuple[str, ...] = ()) -> object:
        fields = {k: v if k in keep else spoil(v) for k, v in vars(part).items()}
        return type(part)(**fields)

    return replace(
        frame,
        loss=spoil_part(frame.loss),
        prediction=spoil_part(frame.prediction, keep=("x", "train_x", "validation_x")),
        signal=spoil_part(frame.signal, keep=("edges",)),
        gradient=spoil_part(frame.gradient, keep=("edges",)),
    )
