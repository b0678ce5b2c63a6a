"""Picture: a surface that is one picture, which can be zoomed and panned as such."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from layerlab.ui.plotting.box import PlotBox
from layerlab.ui.plotting.guard import reported
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.theme import Theme


class ContentItem(pg.GraphicsObject):
    """What a picture shows, in pixels of the surface as it is before anybody zooms."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """Return the whole picture."""
        return QRectF(self._picture.rect())

    def informViewBoundsChanged(self) -> None:
        """Tell nobody: the range does not follow the items."""

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint the content."""
        self._picture.paint_content(painter)


class Picture(Surface):
    """A surface whose subclasses paint one picture and read it.

    They paint as large as the surface is; a person may then zoom and pan what they painted.

    Signals:
        zoomed_changed: whether a person chose what is shown.
    """

    zoomed_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = PlotBox(Axis("x"), Axis("y"))
        self.box.setAspectLocked(True)
        self.content = ContentItem(self)
        self.scene().addItem(self.box)
        self.box.addItem(self.content, ignoreBounds=True)
        self.box.zoomed_changed.connect(self.zoomed_changed)
        self.box.sigRangeChanged.connect(lambda *_: self.refresh())

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        self.box.set_band_color(theme.color("accent"))
        super().set_theme(theme)

    def set_figure(self, is_figure: bool) -> None:
        """Paint for a file, or for the screen again."""
        super().set_figure(is_figure)
        self.box.clip(not is_figure)

    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what is shown."""
        return self.box.is_zoomed

    def reset_zoom(self) -> None:
        """Show all of the picture again."""
        self.box.reset()
        self.refresh()

    def lay_items(self) -> None:
        """Fit the view box to the surface."""
        rect = QRectF(self.rect())
        if self.box.geometry() != rect:
            self.content.prepareGeometryChange()
            self.box.setGeometry(rect)
        self.box.x.low, self.box.x.high = 0.0, max(1.0, rect.width())
        self.box.y.low, self.box.y.high = max(1.0, rect.height()), 0.0  # downwards
        self.box.fit()
        self.box.updateMatrix()

    def in_content(self, place: QPointF) -> QPointF:
        """Return which place of the picture is at a pixel of the surface."""
        if not self.is_zoomed:
            return place
        return self.box.mapSceneToView(place)

    def paint_content(self, painter: QPainter) -> None:
        """Paint the picture; the panel's colour is there already."""

    def reading_at(self, place: QPointF) -> Reading | None:
        """Return the reading at a pixel, or None."""
        return self.read_content(self.in_content(place))

    def read_content(self, place: QPointF) -> Reading | None:
        """Return the reading at a place of the picture, or None."""
        return None
