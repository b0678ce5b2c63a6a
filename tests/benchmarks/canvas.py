"""The curve view's own canvas beside the same picture by pyqtgraph.

    python -m tests.benchmarks.canvas [--frames 150]

Both draw, into a widget of 690x390 pixels: a band, an antialiased median of width 2.4 and 96
points, with new values each frame, in turn in one process. Prints the cost of a frame, `draw`
and paint, and the ratio.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace


def cost(draw: Callable[[int], None], frames: int) -> float:
    """Return the median seconds of a frame."""
    taken = []
    for k in range(frames):
        started = time.perf_counter()
        draw(k)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Print both costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=150)
    frames = parser.parse_args().frames
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import numpy as np
    import pyqtgraph as pg

    from layerlab.compose.start import application
    from layerlab.ui.views.prediction import PredictionView
    from tests.helpers.frames import sample_frame

    application()
    frame = sample_frame("curve")
    part = frame.prediction
    ours = PredictionView()
    ours.resize(690, 390)

    theirs = pg.PlotWidget()
    theirs.resize(690, 390)
    theirs.setXRange(-1.1, 1.1)
    theirs.setYRange(-1.2, 1.2)
    low, high, median = (
        pg.PlotCurveItem(antialias=True, pen=pg.mkPen("#35c8e6", width=width))
        for width in (1, 1, 2.4)
    )
    theirs.addItem(pg.FillBetweenItem(low, high, brush=(53, 200, 230, 60)))
    for item in (low, high, median):
        theirs.addItem(item)
    theirs.addItem(pg.ScatterPlotItem(part.train_x, part.train_y, size=5))

    def draw_ours(k: int) -> None:
        moved = part.quantiles + 0.1 * np.sin(k / 5)
        ours.draw(replace(frame, update=k, prediction=replace(part, quantiles=moved)))
        ours.grab()

    def draw_theirs(k: int) -> None:
        moved = part.quantiles + 0.1 * np.sin(k / 5)
        low.setData(part.x, moved[1])
        high.setData(part.x, moved[3])
        median.setData(part.x, moved[2])
        theirs.grab()

    for draw in (draw_ours, draw_theirs):
        cost(draw, 20)  # caches
    ratios, mine, other = [], [], []
    for _ in range(5):
        mine.append(cost(draw_ours, frames // 5))
        other.append(cost(draw_theirs, frames // 5))
        ratios.append(mine[-1] / other[-1])
    print(
        f"own canvas  {1000 * statistics.median(mine):.1f} ms a frame (two bands, kink ruler)"
    )
    print(f"pyqtgraph   {1000 * statistics.median(other):.1f} ms a frame")
    print(
        f"ratio       {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )
    theirs.close()


if __name__ == "__main__":
    main()
