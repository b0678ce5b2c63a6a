"""The second engine: PyTorch's autograd runs the same spec, as an independent check.

Only this file imports torch, and only a child process imports this file (see `remote`).
It takes nothing of the numpy engine's chain rule: the values of activations and losses are
computed with torch's maths, autograd finds every gradient, and `torch.optim` makes the
steps. Weights, batches and dropout masks are the same, so both must agree to rounding.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from layerlab.core.errors import LabError
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets import optimizers, randomness
from layerlab.nets.engines.base import Batches, Report
from layerlab.nets.engines.stepping import SteppingEngine
from layerlab.nets.norms import NORM_EPS
from layerlab.nets.problem import Problem

Array = np.ndarray
Tensor = torch.Tensor

TORCH = SimpleNamespace(
    abs=torch.abs,
    cos=torch.cos,
    erf=torch.erf,
    exp=torch.exp,
    expm1=torch.expm1,
    log=torch.log,
    logaddexp=torch.logaddexp,
    max=lambda outputs: outputs.amax(-1, keepdim=True),
    relu=torch.relu,
    sin=torch.sin,
    sqrt=torch.sqrt,
    sum=lambda outputs: outputs.sum(-1, keepdim=True),
    tanh=torch.tanh,
    where=torch.where,
)

_ALL_THREADS = torch.get_num_threads()  # torch's own choice: the physical cores
_MANY_PRODUCTS = 4_000_000  # in a layer; measured: below, a second thread gains nothing


class ByFormula(torch.optim.Optimizer):
    """Steps by our own formula, for an optimizer that PyTorch does not have.

    Args:
        groups: of `torch.optim`, each with its `weight_decay`.
        lr: the learning rate. optimizer: ours; its moments are named `moment0`, ...
    """

    def __init__(
        self, groups: list[dict[str, Any]], lr: float, optimizer: optimizers.Optimizer
    ) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": 0.0})
        self._formula = optimizer.formula
        self._slots = [f"moment{slot}" for slot in range(optimizer.slots)]

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Do one step; `closure` is torch's, and not used."""
        for group in self.param_groups:
            for leaf in group["params"]:
                known = self.state[leaf]
                t = int(known.get("step", 0)) + 1
                kept = [known.get(name, torch.zeros_like(leaf)) for name in self._slots]
                # Decoupled decay as torch's AdamW does it; 0 for
                # all but the weights of a decoupled optimizer.
                leaf *= 1 - group["lr"] * group["weight_decay"]
                found = self._formula(TORCH, leaf.clone(), leaf.grad, kept, group["lr"], t)
                leaf.copy_(found[0])
                known.update(zip(self._slots, found[1:], strict=True))
                known["step"] = torch.tensor(float(t))


class TorchTrainer:
    """The parameters of all seeds as tensors, and the update that changes them.

    All weights are one leaf tensor, (seeds, weights), and all biases another: penalties
    and decay touch the weights alone, and two large tensors are stepped sooner than many.
    """

    def __init__(self, problem: Problem, state: State, device: str = "cpu") -> None:
        self.problem = problem
        self.update = state.update
        self._device = device
        self._x, self._y = self._tensor(problem.x), self._tensor(problem.y)
        is_weight = problem.layout.is_weight()
        self._places = np.flatnonzero(is_weight), np.flatnonzero(~is_weight)
        self._leaves = [
            self._tensor(state.params[:, at]).requires_grad_() for at in self._places
        ]
        train, ours = problem.spec.train, problem.optimizer
        decays = train.l2 if ours.decoupled else 0.0, 0.0
        groups = [
            {"params": [leaf], "weight_decay": decay}
            for leaf, decay in zip(self._leaves, decays, strict=True)
        ]
        self._slots: Sequence[str]
        self._optimizer: torch.optim.Optimizer
        if ours.torch is None:
            self._slots = [f"moment{slot}" for slot in range(ours.slots)]
            self._optimizer = ByFormula(groups, train.rate, ours)
        else:
            name, self._slots, constants = ours.torch
            self._optimizer = getattr(torch.optim, name)(groups, lr=train.rate, **constants)
        self._load_moments(state)
        self._report = Report(problem, state)
        self._batches = Batches(problem)
        if state.update == 0 and train.report == "after":
            self._report.first_loss = self._training_loss()

    def _tensor(self, array: Array) -> Tensor:
        # A copy in torch's own memory: results must not depend on numpy's alignment.
        return torch.tensor(np.ascontiguousarray(array), device=self._device)

    def _load_moments(self, state: State) -> None:
        if not self._slots:
            return
        for leaf, at in zip(self._leaves, self._places, strict=True):
            remembered = {
                name: self._tensor(moment[:, at])
                for name, moment in zip(self._slots, state.moments, strict=True)
            }
            # The step number is resumed too: Adam's bias correction depends on it.
            remembered["step"] = torch.tensor(float(state.update))
            self._optimizer.state[leaf] = remembered

    def _layers(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Return each layer's weights (seeds, in, out) and biases (seeds, 1, out)."""
        weights, biases = self._leaves
        sizes = self.problem.layout.sizes
        shapes = list(itertools.pairwise(sizes))
        parts = zip(
            shapes,
            torch.split(weights, [a * b for a, b in shapes], 1),
            torch.split(biases, [b for _, b in shapes], 1),
            strict=True,
        )
        for (a, b), flat, bias in parts:
            yield flat.view(-1, a, b), bias.unsqueeze(1)

    def _forward(self, x: Tensor, update: int | None = None) -> Tensor:
        """Return the outputs. (batch, D) or (seeds, batch, D) -> (seeds, batch, outputs)"""
        problem, net = self.problem, self.problem.spec.net
        h = x if x.ndim == 3 else x.expand(len(problem.seeds), *x.shape)
        for layer, (weights, biases) in enumerate(self._layers()):
            z = torch.baddbmm(biases, h, weights)  # (seeds, batch, width)
            if layer == problem.layout.layers - 1:
                return z
            if net.layer_norm:
                z = torch.nn.functional.layer_norm(z, z.shape[-1:], eps=NORM_EPS)
            a = problem.activation.value(TORCH, z, net.slope)
            if update is not None and net.dropout:
                a = a * self._keep(update, layer, z)
            h = h + a if problem.skips(layer) else a
        raise AssertionError("a network has an output layer")

    def _keep(self, update: int, layer: int, z: Tensor) -> Tensor:
        dropout, (_, batch, width) = self.problem.spec.net.dropout, z.shape
        mask = randomness.keep_mask(self.problem.seeds, update, layer, batch, width, dropout)
        return self._tensor(mask).to(z.dtype) / (1 - dropout)

    def _objective(self, loss: Tensor) -> Tensor:
        """Return the loss with its penalties, as `penalty` defines them. (seeds,)"""
        train, weights = self.problem.spec.train, self._leaves[0]
        if train.l1:
            loss = loss + train.l1 * weights.abs().sum(1)
        if train.l2 and not self.problem.optimizer.decoupled:
            loss = loss + 0.5 * train.l2 * (weights**2).sum(1)
        return loss

    def step(self) -> None:
        """Do one update."""
        rows = self._batches.rows(self.update)
        at = rows if isinstance(rows, slice) else self._tensor(rows)
        out = self._forward(self._x[at], self.update)
        loss = self.problem.loss.value(TORCH, out, self._y[at])  # (seeds,)
        if self.problem.spec.train.report == "running":
            self._report.note(self.update, loss.detach().cpu().numpy())
        # Autograd adds to a gradient that is there.
        for leaf in self._leaves:
            leaf.grad = None
        # The seeds do not touch each other, so the gradient of the sum is each one's own.
        torch.autograd.backward(self._objective(loss).sum())
        self._optimizer.step()
        self.update += 1

    def _training_loss(self) -> Array:
        with torch.no_grad():
            out = self._forward(self._x)
            return np.asarray(self.problem.loss.value(TORCH, out, self._y).cpu().numpy())

    def _gather(self, tensors: Sequence[Tensor]) -> Array:
        shape = len(self.problem.seeds), self.problem.layout.parameters
        flat = np.empty(shape, self.problem.spec.train.dtype)
        for at, tensor in zip(self._places, tensors, strict=True):
            flat[:, at] = tensor.detach().cpu().numpy()
        return flat  # (seeds, P)

    def state(self) -> State:
        """Return a frozen copy of where the training is."""
        params = self._gather(self._leaves)
        moments = np.zeros((len(self._slots), *params.shape), params.dtype)
        for moment, name in zip(moments, self._slots, strict=True):
            moment[:] = self._gather(
                [self._optimizer.state[leaf][name] for leaf in self._leaves]
            )
        return State(
            update=self.update, params=params, moments=moments, **self._report.fields()
        )


def _threads(problem: Problem) -> int:
    """Return how many threads are quickest: one, unless a layer's products are large."""
    pairs = itertools.pairwise(problem.layout.sizes)
    products = problem.spec.train.seeds * problem.batch * max(a * b for a, b in pairs)
    return _ALL_THREADS if products >= _MANY_PRODUCTS else 1


def devices() -> list[str]:
    """Return the devices that torch finds here: `cpu`, and `cuda` or `mps` if present."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


class TorchEngine(SteppingEngine):
    """The engine of this file; numpy is as good as torch for predictions.

    Args:
        device: `cpu`, `cuda` or `mps`.
    """

    name = "torch"

    def __init__(self, device: str = "cpu") -> None:
        self.device = device

    def trainer(self, problem: Problem, state: State) -> TorchTrainer:
        """Return what trains a problem from a state."""
        self._check(problem)
        torch.set_num_threads(_threads(problem))
        return TorchTrainer(problem, state, self.device)

    def _check(self, problem: Problem) -> None:
        if self.device not in devices():
            raise LabError(
                _(
                    "PyTorch finds no device {device!r} here, only {devices}",
                    device=self.device,
                    devices=", ".join(devices()),
                )
            )
        if self.device == "mps" and problem.spec.train.dtype == "float64":
            raise LabError(
                _(
                    "train.dtype is float64, which Apple's mps device does not have; "
                    "choose float32, or the device cpu"
                )
            )
