"""Frames: what is drawn at once. Frozen copies, measured by nets, drawn by ui.

A frame holds only the parts that a visible view asked for; the others are None.
`S` is the number of seeds, `L` of hidden layers, `K` of classes, `G` of grid points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.spec import LabSpec
from layerlab.core.trace import Trace as Trace
from layerlab.core.translation import marked

Array = np.ndarray

# Names of the parts; a view declares which it wants.
LOSS, PREDICTION, SIGNAL, GRADIENT, DIAGRAM = (
    "loss",
    "prediction",
    "signal",
    "gradient",
    "diagram",
)
PARTS = (LOSS, PREDICTION, SIGNAL, GRADIENT, DIAGRAM)

# The three variances, which are never pooled; the lab shows the first to begin with.
ACROSS_INPUTS, MEAN_SQUARE, ACROSS_UNITS = (
    marked("across inputs"),
    marked("mean square"),
    marked("across units"),
)
VARIANCES = (ACROSS_INPUTS, MEAN_SQUARE, ACROSS_UNITS)

# In `CurvePrediction.pieces`, why there is no number of linear pieces.
SMOOTH, UNCOUNTED, BENT = 0, -1, -2

QUANTILES = (5, 25, 50, 75, 95)  # per cent of the seeds, in this order in every `(5, ...)`


@dataclass(frozen=True, eq=False)
class LossPart:
    """The history of the loss, at R reported updates (at most a few hundred).

    Attributes:
        updates: (R,) int.
        train: (R, S), the reported training loss without penalties.
        validation: (R, S), or None where nothing is held out.
        total: (R, S), loss and penalties; None where there is no penalty.
        score: (R, S), accuracy (0 to 1) or R2 on the training set; None where neither fits.
        validation_score: likewise on the held-out points.
        score_name: `accuracy` or `R²`.
        loss_label: the loss that is trained on, such as `half mean squared error`.
        loss_brief: the same where there is little room, such as `half MSE`.
        noise_floor: expected loss of the true function on the noisy data, or None.
        linear_loss: loss of the best linear model on the training set, or None.
        length: update at which the run will be finished.
    """

    updates: Array
    train: Array
    validation: Array | None
    total: Array | None
    score: Array | None
    validation_score: Array | None
    score_name: str
    loss_label: str
    loss_brief: str
    noise_floor: float | None
    linear_loss: float | None
    length: int


@dataclass(frozen=True, eq=False)
class CurvePrediction:
    """One input, one output: the function itself.

    Attributes:
        x: (G,) grid in the data's own units, a little wider than the data.
        target: (G,) the true function, or None where nobody knows it.
        quantiles: (5, G) over the seeds, see `QUANTILES`.
        shown: (G,) the chosen seed.
        train_x, train_y, validation_x, validation_y: the points.
        kinks: (n,) ascending inputs at which the chosen seed's function bends (exact, for
            piecewise linear activations; empty otherwise).
        kink_layers: (n,) hidden layer (1-based) whose neuron made each kink.
        pieces: number of linear pieces; `SMOOTH` where the activation is smooth, `UNCOUNTED`
            where it is not but they were not counted, `BENT` where input features bend
            between the kinks.
        x_label, y_label: axis names with units.
    """

    x: Array
    target: Array | None
    quantiles: Array
    shown: Array
    train_x: Array
    train_y: Array
    validation_x: Array
    validation_y: Array
    kinks: Array
    kink_layers: Array
    pieces: int
    x_label: str
    y_label: str


@dataclass(frozen=True, eq=False)
class MapPrediction:
    """Two inputs: a map of the decision or of the value.

    Attributes:
        extent: x0, x1, y0, y1 of the map.
        values: (rows, columns), first row at y0. Regression: median over seeds of the
            output. Two classes: median probability of class 1. More: see `classes`.
        classes: (rows, columns) int, most voted class; None for regression.
        agreement: (rows, columns) 0 to 1, share of the seeds that agree with it; None for
            regression.
        points: (N, 2) all points, training first.
        labels: (N,) class, or target value.
        is_validation: (N,) bool.
        std: (rows, columns), standard deviation of the output over the seeds; None for classes.
        boundary: (rows, columns), the chosen seed's probability or value, for a contour.
        class_count: K, or 0 for regression.
        low, high: range of the colours for regression.
        x_label, y_label: axis names.
        class_names: K names; empty where they are called by their numbers.
    """

    extent: tuple[float, float, float, float]
    values: Array
    classes: Array | None
    agreement: Array | None
    points: Array
    labels: Array
    is_validation: Array
    std: Array | None
    boundary: Array
    class_count: int
    low: float
    high: float
    x_label: str
    y_label: str
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ImagePrediction:
    """The diagonal flip: inputs, targets and outputs as small images.

    Attributes:
        inputs, targets, outputs: (n, rows, columns); outputs are medians over the seeds.
        error: (n,) half mean squared error of each, median over the seeds.
    """

    inputs: Array
    targets: Array
    outputs: Array
    error: Array


@dataclass(frozen=True, eq=False)
class ClassPrediction:
    """Many inputs, classes: the confusion matrix and misclassified examples.

    Attributes:
        confusion: (K, K) counts, row = true class, column = predicted; mean over seeds.
        class_names: K names.
        accuracy: (S,) on the points shown.
        points: `validation` or `training`: on which points all this is.
        examples: (M, D) inputs that the chosen seed misclassifies, in the data's own units.
        example_true, example_predicted: (M,) class indices.
        image_shape: rows and columns if an input is an image, else None.
        feature_names: D names.
    """

    confusion: Array
    class_names: tuple[str, ...]
    accuracy: Array
    points: str
    examples: Array
    example_true: Array
    example_predicted: Array
    image_shape: tuple[int, int] | None
    feature_names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ScatterPrediction:
    """Many inputs, numbers: predicted against true.

    Attributes:
        true: (N,) in the target's own units, training points first.
        predicted: (5, N) over the seeds, see `QUANTILES`.
        shown: (N,) the chosen seed.
        is_validation: (N,) bool.
        r2: (S,) on held-out points if there are any, else on the training set.
        label: the target's name with its unit.
    """

    true: Array
    predicted: Array
    shown: Array
    is_validation: Array
    r2: Array
    label: str


Prediction = (
    CurvePrediction | MapPrediction | ImagePrediction | ClassPrediction | ScatterPrediction
)


@dataclass(frozen=True, eq=False)
class LayerPart:
    """A distribution and a variance for each hidden layer: the signal, or the gradient.

    Attributes:
        edges: (B + 1,) bin edges, shared by the layers.
        counts: (L, B) density per bin, pooled over seeds, units and inputs, peak 1 a layer.
        unit: power of ten to which `edges` refer, such as -2 for "×10⁻²".
        measured: name of the variance -> (S, L).
        theory: name of the variance -> (3, L): expected value at initialization, and the
            low and high ends of the scatter expected of one network; empty where none is known.
        dead: (S, L) share of units with slope 0 on every training input.
    """

    edges: Array
    counts: Array
    unit: int
    measured: dict[str, Array]
    theory: dict[str, Array]
    dead: Array


MAX_SHOWN = 12  # neurons of a layer at the overview; deep networks get fewer, so that all fit
SHOWN_OF_ALL, MIN_SHOWN = 120, 3  # of all layers together; of each

# Which units of the diagram are to be measured, for each layer; empty for `shown_units`.
Units = tuple[tuple[int, ...], ...]


def shown_units(size: int, depth: int, *, is_input: bool = False) -> Array:
    """Return which neurons of a layer are drawn at the overview. (n,) int

    The first ones of a hidden layer, so that a wider layer keeps those it had. Inputs
    evenly over all of them: the first pixels of an image are its dark edge.

    Args:
        size: neurons of the layer. depth: hidden layers; nothing else counts.
        is_input: whether it is the layer of the inputs.
    """
    fit = min(MAX_SHOWN, max(MIN_SHOWN, SHOWN_OF_ALL // (depth + 2)))
    if size <= fit:
        return np.arange(size)
    if is_input:
        return np.linspace(0, size - 1, fit).round().astype(int)
    return np.arange(fit)


@dataclass(frozen=True, eq=False)
class DiagramLayer:
    """One column of the diagram: the inputs, a hidden layer, or the outputs.

    Attributes:
        name: `x`, `layer 1`, ..., `ŷ`.
        size: number of units there are.
        shown: (n,) indices of those drawn; the others are folded with a count.
        form: how `thumbs` is drawn: `curve` (n, G), `map` (n, r, c), `image` (n, r, c),
            `bars` (n, m).
        thumbs: what each drawn unit computes; values scaled by the layer's own range.
        dead: (n,) bool, slope 0 on every training input.
        bias: (n,), nan for inputs.
        labels: names of the drawn units or of all (features, classes), or empty.
        parameters: weights and biases that lead into this layer.
        variance: across inputs, of the shown seed; nan for inputs.
        dead_share: share of dead units of the shown seed, 0 to 1.
        span: least and largest value of `thumbs` over all units of the layer, so that those
            drawn have one scale; None where it is that of the drawn ones.
    """

    name: str
    size: int
    shown: Array
    form: str
    thumbs: Array
    dead: Array
    bias: Array
    labels: tuple[str, ...]
    parameters: int
    variance: float
    dead_share: float
    span: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class DiagramPart:
    """The network of one seed.

    Attributes:
        seed: index of the seed, 0-based.
        layers: inputs, hidden layers, outputs.
        edges: for each gap between layers, weights of the drawn units (n_from, n_to).
        weights: for each gap, all weights (in, out) of the seed; not to be written to.
        biases: for each gap, all biases (out,).
        skips: for each hidden layer, whether a skip connection goes around it.
        units: the units that were asked for; empty where they are those of `shown_units`.
    """

    seed: int
    layers: tuple[DiagramLayer, ...]
    edges: tuple[Array, ...]
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    skips: tuple[bool, ...]
    units: Units = ()


@dataclass(frozen=True, eq=False)
class Frame:
    """What is drawn at once.

    Attributes:
        run_id: number of the run; frames of another run are dropped.
        spec: the spec that was trained.
        update: updates done.
        length: update at which the run is finished.
        parameters: weights and biases of one network.
        status: `ready`, `running`, `paused`, `finished` or `stopped`.
        updates_per_s: speed of the last moments, all seeds counted once each.
        elapsed_s: time that training took, of a run that was finished in one go; else 0.
        seed: index of the seed that is shown alone.
        note: one sentence, such as which stop rule ended the run.
        loss, prediction, signal, gradient, diagram: the parts.
    """

    run_id: int
    spec: LabSpec
    update: int
    length: int
    parameters: int
    status: str = "ready"
    updates_per_s: float = 0.0
    elapsed_s: float = 0.0
    seed: int = 0
    note: str = ""
    loss: LossPart | None = None
    prediction: Prediction | None = None
    signal: LayerPart | None = None
    gradient: LayerPart | None = None
    diagram: DiagramPart | None = None

    def completed(self, before: Frame | None) -> Frame:
        """Return this frame, with the parts that it lacks from one before of the same state."""
        # Parts of another state would contradict those of this one.
        same = ("run_id", "spec", "update", "seed")
        if before is None or any(getattr(self, k) != getattr(before, k) for k in same):
            return self
        lacking = {part: getattr(before, part) for part in PARTS if getattr(self, part) is None}
        return replace(self, **lacking)
