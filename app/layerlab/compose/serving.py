"""The window's engine: `compiled` as soon as it is ready, `numpy` until then."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from layerlab.compose.wiring import PORTS
from layerlab.core.engine import TrainingEngine
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.jobs import Ask
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines import Engine, engine
from layerlab.nets.engines.ready import instead, known
from layerlab.nets.problem import Problem
from layerlab.runtime.backend import Backend

Array = np.ndarray
COMPILED = "compiled"
LOADS = "numba"  # module with which kernels are loaded
HELD_S = 0.5  # the longest that training waits for the window's first frame
Work = Generator[None, None, Engine]
WAITING = _("Compiling the fast engine; using NumPy meanwhile.")


class ServingEngine(QObject):
    """Trains with the compiled kernels once they are there; nobody waits for a compiler.

    The first start on a machine compiles for some time, later ones load the kernels in
    about a second. A run that began in `numpy` ends in it, so that its numbers are those of
    one engine.

    Signals:
        waited(): the kernels are being compiled, `numpy` serves.
        failed(sentence): they cannot be, and `numpy` serves from here on; or another engine
            that was chosen cannot run here, and this one serves in its place.
    """

    name = COMPILED
    waited = Signal()
    failed = Signal(str)

    def __init__(
        self, warm_up: Callable[[str], Future[None]], parent: QObject | None = None
    ) -> None:
        """Serve.

        Args:
            warm_up: (dtype) -> future that is done when `compiled` can train without delay;
                raises LabError where it never can.
            parent: with which it is deleted.
        """
        super().__init__(parent)
        self._warm_up = warm_up
        # Written by the worker's thread, which calls `run`;
        # others read it, and a reference changes in one step.
        self._begun_in_numpy: LabSpec | None = None
        self._announced: set[str] = set()
        self._is_without = False  # the kernels will never be there
        self._waiting_for: Future[None] | None = None
        self._is_held_back = False
        # The worker waits for it and the window sets it.
        self._may_train = threading.Event()
        self._may_train.set()

    def hold_back(self) -> None:
        """Wait with training and kernels: they would slow down the window's start.

        Where the process has asked for kernels before, there is nothing to be held back.
        """
        self._is_held_back = LOADS not in sys.modules
        if self._is_held_back:
            self._may_train.clear()

    def let_go(self) -> None:
        """Train, and load the kernels with the next need of them."""
        self._is_held_back = False
        self._may_train.set()

    @property
    def is_parallel(self) -> bool:
        """Whether it goes on training while its states are looked at."""
        return self._begun_in_numpy is None

    @property
    def is_waiting(self) -> bool:
        """Whether the kernels that were asked for last are still being made."""
        return self._waiting_for is not None and not self._waiting_for.done()

    def trains_as_quiet_engine(self, spec: LabSpec) -> bool:
        """Return whether the last run, of this spec, is as `quiet_engine` would repeat it."""
        return self._is_without or spec != self._begun_in_numpy

    def run(self, spec: LabSpec, state: State | None = None, **options: Any) -> Iterator[State]:
        """Train and yield states; see `layerlab.nets.engines.base.Engine`."""
        if state is not None:  # else it is asked for the weights of the start alone
            self._may_train.wait(HELD_S)
        goes_on = state is not None and state.update > 0
        if not (goes_on and spec == self._begun_in_numpy):
            self._begun_in_numpy = None if self._is_ready(spec.train.dtype) else spec
        name = COMPILED if self._begun_in_numpy is None else "numpy"
        return engine(name).run(spec, state, **options)

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions at x; see `Engine.outputs`."""
        ready = self._is_ready(problem.spec.train.dtype)
        return engine(COMPILED if ready else "numpy").outputs(problem, params, x)

    def _is_ready(self, dtype: str) -> bool:
        error: BaseException | None
        if self._is_held_back:
            return False
        try:
            future = self._warm_up(dtype)
        except LabError as missing:
            error = missing
        else:
            self._waiting_for = future
            if not future.done():
                self._announce(f"waiting_{dtype}", self.waited.emit)
                return False
            error = future.exception()
        self._is_without = error is not None
        if error is not None:
            sentence = instead(str(error))
            self._announce(sentence, lambda: self.failed.emit(sentence))
        return error is None

    def replace(self, name: str, error: NotReadyError) -> None:
        """Take that this engine serves in the place of another one; says why once."""
        sentence = _(
            "The engine {name} cannot run, {other} trains instead: {error}",
            name=name,
            other=COMPILED,
            error=error,
        )
        self._announce(sentence, lambda: self.failed.emit(sentence))

    def _announce(self, what: str, emit: Callable[[], None]) -> None:
        # Emitted on whatever thread asks for the engine; this object lives in the window's, so
        # that Qt queues the slots there.
        if what not in self._announced:  # once, not with every run
            self._announced.add(what)
            emit()


def _warm_up(dtype: str) -> Future[None]:
    from layerlab.nets.engines.ready import warm_up  # once the window is up

    return warm_up(dtype)


def quiet_engine(name: str, dtype: str, is_interrupted: Ask) -> Work:
    """Find the engine for work beside the trainer's; a part of a job, see `core.jobs`.

    It is the trainer's own, but for torch, whose one process is the trainer's. `compiled`
    waits for its kernels; where they can never be there, `numpy` takes its place.

    Args:
        name: the trainer's engine. dtype: of the spec.
        is_interrupted: as in `core.jobs`.
    """
    if name == "numpy":
        return engine(name)
    why = yield from known(dtype, is_interrupted)
    return engine("numpy" if why else COMPILED)


def serving_ports(parent: QObject | None = None) -> tuple[Backend, ServingEngine]:
    """Return the runtime's ports with the serving engine in the place of `compiled`."""
    serving = ServingEngine(_warm_up, parent)

    def choose(name: str) -> TrainingEngine:
        if name == COMPILED:
            return serving
        try:
            return engine(name)
        except NotReadyError as error:  # chosen at a start when it was there
            serving.replace(name, error)
            return serving

    return dataclasses.replace(PORTS, engine=choose), serving
