"""The engine in NumPy: what `numpy_` computes, as the protocol of all engines."""

from __future__ import annotations

import numpy as np

from layerlab.core.state import State
from layerlab.nets.engines.numpy_ import Trainer
from layerlab.nets.engines.stepping import SteppingEngine
from layerlab.nets.problem import Problem


class NumpyEngine(SteppingEngine):
    """Trains with NumPy alone."""

    name = "numpy"

    def trainer(self, problem: Problem, state: State) -> Trainer:
        """Return what trains a problem from a state."""
        with np.errstate(all="ignore"):
            return Trainer(problem, state)
