"""Residual networks: how deep a network may be, and why a skip lets it be deeper."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "residual",
    _("What does a skip connection preserve?"),
    _(
        "The same layers with and without skips: signal and gradient at initialization, "
        "training, and the prediction of a network when one of its layers is ablated."
    ),
    source=_(
        "He et al. 2016 (arXiv 1512.03385 and 1603.05027), Veit et al. 2016 (arXiv "
        "1605.06431, layers removed), Radford et al. 2019 (scaled residual layers)"
    ),
    group=MECHANISM,
    package=__package__,
    order=11,
    knobs=(
        Knob(
            "activation",
            "choice",
            _("Activation"),
            _(
                "The nonlinearity of every layer. An ablated residual layer is the identity "
                "only if the activation is 0 at 0."
            ),
            registry="activations",
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _(
                "Layers of the networks and of the chain. Trained networks are those of the "
                "nearest depth below that is trained: 2, 4, 8, 12, 20, 32 or 64."
            ),
            low=2,
            high=100,
            log=True,
        ),
        Knob(
            "factor",
            "float",
            _("Weight of the chain, a"),
            _("Each neuron of the chain multiplies by a; with a skip, by 1 + a."),
            low=0.1,
            high=1.0,
        ),
        Knob(
            "decay",
            "float",
            _("Weight decay"),
            _(
                "In training every update takes this share, times the learning rate, off each "
                "weight: what the loss does not need goes to 0."
            ),
            low=0.0,
            high=2.0,
        ),
        Knob(
            "ablated",
            "numbers",
            _("Ablated layer"),
            _("The layer whose weights and biases are 0; clicked in the plot."),
            low=1,
            high=64,
            former=("silenced",),
        ),
    ),
    start={"activation": "relu", "depth": 20, "factor": 0.5, "decay": 0.0, "ablated": (10.0,)},
    look_for=_(
        "At initialization a plain ReLU network preserves its gradient on average, and "
        "loses it in the tails; the residual one of the same weights more than doubles it a "
        "layer; scaled by 1/√(2N) it stays. Training follows: the plain one learns until it is "
        "too deep, the scaled one learns at every depth. Then click a layer to ablate it: the "
        "plain network is a constant at once, the residual one loses one term of a sum. The "
        "first layer turns one number into eight and has no skip."
    ),
    tries=(
        Try(
            _("Too deep for the plain one"),
            _(
                "At 64 layers no plain network learns and the "
                "residual one blows up; the scaled one learns as if it were shallow."
            ),
            {"depth": 64, "ablated": (40.0,)},
        ),
        Try(
            _("Let decay choose"),
            _(
                "Weight decay empties a few of 64 layers: those on the dashed line, where "
                "decay alone leads. Layer 12 is one of them: ablating it changes nothing."
            ),
            {"depth": 64, "decay": 1.0, "ablated": (12.0,)},
        ),
        Try(
            _("A bounded activation"),
            _(
                "A tanh layer adds 1 at most: the signal grows slowly, "
                "and residual networks of 64 layers learn without any scale."
            ),
            {"activation": "tanh", "depth": 64, "ablated": (40.0,)},
        ),
    ),
    formula=(
        r"h_{l+1} = h_l + \varphi(h_l W_l)",
        r"\frac{\partial h_L}{\partial h_0} = a^L \quad \mathrm{or} \quad (1 + a)^L",
        r"\mathrm{scale} = 1 / \sqrt{2N}",
    ),
    claims=("C3", "D26", "E4"),
)
