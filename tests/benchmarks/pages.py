"""How long a page takes from a turned knob to the painted picture.

    python -m tests.benchmarks.pages [KEY]... [--moves 40]

Turns each knob over its whole range, in an open window at 1440x900, and lets the window
compute, draw and paint after each move. Prints median and 95 % by page and knob; the aim is
50 ms. Before it, the kernels are loaded, as by a window that has been open for some seconds.
What a page does in the background is not waited for.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import tempfile
import time

from layerlab.threads import one_thread_each


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("keys", nargs="*", metavar="KEY")
    parser.add_argument("--moves", type=int, default=40)
    options = parser.parse_args()
    one_thread_each()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        measure(options.keys, options.moves)


def measure(keys: list[str], moves: int) -> None:
    """Open each page and turn its knobs."""
    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec
    from layerlab.experiments import EXPERIMENTS
    from layerlab.nets.engines.ready import warm_up

    warm_up().result()
    importlib.import_module("scipy.special")  # what loading them ends with
    app = application()
    session = Session(LabSpec(), Options(theme="dark", engine="numpy"))
    session.window.show()
    print(f"{'page':<18} {'knob':<14} {'median':>8} {'95 %':>8}   ms, {moves} moves each")
    for key in keys or EXPERIMENTS.keys():
        started = time.perf_counter()
        session.pages.open(key)
        app.processEvents()
        opened = 1000 * (time.perf_counter() - started)
        page = session.pages.page
        assert page is not None
        page.frame.panel.formula.typeset()
        print(f"{key:<18} {'(opens)':<14} {opened:8.1f}")
        for knob in page.experiment.knobs:
            taken = []
            for value in values_of(knob, moves, page):
                started = time.perf_counter()
                page.on_edited(knob.path, value)
                app.processEvents()
                taken.append(1000 * (time.perf_counter() - started))
            page.reset()
            app.processEvents()
            if taken:
                taken.sort()
                tail = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
                print(f"{'':<18} {knob.path:<14} {statistics.median(taken):8.1f} {tail:8.1f}")
    session.runner.close()
    session.window.close()


def values_of(knob, moves: int, page) -> list[object]:
    """Return values over the range of a knob, as its slider has them, or its choices."""
    from layerlab.compose.wiring import REGISTRIES
    from layerlab.ui.controls.scale import scale_for

    if knob.kind == "bool":
        return [k % 2 == 0 for k in range(moves)]
    if knob.kind == "choice":
        words = REGISTRIES[knob.registry].keys() if knob.registry else list(knob.choices)
        return [words[k % len(words)] for k in range(moves)]
    if knob.kind not in ("int", "float"):
        return []
    scale = scale_for(knob)
    numbers = [scale.value(k / max(1, moves - 1)) for k in range(moves)]
    return [round(n) if knob.kind == "int" else n for n in numbers]


if __name__ == "__main__":
    main()
