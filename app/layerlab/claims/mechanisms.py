"""Norms, graphs, flows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import figure, listed, percent, within
from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.nets.norms import NORM_EPS, norm, norm_gradient
from layerlab.nets.studies.euler import (
    DEFECTIVE,
    growth_at_limit,
    iterated,
    largest_step,
    through_lab,
)
from layerlab.nets.studies.graph_filters import (
    Edges,
    by_neighbours,
    in_spectrum,
    polynomial,
    roughness,
    spectrum,
)

Array = np.ndarray
EXACT = 1e-12


# ---- E9: layer norm

STRETCHES = (0.1, 3.0, 10.0, 100.0)


class Normed(NamedTuple):
    """Largest change of outputs, and largest relative error of gradients times a.

    Attributes:
        outputs, gradients: without eps. with_eps: of outputs, with the lab's eps.
    """

    outputs: float
    gradients: float
    with_eps: float


def _measure_normed(ctx: Context) -> Normed:
    rng = np.random.default_rng(0)
    x, w, b = (
        rng.standard_normal((32, 8)),
        rng.standard_normal((8, 16)),
        rng.standard_normal(16),
    )
    d_out = rng.standard_normal((32, 16))

    def seen(w: Array, b: Array, eps: float) -> tuple[Array, Array]:
        n, std = norm(x @ w + b, eps)
        return n, x.T @ norm_gradient(d_out, n, std)

    (n, gradient), (n_eps, _) = seen(w, b, 0.0), seen(w, b, NORM_EPS)
    off: list[list[float]] = [[], [], []]
    for a in STRETCHES:
        other, other_gradient = seen(a * w, a * b + 0.7, 0.0)
        off[0].append(np.abs(other - n).max())
        off[1].append(np.abs(a * other_gradient - gradient).max() / np.abs(gradient).max())
        off[2].append(np.abs(seen(a * w, a * b + 0.7, NORM_EPS)[0] - n_eps).max())
    return Normed(*(float(max(values)) for values in off))


def _judge_normed(n: Normed) -> Judgement:
    measured = _(
        "outputs off by {outputs}, gradients by {gradients}",
        outputs=figure(n.outputs),
        gradients=figure(n.gradients),
    )
    why = _(
        "for a = {stretches} outputs change by at most {outputs} and gradients times a by "
        "{gradients} of the largest; with an eps of {eps} under the root, as the lab has it, "
        "by {with_eps}",
        stretches=listed(STRETCHES),
        outputs=figure(n.outputs),
        gradients=figure(n.gradients),
        eps=figure(NORM_EPS),
        with_eps=figure(n.with_eps),
    )
    if n.outputs <= EXACT and n.gradients <= 1e-9:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


# ---- E10: filters on graphs

COEFFICIENTS = (1.0, -0.6, 0.09)  # of 1, L / largest, ...: (1 - 0.3 L / largest)^2


class Filtered(NamedTuple):
    """Difference of the two ways to filter; share of signals that become smoother.

    The share is None of a filter that is not low-pass, of which it is not claimed.
    """

    apart: float
    smoother: float | None
    before: float
    after: float

    @property
    def holds(self) -> bool:
        """Whether both ways are the same and all signals become smoother."""
        return self.apart <= 1e-10 and self.smoother in (None, 1)


def _measure_both_laplacians(ctx: Context) -> dict[bool, Filtered]:
    """Return what is found with D - W, and with the normalized Laplacian (True)."""
    return {normalized: _measure_filtered(normalized) for normalized in (True, False)}


def _measure_filtered(normalized: bool) -> Filtered:
    apart, before, after = [], [], []
    for k in range(8):
        rng = np.random.default_rng(k)
        i, j = np.nonzero(np.triu(rng.uniform(size=(20, 20)) < 0.25, 1))
        edges = Edges(20, i, j, np.ones(len(i)), normalized)
        laplacian, found = edges.laplacian(), spectrum(edges)
        signals = rng.standard_normal((20, 200))
        gains = polynomial(found.values, found.largest, COEFFICIENTS)
        filtered = by_neighbours(edges, signals, found.largest, COEFFICIENTS)
        apart.append(np.abs(filtered - in_spectrum(found, gains, signals)).max())
        before.append(roughness(laplacian, signals))
        after.append(roughness(laplacian, filtered))
    falls = np.array(after) < np.array(before)
    return Filtered(
        float(max(apart)),
        float(falls.mean()),
        float(np.median(before)),
        float(np.median(after)),
    )


def _judge_filtered(n: dict[bool, Filtered]) -> Judgement:
    names = {
        True: _("the normalized Laplacian 1 − D^(−1/2) W D^(−1/2), which the source names"),
        False: "D − W",
    }
    measured, why = [], []
    for normalized, found in n.items():
        smoother = percent(1.0 if found.smoother is None else found.smoother)
        measured.append(
            _(
                "{name}: apart by {apart}, {smoother} become smoother",
                name=_("normalized") if normalized else names[False],
                apart=figure(found.apart),
                smoother=smoother,
            )
        )
        why.append(
            _(
                "by {name} neighbours and spectrum give the same within {apart}, and "
                "{smoother} of 200 signals on 8 random graphs become smoother, the median of "
                "x L x / x x going from {before} to {after}",
                name=names[normalized],
                apart=figure(found.apart),
                smoother=smoother,
                before=figure(found.before),
                after=figure(found.after),
            )
        )
    texts = "; ".join(measured), "; ".join(why)
    if all(found.holds for found in n.values()):
        return Judgement.holds(*texts)
    if True in n and n[True].holds:
        return Judgement.holds_only_if(_("the Laplacian is normalized"), *texts)
    return Judgement.wrong(*texts)


# ---- E12: steps of Euler

STEPS, MARGIN = 4000, 0.01
BOUNDED, UNBOUNDED = 10.0, 1e6  # times the length at the start


class Stable(NamedTuple):
    """Lengths after many steps, of 1 at the start: the largest below, the smallest above.

    Attributes:
        matrices, numbers: for symmetric W, for complex lambda.
        lab, expected: of the residual network, and what the formula says of it.
        equal, defective: largest factors after many and after twice as many steps where the
            largest |1 + dt lambda| is 1, of symmetric W and of one that is not diagonalizable.
    """

    matrices: tuple[float, float]
    numbers: tuple[float, float]
    lab: tuple[float, float]
    equal: tuple[float, float]
    defective: tuple[float, float]
    expected: tuple[float, float] = (0.8**64, 1.2**64)


def _symmetric(rng: np.random.Generator, count: int, size: int) -> Array:
    """Return random symmetric matrices whose eigenvalues are all below 0."""
    roots = rng.standard_normal((count, size, size))
    return -roots @ roots.transpose(0, 2, 1) - 0.1 * np.eye(size)


def _measure_stable(ctx: Context) -> Stable:
    rng = np.random.default_rng(0)
    w = _symmetric(rng, 64, 8)
    lowest = np.linalg.eigvalsh(w)[:, 0]
    dt = largest_step(lowest)[:, None, None]
    angle = rng.uniform(-1, 1, 200) * np.pi / 3
    numbers = -rng.uniform(0.5, 3, 200) * np.exp(1j * angle)
    ends: list[list[Array]] = [[], [], []]
    for k, times in enumerate((1 - MARGIN, 1 + MARGIN)):
        ctx.step(k, 2)
        ends[0].append(
            iterated(np.eye(8) + times * dt * w, rng.standard_normal((64, 8)), STEPS)
        )
        ends[1].append(np.abs(1 + times * largest_step(numbers) * numbers) ** STEPS)
        ends[2].append(_lab(1 + 10 * (times - 1)))
    matrices, values, networks = [(float(a.max()), float(b.min())) for a, b in ends]
    equal = np.array([growth_at_limit(one, STEPS) for one in w]).max(0)
    return Stable(
        matrices,
        values,
        networks,
        (float(equal[0]), float(equal[1])),
        growth_at_limit(DEFECTIVE, STEPS),
    )


def _lab(times: float) -> Array:
    """Return how the lab's residual networks of 64 equal layers change lengths. (32,)"""
    w = _symmetric(np.random.default_rng(1), 32, 2)
    values, vectors = np.linalg.eigh(w)
    start = vectors[:, :, 0]  # the direction that is first to explode
    return through_lab(times * largest_step(values[:, :1])[..., None] * w, start)


def _judge_stable(n: Stable) -> Judgement:
    below = max(n.matrices[0], n.numbers[0])
    above = min(n.matrices[1], n.numbers[1])
    measured = _(
        "length × {below} at 0.99 dt, × {above} at 1.01 dt",
        below=figure(below),
        above=figure(above),
    )
    why = _(
        "after {steps} steps lengths are at most {below} times as large at "
        "0.99 of the largest step and at least {above} times at 1.01; after 64 layers "
        "of the lab's residual network {lab_below} at 0.9 and {lab_above} at "
        "1.1 (0.8⁶⁴ and 1.2⁶⁴); where |1 + dt λ| is 1, symmetric W leave {equal} times the "
        "length, but W = [[−1, 1], [0, −1]] with dt = 2, which is not diagonalizable, makes it "
        "{defective} times as large, and {later} after twice as many steps",
        steps=grouped(STEPS),
        below=figure(below),
        above=figure(above),
        lab_below=figure(n.lab[0]),
        lab_above=figure(n.lab[1]),
        equal=figure(max(n.equal)),
        defective=figure(n.defective[0]),
        later=figure(n.defective[1]),
    )
    as_stated = all(within(*pair, 1e-6) for pair in zip(n.lab, n.expected, strict=True))
    as_stated = as_stated and max(n.equal) <= BOUNDED
    if not (below <= BOUNDED and above >= UNBOUNDED and as_stated):
        return Judgement.wrong(measured, why)
    if max(n.defective) <= BOUNDED:
        return Judgement.holds(measured, why)
    return Judgement.holds_only_if(
        _("W is diagonalizable, or every |1 + dt λ| is below 1"), measured, why
    )


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E9",
        E,
        _(
            "Layer norm ignores W → a W, b → a b + c for a > 0, and the gradient is scaled by "
            "1 / a."
        ),
        published=_("exact"),
        page="layer-norm",
        tolerance=_(
            "outputs differ by at most {exact:g} and gradients by 1e-9 relative, for "
            "a = 0.1, 3, 10 and 100, with no eps under the root",
            exact=EXACT,
        ),
        measure=_measure_normed,
        judge=_judge_normed,
    ),
    Claim(
        "E10",
        E,
        _(
            "A polynomial p of the normalized graph Laplacian multiplies each frequency by "
            "p(λ), and a low-pass one smooths."
        ),
        published=_("exact"),
        page="graph-filter",
        tolerance=_(
            "applied by neighbours and in the spectrum equal within 1e-10; 200 random signals "
            "on 8 random graphs all become smoother, by the normalized Laplacian and by D − W"
        ),
        measure=_measure_both_laplacians,
        judge=_judge_filtered,
    ),
    Claim(
        "E12",
        E,
        _(
            "Forward Euler, that is a residual network, is stable if and only if |1 + dt λ| "
            "≤ 1; for a symmetric negative W if dt ≤ 2 / |λ_min|."
        ),
        published=_("exact"),
        page="euler",
        tolerance=_(
            "after 4\u202f000 steps bounded at 0.99 and unbounded at 1.01 times the "
            "largest dt, for 64 symmetric W of 8 × 8 and for 200 complex λ, and bounded (at "
            "most {bounded:g} times the length) at that dt itself, for these W and for one "
            "that is not diagonalizable; the lab's residual network of 64 layers does as the "
            "formula says",
            bounded=BOUNDED,
        ),
        measure=_measure_stable,
        judge=_judge_stable,
    ),
)
