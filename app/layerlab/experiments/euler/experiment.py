"""Residual layers as steps of Euler along a flow."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "euler",
    _("When does a residual network follow a flow?"),
    _(
        "A residual layer is one step of Euler along a flow: how long the step may be, and "
        "what trained layers do with it."
    ),
    source=_(
        "Haber & Ruthotto 2017 (arXiv 1705.03341), E 2017, Chen et al. 2018 "
        "(arXiv 1806.07366), Hairer & Wanner 1996, section IV.2 (stability of Euler's method)"
    ),
    group=MECHANISM,
    package=__package__,
    order=17,
    knobs=(
        Knob(
            "field",
            "choice",
            _("Field"),
            _(
                "The field that moves a point: W x, or tanh(W x), at most 1 along each axis; "
                "near 0 they are the same. The trained layers below have the same nonlinearity."
            ),
            choices=("linear", "tanh"),
        ),
        Knob(
            "step",
            "float",
            _("Step, dt"),
            _("Time of one step: a layer adds dt times the field to where a point is."),
            low=0.05,
            high=2.0,
            log=True,
        ),
        Knob(
            "skew",
            "float",
            _("Skew"),
            _(
                "Tilts the two eigenvectors of W towards each other. At 0 a W of real "
                "eigenvalues is symmetric. A skew W first lengthens what later comes to rest; "
                "where tanh keeps the way back short, points may escape."
            ),
            low=0.0,
            high=3.0,
        ),
        Knob(
            "depth",
            "int",
            _("Layers, trained"),
            _("Residual layers of width two, in sixteen networks trained on the moons."),
            low=2,
            high=32,
            log=True,
        ),
        Knob(
            "layer",
            "float",
            _("Layer shown"),
            _(
                "Layer up to which the points of the moons have moved; between two layers they "
                "are on the straight line of one step."
            ),
            low=0.0,
            high=32.0,
        ),
        Knob(
            "values",
            "numbers",
            _("Eigenvalues"),
            _("Real and imaginary part of both eigenvalues of W, dragged in the plot."),
            low=-5.0,
            high=2.4,
        ),
        Knob(
            "starts",
            "numbers",
            _("Starts"),
            _("Pairs x, y where paths begin, dragged."),
            low=-20.0,
            high=20.0,
        ),
    ),
    start={
        "field": "tanh",
        "step": 0.25,
        "skew": 0.0,
        "depth": 12,
        "layer": 6.0,
        "values": (-0.4, 1.6, -0.4, -1.6),
        "starts": (1.8, 0.5, -0.6, 1.6, -1.7, -0.8, 0.8, -1.5),
    },
    look_for=_(
        "Thick lines are the flow, dots are steps of dt along its arrows: what a "
        "residual layer does. Drag an eigenvalue out of the green disc, whose radius is 1/dt, "
        "and steps grow although the flow comes to rest; tanh only bounds them. Below, layers "
        "are trained, each with its own W and dt = 1. Drag the layer: the moons move apart "
        "until a straight line separates them. Few layers take long steps and may flip the "
        "plane, which no flow can."
    ),
    tries=(
        Try(
            _("A step too long"),
            _(
                "A symmetric W with −4 and −0.2: steps may be 2/4 = 0.5 long. "
                "At 0.52 each one overshoots by more than the last, while the flow comes to "
                "rest."
            ),
            {"field": "linear", "values": (-4.0, 0.0, -0.2, 0.0), "step": 0.52},
        ),
        Try(
            _("tanh bounds them"),
            _(
                "The same W, and steps twice as long as allowed: tanh makes none longer than "
                "dt, so they jump back and forth and never come to rest."
            ),
            {"field": "tanh", "values": (-4.0, 0.0, -0.2, 0.0), "step": 1.0},
        ),
        Try(
            _("Four long steps"),
            _(
                "Of four layers the first one separates the moons: it flips a part of the "
                "plane."
            ),
            {"depth": 4, "layer": 1.0},
        ),
    ),
    formula=(
        r"x_{n+1} = x_n + dt\, \varphi(W x_n)",
        r"|1 + dt\, \lambda| \leq 1",
        r"dt \leq 2 / |\lambda_{min}|",
    ),
    claims=("E12",),
)
