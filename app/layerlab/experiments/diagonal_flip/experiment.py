"""The printed study of the diagonal flip, turned and recomputed."""

from layerlab.core.experiment import SHAPE, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "diagonal-flip",
    _("Why can two neurons not flip an image?"),
    _(
        "Sixteen images of 2x2 pixels, mirrored along their diagonal: what width, depth and "
        "initialization do, beside the published figures."
    ),
    source=_(
        '"Network Architecture Design", chapter 10, listing and tables of the diagonal '
        "flip; Eckart & Young 1936 (rank)"
    ),
    group=SHAPE,
    package=__package__,
    order=3,
    knobs=(
        Knob(
            "width",
            "int",
            _("Width"),
            _(
                "Neurons of a hidden layer: everything known about an image passes through "
                "them."
            ),
            low=1,
            high=16,
            unit=_("neurons"),
        ),
        Knob(
            "depth",
            "int",
            _("Depth"),
            _("Hidden layers; 0 leaves a linear model, which is enough for this task."),
            low=0,
            high=2,
            unit=_("hidden layers"),
        ),
        Knob(
            "init",
            "choice",
            _("Initialization"),
            _(
                "Standard deviation of the initial weights: one number for all layers, or the "
                "rule of Xavier or He."
            ),
            choices=("0.01", "Xavier", "0.5", "He", "1"),
        ),
        Knob(
            "epochs",
            "int",
            _("Epochs"),
            _("Passes over the sixteen images, one update for each image."),
            low=10,
            high=500,
            unit=_("epochs"),
            marks=(10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500),
        ),
        Knob(
            "seeds",
            "int",
            _("Seeds"),
            _("Networks with different initial weights; the published one has seed 42."),
            low=1,
            high=64,
            marks=(1, 2, 4, 8, 16, 32, 64),
            log=True,
        ),
    ),
    start={"width": 2, "depth": 1, "init": "He", "epochs": 200, "seeds": 16},
    look_for=_(
        "The flip only swaps two pixels: it is linear, and one region would do. What two "
        "neurons lack is rank. Four pixels vary, two numbers pass, and half of what varies is "
        "lost for good: the dashed floor. No number of epochs, regions or seeds leads below "
        "it. From width 4 on the floor is gone, and seeds decide."
    ),
    tries=(
        Try(
            _("No hidden layer at all"),
            _(
                "One linear map learns the flip better than sixteen neurons do in the same "
                "time."
            ),
            {"depth": 0},
        ),
        Try(
            _("The published figures"),
            _("They come out to the last digit, but for weights of std 0.5, not for He's."),
            {"width": 8, "init": "0.5"},
        ),
        Try(
            _("Two layers of two"),
            _("A second bottleneck does not lift the first one: the floor stays."),
            {"depth": 2, "epochs": 400},
        ),
    ),
    formula=(
        r"\hat{y} = W_2\, \varphi(W_1 x + b_1) + b_2, \quad \mathrm{rank}\, W_2 \leq w",
        r"L \geq \frac{1}{2 \cdot 4} \sum_{k=1}^{4-w} \lambda_k, \quad "
        r"\lambda_k = \frac{1}{4}",
    ),
    claims=(*(f"D{k}" for k in range(1, 16)), "D18", "D19", "D32", "D38", "D40"),
)
