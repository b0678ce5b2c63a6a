"""One filter for all positions: it commutes with shifts, and needs nine numbers."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _
from layerlab.experiments.convolution.names import (
    ALONE,
    AVERAGED,
    BORDERS,
    BY_HAND,
    IMAGES,
    KERNELS,
    LAYERS,
    MAX_WEIGHT,
    NOISE,
    POOLS,
    SIDE,
)

EXPERIMENT = Experiment(
    "convolution",
    _("What does one shared filter give?"),
    _(
        "A picture that you draw and shift, under one filter for all positions: what commutes "
        "with shifts, and how nine numbers do the work of thousands."
    ),
    source=_(
        "Fukushima 1980 and LeCun et al. 1989 (shared filters), Cohen & Welling 2016 "
        "(what commutes with a group)"
    ),
    group=MECHANISM,
    package=__package__,
    order=13,
    knobs=(
        Knob(
            "kernel",
            "choice",
            _("Kernel"),
            _("The nine weights that every position shares; drag a cell to make your own."),
            choices=(*KERNELS, BY_HAND),
        ),
        Knob(
            "layer",
            "choice",
            _("Layer"),
            _(
                "Convolution: one filter. Local: a filter of its own at each position, "
                "scattered about the kernel. Dense: random weights from everywhere besides."
            ),
            choices=LAYERS,
        ),
        Knob(
            "over",
            "int",
            _("Averaged over"),
            _(
                "Replaces the layer by its mean over so many shifts of the picture, spaced "
                "evenly; 256 are all."
            ),
            low=1,
            high=256,
            log=True,
            unit=_("shifts"),
            marks=AVERAGED,
        ),
        Knob(
            "border",
            "choice",
            _("Border"),
            _("Beyond an edge a filter sees the opposite edge, or zeros."),
            choices=BORDERS,
        ),
        Knob(
            "pool",
            "int",
            _("Pooling"),
            _("Side of the blocks of which the largest output is kept; 16 is all of it."),
            low=1,
            high=16,
            log=True,
            unit=_("pixels"),
            marks=POOLS,
        ),
        Knob(
            "picture",
            "numbers",
            _("Picture"),
            _("Pixels by rows; drawn with the mouse, or read from a file."),
            low=0.0,
            high=1.0,
        ),
        Knob(
            "weights",
            "numbers",
            _("Kernel by hand"),
            _("The nine weights, by rows."),
            low=-MAX_WEIGHT,
            high=MAX_WEIGHT,
        ),
        Knob(
            "shift",
            "numbers",
            _("Shift"),
            _("Pixels down and to the right."),
            low=-SIDE / 2,
            high=SIDE / 2,
        ),
        Knob(
            "images",
            "numbers",
            _("Images"),
            _("Number of pairs from which the kernel is recovered."),
            low=1,
            high=IMAGES,
        ),
        Knob(
            "noise",
            "numbers",
            _("Noise"),
            _("Standard deviation of the noise in the outputs."),
            low=NOISE[0],
            high=NOISE[1],
        ),
    ),
    start={
        "kernel": "edge",
        "layer": "convolution",
        "over": 1,
        "border": "wrapped",
        "pool": 2,
        "picture": (),
        "weights": ALONE,
        "shift": (2.0, 3.0),
        "images": (8.0,),
        "noise": (0.3,),
    },
    look_for=_(
        "Draw on the picture, drag the shifted one, drag a cell of the kernel up or "
        "down. Shift and filter in either order: for one shared filter, wrapped round, the "
        "pictures are equal. With filters of its own at each position, or weights from "
        "everywhere, they are not, until the layer is averaged over all shifts: then it is a "
        "convolution, and its kernel can be read off. The maximum over all of the output does "
        "not notice a shift, those of small blocks do. Below right, the kernel is hidden, and "
        "recovered from noisy outputs."
    ),
    tries=(
        Try(
            _("A filter at each position"),
            _(
                "Shift and filter no longer commute: the difference is "
                "all over the picture, and 2\u202f304 weights do it."
            ),
            {"layer": "local"},
        ),
        Try(
            _("A dense layer, averaged"),
            _(
                "Over all shifts 65\u202f536 weights become 256. The filter "
                "is the same at every position, and the two orders agree: it is a convolution."
            ),
            {"layer": "dense", "over": 256},
        ),
        Try(
            _("Zeros at the border"),
            _(
                "The orders differ along the edges, and where the shift "
                "takes them. The maximum over the whole picture does not notice."
            ),
            {"border": "zeros", "pool": 16},
        ),
    ),
    formula=(
        r"(k * x)_p = \sum_d k_d\, x_{p+d}, \quad S (k * x) = k * (S x)",
        r"\bar{A} = \frac{1}{n} \sum_S S A S^{-1} \quad \Rightarrow \quad "
        r"S \bar{A} = \bar{A} S",
        r"\hat{k} = (P^\top P)^{-1} P^\top y, \quad E|\hat{k} - k|^2 \approx "
        r"\frac{\sigma^2 d}{N}",
    ),
    claims=("E1", "E2", "E3", "E15"),
)
