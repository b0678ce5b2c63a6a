"""The page of the kept runs: bar with the search, list, the chosen run, how full it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.numbers import grouped
from layerlab.core.runs import RunDetail, Usage
from layerlab.core.translation import _, ngettext
from layerlab.ui.banner import Banner
from layerlab.ui.pages.bar import PageBar
from layerlab.ui.runs.detail import RunPane
from layerlab.ui.runs.listing import RunPanel
from layerlab.ui.runs.rows import RunRows
from layerlab.ui.stage import EDGE, GAP
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_SIDE, _MIN_SIDE, _MAX_SIDE = 0.3, 290, 400  # width of the chosen run: share, bounds at zoom 1
_BUTTONS = 330  # pixels at zoom 1 that the bar's buttons and gaps take, at most
_TYPING_MS = 120  # after which what is typed is searched for
BUDGETS = (0, 50, 100, 200, 500, 1000, 2000, 5000)  # megabytes
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RunsPage(Themed, QWidget):
    """All kept runs, searchable.

    Signals:
        searched(text): these runs are to be shown.
        detail_wanted(number): of the chosen run; -1 if not one is chosen.
        comparison_wanted(numbers): of the chosen runs, of which there are several.
        said(number, changes): name, note or tags of a run are to be others.
        open_wanted(number), pin_wanted(numbers, on), delete_wanted(numbers).
        budget_chosen(megabytes).
    """

    searched = Signal(str)
    detail_wanted = Signal(int)
    comparison_wanted = Signal(object)
    said = Signal(int, object)
    open_wanted = Signal(int)
    pin_wanted = Signal(object, bool)
    delete_wanted = Signal(object)
    budget_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        """Build the page; it shows no runs."""
        super().__init__()
        self.setObjectName("runs")
        self.theme = theme
        self.rows = RunRows()
        self.bar = PageBar(_("Runs"), theme, has_lab=False, has_back=False)
        self.banner = Banner()
        self.panel = RunPanel(self.rows, theme)
        self.list = self.panel.list
        self.pane = RunPane(theme)
        self._is_known = False  # whether anything was found out yet
        self._build_bar()
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build_bar(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Search: width>8 relu loss<0.01 tag:x"))
        self.search.setToolTip(
            _(
                "Words of the run and comparisons of knobs, loss, updates, ended, name, note, "
                "tag or pinned; - before one turns it round (Ctrl+F)"
            )
        )
        self.search.setAccessibleName(_("Search the runs"))
        self.search.setClearButtonEnabled(True)
        self.group = QPushButton(_("By setup"))
        self.group.setCheckable(True)
        self.group.setToolTip(_("Puts runs together that differ in the seed alone"))
        for widget in (self.group, self.search):
            self.bar.insert(widget)

    def _build(self) -> None:
        self.refusal = QLabel()
        self.refusal.setWordWrap(True)
        self.refusal.setTextFormat(Qt.TextFormat.PlainText)
        self.refusal.hide()
        self.usage = QLabel()
        self.usage.setTextFormat(Qt.TextFormat.PlainText)
        self.budget = QComboBox()
        self.budget.setAccessibleName(_("Room for kept runs"))
        self.budget.setToolTip(
            _(
                "What all runs may take on the disk, and never more than 5 % of what is free; "
                "the oldest that are not pinned leave first"
            )
        )
        for megabytes in BUDGETS:
            self._add_budget(megabytes)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.usage, 1)
        self._foot.addWidget(self.budget)
        left = QVBoxLayout()
        left.addWidget(self.refusal)
        left.addWidget(self.panel, 1)
        left.addLayout(self._foot)
        self._left = left
        self._board = QHBoxLayout()
        self._board.addLayout(left, 1)
        self._board.addWidget(self.pane)
        self._inner = QVBoxLayout()
        self._inner.addLayout(self._board, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addWidget(self.banner)
        whole.addLayout(self._inner, 1)

    def _add_budget(self, megabytes: int) -> None:
        text = _("keep none") if not megabytes else f"{grouped(megabytes)} MB"
        self.budget.addItem(text, megabytes)

    def _connect(self) -> None:
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: self.searched.emit(self.search.text()))
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.installEventFilter(self)
        self.group.toggled.connect(self.rows.group)
        self.list.chosen.connect(self._on_chosen)
        self.list.open_wanted.connect(self._on_open)
        self.list.delete_wanted.connect(self._on_delete)
        self.list.pin_wanted.connect(self._on_pin)
        self.pane.open_pressed.connect(self._on_open)
        self.pane.delete_pressed.connect(self._on_delete)
        self.pane.pin_pressed.connect(self._on_pin)
        self.pane.said.connect(self.said)
        self.budget.activated.connect(
            lambda _: self.budget_chosen.emit(self.budget.currentData())
        )
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self._find_key = find

    # ---- what is shown
    def show_runs(self, usage: Usage) -> None:
        """Say how full the library is, and what is wrong where no run is shown."""
        self._is_known = True
        parts = [
            ngettext("{count} run", "{count} runs", usage.runs),
            _(
                "{used} of {limit} MB",
                used=grouped(usage.bytes / 1e6, 1),
                limit=grouped(usage.limit / 1e6),
            ),
        ]
        if usage.left:
            gone = ngettext(
                "{count} has left to make room", "{count} have left to make room", usage.left
            )
            parts.append(gone)
        self.usage.setText("  ·  ".join(parts))
        if self.rows.runs:
            self.panel.show_nothing("")
        elif self.search.text().strip():
            self.panel.show_nothing(_("No run fits. Escape shows all runs again."))
        else:
            self.panel.show_nothing(
                _("No runs yet. Each run that ends in the lab, or is paused there, is kept.")
            )

    def show_refusal(self, sentence: str) -> None:
        """Say what is wrong with the search; empty where nothing is."""
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence))

    def show_budget(self, megabytes: int) -> None:
        """Show how much room there may be."""
        if self.budget.findData(megabytes) < 0:
            self._add_budget(megabytes)
        self.budget.setCurrentIndex(self.budget.findData(megabytes))

    def show_detail(self, detail: RunDetail | None) -> None:
        """Show what is known of the chosen run, if it is the one that is chosen still."""
        numbers = self.list.numbers()
        if detail is not None and numbers != [detail.entry.id]:
            return
        self.pane.show_detail(detail, len(numbers))

    def show_comparison(self, numbers: list[int], text: str) -> None:
        """Show runs compared, if they are the ones that are chosen still."""
        if numbers == self.list.numbers():
            self.pane.facts.setText(text)

    def take_keys(self) -> None:
        """Let the arrows move through the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what a person does
    def _on_chosen(self) -> None:
        numbers = self.list.numbers()
        if len(numbers) != 1:
            self.pane.show_detail(None, len(numbers))
        self.detail_wanted.emit(numbers[0] if len(numbers) == 1 else -1)
        if len(numbers) > 1:
            self.comparison_wanted.emit(numbers)

    def _on_open(self) -> None:
        numbers = self.list.numbers()
        if len(numbers) == 1:
            self.pane.finish()
            self.open_wanted.emit(numbers[0])

    def _on_delete(self) -> None:
        if numbers := self.list.numbers():
            self.pane.finish()
            self.delete_wanted.emit(numbers)

    def _on_pin(self) -> None:
        numbers = self.list.numbers()
        runs = [run for number in numbers if (run := self.rows.run(number)) is not None]
        if runs:
            self.pane.finish()
            self.pin_wanted.emit(numbers, not all(run.is_pinned for run in runs))

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def escape(self) -> bool:
        """Give up the search; False if there is none."""
        had = bool(self.search.text())
        self.search.clear()
        return had

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move from the search to the list with Down or Enter; Escape gives it up."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        if event.key() in (Qt.Key.Key_Down, *_ENTER) and self.rows.runs:
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
        self._board.setSpacing(px(GAP))
        self._left.setSpacing(px(8))
        self._foot.setSpacing(px(8))
        for widget in (self.search, self.group, self.budget):
            widget.setFont(theme.font(12))
        for label, token in ((self.usage, "muted"), (self.refusal, "negative")):
            label.setFont(theme.font(12))
            set_text_color(label, theme, token)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        px = self.theme.px
        self.pane.setFixedWidth(
            min(max(round(_SIDE * self.width()), px(_MIN_SIDE)), px(_MAX_SIDE))
        )
        spare = self.width() - px(_BUTTONS)
        self.search.setFixedWidth(min(px(380), max(px(140), spare)))
