"""Where the lab's own files are: in a clone, in an installed wheel, in a bundle."""

from __future__ import annotations

import pathlib

from layerlab.core.errors import LabError
from layerlab.core.roots import resource_roots
from layerlab.core.translation import _


def resource(name: str) -> pathlib.Path:
    """Return the path of a shipped file, such as `specs/diagonal-flip.json`.

    Raises:
        LabError: it is not there, so the installation is damaged.
    """
    for root in resource_roots():
        path = root / name
        if path.exists():
            return path
    raise LabError(
        _("the file {name} is missing from this installation of Layerlab", name=name)
    )
