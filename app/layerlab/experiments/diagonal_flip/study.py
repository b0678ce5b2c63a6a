"""The printed figures with ours beside them, and what the claims need of many seeds. No Qt."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.claims.flip import MAX_EPOCHS, REACHED
from layerlab.claims.listing import same
from layerlab.claims.torchs import HIDDEN, Five, five_spec
from layerlab.claims.torchs import SEEDS as FIVE_SEEDS
from layerlab.core.spec import LabSpec, edit, edit_all
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.experiments.diagonal_flip.training import TRAININGS, FlipConfig
from layerlab.nets.engines import engine
from layerlab.nets.probes.loss import evaluate
from layerlab.nets.problem import initialize, problem_of
from layerlab.nets.rank import rank_floors
from layerlab.nets.studies.torch_draws import he_networks
from layerlab.nets.tasks.flip import flipped, images

Array = np.ndarray
EPOCHS = 200  # of each network
SEED = 42  # of the listing with PyTorch


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
        five: losses of the five PyTorch networks, of PyTorch's draws and of many seeds.
    """

    seeds: int
    after_100: dict[str, Array] | None
    reached: dict[str, Array] | None
    reached_small: Array | None
    linear: float | None
    lowest: Array | None
    five: Five | None

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
        FIVE.known(),
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


class FiveNetworks:
    """The five networks, trained from what PyTorch draws and from many seeds of the lab."""

    def __init__(self) -> None:
        self._listing: dict[tuple[int, ...], float] = {}
        self._many: dict[tuple[int, ...], Array] = {}

    def advance(self) -> Iterator[None]:
        """Train what is missing; yields every few updates, where the time may be wanted."""
        if self.known() is not None:
            return
        drawn = he_networks(SEED, [(4, *hidden, 4) for hidden in HIDDEN])
        for hidden, params in zip(HIDDEN, drawn, strict=True):
            if hidden in self._listing:
                continue
            spec = edit(five_spec(hidden), "train.seeds", FIVE_SEEDS)
            self._many[hidden] = yield from _trained(spec, initialize(problem_of(spec)))
            # The listing prints the loss with which it went into the last update.
            one = edit_all(
                spec, {"train.seeds": 1, "train.updates": problem_of(spec).length - 1}
            )
            start = initialize(problem_of(one))
            start = replace(start, params=params[None].astype(start.params.dtype))
            self._listing[hidden] = float((yield from _trained(one, start))[0])

    def known(self) -> Five | None:
        """Return all losses; None until all are trained."""
        if len(self._listing) < len(HIDDEN):
            return None
        return Five([self._listing[h] for h in HIDDEN], [self._many[h] for h in HIDDEN])

    def forget(self) -> None:
        """Train all again."""
        self._listing.clear()
        self._many.clear()


def _trained(spec: LabSpec, start: State) -> Generator[None, None, Array]:
    """Train, and return the losses of the networks at the end. (seeds,)"""
    state = start
    marks = range(10, problem_of(spec).length, 10)
    for reached in engine("numpy").run(spec, start, marks=marks):
        state = reached
        yield None
    return evaluate(problem_of(spec), state.params).train


FIVE = FiveNetworks()
