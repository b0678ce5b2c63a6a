"""What a loss is compared with: the best linear model, and the noise of the data."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from layerlab.core.errors import NotReadyError
from layerlab.core.libraries import needed_for, warn_once
from layerlab.core.translation import _
from layerlab.nets.data import Data, encode
from layerlab.nets.losses import LOSSES
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem

Array = np.ndarray


def noise_floor(problem: Problem) -> float | None:
    """Return the loss that the true function is expected to have on the noisy data.

    Known where the task draws its own noise onto the targets of a regression.
    """
    data, scale = problem.data, problem.loss.squares
    if scale is None or data.shape.classes or data.truth is None or not data.noise:
        return None
    return scale * data.noise**2


def linear_loss(problem: Problem) -> float | None:
    """Return the training loss of the best linear model: what depth 0 could reach.

    Linear in what the network is given, which may be features of the inputs.

    None for classes that a linear model separates: its loss then has no smallest value.
    """
    return _linear_loss(problem.data, problem.spec.train.loss)


@functools.lru_cache(maxsize=16)
def _linear_loss(data: Data, loss: str) -> float | None:
    x = np.column_stack((data.x, np.ones(data.n)))  # (N, D + 1), the last for the bias
    y = encode(data.y, data.shape, loss)
    if LOSSES[loss].squares is not None:
        weights = np.linalg.lstsq(x, y, rcond=None)[0]
        return float(LOSSES[loss].value(NUMPY, x @ weights, y))
    try:
        return _minimum(x, y, loss)
    except NotReadyError as error:
        warn_once(str(error))
        return None


def _minimum(x: Array, y: Array, loss: str) -> float | None:
    with needed_for(_("the loss of the best linear model")):
        from scipy.optimize import minimize  # not before it is needed: slow to import

    shape = (x.shape[1], y.shape[1])

    def value(flat: Array) -> tuple[float, Array]:
        out = x @ flat.reshape(shape)
        gradient = x.T @ LOSSES[loss].gradient(out, y)
        return float(LOSSES[loss].value(NUMPY, out, y)), gradient.ravel()

    found: Any = minimize(
        value,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 300, "gtol": 1e-7},
    )
    out = x @ found.x.reshape(shape)
    predicted = out > 0 if shape[1] == 1 else out.argmax(1)
    true = y > 0.5 if shape[1] == 1 else y.argmax(1)
    return None if (predicted == true).all() else float(found.fun)
