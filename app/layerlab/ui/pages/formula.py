"""Formulas: LaTeX, typeset by ziamath and painted by QtSvg in the theme's colour."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.errors import NotReadyError
from layerlab.core.libraries import needed_for, warn_once
from layerlab.core.translation import _
from layerlab.ui.pages.text import inner_width
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

SIZE = 15.0  # pixels of the letters at zoom 1, where the line fits
_GAP = 9  # between two lines
_PLAIN, _WRAPPED = 11, int(Qt.TextFlag.TextWrapAnywhere)  # of LaTeX that is not typeset


@functools.lru_cache(maxsize=256)
def _typeset(latex: str, color: str) -> QByteArray:
    """Return a formula as SVG; the first call imports ziamath (0.4 s)."""
    with needed_for(_("a typeset formula")):
        import ziamath

    ziamath.config.svg2 = False  # QtSvg reads SVG 1.2 Tiny, which has no `symbol`
    return QByteArray(ziamath.Latex(latex, size=SIZE, color=color).svg().encode())


class Formula(Themed, QWidget):
    """One formula a line, each as large as the width allows.

    It is typeset a moment after it is first shown: the page is there before ziamath is. Where
    that is missing, the LaTeX itself is shown.
    """

    def __init__(self, lines: tuple[str, ...]) -> None:
        """Make the widget of LaTeX lines."""
        super().__init__()
        self._lines, self.theme = lines, DARK
        self._drawn: list[QSvgRenderer] = []
        self._is_plain = False  # nothing here can typeset
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.typeset)
        self.setAccessibleName(_("Formula"))
        self.setAccessibleDescription("; ".join(lines))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def typeset(self) -> None:
        """Typeset all lines now."""
        color = self.theme.color("text").name()
        try:
            self._drawn = [QSvgRenderer(_typeset(line, color)) for line in self._lines]
        except NotReadyError as error:
            self._is_plain = True
            warn_once(_("formulas are shown as LaTeX: {error}", error=error))
        self._fit()
        self.update()

    @property
    def is_typeset(self) -> bool:
        """Whether the formulas are there."""
        return bool(self._drawn) or self._is_plain

    def _restyle(self, theme: Theme) -> None:
        if self._drawn:
            self.typeset()
        self._fit()

    def boxes(self) -> list[QRectF]:
        """Return where the lines are, in pixels; guesses before they are typeset."""
        top, boxes = 0.0, []
        room = inner_width(self.theme)
        for k in range(len(self._lines)):
            size = self._drawn[k].viewBoxF().size() if self._drawn else None
            wide, high = (size.width(), size.height()) if size else (200.0, 22.0)
            scale = min(self.theme.zoom, room / max(1.0, wide))
            box = QRectF(0, top, wide * scale, high * scale)
            if self._is_plain:
                letters = QFontMetricsF(self.theme.font(_PLAIN))
                box = letters.boundingRect(QRectF(0, top, room, 0), _WRAPPED, self._lines[k])
            boxes.append(box)
            top += box.height() + self.theme.px(_GAP)
        return boxes

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines, or have them typeset once this paint is over."""
        if not self.is_typeset:
            self._timer.start(0)
            return
        with QPainter(self) as painter:
            if self._is_plain:
                self._paint_plain(painter)
                return
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for renderer, box in zip(self._drawn, self.boxes(), strict=True):
                renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
                renderer.render(painter, box)

    def _paint_plain(self, painter: QPainter) -> None:
        painter.setFont(self.theme.font(_PLAIN))
        painter.setPen(self.theme.color("text"))
        for line, box in zip(self._lines, self.boxes(), strict=True):
            painter.drawText(box, _WRAPPED, line)

    def _fit(self) -> None:
        boxes = self.boxes()
        self.setFixedHeight(round(boxes[-1].bottom()) + 1 if boxes else 0)
