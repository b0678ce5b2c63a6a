"""Plain and residual networks: initial, trained, and with a layer ablated. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, translated
from layerlab.experiments.residual import claim_rows
from layerlab.experiments.residual.initial import NAMES, Initial, chain, measured
from layerlab.experiments.residual.initial import release as release
from layerlab.experiments.residual.training import (
    DEPTHS,
    GRID,
    TRAININGS,
    DepthConfig,
    TrainedDepth,
    alone,
    known,
    trained_depth,
)
from layerlab.nets.printed import program
from layerlab.nets.problem import problem_of

Array = np.ndarray
LEARNS = 0.1  # of the loss of a constant: below it, a population has learned something


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        activation, depth, factor, decay: the knobs.
        ablated: the hidden layer (from 1) that is ablated, or None.
        initial: signal and gradient by layer.
        chain: (2, depth + 1) |dL/dh| of single neurons, plain and with skips.
        ladder: by name, what is trained at each of `DEPTHS`, None where it is not yet.
        shown: the depth of the trained networks that are ablated.
        grid: (g,) inputs. target: (g,).
        curves: by name, (2, g) the best network's predictions, intact and with the layer
            ablated.
        constant: loss of the best constant.
        alone: share of a weight that decay leaves where the loss does not hold on to it.
        blocks: variances of blocks of two layers, or None.
    """

    activation: str
    depth: int
    factor: float
    decay: float
    ablated: int | None
    initial: Initial
    chain: Array
    ladder: dict[str, tuple[TrainedDepth | None, ...]]
    shown: int
    grid: Array
    target: Array
    curves: dict[str, Array]
    constant: float
    alone: float
    blocks: claim_rows.Blocks | None

    @property
    def trained(self) -> dict[str, TrainedDepth | None]:
        """The populations of the depth that is shown, by name."""
        place = DEPTHS.index(self.shown)
        return {name: row[place] for name, row in self.ladder.items()}

    def reach(self, name: str) -> int | None:
        """Return the deepest depth at which half of a population learns, if any does."""
        medians = {
            depth: float(np.median(one.loss))
            for depth, one in zip(DEPTHS, self.ladder[name], strict=True)
            if one is not None
        }
        learned = [d for d, loss in medians.items() if loss < LEARNS * self.constant]
        return max(learned, default=None)


def compute(
    activation: str = "relu",
    depth: int = 20,
    factor: float = 0.5,
    decay: float = 0.0,
    ablated: tuple[float, ...] = (10.0,),
) -> Result:
    """Measure networks at initialization, and look up what is trained so far.

    Args:
        activation: a registered one. depth: layers, 2 to 100.
        factor: weight of the chain of single neurons.
        decay: weight decay of the training.
        ablated: the layer (from 1) that is ablated, or nothing.

    Raises:
        LabError: more than one layer is ablated.
    """
    if len(ablated) > 1:
        raise LabError(
            _("{count} layers are ablated, the page ablates one", count=len(ablated))
        )
    ladder, shown = known(activation, decay), trained_depth(depth)
    layer = min(max(round(ablated[0]), 1), shown) if ablated else None
    problem = problem_of(DepthConfig("plain", shown, activation, decay).spec)
    curves = {}
    for name in NAMES:
        one = ladder[name][DEPTHS.index(shown)]
        if one is not None and one.params is not None:
            whole = one.curve()
            less = whole if layer is None else one.curve(layer - 1)
            curves[name] = np.stack([whole, less])
    y = problem.y.astype(float)
    order = np.argsort(problem.x[:, 0])
    target = np.interp(GRID, problem.x[order, 0].astype(float), y[order, 0])
    return Result(
        activation,
        depth,
        factor,
        decay,
        layer,
        measured(activation, depth),
        np.stack(chain(factor, depth)),
        ladder,
        shown,
        GRID,
        target,
        curves,
        0.5 * float(y.var()),
        alone(decay),
        claim_rows.known_blocks(),
    )


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, activation: str, depth: int, decay: float, **knobs: Any
) -> Iterator[Step | None]:
    """Train all depths, those that are ablated first; see `compute`."""
    shown = trained_depth(depth)
    depths = (shown, *(d for d in DEPTHS if d != shown))
    total = len(depths) * len(NAMES)
    yield from claim_rows.measure_blocks(is_interrupted)
    for k, (d, name) in enumerate((d, name) for d in depths for name in NAMES):
        yield from TRAININGS.get(DepthConfig(name, d, activation, decay)).advance(
            is_interrupted
        )
        result = compute(activation=activation, depth=depth, decay=decay, **knobs)
        note = _("{name} of {depth} layers trained", name=translated(name), depth=d)
        yield Step(k + 1, total, result, note)


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about skips, beside what is found here."""
    trained = result.trained
    layer = max(1, (result.ablated or min(2, result.shown)) - 1)  # the first has no skip
    return (
        claim_rows.ablation_row(trained["plain"], trained["scaled"], layer),
        claim_rows.blocks_row(result.blocks),
        claim_rows.chain_row(result.factor, result.depth),
    )


@with_knobs_of(compute)
def numpy_code(
    activation: str, depth: int, factor: float, decay: float, ablated: tuple[float, ...]
) -> str:
    """Return a program that measures, trains and ablates; see `compute`."""
    shown = trained_depth(depth)
    layer = min(max(round(ablated[0]), 1), shown) if ablated else 1
    return program(
        "residual_numpy",
        ACTIVATION=activation,
        DEPTH=depth,
        FACTOR=factor,
        LAYERS=min(shown, 20),
        ABLATED=min(layer, 20),
        DECAY=decay,
    )


@with_knobs_of(compute)
def lab_spec(activation: str, depth: int, decay: float) -> LabSpec:
    """Return the lab that trains the scaled residual network; its skips are a knob there.

    Raises:
        LabError: deeper than the lab goes.
    """
    if depth > DEPTHS[-1]:
        raise LabError(
            _(
                "the lab has at most {most} layers, these networks have {depth}",
                most=DEPTHS[-1],
                depth=depth,
            )
        )
    return DepthConfig("scaled", depth, activation, decay).spec
