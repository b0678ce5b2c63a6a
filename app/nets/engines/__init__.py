"""Engines: train a spec, one state after another, all seeds at once.

Importing this room is light: an engine's own file is imported when it is asked for.
"""

from __future__ import annotations

import functools

from app.core.errors import LabError, unknown_name
from app.nets.engines.base import Engine as Engine

NAMES = ("numpy", "compiled", "torch")
DEVICES = ("cpu", "cuda", "mps")


@functools.cache
def engine(name: str) -> Engine:
    """Return the engine of that name; the same object each time.

    Args:
        name: `numpy`, `compiled`, `torch`, or torch on a device: `torch:cuda`, `torch:mps`.

    Raises:
        LabError: there is no such engine, or what it needs is not installed.
    """
    base, _, device = name.partition(":")
    if base not in NAMES or (device and base != "torch"):
        raise unknown_name("engine", name, NAMES)
    if device and device not in DEVICES:
        raise unknown_name("device of engine torch", device, DEVICES)
    if base == "numpy":
        from app.nets.engines.numpy_ import NumpyEngine

        return NumpyEngine()
    if base == "compiled":
        from app.nets.engines.compiled_ import CompiledEngine, missing_numba

        if missing := missing_numba():
            raise LabError(missing)
        return CompiledEngine()
    from app.nets.engines.remote import RemoteEngine, missing_torch

    if missing := missing_torch():
        raise LabError(missing)
    return RemoteEngine(device or "cpu")


def available() -> dict[str, str]:
    """Return each engine's name, with "" or one sentence that says why it cannot run."""
    from app.nets.engines.compiled_ import missing_numba
    from app.nets.engines.remote import missing_torch

    return {"numpy": "", "compiled": missing_numba(), "torch": missing_torch()}


def default_engine() -> tuple[str, str]:
    """Return the engine that is used where none is asked for, and why it is not the first.

    Returns:
        `compiled` and "", or `numpy` and one sentence on what is missing.
    """
    missing = available()["compiled"]
    return ("numpy", missing) if missing else ("compiled", "")
