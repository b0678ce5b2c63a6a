"""Where the lab's own files are: in a clone, in an installed wheel, in a bundle."""

from __future__ import annotations

import pathlib

from layerlab.core.errors import LabError


def _roots() -> list[pathlib.Path]:
    package = pathlib.Path(__file__).resolve().parents[1]
    # Inside the package in a wheel and in a bundle, at the top of a clone.
    return [package / "resources", package.parents[1] / "resources"]


def resource(name: str) -> pathlib.Path:
    """Return the path of a shipped file, such as `specs/diagonal-flip.json`.

    Raises:
        LabError: it is not there, so the installation is damaged.
    """
    for root in _roots():
        path = root / name
        if path.exists():
            return path
    raise LabError(f"the file {name} is missing from this installation of Layerlab")
