"""A child process that obeys messages, as its parent sees it."""

from __future__ import annotations

import collections
import contextlib
import queue
import subprocess
import threading
from typing import Any, BinaryIO, cast

import numpy as np

from layerlab.core.errors import LabError, NotFiniteError, NotReadyError
from layerlab.core.program import own_environment
from layerlab.core.translation import _
from layerlab.nets.engines.wire import Message, receive, send

STOP_S = 5.0  # how long a child may take to end a run, or itself
Reply = tuple[Message, dict[str, np.ndarray]]


class Child:
    """A child process and the threads that listen to it.

    Attributes:
        is_ready: whether it has imported torch.
    """

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
        self.is_ready = False
        self._replies: queue.Queue[Reply | None] = queue.Queue()  # None: it is gone
        self._last_words: collections.deque[str] = collections.deque(maxlen=20)
        # A thread for each pipe, as reading one blocks: so `hear` can have a time limit.
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
        """Return whether it still runs."""
        return self._process.poll() is None

    def send(
        self, kind: str, arrays: dict[str, np.ndarray] | None = None, **fields: Any
    ) -> None:
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
            words = self._last_words[-1] if self._last_words else _("it said nothing")
            raise LabError(
                _(
                    "the torch process ended (code {code}): {words}",
                    code=self._process.returncode,
                    words=words,
                )
            )
        return reply

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait that long for its first message.

        Raises:
            NotReadyError: torch does not load.
        """
        try:
            reply = self.hear(timeout_s)
        except LabError as error:
            raise NotReadyError(str(error)) from None
        if reply is not None:
            if reply[0].kind == "error":
                self.end()
                raise NotReadyError(str(error_of(reply[0])))
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


def error_of(message: Message) -> LabError:
    """Return the error that a message reports, of its kind."""
    fields = message.fields
    if "update" in fields:
        return NotFiniteError(fields["text"], fields["update"], fields["layer"])
    return LabError(fields["text"])
