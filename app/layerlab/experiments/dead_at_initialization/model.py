"""Networks dead at initialization: map, theory, one network, what training leaves. No Qt."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.cures import MAX_DEPTH, MAX_WIDTH, NETS
from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _
from layerlab.experiments.dead_at_initialization import claim_rows, theory
from layerlab.nets.engines.numpy_ import forward, outputs
from layerlab.nets.problem import Problem, problem_of
from layerlab.nets.studies import collapse
from layerlab.nets.studies import dead_networks as initial
from layerlab.nets.studies.collapse import (
    LAYERS,
    PUBLISHED,
    RATES,
    UPDATES,
    WIDTHS,
    CollapseConfig,
)
from layerlab.nets.studies.dead_networks import RECIPES, dying_layers, networks

__all__ = ["LAYERS", "PUBLISHED", "RATES", "UPDATES", "WIDTHS"]
Array = np.ndarray
X = np.linspace(-1, 1, 65)
OTHERS = 16  # networks of the cell that are drawn beside the chosen one
LEFT, RIGHT = 1, 2  # a unit is active for some x below 0, above 0


@dataclass(frozen=True, eq=False)
class Trained:
    """What training leaves of the networks of a width.

    Attributes:
        share: of those that are constant. nets: how many are trained.
    """

    share: float
    nets: int


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        width, depth, cure, net: the knobs.
        shares: (MAX_WIDTH, MAX_DEPTH) share of dead networks, by width and depth from 1.
        nets: (MAX_WIDTH,) how many are counted; where none are, the shares mean nothing.
        low, high: (MAX_WIDTH, MAX_DEPTH) bounds in theory, None where there is no theory.
        x: (n,) inputs. curve: (n,) the network at initialization.
        others: (m,) inputs, and (OTHERS, m) outputs of more networks of the cell.
        after: (n,) the same network after training, or None.
        dies: the layer at which it dies, None if it lives.
        active: (depth, width) for which inputs a unit is active: `LEFT`, `RIGHT`, both or 0.
        trained: by rate, width -> what training leaves, of those that are begun.
        dead_units: share of units with derivative 0 on all inputs in this cell, with ReLU and
            with leaky ReLU from the same weights.
    """

    width: int
    depth: int
    cure: str
    net: int
    shares: Array
    nets: Array
    low: Array | None
    high: Array | None
    x: Array
    curve: Array
    others: tuple[Array, Array]
    after: Array | None
    dies: int | None
    active: Array
    trained: dict[float, dict[int, Trained]]
    dead_units: tuple[float, float]

    def half(self, width: int) -> float:
        """Return the depth at which half of a width's networks are dead; nan if none."""
        return theory.half_depth(self.shares[width - 1])

    @property
    def is_counted(self) -> bool:
        """Whether every cell is counted in full."""
        return bool((self.nets >= NETS).all())


def compute(width: int = 3, depth: int = 10, cure: str = "He", net: int = 19) -> Result:
    """Look up what is counted and trained so far, and look at one network.

    Args:
        width, depth: of the hidden layers. cure: a name of `CURES`.
        net: which network of the cell, from 1.
    """
    shares, nets = np.zeros((MAX_WIDTH, MAX_DEPTH)), np.zeros(MAX_WIDTH, int)
    for k, column in enumerate(initial.columns(cure)):
        if column is not None:
            shares[k], nets[k] = column.share(), len(column.died)
    low, high = _bounds(cure)
    here = CollapseConfig(cure, width, depth, RATES[0])
    problem, params = problem_of(here.spec), networks(cure, width, depth, np.array([net - 1]))
    others, dead = _cell(cure, width, depth)
    trained = {rate: _trained(replace(here, rate=rate)) for rate in RATES}
    layer = int(dying_layers(cure, problem.layout, params)[0])
    return Result(
        width,
        depth,
        cure,
        net,
        shares,
        nets,
        low,
        high,
        X,
        _curves(cure, problem, params, X[:, None])[0],
        others,
        _after(problem, here, net),
        layer if layer <= depth else None,
        _open(problem, cure, params),
        trained,
        dead,
    )


def _bounds(cure: str) -> tuple[Array | None, Array | None]:
    recipe = RECIPES[cure]
    if not recipe.is_straight:
        return None, None
    if recipe.residual or recipe.activation != "relu":  # what lives is passed on
        return np.zeros((MAX_WIDTH, MAX_DEPTH)), np.zeros((MAX_WIDTH, MAX_DEPTH))
    both = [theory.bounds(width, MAX_DEPTH) for width in range(1, MAX_WIDTH + 1)]
    return np.array([low for low, _ in both]), np.array([high for _, high in both])


def _trained(here: CollapseConfig) -> dict[int, Trained]:
    found = {}
    for width in sorted({*WIDTHS, here.width}):
        training = collapse.known(replace(here, width=width))
        if training is not None:
            constant = training.constant
            found[width] = Trained(float(constant.mean()), len(constant))
    return found


def _after(problem: Problem, setting: CollapseConfig, net: int) -> Array | None:
    training = collapse.known(setting)
    if training is None or net > len(training.constant):
        return None
    params = training.params[net - 1 : net].astype(float)
    if not np.isfinite(params).all():
        return None
    return np.asarray(outputs(problem, params, X[:, None])[0, :, 0])


def _open(problem: Problem, cure: str, params: Array) -> Array:
    """Return for which inputs the units of one network are active. (depth, width)"""
    x = initial.inputs(cure)
    sides = np.where(x[:, 0] < 0, LEFT, 0) | np.where(x[:, 0] > 0, RIGHT, 0)  # (inputs,)
    pre_activations = forward(problem, params, x).n[:-1]
    return np.array(
        [np.bitwise_or.reduce(sides[:, None] * (z[0] > 0), axis=0) for z in pre_activations]
    )


@functools.lru_cache(maxsize=64)
def _cell(cure: str, width: int, depth: int) -> tuple[tuple[Array, Array], tuple[float, float]]:
    """Return the outputs of some networks of a cell, and the share of their dead units.

    Returns:
        (m,) inputs and (OTHERS, m) outputs; units with derivative 0 on all inputs, with ReLU
        and with leaky ReLU.
    """
    here = CollapseConfig(cure, width, depth, RATES[0])
    params, x = networks(cure, width, depth, np.arange(OTHERS)), initial.inputs(cure)
    problem = problem_of(here.spec)
    curves = _curves(cure, problem, params, x)
    shares = []
    for other in ("He", "leaky"):  # of these the activation is taken, and no weights
        dead = collapse.dead_units(problem_of(replace(here, cure=other).spec), params, x)
        shares.append(float(np.mean(dead)))
    return (x[:, 0], curves), (shares[0], shares[1])


def _curves(cure: str, problem: Problem, params: Array, x: Array) -> Array:
    """Return the outputs of networks before training, of inputs (m, 1). (n, m)"""
    if not RECIPES[cure].is_straight:
        return np.asarray(outputs(problem, params, x)[..., 0])
    ends = outputs(problem, params, np.array([[-1.0], [1.0]]))[..., 0]  # two rays
    return np.where(x[:, 0] < 0, -x[:, 0] * ends[:, :1], x[:, 0] * ends[:, 1:])


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, width: int, depth: int, cure: str, net: int
) -> Iterator[Step | None]:
    """Fill the map, then train networks of the published widths; see `compute`."""
    knobs = (width, depth, cure, net)
    widths = sorted({*WIDTHS, width}, key=lambda one: (one != width, one))
    trainings = [
        collapse.training(CollapseConfig(cure, one, depth, rate))
        for rate in RATES
        for one in widths
    ]
    cells = MAX_WIDTH * NETS
    total = cells + sum(collapse.NETS_AT[training.setting.rate] for training in trainings)

    def step(note: str, counted: int = cells) -> Step:
        done = counted + sum(len(training.constant) for training in trainings)
        return Step(done, total, compute(*knobs), note)

    for counted in initial.count(cure, width, is_interrupted):
        yield (
            None if counted is None else step(_("networks counted at initialization"), counted)
        )
    for training in trainings:
        before = len(training.constant)
        for _net in training.advance(is_interrupted):
            if len(training.constant) - before >= NETS // 5 or training.is_done:
                before = len(training.constant)
                yield step(_("{width} wide in training", width=training.setting.width))
            elif is_interrupted():
                yield None


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about dead units, beside what is found here."""
    slow, quick = (
        {
            k: one.share
            for k, one in result.trained[rate].items()
            if one.nets >= collapse.NETS_AT[rate]
        }
        for rate in RATES
    )
    initially = {
        width: float(result.shares[width - 1, result.depth - 1])
        for width in WIDTHS
        if result.nets[width - 1] >= NETS
    }
    return (
        claim_rows.leaky_row(result.dead_units, result.width, result.depth),
        claim_rows.collapse_row(result.cure, result.depth, initially, slow, quick),
    )


@with_knobs_of(compute)
def numpy_code(width: int, depth: int, cure: str, net: int) -> str:
    """Return a program that counts the networks of the cell; see `compute`."""
    recipe = RECIPES[cure]
    return program(
        "dead_at_initialization_numpy",
        WIDTH=width,
        DEPTH=depth,
        NETS=NETS,
        NET=net,
        VARIANCE=1 if recipe.init == "lecun-normal" else 2,
        BIAS=recipe.bias,
        LEAK=recipe.net(width, depth).slope if recipe.activation == "leaky-relu" else 0.0,
        SKIPS=recipe.residual,
        ASYMMETRIC=recipe.is_asymmetric,
    )


@with_knobs_of(compute)
def lab_spec(width: int, depth: int, cure: str, net: int) -> LabSpec:
    """Return the lab with these networks, the one that is drawn first.

    Raises:
        LabError: the lab does not draw such networks.
    """
    if not RECIPES[cure].is_straight:
        raise LabError(
            _(
                "the lab does not draw networks of the cure {cure}: its initializers "
                "set biases to 0 or to random numbers",
                cure=cure,
            )
        )
    spec = edit(CollapseConfig(cure, width, depth, RATES[0]).spec, "train.seed", net - 1)
    return edit(spec, "train.seeds", 16)


def half_depths(result: Result, of: str) -> tuple[Array, Array]:
    """Return depths at which half are dead, and their widths, of those there are.

    Args:
        of: `counted`, `low` or `high`: which shares.
    """
    widths = np.arange(1.0, MAX_WIDTH + 1)
    shares = {"counted": result.shares, "low": result.low, "high": result.high}[of]
    if shares is None:
        return widths[:0], widths[:0]
    depths = np.array([theory.half_depth(row) for row in shares])
    good = np.isfinite(depths)
    return depths[good], widths[good]


def forget() -> None:
    """Forget all that was counted and trained."""
    initial.forget()
    collapse.forget()
