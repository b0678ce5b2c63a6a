"""The ledger's rows about attention, judged by what the page computes. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.claims import claim
from layerlab.claims.attention import (
    KEYS,
    NORMS,
    SIZES,
    Kernel,
    Products,
    Sharper,
    SquaredGradients,
)
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number, percent
from layerlab.core.translation import _
from layerlab.nets.studies.attention import temperature
from layerlab.nets.studies.attention_draws import MAX_DRAWS, Summary
from layerlab.nets.studies.attention_draws import SIZES as DRAWN

Array = np.ndarray


def _waiting(summary: Summary) -> str:
    return _(
        "{draws} of {max_draws} queries are drawn so far",
        draws=summary.draws,
        max_draws=MAX_DRAWS,
    )


def product_row(drawn: Summary, d_k: int) -> ClaimRow:
    """Judge E5 by the products of one d_k."""
    if drawn.draws < MAX_DRAWS:
        return claim("E5").pending(_waiting(drawn))
    dots = drawn.dots  # (draws, keys): the keys of a query are no independent draws
    squares = (dots**2).mean(axis=1)
    error = float(squares.std(ddof=1) / np.sqrt(len(squares)) / squares.mean())
    variances = {d_k: (float(dots.var()), float((dots / temperature(d_k)).var()))}
    here = _(
        "{products} products at dₖ = {d_k}, give or take {error}",
        products=number(dots.size),
        d_k=d_k,
        error=percent(error),
    )
    return claim("E5").row(Products(variances, error), here=here)


def gradient_row(summaries: tuple[Summary, ...], keys: int) -> ClaimRow:
    """Judge E6 by what is drawn of the ledger's sizes.

    Args:
        summaries: by `attention_draws.SIZES`. keys: of each query.
    """
    least = min(summaries, key=lambda one: one.draws)
    if least.draws < MAX_DRAWS:
        return claim("E6").pending(_waiting(least))
    chosen = [summaries[DRAWN.index(d_k)] for d_k in SIZES]

    def squared(pairs: list[Array]) -> SquaredGradients:
        means, medians = np.moveaxis(np.array(pairs), -1, 0)  # (sizes, 2) each
        scaled, free = means.T.tolist()
        return SquaredGradients((scaled, free), tuple(medians.T.tolist()))

    numbers = {
        "weights": squared([one.weights for one in chosen]),
        "values": squared([one.values for one in chosen]),
    }
    here = ""
    if keys != KEYS:
        here = _("{keys} keys, where the ledger takes {ledger}", keys=keys, ledger=KEYS)
    return claim("E6").row(numbers, here=here)


def kernel_row(apart: float, unit: float, norms: Array, scaled: bool, norm: float) -> ClaimRow:
    """Judge E7 by the keys of the page.

    Args:
        apart: largest difference of weights of attention and of the kernel that is claimed.
        unit: the same for queries of norm 1. norms: of the keys. norm: of the queries.
        scaled: whether q . k is divided by √d_k.
    """
    measured = _("weights differ by {difference}", difference=number(apart, 2))
    if np.ptp(norms) > 1e-12:
        why = _(
            "the keys have norms from {shortest} to {longest}",
            shortest=number(norms.min()),
            longest=number(norms.max()),
        )
        return claim("E7").not_here(why, measured)
    if not scaled:
        return claim("E7").not_here(_("q · k is not divided by √dₖ"), measured)
    why = _(
        "the weights of attention and kernel differ by {unit} at most with queries of norm 1, "
        "and by {difference} with those of norm {norm} here, which cancels",
        unit=number(unit, 2),
        difference=number(apart, 2),
        norm=number(norm),
    )
    here = _("the keys and the dₖ of this page")
    return claim("E7").row(Kernel(unit, apart), measured=measured, why=why, here=here)


def temperature_row(entropies: Array) -> ClaimRow:
    """Judge E8 by the queries at all positions from which the keys differ.

    Args:
        entropies: (norms, positions) of their weights, at the ledger's norms.
    """
    if not entropies.size:
        return claim("E8").not_here(_("all keys are alike, and so are their weights"))
    falls = float((np.diff(entropies, axis=0) < 0).mean())
    numbers = Sharper([float(np.median(one)) for one in entropies], falls)
    here = _(
        "{count} queries at these keys, norms {low} to {high}",
        count=entropies.shape[1],
        low=number(NORMS[0]),
        high=number(NORMS[-1]),
    )
    return claim("E8").row(numbers, here=here)
