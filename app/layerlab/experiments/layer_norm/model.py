"""Layer norm in numbers: what it does not see, the gradient, the map, trainings. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.claims import claim
from layerlab.claims.mechanisms import Normed
from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.numbers import number
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, ngettext
from layerlab.experiments.layer_norm import training
from layerlab.experiments.layer_norm.layer import INPUT, TARGET, Layer, layer, plain, weights
from layerlab.experiments.layer_norm.names import MAX_PRE_ACTIVATION, PRE_ACTIVATIONS
from layerlab.experiments.layer_norm.training import (
    EVERY,
    LENGTH,
    RATES,
    SEEDS,
    SHOWN,
    STRETCHES,
    LayerNormConfig,
)
from layerlab.nets.optimizers import ADAM_EPS

__all__ = ["LENGTH", "MAX_PRE_ACTIVATION", "REACH", "SEEDS", "SHOWN", "STRETCHES", "TARGET"]
Array = np.ndarray
REACH = 12.0  # how far the map goes, in lengths of the weights
CELLS = 48  # of the map, on each side
CURVE = 10.0 ** np.linspace(-2, 2, 161)  # stretches of the gradient's curve
SAY_S = 0.1  # how often work under way is drawn
SIGN = {"positive": 1.0, "zero": 0.0, "negative": -1.0}


@dataclass(frozen=True, eq=False)
class LossQuartiles:
    """Losses of many networks, over updates or stretches.

    Attributes:
        at: (n,) updates, or stretches. quartiles: (3, n) over the seeds.
    """

    at: Array
    quartiles: Array


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        stretch: a, with its sign. shift: c. eps: of the norm. pre_activations: (units,) before
            both.
        now: the layer as it is. first: the same at a = 1, c = 0.
        off: largest change of an output from `first`; 0 / 0 counts as none.
        gradient: (n,) length of the gradient over `CURVE`. unnormed: without the norm.
        ideal: what 1 / a gives. turn: by what angle, in radians, the optimizer's first step
            turns the weights behind the norm.
        loss: (CELLS, CELLS) over the map: stretch across, and upwards the direction of
            the gradient; the lowest row first.
        down: (2,) where the loss falls from here, by its gradient in the map; 1 long at a = 1.
        along: share of the gradient that points along the weights, not across.
        exact: the claim's two errors with eps 0: of outputs, and of the gradient times a.
        courses: (norm, stretch) -> losses by update, of those begun.
        ends: norm -> losses at the end by stretch, of those done.
    """

    stretch: float
    shift: float
    eps: float
    pre_activations: Array
    now: Layer
    first: Layer
    off: float
    gradient: Array
    unnormed: Array
    ideal: Array
    turn: Array
    loss: Array
    down: Array
    along: float
    exact: tuple[float, float]
    courses: dict[tuple[bool, float], LossQuartiles]
    ends: dict[bool, LossQuartiles]
    optimizer: str

    @property
    def ratio(self) -> float:
        """The gradient here, in units of that at a = 1; 0 if that is none."""
        first = float(self.first.gradient)
        return float(self.now.gradient) / first if first else 0.0


def compute(
    size: float = 2.0,
    sign: str = "positive",
    shift: float = 1.0,
    eps: str = "1e-5",
    optimizer: str = "Adam",
    pre_activations: tuple[float, ...] = PRE_ACTIVATIONS,
) -> Result:
    """Stretch and shift a layer's weights, and look behind its norm.

    Args:
        size, sign: of the stretch a. shift: c. eps: of the norm, as written.
        optimizer: of the trainings. pre_activations: (units,) at a = 1, c = 0.

    Raises:
        LabError: there are more or fewer pre-activations than units.
    """
    if len(pre_activations) != len(TARGET):
        raise LabError(
            ngettext(
                "Pre-activations lists {count} number, they must be {units}",
                "Pre-activations lists {count} numbers, they must be {units}",
                len(pre_activations),
                units=len(TARGET),
            )
        )
    a, e, z = size * SIGN[sign], float(eps), np.array(pre_activations)
    first, now = layer(z, e), layer(a * z + shift, e)
    ideal = layer(z, 0.0).gradient / CURVE
    loss, down, along = _map(z, a, shift, e)
    return Result(
        a,
        shift,
        e,
        z,
        now,
        first,
        float(np.abs(now.n - first.n).max()),
        layer(CURVE[:, None] * z + shift, e).gradient,
        plain(CURVE[:, None] * z + shift).gradient,
        ideal,
        _turn(z, e, optimizer),
        loss,
        down,
        along,
        _exact(z, a, shift),
        _courses(optimizer),
        _ends(optimizer),
        optimizer,
    )


def _exact(z: Array, a: float, shift: float) -> tuple[float, float]:
    """Return by how much outputs, and the gradient times a, are off with eps 0."""
    first, now = layer(z, 0.0), layer(a * z + shift, 0.0)
    scale = np.abs(first.dz).max() or 1.0
    return (
        float(np.abs(now.n - first.n).max()),
        float(np.abs(abs(a) * now.dz - first.dz).max() / scale),
    )


def _turn(z: Array, eps: float, optimizer: str) -> Array:
    """Return the angle by which a first step turns the weights, over `CURVE`. (n,)"""
    stretched = CURVE[:, None] * z
    gradient = INPUT[:, None] * layer(stretched, eps).dz[:, None]  # (n, inputs, units)
    # The first step of Adam is the rate for every weight, whatever the gradient's size.
    pull = gradient / (np.abs(gradient) + ADAM_EPS) if optimizer == "Adam" else gradient
    old = CURVE[:, None, None] * weights(z)
    new = old - RATES[optimizer] * pull
    length = np.linalg.norm(old, axis=(1, 2))
    along = (new * old).sum((1, 2)) / length
    across = np.linalg.norm(new - (along / length)[:, None, None] * old, axis=(1, 2))
    return np.arctan2(across, along)


def _map(z: Array, a: float, shift: float, eps: float) -> tuple[Array, Array, float]:
    """Return the loss over a plane of weights, and how its gradient points at (a, 0).

    Across: times all weights. Upwards: along the gradient at a = 1, in lengths of the
    weights there.
    """
    first = layer(z, eps)
    size = float(np.linalg.norm(first.dz))
    # Without a gradient any direction will do that is not along the pre-activations.
    turn = first.dz / size if size else (TARGET - TARGET.mean()) / np.linalg.norm(TARGET)
    # A step of length 1 in the weights moves the pre-activations by the input's length.
    up = np.linalg.norm(weights(z)) * np.linalg.norm(INPUT) * turn
    ticks = (np.arange(CELLS) + 0.5) / CELLS * 2 * REACH - REACH
    places = ticks[:, None] * z + shift, ticks[:, None] * up  # (cells, units) each
    field = layer(places[0][None] + places[1][:, None], eps).loss
    gradient = np.array([layer(a * z + shift, eps).dz @ z, layer(a * z + shift, eps).dz @ up])
    unit = float(first.dz @ up) or 1.0
    length = float(np.linalg.norm(gradient))
    return field, -gradient / unit, float(abs(gradient[0]) / length) if length else 0.0


def _courses(optimizer: str) -> dict[tuple[bool, float], LossQuartiles]:
    found = {}
    for a in SHOWN:
        for norm in (True, False):
            one = training.POPULATIONS.known(LayerNormConfig(a, norm, optimizer))
            if one is not None:
                found[norm, a] = _course(EVERY * np.arange(len(one.losses)), one.losses)
    return found


def _ends(optimizer: str) -> dict[bool, LossQuartiles]:
    found = {}
    for norm in (True, False):
        known = [
            (a, training.POPULATIONS.known(LayerNormConfig(a, norm, optimizer)))
            for a in STRETCHES
        ]
        done = [(a, one.losses[-1]) for a, one in known if one is not None and one.is_whole]
        if done:
            found[norm] = _course(
                np.array([a for a, _ in done]), np.array([loss for _, loss in done])
            )
    return found


def _course(at: Array, losses: Array) -> LossQuartiles:
    """Return quartiles over the seeds. (n, seeds) -> (3, n)"""
    quartiles = np.percentile(losses, (25, 50, 75), axis=1)
    return LossQuartiles(at[: len(losses)].astype(float), quartiles)


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, optimizer: str, **knobs: Any) -> Iterator[Step | None]:
    """Train networks of several first sizes, with and without the norm; see `compute`."""
    plan, reported_s = training.plan(optimizer), time.monotonic()

    def result() -> Result:
        return compute(optimizer=optimizer, **knobs)

    total = len(plan) * LENGTH
    for k, setting in enumerate(plan):
        one = training.POPULATIONS.get(setting)
        a = f"{setting.stretch:g}"
        note = (
            _("training a = {a} with norm", a=a)
            if setting.norm
            else _("training a = {a} without norm", a=a)
        )
        for is_new in one.advance(is_interrupted):
            if not is_new:
                yield None
                continue
            now = time.monotonic()
            if now - reported_s > SAY_S:
                reported_s = now
                done = k * LENGTH + EVERY * (len(one.losses) - 1)
                yield Step(done, total, result(), note)
    yield Step(total, total, result(), _("done"))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claim about the invariance, at the page's own weights."""
    row, off = claim("E9"), number(result.off, 2)
    if result.stretch <= 0:
        why = _("it is about a > 0; here outputs change by {off}", off=off)
        return (row.not_here(why),)
    if not layer(result.pre_activations, 0.0).is_defined:
        why = _("all pre-activations are equal; here outputs change by {off}", off=off)
        return (row.not_here(why),)
    outputs, gradient = result.exact
    why = _(
        "with eps 0 and a = {stretch} outputs change by {outputs}, and the gradient times a by "
        "{gradient} of its largest part; with eps {eps} outputs by {off}",
        stretch=number(result.stretch),
        outputs=number(outputs, 2),
        gradient=number(gradient, 2),
        eps=number(result.eps),
        off=off,
    )
    here = _("the weights and the a of this page")
    return (row.row(Normed(outputs, gradient, result.off), why=why, here=here),)


@with_knobs_of(compute)
def numpy_code(
    size: float, sign: str, shift: float, eps: str, pre_activations: tuple[float, ...]
) -> str:
    """Return a program that prints outputs and gradients of the layer; see `compute`."""
    return program(
        "layer_norm_numpy",
        STRETCH=size * SIGN[sign],
        SHIFT=shift,
        EPS=float(eps),
        INPUT=INPUT[:-1].tolist(),
        PRE_ACTIVATIONS=list(pre_activations),
        TARGET=TARGET.tolist(),
    )


@with_knobs_of(compute)
def lab_spec(optimizer: str) -> LabSpec:
    """Return the lab that the page trains with the norm, its weights as they are drawn."""
    return LayerNormConfig(1.0, True, optimizer).spec
