"""Painting a knob curve: band, lines and dots; some tens of points, half a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from layerlab.core.knob_curve import CurvePoint, KnobCurve
from layerlab.ui.theme import Theme

Place = Callable[[float, float], QPointF]  # number, loss -> pixel
_FOOT = 0.0  # a loss of 0 is drawn at the foot


def paint_texts(
    painter: QPainter,
    line: QRectF,
    lefts: Sequence[str],
    rights: Sequence[str],
    theme: Theme,
    *,
    highlighted: bool,
) -> None:
    """Write the longest of the texts at both ends that fit into one line."""
    font = theme.font(10)
    metrics = QFontMetricsF(font)
    gap, left, right = theme.px(8), lefts[-1], ""
    for left, right in ((a, b) for b in rights for a in lefts):  # the right one matters more
        used = metrics.horizontalAdvance(left) + metrics.horizontalAdvance(right)
        if used + (gap if right else 0) <= line.width():
            break
    painter.setFont(font)
    painter.setPen(theme.color("text" if highlighted else "muted"))
    middle = Qt.AlignmentFlag.AlignVCenter
    left = metrics.elidedText(left, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, left)
    painter.setPen(theme.color("muted"))
    painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, right)


def paint_curve(painter: QPainter, curve: KnobCurve, place: Place, theme: Theme) -> None:
    """Paint what is known, with a cross for every value that has no loss."""
    for run in _runs(curve.points):
        _paint_run(painter, run, place, theme)
    painter.setPen(QPen(theme.color("negative"), 1.4 * theme.zoom))
    arm = 2.0 * theme.zoom
    for point in curve.points:
        if point.why:
            at = place(point.number, _FOOT)
            for tilt in (-arm, arm):
                painter.drawLine(at + QPointF(-arm, tilt), at + QPointF(arm, -tilt))


def paint_dot(
    painter: QPainter,
    curve: KnobCurve,
    number: float,
    place: Place,
    theme: Theme,
    color: QColor,
    radius: float,
) -> None:
    """Paint a dot on the curve, or a ring at its foot where nothing is known yet."""
    point = curve.at(number)
    if point is None:
        painter.setPen(QPen(color, 1.2 * theme.zoom))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place(number, _FOOT), 0.7 * radius, 0.7 * radius)
    elif not point.why:
        painter.setPen(QPen(theme.color("raised"), 1.5 * theme.zoom))
        painter.setBrush(color)
        painter.drawEllipse(place(number, point.median), radius, radius)


def _runs(points: tuple[CurvePoint, ...]) -> list[list[CurvePoint]]:
    """Return the points that have a loss, cut where there is one without."""
    runs: list[list[CurvePoint]] = [[]]
    for point in points:
        if point.why:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _paint_run(painter: QPainter, run: list[CurvePoint], place: Place, theme: Theme) -> None:
    """Paint points that follow each other without a gap."""
    accent = theme.color("accent")
    upper = [place(point.number, point.high) for point in run]
    lower = [place(point.number, point.low) for point in run]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent", 0.24))
    painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
    floor, held_out = QPen(theme.color("faint"), theme.zoom), theme.color("negative", 0.9)
    floor.setDashPattern([3, 3])
    _paint_line(painter, [(p.number, p.noise_floor) for p in run], place, floor)
    _paint_line(
        painter, [(p.number, p.validation) for p in run], place, QPen(held_out, theme.zoom)
    )
    _paint_line(
        painter, [(p.number, p.median) for p in run], place, QPen(accent, 1.6 * theme.zoom)
    )
    radius = 1.7 * theme.zoom
    if upper[-1].x() - upper[0].x() < 3 * radius * (len(run) - 1):
        return  # dots as close as that are a thick line
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    for point in run:
        painter.drawEllipse(place(point.number, point.median), radius, radius)


def _paint_line(
    painter: QPainter, line: list[tuple[float, float | None]], place: Place, pen: QPen
) -> None:
    known = [place(number, loss) for number, loss in line if loss is not None]
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(known))
