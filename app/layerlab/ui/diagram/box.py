"""The diagram's box: what a mouse asks for, handed on to who can arrange for it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal

from layerlab.ui.plotting.box import BandBox


class DiagramBox(BandBox):
    """A box whose range is in pixels: a zoom changes the arrangement, not the scale.

    Signals:
        scaled: factors of the range's width and height, below 1 to come closer, and the
            point that is to stay.
        framed: a rectangle is to fill the view.
    """

    scaled = Signal(float, float, QPointF)
    framed = Signal(QRectF)

    def __init__(self) -> None:
        super().__init__(invertY=True)
        self.disableAutoRange()

    def see(self, sight: QRectF, whole: tuple[int, int]) -> None:
        """Show a part of an arrangement of some width and height."""
        self.setLimits(xMin=0, xMax=whole[0], yMin=0, yMax=whole[1])
        self.setRange(sight, padding=0)

    def scaleBy(
        self,
        s: Any = None,
        center: Any = None,
        x: float | None = None,
        y: float | None = None,
    ) -> None:
        """Ask for a zoom; see `pg.ViewBox.scaleBy`."""
        if s is not None:
            x, y = s[0], s[1]
        middle = QPointF(center) if center is not None else self.viewRect().center()
        self.scaled.emit(1.0 if x is None else x, 1.0 if y is None else y, middle)

    def showAxRect(self, ax: QRectF, **options: Any) -> None:
        """Ask for a rectangle to fill the view."""
        self.framed.emit(ax.normalized())
