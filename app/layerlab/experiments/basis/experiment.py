"""One hidden layer is a sum of terms; the last layer is a linear fit."""

from layerlab.core.experiment import FUNCTION, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "basis",
    _("What does one hidden layer add up?"),
    _(
        "A curve as a sum of activations: move the terms by hand, add them one by one, and fit "
        "their weights in three ways."
    ),
    source=_(
        "Miller 2002 (choice of terms), Bishop 2006, section 3.3 (posterior), "
        "MacKay 1992 (evidence)"
    ),
    group=FUNCTION,
    package=__package__,
    order=6,
    knobs=(
        Knob(
            "curve",
            "choice",
            _("Curve"),
            _("The curve that the sum has to fit."),
            choices=("wave", "abs", "step", "sine-mix"),
        ),
        Knob(
            "activation",
            "choice",
            _("Activation"),
            _("The function s that every term applies."),
            registry="activations",
        ),
        Knob(
            "units",
            "int",
            _("Hidden units"),
            _(
                "Number of terms: picked from hundreds of candidates, so that their sum fits "
                "well."
            ),
            low=1,
            high=24,
        ),
        Knob(
            "shown",
            "int",
            _("Terms added up"),
            _("Adds up only the first terms from the left, with the weights of the whole sum."),
            low=1,
            high=24,
        ),
        Knob(
            "posterior",
            "bool",
            _("Posterior of the weights"),
            _(
                "Takes L2 as a Gaussian prior of the a: the sum becomes the most likely one, "
                "and a band shows what the data leave uncertain."
            ),
        ),
        Knob(
            "terms",
            "numbers",
            _("Terms"),
            _("Pairs b, c of the first terms, dragged in the plot."),
            low=-2000.0,
            high=2000.0,
        ),
        Knob(
            "heights",
            "numbers",
            _("Weights"),
            _("The a by hand; fitted where there are none."),
            low=-1e6,
            high=1e6,
        ),
        Knob(
            "updates", "numbers", _("Updates"), _("Steps of gradient descent."), low=1, high=1e6
        ),
        Knob(
            "l2",
            "numbers",
            "L2",
            _("Precision of the prior of the a: the larger, the narrower."),
            low=1e-8,
            high=10.0,
        ),
        Knob(
            "level",
            "numbers",
            _("Equal error"),
            _("Share of the variance that may be left."),
            low=1e-4,
            high=0.5,
        ),
    ),
    start={
        "curve": "wave",
        "activation": "relu",
        "units": 8,
        "shown": 24,
        "posterior": False,
        "terms": (),
        "heights": (),
        "updates": (1000.0,),
        "l2": (1e-4,),
        "level": (0.01,),
    },
    look_for=_(
        "A hidden unit is one term: c shifts it, b stretches it, a is its height. Drag "
        "the highlighted one: the dot on its kink shifts it, the dot beside it stretches it, "
        "the dot at the edge sets its height. With b and c held, the best a solve one linear "
        "equation; gradient descent takes thousands of updates there, because neighbouring "
        "terms are alike."
    ),
    tries=(
        Try(
            _("One by one"),
            _("Three of eight terms: kink after kink is added to a constant."),
            {"shown": 3},
        ),
        Try(
            _("What the data leave uncertain"),
            _(
                "The band widens where points are few, as near x = 0.55: there other weights "
                "would fit as well."
            ),
            {"units": 24, "posterior": True, "l2": (1e-7,)},
        ),
        Try(
            _("A jump of one sigmoid"),
            _("One steep sigmoid is a jump. ReLU needs two kinks close together."),
            {"curve": "step", "activation": "sigmoid", "units": 1},
        ),
    ),
    formula=(
        r"f(x) = d + \sum_k a_k\, s(b_k x + c_k)",
        r"a \sim \mathcal{N}(0, \tau^2), \quad \tau^2 = \frac{\sigma^2}{n\, L_2}",
        r"a_n = a^* - (I - \eta H)^n a^*",
    ),
    claims=("C1", "C2", "C4", "C5"),
)
