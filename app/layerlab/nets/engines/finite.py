"""Divergence: the update, the layer and the seed in which numbers became NaN or infinite."""

from __future__ import annotations

import numpy as np

from layerlab.core.errors import NotFiniteError
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines.base import Batches
from layerlab.nets.engines.numpy_ import Trainer, forward, training_loss
from layerlab.nets.maths import NUMPY
from layerlab.nets.problem import Problem

Array = np.ndarray


def ensure_finite(problem: Problem, good: State, state: State) -> State:
    """Return the state, or raise with the update and the layer where training diverged.

    Args:
        problem: what is trained, by any engine.
        good: an earlier state whose numbers are finite.
        state: the state to look at.

    Raises:
        NotFiniteError: a parameter or the training loss is not finite.
    """
    with np.errstate(all="ignore"):
        # Finite parameters are not enough: outputs, or their squares in the loss, may overflow.
        if state.is_finite() and np.isfinite(training_loss(problem, state.params)).all():
            return state
        # A training is a pure function of its state: repeat it, one update at a time.
        trainer, batches = Trainer(problem, good), Batches(problem)
        before = good.params
        while trainer.update < state.update:
            before = trainer.params.copy()
            trainer.step()
            loss = training_loss(problem, trainer.params)
            if not (np.isfinite(trainer.params).all() and np.isfinite(loss).all()):
                break
        # The update that diverged, with its dropout masks; None where no update was needed.
        update = trainer.update - 1 if trainer.update > good.update else None
        layer, seed = _diverged_layer(problem, before, trainer.params, batches, update)
    raise NotFiniteError(
        _(
            "the loss is not finite after update {update}: it began in layer {layer} of "
            "seed {seed}; a smaller learning rate or initialization may help",
            update=trainer.update,
            layer=layer,
            seed=seed + 1,
        ),
        trainer.update,
        layer,
    )


def _diverged_layer(
    problem: Problem, before: Array, after: Array, batches: Batches, update: int | None
) -> tuple[int, int]:
    """Return the layer (1-based) and the seed that diverged first."""
    layout = problem.layout
    x = batches.at(update or 0)[0]
    cache = forward(problem, before, x, update)
    for layer, z in enumerate(cache.z):  # the signal, on its way forward
        bad = ~np.isfinite(z).all((1, 2))
        if bad.any():
            return layer + 1, int(bad.argmax())
    for layer in reversed(range(layout.layers)):  # the gradient, on its way back
        weights = layout.weights(after, layer)
        bad = ~np.isfinite(weights).all((1, 2))
        if bad.any():
            return layer + 1, int(bad.argmax())
    cache = forward(problem, after, problem.x)
    for layer, z in enumerate(cache.z):
        bad = ~np.isfinite(z).all((1, 2))
        if bad.any():
            return layer + 1, int(bad.argmax())
    loss = problem.loss.value(NUMPY, cache.h[-1], problem.y)
    return layout.layers, int((~np.isfinite(loss)).argmax())
