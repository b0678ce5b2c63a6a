"""Which pages of the gallery there are; a row names the key of the one that shows it."""

from __future__ import annotations

import importlib
import importlib.util


def registered() -> frozenset[str]:
    """Return the keys of the pages that are registered; empty without a gallery."""
    if importlib.util.find_spec("app.experiments") is None:
        return frozenset()
    gallery = importlib.import_module("app.experiments")
    return frozenset(gallery.EXPERIMENTS.keys())
