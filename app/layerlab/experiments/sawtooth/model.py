"""The folded triangle: built, counted, and trained from many seeds. No Qt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.layout import Layout
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.programs import program
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _, translated
from layerlab.experiments.sawtooth import claim_rows
from layerlab.experiments.sawtooth.counting import PieceCounts, counts
from layerlab.experiments.sawtooth.names import NAMES
from layerlab.experiments.sawtooth.training import (
    EVERY,
    GRID,
    POPULATIONS,
    FoldConfig,
    FoldSnapshot,
)
from layerlab.nets.folding import fold
from layerlab.nets.studies import sawtooth as nets

Array = np.ndarray
LENGTH = 4000  # updates at most
LAB_FOLDS = 3  # of the lab's own sawtooth
SAY_S = 0.2  # from one picture to the next while it trains


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        folds, net, updates, samples, seeds: the knobs.
        x: (g,) inputs. target: (g,) the folded triangle. stages: (folds, g) after each
            layer of the deep network that is built, 0 to 1.
        exact: loss of that network on the training points.
        floor: the least loss of one layer with half as many neurons as pieces.
        found: by name of the network, the population as far as it is trained.
        history: by name, updates and quartiles of the losses on the way. (4, snapshots)
        parameters: by name. most: pieces that each network can have at least, by name.
        counts: exact numbers.
    """

    folds: int
    net: str
    updates: int
    samples: int
    seeds: int
    x: Array
    target: Array
    stages: Array
    exact: float
    floor: float
    found: dict[str, FoldSnapshot]
    history: dict[str, Array]
    parameters: dict[str, int]
    most: dict[str, int]
    counts: PieceCounts

    @property
    def shown(self) -> FoldSnapshot:
        """The population that is drawn."""
        return self.found[self.net]


def compute(
    folds: int = 3,
    net: str = NAMES[0],
    updates: int = 2000,
    samples: int = 192,
    seeds: int = 16,
) -> Result:
    """Fold the triangle, and look up what training has found so far.

    Args:
        folds: of the target. net: which network is drawn, one of `NAMES`.
        updates: of the training. samples: points it is trained on.
        seeds: networks in each population.
    """
    settings = {name: FoldConfig(folds, name, samples, seeds) for name in NAMES}
    people = {name: POPULATIONS.get(setting) for name, setting in settings.items()}
    u = 0.5 * (GRID + 1)
    x = people[net].problem.data.x
    return Result(
        folds,
        net,
        updates,
        samples,
        seeds,
        GRID,
        nets.target(folds, GRID),
        np.stack([fold(2, k, u) for k in range(1, folds + 1)]),
        nets.exact_loss(folds, x),
        nets.least_loss(x[:, 0], nets.target(folds, x[:, 0]), max(1, 2 ** (folds - 1))),
        {name: one.at(updates) for name, one in people.items()},
        {name: one.history(updates) for name, one in people.items()},
        {name: Layout((1, *one.hidden, 1)).parameters for name, one in settings.items()},
        {name: nets.capacity(one.hidden, folds) for name, one in settings.items()},
        counts(),
    )


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, folds: int, net: str, updates: int, samples: int, seeds: int
) -> Iterator[Step | None]:
    """Train all networks of the page, the one that is drawn first; see `compute`."""
    names = (net, *(name for name in NAMES if name != net))
    each = updates // EVERY
    reported_s = time.monotonic()

    def now(done: int, note: str) -> Step:
        result = compute(folds, net, updates, samples, seeds)
        return Step(done, each * len(names), result, note)

    for place, name in enumerate(names):
        one = POPULATIONS.get(FoldConfig(folds, name, samples, seeds))
        for is_further in one.advance(updates, is_interrupted):
            if not is_further:
                yield None
            elif time.monotonic() - reported_s > SAY_S:
                reported_s = time.monotonic()
                yield now(
                    place * each + one.done // EVERY,
                    _("training {name}", name=translated(name)),
                )
    yield now(each * len(names), _("done"))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about folds, beside what is built and found here."""
    shown, found = result.shown, result.found
    three = [name for name in NAMES if name != "8 a layer"]
    return (
        claim_rows.three_row(
            {name: result.most[name] for name in three},
            {name: result.parameters[name] for name in three},
            {name: found[name].loss for name in three},
            min(found[name].update for name in three),
        ),
        claim_rows.open_row(
            result.floor, result.exact, shown.loss, float(np.median(shown.held)), shown.update
        ),
        claim_rows.fold_row(result.counts, result.folds),
    )


@with_knobs_of(compute)
def numpy_code(folds: int, net: str, updates: int, samples: int, seeds: int) -> str:
    """Return a program that folds, counts, and trains the network by hand; see `compute`."""
    return program(
        "sawtooth_numpy",
        FOLDS=folds,
        HIDDEN=list(nets.hidden_of(net, folds)),
        UPDATES=updates,
        SAMPLES=samples,
        SEEDS=min(seeds, 4),
        RATE=0.01,
        BATCH=32,
    )


@with_knobs_of(compute)
def lab_spec(folds: int, net: str, updates: int, samples: int, seeds: int) -> LabSpec:
    """Return the lab that trains the network; raises LabError for other than three folds."""
    if folds != LAB_FOLDS:
        raise LabError(
            _(
                "the lab's sawtooth has {known} folds, this one has {folds}",
                known=LAB_FOLDS,
                folds=folds,
            )
        )
    return edit(FoldConfig(folds, net, samples, seeds).spec, "train.updates", updates)
