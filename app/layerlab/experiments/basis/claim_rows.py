"""The claims that the page bears on, each recomputed. No Qt."""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG, ClaimRow
from layerlab.core.layout import Layout
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and, joined_by_or
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.experiments.basis.terms import bent
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import initialize, problem_of

Array = np.ndarray
EXACT = 1e-12  # relative
MORE = 0.3  # by which c and b are changed, as a share of b
LEAK = 0.01


def _apart(a: Array, b: Array) -> float:
    """Return the largest difference, as a part of the largest value."""
    return float(np.abs(a - b).max() / max(float(np.abs(b).max()), 1e-300))


def _spec(task: str, hidden: tuple[int, ...], activation: str) -> LabSpec:
    net = NetSpec(hidden=hidden, activation=activation, init="torch-default")
    train = TrainSpec(seeds=1, dtype="float64")
    return LabSpec(task=TaskSpec(name=task), net=net, train=train)


# ---- C1


def sum_row(activation: str, b: Array, c: Array, a: Array, d: float) -> ClaimRow:
    """Hold the sum of the terms against the network's forward pass, and turn b and c."""
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
    apart = _apart(total, network)
    by_b, by_c = shifts(activation, float(b[-1]), float(c[-1]))
    shifting = [name for name, off in (("b", by_b), ("c", by_c)) if off < 1e-6]
    if apart > EXACT:
        verdict = WRONG
    elif shifting == ["b"]:
        verdict = HOLDS
    elif shifting == ["c"]:
        verdict = f"{ONLY_IF} {_('c shifts and b stretches')}"
    else:
        verdict = WRONG
    return ClaimRow(
        "C1",
        _("One hidden layer is a sum of terms; b shifts a term and c stretches it."),
        _("b shifts, c stretches"),
        _("{shifting} shifts", shifting=joined_by_and(shifting) or _("neither")),
        verdict,
        _(
            "sum and forward pass differ by {apart}; after a change of c the term is "
            "the old one shifted, within {by_c}; after one of b no shift comes nearer "
            "than {by_b}",
            apart=number(apart, 2),
            by_c=number(by_c, 2),
            by_b=number(by_b, 2),
        ),
    )


@functools.lru_cache(maxsize=512)
def shifts(activation: str, b: float, c: float) -> tuple[float, float]:
    """Return how far a term with more b, and with more c, is from every shift of itself.

    In units of the term's own size; 0 says that the change is a shift.
    """
    x = np.linspace(-1, 1, 65)
    more = MORE * b
    return (
        _nearest_shift(activation, (b, c), (b + more, c), x),
        _nearest_shift(activation, (b, c), (b, c + more), x),
    )


def _nearest_shift(
    activation: str, old: tuple[float, float], new: tuple[float, float], x: Array
) -> float:
    entry = ACTIVATIONS[activation]
    wanted, (b, c) = entry(new[0] * x + new[1]), old
    low, high, best = -3.0, 3.0, np.inf
    for _round in range(14):  # finer and finer
        by = np.linspace(low, high, 31)
        off = np.abs(entry(b * (x + by[:, None]) + c) - wanted).max(1)
        k = int(off.argmin())
        best = min(best, float(off[k]))
        low, high = by[max(0, k - 1)], by[min(30, k + 1)]
    return best / max(float(np.abs(wanted).max()), 1e-12)


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
    apart = _apart(np.stack(units, 1), network)
    return ClaimRow(
        "C2",
        _("Depth is composition: each layer is an expansion in the units before it."),
        _("exact"),
        _("differs by {apart}", apart=number(apart, 2)),
        HOLDS if apart <= EXACT else WRONG,
        _(
            "four layers of six units, composed of expansions, differ from the network by "
            "{apart}",
            apart=number(apart, 2),
        ),
    )


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
    """Look at what leaky ReLU adds to ReLU, and at how many terms it saves."""
    z = np.linspace(-5, 5, 201)
    added = ACTIVATIONS["leaky-relu"](z, LEAK) - ACTIVATIONS["relu"](z)
    change = float(np.ptp(added))
    linear = _apart(added, LEAK * (z - ACTIVATIONS["relu"](z)))
    counts = _(
        "{relu} terms of ReLU, {leaky} of leaky",
        relu=shown(needed["relu"]),
        leaky=shown(needed["leaky-relu"]),
    )
    return ClaimRow(
        "C4",
        _("Leaky ReLU is ReLU with a larger bias, so that little changes."),
        _("a larger bias"),
        _("a linear term"),
        HOLDS if change < EXACT else WRONG,
        _(
            "leaky minus ReLU changes by {change} over z = −5 to 5 (a bias would not) and "
            "is a (z − ReLU(z)) within {linear}; {curve} to {level:.3g} % takes "
            "{counts}",
            change=number(change),
            linear=number(linear, 2),
            curve=curve,
            level=100 * level,
            counts=counts,
        ),
    )


# ---- C5


def needed_row(level: float, needed: dict[str, dict[str, int | None]]) -> ClaimRow:
    """Compare the terms that ReLU and the sigmoid need, on four curves."""
    fewer = [curve for curve, of in needed.items() if _less(of["relu"], of["sigmoid"])]
    pairs = ", ".join(
        f"{curve} {shown(of['relu'])} / {shown(of['sigmoid'])}" for curve, of in needed.items()
    )
    if len(fewer) == len(needed):
        verdict = HOLDS
    elif fewer:
        condition = _("the curve is {curves}", curves=joined_by_or(fewer))
        verdict = f"{ONLY_IF} {condition}"
    else:
        verdict = NOT_REPRODUCED
    return ClaimRow(
        "C5",
        _("ReLU, being unbounded, may need fewer units than the sigmoid."),
        _("may need fewer"),
        _("fewer on {fewer} of {needed} curves", fewer=len(fewer), needed=len(needed)),
        verdict,
        _(
            "terms of ReLU / of the sigmoid that leave {level:.3g} % of the variance, "
            "picked out of hundreds and not trained: {pairs}",
            level=100 * level,
            pairs=pairs,
        ),
        here=_("terms that are picked, where the ledger trains units"),
    )


def shown(units: int | None) -> str:
    """Return a number of terms in words."""
    return _("over 24") if units is None else str(units)


def _less(a: int | None, b: int | None) -> bool:
    return a is not None and (b is None or a < b)
