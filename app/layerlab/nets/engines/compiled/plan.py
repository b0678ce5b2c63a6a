"""The input of a kernel: the problem as plain numbers, and where its workspace keeps what.

Activations lie feature by feature, `h[unit, point]`, with the points of a batch padded to
whole vectors. Below the units of each layer's input lies one more row, of ones: weights
and biases of a layer are then one matrix, as they are in `Layout`, and the kernel treats
them as one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.nets.engines.compiled import activations, steps
from layerlab.nets.problem import Problem

Array = np.ndarray

BLOCK = 4096  # weights whose gradient is found before they are stepped: they stay close by
LOOK = 128  # points sent through a trained network at once: they stay in the first cache
_LINE = 64  # bytes

# Columns of the table of layers.
FAN_IN, FAN_OUT, OFFSET, H_IN, H_OUT, SLOPE, NORMED, INVERSE_STD, SKIPS, PACKED = range(10)
_MAX_PACKED = 8  # units; see `packed`


# Its fields are read at run time, so one machine code serves all specs of a dtype.
class Plan(NamedTuple):
    """The numbers that stay the same through a run; codes as in `activations` and `steps`.

    Attributes:
        batch: points of a whole batch. points: of the training set.
        stride: how far apart rows of activations lie. data_stride: rows of the data.
        shuffled, norm, running: 0 or 1.
        drop_below: a hash below it drops an activation; 0 without dropout.
        keep_scale, slope, rate, l1, l2: of the spec, in its dtype.
        pre_activations, out, delta, delta_by_point, delta_packed, gradient, targets: offsets
            into the workspace.
        delta_size: size of each of the three buffers at `delta`.
        delta_stride: how far apart rows lie at `delta_by_point`.
    """

    activation: int
    optimizer: int
    loss: int
    batch: int
    points: int
    stride: int
    data_stride: int
    shuffled: int
    norm: int
    running: int
    drop_below: Any
    keep_scale: Any
    slope: Any
    rate: Any
    l1: Any
    l2: Any
    pre_activations: int
    out: int
    delta: int
    delta_size: int
    delta_by_point: int
    delta_packed: int
    delta_stride: int
    gradient: int
    targets: int


def _code(codes: dict[str, int], field: str, name: str) -> int:
    if name not in codes:
        raise LabError(
            _(
                "{field} is {name}, which the compiled engine lacks; it has {codes}",
                field=field,
                name=name,
                codes=", ".join(codes),
            )
        )
    return codes[name]


def aligned(count: int, dtype: np.dtype[Any]) -> Array:
    """Return zeros that begin where a line of the cache begins. (count,)"""
    spare = _LINE // dtype.itemsize
    room = np.zeros(count + spare, dtype)
    start = -room.ctypes.data % _LINE // dtype.itemsize
    return room[start : start + count]


def by_feature(rows: Array, width: int) -> Array:
    """Return data feature by feature, then a row of ones, each row in whole vectors.

    (N, D) -> (D + 1, N rounded up, and one vector more: a batch may be read past its end)
    """
    n, features = rows.shape
    stride = (-(-n // width) + 1) * width
    table = aligned((features + 1) * stride + 4 * width, rows.dtype)
    lines = table[: (features + 1) * stride].reshape(features + 1, stride)
    lines[:features, :n] = rows.T
    lines[features, :n] = 1
    return table


class Places:
    """Hands out room in a workspace, in whole lines of the cache."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.size = 0

    def take(self, count: int) -> int:
        """Return where a buffer of that many numbers begins."""
        start = self.size
        self.size += -(-count // self._width) * self._width
        return start


def make_plan(
    problem: Problem, width: int, looked_at: int | None = None
) -> tuple[Plan, Array, int]:
    """Return the plan, the table of layers (layers, 10) int64, and the workspace's size.

    Args:
        problem: what is trained.
        width: numbers in a vector.
        looked_at: None to train; else how many points are sent through a trained network,
            as they lie and without dropout.

    Raises:
        LabError: the kernels lack something that the spec asks for.
    """
    spec, sizes, layers = problem.spec, problem.layout.sizes, problem.layout.layers
    train, net, real = spec.train, spec.net, problem.x.dtype.type
    points, batch, dropout = len(problem.x), problem.batch, net.dropout
    if looked_at is not None:
        points, batch, dropout = looked_at, max(1, min(looked_at, LOOK)), 0.0
    shuffled = looked_at is None and train.order != "file" and batch < points
    stride = _padded(batch, width)
    places, table = Places(width), np.zeros((layers, 10), np.int64)
    # The data in file order are read where they are; a shuffled batch is gathered first.
    h_in = places.take((sizes[0] + 1) * stride) if shuffled else 0
    for layer in range(layers):
        fan_in, fan_out = sizes[layer : layer + 2]
        row = table[layer]
        row[[FAN_IN, FAN_OUT, OFFSET, H_IN]] = (
            fan_in,
            fan_out,
            problem.layout.offset(layer),
            h_in,
        )
        row[PACKED] = _packed(fan_out, batch, width)
        if layer < layers - 1:
            h_in = row[H_OUT] = places.take((fan_out + 1) * stride)
            row[SLOPE] = places.take(fan_out * stride)
            row[SKIPS] = problem.skips(layer)
            if net.layer_norm:
                row[NORMED] = places.take(fan_out * stride)
                row[INVERSE_STD] = places.take(stride)
    # What the backward pass needs of a layer, h and slopes, each
    # layer keeps; the buffers that it writes to are shared by all.
    tallest = -(-max(sizes) // width) * width  # transposed in whole blocks
    widest = max(_padded(size, width) for size in sizes[1:])
    pre_activations, out = places.take(tallest * stride), places.take(sizes[-1] * stride)
    delta = places.take(3 * tallest * stride)
    delta_by_point = places.take(-(-batch // width) * width * widest)
    delta_packed = places.take((-(-batch // width) + 1) * width * min(_MAX_PACKED, width))
    # All rows that are stepped at once, `BLOCK` numbers or eight rows, and a vector more.
    gradient = places.take(BLOCK + 8 * max(sizes[1:]) + width)
    targets = places.take(sizes[-1] * stride)
    plan = Plan(
        activation=_code(activations.CODES, "net.activation", net.activation),
        optimizer=_code(steps.OPTIMIZERS, "train.optimizer", train.optimizer),
        loss=_code(steps.LOSSES, "train.loss", train.loss),
        batch=batch,
        points=points,
        stride=stride,
        data_stride=(-(-points // width) + 1) * width,
        shuffled=int(shuffled),
        norm=int(net.layer_norm),
        running=int(train.report == "running"),
        # Hashes are uniform in 0 .. 2^64 - 1, so one
        # lies below this with probability `dropout`.
        drop_below=np.uint64(int(dropout * 2.0**64)),
        keep_scale=real(1) / real(1 - dropout),
        slope=real(net.slope),
        rate=real(train.rate),
        l1=real(train.l1),
        l2=real(train.l2),
        pre_activations=pre_activations,
        out=out,
        delta=delta,
        delta_size=tallest * stride,
        delta_by_point=delta_by_point,
        delta_packed=delta_packed,
        delta_stride=widest,
        gradient=gradient,
        targets=targets,
    )
    return plan, table, places.size


def _packed(units: int, batch: int, width: int) -> int:
    """Return for how many of a layer's last units to pack points: 1, 2, 4, 8; 0 if no gain."""
    # A vector must have room for two points, and a batch must fill one. Packing halves and
    # halves, so it takes a power of two; what the units past the last one give is not kept.
    left = units % width
    if left == 0 or 2 * left > width or left > _MAX_PACKED or batch < width:
        return 0
    return 1 << (left - 1).bit_length()


def _padded(count: int, width: int) -> int:
    """Return whole vectors for that many, off the strides that crowd a cache's sets."""
    vectors = -(-count // width)
    return (vectors + (vectors % 8 == 0)) * width
