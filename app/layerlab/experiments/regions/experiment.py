"""Linear regions: the plane cut by a ReLU network into polygons, and how many there are."""

from layerlab.core.experiment import SHAPE, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _, marked

EXPERIMENT = Experiment(
    "regions",
    _("How does a ReLU network divide its input?"),
    _(
        "Every polygon of the plane on which a network is one linear map, exactly, while it "
        "learns; and how their number grows."
    ),
    source=_(
        "Zaslavsky 1975 and Pascanu et al. 2013 (one layer), Montufar et al. 2014 (n to the "
        "power of L), Hanin & Rolnick 2019 (as many as neurons)"
    ),
    group=SHAPE,
    package=__package__,
    order=5,
    knobs=(
        Knob(
            "width",
            "int",
            _("Neurons per layer"),
            _(
                "Each neuron gives the function a kink along a line; deeper ones along a "
                "broken line."
            ),
            low=1,
            high=32,
        ),
        Knob(
            "depth",
            "int",
            _("Hidden layers"),
            _("Every further layer cuts the pieces that the layers before it have left."),
            low=1,
            high=3,
        ),
        Knob(
            "biases",
            "float",
            _("Initial bias std"),
            _(
                "Standard deviation of the initial biases. Biases move the lines away from the "
                "middle; without them all lines pass through it."
            ),
            low=0.0,
            high=2.0,
        ),
        Knob(
            "task",
            "choice",
            _("What it learns"),
            _("The points that the network is trained on: two classes, or six hills."),
            choices=(marked("spiral"), marked("circle"), marked("hills")),
        ),
        Knob(
            "updates",
            "int",
            _("Updates trained"),
            _("Moves through the training; the play button does it for you."),
            low=0,
            high=2000,
        ),
        Knob(
            "line",
            "numbers",
            _("The line through the plane"),
            _("Two ends, dragged in the map: the network along it has one input."),
            low=-1.2,
            high=1.2,
        ),
    ),
    start={
        "width": 12,
        "depth": 2,
        "biases": 0.5,
        "task": "spiral",
        "updates": 0,
        "line": (-1.0, -0.55, 1.0, 0.75),
    },
    look_for=_(
        "On each polygon the network is one linear map; its hue is the direction of the "
        "gradient, its strength how steep it is. The lines of the first layer are straight, "
        "those of the second bend where they cross the first. Count along the line, and count "
        "the polygons: with one input n neurons make n + 1 pieces at most, with two inputs far "
        "more; and depth alone, without training for it, does not multiply them."
    ),
    tries=(
        Try(
            _("Watch the spiral being learned"),
            _(
                "After 1\u202f500 updates the decision boundary winds between the arms: "
                "straight on each polygon, with a kink where it leaves one."
            ),
            {"updates": 1500, "width": 16},
        ),
        Try(
            _("Remove the biases"),
            _("All lines of the first layer pass through one point, and few regions are left."),
            {"biases": 0.0, "width": 24},
        ),
        Try(
            _("One wide layer"),
            _(
                "32 neurons in one layer: every line runs straight through the "
                "plane, and every corner is where lines cross."
            ),
            {"width": 32, "depth": 1},
        ),
    ),
    formula=(
        r"f(x) = A_P\, x + c_P \quad (x \in P)",
        r"d = 1:\ n + 1, \qquad d:\ \sum_{k=0}^{d} \binom{n}{k}",
        r"L \text{ layers built for it: } n^L",
    ),
    claims=("A4", "D16", "D17", "L3"),
)
