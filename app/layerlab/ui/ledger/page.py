"""The page of the ledger: bar, counts, list and the chosen row; it computes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from layerlab.core.experiment import GROUPS
from layerlab.core.ledger import FORMS, Entry
from layerlab.core.translation import _, ngettext, translated
from layerlab.ui.banner import Banner
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.ledger.detail import Detail, Shown
from layerlab.ui.ledger.listing import ListPanel
from layerlab.ui.ledger.rows import ClaimRows, Filter
from layerlab.ui.ledger.tally import Tally
from layerlab.ui.pages.bar import PageBar
from layerlab.ui.stage import EDGE, GAP
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

ANY = _("All themes")
_SIDE, _MIN_SIDE, _MAX_SIDE = 0.3, 300, 420  # width of the chosen row: share, bounds at zoom 1
_WIDE = 1000  # pixels at zoom 1 below which the bar's labels are hidden
_BUTTONS = 370  # pixels at zoom 1 that the bar's buttons and gaps take, at most
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LedgerPage(Themed, QWidget):
    """All claims, searchable, with what was measured of them.

    Signals:
        check_wanted(ids): these rows are to be computed, in this order.
        stop_pressed(): what is left of them is to be cancelled.
        page_wanted(id): the page that shows a row is to be opened.
        copy_wanted(form): what is measured is to be copied; one of `FORMS`.
    """

    check_wanted = Signal(list)
    stop_pressed = Signal()
    page_wanted = Signal(str)
    copy_wanted = Signal(str)

    def __init__(self, entries: Iterable[Entry], pages: Shown, theme: Theme) -> None:
        """Build the page.

        Args:
            entries: all rows, in the ledger's order.
            pages: declaration and thumbnail of the pages that show them, by key.
            theme: colours, fonts and sizes.
        """
        super().__init__()
        self.setObjectName("ledger")
        self.theme, self._is_working = theme, False
        self.rows = ClaimRows(entries)
        self.bar = PageBar(_("Claims"), theme, has_lab=False, has_back=False)
        self.banner = Banner()
        self.tally = Tally(theme)
        self.panel = ListPanel(self.rows, theme)
        self.list = self.panel.list
        self.detail = Detail(pages, theme)
        self._build_bar(theme)
        self._build()
        self._connect()
        self._show_chosen(self.list.name)
        self._show_counts()
        self.set_theme(theme)

    def _build_bar(self, theme: Theme) -> None:
        self.check = BarButton(theme, "play", _("Check all"), accent=True)
        self.check.setToolTip(_("Compute the claims shown, one after another"))
        self.copy = BarButton(theme, "copy", _("Copy"), arrow=True)
        self.copy.setToolTip(_("Copy the results of the claims shown"))
        menu = QMenu(self)
        for form in FORMS:
            action = menu.addAction(_("As {form}", form=form))
            action.triggered.connect(lambda _=False, form=form: self.copy_wanted.emit(form))
        self.copy.setMenu(menu)
        self.theme_choice = QComboBox()
        self.theme_choice.addItem(ANY, "")
        for group in GROUPS:
            self.theme_choice.addItem(translated(group), group)
        self.theme_choice.setAccessibleName(_("Theme of the claims"))
        self.theme_choice.setToolTip(_("The gallery's themes"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search: rank, softplus, D22 …"))
        self.search.setToolTip(_("Show the claims that contain all of these words (Ctrl+F)"))
        self.search.setAccessibleName(_("Search the claims"))
        self.search.setClearButtonEnabled(True)
        for widget in (self.check, self.copy, self.search, self.theme_choice):
            self.bar.insert(widget)

    def _build(self) -> None:
        self._board = QHBoxLayout()
        self._board.addWidget(self.panel, 1)
        self._board.addWidget(self.detail)
        self._inner = QVBoxLayout()
        self._inner.addWidget(self.tally)
        self._inner.addLayout(self._board, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addWidget(self.banner)
        whole.addLayout(self._inner, 1)

    def _connect(self) -> None:
        self.check.clicked.connect(self._on_check)
        self.search.textChanged.connect(lambda _: self._sift())
        self.search.installEventFilter(self)
        self.theme_choice.currentTextChanged.connect(lambda _: self._sift())
        self.tally.picked.connect(lambda _: self._sift())
        self.list.chosen.connect(self._show_chosen)
        for source in (self.list, self.detail):
            source.check_wanted.connect(self._on_check_one)
            source.page_wanted.connect(self._on_page)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self._find_key = find

    # ---- what is shown
    def put(self, entry: Entry) -> None:
        """Show another state of a row."""
        known = self.rows.entry(entry.id).kind
        self.rows.put(entry)
        if entry.id == self.list.name:
            self.detail.show_entry(entry)
        if known != entry.kind:
            self._show_counts()

    def show_work(self, text: str, share: float | None) -> None:
        """Show how far the work is: a text and a share, 0 to 1; None: nothing is done."""
        self._is_working = share is not None
        self.tally.show_work(text, share)
        self._show_check()

    def choose(self, name: str) -> None:
        """Show a row, whatever the filter was; the filter makes room if it must."""
        if not self.list.choose(name):
            self.show_all()
            self.list.choose(name)

    def show_all(self) -> bool:
        """Let all rows be seen; False if they are."""
        was = self.rows.filter
        self.search.clear()
        self.tally.pick("")
        self.theme_choice.setCurrentIndex(0)
        self._sift()
        return was != Filter()

    def take_keys(self) -> None:
        """Let the arrows move through the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_chosen(self, name: str) -> None:
        self.detail.show_entry(self.rows.entry(name) if name else None)

    def _show_counts(self) -> None:
        self.tally.show_entries(self.rows.entries)
        self._show_check()

    def _sift(self) -> None:
        kinds = [count.kind for count in self.tally.counts.values() if count.isChecked()]
        wanted = Filter(
            tuple(self.search.text().lower().split()),
            "".join(kinds),
            self.theme_choice.currentData(),
        )
        if wanted != self.rows.filter:
            self.panel.set_filter(wanted)
            self._show_check()

    def targets(self) -> list[str]:
        """Return the rows that the button checks: of those shown the open ones, else all."""
        shown = [entry for entry in self.rows.shown() if not entry.lacks]
        left = [entry.id for entry in shown if entry.verdict is None]
        return left or [entry.id for entry in shown]

    def _show_check(self) -> None:
        if self._is_working:
            self.check.set_face("close", _("Stop"))
            self.check.setEnabled(True)
            return
        ids, shown = self.targets(), self.rows.shown()
        done = any(entry.verdict is not None and entry.id in ids for entry in shown)
        count = len(ids)
        if len(shown) < len(self.rows.entries) and done:
            words = ngettext("Check this one again", "Check these {count} again", count)
        elif len(shown) < len(self.rows.entries):
            words = ngettext("Check this one", "Check these {count}", count)
        elif done:
            words = _("Check all again")
        elif count + sum(bool(e.lacks) for e in shown) == len(shown):
            words = _("Check all")
        else:
            words = ngettext("Check the other {count}", "Check the other {count}", count)
        self.check.set_face("play", words)
        self.check.setEnabled(bool(ids))

    # ---- what a person does
    def _on_check(self) -> None:
        if self._is_working:
            self.stop_pressed.emit()
        else:
            self.check_wanted.emit(self.targets())

    def _on_check_one(self, name: str) -> None:
        entry = self.rows.entry(name)
        if not entry.waits and not entry.lacks:
            self.check_wanted.emit([name])

    def _on_page(self, name: str) -> None:
        if self.rows.entry(name).page is not None:
            self.page_wanted.emit(name)

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def escape(self) -> bool:
        """Give up search and filters; False if there are none."""
        return self.show_all()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move from the search to the list with Down or Enter; Escape gives it up."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        if event.key() in (Qt.Key.Key_Down, *_ENTER) and self.rows.shown():
            self.take_keys()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin to search with `/`."""
        if event.text() == "/":
            self._find()
        else:
            super().keyPressEvent(event)

    # ---- look
    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._inner.setContentsMargins(px(EDGE), px(EDGE), px(EDGE), px(EDGE))
        self._inner.setSpacing(px(GAP))
        self._board.setSpacing(px(GAP))
        for field in (self.search, self.theme_choice):
            field.setFont(theme.font(12))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        px = self.theme.px
        self.detail.setFixedWidth(
            min(max(round(_SIDE * self.width()), px(_MIN_SIDE)), px(_MAX_SIDE))
        )
        wide = self.width() >= px(_WIDE)
        spare = self.width() - px(_BUTTONS)  # of the bar
        self.search.setFixedWidth(min(px(230), max(px(90), round(0.5 * spare))))
        self.theme_choice.setFixedWidth(min(px(225), max(px(90), round(0.5 * spare))))
        self.copy.set_face("copy", _("Copy") if wide else "")
