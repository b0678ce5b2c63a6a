"""The panel at the left of a page: its knobs, things to try, what to look for, the formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal

from layerlab.core.experiment import Experiment
from layerlab.core.registry import Registry
from layerlab.core.translation import _
from layerlab.ui.controls.knob_panel import KnobPanel
from layerlab.ui.controls.section import Section
from layerlab.ui.pages.formula import Formula
from layerlab.ui.pages.text import Paragraph, TryButton
from layerlab.ui.theme import Theme

_ELSEWHERE = ("numbers", "text")  # such knobs are turned in the plots, and by files


class PagePanel(KnobPanel):
    """All texts of a page, and its knobs above them.

    Signals:
        tried: place of the thing to try.
    """

    tried = Signal(int)

    def __init__(
        self, experiment: Experiment, registries: Mapping[str, Registry[Any]], theme: Theme
    ) -> None:
        """Build the panel of a page."""
        super().__init__(_("Knobs"), registries, theme)
        self._sections: list[Section] = []
        self.tries = [TryButton(thing) for thing in experiment.tries]
        self.formula = Formula(experiment.formula)
        self._fill(experiment)
        self.column.addStretch(1)
        self.setWidget(self.inner)
        self.set_theme(theme)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show every knob's value without emitting anything."""
        for name, control in self.controls.items():
            control.show_value(values[name])

    def refuse(self, name: str, sentence: str) -> bool:
        """Show under a knob why its value was refused; False: it has no control here."""
        if name in self.controls:
            self.controls[name].set_error(sentence)
        return name in self.controls

    def _fill(self, page: Experiment) -> None:
        knobs = self._section(_("Knobs"))
        for knob in page.knobs:
            if knob.kind not in _ELSEWHERE:
                knobs.main.addWidget(self.add(knob))
        tries = self._section(_("Try"))
        for place, button in enumerate(self.tries):
            button.clicked.connect(lambda _=False, place=place: self.tried.emit(place))
            tries.main.addWidget(button)
        self._section(_("Look for")).main.addWidget(Paragraph(page.look_for))
        self._section(_("Formula")).main.addWidget(self.formula)
        sources = self._section(_("Sources"), last=True)
        sources.main.addWidget(Paragraph(page.source, "muted", 11))

    def _section(self, title: str, last: bool = False) -> Section:
        section = Section(title, self.theme, last)
        section.fold.hide()  # a page has no rarer knobs
        self._sections.append(section)
        self.column.addWidget(section)
        return section
