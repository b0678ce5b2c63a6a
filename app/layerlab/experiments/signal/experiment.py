"""The variance problem: what many layers make of signal and gradient, before any training."""

from layerlab.core.experiment import SIGNAL, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "signal",
    _("What happens to a signal in a deep network?"),
    _(
        "One network at initialization, layer by layer: mean squares, correlations and "
        "gradients, with theory over them, and the map of order and chaos that shows how deep "
        "it may be."
    ),
    source=_(
        "Poole et al. 2016 (length and correlation map), Schoenholz et al. 2017 (depth "
        "scales), Glorot & Bengio 2010 (Xavier), He et al. 2015 (He), Hanin & Rolnick 2018 "
        "(scatter), Pennington et al. 2017 (singular values)"
    ),
    group=SIGNAL,
    package=__package__,
    order=1,
    knobs=(
        Knob(
            "activation",
            "choice",
            _("Activation"),
            _("The nonlinearity of every layer: it decides where order ends and chaos begins."),
            registry="activations",
        ),
        Knob(
            "weight_std",
            "float",
            _("Weight std"),
            _(
                "Standard deviation of the weights times the root of the fan-in: with small "
                "ones signal and gradient vanish, with large ones they explode or inputs are "
                "driven apart."
            ),
            low=0.05,
            high=32.0,
            log=True,
        ),
        Knob(
            "bias_std",
            "float",
            _("Bias std"),
            _(
                "Standard deviation of the biases: they add to every signal's mean square and "
                "make inputs alike."
            ),
            low=0.0,
            high=3.0,
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _("Number of hidden layers: what one layer does is repeated that often."),
            low=2,
            high=64,
        ),
        Knob(
            "width",
            "int",
            _("Width"),
            _(
                "Neurons in each layer: narrow networks scatter around theory. Above 256 the "
                "layers come one after another."
            ),
            low=32,
            high=1024,
            log=True,
            marks=(32, 64, 128, 256, 512, 1024),
        ),
        Knob(
            "start",
            "numbers",
            _("Correlation of the inputs"),
            _("How alike any two inputs are before the first layer; dragged in the plot."),
            low=0.0,
            high=0.999,
        ),
    ),
    start={
        "activation": "relu",
        "weight_std": 2.0**0.5,
        "bias_std": 0.0,
        "depth": 30,
        "width": 256,
        "start": (0.3,),
    },
    look_for=_(
        "Three variances that mean different things. He keeps the mean square, and yet "
        "the variance across inputs falls: all inputs point more and more the same way. Biases "
        "keep the mean square and the variance across units alive where nothing is left of the "
        "input. On the map, the dashed lines hold the settings at which signal and gradient "
        "reach that deep."
    ),
    tries=(
        Try(
            _("PyTorch's default"),
            _(
                "Mean square and units look alive: those are the biases. "
                "Across inputs next to nothing is left."
            ),
            {"weight_std": 3.0**-0.5, "bias_std": 768.0**-0.5},
        ),
        Try(
            _("tanh at the edge of chaos"),
            _(
                "Close to the critical line inputs become alike only "
                "slowly, and a gradient still arrives through 64 layers."
            ),
            {"activation": "tanh", "weight_std": 1.05, "bias_std": 0.05, "depth": 64},
        ),
        Try(
            _("tanh in chaos"),
            _(
                "Inputs that were nearly the same are driven apart, and the gradient explodes "
                "on its way back."
            ),
            {"activation": "tanh", "weight_std": 2.5, "bias_std": 0.3, "start": (0.95,)},
        ),
    ),
    formula=(
        r"q_{l+1} = \sigma_w^2\, E[\varphi(\sqrt{q_l}\, z)^2] + \sigma_b^2",
        r"\chi = \sigma_w^2\, E[\varphi'(\sqrt{q^*}\, z)^2]",
        r"\xi = 1 / |\ln \chi|",
    ),
    in_lab=_(
        "Opens a network of this kind in the lab, to be trained: at most 64 wide, and with the "
        "lab's own random weights and data"
    ),
    claims=("B4", "D20", "D21", "D22", "D29", "D30", "E14", "L4", "L5"),
)
