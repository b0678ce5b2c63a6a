"""The torch engine as a window sees it: a child process does the work.

This process never imports torch: it takes seconds, and on Windows its libraries do not load
after Qt's (pytorch issue 166628). The child stays warm between runs and exits when this
process does, whatever way it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from layerlab.core.cancel import not_cancelled
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.libraries import how_to_install, is_installed
from layerlab.core.program import ENGINE_CHILD, is_bundle, own_command
from layerlab.core.spec import LabSpec, to_json
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.engines.process import STOP_S, Child, error_of
from layerlab.nets.engines.wire import state_of, state_parts
from layerlab.nets.problem import Problem, problem_of

Array = np.ndarray

POLL_S = 0.005  # how often `is_cancelled` is asked while the child trains


def missing_torch() -> str:
    """Return why torch cannot be used, in one sentence, or "" if it is installed."""
    if not is_installed("torch"):
        if is_bundle():
            return _("this edition of Layerlab comes without PyTorch; layerlab-full has it")
        return _("PyTorch is not installed; {remedy}", remedy=how_to_install("torch"))
    return ""


class RemoteEngine:
    """The torch engine, run by a child process; see `Engine.run` for the protocol.

    One child serves one run after another, from any thread. While it is busy, another run
    starts a child of its own, which ends with that run.

    Args:
        device: `cpu`, `cuda` or `mps`.
        command: command line of the child; the program itself if None.
    """

    name, is_parallel = "torch", False  # the child waits for the window

    def __init__(self, device: str = "cpu", command: list[str] | None = None) -> None:
        self.device = device
        self._command = command
        # Guards who has which child, as runs and questions come from several threads. A child
        # that was taken belongs to one of them, which talks to it without the lock.
        self._lock = threading.Lock()
        self._idle: Child | None = None
        self._busy: set[Child] = set()
        atexit.register(self.close)

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        warmup_s: float = 0.0,
        is_cancelled: Callable[[], bool] = not_cancelled,
    ) -> Iterator[State]:
        """Train and yield one state after another; see `Engine.run`."""
        problem_of(spec)  # refuses at once, and names a file as the user did
        if missing := missing_torch():
            raise NotReadyError(missing)
        child = self._take()
        try:
            while not child.is_ready:  # torch takes seconds to import
                if is_cancelled():
                    yield state or next(NumpyEngine().run(spec))
                    return
                child.wait_until_ready(POLL_S)
            arrays, fields = state_parts(state) if state else ({}, {})
            child.send(
                "run",
                arrays,
                **fields,
                spec=to_json(_anywhere(spec)),
                device=self.device,
                until=until,
                marks=list(marks),
                interval_s=interval_s,
                warmup_s=warmup_s,
            )
            yield from _states(child, is_cancelled)
        finally:
            self._give_back(child)

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return the predictions at x; numpy is as good, and here already."""
        return outputs(problem, params, x)

    def ask(
        self, name: str, is_cancelled: Callable[[], bool] = not_cancelled
    ) -> dict[str, np.ndarray]:
        """Return what torch itself does, as arrays by name.

        Args:
            name: one of `torch_facts.FACTS`.
            is_cancelled: asked every few milliseconds.

        Raises:
            LabError: torch is missing or does not load, or it was cancelled.
        """
        if missing := missing_torch():
            raise NotReadyError(missing)
        child = self._take()
        try:
            while not child.is_ready and not is_cancelled():
                child.wait_until_ready(POLL_S)
            child.send("ask", name=name)
            while not is_cancelled():
                if (reply := child.hear(POLL_S)) is None:
                    continue
                message, arrays = reply
                if message.kind == "error":
                    raise error_of(message)
                return arrays
            child.end()  # nobody waits for its answer, and a run must not hear it
            raise LabError(_("the question was cancelled"))
        finally:
            self._give_back(child)

    @property
    def pid(self) -> int | None:
        """The number of the process that waits for work, if there is one."""
        idle = self._idle  # once: another thread may take it between two looks
        return None if idle is None else idle.pid

    def _take(self) -> Child:
        """Return a child that is free: the warm one, or a new one."""
        with self._lock:
            child, self._idle = self._idle, None
            if child is not None and not child.is_alive():
                child.end()
                child = None
            if child is None:
                child = Child(self._command or own_command(ENGINE_CHILD))
            self._busy.add(child)
        return child

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._busy.discard(child)
            if self._idle is None and child.is_alive():
                self._idle = child
                return
        child.end()

    def warm_up(self) -> None:
        """Start the child, so that torch is loaded when it is needed; returns at once."""
        if not missing_torch():
            self._give_back(self._take())

    def close(self) -> None:
        """End the child; a later run starts another one."""
        with self._lock:
            children = [*self._busy, *filter(None, [self._idle])]
            self._idle = None
        for child in children:
            child.end()


def _states(child: Child, is_cancelled: Callable[[], bool]) -> Iterator[State]:
    ended = cancelled = False
    try:
        while not ended:
            if not cancelled and is_cancelled():
                child.send("cancel")
                cancelled = True
            reply = child.hear(POLL_S)
            if reply is None:
                continue
            message, arrays = reply
            if message.kind == "state":
                yield state_of(message, arrays)
                if not cancelled and is_cancelled():  # heard before the next update
                    child.send("cancel")
                    cancelled = True
                # The child waits for this: it never trains
                # ahead of whoever looks at its states.
                child.send("next")
            elif message.kind == "error":
                ended = True
                raise error_of(message)
            else:
                ended = message.kind == "done"
    finally:
        if not ended and not _stopped(child):
            child.end()


def _stopped(child: Child) -> bool:
    """Stop a run that nobody waits for any more; return whether the child is free again."""
    child.send("cancel")
    child.send("stop")
    limit_s = time.monotonic() + STOP_S
    with contextlib.suppress(LabError):
        while time.monotonic() < limit_s:
            reply = child.hear(POLL_S)
            if reply is not None and reply[0].kind in ("done", "error"):
                return True
    return False


def _anywhere(spec: LabSpec) -> LabSpec:
    """Return the spec with a path that holds in another process's folder."""
    if spec.task.path is None:
        return spec
    task = msgspec.structs.replace(spec.task, path=os.path.abspath(spec.task.path))
    return msgspec.structs.replace(spec, task=task)
