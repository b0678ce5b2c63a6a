"""Gates: a ReLU network is another small network for each input."""

from layerlab.core.experiment import FUNCTION, Experiment, Try
from layerlab.core.knobs import Knob

EXPERIMENT = Experiment(
    "gating",
    "Which units are open for which input?",
    "ReLU opens and shuts units, softplus only dims them: gates along the input, the "
    "subnetworks they leave, and what many seeds say of loss and speed.",
    source="Nair & Hinton 2010 (ReLU), Dugas et al. 2001 (softplus), Glorot, Bordes & Bengio "
    "2011 (sparse rectifiers), Montufar et al. 2014 (linear regions)",
    group=FUNCTION,
    package=__package__,
    order=9,
    knobs=(
        Knob(
            "task",
            "choice",
            "Task",
            "The curve that both networks learn.",
            choices=("wave", "abs", "step", "sine-mix", "sawtooth"),
        ),
        Knob(
            "width", "int", "Width", "Units in each layer: rows of the raster.", low=2, high=24
        ),
        Knob(
            "depth",
            "int",
            "Depth",
            "Number of hidden layers: gates of later layers open where earlier ones let them.",
            low=1,
            high=4,
        ),
        Knob(
            "updates",
            "int",
            "Updates",
            "How long the two networks have been trained: gates move while they learn.",
            low=0,
            high=600,
        ),
        Knob(
            "rate",
            "float",
            "Learning rate",
            "Size of a step: large ones throw units out of all data, and they die.",
            low=0.001,
            high=0.1,
            log=True,
        ),
    ),
    start={"task": "wave", "width": 12, "depth": 2, "updates": 400, "rate": 0.01},
    look_for="A row is a unit, bright where it is open. With ReLU a unit is open or shut, and "
    "each pattern of open units is one linear network: the function bends where a gate turns. "
    "Softplus lets a little of everything through everywhere, so that all units work on every "
    "input. Whether that helps or hurts is for many seeds to say.",
    tries=(
        Try(
            "At birth",
            "Without biases all gates turn at 0, and only there: two subnetworks.",
            {"updates": 0},
        ),
        Try(
            "A rate that kills",
            "Some rows stay dark: those units are shut for every input, "
            "and no gradient reaches them.",
            {"rate": 0.1, "updates": 600},
        ),
        Try(
            "A step",
            "Gates crowd where the function is steep; softplus rounds the corner off.",
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
