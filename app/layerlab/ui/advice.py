"""The advice line: what is wrong with the run, in the place of the experiments to try."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from layerlab.core.advice import Finding
from layerlab.core.translation import _
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed


class _Sentence(Themed, QWidget):
    """What was measured, in full weight, and what helps, muted; cut off where it must be."""

    def __init__(self) -> None:
        super().__init__()
        self.theme, self._parts = DARK, ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_parts(self, line: str, hint: str) -> None:
        """Show a sentence and the one after it."""
        self._parts = (line, hint)
        self.setToolTip(f"{line} {hint}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both, as far as they fit."""
        theme, x = self.theme, 0.0
        with QPainter(self) as painter:
            for text, weight, token in zip(
                self._parts, (600, 400), ("text", "muted"), strict=True
            ):
                font = theme.font(12.5, weight)
                metrics, left = QFontMetricsF(font), self.width() - x
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left)
                if left < theme.px(40):
                    break
                painter.setFont(font)
                painter.setPen(theme.color(token))
                row = QRectF(x, 0, left, self.height())
                painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shown)
                x += metrics.horizontalAdvance(shown) + theme.px(6)


class AdviceLine(Themed, QFrame):
    """One finding: its sentence, why, a button that applies the cure, one that dismisses it.

    Signals:
        taken(finding): the cure is wanted.
        dismissed(finding): its kind is not shown again for this task.
    """

    taken = Signal(object)
    dismissed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("advice")
        self.finding: Finding | None = None
        self._dot = QLabel("●")
        self.text = _Sentence()
        self.why = self._button(_("why"), _("Show the measurements behind this advice"))
        self.apply = self._button("", _("Apply this advice; undo restores the current network"))
        self.close_button = self._button("✕", _("Dismiss this advice"))
        self.why.clicked.connect(self._on_why)
        self.apply.clicked.connect(lambda: self.taken.emit(self.finding))
        self.close_button.clicked.connect(lambda: self.dismissed.emit(self.finding))
        self._row = QHBoxLayout(self)
        for widget, stretch in (
            (self._dot, 0),
            (self.text, 1),
            (self.why, 0),
            (self.apply, 0),
            (self.close_button, 0),
        ):
            self._row.addWidget(widget, stretch)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(DARK)

    def _button(self, text: str, help_text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("chip")
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_finding(self, finding: Finding) -> None:
        """Show a finding."""
        self.finding = finding
        self.text.show_parts(finding.line, finding.hint)
        self.setAccessibleName(f"{finding.line} {finding.hint}")
        self.apply.setText(finding.label)
        self.apply.setAccessibleName(_("Apply: {label}", label=finding.label))

    def evidence(self) -> QFrame:
        """Return a new popup of the figures behind the finding."""
        theme, px = self.theme, self.theme.px
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setObjectName("popup")
        popup.setStyleSheet(
            f"#popup {{ background: {theme.panel}; border: 1px solid {theme.faint}; }}"
        )
        grid = QGridLayout(popup)
        grid.setContentsMargins(px(14), px(11), px(14), px(11))
        grid.setHorizontalSpacing(px(18))
        grid.setVerticalSpacing(px(5))
        finding = self.finding
        sentences = () if finding is None else (finding.line, finding.hint)
        for row, sentence in enumerate(sentences):
            label = QLabel(sentence)
            label.setFont(theme.font(12.5, 400 if row else 600))
            grid.addWidget(label, row, 0, 1, 2)
        rows = () if finding is None else finding.evidence
        for row, (name, figure) in enumerate(rows, len(sentences)):
            for column, text in enumerate((name, figure)):
                label = QLabel(text)
                label.setFont(theme.font(11.5, 600 if column else 400))
                if column:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight)
                else:
                    label.setStyleSheet(f"color: {theme.muted};")
                grid.addWidget(label, row, column)
        foot = QLabel(_("medians over the seeds"))
        foot.setFont(theme.font(10.5))
        foot.setStyleSheet(f"color: {theme.faint};")
        grid.addWidget(foot, len(sentences) + len(rows), 0, 1, 2)
        return popup

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._dot.setFont(theme.font(10))
        self._dot.setStyleSheet(f"color: {theme.warning};")
        for button in (self.why, self.apply, self.close_button):
            button.setFont(theme.font(11.5, 500))
        self._row.setContentsMargins(px(14), 0, px(12), 0)
        self._row.setSpacing(px(8))
        self.setStyleSheet(
            f"#advice {{ background: {theme.panel}; border: 1px solid {theme.line};"
            f" border-radius: {px(12)}px; }}"
            f"#chip {{ background: {theme.raised}; color: {theme.text};"
            f" border: 1px solid {theme.line}; border-radius: {px(9)}px;"
            f" padding: {px(3)}px {px(9)}px; min-height: 0; }}"
            f"#chip:hover, #chip:focus {{ border-color: {theme.accent}; }}"
            f"#chip:pressed {{ background: {theme.line}; }}"
        )

    def sizeHint(self) -> QSize:
        """Return one line's height, that of the experiments to try."""
        return QSize(self.theme.px(300), self.theme.px(44))

    def minimumSizeHint(self) -> QSize:
        """Return one line's height, and any width."""
        return QSize(0, self.theme.px(44))

    def _on_why(self) -> None:
        popup = self.evidence()
        popup.adjustSize()
        corner = self.why.mapToGlobal(QPoint(self.why.width(), 0))
        popup.move(corner - QPoint(popup.width(), popup.height() + self.theme.px(8)))
        popup.show()


class Foot(QStackedWidget):
    """One strip below the views: advice where there is some, else the experiments to try.

    Both are of one height, so that nothing moves when the one takes the other's place.
    """

    def __init__(self, try_these: QWidget) -> None:
        super().__init__()
        self.advice = AdviceLine()
        self.addWidget(try_these)
        self.addWidget(self.advice)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_advice(self, findings: Sequence[Finding]) -> None:
        """Show the first finding; none brings the experiments back."""
        if findings:
            self.advice.show_finding(findings[0])
        self.setCurrentIndex(1 if findings else 0)
