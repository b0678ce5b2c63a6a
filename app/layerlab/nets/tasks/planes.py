"""Planes: two inputs, so that the whole function is one map.

Positions lie in about [-1, 1]. The noise of the classes moves the points, in units of
the axes; the noise of the two surfaces is added to their value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, marked
from layerlab.nets.data import Data, Shape
from layerlab.nets.tasks.base import DRAWN, Task, both_parts, generators, with_label_noise

Array = np.ndarray
Rng = np.random.Generator
Draw = Callable[[Rng, Array], Array]  # (generator, classes (n,)) -> positions (n, 2)
SHARE = 0.25
AXES = ("x₁", "x₂")
_SURFACE = Shape(inputs=2, outputs=1)


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)  # (n, 2)


def circle(rng: Rng, label: Array) -> Array:
    """Return a disc of radius 0.45 (class 1) in a ring from 0.65 to 0.95. (n, 2)"""
    u = rng.uniform(0, 1, (len(label), 2))
    inner, outer = np.where(label == 1, 0.0, 0.65), np.where(label == 1, 0.45, 0.95)
    radius = np.sqrt(inner**2 + u[:, 0] * (outer**2 - inner**2))  # even over the area
    return _polar(radius, 2 * np.pi * u[:, 1])


def xor(rng: Rng, label: Array) -> Array:
    """Return four squares; class 1 where the signs of the axes differ. (n, 2)"""
    u = rng.uniform(-1, 1, (len(label), 2))
    side = np.where(u < 0, -1.0, 1.0)
    point = side * (0.1 + 0.85 * np.abs(u))  # a gap along the axes
    wrong = (side[:, 0] != side[:, 1]) != (label == 1)
    point[wrong, 1] *= -1
    return point


def gauss(rng: Rng, label: Array) -> Array:
    """Return two round clouds of std 0.18 about (0.45, 0.45) and its mirror. (n, 2)"""
    center = np.where(label == 1, 0.45, -0.45)[:, None]
    return center + 0.18 * rng.standard_normal((len(label), 2))


def spiral(rng: Rng, label: Array) -> Array:
    """Return two arms of one and a half turns. (n, 2)"""
    r = 0.06 + 0.9 * rng.uniform(0, 1, len(label))
    return _polar(r, 3 * np.pi * r + np.pi * label)


def moons(rng: Rng, label: Array) -> Array:
    """Return two interlocked half circles of radius 0.6. (n, 2)"""
    angle = np.pi * (rng.uniform(0, 1, len(label)) + label)  # upper half, lower half
    shift = np.where(label[:, None] == 1, [0.3, 0.15], [-0.3, -0.15])
    return shift + 0.6 * _polar(np.ones(len(label)), angle)


def blobs(rng: Rng, label: Array) -> Array:
    """Return three round clouds of std 0.16 around the origin. (n, 2)"""
    center = _polar(np.full(len(label), 0.6), np.pi / 2 + 2 * np.pi / 3 * label)
    return center + 0.16 * rng.standard_normal((len(label), 2))


def plane(x: Array) -> Array:
    """Return (x1 + x2) / 2. (n, 2) -> (n, 1)"""
    return 0.5 * (x[:, :1] + x[:, 1:])


def hills(x: Array) -> Array:
    """Return six Gaussian hills of alternating sign and std 0.2. (n, 2) -> (n, 1)"""
    columns, rows = np.meshgrid([-0.65, 0.0, 0.65], [-0.45, 0.45])
    centers = np.stack([columns.ravel(), rows.ravel()], axis=1)  # (6, 2)
    signs = np.array([1, -1, 1, -1, 1, -1.0])
    squares = ((x[:, None] - centers) ** 2).sum(-1)  # (n, 6)
    return (np.exp(-squares / (2 * 0.2**2)) @ signs)[:, None]


def _load_classes(draw: Draw, classes: int, spec: TaskSpec) -> Data:
    def points(stream: int, count: int) -> tuple[Array, Array]:
        position, noise = generators(spec, stream)
        label = np.arange(count) % classes  # as many of each
        x = draw(position, label) + spec.noise * noise.standard_normal((count, 2))
        return x, with_label_noise(label, classes, spec) if stream == 0 else label

    parts = both_parts(points, spec, SHARE)
    return Data(
        *parts,
        shape=Shape(inputs=2, classes=classes),
        form="map",
        feature_names=AXES,
        class_names=tuple(str(k) for k in range(classes)),
        target_name="class",
        x_mean=np.zeros(2),
        x_scale=np.ones(2),
        summary=_(
            "{points} points of {classes} classes, {extra} for validation",
            points=spec.samples,
            classes=classes,
            extra=len(parts[2]),
        ),
    )


def _load_surface(function: Callable[[Array], Array], spec: TaskSpec) -> Data:
    def points(stream: int, count: int) -> tuple[Array, Array]:
        position, noise = generators(spec, stream)
        x = position.uniform(-1, 1, (count, 2))
        return x, function(x) + spec.noise * noise.standard_normal((count, 1))

    parts = both_parts(points, spec, SHARE)
    return Data(
        *parts,
        shape=_SURFACE,
        form="map",
        feature_names=AXES,
        target_name="y",
        x_mean=np.zeros(2),
        x_scale=np.ones(2),
        truth=function,
        noise=spec.noise,
        summary=_(
            "{points} points of a known surface, {extra} for validation",
            points=spec.samples,
            extra=len(parts[2]),
        ),
    )


def _task(
    key: str,
    label: str,
    text: str,
    load: Callable[[TaskSpec], Data],
    hidden: tuple[int, ...],
    *,
    classes: int = 0,
    samples: int = 200,
    updates: int = 1000,
    featured: bool = False,
    source: str = "",
) -> Task:
    shape = Shape(inputs=2, classes=classes) if classes else _SURFACE
    loss = {0: "half-mse", 2: "logistic"}.get(classes, "cross-entropy")
    return Task(
        key,
        label,
        text,
        load=load,
        shape=lambda spec: shape,
        net=NetSpec(hidden=hidden),
        train=TrainSpec(loss=loss, updates=updates),
        samples=samples,
        noise=0.06 if classes else 0.05,
        validation=SHARE,
        knobs=(*DRAWN, "label_noise") if classes else DRAWN,
        group=marked("planes"),
        featured=featured,
        source=source,
    )


def _classes(
    key: str,
    label: str,
    text: str,
    draw: Draw,
    hidden: tuple[int, ...],
    *,
    classes: int = 2,
    **options: Any,
) -> Task:
    load = partial(_load_classes, draw, classes)
    return _task(key, label, text, load, hidden, classes=classes, **options)


PLANES = (
    _classes(
        "spiral",
        _("spiral"),
        _("Two arms around each other: needs width, depth and patience."),
        spiral,
        (16, 16),
        samples=300,
        updates=1500,
        featured=True,
        source="Lang & Witbrock 1988",
    ),
    _classes(
        "xor",
        _("XOR"),
        _("Four squares, opposite ones alike: no straight line parts them."),
        xor,
        (8, 8),
        featured=True,
        source="Minsky & Papert 1969",
    ),
    _classes(
        "moons",
        _("moons"),
        _("Two half circles, each reaching into the other."),
        moons,
        (8, 8),
        featured=True,
    ),
    _classes(
        "circle",
        _("circle"),
        _("A disc in a ring: three ReLU neurons can fence it in."),
        circle,
        (8,),
    ),
    _classes(
        "gauss",
        _("gauss"),
        _("Two round clouds: a straight line is enough, and depth 0 with it."),
        gauss,
        (4,),
        updates=600,
    ),
    _classes(
        "blobs",
        _("blobs"),
        _("Three round clouds: three classes, so three outputs that compete."),
        blobs,
        (8,),
        classes=3,
        updates=600,
    ),
    _task(
        "plane",
        _("plane"),
        _("A tilted plane: linear, so hidden layers are not needed at all."),
        partial(_load_surface, plane),
        (4,),
    ),
    _task(
        "multi-gauss",
        _("hills"),
        _("Three hills and three hollows: each has to be bent around."),
        partial(_load_surface, hills),
        (16, 16),
        samples=400,
        updates=1500,
    ),
)
