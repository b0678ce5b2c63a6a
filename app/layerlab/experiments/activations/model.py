"""Activations in numbers: derivatives, minima, and moments of a Gaussian after them. No Qt."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from layerlab.claims import claim
from layerlab.claims.dying import SEEN, Died
from layerlab.claims.shapes import Leak, Place
from layerlab.claims.signal import Halved
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.numbers import number, percent
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
        claim("B2").at_once(),
        claim("B3").at_once(),
        _gelu_row(result),
        _half_row(result),
        _leak_row(result),
        _alive_row(result),
    )


def _gelu_row(result: Result) -> ClaimRow:
    lowest = result.of("gelu").lowest
    return claim("D23").row(Place(*(lowest if lowest is not None else (math.nan, math.nan))))


def _half_row(result: Result) -> ClaimRow:
    relu = result.of("relu")
    arrived = result.mean**2 + result.std**2
    return claim("D22").row(
        Halved(relu.variance / result.std**2, relu.square / arrived),
        here=_(
            "ReLU behind numbers of mean {mean} and standard deviation {std}, not at He",
            mean=number(result.mean),
            std=number(result.std),
        ),
    )


def _leak_row(result: Result) -> ClaimRow:
    linear = result.leaky_slope * (result.z - result.corner)
    numbers = Leak(
        float(np.ptp(result.leak)) / 2, float(np.abs(result.leak - linear).max()), {}, VIEW
    )
    here = _("leaky ReLU of slope {slope:g}; nothing is trained", slope=result.leaky_slope)
    return claim("C4").row(numbers, here=here)


def _alive_row(result: Result) -> ClaimRow:
    leaky, relu = result.of("leaky-relu").dead, result.of("relu").dead
    if not result.leaky_slope:
        return claim("D24").not_here(_("with a slope of 0 leaky ReLU is ReLU"))
    shares = {"relu": percent(relu), "leaky": percent(leaky)}
    if relu < SEEN:
        why = _("hardly any z has a derivative of 0 with ReLU ({relu})", **shares)
        return claim("D24").not_here(why)
    why = _("{leaky} of z have a derivative of 0 with leaky ReLU, {relu} with ReLU", **shares)
    here = _("single numbers, where the ledger looks at units")
    return claim("D24").row(Died(relu, leaky), why=why, here=here)


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
