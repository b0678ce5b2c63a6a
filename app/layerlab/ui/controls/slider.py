"""Sliders: one declared number, dragged, stepped by keys or typed exactly."""

from __future__ import annotations

import math
from typing import Any

from layerlab.core.knobs import Knob
from layerlab.core.translation import _, ngettext
from layerlab.ui.controls.bar import SliderBar
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.header import Header
from layerlab.ui.controls.scale import (
    Scale,
    number_text,
    octaves,
    open_ended,
    read_number,
    scale_for,
)
from layerlab.ui.theme import Theme

# Units as they stand behind a 1.
SINGULARS = {
    _("epochs"): _("epoch"),
    _("hidden layers"): _("hidden layer"),
    _("neurons"): _("neuron"),
    _("numbers"): _("number"),
    _("parameters"): _("parameter"),
    _("pixels"): _("pixel"),
    _("points"): _("point"),
    _("shifts"): _("shift"),
    _("times"): _("time"),
    _("updates"): _("update"),
}


class Slider(Control):
    """A declared number: name, exact value (double-click or Enter types it) and slider."""

    def __init__(self, knob: Knob, theme: Theme, scale: Scale | None = None) -> None:
        """Make the row of a knob of kind `int` or `float`."""
        super().__init__(knob, theme)
        self.bar = SliderBar(scale or scale_for(knob), theme)
        self.header = Header(knob.label, theme, editable=True)
        self.header.setFocusProxy(self.bar)
        for part in (self.header, self.bar):
            part.setToolTip(knob.help)
            self.body.addWidget(part)
        self.bar.setAccessibleName(knob.label)
        self.setFocusProxy(self.bar)
        self.bar.moved.connect(self._on_moved)
        self.bar.grabbed.connect(self.grabbed)
        self.bar.released.connect(self.released)
        self.bar.typing.connect(self._on_typing)
        self.header.typed.connect(self._on_typed)
        self.set_theme(theme)

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are values."""
        return self.knob.kind != "float"

    def texts(self, number: float) -> tuple[str, str]:
        """Return the value and the unit as shown."""
        unit = self.knob.unit
        return number_text(number), SINGULARS.get(unit, unit) if number == 1 else unit

    def value_of(self, number: float) -> Any:
        """Return the spec's value for a place of the slider."""
        return round(number) if self.whole else float(number)

    def _on_moved(self, number: float) -> None:
        self._describe(number)
        self.want(self.value_of(number))

    def _on_typing(self, first: str) -> None:
        self.header.open_edit(first or None)

    def _on_typed(self, text: str) -> None:
        self.want_typed(lambda: read_number(text, self.knob.label, self.whole))

    def _display(self, value: Any) -> None:
        self.bar.set_number(float(value))
        self._describe(float(value))

    def _describe(self, number: float) -> None:
        value, unit = self.texts(number)
        self.header.set_value(value, unit)
        self.bar.setAccessibleDescription(f"{self.header.text}. {self.knob.help}")


class BatchSlider(Slider):
    """The batch: a number of points, or the whole training set at the right end."""

    def __init__(self, knob: Knob, theme: Theme, points: int = 96) -> None:
        """Make the row; `points`: size of the training set."""
        self._points = points
        super().__init__(knob, theme, _batch_scale(points))

    def set_points(self, points: int) -> None:
        """Take the size of another training set: the slider ends there."""
        if points != self._points:
            self._points = points
            self.bar.set_scale(_batch_scale(points))
            self._describe(self.bar.number)

    def texts(self, number: float) -> tuple[str, str]:
        """Return such as `32`, `of 96`."""
        points = number_text(self._points)
        if math.isinf(number):
            unit = ngettext("{count} point", "{count} points", self._points, count=points)
            return _("full"), unit
        return number_text(number), _("of {points}", points=points)

    def value_of(self, number: float) -> Any:
        """Return a whole number, or "full" at the right end."""
        return "full" if math.isinf(number) else round(number)

    def _on_typed(self, text: str) -> None:
        if text.strip().casefold() in ("full", "all", _("full").casefold()):
            self.want("full")
        else:
            super()._on_typed(text)

    def _display(self, value: Any) -> None:
        super()._display(math.inf if value == "full" else value)


def _batch_scale(points: int) -> Scale:
    return open_ended(octaves(1, max(2, points - 1)))
