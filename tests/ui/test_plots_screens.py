"""Plots on screens of several pixel ratios, and when the window moves from one to another."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

SCREENS = {
    "synchronousWindowSystemEvents": True,
    "screens": [
        {
            "name": f"screen {k}",
            "x": 2000 * k,
            "y": 0,
            "width": 1900,
            "height": 1000,
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1.0,  # of the platform; the scale factors below count
        }
        for k in range(3)
    ],
}
PROGRAM = """
import json, sys
import numpy as np
from layerlab.compose.start import application
app = application()
from PySide6.QtGui import QImage
from layerlab.ui.views.loss import LossView
from layerlab.ui.views.prediction import PredictionView
from tests.helpers.frames import sample_frame

def pixels(view):
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine())[:, :4 * image.width()]
    found = rows.reshape(image.height(), image.width(), 4)[..., :3].copy()
    return image.devicePixelRatio(), found

def shown(make, screen):
    view = make()
    view.resize(420, 300)
    view.draw(sample_frame())
    view.show()
    put(view, screen)
    return view

def put(view, screen):
    view.windowHandle().setScreen(app.screens()[screen])
    settle()
    view.resize(420, 300)  # this platform keeps the pixels, others the size
    settle()

def settle():
    for _ in range(4):
        app.processEvents()

found = {}
for make in (LossView, PredictionView):
    moved = shown(make, 0)
    for screen in range(len(app.screens())):
        put(moved, screen)
        ratio, here = pixels(moved)
        fresh_ratio, fresh = pixels(shown(make, screen))
        off = np.abs(here.astype(int) - fresh.astype(int)).max(axis=-1)
        sharp = np.abs(np.diff(here.astype(int), axis=0)).max()
        found[f"{make.__name__} {screen}"] = {
            "ratio": ratio,
            "size": here.shape[:2],
            "same": here.shape == fresh.shape and float((off > 24).mean()),
            "sharp": int(sharp),
        }
print(json.dumps(found))
"""


def test_plots_are_sharp_on_every_screen_and_after_a_move(tmp_path: pathlib.Path) -> None:
    settings = tmp_path / "screens.json"
    settings.write_text(json.dumps(SCREENS), "utf-8")
    env = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={settings}"}
    env |= {"QT_SCREEN_SCALE_FACTORS": "1;1.5;2"}
    env |= {"PYTHONPATH": os.pathsep.join([".", "app"]), "LAYERLAB_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=env, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert len(found) == 6
    for name, one in found.items():
        ratio = (1.0, 1.5, 2.0)[int(name[-1])]
        assert one["ratio"] == ratio, name
        assert one["size"] == [round(300 * ratio), round(420 * ratio)], name
        # As a plot that was never on another screen, and with edges of one pixel.
        assert one["same"] == pytest.approx(0.0, abs=0.002), name
        assert one["sharp"] > 100, name
