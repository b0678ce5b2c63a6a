"""From the lab's knobs to language models: where parameters, memory and arithmetic go."""

from layerlab.core.experiment import MECHANISM, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.core.translation import _

# The powers of two, and what published models have.
_D_MODELS = (
    64, 128, 256, 384, 512, 768, 1024, 1280, 1600, 2048, 2560, 3072, 4096, 5120, 6656, 8192,
    10_240, 12_288, 16_384,
)  # fmt: skip # one series

EXPERIMENT = Experiment(
    "at-scale",
    _("What do width and depth cost a language model?"),
    _(
        "The layer of a language model drawn to scale: parameters, memory and arithmetic of "
        "its blocks, the cache that grows with the text, and what keeps a hundred layers in "
        "bounds."
    ),
    source=_(
        "Vaswani et al. 2017 (the block, its factor of 4), Shazeer 2020 (SwiGLU), Brown et "
        "al. 2020 (GPT-3), Touvron et al. 2023 (LLaMA), Jiang et al. 2024 (Mixtral), Radford "
        "et al. 2019 (GPT-2, scaled residual layers), Ainslie et al. 2023 (shared keys)"
    ),
    group=MECHANISM,
    package=__package__,
    order=19,
    knobs=(
        Knob(
            "block",
            "choice",
            _("Block"),
            _(
                "Plain has two matrices, GLU and SwiGLU a third one for a gate. Plain comes "
                "with the rest of a GPT: biases, learned positions, one table of tokens; a "
                "gate with the rest of a LLaMA."
            ),
            choices=("plain", "GLU", "SwiGLU"),
        ),
        Knob(
            "d_model",
            "int",
            "d_model",  # not translated: a symbol
            _("Numbers that represent a token, in every layer."),
            low=64,
            high=16_384,
            log=True,
            marks=_D_MODELS,
        ),
        Knob(
            "factor",
            "float",
            _("Width factor"),
            _("Neurons of a feed-forward block for each number of a token."),
            low=0.5,
            high=16.0,
            log=True,
        ),
        Knob(
            "layers",
            "int",
            _("Layers"),
            _(
                "Each has attention and a feed-forward block; the signal below goes through as "
                "many blocks."
            ),
            low=1,
            high=128,
            log=True,
        ),
        Knob(
            "experts",
            "int",
            _("Experts"),
            _(
                "Feed-forward blocks in each layer, of which a token goes through a few; 1 is "
                "none to choose from."
            ),
            low=1,
            high=64,
            log=True,
            marks=(1, 2, 4, 8, 16, 32, 64),
        ),
        Knob(
            "active",
            "numbers",
            _("Experts per token"),
            _("How many of them a token goes through; clicked in the picture of the layer."),
            low=1,
            high=64,
        ),
        Knob(
            "sharing",
            "numbers",
            _("Heads that share keys"),
            _(
                "Query heads that share one key-value head; clicked in the picture of the "
                "layer."
            ),
            low=1,
            high=16,
        ),
        Knob(
            "context",
            "numbers",
            _("Context"),
            _("Context length, in tokens; dragged in the plots."),
            low=128,
            high=1_048_576,
        ),
        Knob(
            "bytes",
            "numbers",
            _("Bytes per number"),
            _("2 or 4, clicked in the plot of memory."),
            low=2,
            high=4,
        ),
    ),
    start={
        "block": "SwiGLU",
        "d_model": 4096,
        "factor": 2.6875,
        "layers": 32,
        "experts": 1,
        "active": (2.0,),
        "sharing": (1.0,),
        "context": (2048.0,),
        "bytes": (2.0,),
    },
    look_for=_(
        "Drag the edges of the layer: its area is what must be stored and multiplied. "
        "Twice the d_model is four times the area, twice the factor only the feed-forward "
        "part. A plain block of factor 4 and a gated one of 8/3 cost the same, 8 d²: there GPT "
        "and LLaMA stand. The keys and values of the text are not weights: they grow with "
        "every token. And all the layers add to one signal: without a scale its variance grows "
        "with them."
    ),
    tries=(
        Try(
            _("Over 67 million"),
            _(
                "A block 4096-16384-4096: 67.1 million are one of its two "
                "matrices, both and their biases are 134.2."
            ),
            {"block": "plain", "d_model": 4096, "factor": 4.0},
        ),
        Try(
            _("Read a long book"),
            _(
                "At 131\u202f072 tokens the keys and values of one text take five "
                "times the memory of all weights, and looking back takes most of the "
                "arithmetic."
            ),
            {"context": (131_072.0,)},
        ),
        Try(
            _("Eight experts, two used"),
            _(
                "A Mixtral: 46.7 billion parameters to store, 12.9 for "
                "each token. Four heads share their keys, which cuts the cache to a quarter."
            ),
            {"factor": 3.5, "experts": 8, "sharing": (4.0,), "context": (32_768.0,)},
        ),
    ),
    formula=(
        r"\mathrm{layer} = 4 d^2 + m f d^2, \quad m = 2 \; \mathrm{or} \; 3",
        r"\mathrm{cache} = 2 n L d / s, \quad \mathrm{FLOP} = 2 N_{\mathrm{used}} + 4 n L d",
        r"\mathrm{SwiGLU}(x) = (x W_1 \odot z\, \sigma(z))\, W_2, \quad z = x W_g",
        r"h \leftarrow h + F(h) / \sqrt{2N}: \quad q_N = 1 + N \frac{r}{2N}",
    ),
    claims=("D25", "D26", "D27", "D31", "D37", "D47", "D48"),
)
