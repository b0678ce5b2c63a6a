"""The torch engine as a window sees it: a child process does the work.

This process never imports torch: it takes seconds, and on Windows its libraries do not load
after Qt's (pytorch issue 166628). The child stays warm between runs and exits when this
process does, whatever way it ends.
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import importlib.util
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np

from app.core.errors import LabError, NotFiniteError
from app.core.program import ENGINE_CHILD, is_bundle, own_command, own_environment
from app.core.spec import LabSpec, to_json
from app.core.state import State
from app.nets.engines.base import never
from app.nets.engines.numpy_ import NumpyEngine, outputs
from app.nets.engines.wire import Message, receive, send, state_of, state_parts
from app.nets.problem import Problem, problem_of

Array = np.ndarray

POLL_S = 0.005  # how often `is_cancelled` is asked while the child trains
STOP_S = 5.0  # how long a child may take to end a run, or itself
Reply = tuple[Message, dict[str, np.ndarray]]


def missing_torch() -> str:
    """Return why torch cannot be used, in one sentence, or "" if it is installed."""
    if importlib.util.find_spec("torch") is None:
        if is_bundle():
            return "this edition of Layerlab comes without PyTorch; layerlab-full has it"
        return "PyTorch is not installed; install it with: pip install torch"
    return ""


class _Child:
    """A child process and the threads that listen to it."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=own_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows' console
        )
        streams = self._process.stdin, self._process.stdout, self._process.stderr
        self._to, self._from, self._errors = cast(tuple[BinaryIO, BinaryIO, BinaryIO], streams)
        self.is_ready = False  # whether it has imported torch
        self._replies: queue.Queue[Reply | None] = queue.Queue()  # None: it is gone
        self._last_words: collections.deque[str] = collections.deque(maxlen=20)
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._overhear, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process number."""
        return self._process.pid

    def _listen(self) -> None:
        try:
            while (reply := receive(self._from)) is not None:
                self._replies.put(reply)
        finally:
            self._replies.put(None)

    def _overhear(self) -> None:
        for line in self._errors:  # read always: a full pipe would block the child
            if text := line.decode(errors="replace").strip():
                self._last_words.append(text)

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def tell(self, kind: str, arrays: dict[str, np.ndarray] | None = None,
             **fields: Any) -> None:  # fmt: skip
        """Send a message; that it has died is noticed by `hear`."""
        with contextlib.suppress(OSError, ValueError):  # broken, or closed by `end`
            send(self._to, kind, arrays, **fields)

    def hear(self, timeout_s: float) -> Reply | None:
        """Return its next message, or None after the time.

        Raises:
            LabError: it has died; with the last line that it wrote.
        """
        try:
            reply = self._replies.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if reply is None:
            self._replies.put(None)  # whoever asks again hears the same
            self.end()
            words = self._last_words[-1] if self._last_words else "it said nothing"
            raise LabError(
                f"the torch process ended (code {self._process.returncode}): {words}"
            )
        return reply

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait that long for its first message.

        Raises:
            LabError: torch does not load.
        """
        reply = self.hear(timeout_s)
        if reply is not None:
            if reply[0].kind == "error":
                self.end()
                raise _error(reply[0])
            self.is_ready = True

    def end(self) -> None:
        """Close its input, on which it exits; kill it if it does not."""
        with contextlib.suppress(OSError):
            self._to.close()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(STOP_S)
        self._from.close()
        self._errors.close()


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
        self._lock = threading.Lock()
        self._idle: _Child | None = None
        self._busy: set[_Child] = set()
        atexit.register(self.close)

    def run(
        self,
        spec: LabSpec,
        state: State | None = None,
        *,
        until: int | None = None,
        marks: Sequence[int] = (),
        interval_s: float | None = None,
        hurry_s: float = 0.0,
        is_cancelled: Callable[[], bool] = never,
    ) -> Iterator[State]:
        """Train and yield one state after another; see `Engine.run`."""
        problem_of(spec)  # refuses at once, and names a file as the user did
        if missing := missing_torch():
            raise LabError(missing)
        child = self._take()
        try:
            while not child.is_ready:  # torch takes seconds to import
                if is_cancelled():
                    yield state or next(NumpyEngine().run(spec))
                    return
                child.wait_until_ready(POLL_S)
            arrays, fields = state_parts(state) if state else ({}, {})
            child.tell(
                "run", arrays, **fields, spec=to_json(_anywhere(spec)), device=self.device,
                until=until, marks=list(marks), interval_s=interval_s, hurry_s=hurry_s,
            )  # fmt: skip
            yield from _states(child, is_cancelled)
        finally:
            self._give_back(child)

    def outputs(self, problem: Problem, params: Array, x: Array) -> Array:
        """Return what networks say of points; numpy is as good, and here already."""
        return outputs(problem, params, x)

    def ask(self, name: str, is_cancelled: Callable[[], bool] = never) -> dict[str, np.ndarray]:
        """Return what torch itself does, as arrays by name.

        Args:
            name: one of `torch_facts.FACTS`.
            is_cancelled: asked every few milliseconds.

        Raises:
            LabError: torch is missing or does not load, or it was cancelled.
        """
        if missing := missing_torch():
            raise LabError(missing)
        child = self._take()
        try:
            while not child.is_ready and not is_cancelled():
                child.wait_until_ready(POLL_S)
            child.tell("ask", name=name)
            while not is_cancelled():
                if (reply := child.hear(POLL_S)) is None:
                    continue
                message, arrays = reply
                if message.kind == "error":
                    raise _error(message)
                return arrays
            child.end()  # nobody waits for its answer, and a run must not hear it
            raise LabError("the question was cancelled")
        finally:
            self._give_back(child)

    @property
    def pid(self) -> int | None:
        """The number of the process that waits for work, if there is one."""
        return self._idle.pid if self._idle else None

    def _take(self) -> _Child:
        """Return a child that is free: the warm one, or a new one."""
        with self._lock:
            child, self._idle = self._idle, None
            if child is not None and not child.is_alive():
                child.end()
                child = None
            if child is None:
                child = _Child(self._command or own_command(ENGINE_CHILD))
            self._busy.add(child)
        return child

    def _give_back(self, child: _Child) -> None:
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


def _states(child: _Child, is_cancelled: Callable[[], bool]) -> Iterator[State]:
    ended = cancelled = False
    try:
        while not ended:
            if not cancelled and is_cancelled():
                child.tell("cancel")
                cancelled = True
            reply = child.hear(POLL_S)
            if reply is None:
                continue
            message, arrays = reply
            if message.kind == "state":
                yield state_of(message, arrays)
                if not cancelled and is_cancelled():  # heard before the next update
                    child.tell("cancel")
                    cancelled = True
                child.tell("next")
            elif message.kind == "error":
                ended = True
                raise _error(message)
            else:
                ended = message.kind == "done"
    finally:
        if not ended and not _stopped(child):
            child.end()


def _stopped(child: _Child) -> bool:
    """Stop a run that nobody waits for any more; tell whether the child is free again."""
    child.tell("cancel")
    child.tell("stop")
    limit_s = time.monotonic() + STOP_S
    with contextlib.suppress(LabError):
        while time.monotonic() < limit_s:
            reply = child.hear(POLL_S)
            if reply is not None and reply[0].kind in ("done", "error"):
                return True
    return False


def _error(message: Message) -> LabError:
    fields = message.fields
    if "update" in fields:
        return NotFiniteError(fields["text"], fields["update"], fields["layer"])
    return LabError(fields["text"])


def _anywhere(spec: LabSpec) -> LabSpec:
    """Return the spec with a path that holds in another process's folder."""
    if spec.task.path is None:
        return spec
    task = msgspec.structs.replace(spec.task, path=os.path.abspath(spec.task.path))
    return msgspec.structs.replace(spec, task=task)
