"""Claims about the shape of one activation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from layerlab.claims.base import B, C, Claim, Context, D, Judgement
from layerlab.claims.figures import figure, summary
from layerlab.claims.populations import lab, population, validation_loss
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import edit
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.maths import crossings
from layerlab.nets.transformers import printed_gate

Array = np.ndarray
EXACT = 1e-12
LAST_DIGIT = 0.005
ALIKE = 1.25
REACH = 6.0
LEAK = 0.01


def _line(points: int = 10_001) -> Array:
    return np.linspace(-REACH, REACH, points)  # with 0 in the middle


class Place(NamedTuple):
    """A value and where it is."""

    at: float
    value: float


def _lowest(values: Any, z: Array) -> Place:
    """Return the smallest value of a function near the smallest of a grid."""
    from scipy.optimize import minimize_scalar  # slow to import

    k = int(np.clip(values(z).argmin(), 1, len(z) - 2))
    found: Any = minimize_scalar(
        lambda at: float(values(np.array([at]))[0]),
        bounds=(z[k - 1], z[k + 1]),
        method="bounded",
        options={"xatol": 1e-10},
    )
    on_grid = Place(float(z[k]), float(values(z)[k]))
    return min(on_grid, Place(float(found.x), float(found.fun)), key=lambda p: p.value)


# ---- D23: the dip of GELU


def _measure_dip(ctx: Context) -> Place:
    return _lowest(ACTIVATIONS["gelu"], _line())


def _judge_dip(n: Place) -> Judgement:
    measured = _("{least:.5f} at {at:.4f}", least=n.value, at=n.at)
    why = _("GELU is lowest at {at:.4f}, where it is {least:.5f}", at=n.at, least=n.value)
    return (
        Judgement.holds(measured, why)
        if abs(n.value + 0.17) <= LAST_DIGIT
        else Judgement.wrong(measured, why)
    )


# ---- D27: the gate of SwiGLU


class GateDifferences(NamedTuple):
    """How far the printed gate is from those of SwiGLU and of GLU; growth of the product.

    Attributes:
        swish, glu: the largest differences.
        powers: with what power z * gate(z) grows from z = 50 to 100: printed, SwiGLU.
    """

    swish: float
    glu: float
    powers: tuple[float, float]


def _measure_gate(ctx: Context) -> GateDifferences:
    z, far = _line(), np.array([50.0, 100.0])
    gate = printed_gate(z)
    powers = [
        float(np.log2(product[1] / product[0]))
        for product in (far * printed_gate(far), far * ACTIVATIONS["silu"](far))
    ]
    return GateDifferences(
        float(np.abs(gate - ACTIVATIONS["silu"](z)).max()),
        float(np.abs(gate - ACTIVATIONS["sigmoid"](z)).max()),
        (powers[0], powers[1]),
    )


def _judge_gate(n: GateDifferences) -> Judgement:
    measured = _("differs by up to {swish}", swish=figure(n.swish))
    why = _(
        "the printed gate differs by up to {swish} from z σ(z), the gate of "
        "SwiGLU, and by {glu} from that of GLU; so the unit grows like "
        "z^{printed_power:.2f} instead of z^{power:.2f}",
        swish=figure(n.swish),
        glu=figure(n.glu),
        printed_power=n.powers[0],
        power=n.powers[1],
    )
    return (
        Judgement.holds(measured, why) if n.swish <= EXACT else Judgement.wrong(measured, why)
    )


# ---- B2, B3: derivatives


def _measure_steepest(ctx: Context) -> Place:
    sigmoid = ACTIVATIONS["sigmoid"]
    found = _lowest(lambda z: -sigmoid.derivative_at(z), _line())
    return Place(found.at, -found.value)


def _judge_steepest(n: Place) -> Judgement:
    measured = f"{n.value:.12g}"
    why = _(
        "the derivative is largest at {at:.3f}, where it is {most:.15g}",
        at=abs(n.at),
        most=n.value,
    )
    return (
        Judgement.holds(measured, why)
        if abs(n.value - 0.25) <= EXACT
        else Judgement.wrong(measured, why)
    )


class Slopes(NamedTuple):
    """The largest derivative of ReLU below 0, and where those of GELU and Swish are 0."""

    relu: float
    zeros: dict[str, list[float]]


def _measure_slopes(ctx: Context) -> Slopes:
    below = np.linspace(-100, 0, 10_000, endpoint=False)
    z = _line()
    zeros = {
        label: crossings(ACTIVATIONS[name].derivative_at(z), z)
        for name, label in (("gelu", "GELU"), ("silu", _("Swish")))
    }
    return Slopes(float(np.abs(ACTIVATIONS["relu"].derivative_at(below)).max()), zeros)


def _judge_slopes(n: Slopes) -> Judgement:
    places = ", ".join(
        _("{label} at {at:.4f}", label=label, at=at)
        for label, found in n.zeros.items()
        for at in found
    )
    relu, zeros = figure(n.relu), places or _("nowhere")
    measured = _("ReLU: {relu}; derivative 0: {zeros}", relu=relu, zeros=zeros)
    why = _(
        "below 0 the derivative of ReLU is {relu}; those of the other two change sign: {zeros}",
        relu=relu,
        zeros=zeros,
    )
    if n.relu != 0:
        return Judgement.wrong(measured, why)
    if not places:
        return Judgement.holds(measured, why)
    if max(map(len, n.zeros.values())) == 1:
        return Judgement.holds_only_if(
            _("one point is left out, where each is lowest"), measured, why
        )
    return Judgement.wrong(measured, why)


# ---- C4: what leaky ReLU adds

TASKS = ("wave", "abs", "multi-gauss")


class Leak(NamedTuple):
    """Leaky ReLU against ReLU.

    Attributes:
        from_constant: how far leaky - ReLU is from the nearest constant, at most.
        from_linear: how far it is from (1 - a) ReLU(x) + a x - ReLU(x).
        losses: validation losses of ReLU and of leaky ReLU, by task; none if none are trained.
        reach: end of the line on which they are compared.
    """

    from_constant: float
    from_linear: float
    losses: dict[str, tuple[Array, Array]]
    reach: float = REACH


def _measure_leak(ctx: Context) -> Leak:
    x = _line()
    relu, leaky = ACTIVATIONS["relu"](x), ACTIVATIONS["leaky-relu"](x, LEAK)
    added, losses, count = leaky - relu, {}, ctx.sample_size(64, 32)
    for k, task in enumerate(TASKS):
        pair = []
        for j, name in enumerate(("relu", "leaky-relu")):
            spec = edit(edit(lab(task), "net.activation", name), "net.slope", LEAK)
            part = ctx.part(2 * k + j, 2 * len(TASKS))
            pair.append(validation_loss(spec, population(part, spec, count)[-1]))
        losses[task] = (pair[0], pair[1])
    return Leak(
        float(added.max() - added.min()) / 2,
        float(np.abs(leaky - ((1 - LEAK) * relu + LEAK * x)).max()),
        losses,
    )


def _judge_leak(n: Leak) -> Judgement:
    medians = {task: [float(np.median(v)) for v in pair] for task, pair in n.losses.items()}
    much = [task for task, pair in medians.items() if max(pair) > ALIKE * min(pair)]
    change = figure(n.from_constant)
    measured = _("{from_constant} from a constant", from_constant=change)
    why = _(
        "leaky - ReLU is up to {from_constant} from any constant in [-{reach:g}, {reach:g}] "
        "and {from_linear} from (1 - a) ReLU(x) + a x - ReLU(x), so a linear term is added",
        from_constant=change,
        reach=n.reach,
        from_linear=figure(n.from_linear),
    )
    if n.losses:
        changes = (
            _("a good deal changes on {tasks}", tasks=joined_by_and(much))
            if much
            else _("little changes")
        )
        text = "; ".join(
            _("{task} {relu} and {leaky}", task=task, relu=summary(a), leaky=summary(b))
            for task, (a, b) in n.losses.items()
        )
        measured = _("{from_constant}; {changes}", from_constant=measured, changes=changes)
        why = _(
            "{shape}; {changes}: validation losses of ReLU and leaky are {losses}",
            shape=why,
            changes=changes,
            losses=text,
        )
    if n.from_constant <= EXACT and not much:
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D23",
        D,
        _("GELU has a minimum of about -0.17."),
        published="-0.17",
        tolerance=_("within {last_digit} of -0.17", last_digit=LAST_DIGIT),
        page="activations",
        measure=_measure_dip,
        judge=_judge_dip,
    ),
    Claim(
        "D27",
        D,
        _("SwiGLU is printed with the logistic function as its gate."),
        published="gate = σ(z)",
        page="at-scale",
        tolerance=_(
            "wrong if the printed gate differs from z σ(z) (Shazeer 2020) by "
            "more than {exact:g} somewhere in [-6, 6]",
            exact=EXACT,
        ),
        measure=_measure_gate,
        judge=_judge_gate,
    ),
    Claim(
        "B2",
        B,
        _("The derivative of the sigmoid is at most 0.25."),
        published="0.25",
        tolerance=_("within {exact:g}", exact=EXACT),
        page="numpy-or-torch",
        measure=_measure_steepest,
        judge=_judge_steepest,
    ),
    Claim(
        "B3",
        B,
        _(
            "The gradient of ReLU is exactly 0 for negative input; those of GELU and Swish are "
            "non-zero everywhere."
        ),
        published=_("0; non-zero everywhere"),
        page="numpy-or-torch",
        tolerance=_(
            "ReLU: exactly 0 at 10\u202f000 points below 0; GELU, Swish: the "
            "derivative changes its sign nowhere in [-6, 6]"
        ),
        measure=_measure_slopes,
        judge=_judge_slopes,
    ),
    Claim(
        "C4",
        C,
        _("Leaky ReLU is ReLU with a larger bias term, so that little changes."),
        published=_("a larger bias"),
        page="basis",
        tolerance=_(
            "leaky(x) - ReLU(x) is a constant within {exact:g}; little changes if the "
            "medians of 64 seeds on wave, abs and multi-gauss are within 25 % of each other",
            exact=EXACT,
        ),
        measure=_measure_leak,
        judge=_judge_leak,
    ),
)
