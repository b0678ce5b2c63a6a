import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.controls.choice import Choice, Toggle
from layerlab.ui.controls.chooser import Chooser
from layerlab.ui.controls.slider import Slider
from layerlab.ui.fonts import load_fonts
from layerlab.ui.plotting.handles import HandlePlot
from tests.compose.conftest import drag, home, open_lab  # noqa: F401


@pytest.fixture
def open_page(open_lab):  # noqa: F811
    """Open pages of the gallery by their keys, in a window that is shown."""

    load_fonts()  # else texts are as wide as in whatever font this machine has

    def make(key, work=False):
        session = open_lab()
        session.pages.show("gallery")
        page = session.pages._make(session.pages.experiments()[key])
        if page.work is not None:
            page.work.is_stopped = not work  # what it adds would come at any moment
        session.pages.open(key)
        settle(page)
        return page

    return make


def settle(page):
    """Let the window draw what was turned."""
    QApplication.processEvents()
    QApplication.processEvents()
    assert page.frame.banner.isHidden(), page.frame.banner.text.text()


def drawn(page):
    """Return all numbers given to the page's plots, and make sure that they are numbers."""
    arrays = [np.asarray(a) for a in page.frame.view.arrays()]
    assert arrays, "the page draws nothing"
    for array in arrays:
        if array.dtype.kind == "f":
            assert np.isfinite(array).all(), "a plot was given what is not a finite number"
    return [array.tobytes() for array in arrays]


def moves(page, name):
    """Yield after each move of a knob to its ends, or to each of its choices."""
    control = page.frame.panel.controls[name]
    page.frame.panel.ensureWidgetVisible(control)
    QApplication.processEvents()
    if isinstance(control, Slider):
        bar = control.findChild(SliderBar)
        for share in (0.0, 1.0):
            drag(bar, share, steps=3)
            yield share
    elif isinstance(control, Toggle):
        for _ in range(2):
            QTest.mouseClick(control.switch, Qt.MouseButton.LeftButton)
            yield page.values[name]
    elif isinstance(control, Chooser):
        for tile in [t for t in control.grid.tiles if not t.isChecked()]:
            QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
            yield tile.key
    elif isinstance(control, Choice) and control.segments:
        for segment in [s for s in control.segments if not s.isChecked()]:
            QTest.mouseClick(segment, Qt.MouseButton.LeftButton)
            yield segment.key
    else:
        assert isinstance(control, Choice)
        control.combo.setFocus()
        for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
            QTest.keyClick(control.combo, key)
            yield page.values[name]


def handles(page):
    """Yield every handle of the page's plots, with its plot."""
    for plot in page.frame.view.plots():
        if isinstance(plot, HandlePlot) and plot.isVisible():
            for handle in plot.handles:
                yield plot, handle


def drag_handle(plot, handle, by=QPoint(18, -14)):  # noqa: B008
    """Drag a handle with the mouse."""
    plot.grab()  # painted where it stands now, as a person sees it
    start, view = plot.place_of(handle).toPoint(), plot.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for k in (1, 2, 3):
        QTest.mouseMove(view, start + by * k / 3)
        QApplication.processEvents()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + by)
