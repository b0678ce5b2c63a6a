"""Trying an engine: a few updates beside NumPy's, as `layerlab doctor` asks for.

It runs in a process of its own, as what is broken may take the process with it.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.libraries import sentence_of
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.engines import engine
from layerlab.nets.problem import initialize, problem_of

DTYPES = ("float32", "float64")
UPDATES, RATE = 4, 0.1
# Relative distance of all parameters after so many updates, of which rounding explains a
# hundredth.
TOLERANCES = {"float32": 1e-4, "float64": 1e-11}


def _spec(dtype: str) -> LabSpec:
    """Return a lab with a layer narrower and one wider than a vector, and batches cut short."""
    return LabSpec(
        task=TaskSpec(name="wave", samples=40, validation=0.0),
        net=NetSpec(hidden=(5, 20), activation="tanh", init="xavier-normal"),
        train=TrainSpec(
            optimizer="sgd",
            rate=RATE,
            batch=13,
            order="file",
            updates=UPDATES,
            seeds=3,
            loss="mse",
            dtype=dtype,
        ),
    )


def disagreement(name: str, dtype: str) -> str:
    """Return how an engine fails a few updates beside NumPy's in float64; "" if it does not."""
    spec, exact = _spec(dtype), _spec("float64")
    start = initialize(problem_of(spec))
    same = replace(
        start, params=start.params.astype(float), moments=start.moments.astype(float)
    )
    *_before, found = engine(name).run(spec, start)
    *_before, expected = engine("numpy").run(exact, same)
    apart = np.linalg.norm(found.params - expected.params) / np.linalg.norm(expected.params)
    if found.update == UPDATES and apart <= TOLERANCES[dtype]:  # false of nan too
        return ""
    return _(
        "after {update} of {updates} updates in {dtype} its parameters are {apart:.1e} "
        "apart from those of NumPy, where rounding explains {tolerance:.0e}",
        update=found.update,
        updates=UPDATES,
        dtype=dtype,
        apart=apart,
        tolerance=TOLERANCES[dtype],
    )


def main(name: str) -> int:
    """Try an engine in each precision and print the sentences as JSON; return 0."""
    found = {}
    for dtype in DTYPES:
        try:
            found[dtype] = disagreement(name, dtype)
        except (LabError, ImportError) as error:
            found[dtype] = sentence_of(error)
        except Exception as error:  # whatever it is, it is what `doctor` wants to know
            found[dtype] = _(
                "it fails: {kind}: {sentence}",
                kind=type(error).__name__,
                sentence=sentence_of(error),
            )
    print(json.dumps(found))
    return 0
