"""The folders that may hold the lab's own files."""

from __future__ import annotations

import pathlib


def resource_roots() -> list[pathlib.Path]:
    """Return them: within the package in a wheel or a bundle, at the top of a clone."""
    package = pathlib.Path(__file__).resolve().parents[1]
    return [package / "resources", package.parents[1] / "resources"]
