"""The same network in NumPy, compiled and in PyTorch, and a check that needs none of them."""

from layerlab.core.experiment import LEARNING, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    DEEP,
    FORGOTTEN,
    LENGTH,
    MISTAKES,
    NONE,
    SHALLOW,
    SLIGHT,
)

EXPERIMENT = Experiment(
    "numpy-or-torch",
    _("Do NumPy and PyTorch agree?"),
    _(
        "One network on three engines, parameter by parameter; finite differences as a judge "
        "of all, and a mistake in the backward pass to see it caught."
    ),
    source=_("Rumelhart, Hinton & Williams 1986 (backpropagation), Higham 2002, chapter 1"),
    group=LEARNING,
    package=__package__,
    order=10,
    knobs=(
        Knob(
            "activation",
            "choice",
            _("Activation"),
            _(
                "The nonlinearity between the layers; the backward pass multiplies with its "
                "derivative."
            ),
            registry="activations",
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _("Hidden layers of eight neurons: each is one more step of the chain rule."),
            low=SHALLOW,
            high=DEEP,
            unit=_("hidden layers"),
        ),
        Knob(
            "updates",
            "int",
            _("Updates"),
            _("How long all engines have been trained when their parameters are compared."),
            low=1,
            high=LENGTH,
            log=True,
            unit=_("updates"),
        ),
        Knob(
            "eps",
            "float",
            _("Step, eps"),
            _("Step of the finite differences: how far a parameter is moved up and down."),
            low=1e-14,
            high=1.0,
            log=True,
        ),
        Knob(
            "mistake",
            "choice",
            _("Mistake"),
            _("What is wrong in the backward pass by hand; the other engines stay correct."),
            choices=MISTAKES,
            former_choices=(
                ("slope forgotten", FORGOTTEN),  # not translated
                ("slope at h", AT_H),  # not translated
                ("slope 0.02 % off", SLIGHT),
            ),
        ),
        Knob(
            "layer",
            "numbers",
            _("Layer of the mistake"),
            _("The layer in which the mistake is made: click a row of the check."),
            low=1,
            high=DEEP + 1,
            former=("place",),
        ),
    ),
    start={
        "activation": "tanh",
        "depth": 3,
        "updates": 100,
        "eps": 1e-5,
        "mistake": NONE,
        "layer": (2.0,),
    },
    look_for=_(
        "Three engines draw one barcode: equal to rounding, seldom to the last bit. Are "
        "they right? Differences of the loss know no chain rule. With a large step they are "
        "truncated; with a small one digits cancel: a V, with room at its bottom to "
        "distinguish a mistake from noise."
    ),
    tries=(
        Try(
            _("A derivative forgotten"),
            _(
                "The loss falls all the same. But from layer 2 down every "
                "array is off, and above it none."
            ),
            {"mistake": FORGOTTEN, "updates": LENGTH},
        ),
        Try(
            _("Too careful"),
            _(
                "At a step of 10⁻¹³ only last digits change: a correct gradient looks like a "
                "mistake."
            ),
            {"eps": 1e-13},
        ),
        Try(
            _("A mistake that is none"),
            _(
                "The derivative is taken at h instead of z. With ReLU both are the same: "
                "nothing is wrong."
            ),
            {"mistake": AT_H, "activation": "relu"},
        ),
    ),
    formula=(
        r"\delta_l = (\delta_{l+1} W_{l+1}^\top) \odot \varphi'(z_l), \quad "
        r"\frac{\partial L}{\partial W_l} = h_{l-1}^\top \delta_l",
        r"\frac{L(\theta + \varepsilon) - L(\theta - \varepsilon)}{2 \varepsilon} = L' + "
        r"\frac{\varepsilon^2}{6} L''' \pm \frac{u L}{\varepsilon}",
    ),
    claims=("B2", "B3", "B5", "B6"),
)
