"""The lab's window: rail, top bar, controls and views. It knows no store and no engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from layerlab.core import frames
from layerlab.core.frames import Frame
from layerlab.core.presets import Preset
from layerlab.core.registry import Registry
from layerlab.core.translation import _
from layerlab.ui.advice import Foot
from layerlab.ui.banner import Banner
from layerlab.ui.card import Card
from layerlab.ui.commands import Commands
from layerlab.ui.controls.panel import ControlPanel
from layerlab.ui.diagram.view import DiagramView
from layerlab.ui.icons import window_icon
from layerlab.ui.qt_names import import_pyqtgraph
from layerlab.ui.rail import Rail
from layerlab.ui.readouts import readouts
from layerlab.ui.stage import Stage
from layerlab.ui.style import apply_style, apply_theme
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed
from layerlab.ui.topbar import TopBar
from layerlab.ui.try_these import TryThese
from layerlab.ui.views.layers import gradient_view, signal_view
from layerlab.ui.views.loss import LossView
from layerlab.ui.views.prediction import PredictionView


def _style(theme: Theme) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # no widget lives without it
    apply_style(app, theme)


class LabWindow(Themed, QMainWindow):
    """All of the lab's widgets, and how they share the space.

    Signals:
        parts_changed(): other views are visible now, see `wanted`.
        key_pressed(name): one of `play`, `step`, `reset`, `finish`, `new_seed`,
            `best_seed`, `worst_seed`.
        escaped(): Escape was pressed on another page than the lab.
        dropped(path): a file was dropped on the window.
        closing(): the window goes away.
        painted(): the window has been painted for the first time.
    """

    parts_changed = Signal()
    key_pressed = Signal(str)
    escaped = Signal()
    dropped = Signal(str)
    closing = Signal()
    painted = Signal()

    def __init__(
        self, registries: Mapping[str, Registry[Any]], presets: Sequence[Preset], theme: Theme
    ) -> None:
        super().__init__()
        self.setWindowTitle("Layerlab")
        self.setWindowIcon(window_icon())
        self.setAcceptDrops(True)
        self.theme = theme
        _style(theme)  # before there are widgets, each of which would be styled again
        self.may_close: Callable[[], bool] = lambda: True  # asked before it goes away
        self._maximised: Card | None = None
        self._is_painted = False
        self._early: Frame | None = None  # came before there was anything to see
        self._are_built = False  # the plots
        self._outdated: set[QWidget] = set()  # pages that have another theme
        self.rail = Rail(theme)
        self.topbar = TopBar(theme)
        self.rail.add_page("lab", _("Lab"), "lab")
        self.rail.add_page("gallery", _("Gallery"), "gallery")
        self.rail.add_page("claims", _("Claims"), "claims")
        self.rail.add_page("runs", _("Runs"), "runs")
        self.banner = Banner()
        self.panel = ControlPanel(registries, theme)
        self.try_these = TryThese(presets)
        self.foot = Foot(self.try_these)
        self.stage = Stage()
        self.diagram = DiagramView()
        self.prediction = PredictionView()
        self.signal, self.gradient = signal_view(), gradient_view()
        self.loss = LossView()
        self.views: tuple[Any, ...] = (
            self.prediction,
            self.loss,
            self.diagram,
            self.signal,
            self.gradient,
        )
        self._build()
        self.commands = Commands(self)
        self.engine_menu, self.kept_menu = QMenu(_("Engine"), self), QMenu(_("Kept labs"), self)
        self.recent_menu = QMenu(_("Recent files"), self)
        menu = QMenu(self)
        below = {
            "open": self.recent_menu,
            "finish": self.engine_menu,
            "paste_table": self.kept_menu,
        }
        self.commands.fill(menu, below)
        self.topbar.menu_button.setMenu(menu)
        for view in self.views:
            view.maximise_requested.connect(lambda v=view: self.toggle_maximised(v))
        toggles = self.prediction.seed_toggle, self.loss.seed_toggle
        for one, other in (toggles, toggles[::-1]):
            one.toggled.connect(other.setChecked)
        apply_theme(self, theme)

    def _build(self) -> None:
        stage = self.stage
        stage.add(0, self.diagram, 6, 270)
        stage.add(0, self.prediction, 7, 300)
        stage.add(0, self.foot)
        for view, stretch in ((self.signal, 20), (self.gradient, 20), (self.loss, 21)):
            stage.add(1, view, stretch, 210)
        views = self._views = QVBoxLayout()
        views.addWidget(self.banner)  # stays while the stage scrolls
        views.addWidget(stage, 1)
        below = QHBoxLayout()
        below.addWidget(self.panel)
        below.addLayout(views, 1)
        lab = QWidget()
        page = QVBoxLayout(lab)
        page.addWidget(self.topbar)
        page.addLayout(below, 1)
        whole = QWidget()
        whole.setObjectName("lab")
        row = QHBoxLayout(whole)
        row.addWidget(self.rail)
        self.pages = QStackedWidget()  # the lab, and what others add to it
        self.pages.addWidget(lab)
        row.addWidget(self.pages, 1)
        for layout in (row, page, below, views):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(whole)

    def add_banner(self, banner: Banner) -> None:
        """Put one more banner above the lab's own, which others replace and close."""
        self._views.insertWidget(0, banner)
        banner.set_theme(self.theme)

    # ---- look

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from the theme, everywhere."""
        self.theme = theme
        _style(theme)
        # Hidden ones take it when they are shown.
        pages = map(self.pages.widget, range(self.pages.count()))
        shown = self.pages.currentWidget()
        self._outdated = {page for page in pages if page is not None and page is not shown}
        apply_theme(self, theme, self._outdated)

    def fit_screen(self) -> None:
        """Be no larger than the screen, frame and all, such as a projector's, and on it."""
        if self.isMaximized() or self.isFullScreen():
            return
        free, outer = self.screen().availableGeometry(), self.frameGeometry()
        frame = outer.size() - self.size()
        self.resize(self.size().boundedTo(free.size() - frame))
        outer = self.frameGeometry()
        # Its top left corner first: there are the buttons that close and move it.
        x = max(free.left(), min(outer.left(), free.right() + 1 - outer.width()))
        y = max(free.top(), min(outer.top(), free.bottom() + 1 - outer.height()))
        if (x, y) != (outer.left(), outer.top()):
            self.move(x, y)

    def toggle_maximised(self, card: Card) -> None:
        """Let one view fill the place of all, or bring the others back."""
        self._maximised = None if self._maximised is card else card
        for view in self.views:
            view.setVisible(self._maximised in (None, view))
            view.set_maximised(self._maximised is view)
        self.stage.show_only(self._maximised)
        self.foot.setVisible(self._maximised is None)
        self.parts_changed.emit()

    def show_page(self, page: QWidget | None) -> None:
        """Show a page instead of the lab; None brings the lab back."""
        if page is not None and self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        shown = self.pages.widget(0) if page is None else page
        assert shown is not None  # the lab is the first page
        self.pages.setCurrentWidget(shown)
        if shown in self._outdated:
            self._outdated.remove(shown)
            apply_theme(shown, self.theme)
            if isinstance(shown, Themed):
                shown.set_theme(self.theme)
        self.parts_changed.emit()

    @property
    def is_lab_shown(self) -> bool:
        """Whether the lab is what one sees."""
        return self.pages.currentIndex() == 0

    def wanted(self) -> set[str]:
        """Return the parts that the visible views draw."""
        return {view.wants for view in self.views if self._is_shown(view)} | {frames.LOSS}

    def _is_shown(self, view: Card) -> bool:
        return self.is_lab_shown and self._maximised in (None, view)

    # ---- frames

    def draw(self, frame: Frame) -> None:
        """Draw a frame on every visible view; the first one after the window was painted."""
        if self.isVisible() and not self._is_painted:
            self._early = frame
            return
        self.build_views()
        for view in self.views:
            if self._is_shown(view) and getattr(frame, view.wants) is not None:
                view.draw(frame)

    def hold_axes(self, on: bool) -> None:
        """Let the views' axes only grow from one run to the next, or restart with each."""
        for view in self.views:
            view.holds_axes = on

    def show_readouts(self, frame: Frame) -> None:
        """Show the figures of a frame in the top bar."""
        self.topbar.set_readouts(readouts(frame, self.loss.threshold))

    def look_at_one(self) -> None:
        """Draw the shown seed alone, over the median of all."""
        self.loss.seed_toggle.setChecked(True)

    def reset_zoom(self) -> None:
        """Show everything in the card under the mouse again; if it is not zoomed, in all."""
        cards = [c for c in self.findChildren(Card) if c.isVisible() and c.is_zoomed]
        under = [card for card in cards if card.underMouse()]
        for card in under or cards:
            card.reset_zoom()

    # ---- events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Report once that the window can be seen, when all of it is painted."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self._on_painted)

    def build_views(self) -> None:
        """Make the plots, if there are none yet."""
        if self._are_built:
            return
        self._are_built = True
        import_pyqtgraph()
        for view in self.views:
            view.build()
        from layerlab.ui.plotting.linking import AxisLink  # which brings pyqtgraph

        # Layers are counted to the right beside, and downwards in, the histograms.
        AxisLink(0, self.signal.variance, self.gradient.variance)
        AxisLink(1, self.signal.ridges, self.gradient.ridges)

    def _on_painted(self) -> None:
        """Make the plots, then let the threads begin, and draw what has come meanwhile.

        In this order: while they import what they need, everything here would take twice as
        long.
        """
        self.build_views()
        self.painted.emit()
        if self._early is not None:
            self.draw(self._early)
            self._early = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the plain keys that no focused control had a use for."""
        names = {
            Qt.Key.Key_Space: "play",
            Qt.Key.Key_Right: "step",
            Qt.Key.Key_R: "reset",
            Qt.Key.Key_F: "finish",
            Qt.Key.Key_N: "new_seed",
            Qt.Key.Key_B: "best_seed",
            Qt.Key.Key_W: "worst_seed",
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_A and not event.modifiers():
            self.reset_zoom()
        elif not self.is_lab_shown:
            if key == Qt.Key.Key_Escape:
                self.escaped.emit()
        elif key == Qt.Key.Key_Escape and self._maximised is not None:
            self.toggle_maximised(self._maximised)
        elif self.prediction.take_key(key, event.modifiers()):
            event.accept()
        elif key in names and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if key == Qt.Key.Key_Right or not event.isAutoRepeat():
                self.key_pressed.emit(names[key])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a single file."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped file."""
        self.dropped.emit(event.mimeData().urls()[0].toLocalFile())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, or stay open."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)
