"""Linear layers and their one matrix; W = A B of rank r, best and trained. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.claims import claim
from layerlab.claims.linear import EXACT, LINEAR, Factored, Ranks
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.numbers import number, percent
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _, ngettext
from layerlab.experiments.linear_collapse import factored, plane
from layerlab.experiments.linear_collapse.factored import FactoredDescent, M, N
from layerlab.experiments.linear_collapse.plane import Pushed
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.printed import program

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        activation, label: of the plane, in files and on screen. depth: layers.
        pushed: the lattice behind them.
        rank, updates: of A and B. parameters: of A and B; all: of W.
        target, best, product: (M, N) W, the nearest of the rank, and A B.
        sizes: (N,) singular values of W. learned: (N,) of A B.
        errors: (N + 1,) least error of each rank from 0 on, as a part of |W|.
        error: of A B.
        training: how A and B came there.
    """

    activation: str
    label: str
    depth: int
    pushed: Pushed
    rank: int
    updates: int
    parameters: int
    all: int
    target: Array
    best: Array
    product: Array
    sizes: Array
    learned: Array
    errors: Array
    error: float
    training: FactoredDescent


def compute(
    activation: str = "identity", depth: int = 4, rank: int = 5, updates: int = 150
) -> Result:
    """Push the plane through layers, and factor a matrix.

    Args:
        activation: what stands between the layers. depth: their number.
        rank: of A B. updates: steps of gradient descent.

    Raises:
        LabError: an activation that is not known.
    """
    sizes, product = factored.singular_values(), factored.at(rank, updates)
    left = np.append(np.cumsum(sizes[::-1] ** 2)[::-1], 0.0)
    return Result(
        activation,
        ACTIVATIONS[activation].label,
        depth,
        plane.pushed(activation, depth),
        rank,
        updates,
        factored.parameters(rank),
        M * N,
        factored.target(),
        factored.best(rank),
        product,
        sizes,
        np.linalg.svd(product, compute_uv=False),
        np.sqrt(left / left[0]),
        factored.off(product),
        factored.trained(rank),
    )


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about linear layers, beside what is computed here."""
    return _factored_row(result), _bottleneck_row(result), _collapse_row(result)


def _factored_row(result: Result) -> ClaimRow:
    r, best = result.rank, factored.off(result.best)
    counts = {"count": result.parameters, "all": result.all, "r": r}
    misses = _("nothing") if best <= EXACT else percent(best)
    measured = _("{count}; misses {misses}", count=result.parameters, misses=misses)
    why = _(
        "A and B have {count} numbers, W has {all}; the best A B of rank {r} misses {misses} "
        "of this W",
        misses=misses,
        **counts,
    )
    numbers = Factored({r: result.parameters}, {r: best}, (M, N))
    here = _("one W, at r = {r}", r=r)
    return claim("A1").row(numbers, measured=measured, why=why, here=here)


def _bottleneck_row(result: Result) -> ClaimRow:
    sizes, r = result.learned, result.rank
    beyond = float(sizes[r] / sizes[0]) if r < len(sizes) else 0.0
    count = int((sizes > EXACT * sizes[0]).sum())
    why = _(
        "singular values of A B beyond number {r}: at most {beyond} of the first",
        r=r,
        beyond=number(beyond, 2),
    )
    measured = _("rank {count} at r = {r}", count=count, r=r)
    here = _("one learned product, at r = {r}", r=r)
    return claim("A2").row(Ranks(beyond), measured=measured, why=why, here=here)


def _collapse_row(result: Result) -> ClaimRow:
    apart, layers = result.pushed.apart, result.depth
    measured = _("differs by {apart}", apart=number(apart, 2))
    why = ngettext(
        "{count} layer, activation {activation}, and the product of their matrices differ by "
        "{apart} of the largest output",
        "{count} layers, activation {activation}, and the product of their matrices differ by "
        "{apart} of the largest output",
        layers,
        activation=result.label,
        apart=number(apart, 2),
    )
    if result.activation != LINEAR and layers > 1:
        return claim("B1").not_here(why, measured)
    here = _("the layers of this page")
    return claim("B1").row({LINEAR: apart}, measured=measured, why=why, here=here)


@with_knobs_of(compute)
def numpy_code(activation: str, depth: int, rank: int, updates: int) -> str:
    """Return a program that prints both; see `compute`."""
    return program(
        "linear_collapse_numpy",
        ACTIVATION=activation,
        DEPTH=depth,
        WIDTH=plane.WIDTH,
        BIAS=plane.BIAS,
        TURN=plane.TURN,
        SHEAR=[list(row) for row in plane.SHEAR],
        M=M,
        N=N,
        RANK=rank,
        UPDATES=updates,
        RATE=factored.RATE,
        INITIAL_STD=factored.INITIAL_STD,
        SEED=factored.SEED,
    )


@with_knobs_of(compute)
def lab_spec(activation: str, depth: int) -> LabSpec:
    """Return such layers in the lab, trained on two moons that no line divides."""
    return edit(plane.spec(activation, depth), "train.seeds", 16)
