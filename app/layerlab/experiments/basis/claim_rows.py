"""The claims that the page bears on, each recomputed. No Qt."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from layerlab.claims import claim
from layerlab.claims.choices import NONE
from layerlab.claims.expansions import Expansion
from layerlab.claims.linear import relative
from layerlab.claims.shapes import LEAK, REACH, Leak
from layerlab.core.experiment import ClaimRow
from layerlab.core.layout import Layout
from layerlab.core.numbers import number
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.experiments.basis.terms import bent
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
MORE = 0.3  # by which c and b are changed, as a share of b


def _spec(task: str, hidden: tuple[int, ...], activation: str) -> LabSpec:
    net = NetSpec(hidden=hidden, activation=activation, init="torch-default")
    train = TrainSpec(seeds=1, dtype="float64")
    return LabSpec(task=TaskSpec(name=task), net=net, train=train)


# ---- C1


def sum_row(activation: str, b: Array, c: Array, a: Array, d: float) -> ClaimRow:
    """Judge C1: the sum of the terms against the network's forward pass; turn b and c."""
    problem = problem_of(_spec("wave", (len(b),), activation))
    layout, params = problem.layout, np.zeros((1, problem.layout.parameters))
    layout.weights(params, 0)[:] = b
    layout.biases(params, 0)[:] = c
    layout.weights(params, 1)[:] = a[:, None]
    layout.biases(params, 1)[:] = d
    network = forward(problem, params, problem.x).h[-1][0, :, 0]
    total = np.full(len(network), d)
    for k in range(len(b)):
        total = total + a[k] * bent(activation, b[[k]], c[[k]], problem.x[:, 0])[:, 0]
    apart = relative(total, network)
    by_b, by_c = shifts(activation, float(b[-1]), float(c[-1]))
    numbers = Expansion(
        apart, {"b": by_b.moved, "c": by_c.moved}, {"b": by_b.apart, "c": by_c.apart}
    )
    why = _(
        "sum and forward pass differ by {apart}; after a change of c the last term is the old "
        "one shifted, within {by_c}; after one of b no shift comes nearer than {by_b}",
        apart=number(apart, 2),
        by_c=number(by_c.apart, 2),
        by_b=number(by_b.apart, 2),
    )
    here = _(
        "these {units} terms of {activation}",
        units=len(b),
        activation=ACTIVATIONS[activation].label,
    )
    return claim("C1").row(numbers, why=why, here=here)


class Shift(NamedTuple):
    """The shift of a term that comes nearest to another one, and what is left apart.

    Attributes:
        moved: its size, of x. apart: in units of the term's own size; 0 of what is a shift.
    """

    moved: float
    apart: float


@functools.lru_cache(maxsize=512)
def shifts(activation: str, b: float, c: float) -> tuple[Shift, Shift]:
    """Return the shifts that come nearest to a term with more b, and to one with more c."""
    x = np.linspace(-1, 1, 65)
    more = MORE * b
    return (
        _nearest_shift(activation, (b, c), (b + more, c), x),
        _nearest_shift(activation, (b, c), (b, c + more), x),
    )


def _nearest_shift(
    activation: str, old: tuple[float, float], new: tuple[float, float], x: Array
) -> Shift:
    entry = ACTIVATIONS[activation]
    wanted, (b, c) = entry(new[0] * x + new[1]), old
    low, high, best = -3.0, 3.0, Shift(0.0, np.inf)
    for _round in range(14):  # finer and finer
        # Among them that which moves the place where the term is 0 to its new one.
        by = np.append(np.linspace(low, high, 31), new[1] / new[0] - c / b)
        off = np.abs(entry(b * (x + by[:, None]) + c) - wanted).max(1)
        best = min(best, *map(Shift, np.abs(by).tolist(), off.tolist()), key=lambda s: s.apart)
        k = int(off[:-1].argmin())
        low, high = by[max(0, k - 1)], by[min(30, k + 1)]
    return best._replace(apart=best.apart / max(float(np.abs(wanted).max()), 1e-12))


# ---- C2


@functools.lru_cache(maxsize=32)
def composition_row(activation: str) -> ClaimRow:
    """Compose four expansions, each of the units before, and hold them against a network."""
    problem = problem_of(_spec("moons", (6, 6, 6, 6), activation))
    params, x = initialize(problem).params, problem.x
    network = forward(problem, params, x).h[-1][0]
    units = [x[:, j] for j in range(x.shape[1])]
    for layer in range(problem.layout.layers):
        units = _expansions(problem.layout, params[0], layer, units, activation)
    apart = relative(np.stack(units, 1), network)
    here = _("{activation} alone", activation=ACTIVATIONS[activation].label)
    why = _(
        "four layers of six units, composed of expansions, differ from the network by {apart}",
        apart=number(apart, 2),
    )
    return claim("C2").row({activation: apart}, why=why, here=here)


def _expansions(
    layout: Layout, flat: Array, layer: int, units: list[Array], activation: str
) -> list[Array]:
    """Return what each unit of a layer adds up, term by term."""
    weights, biases = layout.weights(flat, layer), layout.biases(flat, layer)
    bends = units if layer == 0 else [ACTIVATIONS[activation](unit) for unit in units]
    found = []
    for k in range(weights.shape[1]):
        total = np.full(len(bends[0]), biases[k])
        for j, bend in enumerate(bends):
            total = total + weights[j, k] * bend
        found.append(total)
    return found


# ---- C4


def leak_row(curve: str, level: float, needed: dict[str, int | None]) -> ClaimRow:
    """Judge C4 by what leaky ReLU adds to ReLU; state how many terms it saves."""
    z = np.linspace(-REACH, REACH, 201)
    relu, leaky = ACTIVATIONS["relu"](z), ACTIVATIONS["leaky-relu"](z, LEAK)
    added = leaky - relu
    linear = float(np.abs(added - LEAK * (z - relu)).max())
    why = _(
        "leaky minus ReLU changes by {change} over z = −{reach:g} to {reach:g} (a bias would "
        "not) and is a (z − ReLU(z)) within {linear}; {curve} to {level:.3g} % takes {relu} "
        "terms of ReLU, {leaky} of leaky",
        change=number(float(np.ptp(added))),
        reach=REACH,
        linear=number(linear, 2),
        curve=curve,
        level=100 * level,
        relu=shown(needed["relu"]),
        leaky=shown(needed["leaky-relu"]),
    )
    numbers = Leak(float(np.ptp(added)) / 2, linear, {})
    here = _("its shape; nothing is trained")
    return claim("C4").row(numbers, why=why, here=here)


# ---- C5


def needed_row(level: float, needed: dict[str, dict[str, int | None]]) -> ClaimRow:
    """Judge C5 by the terms that ReLU and the sigmoid need, on four curves."""
    pairs = ", ".join(
        f"{curve} {shown(of['relu'])} / {shown(of['sigmoid'])}" for curve, of in needed.items()
    )
    why = _(
        "terms of ReLU / of the sigmoid that leave {level:.3g} % of the variance: {pairs}",
        level=100 * level,
        pairs=pairs,
    )
    numbers = {
        curve: (of["relu"] or NONE, of["sigmoid"] or NONE) for curve, of in needed.items()
    }
    here = _("terms that are picked out of hundreds, where the ledger trains units")
    return claim("C5").row(numbers, measured=pairs, why=why, here=here)


def shown(units: int | None) -> str:
    """Return a number of terms in words."""
    return _("over 24") if units is None else str(units)
