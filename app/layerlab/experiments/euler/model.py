"""A residual network as steps of Euler: the flow, its eigenvalues, trained layers. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.experiments.euler import flow
from layerlab.experiments.euler.claim_rows import stable_row
from layerlab.experiments.euler.moons import SEEDS, TRAININGS, UPDATES, Flow, FlowConfig, known
from layerlab.nets.studies.euler import limit_of

Array = np.ndarray
Numbers = tuple[float, ...]
GRID = 0.5  # between two arrows of the field
REACH = (4.5, 2.5)  # of the arrows, to each side and up and down
MAX_STARTS = 12


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        field, step, depth: the knobs.
        values: (2,) complex eigenvalues of w. w: (2, 2).
        limit: the largest stable dt, 0 if there is none.
        growth: (2,) |1 + dt lambda|.
        positions, velocities: (g, 2) where the field has arrows, and the field there.
        starts: (s, 2).
        course: the flow's paths from there.
        steps: (N + 1, s, 2) Euler's points, the starts first.
        off: how far they come off the flow at most.
        shown: the layer that is shown, between 0 and depth.
        net: the trained network, or the initial one.
        points: (N, 2) where it has the moons. lattice: (2, lines, dots, 2) and the lattice.
    """

    field: str
    step: float
    depth: int
    values: Array
    w: Array
    limit: float
    growth: Array
    positions: Array
    velocities: Array
    starts: Array
    course: flow.FlowErrors
    steps: Array
    off: float
    shown: float
    net: Flow
    points: Array
    lattice: Array

    @property
    def layer(self) -> int:
        """The step that is being taken or was taken last, from 0."""
        return step_at(self.shown)

    @property
    def is_trained(self) -> bool:
        """Whether the networks are trained to the end."""
        return self.net.updates >= UPDATES


def compute(
    field: str = "tanh",
    step: float = 0.25,
    skew: float = 0.0,
    depth: int = 12,
    layer: float = 6.0,
    values: Numbers = (-0.4, 1.6, -0.4, -1.6),
    starts: Numbers = (1.8, 0.5, -0.6, 1.6, -1.7, -0.8, 0.8, -1.5),
) -> Result:
    """Follow the flow and Euler's steps, and look up what is trained so far.

    Args:
        field: `linear` or `tanh`. step: dt. skew: of the eigenvectors.
        depth: layers that are trained. layer: how far its points have gone.
        values: real and imaginary part of both eigenvalues. starts: pairs x, y.

    Raises:
        LabError: eigenvalues of no real matrix; starts that are no pairs, or too many.
    """
    rates, begun = flow.eigenvalues(values), _pairs(starts)
    w, act = flow.matrix(rates, skew), flow.nonlinearity(field)
    count = int(flow.END / step + 1e-9)
    taken = flow.euler(field, w, begun, np.array([step]), count)[:, 0]
    beside = flow.path(
        field, rates, skew, begun, np.minimum(step * np.arange(count + 1), flow.END)
    )
    along = flow.course(field, values, skew, starts)
    across, up = (np.arange(-end, end + GRID / 2, GRID) for end in REACH)
    positions = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
    net = known(FlowConfig(field, depth))
    shown = min(layer, float(depth))
    return Result(
        field,
        step,
        depth,
        rates,
        w,
        limit_of(rates),
        np.abs(1 + step * rates),
        positions,
        act(positions @ w.T),
        begun,
        along,
        taken,
        float(np.linalg.norm(taken - beside, axis=-1).max()),
        shown,
        net,
        between(net.points, shown),
        between(net.lattice, shown),
    )


def step_at(shown: float) -> int:
    """Return which layer's step leads to a point between layers, from 0."""
    return max(math.ceil(shown) - 1, 0)


def between(states: Array, shown: float) -> Array:
    """Return what lies between two layers: along one step it moves on a straight line.

    Args:
        states: (L + 1, ...) at first, and behind each layer. shown: 0 to L.
    """
    k = step_at(shown)
    return np.asarray(states[k] + (shown - k) * (states[k + 1] - states[k]))


def _pairs(starts: Numbers) -> Array:
    if not starts or len(starts) % 2:
        raise LabError(
            _("Starts lists {given} numbers, they must be pairs x, y", given=len(starts))
        )
    if len(starts) > 2 * MAX_STARTS:
        raise LabError(
            _(
                "Starts lists {given} points, at most {most} fit",
                given=len(starts) // 2,
                most=MAX_STARTS,
            )
        )
    return np.array(starts, float).reshape(-1, 2)


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, field: str, depth: int, **knobs: Any) -> Iterator[Step | None]:
    """Train the networks of this depth on the moons; see `compute`."""
    for done in TRAININGS.get(FlowConfig(field, depth)).advance(is_interrupted):
        if done is None:
            yield None
            continue
        result = compute(field=field, depth=depth, **knobs)
        yield Step(
            done,
            UPDATES,
            result,
            _("{seeds} networks of {depth} layers learn", seeds=SEEDS, depth=depth),
        )


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claim about steps of Euler, beside what the page's own W does."""
    return (stable_row(result.values, result.w, result.step),)


@with_knobs_of(compute)
def numpy_code(
    field: str, step: float, skew: float, depth: int, values: Numbers, starts: Numbers
) -> str:
    """Return a program that steps, finds the largest step and trains; see `compute`."""
    w = flow.matrix(flow.eigenvalues(values), skew)
    return program(
        "euler_numpy",
        FIELD=field,
        W=w.round(12).tolist(),
        DT=step,
        END=flow.END,
        STARTS=_pairs(starts).tolist(),
        DEPTH=depth,
    )


@with_knobs_of(compute)
def lab_spec(field: str, depth: int) -> LabSpec:
    """Return the lab that trains the same residual networks on the moons."""
    return FlowConfig(field, depth).spec
