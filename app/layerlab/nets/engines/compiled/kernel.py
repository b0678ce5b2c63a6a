"""The kernels: `train` does some updates of a range of seeds, `look` sends points through.

It computes what `numpy_` does, line by line the same layers, for one seed at a time; there
every line is explained. Rows are units here, see `plan`, and each layer's parameters are
stepped as soon as their gradient is known, while it is still at hand.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from layerlab.nets.engines.compiled.activations import activate
from layerlab.nets.engines.compiled.cache import keep_compiled
from layerlab.nets.engines.compiled.jit import jit, kernel
from layerlab.nets.engines.compiled.layers import (
    add,
    copy,
    dropout,
    gather,
    multiply,
    normalize,
    normalize_back,
)
from layerlab.nets.engines.compiled.numbers import fence, mix, shuffle
from layerlab.nets.engines.compiled.packed import pack, packed_product
from layerlab.nets.engines.compiled.plan import (
    BLOCK,
    FAN_IN,
    FAN_OUT,
    H_IN,
    H_OUT,
    INVERSE_STD,
    NORMED,
    OFFSET,
    PACKED,
    SKIPS,
    SLOPE,
)
from layerlab.nets.engines.compiled.products import product, transpose
from layerlab.nets.engines.compiled.steps import loss_gradient, loss_value, step
from layerlab.nets.engines.compiled.vectors import view, width_of
from layerlab.nets.randomness import DROPOUT, ORDER


@jit
def _hidden(plan: Any, row: Any, work: Any, count: int, prefix: Any) -> None:
    """Turn a layer's pre-activations into activations and slopes."""
    units, stride = row[FAN_OUT], plan.stride
    size = units * stride
    # With layer norm the backward pass needs n of every layer, so each has a place of its own;
    # without, it needs the slopes alone, and one buffer serves all layers.
    z = view(work, row[NORMED] if plan.norm else plan.pre_activations, size)
    h, d = view(work, row[H_OUT], size), view(work, row[SLOPE], size)
    if plan.norm:
        normalize(z, view(work, row[INVERSE_STD], stride), units)
    activate(plan.activation, z, h, d, plan.slope)
    # The mask goes onto h and onto its derivative: a dropped unit passes no gradient either.
    if plan.drop_below > 0:
        dropout(prefix, plan.drop_below, plan.keep_scale, h, d, stride, units, count)


@jit
def _forward(
    plan: Any,
    layers: Any,
    params: Any,
    x: Any,
    x_row: int,
    work: Any,
    count: int,
    prefix: Any,
    stop: Any,
) -> None:
    """Fill the workspace with activations, slopes and the outputs of `count` points."""
    last, h_in, h_row = len(layers) - 1, x, x_row
    for layer in range(last + 1):
        if stop[0] != 0:
            return
        row = layers[layer]
        fan_in, fan_out = row[FAN_IN], row[FAN_OUT]
        to = plan.out if layer == last else (row[NORMED] if plan.norm else plan.pre_activations)
        weights = view(params, row[OFFSET], (fan_in + 1) * fan_out)
        z = view(work, to, fan_out * plan.stride)
        # z = W^T h, a row a unit; W is stored by inputs, so steps of
        # 1 and fan_out transpose it. The depth is one more than the
        # inputs: the row of ones below h times the biases below W.
        product(weights, 1, fan_out, h_in, h_row, z, plan.stride, fan_out, count, fan_in + 1)
        if layer == last:
            return
        _hidden(plan, row, work, count, mix(prefix, layer))
        if row[SKIPS]:
            for j in range(fan_out):
                add(
                    view(work, row[H_OUT] + j * plan.stride, count),
                    view(h_in, j * h_row, count),
                )
        h_in, h_row = view(work, row[H_OUT], (fan_out + 1) * plan.stride), plan.stride


@jit
def _step_layer(
    plan: Any,
    row: Any,
    params: Any,
    moments: Any,
    slot_size: int,
    h: Any,
    h_row: int,
    work: Any,
    count: int,
    t: int,
    stop: Any,
) -> None:
    """Find the gradient of a layer's parameters and step them, a few rows at a time."""
    fan_in, fan_out, zero = row[FAN_IN], row[FAN_OUT], work.dtype.type(0.0)
    # Whole tiles, of which the tallest have eight rows (see `products`); few enough that the
    # step finds their gradient in a near cache.
    at_once = max(8, BLOCK // fan_out // 8 * 8)
    deltas = view(work, plan.delta_by_point, count * plan.delta_stride)
    packed = view(work, plan.delta_packed, count * plan.delta_stride)
    gradient = view(work, plan.gradient, at_once * fan_out)
    room = row[PACKED]
    units = fan_out - fan_out % width_of(work) if room else fan_out
    for first in range(0, fan_in + 1, at_once):
        if stop[0] != 0:
            return
        rows = min(at_once, fan_in + 1 - first)
        inputs = view(h, first * h_row, rows * h_row)
        # dW[i, j] = sum over points of h[i, point] dz[point, j], as dW = h^T dz in `numpy_`;
        # the last row, of ones, sums dz alone: db.
        if room:  # first, as what is written past a row's end belongs to the next
            packed_product(inputs, h_row, packed, gradient, units, fan_out, rows, room, count)
        product(
            inputs, h_row, 1, deltas, plan.delta_stride, gradient, fan_out, rows, units, count
        )
        at, numbers = row[OFFSET] + first * fan_out, rows * fan_out
        if first + rows > fan_in and (plan.l1 != zero or plan.l2 != zero):
            numbers -= fan_out  # the last row are the biases, which no penalty touches
            b = at + numbers
            step(
                plan.optimizer,
                view(params, b, fan_out),
                view(gradient, numbers, fan_out),
                view(moments, b, fan_out),
                slot_size,
                t,
                plan.rate,
                zero,
                zero,
            )
        step(
            plan.optimizer,
            view(params, at, numbers),
            view(gradient, 0, numbers),
            view(moments, at, numbers),
            slot_size,
            t,
            plan.rate,
            plan.l1,
            plan.l2,
        )


@jit
def _backward(
    plan: Any,
    layers: Any,
    params: Any,
    moments: Any,
    slot_size: int,
    x: Any,
    x_row: int,
    work: Any,
    count: int,
    t: int,
    stop: Any,
) -> None:
    """Walk back from the gradient of the outputs, at `plan.delta`, and step each layer."""
    last, stride, size = len(layers) - 1, plan.stride, plan.delta_size
    # Three buffers, so that no loop reads where it writes: the gradient of z, of h, and of
    # the h before; the last two change places from layer to layer.
    dz, dh = view(work, plan.delta, size), view(work, plan.delta + size, size)
    before = view(work, plan.delta + 2 * size, size)
    by_point = view(work, plan.delta_by_point, size)
    for layer in range(last, -1, -1):
        row = layers[layer]
        fan_in, fan_out = row[FAN_IN], row[FAN_OUT]
        numbers = fan_out * stride
        if layer < last:
            dz_now = view(dz, 0, numbers)
            # dn = dh * act'(n), the slopes having the mask of dropout already; dz without norm.
            multiply(dz_now, dh, view(work, row[SLOPE], numbers))
            if plan.norm:
                normalize_back(
                    dz_now,
                    view(work, row[NORMED], numbers),
                    view(work, row[INVERSE_STD], stride),
                    # Scratch: `before` holds nothing until the product below.
                    view(before, 0, 2 * stride),
                    fan_out,
                )
        if stop[0] != 0:
            return
        if layer > 0:
            # dh_(l-1) = W dz, before the step below: it takes the weights that the forward pass
            # had. The biases are left out, as nobody asks for the gradient of the ones.
            weights = view(params, row[OFFSET], fan_in * fan_out)
            product(weights, fan_out, 1, dz, stride, before, stride, fan_in, count, fan_out)
            if layer < last and row[SKIPS]:
                add(view(before, 0, numbers), dh)
        room = row[PACKED]
        units = fan_out - fan_out % width_of(work) if room else fan_out
        # The product loads neighbouring units of one point at once, and so wants dz by point.
        transpose(dz, stride, by_point, plan.delta_stride, units, count)
        if room:
            pack(
                view(dz, units * stride, room * stride),
                stride,
                view(work, plan.delta_packed, size),
                room,
                count,
            )
        h, h_row = x, x_row
        if layer > 0:
            h, h_row = view(work, row[H_IN], (fan_in + 1) * stride), stride
        _step_layer(plan, row, params, moments, slot_size, h, h_row, work, count, t, stop)
        dh, before = before, dh


@kernel
def train(
    plan: Any,
    layers: Any,
    seeds: Any,
    first_seed: int,
    last_seed: int,
    update: int,
    updates: int,
    params: Any,
    moments: Any,
    x: Any,
    y: Any,
    work: Any,
    order: Any,
    keys: Any,
    counts: Any,
    epoch_sum: Any,
    epoch_loss: Any,
    first_loss: Any,
    epoch_count: int,
    marks: Any,
    shots: Any,
    progress: Any,
    share: int,
    stop: Any,
) -> None:
    """Train the seeds from `first_seed` up to `last_seed` for some updates, in place.

    Args:
        plan, layers: of `make_plan`.
        seeds: (S,) uint64.
        update, updates: updates done so far, and to do.
        params: (S * P,). moments: (slots * S * P,).
        x, y: inputs and targets of `by_feature`.
        work, order, keys, counts: workspace of this call alone; see `Workspace`.
        epoch_sum, epoch_loss, first_loss: (S,) float64, the report as in `State`.
        epoch_count: batches in epoch_sum.
        marks: (M,) int64, ascending updates after which all this is copied to `shots`; the
            last is the end. Empty: nothing is copied.
        shots: (M * S * P,) parameters, (M * slots * S * P,) moments, and (M * S,) epoch
            sums, epoch losses and first losses.
        progress: int64; progress[share] is set to the marks that these seeds have passed.
        stop: (1,) int64; anything but 0, set by another thread, ends the call soon and
            leaves the arrays in the middle of an update.
    """
    size, outputs = len(params) // len(seeds), layers[len(layers) - 1][FAN_OUT]
    per_epoch, row = (plan.points + plan.batch - 1) // plan.batch, plan.data_stride
    out = view(work, plan.out, outputs * plan.stride)
    delta = view(work, plan.delta, outputs * plan.stride)
    last, counted, slot_size = update + updates, epoch_count, len(params)
    # Loops over marks, seeds, updates. Seeds do not depend on each other, so one goes on alone
    # until the next mark, while its parameters and activations stay in the first cache.
    for taken in range(max(1, len(marks))):
        end, batches = marks[taken] if len(marks) else last, counted
        for s in range(first_seed, last_seed):
            p, m = view(params, s * size, size), view(moments, s * size, size)
            # As `randomness.hash64` does it: seed, then the stream, then epoch or update.
            key, of_epoch = mix(np.uint64(0), seeds[s]), -1
            batches, is_known = counted, not math.isnan(first_loss[s])
            for u in range(update, end):
                first = u % per_epoch * plan.batch
                count = min(plan.batch, plan.points - first)
                if plan.shuffled:
                    if u // per_epoch != of_epoch:
                        of_epoch = u // per_epoch
                        shuffle(mix(mix(key, ORDER), of_epoch), order, keys, counts)
                    rows, h_row = view(order, first, count), plan.stride
                    h_in = view(work, layers[0][H_IN], layers[0][FAN_IN] * h_row)
                    targets = view(work, plan.targets, outputs * h_row)
                    gather(x, row, layers[0][FAN_IN], rows, h_in, h_row)
                    gather(y, row, outputs, rows, targets, h_row)
                else:
                    # A batch in file order is a part of each row, and read where it lies.
                    h_in, targets, h_row = view(x, first, row), view(y, first, row), row
                prefix = mix(mix(key, DROPOUT), u)
                _forward(plan, layers, p, h_in, h_row, work, count, prefix, stop)
                if stop[0] != 0:
                    return
                # The loss of the batch before its update, as in `Report.note`.
                if plan.running:
                    loss = loss_value(
                        plan.loss, out, plan.stride, targets, h_row, outputs, count
                    )
                    if first == 0:
                        epoch_sum[s], batches = 0.0, 0
                    epoch_sum[s] += loss
                    batches += 1
                    if batches == per_epoch:
                        epoch_loss[s] = epoch_sum[s] / batches
                        if not is_known:
                            first_loss[s], is_known = epoch_loss[s], True
                loss_gradient(
                    plan.loss, out, plan.stride, targets, h_row, delta, outputs, count
                )
                _backward(plan, layers, p, m, slot_size, h_in, h_row, work, count, u + 1, stop)
                if stop[0] != 0:
                    return
            if len(marks):
                _shoot(shots, taken, s, p, moments, epoch_sum, epoch_loss, first_loss)
        if len(marks):
            fence()  # whoever sees the progress sees the copies
            progress[share] = taken + 1
        update, counted = end, batches


@jit
def _shoot(
    shots: Any,
    taken: int,
    s: int,
    p: Any,
    moments: Any,
    epoch_sum: Any,
    epoch_loss: Any,
    first_loss: Any,
) -> None:
    """Copy all that a State holds of one seed."""
    size, seeds = len(p), len(epoch_sum)
    slots = len(moments) // (size * seeds)
    copy(view(shots[0], (taken * seeds + s) * size, size), p)
    for slot in range(slots):
        to = ((taken * slots + slot) * seeds + s) * size
        copy(view(shots[1], to, size), view(moments, (slot * seeds + s) * size, size))
    at = taken * seeds + s
    shots[2][at], shots[3][at], shots[4][at] = epoch_sum[s], epoch_loss[s], first_loss[s]


@kernel
def look(
    plan: Any, layers: Any, params: Any, size: int, x: Any, work: Any, out: Any, stop: Any
) -> None:
    """Send points through trained networks, one after another.

    Args:
        plan, layers: of `make_plan` with `looked_at`.
        params: (nets * size,). size: parameters of a network.
        x: inputs of `by_feature`. work: workspace.
        out: (nets * points * outputs,), written.
        stop: (1,) int64, 0.
    """
    outputs, row = layers[len(layers) - 1][FAN_OUT], plan.data_stride
    for net in range(len(params) // size):
        p = view(params, net * size, size)
        for first in range(0, plan.points, plan.batch):
            count = min(plan.batch, plan.points - first)
            h_in = view(x, first, row)
            _forward(plan, layers, p, h_in, row, work, count, np.uint64(0), stop)
            to = (net * plan.points + first) * outputs
            # By unit in the workspace, by point in `out`.
            for o in range(outputs):
                values = view(work, plan.out + o * plan.stride, count)
                for b in range(count):
                    out[to + b * outputs + o] = values[b]


keep_compiled(train)
keep_compiled(look)
