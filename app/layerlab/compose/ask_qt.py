"""Which platform Qt starts on here, and whether plots can be drawn.

`layerlab doctor` asks in a process of its own, in which Qt may abort.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from layerlab.core.errors import NotReadyError
from layerlab.core.libraries import load_sentence
from layerlab.core.program import WITH_PLOT


def ask_qt(*wanted: str) -> int:
    """Start Qt and print its platform; return 0. Qt aborts where a library is missing.

    Args:
        wanted: `WITH_PLOT` to draw a plot, which nobody sees.

    Raises:
        NotReadyError: it cannot be drawn; with what to do.
    """
    app = QApplication([])
    print(app.platformName())
    if WITH_PLOT in wanted:
        try:
            _draw_plot()
        except Exception as error:  # whatever a library that is damaged raises
            raise NotReadyError(load_sentence("pyqtgraph", error)) from error
    return 0


def _draw_plot() -> None:
    """Draw a curve between axes with what the lab's plots are made of."""
    from layerlab.ui.qt_names import import_pyqtgraph

    import_pyqtgraph()  # as the lab does: bundles lack what it spares
    import pyqtgraph as pg

    view, box = pg.GraphicsView(), pg.ViewBox(enableMenu=False)
    layout = pg.GraphicsLayout()
    layout.addItem(box, 0, 1)
    for name, (row, column) in {"left": (0, 0), "bottom": (1, 1)}.items():
        axis = pg.AxisItem(name)
        axis.linkToView(box)
        layout.addItem(axis, row, column)
    box.addItem(pg.PlotCurveItem([0.0, 1.0, 2.0], [0.0, 1.0, 0.0]))
    view.setCentralItem(layout)
    view.grab()
    view.close()
