"""Engines: train a spec, one state after another, all seeds at once.

Importing this room is light: an engine's own file is imported when it is asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from layerlab.core.cancel import not_cancelled
from layerlab.core.errors import NotReadyError, unknown_name
from layerlab.core.libraries import needed_for
from layerlab.core.translation import _
from layerlab.nets.engines import ready
from layerlab.nets.engines.base import Engine as Engine

NAMES = ("numpy", "compiled", "torch")
DEVICES = ("cpu", "cuda", "mps")


@functools.cache
def engine(name: str) -> Engine:
    """Return the engine of that name; the same object each time.

    Args:
        name: `numpy`, `compiled`, `torch`, or torch on a device: `torch:cuda`, `torch:mps`.

    Raises:
        LabError: there is no such engine.
        NotReadyError: what it needs is not installed.
    """
    base, _colon, device = name.partition(":")
    if base not in NAMES or (device and base != "torch"):
        raise unknown_name(_("engine"), name, NAMES)
    if device and device not in DEVICES:
        raise unknown_name(_("device of engine torch"), device, DEVICES)
    if base == "numpy":
        from layerlab.nets.engines.numpy_engine import NumpyEngine

        return NumpyEngine()
    if base == "compiled":
        if missing := ready.obstacle():
            raise NotReadyError(missing)
        with needed_for(_("the engine compiled")):
            from layerlab.nets.engines.compiled_ import CompiledEngine

        return CompiledEngine()
    from layerlab.nets.engines.remote import RemoteEngine, missing_torch

    if missing := missing_torch():
        raise NotReadyError(missing)
    return RemoteEngine(device or "cpu")


def available() -> dict[str, str]:
    """Return each engine's name, with "" or one sentence that says why it cannot run.

    It is what is known by now: that kernels do not compile turns out when they are asked for.
    """
    from layerlab.nets.engines.remote import missing_torch

    return {"numpy": "", "compiled": ready.problem(), "torch": missing_torch()}


def default_engine(
    dtype: str = "float32", is_cancelled: Callable[[], bool] = not_cancelled
) -> tuple[str, str]:
    """Return the engine that trains where none is asked for; waits for its kernels.

    Args:
        dtype: of the spec. is_cancelled: True ends the waiting, and `numpy` is returned.

    Returns:
        `compiled` and "", or `numpy` and one sentence that says why.
    """
    return ready.fastest(dtype, is_cancelled)
