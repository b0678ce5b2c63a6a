"""The adviser's rules: which figures mean which trouble, and what is turned then.

Each rule takes what was measured and returns a finding or None. Their order in `RULES` is
the order in which troubles hide each other: what is wrong at initialization, then in training,
then at its end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from layerlab.core.advice import DEAD, EXPLODING, NARROW, OVERFIT, RATE, VANISHING, Finding
from layerlab.core.declared import KNOBS
from layerlab.core.numbers import grouped, number
from layerlab.core.spec import edit
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.adviser.measured import Measured
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.optimizers import OPTIMIZERS

Rule = Callable[[Measured], Finding | None]
Cure = tuple[tuple[str, object], ...]

# The thresholds, each with its reason.
GROWS = 30.0  # times over the hidden layers, initially; sound nets of four layers stay below 3
FADES = 0.01  # likewise; sound nets of four layers stay above 0.1
FADES_A_LAYER = 0.7  # of theory: He keeps ReLU's at 1, Xavier tanh's above 0.8
LAYERS = 4  # fewer do not fade far enough to matter
INITIALLY_DEAD = 0.35  # of the first layer: without biases none is, PyTorch's default has 0.25
DEAD_LAYER_SHARE = 0.5  # of the seeds, with a whole layer dead
FEW, SHALLOW = 2, 4  # so few neurons in so few layers are what is wrong, whatever they do
DEAD_SHARE = 0.4  # of a layer; a trained sound ReLU net has up to 0.2
DIED = 0.5  # of a layer since initialization
SWINGS = 0.28  # of the loss's logarithm between reports; sound runs stay below 0.23
RISES = 1.6  # times its lowest that the loss ends at; sound runs stay below 1.45
WELL = 0.1  # of the loss that counts as a fit: what swings there does no harm
FITS = 0.97  # accuracy or R²
FLAT = 1.15  # times that the loss still falls over the last third
GAP, TURNS = 2.0, 1.25  # validation beside training; validation beside its lowest
WIDEST = 32  # neurons, from which on more of them are not what helps
LEAK = 0.1  # slope of the leaky ReLU that is advised: 0.01 lets too little through


def findings(m: Measured) -> tuple[Finding, ...]:
    """Return what is wrong, the most useful first."""
    found = [rule(m) for rule in RULES]
    return tuple(one for one in found if one is not None and one.cured(m.spec) != m.spec)


def is_fit(m: Measured) -> bool:
    """Return whether the training set is fitted, as the lab's success or the score has it."""
    scored = m.score is not None and m.score >= FITS
    return m.broken is None and (m.loss <= m.threshold or scored)


def _is_flat(m: Measured) -> bool:
    before = float(m.train[len(m.train) * 2 // 3])
    return m.broken is None and before <= FLAT * m.loss


# ---- at initialization


def exploding(m: Measured) -> Finding | None:
    """Signal or gradient grow from layer to layer."""
    forth, back = m.length_growth, m.back
    if m.depth < 2 or max(forth, back) < GROWS:
        return None
    what, growth = ("signal", forth) if forth >= back else ("gradient", back)
    cure, label, why = _sound_init(m)
    return Finding(
        EXPLODING,
        _(
            "The {what} grows ×{a_layer} a layer, ×{growth} over {depth}.",
            what=what,
            a_layer=number(_a_layer(m, growth), 2),
            growth=number(growth, 2),
            depth=m.depth,
        ),
        why,
        (*_at_initialization(m), *_ends(m)),
        cure,
        label,
    )


def vanishing(m: Measured) -> Finding | None:
    """Signal or gradient fade from layer to layer, as the initialization has it."""
    least = min(m.forth, m.back)
    if m.depth < LAYERS or least > FADES or m.dead_layer_share >= DEAD_LAYER_SHARE:
        return None
    expected = m.expected_back
    if expected is not None and _a_layer(m, expected) > FADES_A_LAYER:
        return None
    what, fade = ("variance", m.forth) if m.forth <= m.back else ("gradient", m.back)
    cure, label, why = _sound_init(m)
    return Finding(
        VANISHING,
        _(
            "The {what} fades ×{a_layer} a layer, ×{fade} over {depth}.",
            what=what,
            a_layer=number(_a_layer(m, fade), 2),
            fade=number(fade, 2),
            depth=m.depth,
        ),
        why,
        (*_at_initialization(m), *_ends(m)),
        cure,
        label,
    )


def dead_at_initialization(m: Measured) -> Finding | None:
    """Biases too large for the weights: neurons are dead before they have learned anything."""
    if not m.depth or float(m.initially_dead[0]) < INITIALLY_DEAD or is_fit(m):
        return None
    cure, label, why = _sound_init(m)
    return Finding(
        DEAD,
        _(
            "Layer 1: {share:.0f} % of neurons are dead at initialization.",
            share=100 * m.initially_dead[0],
        ),
        why,
        (*_deaths(m), *_ends(m)),
        cure,
        label,
    )


def dead_layer(m: Measured) -> Finding | None:
    """So few ReLU neurons a layer, so deep, that a whole layer is dead in most seeds."""
    if m.dead_layer_share < DEAD_LAYER_SHARE or is_fit(m):
        return None
    share = f"{100 * m.dead_layer_share:.0f} %"
    return _leaky(
        m, _("A whole layer is dead at initialization in {share} of the seeds.", share=share)
    )


def narrow(m: Measured) -> Finding | None:
    """One or two neurons a layer bend too little."""
    few = m.depth and min(m.spec.net.hidden) <= FEW and m.depth <= SHALLOW
    return _wider(m) if few and not is_fit(m) and _is_flat(m) else None


# ---- in training


def rate(m: Measured) -> Finding | None:
    """The loss swings, rises, or neurons die, because the steps are too long."""
    speed, steep = m.spec.train.rate, OPTIMIZERS[m.spec.train.optimizer].steep_rate
    died = m.depth and float((m.dead - m.initially_dead).max()) >= DIED and speed >= steep
    swings = m.swings >= SWINGS or m.rise >= RISES
    fits_well = m.broken is None and m.loss <= WELL * m.threshold
    if m.broken is not None:
        line = _(
            "Diverged at update {update}: the learning rate {speed:g} is too high.",
            update=grouped(m.broken),
            speed=speed,
        )
    elif swings and not fits_well:
        line = _(
            "The loss swings by {swing:.0f} % between reports: rate {speed:g} is too high.",
            swing=100 * np.expm1(m.swings),
            speed=speed,
        )
        if m.swings < SWINGS:
            line = _(
                "The loss ends at {rise:.1f} times its lowest: rate {speed:g} is too high.",
                rise=m.rise,
                speed=speed,
            )
    elif died and not is_fit(m):
        layer = int((m.dead - m.initially_dead).argmax())
        line = _(
            "Layer {layer}: {dead:.0f} % died in training at rate {speed:g}.",
            layer=layer + 1,
            dead=100 * m.dead[layer],
            speed=speed,
        )
    else:
        return None
    slower = float(f"{max(speed / 10, float(KNOBS['train.rate'].low or 0)):.3g}")
    return Finding(
        RATE,
        line,
        _("Shorter steps settle where long ones jump across."),
        (
            (_("swing of the loss between late reports"), f"{100 * np.expm1(m.swings):.0f} %"),
            (_("last loss beside its lowest"), f"×{number(m.rise, 3)}"),
            *_ends(m),
        ),
        (("train.rate", slower),),
        _("Rate {rate:g}", rate=slower),
    )


def dying(m: Measured) -> Finding | None:
    """Much of a layer is dead at the end, and the fit is poor."""
    if not m.depth or is_fit(m) or float(m.dead.max()) < DEAD_SHARE:
        return None
    layer = int(m.dead.argmax())
    return _leaky(
        m, _("Layer {layer}: {dead:.0f} % dead.", layer=layer + 1, dead=100 * m.dead[layer])
    )


# ---- at the end


def overfit(m: Measured) -> Finding | None:
    """The held-out points were better off earlier."""
    held = m.validation
    if held is None or m.broken is not None or not m.loss < held[-1] / GAP:
        return None
    best = int(held.argmin())
    if not held[-1] >= TURNS * held[best]:
        return None
    early = max(1, int(m.updates[best]))
    cure: Cure = (("train.updates", early),)
    hint = _("Stop where it was lowest; fewer neurons or more data would help, too.")
    label = _("Stop at {update}", update=early)
    return Finding(
        OVERFIT,
        _(
            "Overfits: training {loss}, validation {validation}.",
            loss=number(m.loss, 2),
            validation=number(float(held[-1]), 2),
        ),
        hint,
        (
            (_("lowest validation loss"), number(float(held[best]))),
            (_("at update"), grouped(int(m.updates[best]))),
            *_ends(m),
        ),
        cure,
        label,
    )


def underfit(m: Measured) -> Finding | None:
    """The loss is flat and the fit is poor, at a width that can be more."""
    thin = m.depth and max(m.spec.net.hidden) <= WIDEST
    return _wider(m) if thin and not is_fit(m) and _is_flat(m) else None


RULES: tuple[Rule, ...] = (
    exploding,
    dead_at_initialization,
    narrow,
    dead_layer,
    vanishing,
    rate,
    dying,
    overfit,
    underfit,
)


# ---- cures


def _wider(m: Measured) -> Finding:
    own = min(m.spec.net.hidden)
    wide = max(8, 4 * own)
    flat = _flat_since(m)
    return Finding(
        NARROW,
        _(
            "Underfits: training loss {loss}, flat for {flat} updates, at width {width}.",
            loss=number(m.loss, 2),
            flat=grouped(flat),
            width=own,
        ),
        _("More neurons a layer add more kinks to the function."),
        ((_("a fit would be"), _("below {threshold:g}", threshold=m.threshold)), *_ends(m)),
        (("net.width", wide),),
        _("Width {width}", width=wide),
    )


def _flat_since(m: Measured) -> int:
    """Return for how many updates the loss has been within `FLAT` of its last."""
    away = np.flatnonzero(m.train > FLAT * m.loss)
    first = int(away[-1]) + 1 if away.size else 0
    return int(m.updates[-1] - m.updates[min(first, len(m.updates) - 1)])


def _leaky(m: Measured, line: str) -> Finding:
    if ACTIVATIONS[m.spec.net.activation].is_zero_below:
        cure: Cure = (("net.activation", "leaky-relu"), ("net.slope", LEAK))
        label, hint = (
            _("Leaky ReLU"),
            _(
                "A slope of {leak} for negative pre-activations keeps a gradient there.",
                leak=LEAK,
            ),
        )
    else:
        cure, label, hint = _sound_init(m)
    return Finding(DEAD, line, hint, (*_deaths(m), *_ends(m)), cure, label)


def _sound_init(m: Measured) -> tuple[Cure, str, str]:
    """Return the initialization that keeps an activation's variance: cure, label, reason."""
    net = m.spec.net
    entry = ACTIVATIONS[net.activation]
    is_off_centre = entry.is_symmetric and entry.at_zero != 0  # sigmoid is 1/2 there
    activation = "tanh" if is_off_centre else net.activation
    init = "xavier-normal" if entry.is_symmetric else "he-normal"
    cure: Cure = (("net.init", init),)
    label = INITIALIZERS[init].label
    if activation != net.activation:
        cure = (("net.activation", activation), *cure)
        label = _(
            "{activation} and {init}", activation=ACTIVATIONS[activation].label, init=label
        )
    why = _(
        "{init} keeps {activation}'s variance.",
        init=INITIALIZERS[init].label,
        activation=ACTIVATIONS[activation].label,
    )
    if all(edit(m.spec, path, value) == m.spec for path, value in cure):
        cure, label = (("net.layer_norm", True),), _("Layer norm")
        why = _("Layer norm brings each layer's pre-activations back to variance 1.")
    return cure, label, why


# ---- evidence


def _a_layer(m: Measured, growth: float) -> float:
    return float(growth ** (1 / (m.depth - 1)))


def _at_initialization(m: Measured) -> tuple[tuple[str, str], ...]:
    return (
        (_("variance, first to last layer"), f"×{number(m.forth, 2)}"),
        (_("mean square, first to last layer"), f"×{number(m.length_growth, 2)}"),
        (_("gradient, last to first layer"), f"×{number(m.back, 2)}"),
    )


def _deaths(m: Measured) -> tuple[tuple[str, str], ...]:
    at_start, now = float(m.initially_dead.max()), float(m.dead.max())
    return (
        (_("dead initially, worst layer"), f"{100 * at_start:.0f} %"),
        (_("dead now, worst layer"), f"{100 * now:.0f} %"),
        (_("seeds with a layer dead initially"), f"{100 * m.dead_layer_share:.0f} %"),
    )


def _ends(m: Measured) -> tuple[tuple[str, str], ...]:
    held = (
        ()
        if m.validation is None
        else ((_("validation loss"), number(float(m.validation[-1]))),)
    )
    return ((_("training loss"), number(m.loss)), *held)
