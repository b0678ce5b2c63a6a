"""Born dead: ReLU networks that say the same of every input before any training."""

from app.core.experiment import MECHANISM, Experiment, Try
from app.core.knobs import Knob
from app.experiments.born_dead.names import CURES, DEEPEST, NETS, RATES, WIDEST

EXPERIMENT = Experiment(
    "born-dead",
    "Which networks are born dead?",
    "A thousand networks for each width and depth: how many of them are constant before any "
    "training, what cures it, and what training makes of the rest.",
    source="Lu, Shin, Su & Karniadakis 2019 (arXiv 1903.06733)",
    group=MECHANISM,
    package=__package__,
    order=12,
    knobs=(
        Knob("width", "int", "Width", "Units of every hidden layer.", low=1, high=WIDEST),
        Knob("depth", "int", "Depth",
             "Hidden layers. One layer more can only kill: nothing comes back.",
             low=1, high=DEEPEST, log=True),
        Knob("cure", "choice", "Cure",
             "none: weights of variance 1/n. He: 2/n. The others are He and more: a bias of "
             "0.1 for every unit, leaky ReLU, skips, or the asymmetric draw of Lu et al., in "
             "which one number of each unit is never negative.", choices=CURES),
        Knob("net", "int", "Network", "Which network of the cell is drawn below.",
             low=1, high=NETS),
        Knob("rate", "choice", "Learning rate", "Of Adam, in 500 updates on |x|.",
             choices=RATES),
    ),
    start={"width": 3, "depth": 10, "cure": "He", "net": 1, "rate": "0.001"},
    look_for="x",
    tries=(
        Try("Without He", "x", {"cure": "none"}),
        Try("Leaky", "x", {"cure": "leaky"}),
    ),
    formula=(
        r"P(\mathrm{dead}) \le 1 - (1 - 2^{-n})^{L - 1}",
    ),
    claims=("D24", "L2"),
)  # fmt: skip
