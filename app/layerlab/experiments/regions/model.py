"""A ReLU network of the plane in exact pieces, and how many pieces there are. No Qt."""

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
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _, ngettext
from layerlab.experiments.regions import claim_rows
from layerlab.experiments.regions.training import (
    LENGTH,
    Line,
    along,
    pieces_along,
    spec_of,
    training_of,
)
from layerlab.nets.engines.numpy_ import forward, training_loss
from layerlab.nets.polygons import Polygons, polygons
from layerlab.nets.regions import Regions
from layerlab.nets.studies import gates
from layerlab.nets.studies.gates import Flips, active, known_flips
from layerlab.nets.studies.piece_counts import RegionCounts, built_pieces, counts

Array = np.ndarray
EDGE = 1.2  # the window is [-EDGE, EDGE] in both inputs
START = (-1.0, -0.55, 1.0, 0.75)


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        polygons: of the network in the window. hidden: its widths.
        points: (N, 2) training points. labels: (N,) their classes; None for numbers.
        t, y: (m,) positions along the line, its ends and kinks, and the network there.
        regions: of the line. line: its ends.
        counts: pieces against neurons.
        flips: by number of inputs. flip: share of this network's gates that the next update
            flips; None at the end of the training.
        is_active: share of the units that are active for the training points.
        update: updates trained. loss: on the training points.
    """

    polygons: Polygons
    hidden: tuple[int, ...]
    points: Array
    labels: Array | None
    t: Array
    y: Array
    regions: Regions
    line: Line
    counts: RegionCounts
    flips: tuple[Flips, ...]
    flip: float | None
    is_active: float
    update: int
    loss: float

    @property
    def neurons(self) -> int:
        """Number of hidden neurons."""
        return sum(self.hidden)


def compute(
    width: int = 12,
    depth: int = 2,
    biases: float = 0.5,
    task: str = "spiral",
    updates: int = 0,
    line: Line = START,
) -> Result:
    """Cut the plane where a network bends, after so many updates of its training.

    Args:
        width, depth: of the network. biases: their initial standard deviation.
        task: what it is trained on. updates: how long.
        line: x, y of the start and of the end of a line through the plane.

    Raises:
        NotFiniteError: the training diverged.
        LabError: the line has not two ends.
    """
    training = training_of(spec_of(width, depth, biases, task))
    problem, state = training.problem, training.at(updates)
    params = state.params[0]
    cells = polygons(problem, params, (-EDGE, EDGE, -EDGE, EDGE))
    assert cells is not None  # two inputs, ReLU, finite numbers
    found = pieces_along(problem, params, _long(line))
    t = np.concatenate(([0.0], found.kinks, [1.0]))
    narrow, flat = along(problem, params, _long(line))
    before, flip = active(problem, state.params), None
    if updates < LENGTH:
        flip = float((active(problem, training.at(updates + 1).params) != before).mean())
    data = problem.data
    return Result(
        cells,
        problem.spec.net.hidden,
        data.x,
        data.y if data.shape.classes else None,
        t,
        forward(narrow, flat[None], t[:, None]).h[-1][0, :, 0],
        found,
        _long(line),
        counts(depth),
        known_flips(),
        flip,
        float(before.mean()),
        updates,
        float(training_loss(problem, state.params)[0]),
    )


def _long(line: Line) -> Line:
    """Return the line; one of no length is made a little longer."""
    if len(line) != 4:
        raise LabError(
            ngettext(
                "The line through the plane lists {count} number, it must be 4",
                "The line through the plane lists {count} numbers, it must be 4",
                len(line),
            )
        )
    x, y, to_x, to_y = (float(v) for v in line)
    if math.hypot(to_x - x, to_y - y) < 0.05:
        to_x = x + (0.05 if x < 0 else -0.05)
    return x, y, to_x, to_y


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, **knobs: Any) -> Iterator[Step | None]:
    """Count the flips of gates over more updates of more networks; see `compute`."""
    total = len(gates.DIMENSIONS)
    for k, inputs in enumerate(gates.DIMENSIONS, 1):
        if gates.is_thorough(inputs):
            continue
        for found in gates.watch(inputs, *gates.THOROUGH):
            if found is not None:
                gates.keep(found)
                result = compute(**knobs)
                yield Step(k, total, result, _("flips at {inputs} inputs", inputs=inputs))
            elif is_interrupted():
                yield None


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about regions, beside what is counted here."""
    hidden = result.hidden
    on_line = int((result.regions.layers == 1).sum()) + 1
    return (
        claim_rows.gates_row(result.flips),
        claim_rows.layer_row(hidden[0], on_line, result.polygons.by_layer[0]),
        claim_rows.power_row(
            hidden,
            result.regions.pieces,
            *built_pieces(*hidden),
            result.counts,
            result.polygons.by_layer[0],
        ),
        claim_rows.neurons_row(result.counts),
    )


@with_knobs_of(compute)
def numpy_code(width: int, depth: int, biases: float, task: str, updates: int) -> str:
    """Return a program that cuts the plane along this network's bends; see `compute`."""
    training = training_of(spec_of(width, depth, biases, task))
    return program(
        "regions_numpy",
        EDGE=EDGE,
        SIZES=list(training.problem.layout.sizes),
        PARAMETERS=training.at(updates).params[0].tolist(),
    )


@with_knobs_of(compute)
def lab_spec(width: int, depth: int, biases: float, task: str) -> LabSpec:
    """Return the lab that trains the same network and fifteen more."""
    return edit(spec_of(width, depth, biases, task), "train.seeds", 16)
