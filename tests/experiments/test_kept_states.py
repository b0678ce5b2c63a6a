"""What pages keep of a training has its memory for itself, not the engine's array of many."""

import numpy as np
import pytest

from layerlab.core.state import State
from layerlab.experiments.layer_norm import training as norm
from layerlab.experiments.numpy_or_torch import trainings as engines
from layerlab.experiments.regions.training import spec_of
from layerlab.nets.engines.ready import is_ready, warm_up
from layerlab.nets.rewind import Rewindable


def never() -> bool:
    """Nobody wants the time."""
    return False


def rewindable() -> list[np.ndarray]:
    """A training that is moved through, as on two pages."""
    training = Rewindable(spec_of(8, 2, 0.1, "spiral"), every=50)
    training.at(400)
    return arrays_of(*training._states.values())


def layer_norm() -> list[np.ndarray]:
    """A population that is trained to its end."""
    population = norm.LayerNormTraining(
        norm.LayerNormConfig(stretch=1.0, norm=True, optimizer="Adam")
    )
    list(population.advance(never))
    return arrays_of(population._state)


def numpy_or_torch() -> list[np.ndarray]:
    """Another engine's training, looked at after each update."""
    training = engines.EngineTraining(
        ("compiled", engines.ComparisonConfig("tanh", 2, "float32"))
    )
    list(training.advance(never))
    return [*training._params[1:], *arrays_of(training._state)]


def arrays_of(*states: State) -> list[np.ndarray]:
    """Return the large arrays of states."""
    return [array for state in states for array in (state.params, state.moments)]


def memory_of(array: np.ndarray) -> int:
    """Return the bytes that an array keeps from being freed."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.nbytes


@pytest.mark.parametrize("train", [rewindable, layer_norm, numpy_or_torch])
def test_what_is_kept_keeps_nothing_else(train) -> None:
    warm_up("float32").result()
    assert is_ready("float32")
    kept = train()
    assert len(kept) > 1
    assert [memory_of(array) for array in kept] == [array.nbytes for array in kept]
