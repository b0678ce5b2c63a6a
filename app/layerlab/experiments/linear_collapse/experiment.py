"""Linear layers collapse to one matrix; a narrow one limits its rank."""

from layerlab.core.experiment import FUNCTION, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "linear-collapse",
    _("What is left of many linear layers?"),
    _(
        "One matrix, whatever the depth; a bottleneck limits its rank, and an activation ends "
        "it."
    ),
    source=_("Eckart & Young 1936 (best rank), Saxe et al. 2014 (deep linear learning)"),
    group=FUNCTION,
    package=__package__,
    order=8,
    knobs=(
        Knob(
            "activation",
            "choice",
            _("Activation between the layers"),
            _("The nonlinearity between two layers; none leaves one linear map."),
            registry="activations",
        ),
        Knob(
            "depth",
            "int",
            _("Layers"),
            _("Matrices that are applied to the plane, one after another."),
            low=1,
            high=12,
        ),
        Knob(
            "rank",
            "int",
            _("Rank r of W = A B"),
            _("Width of the bottleneck between A and B: directions that pass."),
            low=1,
            high=18,
        ),
        Knob(
            "updates",
            "int",
            _("Updates of A and B"),
            _("Steps of gradient descent from small random A and B."),
            low=0,
            high=240,
        ),
    ),
    start={"activation": "identity", "depth": 4, "rank": 5, "updates": 150},
    look_for=_(
        "Without an activation every stack of layers keeps straight lines straight: "
        "one matrix does the same. Put an activation between them, and no matrix can. W is "
        "factored into A and B: only r singular values pass, all the others are the error, and "
        "gradient descent learns them one after another, as a rule the largest first."
    ),
    tries=(
        Try(
            _("Add an activation"),
            _(
                "With ReLU between the layers the plane is folded: the best single "
                "matrix, dashed, no longer fits."
            ),
            {"activation": "relu"},
        ),
        Try(
            _("Halfway"),
            _(
                "After 60 updates the large singular values are learned and the "
                "small ones not: the trained error is above the best."
            ),
            {"rank": 8, "updates": 60},
        ),
        Try(
            _("Twelve layers, rank one"),
            _("Twelve linear layers are one matrix too, and of W one direction is left."),
            {"depth": 12, "rank": 1},
        ),
    ),
    formula=(
        r"W_L \cdots W_2 W_1 x = W x",
        r"W = A B, \quad mn \to r\,(m + n)",
        r"\min_{\mathrm{rank}\, r} \|W - AB\|_F^2 = \sum_{k > r} s_k^2",
    ),
    claims=("A1", "A2", "B1"),
)
