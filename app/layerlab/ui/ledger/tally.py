"""How many rows have which verdict: a bar that fills, and counts that filter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.ledger import KINDS, NOT_CHECKED, UNCHECKED, Entry
from layerlab.core.translation import _, translated
from layerlab.ui.controls.paint import Painted, draw_box, paint_panel
from layerlab.ui.ledger.painting import cut
from layerlab.ui.pages.claims import token_of
from layerlab.ui.pages.workbar import WorkBar
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

ALL = (*KINDS, UNCHECKED)
SHORT = dict(
    zip(
        ALL,
        (
            _("holds"),
            _("only if"),
            _("not reproduced"),
            _("wrong"),
            _("out of reach"),
            _("cannot"),
            _("unchecked"),
        ),
        strict=True,
    )
)  # labels where it is narrow
HINT = _("No results are stored: claims are computed here, on request.")
_PAD = 10  # pixels at zoom 1, at both sides of a count
_WIDE = 920  # pixels at zoom 1 below which there is no room for the hint
HELP = {
    NOT_CHECKED: _(
        "They take data, weights or scale that the lab does not have. Click to show only "
        "these claims."
    ),
    UNCHECKED: _("Not run yet, or cancelled. Click to show only these claims."),
}


class Count(Painted, QPushButton):
    """How many rows are of one kind; pressed, it lets only those be seen."""

    def __init__(self, kind: str, theme: Theme) -> None:
        """Make the count, at zero."""
        super().__init__(translated(kind), theme, Qt.FocusPolicy.TabFocus)
        self.kind, self.number = kind, 0
        self.is_short = False
        self.setCheckable(True)
        self.setToolTip(
            HELP.get(kind)
            or _(
                "Click to show only the claims with this verdict: {verdict}.",
                verdict=self.text(),
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_number(0)
        self.set_theme(theme)

    def show_number(self, number: int) -> None:
        """Show how many there are."""
        self.number = number
        self.setAccessibleName(f"{number} {self.text()}")
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(42))
        self.updateGeometry()

    def set_short(self, short: bool) -> None:
        """Show the kind in one word, or in full."""
        if short != self.is_short:
            self.is_short = short
            self.updateGeometry()
            self.update()

    def width_of(self, text: str) -> int:
        """Return room for a text and its dot, in pixels."""
        words = QFontMetricsF(self.theme.font(10.5)).horizontalAdvance(text)
        return math.ceil(words) + self.theme.px(2 * _PAD + 12)

    def sizeHint(self) -> QSize:
        """Return room for the kind and its dot."""
        return QSize(
            self.width_of(SHORT[self.kind] if self.is_short else self.text()), self.theme.px(42)
        )

    def minimumSizeHint(self) -> QSize:
        """Return room for the number; the kind is cut where it is narrow."""
        return QSize(self.theme.px(2 * _PAD + 24), self.theme.px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the number over a dot and the kind."""
        theme, px = self.theme, self.theme.px
        box, token = QRectF(self.rect()), token_of(self.kind)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.isChecked() or self.underMouse():
                border = theme.color("accent" if self.isChecked() else "line")
                draw_box(painter, box, theme.color("raised"), border, px(8), px(1))
            room = box.adjusted(px(_PAD), 0, -px(_PAD), 0)
            painter.setFont(theme.font(14, 600))
            painter.setPen(theme.color("text" if self.number else "faint"))
            upper = QRectF(room.left(), px(4), room.width(), px(19))
            painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, str(self.number))
            lower = QRectF(room.left() + px(12), px(23), room.width() - px(12), px(14))
            painter.setFont(theme.font(10.5))
            painter.setPen(theme.color("muted"))
            text = SHORT[self.kind] if self.is_short else self.text()
            text = cut(text, QFontMetricsF(painter.font()), lower.width() + 1)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
            painter.drawText(lower, flags, text)
            painter.setPen(theme.color(token))
            if self.kind == UNCHECKED:
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setBrush(theme.color(token))
            radius = 3 * theme.zoom
            left, middle = room.left() + 0.5, lower.center().y()
            painter.drawEllipse(QRectF(left, middle - radius, 2 * radius, 2 * radius))
            self.paint_ring(painter, box, px(8))


class Shares(Themed, QWidget):
    """One bar, cut by the kinds of verdicts."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty bar."""
        super().__init__()
        self.theme = theme
        self.counts: Counter[str] = Counter()
        self.set_theme(theme)

    def show_counts(self, counts: Counter[str]) -> None:
        """Show how many rows are of each kind."""
        self.counts = counts
        texts = (f"{counts[kind]} {translated(kind)}" for kind in ALL if counts[kind])
        self.setAccessibleName(_("Verdicts: {counts}", counts=", ".join(texts)))
        self.update()

    def _restyle(self, theme: Theme) -> None:
        self.setFixedHeight(theme.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint one part for each kind, with a gap between."""
        theme, gap = self.theme, self.theme.px(2)
        kinds = [kind for kind in ALL if self.counts[kind]]
        room = self.width() - gap * (len(kinds) - 1)
        total, left = sum(self.counts.values()), 0.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for kind in kinds:
                wide = room * self.counts[kind] / total
                token = "line" if kind == UNCHECKED else token_of(kind)
                painter.setBrush(theme.color(token))
                part = QRectF(left, 0, wide, self.height())
                painter.drawRoundedRect(part, theme.px(3), theme.px(3))
                left += wide + gap


class Tally(Themed, QFrame):
    """The bar, the counts below it, how far the work is, and what this machine lacks.

    Signals:
        picked(kind): rows of this kind alone are wanted; all if empty.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        """Make the panel."""
        super().__init__()
        self.theme = theme
        self.shares = Shares(theme)
        self.counts = {kind: Count(kind, theme) for kind in ALL}
        self.work = WorkBar(theme, has_button=False)  # the one above stops it
        self.hint = QLabel(HINT)  # until something is measured
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self._line = QHBoxLayout()
        for count in self.counts.values():
            count.clicked.connect(lambda on, kind=count.kind: self._on_clicked(kind, on))
            self._line.addWidget(count)
        self._line.addStretch(1)
        self._line.addWidget(self.hint)
        self._line.addWidget(self.work)
        self._column = QVBoxLayout(self)
        for part in (self.shares, self.note):
            self._column.addWidget(part)
        self._column.insertLayout(1, self._line)
        self.set_theme(theme)

    def show_entries(self, entries: Iterable[Entry]) -> None:
        """Count the rows."""
        counts = Counter(entry.kind for entry in entries)
        self.shares.show_counts(counts)
        for kind, count in self.counts.items():
            count.show_number(counts[kind])
        self._show_hint()

    def show_note(self, text: str) -> None:
        """Show what this machine lacks; nothing if empty."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def show_work(self, text: str, share: float | None) -> None:
        """Show how far the work is; None: there is none."""
        if share is None:
            self.work.hide()
        else:
            self.work.show_work(text, share)
        self._show_hint()

    def _show_hint(self) -> None:
        nothing = all(
            count.number == 0 for count in self.counts.values() if count.kind != UNCHECKED
        )
        wide = self.width() >= self.theme.px(_WIDE)
        self.hint.setVisible(nothing and wide and self.work.isHidden())

    def pick(self, kind: str) -> None:
        """Show which kind is wanted alone, without emitting anything."""
        for count in self.counts.values():
            count.setChecked(count.kind == kind)

    def _on_clicked(self, kind: str, on: bool) -> None:
        self.pick(kind if on else "")
        self.picked.emit(kind if on else "")

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._column.setContentsMargins(px(14), px(14), px(14), px(8))
        self._column.setSpacing(px(4))
        self._line.setSpacing(0)
        self.hint.setFont(theme.font(11.5))
        self.hint.setFixedWidth(px(230))
        set_text_color(self.hint, theme, "muted")
        self.note.setFont(theme.font(11.5))
        self.note.setContentsMargins(px(10), 0, 0, px(6))
        set_text_color(self.note, theme, "warning")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the hint, and labels, where it is narrow."""
        super().resizeEvent(event)
        self._show_hint()
        wide = sum(count.width_of(count.text()) for count in self.counts.values())
        room = self.width() - self.theme.px(28) - self.work.width()
        for count in self.counts.values():
            count.set_short(wide > room)

    def minimumSizeHint(self) -> QSize:
        """Return a small width: the hint gives way."""
        return QSize(self.theme.px(440), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)
