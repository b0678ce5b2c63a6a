"""Compiling ahead: once per process and dtype, in the background, from the cache if it can."""

from __future__ import annotations

import importlib
import threading
from concurrent.futures import Future
from typing import Any

from app.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec

_lock = threading.Lock()
_ready: dict[str, Future[None]] = {}


def warm_up(dtype: str = "float32") -> Future[None]:
    """Compile the kernel for a dtype, in a thread of its own; returns at once.

    Args:
        dtype: `float32` or `float64`.

    Returns:
        A future that is done when trainings start without delay; the same each time.
    """
    with _lock:
        if dtype not in _ready:
            future = _ready[dtype] = Future()
            # A daemon: closing the program does not wait for a compiler.
            threading.Thread(
                target=_compile, args=(dtype, future), name="layerlab-compile", daemon=True
            ).start()
        return _ready[dtype]


def _compile(dtype: str, future: Future[Any]) -> None:
    try:
        from app.nets.engines.compiled.trainer import CompiledTrainer
        from app.nets.problem import born, problem_of

        # One call with the arguments of every other: what is chosen at run time compiles too.
        spec = LabSpec(
            task=TaskSpec(samples=4), net=NetSpec(hidden=(2,)),
            train=TrainSpec(seeds=1, updates=1, dtype=dtype),
        )  # fmt: skip
        problem = problem_of(spec)
        # Its start looks at the loss, so that `look` is compiled as well.
        CompiledTrainer(problem, born(problem)).train_here(1)
        future.set_result(None)
    except BaseException as error:
        future.set_exception(error)
        return
    # A tenth of a second which else the first GELU in NumPy would take, under a knob.
    importlib.import_module("scipy.special")
