"""One sample through one network, with all numbers on the way."""

from __future__ import annotations

import numpy as np

from layerlab.core.frames import Trace
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.numpy_ import backward, forward
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import problem_of


def trace(spec: LabSpec, state: State, seed: int, sample: int) -> Trace:
    """Send one training point forwards and its loss back, in float64, without dropout.

    Args:
        spec: what is trained.
        state: where the training is.
        seed: index of the network.
        sample: index of the training point.
    """
    problem = problem_of(spec)
    seed, sample = min(seed, state.seeds - 1), min(sample, len(problem.x) - 1)
    params = state.params[seed : seed + 1].astype(float)  # (1, P)
    x = problem.x[sample : sample + 1].astype(float)  # (1, D)
    y = problem.y[sample : sample + 1].astype(float)  # (1, outputs)
    with np.errstate(all="ignore"):
        cache = forward(problem, params, x)
        out = cache.h[-1]
        found = backward(problem, params, cache, problem.loss.gradient(out, y))
        loss = float(problem.loss.value(NUMPY, out, y)[0])
    layers = range(problem.layout.layers)
    return Trace(
        seed=seed,
        sample=sample,
        inputs=x[0],
        target=y[0],
        z=tuple(z[0, 0] for z in cache.z),
        h=tuple(h[0, 0] for h in cache.h[1:]),
        loss=loss,
        loss_label=problem.loss.brief,
        dh=tuple(dh[0, 0] for dh in found.h),
        dz=tuple(dz[0, 0] for dz in found.z),
        dw=tuple(problem.layout.weights(found.params, k)[0] for k in layers),
    )
