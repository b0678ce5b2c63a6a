"""The maths that activations and losses are written against, for each kind of number.

A formula is written once, as a function of a namespace: numpy's arrays here, torch's tensors
in the torch engine, single floats for previews, symbols (`nets.expressions`) for kernels and
programs. `sum` and `max` of losses are over the outputs of a point, the last axis, which stays.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from layerlab.core.libraries import needed_for
from layerlab.core.translation import _


def _erf(z: Any) -> Any:
    if np.asarray(z).dtype == np.longdouble != np.float64:
        return _erf_series(z)
    # scipy takes long to import, and few runs need it: not before the first paint.
    with needed_for(_("GELU in NumPy")):
        from scipy.special import erf

    return erf(z)


def _erf_series(z: Any) -> Any:
    """Return erf of extended numbers, which scipy lacks and the gradient check wants.

    2/sqrt(pi) exp(-z^2) sum of 2^n z^(2n+1) / (2n+1)!! (Abramowitz & Stegun 1964, 7.1.6):
    all terms have one sign, so none cancel.
    """
    z = np.clip(z, -7, 7)  # 1 - erf(7) is 4e-23
    term, total = z.copy(), z.copy()
    square, n = 2 * z * z, 0
    while (np.abs(term) > 1e-20 * np.abs(total)).any():
        term *= square / (2 * n + 3)
        total += term
        n += 1
    return 2 / np.sqrt(np.longdouble(np.pi)) * np.exp(-z * z) * total


NUMPY = SimpleNamespace(
    abs=np.abs,
    cos=np.cos,
    erf=_erf,
    exp=np.exp,
    expm1=np.expm1,
    log=np.log,
    logaddexp=np.logaddexp,
    max=lambda outputs: outputs.max(-1, keepdims=True),
    relu=lambda z: np.maximum(z, 0),
    sin=np.sin,
    sqrt=np.sqrt,
    step=lambda z: (z > 0).astype(z.dtype),  # a fifth of the time of `where`
    sum=lambda outputs: outputs.sum(-1, keepdims=True),
    tanh=np.tanh,
    where=np.where,
)


def _logaddexp(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


SCALAR = SimpleNamespace(
    abs=abs,
    cos=math.cos,
    erf=math.erf,
    exp=math.exp,
    expm1=math.expm1,
    log=math.log,
    logaddexp=_logaddexp,
    relu=lambda z: max(z, 0.0),
    sin=math.sin,
    sqrt=math.sqrt,
    step=lambda z: 1.0 if z > 0 else 0.0,
    tanh=math.tanh,
    where=lambda condition, a, b: a if condition else b,
)


def crossings(values: np.ndarray, z: np.ndarray) -> list[float]:
    """Return where values change their sign on a grid, by the straight line between.

    Args:
        values: (n,) at the ascending places z, (n,).
    """
    k = np.flatnonzero(np.signbit(values[1:]) != np.signbit(values[:-1]))
    step = (z[k + 1] - z[k]) / (values[k + 1] - values[k])
    return [float(place) for place in z[k] - values[k] * step]
