"""The table of all knobs of a spec. A new parameter starts with a line here."""

from __future__ import annotations

from layerlab.core.knobs import Effect, Knob
from layerlab.core.translation import _, marked

MAX_DEPTH = 64
MAX_WEIGHTS = 5_000_000  # seeds times parameters

_KNOBS: list[Knob] = [
    # ---- task: the data
    Knob(
        "task.name",
        "choice",
        _("Task"),
        _("Chooses the data that the network has to fit."),
        registry="tasks",
    ),
    Knob(
        "task.samples",
        "int",
        _("Samples"),
        _("More training points pin the function down and leave less to overfit."),
        low=2,
        high=20_000,
        log=True,
        unit=_("points"),
    ),
    Knob(
        "task.noise",
        "float",
        _("Noise"),
        _("Scatters the data: no network should get below the noise floor."),
        low=0.0,
        high=1.0,
    ),
    Knob(
        "task.validation",
        "float",
        _("Validation share"),
        _("Share of the points held out of training, to measure generalization."),
        low=0.0,
        high=0.9,
        optional=True,
    ),
    Knob(
        "task.seed",
        "int",
        _("Data seed"),
        _("Resamples the data from the same distribution."),
        low=0,
        high=2**31 - 1,
    ),
    Knob(
        "task.path",
        "text",
        _("File"),
        _("The CSV file whose rows are the data."),
        optional=True,
    ),
    Knob(
        "task.target",
        "text",
        _("Target column"),
        _("The column that the network has to predict."),
        optional=True,
    ),
    Knob(
        "task.problem",
        "choice",
        _("Problem"),
        _("Overrides whether the target is read as numbers or as classes."),
        choices=(marked("auto"), marked("regression"), marked("classification")),
    ),
    Knob(
        "task.kinds",
        "pairs",
        _("Kinds of columns"),
        _("Overrides what columns of the CSV file are read as."),
        choices=(
            *(marked("number"), marked("date"), marked("time"), marked("category")),
            *(marked("boolean"), marked("label"), marked("text")),
        ),
    ),
    Knob(
        "task.leave_out",
        "names",
        _("Columns left out"),
        _("Columns of the CSV file that the network does not see."),
    ),
    Knob(
        "task.gaps",
        "choice",
        _("Missing cells"),
        _("Whether rows or columns with missing cells are left out, or the cells filled."),
        choices=(marked("auto"), marked("rows"), marked("columns"), marked("fill")),
    ),
    Knob(
        "task.sheet",
        "text",
        _("Sheet"),
        _("The sheet of a spreadsheet whose rows are the data."),
        optional=True,
    ),
    Knob(
        "task.header",
        "choice",
        _("Header"),
        _("Overrides whether the first row has the names of the columns."),
        choices=(marked("auto"), marked("yes"), marked("no")),
    ),
    Knob(
        "task.split",
        "choice",
        _("Validation split"),
        _("How rows are chosen for validation: by chance, in proportion, the last ones."),
        choices=(
            *(marked("auto"), marked("random"), marked("stratified")),
            *(marked("last"), marked("column")),
        ),
    ),
    Knob(
        "task.split_column",
        "text",
        _("Column for the split"),
        _("The column that says which rows are held out for validation."),
        optional=True,
    ),
    Knob(
        "task.label_noise",
        "float",
        _("Label noise"),
        _("Share of training points that get a wrong class; validation points keep theirs."),
        low=0.0,
        high=0.5,
    ),
    Knob(
        "task.formula",
        "text",
        _("Formula"),
        _("The function to fit, such as y = sin(3x), or a region, such as x^2 + y^2 < 0.5."),
        optional=True,
    ),
    Knob(
        "task.points",
        "numbers",
        _("Points"),
        _("The points that were painted or drawn by hand."),
        low=-10.0,
        high=10.0,
    ),
    Knob(
        "task.features",
        "names",
        _("Input features"),
        _("What the network is given of the inputs, unscaled: squares and sines bend for it."),
        choices=("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(pi*x1)", "sin(pi*x2)"),
    ),
    # ---- net: the architecture
    Knob(
        "net.width",
        "int",
        _("Width"),
        _("Neurons in each hidden layer: more directions the layer can distinguish."),
        low=1,
        high=512,
        log=True,
        unit=_("neurons"),
    ),
    Knob(
        "net.depth",
        "int",
        _("Depth"),
        _("Hidden layers: each composes the one before; 0 leaves a linear model."),
        low=0,
        high=MAX_DEPTH,
        unit=_("hidden layers"),
    ),
    Knob(
        "net.hidden",
        "widths",
        _("Widths"),
        _("A width for each hidden layer: funnel, bottleneck, anything."),
        low=1,
        high=512,
    ),
    Knob(
        "net.activation",
        "choice",
        _("Activation"),
        _("The nonlinearity between the layers: without it all layers collapse into one."),
        registry="activations",
    ),
    Knob(
        "net.slope",
        "float",
        _("Leaky slope"),
        _("Slope of leaky ReLU for negative input: what is left of the gradient there."),
        low=0.0,
        high=1.0,
    ),
    Knob(
        "net.init",
        "choice",
        _("Initialization"),
        _("Scale of the initial weights: whether signal and gradient survive the depth."),
        registry="initializers",
    ),
    Knob(
        "net.weight_std",
        "float",
        _("Weight std"),
        _(
            "Standard deviation of the weights times the root of the fan-in, for `normal`: "
            "above the critical value the signal explodes."
        ),
        low=0.0,
        high=5.0,
    ),
    Knob(
        "net.bias_std",
        "float",
        _("Bias std"),
        _(
            "Standard deviation of the initial biases, for `normal`: makes all inputs more "
            "alike."
        ),
        low=0.0,
        high=5.0,
    ),
    Knob(
        "net.residual",
        "bool",
        _("Skip connections"),
        _(
            "Adds each layer's input to its output where widths match, so the signal has a way "
            "around."
        ),
    ),
    Knob(
        "net.layer_norm",
        "bool",
        _("Layer norm"),
        _(
            "Normalizes each layer's pre-activations to mean 0 and variance 1 before the "
            "activation."
        ),
    ),
    Knob(
        "net.dropout",
        "float",
        _("Dropout"),
        _(
            "Fraction of hidden activations zeroed at random in each update: no neuron can "
            "rely on another."
        ),
        low=0.0,
        high=0.9,
    ),
    # ---- train: the optimization
    Knob(
        "train.optimizer",
        "choice",
        _("Optimizer"),
        _("How a gradient becomes an update."),
        registry="optimizers",
    ),
    Knob(
        "train.rate",
        "float",
        _("Learning rate"),
        _("Size of a step: too small crawls, too large swings or explodes."),
        effect=Effect.LIVE,
        low=1e-6,
        high=10.0,
        log=True,
    ),
    Knob(
        "train.batch",
        "batch",
        _("Batch"),
        _("Points in each update: small batches are noisy, quick and cheap."),
        low=1,
        high=20_000,
        log=True,
        unit=_("points"),
    ),
    Knob(
        "train.order",
        "choice",
        _("Order"),
        _("Whether points come as in the file or reshuffled each epoch."),
        choices=(marked("shuffle"), marked("file")),
    ),
    Knob(
        "train.loss",
        "choice",
        _("Loss"),
        _("The quantity that training minimizes."),
        registry="losses",
    ),
    Knob(
        "train.epochs",
        "int",
        _("Epochs"),
        _("Passes over the training set."),
        effect=Effect.LIVE,
        low=0,
        high=1_000_000,
        log=True,
        optional=True,
    ),
    Knob(
        "train.updates",
        "int",
        _("Updates"),
        _("Steps of the optimizer until the run is finished."),
        effect=Effect.LIVE,
        low=0,
        high=10_000_000,
        log=True,
        optional=True,
    ),
    Knob(
        "train.target_loss",
        "float",
        _("Stop at loss"),
        _("Stops as soon as the median training loss of the seeds is this low."),
        effect=Effect.LIVE,
        low=0.0,
        high=1e6,
        optional=True,
    ),
    Knob(
        "train.l1",
        "float",
        "L1",
        _("Pulls every weight towards zero with the same force: many end near zero."),
        effect=Effect.LIVE,
        low=0.0,
        high=10.0,
    ),
    Knob(
        "train.l2",
        "float",
        "L2",
        _("Pulls weights towards zero in proportion to their size: smoother functions."),
        effect=Effect.LIVE,
        low=0.0,
        high=10.0,
    ),
    Knob(
        "train.seeds",
        "int",
        _("Seeds"),
        _(
            "Networks trained in parallel from different initial weights: one seed is an "
            "anecdote."
        ),
        low=1,
        high=64,
    ),
    Knob(
        "train.seed",
        "int",
        _("First seed"),
        _("Seed for initialization and shuffling."),
        low=0,
        high=2**31 - 1,
    ),
    Knob(
        "train.rng",
        "choice",
        _("Generator"),
        _("`legacy` draws weights as NumPy's RandomState does, to match printed listings."),
        choices=(marked("default"), marked("legacy")),
    ),
    Knob(
        "train.report",
        "choice",
        _("Reported loss"),
        _(
            "`after`: of the current weights on the whole training set; `running`: mean over "
            "the epoch of each batch's loss before its update."
        ),
        choices=(marked("after"), marked("running")),
    ),
    Knob(
        "train.dtype",
        "choice",
        _("Precision"),
        _("Floating-point precision of training."),
        choices=("float32", "float64"),
    ),
]
KNOBS: dict[str, Knob] = {knob.path: knob for knob in _KNOBS}
