"""LayersView: what becomes of the signal, or of the gradient, from layer to layer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QWidget

from layerlab.core.frames import GRADIENT, SIGNAL, LayerPart
from layerlab.core.translation import _, translated
from layerlab.ui.head import HeadButton
from layerlab.ui.plotting.numbers import quartiles, table_of
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.views.base import PlotView

if TYPE_CHECKING:
    from layerlab.ui.views.ridges import Ridges
    from layerlab.ui.views.variance import VariancePlot

_WORDS = {
    SIGNAL: (_("activations"), _("No hidden layers: the signal cannot vanish.")),
    GRADIENT: (_("gradients"), _("No hidden layers: the gradient cannot vanish.")),
}
_THEORY_DASHED = _("theory dashed")


class LayersView(PlotView):
    """Histograms by layer on the left, a variance by layer with its theory on the right.

    Attributes:
        kind: name of the variance that is shown.
    """

    def __init__(self, title: str, wants: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self.wants, self.kind = wants, ""
        self._what, sentence = _WORDS[wants]
        self.kind_button = HeadButton("", _("Chooses which of the variances is shown"), "▾")
        self.empty = QLabel(sentence)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plots = QWidget()
        self._row = QHBoxLayout(self._plots)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._plots)
        self._stack.addWidget(self.empty)
        self.body.addLayout(self._stack, 1)
        self.add_control(self.kind_button)
        self.kind_button.clicked.connect(self._on_kind_clicked)
        self.kind_button.hide()
        self.set_theme(self.theme)

    @cached_property
    def ridges(self) -> Ridges:
        """The histograms."""
        from layerlab.ui.views.ridges import Ridges

        ridges = Ridges(self._what)
        ridges.set_theme(self.theme)
        self._row.insertWidget(0, ridges, 11)
        self.watch(ridges)
        return ridges

    @cached_property
    def variance(self) -> VariancePlot:
        """The variance by layer."""
        from layerlab.ui.views.variance import VariancePlot

        variance = VariancePlot()
        variance.set_theme(self.theme)
        self._row.addWidget(variance, 10)
        self.watch(variance)
        return variance

    def build(self) -> None:
        """Make the plots, if there are none yet."""
        assert self.ridges is not None
        assert self.variance is not None

    def _restyle(self, theme: Theme) -> None:
        self.empty.setFont(theme.font(12))
        set_text_color(self.empty, theme, "muted")
        self._row.setSpacing(theme.px(10))
        super()._restyle(theme)

    def draw_part(self, part: LayerPart, restart: bool) -> None:
        """Draw histograms and the chosen variance."""
        depth = len(part.counts)
        self._stack.setCurrentWidget(self._plots if depth else self.empty)
        kinds = list(part.measured)
        if self.kind not in kinds:
            self.kind = kinds[0] if kinds else ""
        self.kind_button.setVisible(depth > 0 and len(kinds) > 1)
        kind = translated(self.kind)
        text = f"{kind} ▾"
        if self.kind_button.text() != text:
            self.kind_button.setText(text)
            self.kind_button.in_figure = kind
            self.kind_button.setAccessibleName(_("Variance: {kind}", kind=kind))
            self.kind_button.updateGeometry()
            self.fit_head()
        self.set_note(
            _THEORY_DASHED if depth and part.theory.get(self.kind) is not None else ""
        )
        if depth:
            self.ridges.show_part(part, restart)
            if self.kind:
                self.variance.show_part(part, self.kind, restart)

    def set_kind(self, kind: str) -> None:
        """Show another of the variances, one of the names in the part's `measured`."""
        self.kind = kind
        self.redraw()

    def kind_menu(self) -> QMenu:
        """Return a new menu of the variances there are."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        part = self.part()
        for kind in [] if part is None else part.measured:
            action = menu.addAction(translated(kind))
            action.setCheckable(True)
            action.setChecked(kind == self.kind)
            group.addAction(action)
            action.triggered.connect(lambda _=False, k=kind: self.set_kind(k))
        return menu

    def _on_kind_clicked(self) -> None:
        corner = QPoint(0, self.kind_button.height())
        self.kind_menu().popup(self.kind_button.mapToGlobal(corner))

    def numbers(self) -> str:
        """Return all variances by layer, their theory, and the share of dead units."""
        part = self.part()
        if part is None or not len(part.counts):
            return ""
        from layerlab.ui.plotting.series import columns_of, exported

        curves = [one for kind in part.measured for one in self.variance.curves(part, kind)]
        if part.dead.size:
            dead = quartiles(part.dead.T)[1]
            curves.append(exported(_("dead share median"), dead, dead, has_places=False))
        return table_of(columns_of(curves, _("layer")))


def signal_view() -> LayersView:
    """Return the view of the activations by layer."""
    return LayersView(_("Signal by layer"), SIGNAL)


def gradient_view() -> LayersView:
    """Return the view of the gradients by layer."""
    return LayersView(_("Gradient by layer"), GRADIENT)
