"""A lab as a program that runs by itself: its data, initialization and training."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

from layerlab.core import programs
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets import printed
from layerlab.nets.problem import Problem, problem_of

Array = np.ndarray
MAX_LISTED = 4000  # numbers that a program lists; more are packed


def numpy_program(spec: LabSpec, updates: int | None = None) -> str:
    """Return a program of NumPy alone that trains a lab.

    With float64 it prints the losses of the lab's NumPy engine to rounding; with float32 the
    rounding differs, and what amplifies it with it.

    Args:
        spec: the lab. updates: after which its training ended; None: all of them.

    Raises:
        LabError: the spec or its data do not fit.
    """
    problem = problem_of(spec)
    parts = {
        "common.activations": printed.numpy_activations([problem.activation]),
        "common.losses": printed.numpy_losses(problem.loss),
        "common.optimizers": printed.optimizers(problem.optimizer),
    }
    return programs.program("lab_numpy", parts, fold=True, **_parameters(problem, updates))


def torch_program(spec: LabSpec, updates: int | None = None) -> str:
    """Return a program of PyTorch that trains a lab; see `numpy_program`.

    Raises:
        LabError: the spec or its data do not fit, or PyTorch lacks the optimizer.
    """
    problem = problem_of(spec)
    counterpart = problem.optimizer.torch
    if counterpart is None:
        raise LabError(
            _(
                "PyTorch has no optimizer like {optimizer}; export the lab to numpy",
                optimizer=problem.optimizer.key,
            )
        )
    slope = spec.net.slope
    parts = {
        "common.torch_activations": printed.torch_activations([problem.activation], slope),
        "common.torch_losses": printed.torch_losses(problem.loss),
    }
    parameters = _parameters(problem, updates)
    del parameters["SLOPE"]
    return programs.program(
        "lab_torch",
        parts,
        fold=True,
        **parameters,
        OPTIMIZER=counterpart.name,
        OPTIONS=dict(counterpart.constants),
    )


def _parameters(problem: Problem, updates: int | None) -> dict[str, Any]:
    net, train = problem.spec.net, problem.spec.train
    points = [problem.x, problem.y, problem.validation_x, problem.validation_y]
    is_packed = sum(array.size for array in points) > MAX_LISTED
    x, y, held_x, held_y = (_points(array, is_packed) for array in points)
    sizes = problem.layout.sizes
    return {
        "HIDDEN": list(net.hidden),
        "ACTIVATION": net.activation,
        "SLOPE": net.slope,
        "INITIALIZER": net.init,
        "WEIGHT_STD": net.weight_std,
        "BIAS_STD": net.bias_std,
        "HAS_SKIPS": net.residual and any(problem.skips(k) for k in range(len(net.hidden))),
        "HAS_LAYER_NORM": net.layer_norm and bool(net.hidden),
        "DROPOUT": net.dropout if net.hidden else 0.0,
        "UPDATES": problem.length if updates is None else updates,
        "RATE": train.rate,
        "BATCH": problem.batch,
        "IS_SHUFFLED": train.order == "shuffle" and problem.batch < len(problem.x),
        "L1": train.l1,
        "L2": train.l2,
        "IS_DECOUPLED": problem.optimizer.decoupled,
        "IS_RUNNING": train.report == "running",
        "SEEDS": [int(seed) for seed in problem.seeds],
        "IS_LEGACY": train.rng == "legacy",
        "DTYPE": train.dtype,
        "IS_PACKED": is_packed,
        "X": x,
        "Y": y,
        "HAS_VALIDATION": len(problem.validation_x) > 0,
        "VALIDATION_X": held_x,
        "VALIDATION_Y": held_y,
        "INPUTS": sizes[0],
        "OUTPUTS": sizes[-1],
    }


def _points(array: Array, is_packed: bool) -> Any:
    """Return points as a literal: a list of rows, or a compressed text of float64."""
    values = array.astype("<f8")
    if is_packed:
        return base64.b64encode(zlib.compress(values.tobytes(), 9)).decode()
    return values.ravel().tolist() if array.shape[1] == 1 else values.tolist()
