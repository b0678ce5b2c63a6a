"""Draw the page of the runs, two of them compared: `python packaging/runs.py OUT THEME`."""

from __future__ import annotations

import os
import pathlib
import sys
import tempfile

from events import until, wait  # beside this file

SETTLING_MS = 1500  # in which thumbnails and the comparison are there
TURNED: tuple[tuple[str, dict[str, object], str], ...] = (  # of a task's own spec, one run each
    ("wave", {"net.width": 4}, "narrow"),
    ("wave", {"net.width": 16}, "wide"),
    ("wave", {"net.depth": 4}, ""),
    ("wave", {"net.activation": "tanh"}, ""),
    ("wave", {"net.width": 16, "train.optimizer": "sgd"}, "without momentum"),
    ("moons", {}, ""),
    ("circle", {"net.width": 3}, "three neurons"),
    ("spiral", {}, ""),
)


def main() -> int:
    """Draw one picture; return the exit code."""
    out, theme = sys.argv[1:]
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        fill(pathlib.Path(home))
        return 0 if draw(out, theme) else 1


def fill(home: pathlib.Path) -> None:
    """Train networks and keep them as runs of a window."""
    import time

    from layerlab.compose.ended_run import EndedRun
    from layerlab.compose.kept_run import measured
    from layerlab.core.spec import edit_all
    from layerlab.nets.engines.numpy_engine import NumpyEngine
    from layerlab.nets.probes import History, report_marks
    from layerlab.nets.tasks import TASKS
    from layerlab.runtime.runs.library import RunLibrary

    library = RunLibrary(home)
    now = time.time()
    for k, (task, knobs, name) in enumerate(TURNED):
        spec = edit_all(TASKS[task].recommended(), {**knobs, "train.updates": 600})
        history, begun = History(), time.perf_counter()
        for state in NumpyEngine().run(spec, marks=report_marks(600, 60)):
            history.record(spec, state)
        took = time.perf_counter() - begun
        at = now - 400 * (len(TURNED) - k)
        run = EndedRun(spec, state, history, "finished", 600, "numpy", at, took)
        number, _left = library.add(*measured(run, 10**9), 10**9)
        if name:
            library.edit([number], name=name)


def draw(out: str, theme: str) -> bool:
    """Open a window and its page of runs, and write the picture; return whether it could be."""
    from PySide6.QtCore import QItemSelectionModel

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    application()
    session = Session(LabSpec(), Options(theme=theme, speed=None, engine="numpy"))
    session.window.show()
    session.begin(play=False)

    session.window.rail.buttons["runs"].click()
    page = session.pages.runs.page
    until(lambda: len(page.rows.runs) == len(TURNED))
    wait(SETTLING_MS)
    places = [k for k, run in enumerate(page.rows.runs) if run.name in ("narrow", "wide")]
    select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    page.list.clearSelection()
    for k in places:
        page.list.selectionModel().select(page.rows.index(k, 0), select)
    wait(SETTLING_MS)
    written = bool(session.window.grab().save(out, "PNG"))
    session.window.close()
    return written


if __name__ == "__main__":
    sys.exit(main())
