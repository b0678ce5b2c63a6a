"""Input features: functions of one or two inputs that a network is given instead of them.

They are not standardized, as the inputs of generated tasks are not: a weight that leads away
from `x1^2` is the coefficient of x1^2. Over [-1, 1] a square has mean 1/3, which the biases of
the first layer take up; `sin(pi*x1)` is one whole period.

Source: TensorFlow Playground, whose sine has about two periods over its plane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.registry import Entry, Registry
from layerlab.core.translation import _, ngettext
from layerlab.nets.data import Data, Shape

Array = np.ndarray
MAX_INPUTS = 2  # of the tasks that have features


@dataclass(frozen=True, eq=False)
class Feature(Entry):
    """One function of the inputs.

    Attributes:
        key: as `task.features` has it. label: its sign where there are two inputs.
        alone: its sign where there is one input.
        compute: (n, D) inputs in their own units -> (n,).
        inputs: how many inputs a task needs for it.
        is_linear: whether it is an input itself, so that straight pieces stay straight.
    """

    alone: str
    compute: Callable[[Array], Array]
    inputs: int = 1
    is_linear: bool = False

    def sign(self, inputs: int) -> str:
        """Return how it is written for a task of so many inputs."""
        return self.alone if inputs == 1 else self.label


FEATURES: Registry[Feature] = Registry(_("input feature"))

_STRAIGHT = _("The input itself.")
_SQUARE = _("The square: separates near from far without a hidden layer.")
_SINE = _("One period of a sine: a wave that the network need not build.")

for _feature in (
    Feature("x1", "x₁", _STRAIGHT, "x", lambda x: x[:, 0], is_linear=True),
    Feature("x2", "x₂", _STRAIGHT, "", lambda x: x[:, 1], 2, is_linear=True),
    Feature("x1^2", "x₁²", _SQUARE, "x²", lambda x: x[:, 0] ** 2),
    Feature("x2^2", "x₂²", _SQUARE, "", lambda x: x[:, 1] ** 2, 2),
    Feature(
        "x1*x2",
        "x₁x₂",  # not translated
        _("The product: its sign says whether both inputs have the same sign, as XOR asks."),
        "",
        lambda x: x[:, 0] * x[:, 1],
        2,
    ),
    Feature("sin(pi*x1)", "sin πx₁", _SINE, "sin πx", lambda x: np.sin(np.pi * x[:, 0])),
    Feature("sin(pi*x2)", "sin πx₂", _SINE, "", lambda x: np.sin(np.pi * x[:, 1]), 2),
):
    FEATURES.add(_feature)


def offered(inputs: int) -> tuple[Feature, ...]:
    """Return the features that a task of so many inputs can have; none of 0 or of many."""
    if not 0 < inputs <= MAX_INPUTS:
        return ()
    return tuple(feature for feature in FEATURES if feature.inputs <= inputs)


def plain(inputs: int) -> tuple[str, ...]:
    """Return the keys that stand for the inputs themselves, as without any feature."""
    return tuple(feature.key for feature in offered(inputs) if feature.is_linear)


def check_features(names: tuple[str, ...], task: str, inputs: int) -> None:
    """Refuse features that a task does not have.

    Args:
        names: keys of features. task: for the sentence. inputs: of the task; 0 where it takes
            no features.

    Raises:
        LabError: one sentence with the feature and those that there are.
    """
    known = [feature.key for feature in offered(inputs)]
    for name in names:
        FEATURES[name]
        if not known:
            raise LabError(
                _(
                    "task.features has {name}, but features are for generated tasks of one or "
                    "two inputs, not for the task {task}: leave task.features empty",
                    name=name,
                    task=task,
                )
            )
        if name not in known:
            raise LabError(
                ngettext(
                    "task.features has {name}, but the task {task} has {count} input: it "
                    "takes {known}",
                    "task.features has {name}, but the task {task} has {count} inputs: it "
                    "takes {known}",
                    inputs,
                    name=name,
                    task=task,
                    known=", ".join(known),
                )
            )


def shape_with(shape: Shape, names: tuple[str, ...]) -> Shape:
    """Return the shape of data whose inputs are features; `names` empty: as it is."""
    return replace(shape, inputs=len(names)) if names else shape


def with_features(data: Data, names: tuple[str, ...]) -> Data:
    """Return data whose inputs are features of those that they had.

    The targets are shared. `names` empty: the data as they are.

    Args:
        data: of one or two inputs. names: keys of features that they have.
    """
    if not names:
        return data
    chosen = tuple(FEATURES[name] for name in names)
    expand = partial(_expand, data, chosen)
    return replace(
        data,
        x=expand(data.x),
        validation_x=expand(data.validation_x),
        shape=shape_with(data.shape, names),
        feature_names=tuple(feature.sign(data.shape.inputs) for feature in chosen),
        x_mean=np.zeros(len(names)),
        x_scale=np.ones(len(names)),
        source=data,
        expand=expand,
        bends=not all(feature.is_linear for feature in chosen),
    )


def _expand(data: Data, chosen: tuple[Feature, ...], points: Array) -> Array:
    """Return the features of points, scaled as the data's inputs. (n, D) -> (n, F) float64"""
    own = points * data.x_scale + data.x_mean
    return np.stack([feature.compute(own) for feature in chosen], axis=1)
