"""Layer norm: blind to the size of weights, but the gradient is not."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.layer_norm.names import (
    EPS,
    MAX_PRE_ACTIVATION,
    OPTIMIZERS,
    PRE_ACTIVATIONS,
    SIGNS,
)

EXPERIMENT = Experiment(
    "layer-norm",
    _("What does layer norm ignore?"),
    _(
        "A layer's weights scaled and shifted: after layer norm nothing changes, and yet the "
        "gradient shrinks as the weights grow."
    ),
    source=_(
        "Ba, Kiros & Hinton 2016 (layer norm, its invariances); van Laarhoven 2017 "
        "(effective learning rate)"
    ),
    group=MECHANISM,
    package=__package__,
    order=15,
    knobs=(
        Knob(
            "size",
            "float",
            _("Scale a"),
            _("Multiplies all weights and biases of the layer."),
            low=0.1,
            high=10.0,
            log=True,
        ),
        Knob(
            "sign",
            "choice",
            _("Sign of a"),
            _(
                "At zero all pre-activations are equal and have no variance; below, they "
                "change sign."
            ),
            choices=SIGNS,
        ),
        Knob(
            "shift",
            "float",
            _("Shift c"),
            _("Added to the bias of every unit."),
            low=-5.0,
            high=5.0,
        ),
        Knob(
            "eps",
            "choice",
            "eps",  # not translated
            _("Added to the variance under the root, so that nothing is divided by 0."),
            choices=EPS,
        ),
        Knob(
            "optimizer",
            "choice",
            _("Trained with"),
            _("SGD steps by the gradient; Adam divides it by its own size."),
            choices=OPTIMIZERS,
        ),
        Knob(
            "pre_activations",
            "numbers",
            _("Pre-activations"),
            _("The weighted sum of each unit's inputs, before it is scaled."),
            former=("sums",),
            low=-MAX_PRE_ACTIVATION,
            high=MAX_PRE_ACTIVATION,
        ),
    ),
    start={
        "size": 2.0,
        "sign": "positive",
        "shift": 1.0,
        "eps": "1e-5",
        "optimizer": "Adam",
        "pre_activations": PRE_ACTIVATIONS,
    },
    look_for=_(
        "Drag the dot in the map along its line. The loss has the same colour all "
        "along a ray, so its gradient can only point across; ten times farther out the same "
        "turn is ten times longer, so the gradient is a tenth. With layer norm networks of any "
        "initial scale begin as one function, where without it small ones stay constant. How "
        "fast they then learn is not settled by the norm: with SGD large weights are slow."
    ),
    tries=(
        Try(
            _("Weights ten times as large"),
            _(
                "The bars on the left grow, those after layer norm stay; the gradient is a "
                "tenth, and SGD learns more slowly for it."
            ),
            {"size": 10.0, "shift": 0.0, "optimizer": "SGD"},
        ),
        Try(
            _("Below zero"),
            _(
                "The outputs change sign: it is another function, with another loss. Layer "
                "norm does not ignore the sign."
            ),
            {"sign": "negative"},
        ),
        Try(
            _("No variance"),
            _(
                "All pre-activations are equal. With eps the outputs are 0 and the gradient is "
                "hundreds of times as large; with eps 0 it is 0/0."
            ),
            {"sign": "zero"},
        ),
    ),
    formula=(
        r"n = \frac{z - \bar{z}}{\sqrt{\mathrm{Var}\, z + \varepsilon}}, \quad z = W x + b",
        r"n(a W, a b + c) = n(W, b) \quad (a > 0,\ \varepsilon = 0)",
        r"\nabla L\,(a W, a b + c) = \frac{1}{a} \nabla L\,(W, b), \quad "
        r"\langle (W, b), \nabla L \rangle = 0",
    ),
    claims=("E9",),
)
