"""The printed figures with ours beside them, and what the claims need of many seeds. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from layerlab.claims.flip import MAX_EPOCHS, REACHED
from layerlab.claims.listing import same
from layerlab.core.spec import LabSpec, edit_all
from layerlab.core.translation import _
from layerlab.experiments.diagonal_flip.training import TRAININGS, FlipConfig
from layerlab.nets.engines import engine
from layerlab.nets.probes.loss import evaluate
from layerlab.nets.problem import problem_of
from layerlab.nets.rank import rank_floors
from layerlab.nets.tasks.flip import flipped, images

Array = np.ndarray
EPOCHS = 200  # of each network
TORCH_NETS = ((2,), (8,), (16,), (4, 4), (8, 8))  # of the five PyTorch networks


@dataclass(frozen=True)
class Printed:
    """One printed run: mean losses of its first and last epoch, seed 42.

    Attributes:
        label: such as `2 neurons`. setting, epochs: the run as it is described.
        first, last: as printed; None where it is not.
        found: ours, (first, last); None while it is not trained.
        other: ours with weights of std 0.5, where that was tried.
    """

    label: str
    setting: FlipConfig
    epochs: int
    first: float | None
    last: float
    found: tuple[float, float] | None = None
    other: tuple[float, float] | None = None

    def measured(self) -> Printed:
        """Return it with what has been trained by now."""
        half = replace(self.setting, init="0.5")
        other = _ends(half, self.epochs) if self.has_other else None
        return replace(self, found=_ends(self.setting, self.epochs), other=other)

    def is_met_by(self, found: tuple[float, float]) -> bool:
        """Return whether figures are the printed ones, as far as these are printed."""
        pairs = zip(found, (self.first, self.last), strict=True)
        return all(printed is None or same(ours, printed) for ours, printed in pairs)

    @property
    def has_other(self) -> bool:
        """Whether std 0.5 is tried instead: where He's weights are stated."""
        return self.epochs == 200


def _ends(setting: FlipConfig, epochs: int) -> tuple[float, float] | None:
    one = TRAININGS.known(setting)
    if one is None or one.epochs < epochs:
        return None
    losses = one.losses(epochs)[:, 0]
    return float(losses[0]), float(losses[-1])


def _run(
    label: str, width: int, init: str, epochs: int, first: float | None, last: float
) -> Printed:
    return Printed(label, FlipConfig((width,), init, 1), epochs, first, last)


PRINTED = (
    _run(_("2 neurons"), 2, "He", 200, 0.3863, 0.0650),
    _run(_("3 neurons"), 3, "He", 200, None, 0.0640),
    _run(_("8 neurons"), 8, "He", 200, 0.4278, 0.0243),
    _run(_("16 neurons"), 16, "He", 200, 0.2583, 0.0005),
    _run(_("8, std 0.01"), 8, "0.01", 100, 0.2302, 0.0984),
    _run(_("8, std 1"), 8, "1", 100, 1.3312, 0.0658),
    _run(_("8, Xavier"), 8, "Xavier", 100, 0.3532, 0.0305),
    _run(_("8, He"), 8, "He", 100, 0.5485, 0.0244),
)


@dataclass(frozen=True, eq=False)
class Study:
    """What is known of populations; each is None until it is trained.

    Attributes:
        seeds: networks of each population.
        after_100: losses of 8 neurons after 100 epochs by first weights, (seeds,) each.
        reached: epochs to a loss of `REACHED` by network, (seeds,) each; `MAX_EPOCHS` of those
            that do not get there in `EPOCHS`.
        reached_small: the same of 4-8-4 with weights of std 0.01.
        linear: loss of seed 42 without a hidden layer after 200 epochs.
        lowest: least final loss found for widths 1, 2, 3.
        adam: final losses of the five PyTorch networks, trained as described.
    """

    seeds: int
    after_100: dict[str, Array] | None
    reached: dict[str, Array] | None
    reached_small: Array | None
    linear: float | None
    lowest: Array | None
    adam: dict[str, Array] | None

    @staticmethod
    def plan(seeds: int) -> list[tuple[FlipConfig, int]]:
        """Return the trainings that it needs, with their epochs."""
        halves = [(replace(p.setting, init="0.5"), p.epochs) for p in PRINTED if p.has_other]
        inits = [(FlipConfig((8,), init, seeds), 200) for init in ("He", "0.01")]
        more = [(FlipConfig((8,), init, seeds), 100) for init in ("Xavier", "1")]
        deep = [(FlipConfig(hidden, "He", seeds), 200) for hidden in ((8, 8), (5, 5))]
        narrow = [(FlipConfig((width,), "He", seeds), 200) for width in (1, 2, 3)]
        return [*halves, (FlipConfig((), "He", 1), 200), *inits, *more, *deep, *narrow]


def study(seeds: int) -> Study:
    """Return what is known by now."""
    by_init = {init: _losses((8,), init, seeds, 100) for init in ("He", "Xavier", "1", "0.01")}
    names = {(8,): "4-8-4", (8, 8): "4-8-8-4", (5, 5): "4-5-5-4"}
    waits = {name: _reached(hidden, "He", seeds) for hidden, name in names.items()}
    linear = _ends(FlipConfig((), "He", 1), 200)
    lowest = [_lowest(width, seeds) for width in (1, 2, 3)]
    complete = all(v is not None for v in (*by_init.values(), *waits.values(), *lowest))
    return Study(
        seeds,
        None
        if any(v is None for v in by_init.values())
        else {k: v[-1] for k, v in by_init.items() if v is not None},
        None
        if any(v is None for v in waits.values())
        else {k: v for k, v in waits.items() if v is not None},
        _reached((8,), "0.01", seeds),
        None if linear is None else linear[1],
        None if any(v is None for v in lowest) else np.array(lowest),
        adam_losses(seeds) if complete else None,
    )


def _losses(hidden: tuple[int, ...], init: str, seeds: int, epochs: int) -> Array | None:
    one = TRAININGS.known(FlipConfig(hidden, init, seeds))
    return one.losses(epochs) if one is not None and one.epochs >= epochs else None


def _reached(hidden: tuple[int, ...], init: str, seeds: int) -> Array | None:
    losses = _losses(hidden, init, seeds, EPOCHS)
    if losses is None:
        return None
    there = losses <= REACHED  # (epochs, seeds)
    return np.where(there.any(axis=0), there.argmax(axis=0) + 1, MAX_EPOCHS)


def _lowest(width: int, seeds: int) -> float | None:
    one = TRAININGS.known(FlipConfig((width,), "He", seeds))
    return None if one is None or one.epochs < EPOCHS else one.final_loss()


def floors() -> Array:
    """Return the floors of widths 1, 2 and 3. (3,)"""
    return rank_floors(flipped(images()), (1, 2, 3))


_adam: dict[int, dict[str, Array]] = {}


def adam_spec(hidden: tuple[int, ...], seeds: int) -> LabSpec:
    """Return the lab of one of the five networks: Adam 0.01, 200 updates on all images.

    Weights of `kaiming_normal_` (He) and biases of 0, as the listing sets them, by the lab's
    generator: the same law, other draws. Half the mean squared error.
    """
    values = {
        "train.rng": "default",
        "train.optimizer": "adam",
        "train.rate": 0.01,
        "train.batch": "full",
        "train.report": "after",
        "train.updates": 200,
    }
    return edit_all(FlipConfig(hidden, "He", seeds).spec, values)


def adam_losses(seeds: int) -> dict[str, Array]:
    """Return final losses of the five networks by their names, (seeds,) each."""
    if seeds not in _adam:
        _adam[seeds] = {}
        for hidden in TORCH_NETS:
            spec = adam_spec(hidden, seeds)
            *_, end = engine("numpy").run(spec)
            name = "-".join(map(str, (4, *hidden, 4)))
            _adam[seeds][name] = evaluate(problem_of(spec), end.params).train
    return _adam[seeds]
