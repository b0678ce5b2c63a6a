"""Curves: one input, one output, a true function that is drawn over the fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, marked
from layerlab.nets.data import Data, Shape
from layerlab.nets.tasks.base import Task, both_parts, generators

Array = np.ndarray
Function = Callable[[Array], Array]
SHARE = 0.25  # held out of a generated curve, drawn beside the training points
_SHAPE = Shape(inputs=1, outputs=1)


def _points(function: Function, spec: TaskSpec, stream: int, count: int) -> tuple[Array, Array]:
    position, noise = generators(spec, stream)
    x = position.uniform(-1, 1, (count, 1))
    return x, function(x) + spec.noise * noise.standard_normal((count, 1))


def _load(function: Function, spec: TaskSpec) -> Data:
    parts = both_parts(partial(_points, function, spec), spec, SHARE)
    return Data(
        *parts,
        shape=_SHAPE,
        form="curve",
        feature_names=("x",),
        target_name="y",
        truth=function,
        noise=spec.noise,
        summary=_(
            "{points} points of a known curve, {extra} for validation",
            points=spec.samples,
            extra=len(parts[2]),
        ),
    )


def wave(x: Array) -> Array:
    """Return 0.55 sin(8 x) + 0.2 x."""
    return 0.55 * np.sin(8 * x) + 0.2 * x


def step(x: Array) -> Array:
    """Return -0.5 left of 0 and 0.5 from there on."""
    return np.where(x < 0, -0.5, 0.5)


def sine_mix(x: Array) -> Array:
    """Return 0.5 sin(pi x) + 0.25 sin(5 pi x)."""
    return 0.5 * np.sin(np.pi * x) + 0.25 * np.sin(5 * np.pi * x)


def sawtooth(x: Array) -> Array:
    """Return the three times folded triangle map, over [-1, 1] and repeated beyond.

    Eight straight pieces between -0.5 and 0.5.
    Source: Telgarsky 2015, section 2.
    """
    place = np.mod(2 * (x + 1), 1)  # within a tooth, 0 to 1
    return 0.5 - np.abs(1 - 2 * place)


def _curve(
    key: str,
    label: str,
    text: str,
    function: Function,
    *,
    featured: bool = False,
    hidden: tuple[int, ...] = (8, 8),
    samples: int = 96,
    updates: int = 1500,
    source: str = "",
) -> Task:
    return Task(
        key,
        label,
        text,
        load=partial(_load, function),
        shape=lambda spec: _SHAPE,
        samples=samples,
        validation=SHARE,
        group=marked("curves"),
        featured=featured,
        source=source,
        net=NetSpec(hidden=hidden),
        train=TrainSpec(updates=updates),
    )


CURVES = (
    _curve(
        "wave",
        _("wave"),
        _("A wavy curve with three crests: too much for a narrow network."),
        wave,
        featured=True,
    ),
    _curve(
        "step",
        _("step"),
        _("A jump: a network without jumps needs steep weights to come close."),
        step,
        featured=True,
    ),
    _curve(
        "abs",
        "|x|",
        _("One corner: two ReLU neurons are enough, if they are alive at initialization."),
        np.abs,
        featured=True,
        source="Lu et al. 2019",
    ),
    _curve(
        "sine-mix",
        _("sine mix"),
        _("A slow and a quick wave: networks learn the slow one first."),
        sine_mix,
        hidden=(16, 16, 16),
        updates=2000,
        source="Rahaman et al. 2019",
    ),
    _curve(
        "sawtooth",
        _("sawtooth"),
        _(
            "Eight straight pieces: depth can fold them, one layer needs a neuron for each "
            "corner."
        ),
        sawtooth,
        hidden=(16, 16, 16),
        samples=192,
        updates=2500,
        source="Telgarsky 2015",
    ),
)
