"""Whether the compiled kernels are there, and what trains until then, or instead.

Nothing but this module asks for them, so that whatever keeps them from being made, a library
that is missing or a compiler that fails, costs one sentence: the lab goes on with NumPy.
Importing it loads neither numba nor the kernels.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib
import logging
import math
import os
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future

from layerlab.core.errors import NotReadyError
from layerlab.core.jobs import Ask
from layerlab.core.libraries import (
    FAILURES,
    how_to_install,
    import_sentence,
    missing,
    warn_once,
)
from layerlab.core.translation import _

WAIT_S = 0.002
_MAX_MESSAGE = 200  # letters of a compiler's own message

_log = logging.getLogger("layerlab")
_lock = threading.Lock()
_futures: dict[str, Future[None]] = {}


def obstacle() -> str:
    """Return why kernels cannot even be tried, in one sentence, or "".

    Numba is not installed, or the environment asks for vectors that this processor lacks.
    """
    if why := missing("numba"):
        return why
    try:
        from layerlab.nets.engines.compiled import target

        return target.problem()
    except FAILURES as error:  # a file of the lab's own is missing, LLVM does not load
        return _loading_problem(error)


def warm_up(dtype: str = "float32") -> Future[None]:
    """Have the kernels of a dtype ready, from the cache or compiled; returns at once.

    Args:
        dtype: `float32` or `float64`; each is compiled by itself.

    Returns:
        A future that is done when trainings start without delay; the same each time. Where
        they never will, its error is a `NotReadyError` with one sentence.

    Raises:
        NotReadyError: there is an `obstacle`.
    """
    if why := obstacle():
        raise NotReadyError(why)
    with _lock:
        if dtype not in _futures:
            future = _futures[dtype] = Future()
            # The program does not wait for a compiler when it is closed (`program.leave`).
            # Another process, such as a notebook, does: it would die of a fault within LLVM.
            threading.Thread(
                target=_prepare, args=(dtype, future), name="layerlab-compile", daemon=False
            ).start()
        return _futures[dtype]


def _prepare(dtype: str, future: Future[None]) -> None:
    """Make the kernels of a dtype, and note in the future how that ended."""
    try:
        _make(dtype)
    except BaseException as error:  # whatever it is, NumPy trains
        _log.info("no kernels in %s", dtype, exc_info=error)
        if os.environ.get("LAYERLAB_DEBUG"):
            traceback.print_exception(error)
        future.set_exception(_problem(error))
        return
    future.set_result(None)
    with contextlib.suppress(Exception):  # whoever needs it says what is wrong with it
        # A tenth of a second which else the first GELU in NumPy would take, under a knob.
        importlib.import_module("scipy.special")


def _make(dtype: str) -> None:
    """Make the kernels of a dtype on this thread.

    Raises:
        NotReadyError: numba does not load.
    """
    try:
        # The lab's own module first: it says what numba is to compile for.
        importlib.import_module("layerlab.nets.engines.compiled.jit")
    except Exception as error:  # a library of LLVM's that does not load, a NumPy too new
        raise NotReadyError(_loading_problem(error)) from error
    importlib.import_module("layerlab.nets.engines.compiled.warm").make_kernels(dtype)


def _loading_problem(error: Exception) -> str:
    """Return why numba, or what the lab builds on it, cannot be imported."""
    if (getattr(error, "name", None) or "").startswith("layerlab."):
        return import_sentence(error, _("the engine compiled"))
    # not translated: names of packages
    remedy = how_to_install("numba llvmlite", again=True)
    return _(
        "the engine compiled needs numba, which does not load ({error}); {remedy}",
        error=_one_line(error),
        remedy=remedy,
    )


def _problem(error: BaseException) -> NotReadyError:
    if isinstance(error, NotReadyError):
        return error
    if isinstance(error, ImportError):
        return NotReadyError(import_sentence(error, _("the engine compiled")))
    return NotReadyError(
        _(
            "the kernels of the engine compiled do not compile on this machine "
            "({error}; LAYERLAB_DEBUG=1 shows where)",
            error=_one_line(error),
        )
    )


def _one_line(error: BaseException) -> str:
    """Return an error on one line, however long its message is."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return textwrap.shorten(text, _MAX_MESSAGE, placeholder=" …")


def is_ready(dtype: str = "float32") -> bool:
    """Return whether the compiled engine starts at once; where it may come to that, begin."""
    try:
        future = warm_up(dtype)
    except NotReadyError:
        return False
    return future.done() and future.exception() is None


def problem(dtype: str = "float32") -> str:
    """Return why the compiled engine cannot run, as far as is known; "" while it may."""
    if why := obstacle():
        return why
    future = _futures.get(dtype)
    error = future.exception() if future is not None and future.done() else None
    return "" if error is None else str(error)


def known(
    dtype: str, is_interrupted: Ask, limit_s: float = math.inf
) -> Generator[None, None, str | None]:
    """Wait until it is known whether the kernels can be had; yields to make room.

    Whoever waits for kernels does it here.

    Args:
        dtype: of the kernels. is_interrupted: as in `core.jobs`.
        limit_s: for how long at most, seconds.

    Returns:
        "" if they are there; one sentence that says why they never will be; None if it is not
        known by then.
    """
    try:
        future = warm_up(dtype)
    except NotReadyError as why:
        return str(why)
    until_s = time.monotonic() + limit_s
    while not future.done():
        if time.monotonic() >= until_s:
            return None
        concurrent.futures.wait([future], WAIT_S)
        if is_interrupted():
            yield None
    error = future.exception()
    return "" if error is None else str(error)


def wait_for_kernels(is_interrupted: Ask, dtype: str = "float32") -> Iterator[None]:
    """Wait until it is known whether the kernels can be had; yields to make room.

    Where they cannot, that is said once, by a `LabWarning`.
    """
    if why := (yield from known(dtype, is_interrupted)):
        warn_once(instead(why))


def fastest(dtype: str, is_cancelled: Callable[[], bool]) -> tuple[str, str]:
    """Wait for the kernels and return the engine that trains where none is asked for.

    Args:
        dtype: of the spec. is_cancelled: True ends the waiting, and `numpy` is returned.

    Returns:
        `compiled` and "", or `numpy` and one sentence that says why.
    """
    try:
        next(known(dtype, is_cancelled))
    except StopIteration as end:
        return ("numpy", end.value) if end.value else ("compiled", "")
    return "numpy", ""  # called off


def instead(why: str) -> str:
    """Return what is said where NumPy takes the place of the kernels."""
    return _("NumPy trains instead: {why}", why=why)
