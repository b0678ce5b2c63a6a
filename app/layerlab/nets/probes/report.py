"""The last report of a run, for the command line and for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.engines.base import Outputs
from layerlab.nets.engines.numpy_ import BLOCK_NUMBERS, forward, outputs
from layerlab.nets.probes.layers import across_inputs
from layerlab.nets.probes.loss import evaluate, reported
from layerlab.nets.problem import Problem, problem_of

Array = np.ndarray


def activation_variance(problem: Problem, params: Array) -> Array:
    """Return the variance across all training inputs, averaged over units. (seeds, L)

    After the activation (and the skip connection), hidden layers only, without dropout.
    In blocks of inputs, so that memory stays bounded.
    """
    numbers = 2 * len(params) * sum(problem.layout.sizes)  # an input leaves behind
    step = max(1, BLOCK_NUMBERS // numbers)
    blocks = [problem.x[k : k + step] for k in range(0, len(problem.x), step)]
    depth, n = problem.layout.layers - 1, len(problem.x)
    if len(blocks) == 1:
        hidden = forward(problem, params, problem.x).h[1:-1]
        found = np.array([across_inputs(h) for h in hidden])  # (L, seeds)
        return found.reshape(depth, len(params)).T
    # Twice through: the means first, as small differences of large squares are noise.
    means = [np.zeros((len(params), width)) for width in problem.spec.net.hidden]
    for x in blocks:
        for mean, h in zip(means, forward(problem, params, x).h[1:-1], strict=True):
            mean += h.sum(1, dtype=float) / n
    squares = np.zeros((depth, len(params)))
    for x in blocks:
        for k, h in enumerate(forward(problem, params, x).h[1:-1]):
            squares[k] += ((h - means[k][:, None]) ** 2).sum(1).mean(1) / n
    return squares.T


def final_report(spec: LabSpec, state: State, outputs: Outputs = outputs) -> dict[str, Any]:
    """Return what the last line of `layerlab train --json` says of a state.

    Args:
        spec, state: what was trained, and where it stands.
        outputs: of the engine that trained it.

    Returns:
        `loss`: the reported loss of each seed; `activation_variance`: of each hidden
        layer, median over the seeds; `validation`: None, or `loss` of each seed with its
        `accuracy` or `r2`; `parameters`: weights and biases of one network; where there
        are penalties, `total`: the loss with them.
    """
    problem = problem_of(spec)
    with np.errstate(all="ignore"):
        scores = reported(problem, state, evaluate(problem, state.params, outputs))
        variance = np.median(activation_variance(problem, state.params), axis=0)
    validation = None
    if scores.validation is not None:
        validation = {"loss": scores.validation.tolist()}
        if scores.validation_score is not None:
            name = "accuracy" if problem.data.shape.classes else "r2"
            validation[name] = scores.validation_score.tolist()
    total = {} if scores.total is None else {"total": scores.total.tolist()}
    return {
        "loss": scores.train.tolist(),
        **total,
        "activation_variance": variance.tolist(),
        "validation": validation,
        "parameters": problem.layout.parameters,
    }
