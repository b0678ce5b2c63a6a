"""One hidden layer as a sum of terms: its terms, three fits of their weights. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.spec import LabSpec, TaskSpec, edit
from layerlab.core.translation import _
from layerlab.experiments.basis import claim_rows
from layerlab.experiments.basis.fits import Descent, Ridge
from layerlab.experiments.basis.terms import CURVE_KEYS, GRID, bent, chosen, truth
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.printed import program
from layerlab.nets.problem import load_data
from layerlab.nets.tasks import TASKS

Array = np.ndarray
Numbers = tuple[float, ...]
COMPARED = ("relu", "leaky-relu", "sigmoid")
UPDATES = np.geomspace(1, 1e6, 121)
L2S = np.geomspace(1e-8, 10, 109)
DRAWS = 6
STEEPEST = 400.0  # factor b that can be dragged to
FLATTEST = 0.4


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        curve, activation: what was asked. noise: standard deviation of the data's noise.
        x: (n,) of the curves. truth: (n,) the curve without noise.
        data_x, data_y: (N,) the training points.
        b, c, a: (K,) the terms; d: the constant. units: K. shown: how many are added up.
        by_hand: whether the a are. moved: whether some b or c are.
        pieces: (n, K) a_k s(b_k x + c_k). bends: (n, K) the same without a_k.
        sum, part: (n,) of all terms and of those shown, with d.
        squares: loss of least squares. loss: of the sum that is drawn. error: half the mean
            square of the sum from the truth. left: the same as a share of its variance.
        updates: those chosen. descent: (n,) gradient descent's function after them;
            descent_loss: its loss. descent_losses: (m,) loss at `UPDATES`.
        rate: learning rate of the descent. condition: of its curvature.
        l2: that chosen. low, high: (n,) two deviations of the posterior around its mean;
            draws: (DRAWS, n) functions of it; deviations: (K,) of each a. Always of the
            prior that is chosen, whether or not the band is shown.
        posterior: whether it is.
        errors, losses: (p,) of the posterior's mean at `L2S`; likely: the most likely L2.
        left_by: activation -> (MAX_TERMS + 1,) share that n terms leave. names: of these.
        level: share for equal error. needed: curve -> activation -> terms, None for more.
    """

    curve: str
    activation: str
    noise: float
    x: Array
    truth: Array
    data_x: Array
    data_y: Array
    b: Array
    c: Array
    a: Array
    d: float
    shown: int
    by_hand: bool
    moved: bool
    bends: Array
    squares: float
    loss: float
    error: float
    left: float
    updates: float
    descent: Array
    descent_loss: float
    descent_losses: Array
    rate: float
    condition: float
    l2: float
    low: Array
    high: Array
    draws: Array
    deviations: Array
    posterior: bool
    errors: Array
    losses: Array
    likely: float
    left_by: dict[str, Array]
    names: dict[str, str]
    level: float
    needed: dict[str, dict[str, int | None]]

    @property
    def units(self) -> int:
        """How many terms there are."""
        return len(self.b)

    @property
    def pieces(self) -> Array:
        """The terms with their heights. (n, K)"""
        return np.asarray(self.bends * self.a)

    @property
    def sum(self) -> Array:
        """All terms and the constant. (n,)"""
        return np.asarray(self.bends @ self.a + self.d)

    @property
    def part(self) -> Array:
        """The terms that are shown and the constant. (n,)"""
        return np.asarray(self.bends[:, : self.shown] @ self.a[: self.shown] + self.d)

    def error_at(self, l2: float) -> float:
        """Return the error of the posterior's mean at a penalty, between those computed."""
        logs = np.interp(np.log(l2), np.log(L2S), np.log(np.maximum(self.errors, 1e-300)))
        return float(np.exp(logs))


def compute(
    curve: str = "wave",
    activation: str = "relu",
    units: int = 8,
    shown: int = 24,
    posterior: bool = False,
    terms: Numbers = (),
    heights: Numbers = (),
    updates: Numbers = (1000.0,),
    l2: Numbers = (1e-4,),
    level: Numbers = (0.01,),
) -> Result:
    """Fit the weights of terms to the points of a curve.

    Args:
        curve: name of the task. activation: its name.
        units: terms that there are, the best ones for the curve but for `terms`.
        shown: how many of them are added up.
        posterior: whether the weights are the most likely ones under the prior.
        terms: b, c of the first terms from the left.
        heights: a of the first terms; fitted if there are none, else the others are 0.
        updates, l2, level: one number each: of gradient descent, of the prior, of equal error.

    Raises:
        LabError: an unknown activation; numbers that come in the wrong count; a flat term.
    """
    ACTIVATIONS[activation]
    steps, weight = _one(_("Updates"), updates), _one("L2", l2)
    share = _one(_("Equal error"), level)
    data = load_data(TaskSpec(name=curve))
    data_x, data_y, noise = data.x[:, 0], data.y[:, 0], data.noise
    assert noise is not None  # these tasks know theirs
    true, x = truth(curve, GRID), GRID
    b, c = _with_moved(*chosen(curve, activation).terms(units), terms)
    bends, basis = bent(activation, b, c, x), bent(activation, b, c, data_x)
    ridge, descent = Ridge.of(basis, data_y), Descent.of(basis, data_y)
    plain, plain_d = ridge.fit(0.0)
    likely, likely_d = ridge.fit(weight)
    a, d = (likely[0], likely_d[0]) if posterior else (plain[0], plain_d[0])
    if heights:
        a = np.zeros(units)
        a[: len(heights)] = heights[:units]
        d = float((data_y - basis @ a).mean())
    iterated, walked_d = descent.fit(steps)
    std = ridge.std(weight, noise, bends)
    mean = bends @ likely[0] + likely_d[0]
    every, every_d = ridge.fit(L2S)
    total = bends @ a + d
    normals = np.random.default_rng(0).standard_normal((DRAWS, 25))[:, -units - 1 :]
    return Result(
        curve=curve,
        activation=activation,
        noise=noise,
        x=x,
        truth=true,
        data_x=data_x,
        data_y=data_y,
        b=b,
        c=c,
        a=a,
        d=float(d),
        shown=min(shown, units),
        by_hand=bool(heights),
        moved=bool(terms),
        bends=bends,
        squares=half_square(basis @ plain[0] + plain_d[0] - data_y),
        loss=half_square(basis @ a + d - data_y),
        error=half_square(total - true),
        left=float(((total - true) ** 2).mean() / true.var()),
        updates=steps,
        descent=bends @ iterated + walked_d,
        descent_loss=half_square(basis @ iterated + walked_d - data_y),
        descent_losses=descent.losses(UPDATES),
        rate=descent.rate,
        condition=descent.condition,
        l2=weight,
        low=mean - 2 * std,
        high=mean + 2 * std,
        draws=ridge.draws(weight, noise, bends, normals),
        deviations=ridge.deviations(weight, noise),
        posterior=posterior,
        errors=0.5 * ((every @ bends.T + every_d[:, None] - true) ** 2).mean(1),
        losses=0.5 * ((every @ basis.T + every_d[:, None] - data_y) ** 2).mean(1),
        likely=float(L2S[ridge.evidence(L2S, noise).argmax()]),
        left_by={key: chosen(curve, key).left for key in _with(activation)},
        names={key: ACTIVATIONS[key].label for key in _with(activation)},
        level=share,
        needed={one: needed(one, share) for one in CURVE_KEYS},
    )


def half_square(values: Array) -> float:
    """Return half the mean square: the lab's loss."""
    return float(0.5 * (values**2).mean())


def needed(curve: str, level: float) -> dict[str, int | None]:
    """Return how many terms each activation needs to leave at most a share of the variance."""
    return {key: chosen(curve, key).needed(level) for key in COMPARED}


def _with(activation: str) -> tuple[str, ...]:
    return COMPARED if activation in COMPARED else (*COMPARED, activation)


def _one(name: str, given: Numbers) -> float:
    if len(given) != 1:
        raise LabError(
            _("{name} lists {given} numbers, it must be one", name=name, given=len(given))
        )
    return float(given[0])


def _with_moved(b: Array, c: Array, terms: Numbers) -> tuple[Array, Array]:
    """Put pairs b, c in the place of the first terms."""
    if len(terms) % 2:
        raise LabError(
            _("Terms lists {given} numbers, they must be pairs b, c", given=len(terms))
        )
    pairs = np.array(terms, float).reshape(-1, 2)[: len(b)]
    flat = np.flatnonzero((np.abs(pairs[:, 0]) < FLATTEST) | (np.abs(pairs[:, 0]) > STEEPEST))
    if flat.size:
        raise LabError(
            _(
                "Terms: factor b of term {term} is {factor:g}, its size must be "
                "{flattest:g} to {steepest:g}",
                term=flat[0] + 1,
                factor=pairs[flat[0], 0],
                flattest=FLATTEST,
                steepest=STEEPEST,
            )
        )
    b[: len(pairs)], c[: len(pairs)] = pairs[:, 0], pairs[:, 1]
    return b, c


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about expansions, beside what is computed here."""
    return (
        claim_rows.sum_row(result.activation, result.b, result.c, result.a, result.d),
        claim_rows.composition_row(result.activation),
        claim_rows.leak_row(result.curve, result.level, result.needed[result.curve]),
        claim_rows.needed_row(result.level, result.needed),
    )


@with_knobs_of(compute)
def numpy_code(curve: str, activation: str, **knobs: Any) -> str:
    """Return a program that fits the same terms in three ways; see `compute`."""
    result = compute(curve=curve, activation=activation, **knobs)
    return program(
        "basis_numpy",
        CURVE=curve,
        ACTIVATION=activation,
        TERMS=np.stack((result.b, result.c), 1).round(12).tolist(),
        UPDATES=round(result.updates),
        L2=result.l2,
        NOISE=result.noise,
    )


@with_knobs_of(compute)
def lab_spec(curve: str, activation: str, units: int, posterior: bool, l2: Numbers) -> LabSpec:
    """Return a network of one such layer in the lab, where b and c are trained too."""
    spec = TASKS[curve].recommended()
    spec = edit(edit(spec, "net.hidden", (units,)), "net.activation", activation)
    return edit(spec, "train.l2", _one("L2", l2)) if posterior else spec
