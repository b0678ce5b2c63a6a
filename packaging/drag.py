"""Draw the window in the middle of a drag: `python packaging/drag.py OUT THEME`.

The handle of the width is moved with real mouse events and still held when the picture is
taken: the fit of the new width is finished, the one before is a faint line, and the curve
below the slider fills in.
"""

from __future__ import annotations

import os
import pathlib
import sys
import tempfile

from events import until, wait  # beside this file

FROM, TO = 4, 10  # neurons
KNOWN = 22  # values of the curve that are there when the picture is taken
STEPS = 12
STEP_MS = 120


def main() -> int:
    """Draw one picture; return the exit code."""
    out, theme = sys.argv[1:]
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        return 0 if draw(out, theme) else 1


def draw(out: str, theme: str) -> bool:
    """Open a window, drag, and write the picture; return whether it was written."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec, edit
    from layerlab.ui.knob_curve.place import slider_of

    application()
    session = Session(edit(LabSpec(), "net.width", FROM), Options(theme=theme, speed=None))
    session.window.show()
    session.begin(play=True)

    def is_finished() -> bool:
        frame = session.frame
        return frame is not None and frame.status == "finished"

    until(is_finished)
    slider = slider_of(session.window.panel, "net.width")
    assert slider is not None
    bar = slider.bar
    y, start, end = bar.height() // 2, bar.x_of(FROM), bar.x_of(TO)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(bar, left, pos=QPoint(round(start), y))
    for step in range(1, STEPS + 1):
        QTest.mouseMove(bar, QPoint(round(start + (end - start) * step / STEPS), y))
        wait(STEP_MS)
    until(lambda: is_finished() and session.curves.plot.curve.done >= KNOWN)
    wait(STEP_MS)
    written = bool(session.window.grab().save(out, "PNG"))
    QTest.mouseRelease(bar, left, pos=QPoint(round(end), y))
    session.window.close()
    return written


if __name__ == "__main__":
    sys.exit(main())
