"""Residual layers as steps of Euler along a flow."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob

EXPERIMENT = Experiment(
    "euler",
    "When does a residual network follow a flow?",
    "A residual layer is one step of Euler along a flow: how long the step may be, and what "
    "trained layers do with it.",
    source="Haber & Ruthotto 2017 (arXiv 1705.03341), E 2017, Chen et al. 2018 "
    "(arXiv 1806.07366), Hairer & Wanner 1996, section IV.2 (stability of Euler's method)",
    group=MECHANISM,
    package=__package__,
    order=17,
    knobs=(
        Knob(
            "field",
            "choice",
            "Field",
            "What moves a point: W x, or tanh(W x), at most 1 along each axis; near 0 they "
            "are the same. The trained layers below have the same nonlinearity.",
            choices=("linear", "tanh"),
        ),
        Knob(
            "step",
            "float",
            "Step, dt",
            "Time of one step: a layer adds dt times the field to where a point is.",
            low=0.05,
            high=2.0,
            log=True,
        ),
        Knob(
            "skew",
            "float",
            "Skew",
            "Lets the two directions that W keeps lean towards each other. At 0 a W of real "
            "eigenvalues is symmetric. A skew one first lengthens what comes to rest later; "
            "where tanh holds the way back short, points may leave for good.",
            low=0.0,
            high=3.0,
        ),
        Knob(
            "depth",
            "int",
            "Layers, trained",
            "Residual layers, two wide, of sixteen networks that are trained on the moons.",
            low=2,
            high=32,
            log=True,
        ),
        Knob(
            "layer",
            "float",
            "Layer shown",
            "How far the points of the moons have gone, at most to the last layer; between "
            "two layers they are on the straight line of one step.",
            low=0.0,
            high=32.0,
        ),
        Knob(
            "values",
            "numbers",
            "Eigenvalues",
            "Real and imaginary part of both eigenvalues of W, dragged in the plot.",
            low=-5.0,
            high=2.4,
        ),
        Knob(
            "starts",
            "numbers",
            "Starts",
            "Pairs x, y where paths begin, dragged.",
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
    look_for="Thick lines are the flow, dots are steps of dt along its arrows: what a residual "
    "layer does. Drag an eigenvalue out of the green disc, whose radius is 1/dt, and steps "
    "grow although the flow comes to rest; tanh only bounds them. Below, layers are trained, "
    "each with its own W and dt = 1. Drag the layer: the moons move apart until a straight "
    "line parts them. Few layers take long steps and may turn the plane over, as no flow can.",
    tries=(
        Try(
            "A step too long",
            "A symmetric W with −4 and −0.2: steps may be 2/4 = 0.5 long. "
            "At 0.52 each one overshoots by more than the last, while the flow comes to rest.",
            {"field": "linear", "values": (-4.0, 0.0, -0.2, 0.0), "step": 0.52},
        ),
        Try(
            "tanh bounds them",
            "The same W, and steps twice as long as allowed: tanh makes "
            "none longer than dt, so they hop to and fro and never come to rest.",
            {"field": "tanh", "values": (-4.0, 0.0, -0.2, 0.0), "step": 1.0},
        ),
        Try(
            "Four long steps",
            "Of four layers the first one parts the moons: it turns over a part of the plane.",
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
