"""Problem: a spec with its data, ready for an engine; and `check`, which refuses a spec."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from layerlab.core.declared import MAX_WEIGHTS
from layerlab.core.errors import LabError
from layerlab.core.layout import Layout
from layerlab.core.lru_cache import LRUCache
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, TaskSpec, replace
from layerlab.core.state import State
from layerlab.core.translation import _, ngettext
from layerlab.nets import randomness
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.data import Data, Shape, encode, output_count
from layerlab.nets.features import check_features, shape_with, with_features
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES, Loss
from layerlab.nets.optimizers import OPTIMIZERS, Optimizer
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.tables import NO_FILE, Stamp, stamp_of

Array = np.ndarray
MAX_DATA_BYTES = 64 * 2**20  # of points that are kept, beside the ones in use


@dataclass(frozen=True, eq=False)
class Problem:
    """All that an engine needs, looked up once.

    Attributes:
        spec: the spec.
        data: the points, float64.
        layout: where each parameter sits.
        x, y: training inputs (N, D) and encoded targets (N, outputs), in the spec's dtype.
        validation_x, validation_y: likewise; possibly of no rows.
        seeds: (S,) the seed of each network.
        batch: points in an update, at most N.
        updates_per_epoch: the last one may be smaller.
        length: updates of the whole run.
    """

    spec: LabSpec
    data: Data
    layout: Layout
    activation: Activation
    optimizer: Optimizer
    loss: Loss
    x: Array
    y: Array
    validation_x: Array
    validation_y: Array
    seeds: Array
    batch: int
    updates_per_epoch: int
    length: int

    @property
    def nbytes(self) -> int:
        """Memory of the arrays that it has beside the data, in bytes."""
        arrays = self.x, self.y, self.validation_x, self.validation_y
        return sum(array.nbytes for array in arrays)

    def skips(self, layer: int) -> bool:
        """Return whether hidden layer `layer` (0-based) adds its input to its output."""
        sizes = self.layout.sizes
        return self.spec.net.residual and sizes[layer] == sizes[layer + 1]

    def batch_rows(self, update: int) -> slice:
        """Return which places of the epoch's order update number `update` trains on."""
        start = update % self.updates_per_epoch * self.batch
        return slice(start, min(start + self.batch, len(self.x)))


def file_stamp(spec: TaskSpec) -> Stamp:
    """Return what changes when the task's file does; zeros where there is no file.

    Of a file that the window has opened it is the one that was opened, see `tasks.tables`.
    """
    return stamp_of(spec.path) if spec.path else NO_FILE


def _loaded(key: tuple[TaskSpec, Stamp]) -> Data:
    spec, stamp = key
    if not spec.features:
        return TASKS[spec.name].load(spec)
    # The points are the same with any features: they are drawn once.
    raw = _DATA.get((replace(spec, features=()), stamp))
    _check_features(spec, raw.shape)
    return with_features(raw, spec.features)


def _check_features(spec: TaskSpec, shape: Shape) -> None:
    takes_features = "features" in TASKS[spec.name].knobs
    check_features(spec.features, spec.name, shape.inputs if takes_features else 0)


_DATA = LRUCache(_loaded, max_items=16, max_bytes=MAX_DATA_BYTES, size=lambda data: data.nbytes)


def load_data(spec: TaskSpec) -> Data:
    """Return the task's data; the last few are kept, files are read again when changed."""
    return _DATA.get((spec, file_stamp(spec)))


def known_data(spec: TaskSpec) -> Data | None:
    """Return the task's data if they are kept; nothing is read or drawn."""
    return _DATA.known((spec, file_stamp(spec)))


@functools.lru_cache(maxsize=64)
def _shape(spec: TaskSpec, stamp: Stamp) -> Shape:
    shape = TASKS[spec.name].shape(spec)
    _check_features(spec, shape)
    return shape_with(shape, spec.features)


def layout_of(spec: LabSpec) -> Layout:
    """Return the layout of the spec's network, without loading its data."""
    shape = _shape(spec.task, file_stamp(spec.task))
    outputs = output_count(shape, spec.train.loss)
    return Layout((shape.inputs, *spec.net.hidden, outputs))


def check(spec: LabSpec) -> None:
    """Refuse a spec that cannot be trained.

    Raises:
        LabError: an unknown name, features that the task does not have, a loss that does not
            fit the data, too many weights.
    """
    ACTIVATIONS[spec.net.activation]
    INITIALIZERS[spec.net.init]
    OPTIMIZERS[spec.train.optimizer]
    LOSSES[spec.train.loss]
    TASKS[spec.task.name]
    shape, loss = _shape(spec.task, file_stamp(spec.task)), spec.train.loss
    link = LOSSES[loss].link
    if link == "softmax" and not shape.classes:
        raise LabError(
            _(
                "train.loss is {loss}, which needs classes; the task {task} "
                "has numbers as its target",
                loss=loss,
                task=spec.task.name,
            )
        )
    if link == "sigmoid" and not shape.classes and not shape.unit_interval:
        raise LabError(
            _(
                "train.loss is {loss}, which needs classes or targets between 0 and 1; the "
                "task {task} has other numbers as its target",
                loss=loss,
                task=spec.task.name,
            )
        )
    parameters = layout_of(spec).parameters
    total = parameters * spec.train.seeds
    if total > MAX_WEIGHTS:
        raise LabError(
            ngettext(
                "{count} seed of {parameters} parameters is {total}; at most {most} fit, so "
                "use narrower layers",
                "{count} seeds of {parameters} parameters are {total}; at most {most} fit, so "
                "use fewer seeds or narrower layers",
                spec.train.seeds,
                parameters=grouped(parameters),
                total=grouped(total),
                most=grouped(MAX_WEIGHTS),
            )
        )


def _made(key: tuple[LabSpec, Stamp]) -> Problem:
    spec = key[0]
    check(spec)
    data, train = load_data(spec.task), spec.train
    dtype = np.dtype(train.dtype)
    batch = data.n if train.batch == "full" else min(train.batch, data.n)
    per_epoch = -(-data.n // batch)

    def target(y: Array) -> Array:
        return encode(y, data.shape, train.loss).astype(dtype)

    return Problem(
        spec=spec,
        data=data,
        layout=layout_of(spec),
        activation=ACTIVATIONS[spec.net.activation],
        optimizer=OPTIMIZERS[train.optimizer],
        loss=LOSSES[train.loss],
        x=data.x.astype(dtype),
        y=target(data.y),
        validation_x=data.validation_x.astype(dtype),
        validation_y=target(data.validation_y),
        seeds=randomness.seed_numbers(train),
        batch=batch,
        updates_per_epoch=per_epoch,
        length=train.epochs * per_epoch if train.epochs is not None else train.updates or 0,
    )


_PROBLEMS = LRUCache(
    _made, max_items=8, max_bytes=MAX_DATA_BYTES, size=lambda problem: problem.nbytes
)


def problem_of(spec: LabSpec) -> Problem:
    """Return the spec's problem; the last few are kept.

    Raises:
        LabError: as `check`, and for data that cannot be read.
    """
    return _PROBLEMS.get((spec, file_stamp(spec.task)))


def initialize(problem: Problem) -> State:
    """Return the state before the first update, with initial parameters drawn."""
    spec, layout = problem.spec, problem.layout
    seeds = spec.train.seeds
    params = np.zeros((seeds, layout.parameters))
    for k in range(seeds):
        rng = randomness.weight_generator(spec.train, k)
        for layer, (a, b) in enumerate(zip(layout.sizes, layout.sizes[1:], strict=False)):
            weights, biases = INITIALIZERS[spec.net.init].draw(rng, a, b, spec.net)
            layout.weights(params[k], layer)[:] = weights
            layout.biases(params[k], layer)[:] = biases
    dtype = np.dtype(spec.train.dtype)
    unknown = np.full(seeds, np.nan)
    return State(
        update=0,
        params=params.astype(dtype),
        moments=np.zeros((problem.optimizer.slots, seeds, layout.parameters), dtype),
        first_loss=unknown,
        epoch_sum=np.zeros(seeds),
        epoch_count=0,
        epoch_loss=unknown,
    )
