"""Where the knob curve stands: below the slider that was touched last."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from layerlab.ui.controls.panel import ControlPanel
from layerlab.ui.controls.slider import Slider
from layerlab.ui.controls.widths import WidthsEditor
from layerlab.ui.knob_curve.plot import CurvePlot
from layerlab.ui.theme import Theme

REST_MS = 900  # after which a free place is closed


def slider_of(panel: ControlPanel, path: str) -> Slider | None:
    """Return the slider that turns a knob; None if something else does."""
    if not panel.has(path):
        return None
    control: QWidget = panel.control(path)
    if isinstance(control, WidthsEditor):
        control = control.all
    return control if isinstance(control, Slider) else None


class CurvePlace(QObject):
    """Moves a plot from slider to slider, but never a slider away from under the mouse.

    Where the plot leaves a place above the new one, that place is kept free while a slider is
    held, and a little longer: else everything below, that slider too, would jump up.
    """

    def __init__(self, panel: ControlPanel, first: Slider, theme: Theme) -> None:
        """Make the plot, not shown yet; `first`: a slider that it could belong to."""
        super().__init__(panel)
        self._panel = panel
        self.plot = CurvePlot(first, theme)
        self.plot.setParent(panel.widget())
        self.plot.hide()
        self._gaps: list[QWidget] = []
        self._rest = QTimer(self)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rested)
        panel.installEventFilter(self)

    def move_below(self, slider: Slider) -> None:
        """Put the plot below a slider."""
        old, plot = self.plot.slider, self.plot
        if old is slider and not plot.isHidden():
            return
        if not plot.isHidden():
            if self._top(old) < self._top(slider) and self._panel.underMouse():
                self._keep_free(old)
            old.below.removeWidget(plot)
            plot.hide()
        plot.set_slider(slider)
        slider.below.addWidget(plot)
        plot.show()

    def leave(self) -> None:
        """Take the plot away."""
        self.plot.slider.below.removeWidget(self.plot)
        self.plot.hide()
        self._close_gaps()

    def reveal(self) -> None:
        """Scroll the plot into view, once it has its place."""
        QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        if self.plot.isVisible():
            self._panel.ensureWidgetVisible(self.plot, 0, self.plot.height() // 8)

    def _top(self, widget: QWidget) -> int:
        return widget.mapTo(self._panel, QPoint()).y()

    def _keep_free(self, slider: Slider) -> None:
        gap = QWidget()
        gap.setFixedHeight(self.plot.height())
        slider.below.addWidget(gap)
        gap.show()
        self._gaps.append(gap)
        self._rest.start()

    def _on_rested(self) -> None:
        """Close the free places once nothing is held any more."""
        if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._close_gaps()

    def _close_gaps(self) -> None:
        for gap in self._gaps:
            gap.hide()
            gap.deleteLater()
        self._gaps.clear()
        self._rest.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the free places as soon as the mouse is elsewhere."""
        if event.type() == QEvent.Type.Leave:
            self._close_gaps()
        return False
