"""One query and its keys on a line, and random ones by d_k. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.claims.attention import NORMS as LEDGER_NORMS
from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.translation import _
from layerlab.experiments.attention import claim_rows
from layerlab.experiments.attention.theory import Limits, limits, product_density
from layerlab.nets.losses import softmax
from layerlab.nets.studies.attention import (
    attention_weights,
    directions,
    entropy,
    kernel_weights,
    squared_width,
    temperature,
)
from layerlab.nets.studies.attention_draws import (
    DRAWS_AT_ONCE,
    MAX_DRAWS,
    SIZES,
    AttentionDraws,
    Summary,
    draws_of,
)

Array = np.ndarray
Numbers = tuple[float, ...]
POSITIONS = np.linspace(-1, 1, 161)
NORMS = np.geomspace(0.25, 256, 41)  # of the query: four a doubling
_A_DOUBLING = 4
BINS = 80
SAY_S = 0.15  # how often work under way is drawn


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        d_k, norm, by: numbers of a vector, norm of q, and what q . k is divided by.
        scaled: whether that is √d_k.
        positions, values, norms: (n,) positions, values and norms of the keys, from left to
            right. order: (n,) which keys of `points` they are. query: its position.
        x: (m,) positions of queries. curve, kernel: (m,) what attention and the Gaussian kernel
            of h^2 = by give there.
        map: (n, m) weights of attention. weights: (n,) of the query. output: output there.
        difference: largest difference of attention's weights and the kernel's.
        claimed: the same for a kernel of h^2 = √d_k, scaled or not. unit: `difference` for
            queries of norm 1.
        entropies: (NORMS,) of this query's weights, by norm. low, high: (NORMS,) the least
            and the largest of queries at all positions. doubled: (norms, n) of queries at all
            positions from which keys differ, at the norms of the ledger.
        edges, heights: (BINS + 1,) and (2, BINS) densities of random q . k, scaled and not.
        density: (2, BINS) what theory predicts for them.
        summaries: what random draws give, by `SIZES`. limits: what they lead to.
    """

    d_k: int
    norm: float
    by: float
    scaled: bool
    positions: Array
    values: Array
    norms: Array
    order: Array
    query: float
    x: Array
    curve: Array
    kernel: Array
    map: Array
    weights: Array
    output: float
    difference: float
    claimed: float
    unit: float
    entropies: Array
    low: Array
    high: Array
    doubled: Array
    edges: Array
    heights: Array
    density: Array
    summaries: tuple[Summary, ...]
    limits: Limits

    @property
    def keys(self) -> int:
        """How many keys there are."""
        return len(self.positions)

    @property
    def points(self) -> Array:
        """Positions and values as the knob has them. (n, 2)"""
        found = np.empty((self.keys, 2))
        found[self.order] = np.stack((self.positions, self.values), axis=1)
        return found

    @property
    def entropy(self) -> float:
        """Entropy of the query's weights, in nats."""
        return float(entropy(self.weights))

    @property
    def drawn(self) -> Summary:
        """What random draws of this d_k give."""
        return self.summaries[SIZES.index(self.d_k)]


def compute(
    norm: float = 64.0,
    d_k: int = 64,
    scaled: bool = True,
    keys: int = 16,
    unequal: float = 0.0,
    query: Numbers = (0.3,),
    points: Numbers = (),
) -> Result:
    """Let a query look at keys on a line, and sum up what random draws give by now.

    Args:
        norm: of the query. d_k: numbers of a vector, one of `draws.SIZES`.
        scaled: whether q . k is divided by √d_k.
        keys: how many. unequal: how far their norms differ, 0 to 1.
        query: its position, -1 to 1. points: pairs of position and value of the first keys.

    Raises:
        LabError: a d_k of which nothing is drawn; numbers that come in the wrong count; a key
            beside the line.
    """
    if d_k not in SIZES:
        raise LabError(
            _(
                "dₖ is {d_k}, it must be one of {known}",
                d_k=d_k,
                known=", ".join(map(str, SIZES)),
            )
        )
    if len(query) != 1:
        raise LabError(_("Query lists {given} numbers, it must be one", given=len(query)))
    by = temperature(d_k) if scaled else 1.0
    pairs = _with_moved(initial_points(keys), points)
    order = np.argsort(pairs[:, 0], kind="stable")
    norms = initial_norms(keys, unequal)[order]
    positions, values = pairs[order].T
    k = norms[:, None] * directions(positions, d_k)
    one = directions(np.append(POSITIONS, query[0]), d_k)  # queries of norm 1
    q = norm * one
    found = attention_weights(q, k, by)
    kernel = kernel_weights(q, k, by)
    other = kernel if scaled else kernel_weights(q, k, squared_width(d_k))
    logits = one @ k.T / by  # of queries of norm 1
    entropies = entropy(softmax(NORMS[:, None, None] * logits))  # (NORMS, m + 1)
    can_choose = np.ptp(logits[:-1], axis=1) > 1e-12  # others weigh all keys alike
    drawn = draws_of(keys)
    for each in drawn:
        # A block may be fewer: the same knobs would draw more later.
        while not each.grow(DRAWS_AT_ONCE):
            pass
    edges, heights, density = _histogram(drawn[SIZES.index(d_k)], scaled)
    return Result(
        d_k,
        norm,
        by,
        scaled,
        positions,
        values,
        norms,
        order,
        float(query[0]),
        POSITIONS,
        found[:-1] @ values,
        kernel[:-1] @ values,
        found[:-1].T,
        found[-1],
        float(found[-1] @ values),
        float(np.abs(found - kernel).max()),
        float(np.abs(found - other).max()),
        float(
            np.abs(attention_weights(q / norm, k, by) - kernel_weights(q / norm, k, by)).max()
        ),
        entropies[:, -1],
        entropies[:, :-1].min(axis=1),
        entropies[:, :-1].max(axis=1),
        entropies[::_A_DOUBLING, :-1][: len(LEDGER_NORMS), can_choose],
        edges,
        heights,
        density,
        tuple(each.summary() for each in drawn),
        limits(keys),
    )


def initial_points(keys: int) -> Array:
    """Return the keys that the page starts with: positions, noisy values of a wave. (n, 2)"""
    rng = np.random.default_rng(3)
    positions = -1 + (2 * np.arange(keys) + 1) / keys
    noise = 0.12 * rng.standard_normal(32)[:keys]
    return np.stack((positions, 0.8 * np.sin(4 * positions + 0.6) + noise), axis=1)


def initial_norms(keys: int, unequal: float) -> Array:
    """Return norms of keys, from 2^-unequal to 2^unequal, neighbours far apart. (n,)"""
    golden = 0.5 * (np.sqrt(5) - 1)
    return np.asarray(2.0 ** (unequal * (2 * (golden * np.arange(1, keys + 1) % 1) - 1)))


def _with_moved(pairs: Array, points: Numbers) -> Array:
    """Put moved keys in the place of the first."""
    if len(points) % 2:
        raise LabError(
            _("Keys and values lists {given} numbers, they must be pairs", given=len(points))
        )
    moved = np.array(points, float).reshape(-1, 2)[: len(pairs)]
    far = np.flatnonzero(np.abs(moved[:, 0]) > 1)
    if far.size:
        raise LabError(
            _(
                "Keys and values: position of key {key} is {position:g}, the range is -1 to 1",
                key=far[0] + 1,
                position=moved[far[0], 0],
            )
        )
    pairs[: len(moved)] = moved
    return pairs


def _histogram(drawn: AttentionDraws, scaled: bool) -> tuple[Array, Array, Array]:
    """Return edges, densities of q . k scaled and not, and the same of theory."""
    dots, root = drawn.summary().dots.ravel(), temperature(drawn.d_k)
    reach = 4.0 * (1.0 if scaled else root)
    edges = np.linspace(-reach, reach, BINS + 1)
    middles = 0.5 * (edges[1:] + edges[:-1])
    heights = [
        np.histogram(dots / by, BINS, (-reach, reach))[0] / (dots.size * np.diff(edges))
        for by in (root, 1.0)
    ]  # equal cells, given as a range: sorting into any cells takes ten times as long
    density = [product_density(middles, drawn.d_k, by) for by in (root, 1.0)]
    return edges, np.stack(heights), np.stack(density)


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, keys: int, **knobs: Any) -> Iterator[Step | None]:
    """Draw more queries of all sizes; see `compute`."""
    drawn, reported_s = draws_of(keys), time.monotonic()

    def step() -> Step:
        done = sum(one.count for one in drawn)
        result = compute(keys=keys, **knobs)
        return Step(done, MAX_DRAWS * len(drawn), result, _("drawing random queries"))

    for many in (60, 250, 1000, MAX_DRAWS):
        for one in drawn:
            is_enough = False
            while not is_enough:
                is_enough = one.grow(many)
                if time.monotonic() - reported_s > SAY_S:
                    yield step()
                    reported_s = time.monotonic()
                if is_interrupted():
                    yield None
    yield step()


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about attention, beside what is computed here."""
    return (
        claim_rows.product_row(result.drawn, result.d_k),
        claim_rows.gradient_row(result.summaries, result.keys),
        claim_rows.kernel_row(
            result.claimed, result.unit, result.norms, result.scaled, result.norm
        ),
        claim_rows.temperature_row(result.doubled),
    )


@with_knobs_of(compute)
def numpy_code(norm: float, d_k: int, scaled: bool, **knobs: Any) -> str:
    """Return a program that prints the page's figures; see `compute`."""
    result = compute(norm=norm, d_k=d_k, scaled=scaled, **knobs)
    table = np.stack((result.positions, result.values, result.norms), 1).round(6)
    return program(
        "attention_numpy",
        D_K=d_k,
        SCALED=scaled,
        NORM=norm,
        QUERY=result.query,
        KEYS=table.tolist(),
    )
