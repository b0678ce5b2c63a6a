"""Attention: scale, gradient, kernel, temperature."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import Claim, Context, E, Judgement
from layerlab.claims.figures import figure, listed, percent, within
from layerlab.core.translation import _
from layerlab.nets.losses import softmax
from layerlab.nets.studies.attention import (
    attention_weights,
    entropy,
    kernel_weights,
    squared_width,
    temperature,
)
from layerlab.nets.studies.attention_draws import AttentionDraws, power

Array = np.ndarray
CONSTANT, LINEAR = 0.1, 0.15  # how far a power of d_k may be from 0, and from 1
VARIANCE = 0.03  # relative
EXACT = 1e-12
SIZES = (16, 64, 256, 1024)  # d_k
KEYS = 16


# ---- E5: the variance of a product


class Products(NamedTuple):
    """The variance of q . k, plain and divided by sqrt(d_k), by d_k.

    Attributes:
        error: relative standard error of these variances where far fewer products are drawn
            than by the ledger; three of them are allowed for.
    """

    variances: dict[int, tuple[float, float]]
    error: float = 0.0


def _measure_products(ctx: Context) -> Products:
    pairs, found = ctx.sample_size(100_000, 20_000), {}
    for k, d_k in enumerate(SIZES):
        rng, products = np.random.default_rng(d_k), []
        for done in range(0, pairs, 5000):
            ctx.part(k, len(SIZES)).step(done, pairs)
            q, keys = rng.standard_normal((2, 5000, d_k), dtype=np.float32)
            products.append(np.einsum("nd,nd->n", q, keys).astype(float))
        dots = np.concatenate(products)
        found[d_k] = float(dots.var()), float((dots / temperature(d_k)).var())
    return Products(found)


def _judge_products(n: Products) -> Judgement:
    sizes, room = list(n.variances), VARIANCE + 3 * n.error
    plain, scaled = ([v[k] for v in n.variances.values()] for k in (0, 1))
    measured = _("{plain}; scaled {scaled}", plain=listed(plain), scaled=listed(scaled))
    why = _(
        "for dₖ = {sizes} the variance of q · k is {plain}, divided by √dₖ {scaled}",
        sizes=listed(sizes),
        plain=listed(plain),
        scaled=listed(scaled),
    )
    fits = all(
        within(v, d, room) and within(s, 1.0, room)
        for d, v, s in zip(sizes, plain, scaled, strict=True)
    )
    return Judgement.holds(measured, why) if fits else Judgement.wrong(measured, why)


# ---- E6: the gradient with respect to q


class SquaredGradients(NamedTuple):
    """Squared gradients by d_k: means, and medians. First scaled, then not."""

    means: tuple[list[float], list[float]]
    medians: tuple[list[float], list[float]]


def _measure_gradients(ctx: Context) -> dict[str, SquaredGradients]:
    draws = ctx.sample_size(2000, 600)
    found = {name: SquaredGradients(([], []), ([], [])) for name in ("weights", "values")}
    for k, d_k in enumerate(SIZES):
        drawn, part = AttentionDraws(d_k, KEYS), ctx.part(k, len(SIZES))
        while not drawn.grow(draws):
            part.step(drawn.count, draws)
        for name, gradients in found.items():
            for j, squares in enumerate(drawn.squares(name)):
                gradients.means[j].append(float(squares.mean()))
                gradients.medians[j].append(float(np.median(squares)))
    return found


def _judge_gradients(n: dict[str, SquaredGradients]) -> Judgement:
    powers = {
        name: [power(SIZES, means) for means in gradients.means]
        for name, gradients in n.items()
    }
    entropy, values = n["weights"], n["values"]
    measured = _(
        "powers of dₖ {scaled:.2f} scaled, {plain:.2f} not; "
        "through values {scaled_values:.2f}, {plain_values:.2f}",
        scaled=powers["weights"][0],
        plain=powers["weights"][1],
        scaled_values=powers["values"][0],
        plain_values=powers["values"][1],
    )
    why = _(
        "for dₖ = {sizes} the mean square is {scaled} scaled and {plain} not with "
        "cross-entropy on the weights; through the values {scaled_values} scaled, "
        "{plain_values} not, whose medians are {medians}: most weights are saturated",
        sizes=listed(SIZES),
        scaled=listed(entropy.means[0]),
        plain=listed(entropy.means[1]),
        scaled_values=listed(values.means[0]),
        plain_values=listed(values.means[1]),
        medians=listed(values.medians[1]),
    )
    fits = {
        name: abs(scaled) <= CONSTANT and abs(free - 1) <= LINEAR
        for name, (scaled, free) in powers.items()
    }
    if all(fits.values()):
        return Judgement.holds(measured, why)
    if fits["weights"]:
        return Judgement.holds_only_if(
            _("the loss is cross-entropy on the weights"), measured, why
        )
    return Judgement.not_reproduced(measured, why)


# ---- E7: a kernel


def _units(rng: np.random.Generator, *shape: int) -> Array:
    vectors = rng.standard_normal(shape)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


class Kernel(NamedTuple):
    """Largest difference of attention and kernel weights: with norm 1, and without."""

    normed: float
    free: float


def _measure_kernel(ctx: Context) -> Kernel:
    off: dict[bool, list[float]] = {True: [], False: []}
    for d_k in SIZES:
        rng = np.random.default_rng(d_k)
        for is_normed in off:
            q, keys = _units(rng, 256, d_k), _units(rng, KEYS, d_k)
            if not is_normed:
                keys = keys * rng.uniform(0.5, 2, (KEYS, 1))
            weights = attention_weights(q, keys, temperature(d_k))
            kernel = kernel_weights(q, keys, squared_width(d_k))
            off[is_normed].append(float(np.abs(weights - kernel).max()))
    return Kernel(max(off[True]), max(off[False]))


def _judge_kernel(n: Kernel) -> Judgement:
    measured = _("weights differ by {difference}", difference=figure(n.normed))
    why = _(
        "attention and Gaussian kernel weights differ by {normed} at most where "
        "keys and queries have norm 1, by {free} where the keys' norms are 0.5 to 2",
        normed=figure(n.normed),
        free=figure(n.free),
    )
    return (
        Judgement.holds(measured, why) if n.normed <= EXACT else Judgement.wrong(measured, why)
    )


# ---- E8: temperature

NORMS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Sharper(NamedTuple):
    """Median entropy by norm, and the share of doublings at which it falls."""

    entropies: list[float]
    falls: float


def _measure_sharper(ctx: Context) -> Sharper:
    d_k, draws = 64, ctx.sample_size(2000, 500)
    rng = np.random.default_rng(0)
    dots = (_units(rng, draws, 1, d_k) * rng.standard_normal((draws, KEYS, d_k))).sum(-1)
    entropies = []
    for norm in NORMS:
        p = softmax(norm * dots / temperature(d_k))
        entropies.append(entropy(p))
    falls = np.diff(entropies, axis=0) < 0
    return Sharper([float(np.median(e)) for e in entropies], float(falls.mean()))


def _judge_sharper(n: Sharper) -> Judgement:
    measured = _("entropy falls in {falls} of the doublings", falls=percent(n.falls))
    why = _(
        "at query norms {norms} the median entropy of the weights is "
        "{entropies}, and it falls in {falls} of "
        "all doublings",
        norms=listed(NORMS),
        entropies=", ".join(f"{e:.3f}" for e in n.entropies),
        falls=percent(n.falls),
    )
    return Judgement.holds(measured, why) if n.falls == 1 else Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "E5",
        E,
        _("q · k has variance dₖ; divided by √dₖ, 1."),
        published="dₖ; 1",
        page="attention",
        tolerance=_(
            "within {variance:g} % for dₖ = {smallest} to {largest}, 100\u202f000 pairs",
            variance=VARIANCE * 100,
            smallest=SIZES[0],
            largest=SIZES[-1],
        ),
        measure=_measure_products,
        judge=_judge_products,
    ),
    Claim(
        "E6",
        E,
        _(
            "The squared gradient of the loss with respect to q is constant when scaled, and "
            "grows linearly in dₖ when not."
        ),
        published=_("constant; linear"),
        page="attention",
        tolerance=_(
            "exponent of the mean against dₖ within {constant:g} of 0 when scaled and "
            "within {linear:g} of 1 when not, {keys} keys, for cross-entropy on the weights "
            "and for a squared loss through the values",
            constant=CONSTANT,
            linear=LINEAR,
            keys=KEYS,
        ),
        measure=_measure_gradients,
        judge=_judge_gradients,
    ),
    Claim(
        "E7",
        E,
        _(
            "With keys and queries of norm 1, attention is Gaussian kernel smoothing with h² = "
            "√dₖ."
        ),
        published=_("exact"),
        page="attention",
        tolerance=_(
            "weights equal within {exact:g}, dₖ = {smallest} to {largest}",
            exact=EXACT,
            smallest=SIZES[0],
            largest=SIZES[-1],
        ),
        measure=_measure_kernel,
        judge=_judge_kernel,
    ),
    Claim(
        "E8",
        E,
        _("A larger query sharpens attention."),
        published=_("sharper"),
        page="attention",
        tolerance=_(
            "the entropy of the weights falls in every one of 2\u202f000 draws at each "
            "doubling of the norm from 0.25 to 8"
        ),
        measure=_measure_sharper,
        judge=_judge_sharper,
    ),
)
