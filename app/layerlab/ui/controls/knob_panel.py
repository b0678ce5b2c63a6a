"""A panel of knobs: the lab's, or a page's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal

from layerlab.core.knobs import Knob
from layerlab.core.registry import Registry
from layerlab.core.translation import translated
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.choice import Choice, Option, Toggle
from layerlab.ui.controls.chooser import Chooser
from layerlab.ui.controls.slider import Slider
from layerlab.ui.controls.tiles import centred, from_zero
from layerlab.ui.side import SidePanel
from layerlab.ui.theme import Theme

_TILED = {"activations": centred, "initializers": from_zero}  # registries, and their windows


class KnobPanel(SidePanel):
    """Controls that show values and emit edits; it knows no store.

    Attributes:
        controls: the control of each knob, by its path.

    Signals:
        edited: path and wanted value, for every change during a drag too.
        grabbed: path; a drag of its slider begins.
        released: path; the drag has ended.
    """

    edited = Signal(str, object)
    grabbed = Signal(str)
    released = Signal(str)

    def __init__(
        self, name: str, registries: Mapping[str, Registry[Any]], theme: Theme
    ) -> None:
        """Make an empty panel.

        Args:
            name: for screen readers. registries: the entries offered.
            theme: colours, fonts and sizes.
        """
        super().__init__(name, theme)
        self._registries = registries
        self.controls: dict[str, Control] = {}

    def add(self, knob: Knob) -> Control:
        """Return the control that turns a knob from here on; the caller places it."""
        control = self.controls[knob.path] = self.make(knob)
        control.edited.connect(self.edited)
        control.grabbed.connect(lambda: self.grabbed.emit(knob.path))
        control.released.connect(lambda: self.released.emit(knob.path))
        return control

    def make(self, knob: Knob) -> Control:
        """Return a new control for a knob: a number with both bounds, a switch, a choice."""
        if knob.kind == "bool":
            return Toggle(knob, self.theme)
        if knob.registry in _TILED:
            entries = list(self._registries[knob.registry])
            return Chooser(knob, entries, self.theme, window=_TILED[knob.registry])
        if knob.registry or knob.choices or knob.kind == "text":
            return Choice(knob, self._options(knob), self.theme)
        return Slider(knob, self.theme)

    def _options(self, knob: Knob) -> list[Option]:
        if knob.registry:
            entries = self._registries[knob.registry]
            return [(entry.key, entry.label, entry.help) for entry in entries]
        return [(choice, translated(choice), knob.help) for choice in knob.choices]
