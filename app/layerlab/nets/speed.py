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

from layerlab.core.declared import MAX_WEIGHTS
from layerlab.core.decoding import convert_json, decode_json
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError, quoted, unknown_name
from layerlab.core.layout import Layout
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.nets import randomness
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.data import Data, Shape
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import Problem, initialize

Array = np.ndarray
RATE = 0.003
MAX_CASES_BYTES = 2**20
MAX_CASES = 1000
MAX_NUMBERS = 50_000_000  # of inputs and targets: 200 MB
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


def read_cases(path: str | pathlib.Path) -> list[Case]:
    """Read a file of cases: a JSON list of objects with the fields of `Case`.

    Raises:
        LabError: one sentence with the file, the case and the field.
    """
    listed = decode_json(read_file(path, MAX_CASES_BYTES, "file of cases"), object, str(path))
    if not isinstance(listed, list) or not listed:
        raise LabError(f"{path} must be a JSON list of cases")
    if len(listed) > MAX_CASES:
        raise LabError(
            f"{path} lists {grouped(len(listed))} cases, "
            f"at most {grouped(MAX_CASES)} are measured"
        )
    cases = [_case(fields, f"{path}: case {place}") for place, fields in enumerate(listed, 1)]
    names = [case.name for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise LabError(f"{path}: two cases have the name {quoted(name)}")
    return cases


def _case(fields: object, where: str) -> Case:
    case = convert_json(fields, Case, where)
    if len(case.shape) < 2 or min(case.shape) < 1:
        raise LabError(
            f"{where}: shape is {quoted(list(case.shape))}, it must list "
            "inputs, hidden widths and outputs, each at least 1"
        )
    if not 1 <= case.batch <= case.samples:
        raise LabError(
            f"{where}: batch is {quoted(case.batch)}, it must be 1 to its "
            f"{quoted(case.samples)} samples"
        )
    numbers = case.samples * (case.shape[0] + case.shape[-1])
    if numbers > MAX_NUMBERS:
        raise LabError(
            f"{where}: {grouped(case.samples)} samples have more than "
            f"{grouped(MAX_NUMBERS)} numbers"
        )
    weights = Layout(case.shape).parameters
    if weights > MAX_WEIGHTS:
        raise LabError(
            f"{where}: {grouped(weights)} parameters; at most {grouped(MAX_WEIGHTS)} fit"
        )
    try:
        _spec(case, 1)
    except LabError as error:
        raise LabError(f"{where}: {error}") from None
    return case


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
    """Return what does some updates of a case, all seeds, on this thread alone.

    Raises:
        LabError: the engine is unknown, cannot run here or has no trainer of one thread.
    """
    from layerlab.nets import engines

    if engine not in ENGINES:
        if engine in engines.NAMES:
            raise LabError(
                f"the engine {engine} works in a process of its own, which this does not "
                f"measure; it measures {', '.join(ENGINES)}, and PyTorch with --peers"
            )
        raise unknown_name("engine", engine, ENGINES)
    engines.engine(engine)  # refuses one that is not installed
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
