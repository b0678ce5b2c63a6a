"""The triangle map, folded: built from weights, and what training finds of it."""

from layerlab.core.experiment import SHAPE, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.sawtooth.names import NAMES

EXPERIMENT = Experiment(
    "sawtooth",
    _("Does training find what a network can represent?"),
    _(
        "Two neurons per layer fold a line into 2^L linear pieces. That can be built; whether "
        "gradient descent finds it is another question."
    ),
    source=_(
        "Telgarsky 2015 (arXiv 1509.08101), section 2; Bellman 1961 (least loss of pieces)"
    ),
    group=SHAPE,
    package=__package__,
    order=7,
    knobs=(
        Knob(
            "folds",
            "int",
            _("Folds"),
            _("Number of folds of the triangle: each doubles the pieces of the target."),
            low=1,
            high=6,
        ),
        Knob(
            "net",
            "choice",
            _("Network drawn"),
            _(
                "Two neurons per layer are just enough; eight leave room. One layer of as many "
                "neurons as pieces is enough too; the last has more than it needs."
            ),
            choices=NAMES,
        ),
        Knob(
            "updates",
            "int",
            _("Updates"),
            _("How long each network is trained; what was trained already is shown at once."),
            low=100,
            high=4000,
            log=True,
        ),
        Knob(
            "samples",
            "int",
            _("Training points"),
            _("Where the target is known: between few points a network is free to be wrong."),
            low=8,
            high=256,
            log=True,
        ),
        Knob(
            "seeds",
            "int",
            _("Seeds"),
            _("Trains so many networks at once, each from weights of its own."),
            low=4,
            high=32,
            log=True,
        ),
    ),
    start={"folds": 3, "net": NAMES[0], "updates": 2000, "samples": 192, "seeds": 16},
    look_for=_(
        "The dashed target is a network: its weights are written down, and its pieces "
        "are counted. Then the same network is trained from random weights, from many seeds. "
        "Compare the rows: the narrow net that could be exact is stuck far from it; nets with "
        "neurons to spare come closer; and the width that one layer needs grows with the "
        "pieces, not with the folds."
    ),
    tries=(
        Try(
            _("Room to spare"),
            _(
                "Eight neurons per layer, where two would do: now some seeds find the target, "
                "and others are stuck."
            ),
            {"net": NAMES[1]},
        ),
        Try(
            _("Twelve points"),
            _(
                "The training loss is small, and between the points the curve is somewhere "
                "else."
            ),
            {"net": NAMES[1], "samples": 12},
        ),
        Try(
            _("Six folds"),
            _(
                "64 pieces from 12 neurons, written down in a moment: no seed of any "
                "network finds them."
            ),
            {"folds": 6, "net": NAMES[1]},
        ),
    ),
    formula=(
        r"t(u) = 2\,\mathrm{relu}(u) - 4\,\mathrm{relu}(u - \tfrac{1}{2})",
        r"t \circ t \circ \cdots \circ t \ (L \text{ times}): \ 2^L \text{ pieces}",
        r"\text{one layer}: \ n \geq 2^L - 1",
    ),
    claims=("A5", "B7", "E11"),
)
