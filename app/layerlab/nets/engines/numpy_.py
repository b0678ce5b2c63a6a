"""The engine to read: forward pass, backpropagation and update, by hand, in numpy.

All seeds are trained at once: every array has the seeds as its leading axis, and a matrix
product multiplies all of their matrices in one call. A layer computes, from the h before,

    z = h W + b                 the weighted sums
    n = norm(z)                 layer norm, if it is switched on; else n = z
    a = act(n) * keep           the activation; `keep` silences some, in training
    h = a, or h + a             with a skip connection

and backpropagation walks the same lines from the last to the first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from layerlab.core.cancel import never
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets import randomness
from layerlab.nets.engines.base import Batches, Report, walk
from layerlab.nets.maths import NUMPY
from layerlab.nets.norms import norm, norm_gradient
from layerlab.nets.problem import Problem, born, problem_of

Array = np.ndarray
NORM_EPS = 1e-5
BLOCK_NUMBERS = 4_000_000  # activations kept at once where only outputs are wanted


@dataclass(eq=False)
class Pass:
    """What a forward pass leaves behind for the backward pass.

    Attributes:
        h: the inputs, then what each layer passes on; h[-1] is the output.
        z: the sums of each layer. n: the same after layer norm.
        spread: for each hidden layer with layer norm, sqrt(variance + eps).
        keep: for each hidden layer with dropout, 0 or 1 / (1 - dropout).
    """

    h: list[Array] = field(default_factory=list)
    z: list[Array] = field(default_factory=list)
    n: list[Array] = field(default_factory=list)
    spread: list[Array | None] = field(default_factory=list)
    keep: list[Array | None] = field(default_factory=list)


@dataclass(eq=False)
class Gradients:
    """What a backward pass finds.

    Attributes:
        params: dL/dparams, flat. (seeds, P)
        z: dL/dz of each layer. (seeds, batch, width)
        h: dL/dh of each layer. (seeds, batch, width)
    """

    params: Array
    z: list[Array]
    h: list[Array]


def forward(problem: Problem, params: Array, x: Array, update: int | None = None) -> Pass:
    """Send a batch through the networks of all seeds.

    Args:
        problem: what is trained.
        params: (seeds, P).
        x: (batch, D), the same for all seeds, or (seeds, batch, D).
        update: number of the update whose dropout masks apply; None: no dropout.

    Returns:
        All that was computed on the way; h[-1] is (seeds, batch, outputs).
    """
    net, layout = problem.spec.net, problem.layout
    h = x if x.ndim == 3 else np.broadcast_to(x, (len(params), *x.shape))
    done = Pass(h=[h])
    for layer in range(layout.layers):
        weights, biases = layout.weights(params, layer), layout.biases(params, layer)
        z = h @ weights + biases[:, None, :]  # (seeds, batch, width)
        done.z.append(z)
        if layer == layout.layers - 1:  # the output is linear
            done.n.append(z)
            done.h.append(z)
            break
        n, spread = norm(z, NORM_EPS) if net.layer_norm else (z, None)
        a = problem.activation.value(NUMPY, n, net.slope)
        keep = _keep(problem, update, layer, z)
        if keep is not None:
            a = a * keep
        h = h + a if problem.skips(layer) else a
        done.n.append(n)
        done.spread.append(spread)
        done.keep.append(keep)
        done.h.append(h)
    return done


class ChainRule:
    """The lines of backpropagation, each by itself, so that one can be got wrong on purpose.

    Layers are counted from 0; shapes are those of `backward`.
    """

    def slope(self, problem: Problem, done: Pass, layer: int) -> Array:
        """Return da/dn of a hidden layer."""
        return problem.activation.derivative(NUMPY, done.n[layer], problem.spec.net.slope)

    def sums(self, problem: Problem, done: Pass, layer: int, dh: Array) -> Array:
        """Return dL/dz: back through keep, activation and norm; the output has none."""
        if layer == problem.layout.layers - 1:
            return dh
        keep, spread = done.keep[layer], done.spread[layer]
        da = dh if keep is None else dh * keep
        dn = da * self.slope(problem, done, layer)
        return dn if spread is None else norm_gradient(dn, done.n[layer], spread)

    def parameters(self, layer: int, h_before: Array, dz: Array) -> tuple[Array, Array]:
        """Return dL/dW and dL/db: as z = h W + b, each weight's input times its sum's dz."""
        return h_before.transpose(0, 2, 1) @ dz, dz.sum(1)

    def handed_on(self, layer: int, dz: Array, weights: Array) -> Array:
        """Return what the layer hands to the h before it."""
        return dz @ weights.transpose(0, 2, 1)


CHAIN_RULE = ChainRule()


def backward(
    problem: Problem, params: Array, done: Pass, d_out: Array, rule: ChainRule = CHAIN_RULE
) -> Gradients:
    """Walk the forward pass backwards: the chain rule, layer by layer.

    Args:
        problem: what is trained.
        params: (seeds, P), as in the forward pass.
        done: the forward pass.
        d_out: dL/d output. (seeds, batch, outputs)
        rule: the chain rule, or one with a mistake in it.

    Returns:
        The gradients of parameters, sums and activations.
    """
    layout = problem.layout
    found = Gradients(np.empty_like(params), [], [])
    dh = d_out
    for layer in reversed(range(layout.layers)):
        dz = rule.sums(problem, done, layer, dh)
        d_weights, d_biases = rule.parameters(layer, done.h[layer], dz)
        layout.weights(found.params, layer)[:] = d_weights
        layout.biases(found.params, layer)[:] = d_biases
        found.z.insert(0, dz)
        found.h.insert(0, dh)
        if layer == 0:
            break
        dh_before = rule.handed_on(layer, dz, layout.weights(params, layer))
        if layer < layout.layers - 1 and problem.skips(layer):
            dh_before = dh_before + dh  # the skip hands the gradient on untouched
        dh = dh_before
    return found


def _keep(problem: Problem, update: int | None, layer: int, z: Array) -> Array | None:
    dropout = problem.spec.net.dropout
    if update is None or dropout == 0:
        return None
    _, batch, width = z.shape
    mask = randomness.keep_mask(problem.seeds, update, layer, batch, width, dropout)
    return mask.astype(z.dtype) / z.dtype.type(1 - dropout)


def add_penalties(problem: Problem, params: Array, gradient: Array) -> None:
    """Add the gradients of L1 and L2 (see `penalty`) to that of the loss, in place."""
    train = problem.spec.train
    if train.l1:
        gradient += train.l1 * np.sign(params) * problem.layout.is_weight()
    if train.l2 and not problem.optimizer.decoupled:
        gradient += train.l2 * params * problem.layout.is_weight()


def outputs(problem: Problem, params: Array, x: Array) -> Array:
    """Return the outputs alone, in blocks, so that memory stays bounded.

    Args:
        problem: what is trained.
        params: (nets, P).
        x: (rows, D).

    Returns:
        (nets, rows, outputs).
    """
    nets, rows = len(params), len(x)
    per_net = 2 * sum(problem.layout.sizes)
    step = max(1, BLOCK_NUMBERS // (nets * per_net))
    if rows <= step:
        return forward(problem, params, x).h[-1]
    out = np.empty((nets, rows, problem.layout.sizes[-1]), params.dtype)
    for start in range(0, rows, step):
        block = slice(start, start + step)
        out[:, block] = forward(problem, params, x[block]).h[-1]
    return out


def training_loss(problem: Problem, params: Array) -> Array:
    """Return the loss on the whole training set, without penalties. (seeds,)"""
    out = outputs(problem, params, problem.x)
    return np.asarray(problem.loss.value(NUMPY, out, problem.y))


class Trainer:
    """The parameters of all seeds, and the update that changes them in place."""

    def __init__(
        self,
        problem: Problem,
        state: State,
        rule: ChainRule = CHAIN_RULE,
        batches: Batches | None = None,
    ) -> None:
        """Take what is trained, and other batches than the problem's if there are any."""
        self.problem, self._rule = problem, rule
        self.update = state.update
        self.params = state.params.copy()
        self.moments = state.moments.copy()
        self._report = Report(problem, state)
        self._batches = batches or Batches(problem)
        self._is_weight = problem.layout.is_weight()
        if state.update == 0 and problem.spec.train.report == "after":
            self._report.first_loss = training_loss(problem, self.params)

    def step(self) -> None:
        """Do one update."""
        problem, train = self.problem, self.problem.spec.train
        x, y = self._batches.at(self.update)
        with np.errstate(all="ignore"):  # broken numbers are looked for by `checked`
            done = forward(problem, self.params, x, self.update)
            out = done.h[-1]  # (seeds, batch, outputs)
            if train.report == "running":
                self._report.note(self.update, problem.loss.value(NUMPY, out, y))
            d_out = problem.loss.gradient(out, y)
            gradient = backward(problem, self.params, done, d_out, self._rule).params
            add_penalties(problem, self.params, gradient)
            if train.l2 and problem.optimizer.decoupled:
                self.params -= train.rate * train.l2 * self.params * self._is_weight
            self.update += 1
            problem.optimizer.step(self.params, gradient, self.moments, train.rate, self.update)

    def state(self) -> State:
        """Return a frozen copy of where the training is."""
        return State(
            update=self.update,
            params=self.params.copy(),
            moments=self.moments.copy(),
            **self._report.fields(),
        )


class NumpyEngine:
    """The engine of this file; see `Engine.run` for its protocol."""

    name, is_parallel = "numpy", False

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        warmup_s: float = 0.0,
        is_cancelled: Callable[[], bool] = never,
    ) -> Iterator[State]:
        """Train and yield one state after another; see `Engine.run`."""
        from layerlab.nets.engines.broken import checked  # which needs the trainer of this file

        problem = problem_of(spec)
        with np.errstate(all="ignore"):
            trainer = Trainer(problem, state or born(problem))
        if state is None:
            yield trainer.state()
        yield from walk(
            trainer,
            functools.partial(checked, problem),
            end=problem.length if until is None else until,
            marks=marks,
            interval_s=interval_s,
            warmup_s=warmup_s,
            is_cancelled=is_cancelled,
        )

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return what networks say of points; see `Engine.outputs`."""
        return outputs(problem, params, x)
