"""Linear networks: products of matrices and their ranks."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import A, B, Claim, Context, Judgement
from layerlab.claims.figures import figure, listed, percent
from layerlab.claims.populations import initial_params, lab
from layerlab.core.layout import Layout
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.problem import problem_of

Array = np.ndarray
EXACT = 1e-12  # relative
NETS = 16


def small_lab(hidden: tuple[int, ...], activation: str, task: str = "moons") -> LabSpec:
    """Return a lab of `NETS` small networks with random weights and biases."""
    net = NetSpec(hidden=hidden, activation=activation, init="torch-default")
    return lab(task, net, TrainSpec(seeds=NETS, dtype="float64"))


def relative(a: Array, b: Array) -> float:
    """Return the largest difference, as a part of the largest value."""
    return float(np.abs(a - b).max() / np.abs(b).max())


def product(layout: Layout, params: Array) -> tuple[Array, Array]:
    """Return the one matrix and the one bias that all layers are without activations.

    Args:
        layout: of the network.
        params: (seeds, P).

    Returns:
        (seeds, in, out) and (seeds, 1, out).
    """
    matrix = layout.weights(params, 0)
    bias = layout.biases(params, 0)[:, None]
    for layer in range(1, layout.layers):
        weights = layout.weights(params, layer)
        matrix = matrix @ weights
        bias = bias @ weights + layout.biases(params, layer)[:, None]
    return matrix, bias


# ---- B1: without activations

LINEAR = "identity"


def _measure_collapse(ctx: Context) -> dict[str, float]:
    """Return how far eight layers are from their product, without and with ReLU."""
    found = {}
    for name in (LINEAR, "relu"):
        problem = problem_of(small_lab((8,) * 7, name))
        params = initial_params(problem.spec, NETS)
        matrix, bias = product(problem.layout, params)
        x = problem.x
        found[name] = relative(forward(problem, params, x).h[-1], x @ matrix + bias)
    return found


def _judge_collapse(n: dict[str, float]) -> Judgement:
    linear = n[LINEAR]
    measured = _("differs by {difference}", difference=figure(linear))
    why = _(
        "eight layers without activation and the product of their matrices differ by {linear} "
        "of the largest output, with ReLU by {bent}",
        linear=figure(linear),
        bent=figure(n.get("relu", math.nan)),
    )
    return Judgement.holds(measured, why) if linear <= EXACT else Judgement.wrong(measured, why)


# ---- A1: W = A B

M, N = 64, 32


class Factored(NamedTuple):
    """By rank r: parameters of A and B, and the least error of the best A B, relative.

    `shape`: m and n of W.
    """

    parameters: dict[int, int]
    errors: dict[int, float]
    shape: tuple[int, int] = (M, N)


def random_maps() -> Array:
    """Return random W. (NETS, M, N)"""
    return np.random.default_rng(0).standard_normal((NETS, M, N))


def _measure_factored(ctx: Context) -> Factored:
    matrices, found = random_maps(), Factored({}, {})
    for r in (1, 8, 16, 21, 32):
        left, sizes, right = np.linalg.svd(matrices, full_matrices=False)
        a, b = left[..., :r] * sizes[:, None, :r], right[:, :r]  # Eckart & Young 1936
        found.parameters[r] = a[0].size + b[0].size
        found.errors[r] = float(
            np.min(
                np.linalg.norm(a @ b - matrices, axis=(1, 2)) / np.linalg.norm(sizes, axis=1)
            )
        )
    return found


def _judge_factored(n: Factored) -> Judgement:
    plain, first = math.prod(n.shape), next(iter(n.parameters))
    saves = {r: n.errors[r] for r, count in n.parameters.items() if count < plain}
    formula = all(count == r * sum(n.shape) for r, count in n.parameters.items())
    full = n.errors[max(n.errors)]
    best = min(saves.values(), default=full)
    measured = _(
        "{parameters} for r = {r}; best error {best}",
        parameters=n.parameters[first],
        r=first,
        best=percent(best),
    )
    text = ", ".join(_("{error} at r = {r}", error=percent(e), r=r) for r, e in saves.items())
    why = _(
        "A and B have {parameters} parameters for r = {ranks} "
        "(W has {plain}); where that saves any, the best A B misses a random W "
        "by {errors}; at full rank it misses by {full}",
        parameters=listed(n.parameters.values()),
        ranks=listed(n.errors),
        plain=grouped(plain),
        errors=text,
        full=figure(full),
    )
    if not formula:
        return Judgement.wrong(measured, why)
    if best <= EXACT:
        return Judgement.holds(measured, why)
    return Judgement.holds_only_if(_("the map has rank r at most"), measured, why)


# ---- A2: a bottleneck

NARROW = range(1, 9)


class Ranks(NamedTuple):
    """The largest singular value beyond r, and the smallest r-th, of the largest.

    The last is nan where it is not asked whether the product has rank r.
    """

    beyond: float
    last: float = math.nan


def _measure_bottleneck(ctx: Context) -> Ranks:
    beyond, last = [], []
    for r in NARROW:
        rng = np.random.default_rng(r)
        layout = Layout((32, 32, r, 32, 32))
        params = rng.standard_normal((NETS, layout.parameters)) / np.sqrt(32)
        sizes = np.linalg.svd(product(layout, params)[0], compute_uv=False)  # (nets, 32)
        beyond.append((sizes[:, r] / sizes[:, 0]).max())
        last.append((sizes[:, r - 1] / sizes[:, 0]).min())
    return Ranks(float(max(beyond)), float(min(last)))


def _judge_bottleneck(n: Ranks) -> Judgement:
    measured = _("beyond r: {beyond} of the largest", beyond=figure(n.beyond))
    why = _(
        "of the products through a layer of r = {narrowest} to {widest}, singular values "
        "beyond the r-th are at most {beyond} of the largest, the r-th at least "
        "{last}",
        narrowest=NARROW[0],
        widest=NARROW[-1],
        beyond=figure(n.beyond),
        last=figure(n.last),
    )
    if n.beyond <= EXACT and not n.last <= 1e-3:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "B1",
        B,
        _("Linear layers without an activation collapse to one."),
        published=_("exact"),
        page="linear-collapse",
        tolerance=_(
            "outputs of eight layers and of the one matrix that is their product differ "
            "by at most {exact:g}, relative; {nets} networks",
            exact=EXACT,
            nets=NETS,
        ),
        measure=_measure_collapse,
        judge=_judge_collapse,
    ),
    Claim(
        "A1",
        A,
        _(
            "W = A B of rank r has r (m + n) parameters instead of m n, and is the same class "
            "of maps."
        ),
        published=_("r (m + n), same class"),
        page="linear-collapse",
        tolerance=_(
            "counts exact; the same class if the best A B is within {exact:g} of every "
            "one of {nets} random W ({m} × {n}), for each r that saves parameters",
            exact=EXACT,
            nets=NETS,
            m=M,
            n=N,
        ),
        measure=_measure_factored,
        judge=_judge_factored,
    ),
    Claim(
        "A2",
        A,
        _("A linear bottleneck limits the rank of the product."),
        published=_("exact"),
        page="linear-collapse",
        tolerance=_(
            "singular values of the product beyond the bottleneck's width r at most "
            "{exact:g} of the largest, the r-th above 1e-3 of it; r = 1 to 8 in 32-32-r-32-32, "
            "{nets} networks",
            exact=EXACT,
            nets=NETS,
        ),
        measure=_measure_bottleneck,
        judge=_judge_bottleneck,
    ),
)
