"""Gates: a ReLU network is another small network for each input."""

from layerlab.core.experiment import FUNCTION, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "gating",
    _("Which units are active for which input?"),
    _(
        "ReLU switches units on and off, softplus only scales them: gates along the input, the "
        "active subnetworks, and loss and speed over many seeds."
    ),
    source=_(
        "Nair & Hinton 2010 (ReLU), Dugas et al. 2001 (softplus), Glorot, Bordes & Bengio "
        "2011 (sparse rectifiers), Montufar et al. 2014 (linear regions)"
    ),
    group=FUNCTION,
    package=__package__,
    order=9,
    knobs=(
        Knob(
            "task",
            "choice",
            _("Task"),
            _("The curve that both networks learn."),
            choices=("wave", "abs", "step", "sine-mix", "sawtooth"),
        ),
        Knob(
            "width",
            "int",
            _("Width"),
            _("Units in each layer: rows of the raster."),
            low=2,
            high=24,
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _(
                "Number of hidden layers: whether units of later layers are active depends on "
                "the earlier ones."
            ),
            low=1,
            high=4,
        ),
        Knob(
            "updates",
            "int",
            _("Updates"),
            _("Updates of both networks: gates move while they learn."),
            low=0,
            high=600,
        ),
        Knob(
            "rate",
            "float",
            _("Learning rate"),
            _("Size of a step: a large one can make units inactive for all data: they die."),
            low=0.001,
            high=0.1,
            log=True,
        ),
    ),
    start={"task": "wave", "width": 12, "depth": 2, "updates": 400, "rate": 0.01},
    look_for=_(
        "A row is a unit, bright where it is active. With ReLU a unit is active or "
        "not, and each activation pattern is one linear network: the function has a kink where "
        "a unit switches. Softplus has a positive derivative everywhere, so that all units "
        "respond to every input. Many seeds show whether that helps or hurts."
    ),
    tries=(
        Try(
            _("At initialization"),
            _("Without biases all units switch at 0, and only there: two subnetworks."),
            {"updates": 0},
        ),
        Try(
            _("A rate that kills"),
            _(
                "Some rows stay dark: those units are dead, active for no input, and no "
                "gradient reaches them."
            ),
            {"rate": 0.1, "updates": 600},
        ),
        Try(
            _("A step"),
            _("Units switch where the function is steep; softplus rounds the kink."),
            {"task": "step", "updates": 600},
        ),
    ),
    formula=(
        r"\mathrm{ReLU}(z) = g\, z, \quad g = [z > 0]",
        r"\frac{d}{dz}\,\mathrm{softplus}(z) = \frac{1}{1 + e^{-z}}",
        r"f(x) = W_L\, G_{L-1}(x)\, W_{L-1} \cdots G_1(x)\, W_1\, x + \ldots",
    ),
    claims=("A3",),
)
