"""The adviser's rules: which figures mean which trouble, and what may help then.

Each rule takes what was measured and returns a finding or None. Their order in `RULES` is
the order in which troubles hide each other: what is wrong at initialization, then in training,
then at its end. A rule suspects; `trials` finds out whether one of its remedies helps, and only
then is it said. So a rule need not be sure, but its line has to be true.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from layerlab.core.advice import (
    DEAD,
    EXPLODING,
    NARROW,
    OVERFIT,
    RATE,
    REGULARIZED,
    STUCK,
    UNFINISHED,
    VANISHING,
    Finding,
    Remedy,
)
from layerlab.core.numbers import grouped, number
from layerlab.core.translation import _, ngettext
from layerlab.nets.adviser import remedies as r
from layerlab.nets.adviser.gain import is_good
from layerlab.nets.adviser.measured import Measured
from layerlab.nets.optimizers import OPTIMIZERS

Rule = Callable[[Measured], Finding | None]

# The thresholds, each with its reason.
GROWS = 30.0  # times over the hidden layers, initially; sound nets of four layers stay below 3
FADES = 0.01  # likewise; sound nets of four layers stay above 0.1
FADES_A_LAYER = 0.7  # of theory: He keeps ReLU's at 1, Xavier tanh's above 0.8
LAYERS = 4  # fewer do not fade far enough to matter
INITIALLY_DEAD = 0.35  # of the first layer: without biases none is, PyTorch's default has 0.25
DEAD_LAYER_SHARE = 0.5  # of the seeds, with a whole layer dead
FEW, SHALLOW = 2, 4  # so few neurons in so few layers are what is wrong, whatever they do
DEAD_SHARE = 0.4  # of a layer; a trained sound ReLU net has up to 0.2
DIED = 0.2  # of a layer since initialization: what was dead before is no fault of training
SWINGS = 0.28  # of the loss's logarithm between reports; sound runs stay below 0.23
RISES = 1.6  # times its lowest that the loss ends at; sound runs stay below 1.45
FLAT = 1.15  # times that the loss still falls over the last third
FALLS = 1.05  # times that it does where more updates may help
GAP = 1.5  # validation beside training
LINEAR = 0.8  # of the best linear model's loss: hidden layers have to do better than that
WIDEST = 32  # neurons, from which on more of them are not what helps


def findings(m: Measured) -> tuple[Finding, ...]:
    """Return what may be wrong, what hides the rest first; nothing where little is to gain."""
    if is_good(m):
        return ()
    rules = RULES if m.is_over else AT_INITIALIZATION
    found = [rule(m) for rule in rules]
    return tuple(one for one in found if one is not None)


def _finding(
    m: Measured,
    kind: str,
    line: str,
    evidence: tuple[tuple[str, str], ...],
    *remedies: Remedy | None,
) -> Finding | None:
    """Return a finding with the remedies that change something, or None if there are none."""
    useful = r.known(m.spec, *remedies)
    return Finding(kind, line, (*evidence, *_ends(m)), useful) if useful else None


def _is_flat(m: Measured) -> bool:
    return m.broken is None and _two_thirds(m.train) <= FLAT * m.loss and _flat_since(m) > 0


def _two_thirds(course: np.ndarray) -> float:
    return float(course[len(course) * 2 // 3])


# ---- at initialization


def exploding(m: Measured) -> Finding | None:
    """Signal or gradient grow from layer to layer."""
    forth, back = m.length_growth, m.back
    if m.depth < 2 or max(forth, back) < GROWS:
        return None
    growth = max(forth, back)
    fields = _growth_fields(m, growth)
    line = _("The signal grows ×{a_layer} a layer, ×{growth} over {depth}.", **fields)
    if forth < back:
        line = _("The gradient grows ×{a_layer} a layer, ×{growth} over {depth}.", **fields)
    cures = r.sound_init(m), r.layer_norm(m), r.shallower(m)
    return _finding(m, EXPLODING, line, _at_initialization(m), *cures)


def vanishing(m: Measured) -> Finding | None:
    """Signal or gradient fade from layer to layer, as the initialization has it."""
    least = min(m.forth, m.back)
    if m.depth < LAYERS or least > FADES or m.dead_layer_share >= DEAD_LAYER_SHARE:
        return None
    expected = m.expected_back
    if expected is not None and _a_layer(m, expected) > FADES_A_LAYER:
        return None
    fields = _growth_fields(m, least)
    line = _("The variance fades ×{a_layer} a layer, ×{growth} over {depth}.", **fields)
    if m.forth > m.back:
        line = _("The gradient fades ×{a_layer} a layer, ×{growth} over {depth}.", **fields)
    cures = r.sound_init(m), r.layer_norm(m), r.skips(m), r.shallower(m)
    return _finding(m, VANISHING, line, _at_initialization(m), *cures)


def dead_at_initialization(m: Measured) -> Finding | None:
    """Biases too large for the weights: neurons are dead before they have learned anything."""
    if not m.depth or float(m.initially_dead[0]) < INITIALLY_DEAD:
        return None
    line = _(
        "Layer 1: {share:.0f} % of neurons are dead at initialization.",
        share=100 * m.initially_dead[0],
    )
    return _finding(m, DEAD, line, _deaths(m), r.sound_init(m), r.leaky(m), r.layer_norm(m))


def dead_layer(m: Measured) -> Finding | None:
    """So few ReLU neurons a layer, so deep, that a whole layer is dead in most seeds."""
    if m.dead_layer_share < DEAD_LAYER_SHARE:
        return None
    share = f"{100 * m.dead_layer_share:.0f} %"
    line = _("A whole layer is dead at initialization in {share} of the seeds.", share=share)
    cures = r.leaky(m), r.sound_init(m), r.layer_norm(m)
    return _finding(m, DEAD, line, _deaths(m), *cures)


# ---- in training


def narrow(m: Measured) -> Finding | None:
    """One or two neurons a layer bend too little."""
    few = m.depth and min(m.spec.net.hidden) <= FEW and m.depth <= SHALLOW
    return _too_narrow(m) if few and _is_flat(m) else None


def stopped(m: Measured) -> Finding | None:
    """The target loss, of another task perhaps, ended the run early."""
    if not m.is_stopped:
        return None
    line = _(
        "Stopped at update {update}: its target loss is {target:g}.",
        update=grouped(m.update),
        target=m.spec.train.target_loss,
    )
    return _finding(m, UNFINISHED, line, (), r.no_target(m))


def rate(m: Measured) -> Finding | None:
    """The loss swings, rises, or neurons die, because the steps are too long."""
    speed, steep = m.spec.train.rate, OPTIMIZERS[m.spec.train.optimizer].steep_rate
    died = m.depth and float((m.dead - m.initially_dead).max()) >= 0.5 and speed >= steep
    swing = 100 * np.expm1(m.swings)
    if m.broken is not None:
        line = _(
            "Diverged at update {update}: the learning rate {speed:g} is too high.",
            update=grouped(m.broken),
            speed=speed,
        )
    elif m.swings >= SWINGS:
        line = _(
            "The loss swings by {swing:.0f} % between reports: rate {speed:g} is too high.",
            swing=swing,
            speed=speed,
        )
    elif m.rise >= RISES:
        line = _(
            "The loss ends at {rise:.1f} times its lowest: rate {speed:g} is too high.",
            rise=m.rise,
            speed=speed,
        )
    elif died:
        layer = int((m.dead - m.initially_dead).argmax())
        line = _(
            "Layer {layer}: {dead:.0f} % died in training at rate {speed:g}.",
            layer=layer + 1,
            dead=100 * m.dead[layer],
            speed=speed,
        )
    elif speed >= steep:
        line = _(
            "Training loss {loss} at rate {speed:g}, which is high for {optimizer}.",
            loss=number(m.loss, 2),
            speed=speed,
            optimizer=OPTIMIZERS[m.spec.train.optimizer].label,
        )
    else:
        return None
    figures = (
        (_("swing of the loss between late reports"), f"{swing:.0f} %"),
        (_("last loss beside its lowest"), f"×{number(m.rise, 3)}"),
    )
    return _finding(m, RATE, line, figures, r.slower(m), r.adam(m))


def unfinished(m: Measured) -> Finding | None:
    """The loss still falls where the run ends."""
    before, last = _two_thirds(m.course), float(m.course[-1])
    if m.broken is not None or m.update < 1 or before < FALLS * last:
        return None
    late = int(m.updates[-1] - m.updates[len(m.updates) * 2 // 3])
    line = ngettext(
        "Not finished: in the last update the loss fell from {before} to {last}.",
        "Not finished: in the last {updates} updates the loss fell from {before} to {last}.",
        late,
        before=number(before, 2),
        last=number(last, 2),
        updates=grouped(late),
    )
    return _finding(m, UNFINISHED, line, (), r.longer(m), r.faster(m))


def regularized(m: Measured) -> Finding | None:
    """Dropout or penalties hold the fit back."""
    net, train = m.spec.net, m.spec.train
    if m.broken is not None or not (net.dropout or train.l1 or train.l2):
        return None
    line = _(
        "Training loss {loss} with dropout {dropout:g}, L1 {l1:g}, L2 {l2:g}.",
        loss=number(m.loss, 2),
        dropout=net.dropout,
        l1=train.l1,
        l2=train.l2,
    )
    return _finding(m, REGULARIZED, line, (), r.unregularized(m))


def dying(m: Measured) -> Finding | None:
    """Much of a layer died in training, and the fit is poor."""
    if not m.depth or float(m.dead.max()) < DEAD_SHARE:
        return None
    layer = int((m.dead - m.initially_dead).argmax())
    if m.dead[layer] - m.initially_dead[layer] < DIED or m.dead[layer] < DEAD_SHARE:
        return None
    line = _("Layer {layer}: {dead:.0f} % dead.", layer=layer + 1, dead=100 * m.dead[layer])
    return _finding(m, DEAD, line, _deaths(m), r.leaky(m), r.slower(m), r.sound_init(m))


# ---- at the end


def overfit(m: Measured) -> Finding | None:
    """The held-out points are worse off than those that it was trained on."""
    held = m.validation
    if held is None or m.broken is not None or not held[-1] >= GAP * m.loss:
        return None
    best = int(held.argmin())
    line = _(
        "Overfits: training {loss}, validation {validation}.",
        loss=number(m.loss, 2),
        validation=number(float(held[-1]), 2),
    )
    figures = (
        (_("lowest validation loss"), number(float(held[best]))),
        (_("at update"), grouped(int(m.updates[best]))),
    )
    cures = r.l2(m), r.dropout(m), r.narrower(m), r.more_data(m), r.stop(m), r.slower(m)
    return _finding(m, OVERFIT, line, figures, *cures)


def linear(m: Measured) -> Finding | None:
    """No better than a model without hidden layers."""
    if m.broken is not None or m.linear is None or m.loss < LINEAR * m.linear:
        return None
    line = _(
        "Stuck: training loss {loss}, the best linear model has {linear}.",
        loss=number(m.loss, 2),
        linear=number(m.linear, 2),
    )
    return _finding(m, STUCK, line, (), *_anything(m))


def underfit(m: Measured) -> Finding | None:
    """The loss is flat and the fit is poor, at a width that can be more."""
    thin = m.depth and max(m.spec.net.hidden) <= WIDEST
    return _too_narrow(m) if thin and _is_flat(m) else None


def poor(m: Measured) -> Finding | None:
    """The fit is poor, and none of the figures says why."""
    more = r.layer_norm(m), r.without_norm(m), r.skips(m), r.narrower(m), r.more_data(m)
    return None if m.broken is not None else _poor(m, *_anything(m), *more)


def lost(m: Measured) -> Finding | None:
    """The fit is poor, and no single change helps: two things or more are wrong."""
    return _poor(m, r.recommended(m))


def _poor(m: Measured, *remedies: Remedy | None) -> Finding | None:
    line = _(
        "A poor fit: training loss {loss}, a network that outputs 0 has {scale}.",
        loss=number(m.loss, 2),
        scale=number(m.scale, 2),
    )
    return _finding(m, STUCK, line, (), *remedies)


AT_INITIALIZATION: tuple[Rule, ...] = (
    exploding,
    dead_at_initialization,
    dead_layer,
    vanishing,
)
RULES: tuple[Rule, ...] = (
    exploding,
    dead_at_initialization,
    narrow,
    dead_layer,
    vanishing,
    stopped,
    rate,
    regularized,
    unfinished,
    dying,
    overfit,
    linear,
    underfit,
    poor,
    lost,
)


def _too_narrow(m: Measured) -> Finding | None:
    line = _(
        "Underfits: training loss {loss}, flat for {flat} updates, at width {width}.",
        loss=number(m.loss, 2),
        flat=grouped(_flat_since(m)),
        width=min(m.spec.net.hidden),
    )
    return _finding(m, NARROW, line, (), r.wider(m))


def _anything(m: Measured) -> tuple[Remedy | None, ...]:
    """Return what moves a run that is stuck for whatever reason."""
    return (
        r.sound_init(m),
        r.rectifier(m),
        r.tanh(m),
        r.adam(m),
        r.faster(m),
        r.slower(m),
        r.shallower(m),
        r.longer(m),
        r.wider(m),
    )


def _flat_since(m: Measured) -> int:
    """Return for how many updates the loss has been within `FLAT` of its last."""
    away = np.flatnonzero(m.train > FLAT * m.loss)
    first = int(away[-1]) + 1 if away.size else 0
    return int(m.updates[-1] - m.updates[min(first, len(m.updates) - 1)])


# ---- evidence


def _a_layer(m: Measured, growth: float) -> float:
    return float(growth ** (1 / (m.depth - 1)))


def _growth_fields(m: Measured, growth: float) -> dict[str, object]:
    a_layer = number(_a_layer(m, growth), 2)
    return {"a_layer": a_layer, "growth": number(growth, 2), "depth": m.depth}


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
