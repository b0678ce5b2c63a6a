"""Ensembles: the mean of several networks, and what they have in common."""

from app.core.experiment import MECHANISM, Experiment, Try
from app.core.knobs import Knob
from app.experiments.ensemble.names import DRAWS, EDGE, KINDS, MOST, TASKS, WIDEST

EXPERIMENT = Experiment(
    "ensemble",
    "What does the mean of several networks take away?",
    "K networks learn from one noisy draw of a task, again and again: their fan and its mean, "
    "and how far v (1/K + (K−1)/K ρ) tells what averaging does.",
    source="Krogh & Vedelsby 1995 (ensembles), Breiman 1996 (bagging), Lakshminarayanan et al. "
    "2017 (arXiv 1612.01474, ensembles by seed), Fisher 1925 (intraclass correlation)",
    group=MECHANISM,
    package=__package__,
    order=18,
    knobs=(
        Knob("k", "int", "Networks, K",
             "How many networks the mean is taken of; those there are are averaged anew, "
             "nothing is trained.", low=1, high=MOST),
        Knob("kind", "choice", "They differ by",
             "The seed of their weights alone; or the points as well, drawn anew from the "
             "same 32; or depth and activation as well.", choices=KINDS),
        Knob("noise", "float", "Noise",
             "Spread of the noise in the points: what all networks of a draw learn by heart "
             "together.", low=0.0, high=0.6),
        Knob("width", "int", "Width",
             "Neurons of a layer: wide networks of one draw agree with each other more.",
             low=2, high=WIDEST, log=True),
        Knob("task", "choice", "Task", "The curve under the points.", choices=TASKS),
        Knob("draw", "numbers", "Draw", "The draw whose networks are shown; clicked.",
             low=1, high=DRAWS),
        Knob("at", "numbers", "Place", "Where two networks are compared; dragged.",
             low=-EDGE, high=EDGE),
    ),
    start={"k": 10, "kind": "seed", "noise": 0.3, "width": 16, "task": "wave",
           "draw": (1.0,), "at": (0.4,)},
    look_for="",
    tries=(),
    formula=(
        r"\mathrm{Var}(\bar f) = v \left( \frac{1}{K} + \frac{K-1}{K} \rho \right)",
        r"v = \rho v + (1 - \rho) v",
        r"\mathrm{error} = \mathrm{bias}^2 + \mathrm{Var}(\bar f)",
    ),
    claims=("E13",),
)  # fmt: skip
