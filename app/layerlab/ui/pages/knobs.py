"""The panel at the left of a page: its knobs, things to try, what to look for, the formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal

from layerlab.core.experiment import Experiment
from layerlab.core.knobs import Knob
from layerlab.core.registry import Registry
from layerlab.core.translation import _, translated
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.choice import Choice, Toggle
from layerlab.ui.controls.chooser import Chooser
from layerlab.ui.controls.section import Section
from layerlab.ui.controls.slider import Slider
from layerlab.ui.controls.tiles import centred, from_zero
from layerlab.ui.pages.formula import Formula
from layerlab.ui.pages.text import Paragraph, TryButton
from layerlab.ui.side import SidePanel
from layerlab.ui.theme import Theme

_WINDOWS = {"activations": centred, "initializers": from_zero}
_ELSEWHERE = ("numbers", "text")  # such knobs are turned in the plots, and by files


def control_for(knob: Knob, registries: Mapping[str, Registry[Any]], theme: Theme) -> Control:
    """Return the control that turns a page's knob.

    Args:
        knob: a number with both bounds, a switch, or a choice of a registry or of words.
        registries: entries by the name of their registry.
        theme: colours, fonts and sizes.
    """
    if knob.kind == "bool":
        return Toggle(knob, theme)
    if knob.registry in _WINDOWS:
        entries = list(registries[knob.registry])
        return Chooser(knob, entries, theme, window=_WINDOWS[knob.registry])
    if knob.registry:
        entries = list(registries[knob.registry])
        return Choice(knob, [(e.key, e.label, e.help) for e in entries], theme)
    if knob.choices:
        return Choice(
            knob, [(word, translated(word), knob.help) for word in knob.choices], theme
        )
    return Slider(knob, theme)


class PagePanel(SidePanel):
    """All texts of a page, and its knobs above them.

    Signals:
        edited: knob and wanted value, for every change during a drag too.
        grabbed, released: knob; a drag of its slider begins, has ended.
        tried: place of the thing to try.
    """

    edited = Signal(str, object)
    grabbed = Signal(str)
    released = Signal(str)
    tried = Signal(int)

    def __init__(
        self, experiment: Experiment, registries: Mapping[str, Registry[Any]], theme: Theme
    ) -> None:
        """Build the panel of a page."""
        super().__init__(_("Knobs"), theme)
        self.controls: dict[str, Control] = {}
        self._sections: list[Section] = []
        self.tries = [TryButton(thing) for thing in experiment.tries]
        self.formula = Formula(experiment.formula)
        self._fill(experiment, registries)
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

    def _fill(self, page: Experiment, registries: Mapping[str, Registry[Any]]) -> None:
        knobs = self._section(_("Knobs"))
        for knob in page.knobs:
            if knob.kind not in _ELSEWHERE:
                knobs.main.addWidget(self._add(knob, registries))
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

    def _add(self, knob: Knob, registries: Mapping[str, Registry[Any]]) -> Control:
        control = control_for(knob, registries, self.theme)
        control.edited.connect(self.edited)
        control.grabbed.connect(lambda: self.grabbed.emit(knob.path))
        control.released.connect(lambda: self.released.emit(knob.path))
        self.controls[knob.path] = control
        return control
