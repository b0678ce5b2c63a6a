"""The ledger's rows about attention, judged by what the page computes. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.core.experiment import (
    HOLDS,
    NOT_REPRODUCED,
    ONLY_IF,
    PENDING,
    WRONG,
    ClaimRow,
)
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _
from layerlab.nets.studies.attention import temperature
from layerlab.nets.studies.attention_draws import FREE, MAX_DRAWS, SCALED, SIZES, Summary, power

Array = np.ndarray
CONSTANT, LINEAR = 0.1, 0.15  # how far a power of d_k may be from 0, and from 1
ROUNDING = 1e-9  # of weights: squared distances of long queries lose some digits
VARIANCE = 0.1  # relative: keys of one query are not independent draws
_WAITS = "…"


def _waiting(summary: Summary) -> str:
    return _(
        "{draws} of {max_draws} queries are drawn so far",
        draws=summary.draws,
        max_draws=MAX_DRAWS,
    )


def product_row(drawn: Summary, d_k: int) -> ClaimRow:
    """Judge that q . k has variance d_k, and 1 once it is divided."""
    statement = _("q · k has variance dₖ; divided by √dₖ, 1.")
    if drawn.draws < MAX_DRAWS:
        return ClaimRow("E5", statement, "dₖ; 1", _WAITS, PENDING, _waiting(drawn))
    plain = float(drawn.dots.var())
    scaled = float((drawn.dots / temperature(d_k)).var())
    fits = abs(plain / d_k - 1) <= VARIANCE and abs(scaled - 1) <= VARIANCE
    why = _(
        "of {products} products of normal vectors with dₖ = {d_k} the variance is "
        "{plain}, divided {scaled}",
        products=drawn.dots.size,
        d_k=d_k,
        plain=number(plain),
        scaled=number(scaled),
    )
    measured = _(
        "{plain}; {scaled} at dₖ {d_k}", plain=number(plain), scaled=number(scaled), d_k=d_k
    )
    return ClaimRow("E5", statement, "dₖ; 1", measured, HOLDS if fits else WRONG, why)


def powers(summaries: tuple[Summary, ...], through: str) -> tuple[float, float]:
    """Return the power of d_k with which the mean gradient grows, scaled and not."""
    means = np.array([getattr(one, through)[:, 0] for one in summaries])  # (SIZES, 2)
    big = np.array(SIZES) >= 16  # below, products are not normal yet
    at = np.array(SIZES)[big]
    return power(at, means[big, SCALED]), power(at, means[big, FREE])


def gradient_row(summaries: tuple[Summary, ...]) -> ClaimRow:
    """Judge that the squared gradient is constant scaled, and linear in d_k when not."""
    statement = _("The squared gradient of q is constant when scaled, linear in dₖ when not.")
    published = _("constant; linear")
    least = min(summaries, key=lambda one: one.draws)
    if least.draws < MAX_DRAWS:
        return ClaimRow("E6", statement, published, _WAITS, PENDING, _waiting(least))
    found = {through: powers(summaries, through) for through in ("weights", "values")}
    fits = {
        through: abs(scaled) <= CONSTANT and abs(free - 1) <= LINEAR
        for through, (scaled, free) in found.items()
    }
    verdict = NOT_REPRODUCED
    if all(fits.values()):
        verdict = HOLDS
    elif fits["weights"]:
        verdict = f"{ONLY_IF} {_('the loss is cross-entropy on the weights')}"
    (a, b), (c, d) = found["weights"], found["values"]
    median = summaries[-1].values[FREE, 1]
    why = _(
        "the mean grows with dₖ to the power {scaled:.2f} scaled and {plain:.2f} not with "
        "cross-entropy on the weights, {scaled_values:.2f} and {plain_values:.2f} through the "
        "values, whose median is {median} at dₖ = {largest}, not scaled",
        scaled=a,
        plain=b,
        scaled_values=c,
        plain_values=d,
        median=number(median, 2),
        largest=SIZES[-1],
    )
    measured = _(
        "powers {powers}",
        powers="; ".join(f"{one:.1f}" for one in np.array([a, b, d]).round(1) + 0.0),
    )
    return ClaimRow("E6", statement, published, measured, verdict, why)


def kernel_row(difference: float, norms: Array, scaled: bool, norm: float) -> ClaimRow:
    """Judge that attention is Gaussian smoothing of h^2 = √d_k."""
    statement = _("With norms of 1, attention is Gaussian kernel smoothing with h² = √dₖ.")
    equal = bool(np.ptp(norms) < 1e-12)
    needs = [] if equal else [_("all keys have one norm")]
    if not scaled:
        needs.append(_("q · k is divided by √dₖ"))
    if equal:
        why = _(
            "the weights of attention and kernel differ by {difference} at most; the norm of "
            "the query, {norm} here, cancels",
            difference=number(difference, 2),
            norm=number(norm),
        )
    else:
        why = _(
            "the weights of attention and kernel differ by {difference} at most, with norms of "
            "the keys from {shortest} to {longest}",
            difference=number(difference, 2),
            shortest=number(norms.min()),
            longest=number(norms.max()),
        )
    if difference <= ROUNDING:
        verdict = HOLDS
    else:
        verdict = f"{ONLY_IF} {joined_by_and(needs)}" if needs else WRONG
    measured = _("weights differ by {difference}", difference=number(difference, 2))
    return ClaimRow("E7", statement, _("exact"), measured, verdict, why)


def temperature_row(entropies: Array, falls: float) -> ClaimRow:
    """Judge that a longer query sharpens attention."""
    statement = _("A larger query sharpens attention.")
    why = _(
        "from norm 0.25 to 256 the entropy of this query's weights goes from {first} to "
        "{last}; at all positions it falls in {falls:.3g} % of the doublings",
        first=number(entropies[0]),
        last=number(entropies[-1]),
        falls=100 * falls,
    )
    verdict = HOLDS if falls == 1 else f"{ONLY_IF} {_('the products q · k differ')}"
    measured = _("falls in {falls:.3g} % of doublings", falls=100 * falls)
    return ClaimRow("E8", statement, _("sharper"), measured, verdict, why)
