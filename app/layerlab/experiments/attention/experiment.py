"""Attention as a kernel, the query's norm as its temperature, and the root of d_k."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

EXPERIMENT = Experiment(
    "attention",
    _("What does attention do with its keys?"),
    _(
        "Keys, values and a query on a line: attention is kernel smoothing, a longer query "
        "looks closer, and without √dₖ it stops learning."
    ),
    source=_(
        "Vaswani et al. 2017, section 3.2.1 (scaled dot product), Nadaraya 1964 and Watson "
        "1964 (kernel smoothing), Tsai et al. 2019 (attention as a kernel)"
    ),
    group=MECHANISM,
    package=__package__,
    order=14,
    knobs=(
        Knob(
            "norm",
            "float",
            _("Norm of the query"),
            _("How long q is, where most keys have norm 1: the inverse of a temperature."),
            low=0.25,
            high=256.0,
            log=True,
        ),
        Knob(
            "d_k",
            "int",
            "dₖ",
            _("Dimension of queries and keys: their product is a sum of that many terms."),
            low=4,
            high=1024,
            log=True,
            unit=_("numbers"),
            marks=(4, 8, 16, 32, 64, 128, 256, 512, 1024),
        ),
        Knob(
            "scaled",
            "bool",
            _("Divide by √dₖ"),
            _("Divides q · k by √dₖ before the softmax, as published."),
        ),
        Knob(
            "keys",
            "int",
            _("Keys"),
            _("How many keys the query chooses from."),
            low=2,
            high=32,
            log=True,
            marks=(2, 4, 8, 16, 32),
        ),
        Knob(
            "unequal",
            "float",
            _("Unequal keys"),
            _("Lets the keys have different norms, up to half and twice as long at 1."),
            low=0.0,
            high=1.0,
        ),
        Knob(
            "query",
            "numbers",
            _("Query"),
            _("Where the query is, dragged in the plot."),
            low=-1.0,
            high=1.0,
        ),
        Knob(
            "points",
            "numbers",
            _("Keys and values"),
            _("Pairs of position and value of the first keys, dragged in the plot."),
            low=-1.5,
            high=1.5,
        ),
    ),
    start={
        "norm": 64.0,
        "d_k": 64,
        "scaled": True,
        "keys": 16,
        "unequal": 0.0,
        "query": (0.3,),
        "points": (),
    },
    look_for=_(
        "Drag the query: its output is a mean of the values, and a key counts by how "
        "near it is. That is Gaussian smoothing, to the last digits, because the norms cancel. "
        "The norm of the query decides how wide the bell is. Below, vectors are drawn at "
        "random: undivided products grow with dₖ, one weight takes all, and the gradient is "
        "two whole keys, or nothing."
    ),
    tries=(
        Try(
            _("All of norm 1"),
            _(
                "With unit norms and dₖ = 64 the bell is wider than the line: attention is "
                "nearly the plain mean."
            ),
            {"norm": 1.0},
        ),
        Try(
            _("Undivided"),
            _(
                "The median query gets next to no gradient through the values: one "
                "key takes all. The mean lives on the few at which two keys tie."
            ),
            {"scaled": False, "d_k": 1024, "norm": 16.0},
        ),
        Try(
            _("Keys of unequal norm"),
            _(
                "Long keys draw weight from afar: attention leaves the kernel, most where dₖ "
                "is small."
            ),
            {"unequal": 1.0, "d_k": 4, "norm": 4.0},
        ),
    ),
    formula=(
        r"y(q) = \sum_j p_j v_j, \quad p = \mathrm{softmax}(q \cdot k_j / \sqrt{d_k})",
        r"p_j \propto e^{-|q - k_j|^2 / 2 h^2}\, e^{|k_j|^2 / 2 h^2}, \quad h^2 = \sqrt{d_k}",
        r"\frac{\partial L}{\partial q} = \frac{1}{\sqrt{d_k}} \sum_j \frac{\partial L}"
        r"{\partial s_j} k_j, \quad \mathrm{Var}(q \cdot k) = d_k",
    ),
    claims=("E5", "E6", "E7", "E8"),
)
