"""Where the lab's own files are: in a clone, in an installed wheel, in a bundle."""

from __future__ import annotations

import pathlib
import sys

from app.core.errors import LabError


def _roots() -> list[pathlib.Path]:
    package = pathlib.Path(__file__).resolve().parents[1]
    roots = [package / "resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if bundle:
        roots.insert(0, pathlib.Path(bundle) / "resources")
    return roots


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
