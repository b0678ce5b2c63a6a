"""The process that imports torch: the program itself, started by `remote`.

It obeys messages on its standard input and answers on its standard output. It lives as
long as that input is open: whatever way its parent ends, the pipe closes, and it exits.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import traceback
from typing import Any, BinaryIO

from layerlab.core.errors import LabError, NotFiniteError
from layerlab.core.folders import user_folder
from layerlab.core.spec import from_json
from layerlab.core.translation import _
from layerlab.nets.engines.wire import Message, receive, send, state_of, state_parts

Job = tuple[Message, dict[str, Any]]


class _Inbox:
    """What the parent says, read by a thread so that it is heard during a training."""

    def __init__(self, stream: BinaryIO) -> None:
        self.jobs: queue.Queue[Job] = queue.Queue()
        self.cancelled = threading.Event()
        self._stream = stream
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        code = 1
        try:
            while (job := receive(self._stream)) is not None:
                # Not a job: the main thread is busy with one, and looks at this flag.
                if job[0].kind == "cancel":
                    self.cancelled.set()
                    continue
                if job[0].kind == "run":
                    self.cancelled.clear()  # here, in the order in which things were said
                self.jobs.put(job)
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)  # the parent is gone: nobody waits for what is being trained


def _train(inbox: _Inbox, out: BinaryIO, job: Job) -> None:
    """Run one training; after each state, wait for the parent to want the next."""
    from layerlab.nets.engines.torch_ import TorchEngine

    message, arrays = job
    fields = message.fields
    states = TorchEngine(fields["device"]).run(
        from_json(fields["spec"]),
        state_of(message, arrays) if arrays else None,
        until=fields["until"],
        marks=fields["marks"],
        interval_s=fields["interval_s"],
        warmup_s=fields["warmup_s"],
        is_cancelled=inbox.cancelled.is_set,
    )
    for state in states:
        state_arrays, state_fields = state_parts(state)
        send(out, "state", state_arrays, **state_fields)
        if inbox.jobs.get()[0].kind == "stop":
            break
    send(out, "done")


def _answer(out: BinaryIO, name: str) -> None:
    from layerlab.nets.engines.torch_facts import FACTS

    send(out, "answer", FACTS[name]())


def _send_error(out: BinaryIO, error: Exception) -> None:
    if isinstance(error, NotFiniteError):
        send(out, "error", text=str(error), update=error.update, layer=error.layer)
    elif isinstance(error, LabError):
        send(out, "error", text=str(error))
    else:
        traceback.print_exc()  # to standard error, for whoever looks for the cause
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        send(out, "error", text=_("the torch engine failed: {what}", what=what))


def main() -> int:
    """Serve trainings and questions until the parent closes the pipe; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    # What libraries print must not get between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    inbox = _Inbox(os.fdopen(0, "rb"))
    # Torch makes a folder for its compiler, even if it compiles nothing: not among the files
    # of the moment, where nobody would remove it.
    own = user_folder("cache") / "torch"
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(own))
    try:
        from layerlab.nets.engines.torch_ import devices
    except (ImportError, OSError) as error:  # OSError: a library of torch's does not load
        send(out, "error", text=_("PyTorch does not load: {error}", error=error))
        return 1
    send(out, "ready", devices=devices())
    while True:
        job = inbox.jobs.get()
        try:
            if job[0].kind == "ask":
                _answer(out, job[0].fields["name"])
            elif job[0].kind == "run":  # else a `next` or `stop` that crossed its run's end
                _train(inbox, out, job)
        except Exception as error:
            _send_error(out, error)
