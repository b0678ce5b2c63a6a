"""What a task is. To add one, write it in a module here and list it in `__init__`."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from layerlab.core.registry import Entry, Registry
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.data import Data, Shape

Array = np.ndarray
# Knobs of a task that draws its points.
DRAWN = ("samples", "noise", "validation", "seed", "features")
_EVERY_TASKS = ("name", "samples", "noise", "validation", "seed")  # fields that all tasks keep
Advice = tuple[NetSpec, TrainSpec]
THUMBNAILS = "thumbnails/tasks.json"  # built by `nets.tasks.thumbnails`


@functools.lru_cache(maxsize=1)
def _thumbnails() -> dict[str, list[list[float]]]:
    pictures: dict[str, list[list[float]]] = json.loads(resource(THUMBNAILS).read_bytes())
    return pictures


@dataclass(frozen=True, eq=False)
class Task(Entry):
    """Data to fit, with the spec that is a good start on it.

    Attributes:
        load: (task spec) -> data; raises LabError for a file that does not fit.
        shape: (task spec) -> shape; quick, loads no library.
        net, train: the recommended architecture and training.
        samples, noise, validation: recommended values of the task's own knobs;
            `validation` also stands for None in a spec.
        knobs: the names of the task's knobs that have an effect.
        advise: (task spec) -> net and train, where they depend on the file; else None.
        featured: whether a short list shows it.
        by_hand: what a person makes of it with the mouse, `points` or `curve`; else empty.
        start: what further fields of a spec begin with, where it has nothing in them.
    """

    load: Callable[[TaskSpec], Data]
    shape: Callable[[TaskSpec], Shape]
    net: NetSpec = field(default_factory=NetSpec)
    train: TrainSpec = field(default_factory=TrainSpec)
    samples: int = 96
    noise: float = 0.06
    validation: float = 0.25
    knobs: tuple[str, ...] = DRAWN
    advise: Callable[[TaskSpec], Advice] | None = None
    featured: bool = False
    by_hand: str = ""
    start: Callable[[], Mapping[str, object]] | None = None

    def recommended(self) -> LabSpec:
        """Return the spec that choosing this task brings."""
        return self.recommend(TaskSpec())

    def recommend(self, task: TaskSpec) -> LabSpec:
        """Return a good start on this task.

        Args:
            task: what is chosen already. Seed and share held out are kept, and what else
                this task has a knob for; samples and noise become its own.

        Raises:
            LabError: the file, if there is one, cannot be read.
        """
        task = replace(task, name=self.key, samples=self.samples, noise=self.noise)
        blank = TaskSpec()
        others = set(TaskSpec.__struct_fields__) - {*_EVERY_TASKS, *self.knobs}
        task = replace(task, **{name: getattr(blank, name) for name in others})
        task = self.with_start(task)
        net, train = self.advise(task) if self.advise else (self.net, self.train)
        return LabSpec(task=task, net=net, train=train)

    def with_start(self, task: TaskSpec) -> TaskSpec:
        """Return a spec of this task with what it starts with where nothing is chosen."""
        blank = TaskSpec()
        start = self.start() if self.start is not None else {}
        unset = {k: v for k, v in start.items() if getattr(task, k) == getattr(blank, k)}
        return replace(task, **unset) if unset else task

    def active_knobs(self, spec: TaskSpec) -> tuple[str, ...]:
        """Return which of the task's knobs have an effect on it: labels need classes."""
        if "label_noise" in self.knobs and not self.shape(spec).classes:
            return tuple(name for name in self.knobs if name != "label_noise")
        return self.knobs

    def preview(self) -> Array | None:
        """Return the prebuilt thumbnail of the real data; see `Entry.preview`."""
        picture = _thumbnails().get(self.key)
        return None if picture is None else np.array(picture, float)


TASKS: Registry[Task] = Registry(_("task"))


def held_out(spec: TaskSpec, own: float) -> float:
    """Return the share of points to hold out: the spec's, or the task's own."""
    return own if spec.validation is None else spec.validation


def extra_points(samples: int, share: float) -> int:
    """Return how many points to draw beside `samples` so that they make up `share`."""
    return round(samples * share / (1 - share)) if share > 0 else 0


def both_parts(
    points: Callable[[int, int], tuple[Array, Array]], spec: TaskSpec, share: float
) -> tuple[Array, Array, Array, Array]:
    """Return x and y to train on, then those held out.

    Args:
        points: (stream, count) -> x, y. share: the task's own, to hold out.
    """
    extra = extra_points(spec.samples, held_out(spec, share))
    return (*points(0, spec.samples), *points(1, extra))


def generators(spec: TaskSpec, stream: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Return the generators of positions and of noise.

    Training (stream 0) and held-out points (stream 1) have their own, and so has the
    noise: another sample or a louder noise leaves every other draw where it is.
    """
    seeds = [spec.seed, stream, 0], [spec.seed, stream, 1]
    return np.random.default_rng(seeds[0]), np.random.default_rng(seeds[1])


def with_label_noise(labels: Array, classes: int, spec: TaskSpec) -> Array:
    """Return the classes of the training points, of which `spec.label_noise` are wrong.

    Each point is drawn by itself, and a wrong class is uniform among the others. The draws
    are apart from those of positions and noise: more label noise leaves the points where they
    are and what was wrong before wrong, and another sample leaves all others as they are.

    Args:
        labels: (n,) class indices. classes: how many there are, K, 2 or more.
        spec: gives share and seed.
    """
    if not spec.label_noise:
        return labels
    draws = np.random.default_rng([spec.seed, 0, 2]).random((len(labels), 2))
    shift = 1 + np.floor(draws[:, 1] * (classes - 1)).astype(labels.dtype)  # 1 to K - 1
    return np.where(draws[:, 0] < spec.label_noise, (labels + shift) % classes, labels)
