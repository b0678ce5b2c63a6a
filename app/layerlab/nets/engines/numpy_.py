"""The engine to read: forward pass, backpropagation and update, by hand, in NumPy.

From the top down: `Trainer.step` is one update; it calls `forward`, `backward` and
`add_penalties`, which follow in this order. For layer l, with h_0 = x, a row an example:

    forward                                     backward, with dz = dL/dz and so on
    z_l = h_(l-1) W_l + b_l                     dW_l = h_(l-1)^T dz_l,  db_l = sum of dz_l
    n_l = norm(z_l), or z_l without layer norm  dz_l = norm'(dn_l), or dn_l
    a_l = act(n_l) * mask_l                     dn_l = da_l * mask_l * act'(n_l)
    h_l = a_l, or h_(l-1) + a_l with a skip     da_l = dh_l
                                                dh_(l-1) = dz_l W_l^T, + dh_l with a skip

z are the pre-activations; `mask` is that of dropout, in training; the last layer is linear,
h_L = z_L. All seeds are trained at once: every array has the seeds as its leading axis, and a
matrix product multiplies all of their matrices in one call.

Backpropagation: Rumelhart, Hinton & Williams 1986. Comments name the lines of a textbook,
Goodfellow, Bengio & Courville 2016: its algorithms 6.3 (forward) and 6.4 (backward) take one
example, a column, so they have W h for our h W; their a^(k) is our z_l, and their g is first
our dh_l and then, times act', our dz_l. The engine around this file is `numpy_engine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from layerlab.core.state import State
from layerlab.nets import randomness
from layerlab.nets.engines.base import Batches, Report
from layerlab.nets.maths import NUMPY
from layerlab.nets.norms import NORM_EPS, norm, norm_gradient
from layerlab.nets.problem import Problem

Array = np.ndarray
BLOCK_NUMBERS = 4_000_000  # activations kept at once where only outputs are wanted


# ---- one update


class Trainer:
    """The parameters of all seeds, and the update that changes them in place."""

    def __init__(
        self,
        problem: Problem,
        state: State,
        rule: ChainRule | None = None,
        batches: Batches | None = None,
    ) -> None:
        """Take the problem and the state where to go on.

        Args:
            problem: what is trained. state: is copied.
            rule: the chain rule, or one with a mistake in it.
            batches: others than the problem's.
        """
        self.problem, self._rule = problem, rule or CHAIN_RULE
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
        with np.errstate(all="ignore"):  # NaN and infinity are looked for by `ensure_finite`
            # Algorithm 6.3 of the textbook, a batch at once; the cache is for the way back.
            cache = forward(problem, self.params, x, self.update)
            out = cache.h[-1]  # (seeds, batch, outputs)
            if train.report == "running":
                self._report.note(self.update, problem.loss.value(NUMPY, out, y))
            d_out = problem.loss.gradient(out, y)  # dL/dh_L, the first g of algorithm 6.4
            # Algorithm 6.4; its gradient of the penalty is added on the line after.
            gradient = backward(problem, self.params, cache, d_out, self._rule).params
            add_penalties(problem, self.params, gradient)
            # Decoupled weight decay, w -= rate * l2 * w (Loshchilov & Hutter 2017, algorithm 2,
            # line 12; the rate for its schedule, as in PyTorch): beside the gradient, so that
            # Adam does not divide it by the gradient's size.
            if train.l2 and problem.optimizer.decoupled:
                self.params -= train.rate * train.l2 * self.params * self._is_weight
            # A step of the optimizer (algorithm 8.1 of the textbook for SGD, see
            # `nets.optimizers`). It counts from 1: Adam's bias correction is 1 - beta^t.
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


# ---- forward


@dataclass(eq=False)
class ForwardCache:
    """What a forward pass keeps for the backward pass.

    Attributes:
        h: the inputs h_0, then the output of each layer; h[-1] is the network's output.
            (seeds, batch, width), as all others.
        z: the pre-activations of each layer. n: the same after layer norm.
        std: for each hidden layer with layer norm, sqrt(variance + eps). (seeds, batch, 1)
        mask: for each hidden layer with dropout, 0 or 1 / (1 - dropout).
    """

    h: list[Array] = field(default_factory=list)
    z: list[Array] = field(default_factory=list)
    n: list[Array] = field(default_factory=list)
    std: list[Array | None] = field(default_factory=list)
    mask: list[Array | None] = field(default_factory=list)


def forward(
    problem: Problem, params: Array, x: Array, update: int | None = None
) -> ForwardCache:
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
    # The same examples for every seed are a view, not copies.
    h = x if x.ndim == 3 else np.broadcast_to(x, (len(params), *x.shape))
    cache = ForwardCache(h=[h])
    for layer in range(layout.layers):
        weights, biases = layout.weights(params, layer), layout.biases(params, layer)
        z = h @ weights + biases[:, None, :]  # z = h W + b; (seeds, batch, width)
        cache.z.append(z)
        if layer == layout.layers - 1:  # the output is linear: h_L = z_L
            cache.n.append(z)
            cache.h.append(z)
            break
        # n = (z - mean) / sqrt(variance + eps), over the units of one example
        n, std = norm(z, NORM_EPS) if net.layer_norm else (z, None)
        a = problem.activation.value(NUMPY, n, net.slope)  # a = act(n)
        mask = _dropout_mask(problem, update, layer, z)
        if mask is not None:
            a = a * mask
        # With a skip the layer adds to what it was given (He et al. 2016).
        h = h + a if problem.skips(layer) else a
        cache.n.append(n)
        cache.std.append(std)
        cache.mask.append(mask)
        cache.h.append(h)
    return cache


def _dropout_mask(problem: Problem, update: int | None, layer: int, z: Array) -> Array | None:
    """Return 0 where a unit is dropped, 1 / (1 - dropout) elsewhere; None without dropout.

    The factor keeps the expected activation, so that nothing is scaled where dropout is off;
    in the paper (Srivastava et al. 2014) the weights are, after the training.
    """
    dropout = problem.spec.net.dropout
    if update is None or dropout == 0:
        return None
    _, batch, width = z.shape
    kept = randomness.keep_mask(problem.seeds, update, layer, batch, width, dropout)
    return kept.astype(z.dtype) / z.dtype.type(1 - dropout)


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
    # Of one example: z and h of every layer.
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


# ---- backward


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


class ChainRule:
    """The lines of backpropagation, each by itself, so that one can be got wrong on purpose.

    Layers are counted from 0; shapes are those of `backward`.
    """

    def pre_activation_gradient(
        self, problem: Problem, cache: ForwardCache, layer: int, dh: Array
    ) -> Array:
        """Return dL/dz: back through mask, activation and norm; the output has none."""
        if layer == problem.layout.layers - 1:
            return dh  # h_L = z_L
        mask, std = cache.mask[layer], cache.std[layer]
        da = dh if mask is None else dh * mask
        dn = da * self.derivative(problem, cache, layer)  # dn = da * act'(n)
        return dn if std is None else norm_gradient(dn, cache.n[layer], std)

    def derivative(self, problem: Problem, cache: ForwardCache, layer: int) -> Array:
        """Return act'(n) of a hidden layer."""
        return problem.activation.derivative(NUMPY, cache.n[layer], problem.spec.net.slope)

    def parameter_gradients(
        self, layer: int, h_before: Array, dz: Array
    ) -> tuple[Array, Array]:
        """Return dL/dW = h^T dz and dL/db = dz, both summed over the batch, as z = h W + b."""
        return h_before.transpose(0, 2, 1) @ dz, dz.sum(1)

    def input_gradient(self, layer: int, dz: Array, weights: Array) -> Array:
        """Return dL/dh of the layer before, through the weights alone: dz W^T."""
        return dz @ weights.transpose(0, 2, 1)


CHAIN_RULE = ChainRule()


def backward(
    problem: Problem,
    params: Array,
    cache: ForwardCache,
    d_out: Array,
    rule: ChainRule = CHAIN_RULE,
) -> Gradients:
    """Apply the chain rule, from the last layer to the first.

    Args:
        problem: what is trained.
        params: (seeds, P), as in the forward pass.
        cache: of the forward pass.
        d_out: dL/d output. (seeds, batch, outputs)
        rule: the chain rule, or one with a mistake in it.

    Returns:
        The gradients of parameters, pre-activations and activations.
    """
    layout = problem.layout
    gradients = Gradients(np.empty_like(params), [], [])
    dh = d_out
    for layer in reversed(range(layout.layers)):
        # The three steps of algorithm 6.4: g <- g * f'(a); db = g and dW = g h^T; g <- W^T g.
        dz = rule.pre_activation_gradient(problem, cache, layer, dh)
        d_weights, d_biases = rule.parameter_gradients(layer, cache.h[layer], dz)
        # Into one flat vector, as the optimizer steps all parameters in one go.
        layout.weights(gradients.params, layer)[:] = d_weights
        layout.biases(gradients.params, layer)[:] = d_biases
        gradients.z.insert(0, dz)
        gradients.h.insert(0, dh)
        if layer == 0:
            break  # nobody asks for the gradient of the inputs
        dh_before = rule.input_gradient(layer, dz, layout.weights(params, layer))
        if layer < layout.layers - 1 and problem.skips(layer):
            dh_before = dh_before + dh  # h_l = h_(l-1) + a_l: the skip passes dh unchanged
        dh = dh_before
    return gradients


def add_penalties(problem: Problem, params: Array, gradient: Array) -> None:
    """Add the gradients of L1 and L2 (see `penalty`) to that of the loss, in place.

    d/dw l1 |w| = l1 sign(w), taken as 0 at 0; d/dw l2/2 w^2 = l2 w; biases have no penalty.
    """
    train = problem.spec.train
    if train.l1:
        gradient += train.l1 * np.sign(params) * problem.layout.is_weight()
    if train.l2 and not problem.optimizer.decoupled:
        gradient += train.l2 * params * problem.layout.is_weight()
