"""Runs for a library, without any training."""

from __future__ import annotations

import pathlib
from typing import Any

from layerlab.core.runs import Losses, NewRun
from layerlab.core.spec import LabSpec, edit_all
from layerlab.runtime.runs.library import RunLibrary

LIMIT = 10**9


def new_run(loss: float | None = 0.5, ended: float = 1e9, **knobs: Any) -> NewRun:
    """Return a run; knobs by path with `_` for the dot, such as `net_width=4`."""
    spec = edit_all(LabSpec(), {key.replace("_", ".", 1): v for key, v in knobs.items()})
    return NewRun(
        spec=spec,
        status="finished",
        updates=1500,
        length=1500,
        ended=ended,
        loss=loss,
        losses=Losses((loss,) * spec.train.seeds),
        engine="numpy",
        picture=b"[]\n",
    )


def keep(
    home: pathlib.Path,
    loss: float | None = 0.5,
    seed: int = 0,
    ended: float = 1e9,
    network: bytes | None = b"",
    limit: int = LIMIT,
    **knobs: Any,
) -> int:
    """Keep a run whose network are bytes of its own; return its number."""
    run = new_run(loss, ended, train_seed=seed, **knobs)
    content = f"network {seed} ".encode() * 2000 if network == b"" else network
    return RunLibrary(home).add(run, content, limit)[0]
