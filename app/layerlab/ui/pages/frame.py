"""The frame of a page: bar, panel, banner, figures, plots, claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from layerlab.core.experiment import ClaimRow, Experiment
from layerlab.core.registry import Registry
from layerlab.core.translation import _
from layerlab.ui.banner import Banner
from layerlab.ui.controls.gauges import Readouts
from layerlab.ui.controls.paint import paint_panel
from layerlab.ui.pages.bar import PageBar
from layerlab.ui.pages.claims import ClaimsCard
from layerlab.ui.pages.knobs import PagePanel
from layerlab.ui.pages.view import PageView
from layerlab.ui.pages.workbar import WorkBar
from layerlab.ui.readouts import Readout
from layerlab.ui.scrolling import overlay_bar, see_through
from layerlab.ui.stage import EDGE, GAP
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_CLAIMS_SHARE = 0.3  # of the height, at most, where more claims than one row are there


class KeyFigures(Themed, QFrame):
    """The most important numbers, in a line above the plots, or in two."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty line."""
        super().__init__()
        self.theme = theme
        self.readouts = Readouts(theme, most_rows=2)
        self._line = QHBoxLayout(self)
        self._line.addWidget(self.readouts, 1)
        self.work = WorkBar(theme)
        self._line.addWidget(self.work)

    def show_work(self, under_way: bool, text: str, share: float, stopped: bool) -> None:
        """Show how far the longer work of the page is; nothing once it is done."""
        if under_way:
            self.work.show_work(text, share, stopped)
        else:
            self.work.hide()

    def _restyle(self, theme: Theme) -> None:
        self._line.setContentsMargins(theme.px(16), 0, theme.px(14), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)


class Board(Themed, QScrollArea):
    """Figures, plots and claims, one below the other; scrolls where they do not fit."""

    def __init__(self, figures: KeyFigures, view: PageView, claims: ClaimsCard) -> None:
        """Stack the three."""
        super().__init__()
        self._figures, self._view, self._claims = figures, view, claims
        self.theme = view.theme
        self._bar = overlay_bar(self, _("Plots"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("board")
        self._column = QVBoxLayout(inner)
        self._column.addWidget(figures)
        self._column.addWidget(view, 1)
        self._column.addWidget(claims)
        self.setWidget(inner)
        see_through(self)

    def _restyle(self, theme: Theme) -> None:
        edge, gap = theme.px(EDGE), theme.px(GAP)
        self._column.setContentsMargins(edge, edge, edge, gap)
        self._column.setSpacing(gap)
        self.fit()

    def fit(self) -> None:
        """Give the claims the rows for which there is room."""
        self._claims.setFixedHeight(
            self._claims.height_for(round(_CLAIMS_SHARE * self.height()))
        )
        self._bar.place(self.theme.px(10), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys to the window."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the height."""
        super().resizeEvent(event)
        self.fit()


class PageFrame(QWidget):
    """All of a page: it shows values and results, and knows no model.

    Attributes:
        bar, panel, banner, figures, view, claims: its parts.
    """

    def __init__(
        self,
        experiment: Experiment,
        view: PageView,
        registries: Mapping[str, Registry[Any]],
        theme: Theme,
        has_lab: bool,
        has_torch: bool = False,
    ) -> None:
        """Build the page.

        Args:
            experiment: its declaration. view: its plots.
            registries: entries of the choices. theme: colours, fonts and sizes.
            has_lab: whether the lab can show the same.
            has_torch: whether there is a program of PyTorch to copy.
        """
        super().__init__()
        self.setObjectName(f"page-{experiment.key}")
        self.bar = PageBar(
            experiment.title,
            theme,
            has_lab,
            has_torch=has_torch,
            in_lab=experiment.in_lab,
        )
        self.panel = PagePanel(experiment, registries, theme)
        self.banner = Banner()
        self.figures = KeyFigures(theme)
        self.view = view
        self.claims = ClaimsCard()
        self.board = Board(self.figures, view, self.claims)
        view.maximised.connect(self._on_maximised)
        self.claims.maximise_requested.connect(self._on_claims_maximised)
        self._claims_large = False
        right = QVBoxLayout()
        right.addWidget(self.banner)
        right.addWidget(self.board, 1)
        below = QHBoxLayout()
        below.addWidget(self.panel)
        below.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.addWidget(self.bar)
        whole.addLayout(below, 1)
        for layout in (whole, below, right):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)

    def show_result(
        self, values: Mapping[str, Any], result: Any, rows: Sequence[ClaimRow]
    ) -> None:
        """Draw what was computed for these knobs."""
        self.view.show_result(values, result)
        found = self.view.figures(result)
        self.figures.setVisible(bool(found) and not self._claims_large)
        self.figures.readouts.set_readouts([Readout(*figure) for figure in found])
        self.claims.show_rows(rows)
        if not rows:
            self.claims.hide()
        if not self._claims_large:
            self.board.fit()

    def escape(self) -> bool:
        """Bring back what a maximised card hides; False if nothing is hidden."""
        if self._claims_large:
            self._on_claims_maximised()
            return True
        return self.view.toggle_maximised(None)

    def _on_maximised(self, on: bool) -> None:
        self.figures.setVisible(not on and bool(self.view.figures(self.view.result)))
        self.claims.setVisible(not on and bool(self.claims.rows))

    def _on_claims_maximised(self) -> None:
        self._claims_large = not self._claims_large
        self.view.setVisible(not self._claims_large)
        self.figures.setVisible(not self._claims_large)
        self.claims.set_maximised(self._claims_large)
        if self._claims_large:
            self.claims.setMinimumHeight(0)
            self.claims.setMaximumHeight(16_777_215)
        else:
            self.board.fit()
