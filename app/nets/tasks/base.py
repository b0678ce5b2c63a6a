"""What a task is. To add one, write a module here that registers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from app.core.registry import Entry, Registry
from app.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from app.nets.data import Data, Shape

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Task(Entry):
    """Data to fit, with the spec that is a good start on it.

    Attributes:
        load: (task spec) -> data; raises LabError for a file that does not fit.
        shape: (task spec) -> shape; quick, loads no library.
        net, train: the recommended architecture and training.
        samples, noise, validation: recommended values of the task's own knobs;
            `validation` also stands for None in a spec.
        knobs: which of `samples`, `noise`, `validation`, `seed` have an effect.
    """

    load: Callable[[TaskSpec], Data]
    shape: Callable[[TaskSpec], Shape]
    net: NetSpec = field(default_factory=NetSpec)
    train: TrainSpec = field(default_factory=TrainSpec)
    samples: int = 96
    noise: float = 0.06
    validation: float = 0.25
    knobs: tuple[str, ...] = ("samples", "noise", "validation", "seed")

    def recommended(self) -> LabSpec:
        """Return the spec that choosing this task brings."""
        task = TaskSpec(name=self.key, samples=self.samples, noise=self.noise)
        return LabSpec(task=task, net=self.net, train=self.train)


TASKS: Registry[Task] = Registry("task")


def held_out(spec: TaskSpec, own: float) -> float:
    """Return the share of points to hold out: the spec's, or the task's own."""
    return own if spec.validation is None else spec.validation


def extra_points(samples: int, share: float) -> int:
    """Return how many points to draw beside `samples` so that they make up `share`."""
    return round(samples * share / (1 - share)) if share > 0 else 0
