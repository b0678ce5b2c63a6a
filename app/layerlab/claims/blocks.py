"""Residual blocks of two layers, with norm and activation before or after the weights.

With n = norm, r = ReLU and two weight layers W1, W2 with their biases a block makes of h

    before    h + W2 r(n(W1 r(n(h))))          He et al. 2016 (arXiv 1603.05027), figure 4 (e)
    after     r(h + n(W2 r(n(W1 h))))          He et al. 2015 (arXiv 1512.03385), figure 2

where n is layer norm here, batch norm there. After the last block, `before` has one more r(n).
The paper's networks have 110 layers and more; 33 are what seconds are enough for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, E, Judgement
from layerlab.claims.figures import BootstrapBand, difference, figure, summary
from layerlab.claims.populations import lab
from layerlab.core.spec import NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.engines.base import Batches
from layerlab.nets.maths import NUMPY
from layerlab.nets.norms import NORM_EPS, norm, norm_gradient
from layerlab.nets.problem import Problem, initialize, problem_of

Array = np.ndarray
SEEDS = 8
BLOCKS = 16
RATES = (0.003, 0.01)
WIDTH, BATCH, UPDATES = 16, 32, 120


@dataclass(eq=False)
class Network:
    """Networks of all seeds, 64-16-(blocks)-10, with all parameters of a batch's pass.

    Attributes:
        problem: the data, and where parameters lie: layer 0, two a block, the last.
        params: (seeds, P). is_before: which kind of block.
        kept: what the forward pass leaves for the backward pass, last one last.
    """

    problem: Problem
    params: Array
    is_before: bool
    kept: list[tuple[Array, ...]] = field(default_factory=list)

    def outputs(self, x: Array) -> Array:
        """Return logits. (batch, D) or (seeds, batch, D) -> (seeds, batch, classes)"""
        self.kept.clear()
        h = self._weigh(0, np.broadcast_to(x, (len(self.params), *x.shape[-2:])))
        last = self.problem.layout.layers - 1
        for layer in range(1, last, 2):
            if self.is_before:
                inner = self._weigh(layer, self._gated(self._normed(h)))
                h = h + self._weigh(layer + 1, self._gated(self._normed(inner)))
            else:
                inner = self._gated(self._normed(self._weigh(layer, h)))
                h = self._gated(h + self._normed(self._weigh(layer + 1, inner)))
        if self.is_before:
            h = self._gated(self._normed(h))
        return self._weigh(last, h)

    def gradient(self, d_out: Array) -> Array:
        """Return dL/d params of dL/d outputs, after `outputs`. (seeds, P)"""
        found, last = np.empty_like(self.params), self.problem.layout.layers - 1
        dh = self._weigh_back(last, d_out, found)
        if self.is_before:
            dh = self._normed_back(self._gated_back(dh))
        for layer in range(last - 2, 0, -2):
            if self.is_before:
                inner = self._weigh_back(layer + 1, dh, found)
                inner = self._normed_back(self._gated_back(inner))
                inner = self._weigh_back(layer, inner, found)
                dh = dh + self._normed_back(self._gated_back(inner))
            else:
                dh = self._gated_back(dh)
                inner = self._weigh_back(layer + 1, self._normed_back(dh), found)
                inner = self._normed_back(self._gated_back(inner))
                dh = dh + self._weigh_back(layer, inner, found)
        self._weigh_back(0, dh, found)
        return found

    def _weigh(self, layer: int, h: Array) -> Array:
        self.kept.append((h,))
        layout = self.problem.layout
        biases = layout.biases(self.params, layer)[:, None]
        return np.asarray(h @ layout.weights(self.params, layer) + biases)

    def _weigh_back(self, layer: int, dz: Array, found: Array) -> Array:
        layout, (h,) = self.problem.layout, self.kept.pop()
        layout.weights(found, layer)[:] = h.swapaxes(1, 2) @ dz
        layout.biases(found, layer)[:] = dz.sum(1)
        return np.asarray(dz @ layout.weights(self.params, layer).swapaxes(1, 2))

    def _normed(self, z: Array) -> Array:
        self.kept.append(norm(z, NORM_EPS))
        return self.kept[-1][0]

    def _normed_back(self, dn: Array) -> Array:
        return norm_gradient(dn, *self.kept.pop())

    def _gated(self, z: Array) -> Array:
        self.kept.append((z > 0,))
        return np.maximum(z, 0)

    def _gated_back(self, da: Array) -> Array:
        return np.asarray(da * self.kept.pop()[0])


def digits(seeds: int, blocks: int = BLOCKS) -> Problem:
    """Return the digits and the layout of networks of so many blocks."""
    net = NetSpec(hidden=(WIDTH,) * (1 + 2 * blocks))
    train = TrainSpec(loss="cross-entropy", batch=BATCH, updates=UPDATES, seeds=seeds)
    return problem_of(lab("digits", net, train))


def validation_losses(ctx: Context, problem: Problem, is_before: bool, rate: float) -> Array:
    """Train with Adam at a rate; return the loss of held-out digits. (seeds,)"""
    start, batches = initialize(problem), Batches(problem)
    network = Network(problem, start.params.copy(), is_before)
    moments = start.moments.copy()
    for update in range(problem.length):
        ctx.step(update, problem.length)
        x, y = batches.at(update)
        d_out = problem.loss.gradient(network.outputs(x), y)
        found = network.gradient(d_out)
        problem.optimizer.step(network.params, found, moments, rate, update + 1)
    out = network.outputs(problem.validation_x)
    return np.asarray(problem.loss.value(NUMPY, out, problem.validation_y))


# ---- E23


class Orders(NamedTuple):
    """Validation losses with the activation before and after, each at its better rate."""

    before: Array
    after: Array
    rates: tuple[float, float]

    @property
    def lead(self) -> BootstrapBand:
        """By how much the loss is lower with the activation before."""
        return difference(self.after, self.before)


def _measure_blocks(ctx: Context) -> Orders:
    problem = digits(ctx.sample_size(SEEDS, 4))
    best = []
    for k, is_before in enumerate((True, False)):
        parts = [ctx.part(k * len(RATES) + j, 2 * len(RATES)) for j in range(len(RATES))]
        losses = [
            validation_losses(part, problem, is_before, rate)
            for part, rate in zip(parts, RATES, strict=True)
        ]
        j = int(np.argmin([np.median(values) for values in losses]))
        best.append((losses[j], RATES[j]))
    return Orders(best[0][0], best[1][0], (best[0][1], best[1][1]))


def _judge_blocks(n: Orders) -> Judgement:
    lead = n.lead
    measured = _(
        "{before} against {after}",
        before=figure(np.median(n.before)),
        after=figure(np.median(n.after)),
    )
    why = _(
        "validation losses of {layers} layers after {updates} updates are {before} with "
        "pre-activation (rate {rate}) and {after} in the original order (rate {other_rate}), "
        "over {seeds} seeds: {lead} lower ({low} to {high}); He et al. 2016 compare 110 layers "
        "and more",
        layers=2 * BLOCKS + 1,
        updates=UPDATES,
        before=summary(n.before),
        rate=figure(n.rates[0]),
        after=summary(n.after),
        other_rate=figure(n.rates[1]),
        seeds=len(n.before),
        lead=figure(lead.middle),
        low=figure(lead.low),
        high=figure(lead.high),
    )
    if lead.low > 0:
        return Judgement.holds(measured, why)
    return Judgement.not_reproduced(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E23",
        E,
        _("Pre-activation residual networks do better than those of the original order."),
        published=NO_FIGURE,
        page="residual",
        tolerance=_(
            "{blocks} blocks of two layers with layer norm, digits, {seeds} seeds, each at its "
            "better rate of 0.003 and 0.01 of Adam: the median validation loss is lower, with "
            "a 95 % bootstrap band beyond 0",
            blocks=BLOCKS,
            seeds=SEEDS,
        ),
        measure=_measure_blocks,
        judge=_judge_blocks,
    ),
)
