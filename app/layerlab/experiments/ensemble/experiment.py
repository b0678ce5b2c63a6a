"""Ensembles: the mean of several networks, and what they have in common."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.ensemble.names import (
    DRAWS,
    EDGE,
    KINDS,
    MAX_K,
    MAX_WIDTH,
    TASKS,
)

EXPERIMENT = Experiment(
    "ensemble",
    _("What does averaging networks reduce?"),
    _(
        "K networks learn from one noisy draw of a task, again and again: their predictions "
        "and the mean, and how far v (1/K + (K−1)/K ρ) predicts what averaging does."
    ),
    source=_(
        "Krogh & Vedelsby 1995 (ensembles), Breiman 1996 (bagging), Lakshminarayanan et al. "
        "2017 (arXiv 1612.01474, ensembles by seed), Fisher 1925 (intraclass correlation)"
    ),
    group=MECHANISM,
    package=__package__,
    order=18,
    knobs=(
        Knob(
            "k",
            "int",
            _("Networks, K"),
            _(
                "Number of networks that are averaged; only the mean changes, nothing is "
                "trained."
            ),
            low=1,
            high=MAX_K,
        ),
        Knob(
            "kind",
            "choice",
            _("They differ by"),
            _(
                "The seed of their weights alone; or the points as well, resampled from the "
                "same 32; or depth and activation as well."
            ),
            choices=KINDS,
        ),
        Knob(
            "noise",
            "float",
            _("Noise"),
            _(
                "Standard deviation of the noise in the points: what all networks of a draw "
                "memorize together."
            ),
            low=0.0,
            high=0.6,
        ),
        Knob(
            "width",
            "int",
            _("Width"),
            _("Neurons of a layer: wide networks of one draw agree with each other more."),
            low=2,
            high=MAX_WIDTH,
            log=True,
        ),
        Knob("task", "choice", _("Task"), _("The curve under the points."), choices=TASKS),
        Knob(
            "draw",
            "numbers",
            _("Draw"),
            _("The draw whose networks are shown; clicked."),
            low=1,
            high=DRAWS,
        ),
        Knob(
            "at",
            "numbers",
            _("Position"),
            _("Position at which two networks are compared; dragged."),
            low=-EDGE,
            high=EDGE,
        ),
    ),
    start={
        "k": 10,
        "kind": "seed",
        "noise": 0.3,
        "width": 16,
        "task": "wave",
        "draw": (1.0,),
        "at": (0.4,),
    },
    look_for=_(
        "The thin curves of one draw show what is each network's own; the mean averages "
        "it out. What its networks share, because they learned the same noisy points, they do "
        "not show: it is how the mean itself varies from draw to draw, the grey band. Two "
        "networks of a draw lie near the diagonal as far as they share it; click a dot there "
        "to see its draw. Other points for each network lower the correlation most, but one "
        "network then varies twice as much, and the mean gains little. Other architectures "
        "lower it where layers are wide; at widths 2 to 4 they do not."
    ),
    tries=(
        Try(
            _("Other points for each"),
            _(
                "Of a bootstrap ρ falls from 0.76 to 0.31, but v doubles: "
                "the mean of ten varies nearly as much as before. Drag K: it is ahead from 8 "
                "on."
            ),
            {"kind": "bootstrap"},
        ),
        Try(
            _("Another architecture for each"),
            _(
                "Depth and activation differ: ρ is 0.5, v a quarter "
                "larger, and the mean has the least error of the three."
            ),
            {"kind": "architecture"},
        ),
        Try(
            _("Nothing in common"),
            _(
                "Without noise narrow networks miss the corner each in its "
                "own way: ρ is 0, and the mean of ten has a tenth of the variance."
            ),
            {"task": "abs", "noise": 0.0, "width": 4, "at": (0.0,)},
        ),
    ),
    formula=(
        r"\mathrm{Var}(\bar f) = v \left( \frac{1}{K} + \frac{K-1}{K} \rho \right)",
        r"v = \rho v + (1 - \rho) v",
        r"\mathrm{error} = \mathrm{bias}^2 + \mathrm{Var}(\bar f)",
    ),
    claims=("E13",),
)
