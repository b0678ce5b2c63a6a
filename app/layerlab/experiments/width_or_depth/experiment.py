"""Twins: one wide, one deep, as many parameters."""

from layerlab.core.experiment import SHAPE, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.width_or_depth.names import LENGTH, MAX_CRESTS, START

EXPERIMENT = Experiment(
    "width-or-depth",
    _("Width or depth for the same budget?"),
    _(
        "Twin networks of equal numbers of parameters learn one wavy curve for as many "
        "updates: one wide layer, or several narrow ones."
    ),
    source=_(
        "Telgarsky 2015 (arXiv 1509.08101); Hanin & Rolnick 2019 (arXiv 1901.09021); Efron "
        "1979 (bootstrap)"
    ),
    group=SHAPE,
    package=__package__,
    order=4,
    knobs=(
        Knob(
            "crests",
            "int",
            _("Crests"),
            _("Number of crests of the curve: each crest and trough needs kinks."),
            low=1,
            high=MAX_CRESTS,
        ),
        Knob(
            "budget",
            "int",
            _("Budget"),
            _("Weights and biases that each twin may have; widths come as close as they can."),
            low=40,
            high=500,
            log=True,
            unit=_("parameters"),
        ),
        Knob(
            "depth",
            "int",
            _("Depth of the deep twin"),
            _("Hidden layers of the deep one; more of them are narrower."),
            low=2,
            high=6,
        ),
        Knob(
            "updates",
            "int",
            _("Updates"),
            _("Updates that both have done; it can be turned back, as all states are kept."),
            low=0,
            high=LENGTH,
        ),
    ),
    start={"crests": 3, "budget": 200, "depth": 3, "updates": START},
    look_for=_(
        "Dots are the kinks of a network, exactly, in the colour of the layer whose "
        "neuron makes them. The wide twin has more kinks, one for each neuron at most; the "
        "deep one has far fewer neurons, but later layers fold again what earlier ones have "
        "folded. On the mildest curve width is as good or better. On wilder ones depth is "
        "ahead, if its layers are not too narrow to learn at all; on the wildest, neither "
        "learns much."
    ),
    tries=(
        Try(
            _("A mild curve"),
            _("One crest and 100 parameters: now the wide twin is ahead."),
            {"crests": 1, "budget": 100},
        ),
        Try(
            _("Wild, and room to fold"),
            _(
                "Six crests and 300 parameters: one layer of 100 neurons "
                "hardly gets beyond the middle, five layers of 8 follow most of the waves."
            ),
            {"crests": 6, "budget": 300, "depth": 5},
        ),
        Try(
            _("Too narrow to learn"),
            _(
                "Six layers of 4: most of the deep seeds are stuck, and "
                "width wins on all but the wildest curves."
            ),
            {"budget": 100, "depth": 6},
        ),
    ),
    formula=(
        r"\text{one layer of } n: \ 3n + 1 \text{ parameters},\ \leq n + 1 \text{ pieces}",
        r"L \text{ layers of } w: \ (L-1)(w^2 + w) + 3w + 1",
        r"\mathrm{loss} = \frac{1}{2N} \sum_i (f(x_i) - y_i)^2",
    ),
    claims=("D16", "D36"),
)
