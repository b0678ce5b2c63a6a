"""What a card does for plots that can be zoomed: a chip in its head, entries of its menu."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QMenu

from layerlab.core.translation import _
from layerlab.ui.head import HeadButton
from layerlab.ui.theme import Theme

HELP = _("Shows everything again (A); until then the axes are fixed")


@runtime_checkable
class Zoomable(Protocol):
    """A plot whose part that is shown a person may choose."""

    zoomed_changed: SignalInstance

    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what is shown."""

    def reset_zoom(self) -> None:
        """Show everything again."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""


@runtime_checkable
class Fitting(Protocol):
    """A plot that can show its curves alone, as large as possible."""

    def isVisible(self) -> bool:
        """Return whether it can be seen."""

    def has_curves(self) -> bool:
        """Return whether there are any."""

    def fit_curves(self) -> None:
        """Show as much of the axes as the curves need."""


class Switchable(Protocol):
    """An axis that may be logarithmic or linear."""

    label: str
    log: bool
    can_switch: bool

    def switch(self) -> None:
        """Change between both."""


class ZoomingCard(Protocol):
    """What is known of the card."""

    @property
    def is_figure(self) -> bool:
        """Whether it is painted into a file."""

    def fit_head(self) -> None:
        """Lay out the head for what is in it now."""

    def redraw_axes(self) -> None:
        """Draw once more what another kind of axis changes."""


class CardZoom:
    """The plots of a card, and whether a person has zoomed them.

    Attributes:
        plots: in the order in which they came.
        chip: shows that a plot is zoomed, and resets it.
    """

    def __init__(self, card: ZoomingCard) -> None:
        """Serve a card that is being made."""
        self._card = card
        self.plots: list[Zoomable] = []
        self.chip = HeadButton(_("zoomed, reset"), HELP, _("reset"))
        self.chip.clicked.connect(self.reset)
        self.chip.hide()

    def watch(self, plot: Zoomable) -> None:
        """Show in the head when the user has zoomed this plot."""
        self.plots.append(plot)
        plot.zoomed_changed.connect(self.show)

    @property
    def is_zoomed(self) -> bool:
        """Whether a person chose what one of the plots shows."""
        return any(plot.is_zoomed for plot in self.plots)

    def reset(self) -> None:
        """Let all plots show everything again."""
        for plot in self.plots:
            if plot.is_zoomed:
                plot.reset_zoom()

    def show(self, *_: object) -> None:
        """Show the chip while a plot is zoomed."""
        self.chip.setVisible(self.is_zoomed and not self._card.is_figure)
        self._card.fit_head()

    def axes(self) -> list[Switchable]:
        """Return the axes that may be logarithmic or linear."""
        found: list[Switchable] = []
        for plot in self.plots:
            for name in ("x_axis", "y_axis"):
                axis: Any = getattr(plot, name, None)
                if axis is not None and axis.can_switch:
                    found.append(axis)
        return found

    def switch(self, axis: Switchable) -> None:
        """Change an axis between logarithmic and linear."""
        axis.switch()
        self._card.redraw_axes()

    def fit_curves(self) -> None:
        """Let all plots that have curves show as much as these need."""
        for plot in self.plots:
            if isinstance(plot, Fitting) and plot.isVisible() and plot.has_curves():
                plot.fit_curves()

    def fill(self, menu: QMenu) -> None:
        """Add what changes the part that is shown, and the axes."""
        if not self.plots:
            return
        menu.addSeparator()
        reset = menu.addAction(_("Show everything\tA"))
        reset.triggered.connect(self.reset)
        reset.setEnabled(self.is_zoomed)
        if any(isinstance(plot, Fitting) and plot.has_curves() for plot in self.plots):
            menu.addAction(_("Fit to curves")).triggered.connect(self.fit_curves)
        for axis in self.axes():
            action = menu.addAction(_("Logarithmic: {axis}", axis=axis.label))
            action.setCheckable(True)
            action.setChecked(axis.log)
            action.triggered.connect(lambda _=False, axis=axis: self.switch(axis))
