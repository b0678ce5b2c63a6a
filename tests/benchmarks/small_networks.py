"""How many updates an engine does in a second, on work that other libraries can do as well.

A case is a network of tanh with a linear output, mean squared error, plain SGD at 0.003,
float32, batches in the order of the file, one thread.
"""

from __future__ import annotations

import pathlib
import sys
import time
from collections.abc import Callable

import msgspec
import numpy as np

from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.nets import randomness
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.data import Data, Shape
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import Problem, initialize

Array = np.ndarray
CASES = pathlib.Path(__file__).with_name("cases.json")
RATE = 0.003
SLICES, SLICE_S = 8, 0.15  # of each measurement
UPDATES = 500  # of a call at most: the clock is asked between calls
# Windows counts the processor's time in steps of 16 ms.
CLOCK = time.perf_counter if sys.platform == "win32" else time.process_time
CALL_WORK = 5_000_000_000  # operations of a call, about, at most: 50 ms


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One network and its data.

    Attributes:
        name: how results call it.
        shape: inputs, hidden widths, outputs.
        batch: points in an update. samples: points there are; what does not fill a batch
            is left out.
    """

    name: str
    shape: tuple[int, ...]
    batch: int
    samples: int

    @property
    def batches(self) -> int:
        """Number of batches in an epoch."""
        return self.samples // self.batch


def read_cases(path: pathlib.Path = CASES) -> list[Case]:
    """Read a file of cases: a JSON list of objects with the fields of `Case`."""
    return msgspec.json.decode(path.read_bytes(), type=list[Case])


def _spec(case: Case, seeds: int) -> LabSpec:
    return LabSpec(
        net=NetSpec(hidden=case.shape[1:-1], activation="tanh", init="lecun-normal"),
        train=TrainSpec(
            optimizer="sgd", rate=RATE, loss="mse", batch=case.batch, order="file", seeds=seeds
        ),
    )


def data_of(case: Case) -> tuple[Array, Array]:
    """Return inputs (samples, in) and targets (samples, out), float32, always the same."""
    rng = np.random.default_rng(0)
    rows = case.batches * case.batch
    x = rng.uniform(-1, 1, (rows, case.shape[0])).astype(np.float32)
    return x, rng.normal(0, 1, (rows, case.shape[-1])).astype(np.float32)


def problem_of_case(case: Case, seeds: int) -> Problem:
    """Return a case as a problem that the engines train."""
    spec = _spec(case, seeds)
    x, y = data_of(case)
    shape = Shape(inputs=case.shape[0], outputs=case.shape[-1])
    return Problem(
        spec=spec,
        data=Data(
            x=x,
            y=y,
            validation_x=x[:0],
            validation_y=y[:0],
            shape=shape,
            form="scatter",
            feature_names=tuple(f"x{i}" for i in range(x.shape[1])),
        ),
        layout=Layout(case.shape),
        activation=ACTIVATIONS["tanh"],
        optimizer=OPTIMIZERS["sgd"],
        loss=LOSSES["mse"],
        x=x,
        y=y,
        validation_x=x[:0],
        validation_y=y[:0],
        seeds=randomness.seed_numbers(spec.train),
        batch=case.batch,
        updates_per_epoch=case.batches,
        length=case.batches,
    )


def _numpy(problem: Problem) -> Callable[[int], None]:
    from layerlab.nets.engines.numpy_ import Trainer

    trainer = Trainer(problem, initialize(problem))

    def train(updates: int) -> None:
        for _ in range(updates):
            trainer.step()

    return train


def _compiled(problem: Problem) -> Callable[[int], None]:
    from layerlab.nets.engines.ready import warm_up

    warm_up().result()
    from layerlab.nets.engines.compiled.trainer import CompiledTrainer

    return CompiledTrainer(problem, initialize(problem)).train_here


# Engine -> (problem) -> what trains it, on this thread alone, for some updates.
ENGINES: dict[str, Callable[[Problem], Callable[[int], None]]] = {
    "numpy": _numpy,
    "compiled": _compiled,
}


def trainer_of(engine: str, case: Case, seeds: int) -> Callable[[int], None]:
    """Return what does some updates of a case, all seeds, on this thread alone."""
    return ENGINES[engine](problem_of_case(case, seeds))


def updates_per_call(case: Case, seeds: int) -> int:
    """Return how many updates to ask for at once: whole epochs, 500 updates or 50 ms."""
    work = 6 * case.batch * Layout(case.shape).parameters * seeds  # of an update, about
    return max(1, min(UPDATES, CALL_WORK // work) // case.batches) * case.batches


def rate_of(train: Callable[[int], object], updates: int, seeds: int) -> float:
    """Return updates a second, those of all seeds added up: the best of a few slices.

    A second is one of the processor's time for this process, all its threads together: what
    other programs take away meanwhile does not count. What they leave in the caches does, so
    that the best slice is the one to trust.

    Args:
        train: does that many updates of every seed.
        updates: of a call.
        seeds: networks trained at once.
    """
    train(updates)
    best, begun = 0.0, CLOCK()
    for _ in range(SLICES):
        done, start = 0, CLOCK()
        while (took := CLOCK() - start) < SLICE_S:
            train(updates)
            done += updates
        best = max(best, done * seeds / took)
        if start + took - begun > 2 * SLICES * SLICE_S:  # a call alone is a long slice
            break
    return best
