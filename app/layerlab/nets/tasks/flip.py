"""The diagonal flip: every black-and-white image of 2x2, to be mirrored at its diagonal."""

from __future__ import annotations

import numpy as np

from layerlab.core.spec import NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _, marked
from layerlab.nets.data import Data, Shape
from layerlab.nets.tasks.base import Task, held_out
from layerlab.nets.tasks.splits import split

_SHAPE = Shape(inputs=4, outputs=4, unit_interval=True)


def images() -> np.ndarray:
    """Return all 16 images [a, b, c, d], counting up, a the most significant bit. (16, 4)"""
    return (np.arange(16)[:, None] >> np.array([3, 2, 1, 0]) & 1).astype(float)


def flipped(image: np.ndarray) -> np.ndarray:
    """Return [a, b, c, d] as [a, c, b, d]. (..., 4) -> (..., 4)"""
    return image[..., [0, 2, 1, 3]]


def _load(spec: TaskSpec) -> Data:
    x = images()
    y = flipped(x)
    train, held = split(len(x), held_out(spec, 0.0), spec.seed)
    return Data(
        x[train],
        y[train],
        x[held],
        y[held],
        shape=_SHAPE,
        form="images",
        feature_names=("a", "b", "c", "d"),
        target_name=_("flipped image"),
        x_mean=np.zeros(4),
        x_scale=np.ones(4),
        y_mean=np.zeros(4),
        y_scale=np.ones(4),
        truth=flipped,
        image_shape=(2, 2),
        summary=_(
            "{train} of the 16 images of 2x2 pixels, {held} for validation",
            train=len(train),
            held=len(held),
        ),
    )


FLIP = Task(
    "diagonal-flip",
    _("flip"),
    _("All 16 images of 2x2 pixels, mirrored: width limits how many pixels can pass."),
    load=_load,
    shape=lambda spec: _SHAPE,
    net=NetSpec(hidden=(8,)),
    train=TrainSpec(batch=4, rate=0.02, updates=600),
    samples=16,
    noise=0.0,
    validation=0.0,
    knobs=("validation", "seed"),
    group=marked("images"),
    featured=True,
)
