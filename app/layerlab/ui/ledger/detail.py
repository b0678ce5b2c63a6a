"""All of one row: every word of it, and what one can do with it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.experiment import Experiment, shown_verdict
from layerlab.core.ledger import Entry
from layerlab.core.phrases import capitalized
from layerlab.core.picture import Picture
from layerlab.core.translation import _, translated
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.controls.paint import paint_panel
from layerlab.ui.controls.section import SectionTitle
from layerlab.ui.ledger.painting import LACKING, state_of
from layerlab.ui.pages.gallery import PICTURE, TEXT, PageCard
from layerlab.ui.scrolling import scroll_area
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

Shown = Mapping[str, tuple[Experiment, Picture]]  # pages of the gallery by their keys
_HINT = _("↑ ↓   ·   Enter checks it   ·   Ctrl+Enter opens its page")
_HIGH = 300  # pixels at zoom 1 below which the texts need the hint's place
_NONE = _("no page of the gallery shows it yet")
# Titles of the parts.
_PRINTED, _MEASURED, _WHY = _("Printed"), _("Measured"), _("Why")
_TOLERANCE, _SOURCE, _SHOWN_ON = _("Tolerance"), _("Source"), _("Shown on")


class DetailText(Themed, QLabel):
    """Text that wraps and can be selected, in a token's colour."""

    def __init__(
        self, theme: Theme, size: float = 12, weight: int = 400, token: str = "text"
    ) -> None:
        """Make an empty text."""
        super().__init__()
        self._size, self._weight, self.token, self.theme = size, weight, token, theme
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def show_text(self, text: str, token: str | None = None) -> None:
        """Show another text."""
        self.setText(text)
        if token is not None and token != self.token:
            self.token = token
            self.set_theme(self.theme)

    def _restyle(self, theme: Theme) -> None:
        self.setFont(theme.font(self._size, self._weight))
        set_text_color(self, theme, self.token)


class Part(Themed, QWidget):
    """A title over a text."""

    def __init__(self, title: str, words: QWidget, theme: Theme) -> None:
        """Put the text below the title."""
        super().__init__()
        self.title = SectionTitle(title, theme)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self.title)
        self._column.addWidget(words)
        self.set_theme(theme)

    def _restyle(self, theme: Theme) -> None:
        self._column.setContentsMargins(0, theme.px(10), 0, 0)


class Detail(Themed, QFrame):
    """The current row, in full.

    Signals:
        check_wanted(id): it is to be computed.
        page_wanted(id): the page that shows it is to be opened.
    """

    check_wanted = Signal(str)
    page_wanted = Signal(str)

    def __init__(self, pages: Shown, theme: Theme) -> None:
        """Make an empty panel; `pages` are those that rows may be shown on."""
        super().__init__()
        self.theme = theme
        self.entry: Entry | None = None
        self.name = DetailText(theme, 13, 600, "muted")
        self.verdict = DetailText(theme, 14, 600)
        self.statement = DetailText(theme, 14, 500)
        self.texts = {
            title: DetailText(
                theme,
                12.5 if title in (_PRINTED, _MEASURED) else 12,
                600 if title in (_PRINTED, _MEASURED) else 400,
            )
            for title in (_PRINTED, _MEASURED, _WHY, _TOLERANCE, _SOURCE)
        }
        self._parts = {title: Part(title, words, theme) for title, words in self.texts.items()}
        self._parts[_TOLERANCE].title.set_summary(_("decided before measuring"))
        self.cards = {key: PageCard(page, picture) for key, (page, picture) in pages.items()}
        self._shown = QWidget()
        self._parts[_SHOWN_ON] = Part(_SHOWN_ON, self._shown, theme)
        self.check = BarButton(theme, "play", _("Check this one"))
        self.check.setToolTip(_("Compute this claim now, before all others (Enter)"))
        self.page = BarButton(theme, "gallery", _("Open its page"))
        self.hint = DetailText(theme, 10.5, 400, "muted")
        self.hint.show_text(_HINT)
        for card in self.cards.values():
            card.setParent(self._shown)
            card.clicked.connect(lambda: self._emit(self.page_wanted))
        self.check.clicked.connect(lambda: self._emit(self.check_wanted))
        self.page.clicked.connect(lambda: self._emit(self.page_wanted))
        self._build()
        self.set_theme(theme)

    def _build(self) -> None:
        inner = QWidget()
        inner.setObjectName("detail")
        self._column = QVBoxLayout(inner)
        self._column.addWidget(self.name)
        self._column.addWidget(self.statement)
        self._column.addWidget(self.verdict)
        for part in self._parts.values():
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.area, self._bar = scroll_area(inner, _("The chosen claim"))
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.check)
        self._buttons.addWidget(self.page)
        self._buttons.addStretch(1)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.area, 1)
        self._whole.addLayout(self._buttons)
        self._whole.addWidget(self.hint)

    def show_entry(self, entry: Entry | None) -> None:
        """Show a row; None: none is chosen."""
        is_other = (entry and entry.id) != (self.entry and self.entry.id)
        self.entry = entry
        self.setVisible(entry is not None)
        if entry is None:
            return
        if is_other:
            self.area.verticalScrollBar().setValue(0)
        found = entry.verdict
        word, rest, token = state_of(entry)
        if found is not None:
            text = shown_verdict(found.verdict)
        elif entry.share is not None:
            text = f"{word}, {rest}"
        else:
            text = word
        self.name.show_text(f"{entry.id}   ·   {translated(entry.theme)}")
        self.statement.show_text(entry.statement)
        self.verdict.show_text(text, token)
        self._show_text(_PRINTED, entry.published)
        self._show_text(_MEASURED, found.measured if found else "", token)
        self._show_text(_WHY, sentence(found.why if found else entry.lacks))
        self._show_text(_TOLERANCE, entry.tolerance)
        self._show_text(_SOURCE, entry.source)
        self._parts[_MEASURED].title.set_summary(_took(found.seconds) if found else "")
        for key, card in self.cards.items():
            card.setVisible(key == entry.page)
        self._parts[_SHOWN_ON].setVisible(entry.page is not None)
        is_busy = entry.waits
        self.check.set_face("play", _("Check again") if found else _("Check this one"))
        self.check.setEnabled(not is_busy)
        self.check.setVisible(word != LACKING)
        self.page.setEnabled(entry.page is not None)
        self.page.setToolTip(f"{entry.question} (Ctrl+Enter)" if entry.page else _NONE)

    def _show_text(self, title: str, text: str, token: str = "text") -> None:
        self.texts[title].show_text(text, token)
        self._parts[title].setVisible(bool(text))

    def _emit(self, signal: object) -> None:
        if self.entry is not None:
            signal.emit(self.entry.id)  # type: ignore[attr-defined]

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._column.setContentsMargins(px(16), px(14), px(16), px(8))
        self._column.setSpacing(px(4))
        self._whole.setContentsMargins(1, 1, 1, px(10))
        self._whole.setSpacing(px(8))
        self._buttons.setContentsMargins(px(14), px(4), px(14), 0)
        self._buttons.setSpacing(px(8))
        self.hint.setContentsMargins(px(16), 0, px(16), 0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.hint.setVisible(self.height() >= self.theme.px(_HIGH))
        self._bar.place(self.theme.px(8), 1)
        wide = self.width() - self.theme.px(32) - 2
        high = round(PICTURE * wide) + self.theme.px(TEXT)
        self._shown.setFixedHeight(high + self.theme.px(4))
        for card in self.cards.values():
            card.setGeometry(0, self.theme.px(4), wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)


def sentence(text: str) -> str:
    """Return a text as a sentence; nothing of nothing."""
    return f"{capitalized(text).rstrip('.')}." if text else ""


def _took(seconds: float) -> str:
    return (
        _("in {seconds:.1f} s", seconds=seconds) if seconds >= 0.1 else _("in less than 0.1 s")
    )
