"""Dead at initialization: ReLU networks that are constant before any training."""

from layerlab.core.cures import CURES, MAX_DEPTH, MAX_WIDTH, NETS
from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "dead-at-initialization",
    _("Which networks are dead at initialization?"),
    _(
        "A thousand networks for each width and depth: how many of them are constant before "
        "any training, what cures it, and what training does to the rest."
    ),
    source=_("Lu, Shin, Su & Karniadakis 2019 (arXiv 1903.06733)"),
    group=MECHANISM,
    package=__package__,
    order=12,
    former=("born-dead",),
    knobs=(
        Knob(
            "width", "int", _("Width"), _("Units of every hidden layer."), low=1, high=MAX_WIDTH
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _(
                "Hidden layers. The networks are those of 64 layers, cut short: a further "
                "layer can only kill."
            ),
            low=1,
            high=MAX_DEPTH,
            log=True,
        ),
        Knob(
            "cure",
            "choice",
            _("Cure"),
            _(
                "none: weights of variance 1/n. He: 2/n. On top of He a bias of 0.1 for every "
                "unit, leaky ReLU, or skips. asymmetric: the initialization of Lu et al., in "
                "which one number of each unit is never negative."
            ),
            choices=CURES,
        ),
        Knob(
            "net",
            "int",
            _("Network"),
            _("Which network of the cell is shown below."),
            low=1,
            high=NETS,
        ),
    ),
    start={"width": 3, "depth": 10, "cure": "He", "net": 19},
    look_for=_(
        "A layer of n units has no active unit for an input with probability 2⁻ⁿ, and "
        "no later layer recovers it: depth kills, width saves. Theory puts the depth at which "
        "half are dead between the dashed lines, and counting agrees. At initialization the "
        "published rates are met; training kills more. He, which preserves mean squares, saves "
        "none; a bias of 0.1 helps, the asymmetric initialization helps more, and a skip "
        "passes the signal on. Being alive is not enough to learn: asymmetric networks of 64 "
        "layers, 12 wide, are all alive at initialization, and most end as constants. Below, "
        "each dot is a unit: without biases, once a layer has no active unit, none of the "
        "following has."
    ),
    tries=(
        Try(
            _("Without He"),
            _(
                "Half the variance, and not one cell of the map moves: without "
                "biases the signs of the weights alone decide. Only in training a few more die."
            ),
            {"cure": "none"},
        ),
        Try(
            _("Leaky ReLU"),
            _(
                "No network is dead at initialization, but one whose ReLU twin is dead has a "
                "nearly constant output, and in training half of those of width 2 end as "
                "constants."
            ),
            {"cure": "leaky", "width": 2, "net": 16},
        ),
        Try(
            _("Skips"),
            _(
                "The first layer never loses both sides of 0, and the skips pass on what it "
                "has: no network is dead at initialization, and hardly any is constant after "
                "training."
            ),
            {"cure": "residual"},
        ),
    ),
    formula=(
        r"p = 2^{-n}, \quad a = 1 - p, \quad c = 1 - 2p - (n - 1)\,p^2",
        r"P(\mathrm{dead}) \le 1 - a^{L-1}",
        r"P(\mathrm{dead}) \ge 1 - a^{L-1} - \frac{(1 - 2p)(1 - p)}{1 + (n - 1)\,p}"
        r"\left(a^{L-1} - c^{L-1}\right)",
    ),
    claims=("D24", "L2"),
)
