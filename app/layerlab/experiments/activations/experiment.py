"""The activations: value, derivative, and what becomes of a Gaussian after them."""

from layerlab.core.experiment import SIGNAL, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "activations",
    _("What does an activation do to a signal?"),
    _(
        "Activations side by side: what they preserve of a Gaussian, where they "
        "saturate, and where they are dead."
    ),
    source=_(
        "Hendrycks & Gimpel 2016 (GELU), Elfwing et al. 2017 (SiLU), Maas et al. 2013 "
        "(leaky ReLU), He et al. 2015 (mean square), Dugas et al. 2001 (softplus)"
    ),
    group=SIGNAL,
    package=__package__,
    order=2,
    knobs=(
        Knob(
            "activation",
            "choice",
            _("Activation"),
            _("The activation that is highlighted, and that is applied to the Gaussian."),
            registry="activations",
        ),
        Knob(
            "mean",
            "float",
            _("Pre-activation mean"),
            _("Mean of the Gaussian pre-activations: biases and earlier layers shift it."),
            low=-3.0,
            high=3.0,
        ),
        Knob(
            "std",
            "float",
            _("Pre-activation std"),
            _("Standard deviation of the Gaussian pre-activations: large weights widen it."),
            low=0.1,
            high=5.0,
            former=("spread",),
        ),
        Knob(
            "slope",
            "float",
            _("Leaky slope"),
            _("Derivative of leaky ReLU below zero: the gradient there is scaled by it."),
            low=0.0,
            high=1.0,
        ),
        Knob(
            "sharpness",
            "float",
            _("Softplus sharpness"),
            _("Sharpens the corner of softplus: without limit it becomes ReLU."),
            low=0.5,
            high=20.0,
            log=True,
        ),
    ),
    start={"activation": "relu", "mean": 0.0, "std": 1.0, "slope": 0.1, "sharpness": 1.0},
    look_for=_(
        "After the activation the distribution is no longer Gaussian. Three numbers "
        "describe what is left of it: the mean square, which initializations count on; the "
        "variance around the mean, which is smaller; and the share of inputs at which the "
        "derivative is zero, so that no gradient flows back."
    ),
    tries=(
        Try(
            _("ReLU, as in the textbooks"),
            _(
                "Half of the mean square is kept, but only a third of the variance: the rest "
                "became the mean."
            ),
            {"activation": "relu"},
        ),
        Try(
            _("A sigmoid that saturates"),
            _(
                "With widely distributed pre-activations most inputs lie where it is flat: the "
                "derivative is nearly zero."
            ),
            {"activation": "sigmoid", "std": 5.0},
        ),
        Try(
            _("Softplus, sharpened"),
            _(
                "At sharpness 10 it is hard to distinguish from ReLU, yet its derivative is "
                "nowhere zero."
            ),
            {"activation": "softplus", "sharpness": 10.0},
        ),
    ),
    formula=(
        r"z \sim \mathcal{N}(\mu, \sigma^2), \quad h = \varphi(z)",
        r"\mathrm{Var}\, h = E[h^2] - E[h]^2",
        r"\mathrm{softplus}_\beta(z) = \frac{1}{\beta} \ln(1 + e^{\beta z})",
    ),
    claims=("B2", "B3", "C4", "D22", "D23", "D24"),
)
