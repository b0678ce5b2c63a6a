"""Low-rank adapters: what is added to a matrix that stays as it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import figure, listed, percent
from layerlab.claims.linear import relative
from layerlab.core.layout import Layout
from layerlab.core.translation import _

Array = np.ndarray
EXACT = 1e-12  # relative
NETS = 16
M, N = 64, 32
RANKS = (1, 2, 4, 8)
UPDATES, RATE = 300, 0.2


class Adapted(NamedTuple):
    """By rank r, of trained adapters.

    Attributes:
        parameters: of A and B. beyond: singular values of the change beyond the r-th, of the
            largest. last: the r-th of them. apart: outputs from those with a bottleneck beside.
        missed: of a change of full rank that was trained for. least: of the best of rank r.
    """

    parameters: dict[int, int]
    beyond: dict[int, float]
    last: dict[int, float]
    apart: dict[int, float]
    missed: dict[int, float]
    least: dict[int, float]


def adapted(w: Array, a: Array, b: Array) -> Array:
    """Return the matrix W + A B. (nets, M, N), (nets, M, r), (nets, r, N)"""
    return w + a @ b


def beside(x: Array, w: Array, a: Array, b: Array) -> Array:
    """Return outputs of W and of a linear layer of r units beside it. x: (nets, points, M)"""
    units = x @ a  # (nets, points, r)
    return x @ w + units @ b


def _trained(goal: Array, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Train A from 0 and B from random numbers, for white inputs (Hu et al. 2021).

    The mean squared error of the outputs is then the distance of A B from the goal.
    """
    a, b = np.zeros((NETS, M, r)), rng.standard_normal((NETS, r, N)) / np.sqrt(N)
    for _update in range(UPDATES):
        rest = goal - a @ b
        a, b = a + RATE * rest @ b.swapaxes(1, 2), b + RATE * a.swapaxes(1, 2) @ rest
    return a, b


def _measure_adapted(ctx: Context) -> Adapted:
    rng, found = np.random.default_rng(0), Adapted({}, {}, {}, {}, {}, {})
    w, x = rng.standard_normal((NETS, M, N)), rng.standard_normal((NETS, 16, M))
    goal = rng.standard_normal((NETS, M, N))
    goal /= np.linalg.norm(goal, 2, axis=(1, 2))[:, None, None]
    whole = np.linalg.svd(goal, compute_uv=False)
    for k, r in enumerate(RANKS):
        ctx.step(k, len(RANKS))
        a, b = _trained(goal, r, rng)
        matrix = adapted(w, a, b)
        values = np.linalg.svd(matrix - w, compute_uv=False)
        found.parameters[r] = a[0].size + b[0].size
        found.beyond[r] = float((values[:, r] / values[:, 0]).max())
        found.last[r] = float((values[:, r - 1] / values[:, 0]).min())
        found.apart[r] = relative(x @ matrix, beside(x, w, a, b))
        rest = np.linalg.norm(goal - a @ b, axis=(1, 2)) ** 2
        found.missed[r] = float(np.median(rest / (whole**2).sum(1)))
        found.least[r] = float(np.median((whole[:, r:] ** 2).sum(1) / (whole**2).sum(1)))
    return found


def _judge_adapted(n: Adapted) -> Judgement:
    # The bottleneck is the network M-r-N, but for its biases.
    counted = {r: int(Layout((M, r, N)).is_weight().sum()) for r in n.parameters}
    beyond, apart = max(n.beyond.values()), max(n.apart.values())
    measured = _(
        "{parameters} parameters; beyond r {beyond}",
        parameters=listed(n.parameters.values()),
        beyond=figure(beyond),
    )
    why = _(
        "A and B of r = {ranks} have {parameters} parameters beside the {plain} of W; singular "
        "values of the change beyond the r-th are at most {beyond} of the largest, outputs "
        "differ by {apart} from those of W beside a linear layer of r units; of a change of "
        "full rank, training misses {missed} of the squares (the best of that rank {least})",
        ranks=listed(n.parameters),
        parameters=listed(n.parameters.values()),
        plain=M * N,
        beyond=figure(beyond),
        apart=figure(apart),
        missed=", ".join(map(percent, n.missed.values())),
        least=", ".join(map(percent, n.least.values())),
    )
    as_counted = n.parameters == counted == {r: r * (M + N) for r in n.parameters}
    is_rank = beyond <= EXACT and min(n.last.values()) > EXACT
    if as_counted and is_rank and apart <= EXACT:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E25",
        E,
        _(
            "LoRA is a linear bottleneck beside a layer: W + A B changes W by rank r at most, "
            "with r (m + n) parameters instead of m n."
        ),
        published=_("r (m + n), rank r"),
        page="linear-collapse",
        tolerance=_(
            "trained A and B with W held fixed, {nets} seeds and r = 1 to 8: singular values "
            "of the change beyond the r-th at most {exact:g} of the largest, outputs equal to "
            "those of W beside a linear layer of r units within {exact:g}, relative, counts "
            "exact",
            nets=NETS,
            exact=EXACT,
        ),
        measure=_measure_adapted,
        judge=_judge_adapted,
    ),
)
