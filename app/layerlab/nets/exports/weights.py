"""The weights of one network as PyTorch names and orders them."""

from __future__ import annotations

import json

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, to_json
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.data import Data
from layerlab.nets.problem import problem_of

Array = np.ndarray


def state_dict(spec: LabSpec, state: State, seed: int) -> dict[str, Array]:
    """Return the parameters of a network by their names in the exported PyTorch program.

    Args:
        spec, state: of the lab. seed: of the network, as the spec counts them.

    Returns:
        `layers.K.weight` (outputs, inputs) and `layers.K.bias` (outputs,) of each layer, in
        the spec's precision.

    Raises:
        LabError: no network has this seed.
    """
    problem = problem_of(spec)
    seeds = [int(number) for number in problem.seeds]
    if seed not in seeds:
        raise LabError(
            _(
                "no network of this lab has the seed {seed}; its seeds are {first} to {last}",
                seed=seed,
                first=seeds[0],
                last=seeds[-1],
            )
        )
    params, layout = state.params[seeds.index(seed)], problem.layout
    found = {}
    for layer in range(layout.layers):
        weights = layout.weights(params, layer)  # (inputs, outputs)
        found[f"layers.{layer}.weight"] = np.ascontiguousarray(weights.T)
        found[f"layers.{layer}.bias"] = np.ascontiguousarray(layout.biases(params, layer))
    return found


def description(spec: LabSpec, data: Data, seed: int) -> dict[str, str]:
    """Return what a file of weights says beside them: the spec, and units of in- and outputs.

    A network takes (x - x_mean) / x_scale, and answers (y - y_mean) / y_scale.
    """
    numbers = {
        name: json.dumps(getattr(data, name).tolist())
        for name in ("x_mean", "x_scale", "y_mean", "y_scale")
    }
    return {
        "format": "pt",
        "spec": to_json(spec),
        "seed": str(seed),
        "inputs": json.dumps(data.feature_names),
        "classes": json.dumps(data.class_names),
        **numbers,
    }
