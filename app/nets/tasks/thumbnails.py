"""Thumbnails of the tasks, built once from the real data: `python -m app.nets.tasks.thumbnails`.

The window shows them before scikit-learn is imported. A test compares them with what the
generators draw today.
"""

from __future__ import annotations

import functools
import json

import numpy as np

from app.core.resources import resource

Array = np.ndarray
FILE = "thumbnails/tasks.json"


@functools.lru_cache(maxsize=1)
def _stored() -> dict[str, list[list[float]]]:
    stored: dict[str, list[list[float]]] = json.loads(resource(FILE).read_text("utf-8"))
    return stored


def thumbnail(key: str) -> Array | None:
    """Return the stored thumbnail of a task, or None; see `Entry.preview`."""
    picture = _stored().get(key)
    return None if picture is None else np.array(picture, float)
