"""Data: what a task gives to a training, and what the views need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from layerlab.nets.losses import LOSSES

if TYPE_CHECKING:
    from layerlab.nets.tables.reading import Reading

Array = np.ndarray


@dataclass(frozen=True)
class Shape:
    """What is known of a task's data before they are loaded.

    Attributes:
        inputs: number of input features, D.
        outputs: target numbers of a regression, or 1 for classes.
        classes: number of classes K; 0 for a regression.
        unit_interval: whether all regression targets lie in [0, 1], as `logistic` asks.
    """

    inputs: int
    outputs: int = 1
    classes: int = 0
    unit_interval: bool = False


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table.

    Attributes:
        name: as in the header.
        values: (rows,) float64, or str objects for a column of texts.
        kind: one of `nets.tables.KINDS`; empty where nobody asked.
        used: whether it is learned from, or predicted. why: how it is read, or why it is not
            used.
        start: of dates and times: what the value 0 is, in days since 1970 or seconds.
    """

    name: str
    values: Array
    kind: str = ""
    used: bool = True
    why: str = ""
    start: float = 0.0

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.values.dtype == object


@dataclass(frozen=True, eq=False)
class Table:
    """Rows as they came: in their own order and units.

    Attributes:
        features: the columns to learn from, also those that are left out.
        target: the column to predict.
        reading: how they were read; None of data sets.
    """

    features: tuple[Column, ...]
    target: Column
    reading: Reading | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.target.values)


@dataclass(frozen=True, eq=False)
class Data:
    """Training and held-out points, as the network gets them. float64.

    Attributes:
        x: (N, D) training inputs.
        y: (N, O) targets of a regression; (N,) class indices otherwise.
        validation_x, validation_y: likewise, possibly of no rows.
        shape: sizes and kind of problem.
        form: how predictions are shown: `curve`, `map`, `images`, `classes`, `scatter`.
        feature_names: D names. class_names: K names. target_name: with its unit.
        x_mean, x_scale: (D,), own units = x * x_scale + x_mean.
        y_mean, y_scale: (O,), likewise for the targets of a regression.
        truth: the true function of a generated regression, else None: of the points before
            features, (n, D) -> (n, O).
        noise: standard deviation of the noise in the targets, 0 where unknown.
        domain: least and greatest input that views show, of every input in its own units;
            None: a little more than the points.
        image_shape: rows and columns if an input is an image.
        summary: one sentence on what was recognised, such as "150 rows, 3 classes".
        split: how rows were held out: `random`, `stratified`, `last` or `column`; empty of
            generated points. remarks: what is to be known of that, a sentence each.
        table: the rows before split and scaling; None for generated points.
        source: where the inputs are features of others (`nets.features`): the data with those;
            else None.
        expand: turns inputs of the source into features, (n, D) -> (n, F); None without.
        bends: whether some feature is no linear function of the source's inputs.
    """

    x: Array
    y: Array
    validation_x: Array
    validation_y: Array
    shape: Shape
    form: str
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    target_name: str = "y"
    x_mean: Array = field(default_factory=lambda: np.zeros(1))
    x_scale: Array = field(default_factory=lambda: np.ones(1))
    y_mean: Array = field(default_factory=lambda: np.zeros(1))
    y_scale: Array = field(default_factory=lambda: np.ones(1))
    truth: Callable[[Array], Array] | None = None
    noise: float = 0.0
    domain: tuple[float, float] | None = None
    image_shape: tuple[int, int] | None = None
    summary: str = ""
    split: str = ""
    remarks: tuple[str, ...] = ()
    table: Table | None = None
    source: Data | None = None
    expand: Callable[[Array], Array] | None = None
    bends: bool = False

    @property
    def raw(self) -> Data:
        """The data as plots have them on their axes: before features were computed."""
        return self if self.source is None else self.source

    def given(self, points: Array) -> Array:
        """Return what the network gets of points on the axes. (n, D) -> (n, F)"""
        return points if self.expand is None else self.expand(points)

    @property
    def n(self) -> int:
        """Number of training points."""
        return int(self.x.shape[0])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided when its file was read and split, a sentence each."""
        reading = None if self.table is None else self.table.reading
        return (*(() if reading is None else reading.notes), *self.remarks)

    @property
    def nbytes(self) -> int:
        """Memory of the points, without the table that they were made of, in bytes."""
        arrays = [self.x, self.y, self.validation_x, self.validation_y]
        if self.source is not None:
            arrays += [self.source.x, self.source.validation_x]
        return sum(array.nbytes for array in arrays)


def output_count(shape: Shape, loss: str) -> int:
    """Return the number of output neurons that a loss needs.

    Two classes need one output, and two for a softmax, which compares them.
    """
    if not shape.classes:
        return shape.outputs
    if shape.classes == 2 and LOSSES[loss].link != "softmax":
        return 1
    return shape.classes


def encode(y: Array, shape: Shape, loss: str) -> Array:
    """Return targets as the loss wants them. (N, outputs)

    Classes become one-hot rows; two classes on one output become 0 and 1 for a sigmoid, -1 and
    1 for losses of numbers, so that 0 divides them either way.
    """
    if not shape.classes:
        return y.reshape(len(y), shape.outputs)
    labels = y.astype(int)
    if output_count(shape, loss) == 1:
        low = 0.0 if LOSSES[loss].link == "sigmoid" else -1.0
        return np.where(labels == 1, 1.0, low)[:, None]
    return np.eye(shape.classes)[labels]
