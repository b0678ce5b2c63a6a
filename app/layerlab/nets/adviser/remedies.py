"""What may help a run. Each function returns one change, or None where it changes nothing.

Which of them does help is not decided here: `trials` trains them.
"""

from __future__ import annotations

from msgspec.structs import asdict

from layerlab.core.advice import Remedy
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.adviser.measured import Measured
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.tasks import TASKS

Changes = tuple[tuple[str, object], ...]

LEAK = 0.1  # slope of the leaky ReLU that is advised: 0.01 lets too little through
USUAL_RATE = 0.01  # of Adam, with which most tasks of the lab begin
LONGER = 4  # times the updates, and the points
SHALLOW = 2  # layers, which train without skips and norms
DROPOUT, L2 = 0.2, 0.01
RECOMMENDED = ("optimizer", "rate", "batch", "target_loss", "l1", "l2")  # of the training
NARROWER, WIDER = 4, 4  # times


def known(spec: LabSpec, *remedies: Remedy | None) -> tuple[Remedy, ...]:
    """Return those that are there, fit the knobs and change the spec, each once."""
    found: dict[LabSpec, Remedy] = {}
    for remedy in remedies:
        if remedy is None:
            continue
        try:
            changed = remedy.applied(spec)
        except LabError:
            continue  # beyond a knob's range
        if changed != spec:
            found.setdefault(changed, remedy)
    return tuple(found.values())


# ---- the network


def sound_init(m: Measured) -> Remedy:
    """Return the activation and the initialization that keep the variance of the signal."""
    net = m.spec.net
    entry = ACTIVATIONS[net.activation]
    is_off_centre = entry.is_symmetric and entry.at_zero != 0  # sigmoid is 1/2 there
    activation = "tanh" if is_off_centre else net.activation
    init = "xavier-normal" if entry.is_symmetric else "he-normal"
    changes: Changes = (("net.init", init),)
    label = INITIALIZERS[init].label
    if activation != net.activation:
        changes = (("net.activation", activation), *changes)
        label = _(
            "{activation} and {init}", activation=ACTIVATIONS[activation].label, init=label
        )
    why = _(
        "{init} keeps {activation}'s variance.",
        init=INITIALIZERS[init].label,
        activation=ACTIVATIONS[activation].label,
    )
    return Remedy(changes, label, why)


def layer_norm(m: Measured) -> Remedy:
    """Return layer norm."""
    return Remedy(
        (("net.layer_norm", True),),
        _("Layer norm"),
        _("Layer norm brings each layer's pre-activations back to variance 1."),
    )


def without_norm(m: Measured) -> Remedy:
    """Return the net without layer norm."""
    return Remedy(
        (("net.layer_norm", False),),
        _("No layer norm"),
        _("Layer norm takes from a layer how large its input is."),
    )


def skips(m: Measured) -> Remedy:
    """Return skip connections."""
    return Remedy(
        (("net.residual", True),),
        _("Skip connections"),
        _("Skip connections hand signal and gradient past a layer unchanged."),
    )


def leaky(m: Measured) -> Remedy | None:
    """Return leaky ReLU, where an activation's slope is 0 below 0."""
    if not ACTIVATIONS[m.spec.net.activation].is_zero_below:
        return None
    return Remedy(
        (("net.activation", "leaky-relu"), ("net.slope", LEAK)),
        _("Leaky ReLU"),
        _("A slope of {leak} for negative pre-activations keeps a gradient there.", leak=LEAK),
    )


def rectifier(m: Measured) -> Remedy:
    """Return leaky ReLU with He's initialization, in place of whatever there is."""
    return Remedy(
        (("net.activation", "leaky-relu"), ("net.slope", LEAK), ("net.init", "he-normal")),
        _("Leaky ReLU and {init}", init=INITIALIZERS["he-normal"].label),
        _("Leaky ReLU does not saturate: its gradient is the same far from 0."),
    )


def tanh(m: Measured) -> Remedy:
    """Return tanh with Xavier's initialization, in place of whatever there is."""
    return Remedy(
        (("net.activation", "tanh"), ("net.init", "xavier-normal")),
        _(
            "{activation} and {init}",
            activation=ACTIVATIONS["tanh"].label,
            init=INITIALIZERS["xavier-normal"].label,
        ),
        _("Tanh is smooth and centred on 0, and has a gradient on both sides."),
    )


def shallower(m: Measured) -> Remedy | None:
    """Return two hidden layers in place of more, or of fewer."""
    if m.depth == SHALLOW:
        return None
    why = (
        _("Fewer layers are easier to train: signal and gradient pass fewer of them.")
        if m.depth > SHALLOW
        else _("Hidden layers bend the function where a linear model cannot.")
    )
    return Remedy((("net.depth", SHALLOW),), _("{depth} layers", depth=SHALLOW), why)


def wider(m: Measured) -> Remedy | None:
    """Return more neurons a layer."""
    if not m.depth:
        return None
    wide = min(max(8, WIDER * min(m.spec.net.hidden)), 128)
    if wide <= min(m.spec.net.hidden):
        return None
    return Remedy(
        (("net.width", wide),),
        _("Width {width}", width=wide),
        _("More neurons a layer add more kinks to the function."),
    )


def narrower(m: Measured) -> Remedy | None:
    """Return fewer neurons a layer."""
    if not m.depth or max(m.spec.net.hidden) < NARROWER:
        return None
    width = round(max(m.spec.net.hidden) / NARROWER)
    return Remedy(
        (("net.width", width),),
        _("Width {width}", width=width),
        _("Fewer neurons cannot follow the noise of every point."),
    )


def dropout(m: Measured) -> Remedy | None:
    """Return dropout, where there is none."""
    if not m.depth or m.spec.net.dropout >= DROPOUT:
        return None
    return Remedy(
        (("net.dropout", DROPOUT),),
        _("Dropout {share:g}", share=DROPOUT),
        _("With dropout no neuron can rely on another one."),
    )


# ---- the training


def slower(m: Measured) -> Remedy:
    """Return a tenth of the learning rate."""
    low = float(KNOBS["train.rate"].low or 0)
    rate = float(f"{max(m.spec.train.rate / 10, low):.3g}")
    return Remedy(
        (("train.rate", rate),),
        _("Rate {rate:g}", rate=rate),
        _("Shorter steps settle where long ones jump across."),
    )


def faster(m: Measured) -> Remedy:
    """Return ten times the learning rate."""
    high = float(KNOBS["train.rate"].high or 1)
    rate = float(f"{min(m.spec.train.rate * 10, high):.3g}")
    return Remedy(
        (("train.rate", rate),),
        _("Rate {rate:g}", rate=rate),
        _("Longer steps get there in as many updates."),
    )


def adam(m: Measured) -> Remedy:
    """Return Adam with its usual rate."""
    return Remedy(
        (("train.optimizer", "adam"), ("train.rate", USUAL_RATE)),
        _("{optimizer}, rate {rate:g}", optimizer=OPTIMIZERS["adam"].label, rate=USUAL_RATE),
        _("Adam gives every weight a step of its own length."),
    )


def longer(m: Measured) -> Remedy:
    """Return more updates, and no target loss that ends them early."""
    updates = max(LONGER * m.length, _own(m).train.updates or 1)
    return Remedy(
        (("train.target_loss", None), ("train.updates", updates)),
        _("{updates} updates", updates=grouped(updates)),
        _("More updates bring it further."),
    )


def no_target(m: Measured) -> Remedy:
    """Return the run without a target loss, to its end."""
    return Remedy(
        (("train.target_loss", None),),
        _("No target loss"),
        _("Without a target loss the run goes on to its end."),
    )


def recommended(m: Measured) -> Remedy:
    """Return the network and the training that the lab recommends for the task."""
    own = _own(m)
    net = tuple((f"net.{name}", value) for name, value in asdict(own.net).items())
    train = tuple((f"train.{name}", getattr(own.train, name)) for name in RECOMMENDED)
    length = (("train.updates", max(own.train.updates or 0, m.length)),)
    return Remedy(
        (*net, *train, *length),
        _("The recommended lab"),
        _("What the lab recommends for this task is a better start."),
    )


def _own(m: Measured) -> LabSpec:
    return TASKS[m.spec.task.name].recommend(m.spec.task)


def l2(m: Measured) -> Remedy | None:
    """Return an L2 penalty, where there is none as large."""
    if m.spec.train.l2 >= L2:
        return None
    return Remedy(
        (("train.l2", L2),),
        _("L2 {value:g}", value=L2),
        _("L2 keeps the weights small and the function smooth."),
    )


def unregularized(m: Measured) -> Remedy:
    """Return the run without dropout and penalties."""
    return Remedy(
        (("net.dropout", 0.0), ("train.l1", 0.0), ("train.l2", 0.0)),
        _("No regularization"),
        _("Without dropout and penalties the network can follow the data."),
    )


def stop(m: Measured) -> Remedy | None:
    """Return the run up to where the held-out points were best off, if it had begun by then."""
    best = int(m.course.argmin())
    early = int(m.updates[best])
    if early < 1 or best == len(m.course) - 1:
        return None
    return Remedy(
        (("train.updates", early),),
        _("Stop at {update}", update=grouped(early)),
        _("Stop where the validation loss was lowest."),
    )


# ---- the data


def more_data(m: Measured) -> Remedy | None:
    """Return more training points, of a task that draws them."""
    task = m.spec.task
    if "samples" not in TASKS[task.name].knobs:
        return None
    samples = LONGER * task.samples
    return Remedy(
        (("task.samples", samples),),
        _("{samples} samples", samples=grouped(samples)),
        _("More points leave less between them to guess."),
    )
