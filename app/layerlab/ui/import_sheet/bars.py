"""Bars of a distribution, as small as a column's head or as large as the target's."""

from __future__ import annotations

import html

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from layerlab.core.numbers import grouped, percent
from layerlab.core.table_view import Distribution
from layerlab.core.translation import _, ngettext
from layerlab.ui.theme import Theme

LISTED = 8  # categories of the target with a line each
RARE = 0.02  # share of the most frequent of many texts that are not listed
LINE, PLOT = 20, 64  # heights at zoom 1: of a category's line, of a histogram


def paint_bars(
    painter: QPainter, box: QRectF, distribution: Distribution, color: QColor, rest: QColor
) -> None:
    """Paint a distribution: a histogram of numbers, shares side by side of categories.

    Args:
        painter: of a widget. box: the room that is there.
        distribution: what is painted; nothing of one without values.
        color: of bars. rest: of what is not counted one by one.
    """
    if not distribution.total:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    counts = distribution.counts
    if distribution.is_numeric:
        each, most = box.width() / max(1, len(counts)), max(counts)
        gap = 1.0 if each > 3 else 0.0
        for k, count in enumerate(counts):
            high = box.height() * count / most
            if count:  # what is there is seen, however rare
                high = max(1.0, high)
                bar = QRectF(box.left() + k * each, box.bottom() - high, each - gap, high)
                painter.fillRect(bar, color)
        return
    left, alone = box.left(), QColor(color)
    for k, count in enumerate((*counts, distribution.others)):
        wide = box.width() * count / distribution.total
        if count:
            is_rest = k == len(counts)
            alone.setAlphaF(color.alphaF() * (1.0 if k % 2 == 0 else 0.6))
            painter.fillRect(
                QRectF(left, box.top(), max(1.0, wide - 1), box.height()),
                rest if is_rest else alone,
            )
        left += wide


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it stands: what files hold is no markup."""
    lines = "<br>".join(html.escape(line) for line in text.split("\n"))
    return f"<p>{lines}</p>"


def described(distribution: Distribution) -> str:
    """Return a distribution in words: the range of numbers, the shares of categories."""
    if not distribution.total:
        return _("no values")
    if distribution.is_numeric:
        low, high = distribution.names
        return low if low == high else _("{low} to {high}", low=low, high=high)
    different = len(distribution.names) + distribution.other_names
    if different > LISTED and distribution.counts[0] <= max(1, RARE * distribution.total):
        return ngettext("{count} different text", "{count} different texts", different)
    parts = [
        _("{name} {share}", name=name, share=percent(count / distribution.total))
        for name, count in zip(distribution.names[:LISTED], distribution.counts, strict=False)
    ]
    if (left := different - LISTED) > 0:
        parts.append(ngettext("{count} more", "{count} more", left))
    return ", ".join(parts)


class TargetBars(QWidget):
    """How the classes, or the numbers, of the target occur."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.distribution = Distribution()
        self._classes: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_distribution(
        self, distribution: Distribution, name: str, classes: tuple[str, ...]
    ) -> None:
        """Show the one of a column.

        Args:
            distribution: of the target. name: of the target.
            classes: in the network's order, which gives them the colours that they have in
                the lab; () where all have the same.
        """
        self.distribution, self._classes = distribution, classes
        self.setAccessibleName(_("Distribution of {name}", name=name))
        self.setAccessibleDescription(described(distribution))
        self.setToolTip(plain_tip(described(distribution)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a line each class, or for a histogram with its ends."""
        theme = self._theme
        if self.distribution.is_numeric:
            return QSize(theme.px(120), theme.px(PLOT + LINE))
        return QSize(theme.px(120), theme.px(LINE) * max(1, len(self._lines())))

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`."""
        return self.sizeHint()

    def _lines(self) -> list[tuple[str, int]]:
        """Return classes and their rows, what is too much on the last line."""
        found = self.distribution
        pairs = list(zip(found.names, found.counts, strict=True))
        left = len(pairs) - LISTED + found.other_names
        if left <= 0:
            return pairs
        rows = sum(count for _name, count in pairs[LISTED:]) + found.others
        return [*pairs[:LISTED], (ngettext("{count} more", "{count} more", left), rows)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a histogram, or the classes."""
        theme = self._theme
        with QPainter(self) as painter:
            painter.setFont(theme.font(11))
            if self.distribution.is_numeric:
                box = QRectF(0, 0, self.width(), theme.px(PLOT))
                paint_bars(
                    painter, box, self.distribution, theme.color("accent"), theme.color("faint")
                )
                self._paint_ends(painter)
            else:
                self._paint_classes(painter)

    def _paint_ends(self, painter: QPainter) -> None:
        names = self.distribution.names
        if not names:
            return
        theme = self._theme
        painter.setPen(theme.color("muted"))
        box = QRectF(0, theme.px(PLOT), self.width(), theme.px(LINE))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, names[0])
        if names[0] != names[1]:
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, names[1])

    def _paint_classes(self, painter: QPainter) -> None:
        theme, total = self._theme, self.distribution.total
        lines = self._lines()
        most = max((count for _name, count in lines), default=1)
        metrics, high = QFontMetricsF(painter.font()), theme.px(LINE)
        wide = 0.36 * self.width()
        middle = Qt.AlignmentFlag.AlignVCenter
        for k, (name, count) in enumerate(lines):
            top = k * high
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, wide - theme.px(6))
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, top, wide, high), middle, text)
            said = f"{grouped(count)} · {percent(count / total)}"
            room = metrics.horizontalAdvance(said) + theme.px(6)
            bar = max(1.0, (self.width() - wide - room) * count / max(1, most))
            color = theme.color("accent")
            if name in self._classes:
                color = theme.class_color(self._classes.index(name))
            painter.fillRect(QRectF(wide, top + 0.25 * high, bar, 0.5 * high), color)
            painter.setPen(theme.color("muted"))
            right = middle | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(0, top, self.width(), high), right, said)
