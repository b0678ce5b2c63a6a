"""Activations in numbers: derivatives, minima, and moments of a Gaussian after them. No Qt."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.core.experiment import HOLDS, ONLY_IF, WRONG, ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.numbers import number
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _
from layerlab.experiments.activations.moments import cells, density_behind, extremes, moments
from layerlab.nets.activations import ACTIVATIONS, SLOPE, Activation
from layerlab.nets.printed import program

Array = np.ndarray
FLAT = 0.05  # a derivative below this share of the largest counts as saturated
VIEW = 5.0  # curves are drawn over -VIEW to VIEW


@dataclass(frozen=True, eq=False)
class Facts:
    """What one activation does to the gaussian z.

    Attributes:
        key, label: its name in files, and on screen.
        h, derivative: (n,) value and derivative at `Result.z`.
        mean, square: E[h] and E[h^2]. variance: of h.
        dead: share of z at which the derivative is exactly 0.
        saturated: share of z at which it is below `FLAT` of the largest, dead ones too.
        largest: largest size of the derivative, anywhere.
        lowest: where the smallest value is and what it is; None without a minimum.
    """

    key: str
    label: str
    h: Array
    derivative: Array
    mean: float
    square: float
    dead: float
    saturated: float
    largest: float
    lowest: tuple[float, float] | None

    @property
    def variance(self) -> float:
        """Var h."""
        return max(0.0, self.square - self.mean**2)


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        z: (n,) of the curves.
        facts: of every activation, in the order of the registry. chosen: one of them.
        mean, std: of the Gaussian that arrives; its density at z: `before`, (n,).
        edges: (b + 1,) of the histogram of h; `after`: (b,) density of h in its cells.
        softplus, corner: (n,) softplus of the chosen sharpness, and ReLU.
        gap: their largest difference, at 0.
        leak: (n,) leaky ReLU minus ReLU.
    """

    z: Array
    facts: tuple[Facts, ...]
    chosen: Facts
    mean: float
    std: float
    before: Array
    edges: Array
    after: Array
    softplus: Array
    corner: Array
    gap: float
    leak: Array
    leaky_slope: float

    def of(self, key: str) -> Facts:
        """Return the facts of one activation."""
        return next(facts for facts in self.facts if facts.key == key)


def compute(
    activation: str = "relu",
    mean: float = 0.0,
    std: float = 1.0,
    slope: float = 0.1,
    sharpness: float = 1.0,
) -> Result:
    """Push a gaussian through every activation.

    Args:
        activation: name of the one that is looked at closely.
        mean, std: of the Gaussian z.
        slope: derivative of leaky ReLU below zero. sharpness: beta of softplus.

    Raises:
        LabError: an activation that is not known.
    """
    entry = ACTIVATIONS[activation]
    z = np.linspace(-VIEW, VIEW, 401)
    facts = tuple(_facts(one, z, mean, std, slope) for one in ACTIVATIONS)
    edges, after = density_behind(entry, mean, std, slope)
    softplus, corner = np.logaddexp(sharpness * z, 0) / sharpness, np.maximum(z, 0)
    return Result(
        z,
        facts,
        next(one for one in facts if one.key == activation),
        mean,
        std,
        np.exp(-0.5 * ((z - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi)),
        edges,
        after,
        softplus,
        corner,
        math.log(2) / sharpness,
        ACTIVATIONS["leaky-relu"](z, slope) - corner,
        slope,
    )


@functools.lru_cache(maxsize=256)
def _extremes(key: str, slope: float) -> tuple[float, tuple[float, float] | None]:
    return extremes(ACTIVATIONS[key], slope)


def _facts(entry: Activation, z: Array, mean: float, std: float, slope: float) -> Facts:
    slope = slope if entry.uses_slope else SLOPE  # one key of `_extremes` for all
    first, second = moments(entry, mean, std, slope)
    largest, lowest = _extremes(entry.key, slope)
    middles, share = cells()
    rate = np.abs(entry.derivative_at(mean + std * middles, slope))
    dead = float(share[rate == 0].sum())
    # Smooth ones underflow to 0 far out; they are dead nowhere.
    dead = dead if entry.piecewise_linear else 0.0
    return Facts(
        entry.key,
        entry.label,
        entry(z, slope),
        entry.derivative_at(z, slope),
        first,
        second,
        dead,
        float(share[rate < FLAT * largest].sum()),
        largest,
        lowest,
    )


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about activations, beside what is computed here."""
    return (
        _sigmoid_row(result),
        _zero_row(result),
        _gelu_row(result),
        _half_row(result),
        _leak_row(result),
        _alive_row(result),
    )


def _sigmoid_row(result: Result) -> ClaimRow:
    largest = result.of("sigmoid").largest
    return ClaimRow(
        "B2",
        _("The derivative of the sigmoid is at most a quarter."),
        "0.25",
        f"{largest:.4f}",
        HOLDS if abs(largest - 0.25) < 1e-9 else WRONG,
        _("it is {largest:.4f}, at z = 0", largest=largest),
    )


def _zero_row(result: Result) -> ClaimRow:
    below = result.of("relu").derivative[result.z < 0]
    places = [result.of(key).lowest for key in ("gelu", "silu")]
    turns = [place[0] for place in places if place is not None]
    verdict = (
        f"{ONLY_IF} {_('one point is left out, where each is lowest')}" if turns else HOLDS
    )
    if (below != 0).any():
        verdict = WRONG
    where = joined_by_and(number(z) for z in turns)
    return ClaimRow(
        "B3",
        _("ReLU's derivative is 0 below zero; those of GELU and Swish are zero nowhere."),
        _("nowhere"),
        f"z = {where}",
        verdict,
        _(
            "GELU and Swish have a minimum, and there a derivative of zero: z = {where}",
            where=where,
        ),
    )


def _gelu_row(result: Result) -> ClaimRow:
    lowest = result.of("gelu").lowest
    place, value = lowest if lowest is not None else (math.nan, math.nan)
    return ClaimRow(
        "D23",
        _("GELU has a minimum of about −0.17."),
        "−0.17",
        number(value, 5),
        HOLDS if abs(value + 0.17) < 0.005 else WRONG,
        _("it lies at z = {place}", place=number(place, 4)),
    )


def _half_row(result: Result) -> ClaimRow:
    relu = result.of("relu")
    arrived = result.mean**2 + result.std**2
    square, variance = relu.square / arrived, relu.variance / result.std**2
    if abs(variance - 0.5) < 0.01:
        verdict = HOLDS
    elif abs(square - 0.5) < 0.01:
        verdict = f"{ONLY_IF} {_('of the mean square')}"
    else:
        verdict = f"{ONLY_IF} {_('of the mean square, at mean 0')}"
    return ClaimRow(
        "D22",
        _("ReLU halves the variance."),
        "× 0.5",
        f"× {variance:.3f}",
        verdict,
        _(
            "of the variance {variance:.3f} is left, of the mean square {square:.3f}",
            variance=variance,
            square=square,
        ),
    )


def _leak_row(result: Result) -> ClaimRow:
    change = float(np.ptp(result.leak))
    return ClaimRow(
        "C4",
        _("Leaky ReLU is ReLU with a larger bias."),
        _("a constant"),
        _("{slope:g} · z below 0", slope=result.leaky_slope),
        HOLDS if change < 1e-12 else WRONG,
        _(
            "leaky minus ReLU changes by {change:.2f} between z = {view} and 0; a bias "
            "would not change",
            change=change,
            view=number(-VIEW),
        ),
    )


def _alive_row(result: Result) -> ClaimRow:
    leaky, relu = result.of("leaky-relu").dead, result.of("relu").dead
    return ClaimRow(
        "D24",
        _("Leaky ReLU has no dead neurons."),
        _("none"),
        _("{share:.0f} % of z", share=100 * leaky),
        HOLDS if leaky == 0 else f"{ONLY_IF} {_('its slope is above 0')}",
        _(
            "{leaky:.0f} % of z have a derivative of zero, with ReLU {relu:.0f} %",
            leaky=100 * leaky,
            relu=100 * relu,
        ),
    )


@with_knobs_of(compute)
def numpy_code(activation: str, mean: float, std: float, slope: float, sharpness: float) -> str:
    """Return a program that prints the moments behind the activation; see `compute`."""
    return program(
        "activations_numpy",
        ACTIVATION=activation,
        SLOPE=slope,
        MEAN=mean,
        STD=std,
        SHARPNESS=sharpness,
    )


@with_knobs_of(compute)
def lab_spec(activation: str, slope: float) -> LabSpec:
    """Return the default lab with this activation, six layers deep, where it matters."""
    spec = edit(edit(LabSpec(), "net.depth", 6), "net.activation", activation)
    return edit(spec, "net.slope", slope) if ACTIVATIONS[activation].uses_slope else spec
