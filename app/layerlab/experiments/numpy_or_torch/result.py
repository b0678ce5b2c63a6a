"""What the page draws: the results of its computations. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.experiments.numpy_or_torch.difference_check import ArrayError, Diagnosis
from layerlab.experiments.numpy_or_torch.mistakes import Mistake
from layerlab.experiments.numpy_or_torch.names import NONE
from layerlab.experiments.numpy_or_torch.trainings import ComparisonConfig

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Derivative:
    """One activation's derivative.

    Attributes:
        z: (n,) places. by_hand: as it is written down. used: by the backward pass, with its
            mistake. by_differences: of the value, with the page's push.
    """

    z: Array
    by_hand: Array
    used: Array
    by_differences: Array


@dataclass(frozen=True, eq=False)
class Valley:
    """The error of the check by push: that of the worst array.

    Attributes:
        pushes: (n,). centred: of the backward pass as it is. sound: without its mistake.
        one_sided: likewise, by a push in one direction. single: centred, in float32.
        cut, rounding: what theory gives centred differences, from either cause.
        here: place and error at the page's push. expected: by theory, there.
    """

    pushes: Array
    centred: Array
    sound: Array
    one_sided: Array
    single: Array
    cut: Array
    rounding: Array
    here: tuple[float, float]
    expected: float


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws: what is known by now.

    Attributes:
        setting: what is trained. label: the activation's name on screen.
        mistake: of the pass by hand. updates: after which parameters are compared.
        sizes: of the network. arrays: name, start and end of each in the flat vector.
        params: engine -> (P,) parameters then, float64, of those that are there.
        reference: the engine that the others are held against; empty while none is there.
        apart: (engine, dtype) -> (m,) relative distance to the reference after 1, 2, ...
        equal: share of parameters that NumPy and the reference have to the last bit.
        loss, sound_loss: of the pass by hand, and of a sound one, (m + 1,); the latter empty
            if nothing is wrong.
        valley, checks, found: the gradient check by push; array by array; what it says.
        missed: mistake -> error of the worst array if it were made; 0 if it changes nothing.
        derivative: of the activation.
        speeds: engine -> updates a second, of those that were timed.
        missing: why there is no PyTorch, in one sentence, or "".
    """

    setting: ComparisonConfig
    label: str
    mistake: Mistake
    updates: int
    sizes: tuple[int, ...]
    arrays: tuple[tuple[str, int, int], ...]
    params: dict[str, Array]
    reference: str
    apart: dict[tuple[str, str], Array]
    equal: float
    loss: Array
    sound_loss: Array
    valley: Valley
    checks: tuple[ArrayError, ...]
    found: Diagnosis
    missed: dict[str, float]
    derivative: Derivative
    speeds: dict[str, float]
    missing: str

    @property
    def is_wrong(self) -> bool:
        """Whether the mistake changes the training at all: not every one does."""
        return self.mistake.name != NONE and not np.array_equal(self.loss, self.sound_loss)
