"""The same network in NumPy, compiled and in PyTorch, and a check that needs none of them."""

from layerlab.core.experiment import LEARNING, Experiment, Try
from layerlab.core.knobs import Knob
from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    DEEP,
    FORGOTTEN,
    LENGTH,
    MISTAKES,
    NONE,
    SHALLOW,
)

EXPERIMENT = Experiment(
    "numpy-or-torch",
    "NumPy or PyTorch: the same?",
    "One network on three engines, parameter by parameter; finite differences as a judge of "
    "all, and a mistake in the backward pass to see it caught.",
    source="Rumelhart, Hinton & Williams 1986 (backpropagation), Higham 2002, chapter 1",
    group=LEARNING,
    package=__package__,
    order=10,
    knobs=(
        Knob(
            "activation",
            "choice",
            "Activation",
            "The bend between the layers, whose slope the backward pass multiplies with.",
            registry="activations",
        ),
        Knob(
            "depth",
            "int",
            "Depth",
            "Hidden layers of eight neurons: each is one more step of the chain rule.",
            low=SHALLOW,
            high=DEEP,
            unit="hidden layers",
        ),
        Knob(
            "updates",
            "int",
            "Updates",
            "How long all engines have been trained when their parameters are compared.",
            low=1,
            high=LENGTH,
            log=True,
            unit="updates",
        ),
        Knob(
            "eps",
            "float",
            "Push, eps",
            "How far a parameter is pushed up and down to see what the loss does.",
            low=1e-14,
            high=1.0,
            log=True,
        ),
        Knob(
            "mistake",
            "choice",
            "Mistake",
            "What is wrong in the backward pass by hand; the other engines stay sound.",
            choices=MISTAKES,
        ),
        Knob(
            "place",
            "numbers",
            "Layer of the mistake",
            "The layer in which the mistake is made: click a row of the check.",
            low=1,
            high=DEEP + 1,
        ),
    ),
    start={
        "activation": "tanh",
        "depth": 3,
        "updates": 100,
        "eps": 1e-5,
        "mistake": NONE,
        "place": (2.0,),
    },
    look_for="Three engines draw one barcode: equal to rounding, seldom to the last bit. Are "
    "they right? Differences of the loss know no chain rule. Pushed too far they cut the "
    "corner; too little, and digits cancel: a V, with room at its bottom to tell a mistake "
    "from noise.",
    tries=(
        Try(
            "A slope forgotten",
            "The loss falls all the same. But from layer 2 down every "
            "array is off, and above it none.",
            {"mistake": FORGOTTEN, "updates": LENGTH},
        ),
        Try(
            "Too careful",
            "At a push of 10⁻¹³ only last digits change: a sound gradient "
            "looks like a mistake.",
            {"eps": 1e-13},
        ),
        Try(
            "A mistake that is none",
            "The slope is taken at h instead of z. With ReLU both "
            "are the same: nothing is wrong.",
            {"mistake": AT_H, "activation": "relu"},
        ),
    ),
    formula=(
        r"\delta_l = (\delta_{l+1} W_{l+1}^\top) \odot \varphi'(z_l), \quad "
        r"\frac{\partial L}{\partial W_l} = h_{l-1}^\top \delta_l",
        r"\frac{L(\theta + \varepsilon) - L(\theta - \varepsilon)}{2 \varepsilon} = L' + "
        r"\frac{\varepsilon^2}{6} L''' \pm \frac{u L}{\varepsilon}",
    ),
    claims=("B2", "B3", "B5", "B6"),
)
