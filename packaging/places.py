"""Where things are in the window of a bundle: asked of the same window before it was built."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from sandbox import TroubleError
from screen import Screen

ROOT = pathlib.Path(__file__).resolve().parents[1]
_WHERE = """
import json, sys
from PySide6.QtCore import QEventLoop
from layerlab.compose.labs import read_lab
from layerlab.compose.session import Session
from layerlab.compose.start import application
from layerlab.core.options import Options
from layerlab.ui.controls.bar import SliderBar
app = application()
session = Session(read_lab(sys.argv[1]).spec, Options())
session.window.fit_screen()
loop = QEventLoop()
session.window.painted.connect(loop.quit)
session.window.show()
loop.exec()
bar = session.window.panel.control("net.hidden").findChild(SliderBar)
def at(widget, x=0, y=0):
    place = widget.mapTo(session.window, widget.rect().topLeft())
    return place.x() + round(x), place.y() + round(y)
view = session.window.prediction
print(json.dumps({"handle": at(bar, bar.handle_x(), bar.height() / 2),
                  "prediction": [*at(view), view.width(), view.height()]}))
session.window.close()
"""


def places(spec: pathlib.Path, screen: Screen) -> dict[str, list[int]]:
    """Return where things are in a lab's window on a screen, in pixels from its top left.

    Args:
        spec: the lab's file. screen: on which the window would be.

    Returns:
        `handle`: the middle of the width's handle, x and y; `prediction`: that view, x, y,
        width and height.

    Raises:
        TroubleError: the window does not open.
    """
    with tempfile.TemporaryDirectory() as home:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND"))}
        env = keep | {"LAYERLAB_HOME": home, "XDG_CACHE_HOME": home, "DISPLAY": screen.display}
        asked = subprocess.run(
            [sys.executable, "-c", _WHERE, str(spec)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    if asked.returncode:
        raise TroubleError(f"the window before it was built: {asked.stderr}")
    found: dict[str, list[int]] = json.loads(asked.stdout)
    return found
