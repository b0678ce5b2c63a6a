"""The gallery: every page as a card, grouped by theme, searchable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.experiment import Experiment
from layerlab.core.picture import Picture
from layerlab.core.translation import _, translated
from layerlab.ui.banner import Banner
from layerlab.ui.controls.paint import Painted, draw_box
from layerlab.ui.pages.bar import PageBar
from layerlab.ui.pages.paint import draw_thumbnail
from layerlab.ui.scrolling import scroll_area
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import DARK, Theme
from layerlab.ui.themed import Themed

TEXT = 88  # pixels at zoom 1, of a card's text
PICTURE = 0.5  # height of a thumbnail beside its width
_MIN_CARD_WIDTH, _GAP = 270, 14  # pixels at zoom 1: width of a card, gap
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 0, Qt.Key.Key_Down: 0}


class PageCard(Painted, QPushButton):
    """A page's thumbnail, its question, and the ids of its claims."""

    claimed = frozenset((*_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter))

    def __init__(self, page: Experiment, picture: Picture) -> None:
        """Make the card."""
        super().__init__(page.title, DARK)
        self.page, self._picture = page, picture
        self.setToolTip(page.help)
        self.setAccessibleName(page.title)
        self.setAccessibleDescription(page.help)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def matches(self, words: Iterable[str]) -> bool:
        """Return whether every word is in the page's title, summary, theme or claims."""
        page = self.page
        text = " ".join(
            (
                page.key,
                page.title,
                page.help,
                translated(page.group),
                page.look_for,
                page.source,
                *page.claims,
            )
        ).lower()
        return all(word in text for word in words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter; leave the arrows to the gallery."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture and text."""
        theme, box = self.theme, QRectF(self.rect())
        px, radius = theme.px, theme.px(12)
        over = self.underMouse()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            border = theme.color("accent" if over else "line")
            draw_box(painter, box, theme.color("panel"), border, radius, px(1))
            room = box.adjusted(1, 1, -1, -px(TEXT))
            path = QPainterPath()
            path.addRoundedRect(room.adjusted(0, 0, 0, radius), radius, radius)
            painter.save()
            painter.setClipPath(path)
            painter.fillRect(room, theme.color("raised"))
            side = px(14)
            draw_thumbnail(
                painter, room.adjusted(side, side, -side, -side), self._picture, theme
            )
            painter.restore()
            self._paint_words(painter, room.bottom())
            self.paint_ring(painter, box, radius)

    def _paint_words(self, painter: QPainter, top: float) -> None:
        theme, px = self.theme, self.theme.px
        words = QRectF(px(14), top + px(10), self.width() - px(28), px(38))
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("text"))
        painter.drawText(words, _WRAP, self.page.title)
        foot = QRectF(px(14), self.height() - px(27), self.width() - px(28), px(16))
        painter.setFont(theme.font(10.5))
        painter.setPen(theme.color("muted"))
        text = "  ".join(self.page.claims)
        text = QFontMetricsF(painter.font()).elidedText(
            text, Qt.TextElideMode.ElideRight, foot.width()
        )
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, text)


class _Cards(Themed, QWidget):
    """The cards of one theme, in as many columns as fit."""

    def __init__(self, cards: list[PageCard]) -> None:
        super().__init__()
        self.cards = cards
        for card in cards:
            card.setParent(self)

    def shown(self) -> list[PageCard]:
        """Return the cards that are not filtered away."""
        return [card for card in self.cards if not card.isHidden()]

    def columns(self) -> int:
        """Return how many cards stand side by side."""
        gap = self.theme.px(_GAP)
        return max(1, (self.width() + gap) // (self.theme.px(_MIN_CARD_WIDTH) + gap))

    def place(self) -> None:
        """Place the cards that are shown."""
        columns, gap, cards = self.columns(), self.theme.px(_GAP), self.shown()
        wide = (self.width() - gap * (columns - 1)) // columns
        high = round(PICTURE * wide) + self.theme.px(TEXT)
        for k, card in enumerate(cards):
            row, column = divmod(k, columns)
            card.setGeometry(column * (wide + gap), row * (high + gap), wide, high)
        rows = -(-len(cards) // columns)
        self.setFixedHeight(max(0, rows * (high + gap) - gap))

    def _restyle(self, theme: Theme) -> None:
        self.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the cards again."""
        self.place()


class Gallery(Themed, QWidget):
    """All pages.

    Signals:
        chosen: key of the page that is to be opened.
    """

    chosen = Signal(str)

    def __init__(
        self, pages: Iterable[Experiment], pictures: Mapping[str, Picture], theme: Theme
    ) -> None:
        """Build the gallery.

        Args:
            pages: in the order in which they are shown, those of a group together.
            pictures: thumbnails by key.
            theme: colours, fonts and sizes.
        """
        super().__init__()
        self.setObjectName("gallery")
        self.theme = theme
        self.bar = PageBar(_("Gallery"), theme, has_lab=False, has_back=False)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search: softplus, rank, D22 …"))
        self.search.setAccessibleName(_("Search the gallery"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_searched)
        self.search.installEventFilter(self)
        self.bar.insert(self.search)
        self.cards: list[PageCard] = []
        self._groups: list[tuple[QLabel, _Cards]] = []
        inner = QWidget()
        inner.setObjectName("cards")
        self._column = QVBoxLayout(inner)
        for page in pages:
            card = PageCard(page, pictures.get(page.key, ()))
            card.clicked.connect(lambda _=False, key=page.key: self.chosen.emit(key))
            self.cards.append(card)
        for name in dict.fromkeys(card.page.group for card in self.cards):
            label, group = (
                QLabel(translated(name)),
                _Cards([c for c in self.cards if c.page.group == name]),
            )
            label.setIndent(0)
            self._groups.append((label, group))
            self._column.addWidget(label)
            self._column.addWidget(group)
        self.nothing = QLabel(_("No matching pages."))
        self.nothing.hide()
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        self._build(inner)
        self.set_theme(theme)

    def _build(self, inner: QWidget) -> None:
        self.area, self._bar = scroll_area(inner, _("Gallery"))
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.banner = Banner()
        whole.addWidget(self.bar)
        whole.addWidget(self.banner)
        whole.addWidget(self.area, 1)

    def shown(self) -> list[PageCard]:
        """Return the cards that are not filtered away, in reading order."""
        return [card for _, group in self._groups for card in group.shown()]

    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._column.setContentsMargins(px(20), px(8), px(20), px(20))
        self._column.setSpacing(px(8))
        self.search.setFixedWidth(px(240))
        self.search.setFont(theme.font(12))
        for label, _group in self._groups:
            label.setFont(theme.font(13, 600))
            label.setContentsMargins(0, px(10), 0, 0)
            set_text_color(label, theme, "muted")
        self.nothing.setFont(theme.font(13))
        self.nothing.setContentsMargins(0, px(20), 0, px(20))
        set_text_color(self.nothing, theme, "muted")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._bar.place(self.theme.px(10), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the cards with the arrows; `/` begins to search."""
        cards, key = self.shown(), Qt.Key(event.key())
        here = [k for k, card in enumerate(cards) if card.hasFocus()]
        if key == Qt.Key.Key_Slash:
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif key in _ARROWS and cards:
            self._move(cards, here[0] if here else -1, key)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move to the cards with Down or Enter, give the search up with Escape."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        shown = self.shown()
        if event.key() == Qt.Key.Key_Down and shown:
            shown[0].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(shown) == 1:
            self.chosen.emit(shown[0].page.key)
            return True
        return False

    def _move(self, cards: list[PageCard], here: int, key: Qt.Key) -> None:
        if here < 0:
            target = 0
        elif _ARROWS[key]:
            target = here + _ARROWS[key]
        else:
            target = self._row_from(cards, here, 1 if key == Qt.Key.Key_Down else -1)
        if 0 <= target < len(cards):
            cards[target].setFocus(Qt.FocusReason.TabFocusReason)
            self.area.ensureWidgetVisible(cards[target])

    def _row_from(self, cards: list[PageCard], here: int, way: int) -> int:
        """Return the nearest card of the next row up or down; -1 at the edge."""
        at = cards[here].mapTo(self, cards[here].rect().center())
        reach = []
        for k, card in enumerate(cards):
            to = card.mapTo(self, card.rect().center())
            down = (to.y() - at.y()) * way
            if down > card.height() // 2:
                reach.append((down, abs(to.x() - at.x()), k))
        return min(reach)[2] if reach else -1

    def _on_searched(self, text: str) -> None:
        words = text.lower().split()
        for label, group in self._groups:
            for card in group.cards:
                card.setVisible(card.matches(words))
            label.setVisible(bool(group.shown()))
            group.setVisible(bool(group.shown()))
            group.place()
        self.nothing.setVisible(not self.shown())

    def sizeHint(self) -> QSize:
        """Return any size."""
        return QSize(self.theme.px(600), self.theme.px(400))
