"""Filters on graphs: p(L) by neighbours, p(lambda) in the spectrum, and once too often."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.graph_filter.names import (
    CAFFEINE,
    COMMUNITIES,
    GRAPHS,
    GRID,
    MAX_TIMES,
    RING,
)

EXPERIMENT = Experiment(
    "graph-filter",
    _("What does a filter on a graph let through?"),
    _(
        "A noisy signal on a graph: a polynomial of the Laplacian mixes neighbours, which is a "
        "gain for every frequency; too often, and all nodes are alike."
    ),
    source=_(
        "Shuman et al. 2013 (frequencies on graphs), Defferrard et al. 2016 (polynomial "
        "filters), Kipf and Welling 2017 (one step per layer), Li, Han and Wu 2018 "
        "(over-smoothing), Zachary 1977 (the karate club)"
    ),
    group=MECHANISM,
    package=__package__,
    order=16,
    knobs=(
        Knob(
            "graph",
            "choice",
            _("Graph"),
            _("Whose nodes carry the signal; drop a text file of edges to use your own."),
            choices=GRAPHS,
        ),
        Knob(
            "low",
            "float",
            _("Gain at 0"),
            _("Gain of what all nodes share: p at the frequency 0."),
            low=-1.0,
            high=1.5,
        ),
        Knob(
            "middle",
            "float",
            _("Gain halfway"),
            _("p at half the largest frequency; with the other two it fixes the parabola."),
            low=-1.0,
            high=1.5,
        ),
        Knob(
            "high",
            "float",
            _("Gain at the largest"),
            _("What the filter does where neighbours differ most: p at the largest frequency."),
            low=-1.0,
            high=1.5,
        ),
        Knob(
            "times",
            "int",
            _("Repetitions"),
            _("How often the filter is applied, as by a network of that many layers."),
            low=1,
            high=MAX_TIMES,
            log=True,
            unit=_("times"),
            marks=(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64),
        ),
        Knob(
            "normalized",
            "numbers",
            _("Normalized"),
            _(
                "1: the Laplacian is normalized, D^(−1/2) (D − W) D^(−1/2); 0: it is D − W. "
                "Clicked over the response."
            ),
            low=0,
            high=1,
        ),
        Knob(
            "noise",
            "numbers",
            _("Noise"),
            _("How large the noise on every node is, dragged in the spectrum."),
            low=0.01,
            high=2.0,
        ),
        Knob(
            "wave",
            "numbers",
            _("Wave"),
            _(
                "Which wave of the graph the signal is, clicked in the spectrum; empty: its "
                "own."
            ),
            low=0,
            high=199,
        ),
        Knob(
            "node",
            "numbers",
            _("Node"),
            _("Whose neighbours are shown, clicked in the graph."),
            low=0,
            high=199,
        ),
        Knob(
            "positions",
            "numbers",
            _("Positions"),
            _("Where the nodes are, dragged in the graph."),
            former=("places",),
            low=-1.0,
            high=1.0,
        ),
        Knob("edges", "text", _("Edges of my own"), _("The edges of a file that was opened.")),
    ),
    start={
        "graph": COMMUNITIES,
        "low": 1.0,
        "middle": 0.3,
        "high": 0.0,
        "times": 2,
        "normalized": (0.0,),
        "noise": (0.7,),
        "wave": (),
        "node": (0.0,),
        "positions": (),
        "edges": CAFFEINE,
    },
    look_for=_(
        "Each edge is as bright as its ends differ. The filter subtracts from every "
        "node how much it differs from its neighbours; yet it scales each wave of the graph by "
        "exactly what the curve shows at its frequency. Low waves are the signal, noise is in "
        "all of them alike: attenuate the high ones and the signal remains. Drag the curve, "
        "the noise, a node: only in the random graph do the edges follow it, in the others "
        "only the picture changes. Click a frequency, and the signal is that wave. "
        "Normalized, the edges of every node count as one: frequencies end at 2 at most, and "
        "the wave of frequency 0 is no longer constant."
    ),
    tries=(
        Try(
            _("Sixty-four times"),
            _(
                "Two layers or three find the communities; after sixty-four "
                "nearly all nodes have one colour: over-smoothing."
            ),
            {"times": 64},
        ),
        Try(
            _("Only the boundaries"),
            _(
                "Reversed, the filter passes only differences: of a ring in two colours the "
                "four nodes at which the colours meet remain."
            ),
            {
                "graph": RING,
                "low": 0.0,
                "middle": 0.75,
                "high": 1.5,
                "times": 1,
                "noise": (0.01,),
            },
        ),
        Try(
            _("One wave"),
            _(
                "The signal is one wave of the grid, with hardly any noise: the filter "
                "keeps its form, and shrinks it to p at its frequency."
            ),
            {"graph": GRID, "wave": (8.0,), "times": 1, "noise": (0.01,)},
        ),
    ),
    formula=(
        r"(L x)_i = \sum_j w_{ij} (x_i - x_j), \quad L u_k = \lambda_k u_k",
        r"L_{norm} = D^{-1/2} L\, D^{-1/2}, \quad D_{ii} = \sum_j w_{ij}",
        r"p(L)\, x = \sum_k p(\lambda_k)\, (u_k \cdot x)\, u_k",
        r"p(\lambda) = c_0 + c_1 t + c_2 t^2, \quad t = \lambda / \lambda_{max}",
        r"\frac{x^T L x}{x^T x} = \sum_{i<j} w_{ij} (x_i - x_j)^2 \, / \sum_i x_i^2",
    ),
    claims=("E10",),
)
