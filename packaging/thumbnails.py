"""Redraw the gallery's thumbnails: `resources/thumbnails/experiments/KEY.json`.

`python packaging/thumbnails.py [KEY]...`, run by the Python of `.venv`. Each page's view
draws its own, from what its model computes at the start; a test compares them.
"""

from __future__ import annotations

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "thumbnails" / "experiments"


def drawn(key: str) -> bytes:
    """Return the thumbnail of a page, as it is kept."""
    from layerlab.core.picture import picture_to_json
    from layerlab.experiments import EXPERIMENTS

    page = EXPERIMENTS[key]
    return picture_to_json(page.view().thumbnail(page.model().compute(**page.values())))


def main() -> int:
    """Write the named thumbnails, or all; return the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT / "app"))
    from layerlab.experiments import EXPERIMENTS

    FOLDER.mkdir(exist_ok=True)
    for key in sys.argv[1:] or EXPERIMENTS.keys():
        (FOLDER / f"{key}.json").write_bytes(drawn(key))
        print(key)
    return 0


if __name__ == "__main__":
    sys.exit(main())
