"""Widths: one slider for all hidden layers, or one for each."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from layerlab.core.declared import KNOBS
from layerlab.core.translation import _
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.pill import Pill
from layerlab.ui.controls.scale import number_text
from layerlab.ui.controls.slider import Slider
from layerlab.ui.scrolling import see_through
from layerlab.ui.theme import Theme

_SHOWN = 8  # layers before the list scrolls


class AllSlider(Slider):
    """The width of all layers; shows when they differ."""

    low = 0.0  # the smallest width of several; 0 where all are the same

    def texts(self, number: float) -> tuple[str, str]:
        """Return such as `8`, `neurons`, or `4 to 8`, `neurons`."""
        value, unit = super().texts(number)
        if self.low and not self.bar.isSliderDown():
            value = _("{low} to {high}", low=number_text(self.low), high=value)
        return value, unit


class WidthsEditor(Control):
    """The slider of `net.width`, and a switch that opens one slider for each layer.

    Emits `net.width` (a number) from the one, `net.hidden` (a tuple) from the others.
    Shows `net.hidden`.
    """

    def __init__(self, theme: Theme) -> None:
        """Make the editor of `net.hidden`."""
        super().__init__(KNOBS["net.hidden"], theme)
        self.all = AllSlider(KNOBS["net.width"], theme)
        self.setToolTip("")
        self.all.edited.connect(self._on_all)
        self.all.grabbed.connect(self.grabbed)
        self.all.released.connect(self.released)
        self.setFocusProxy(self.all)
        self.each = Pill(
            _("each layer"), _("Gives every hidden layer a slider of its own."), theme
        )
        self.each.setParent(self.all.header)
        self.each.toggled.connect(self._on_each)
        self.layers: list[Slider] = []
        self._count = 0  # of them that are shown
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list = QWidget()
        self._list.setObjectName("inner")
        self._column = QVBoxLayout(self._list)
        self._area.setWidget(self._list)
        see_through(self._area)
        self._area.hide()
        self.body.addWidget(self.all)
        self.body.addWidget(self._area)
        self.set_theme(theme)

    def _on_all(self, path: str, value: object) -> None:
        self.edited.emit(path, value)

    def _on_layer(self, layer: int, path: str, value: object) -> None:
        shown = self.layers[: self._count]
        widths = [round(row.bar.number) for row in shown]
        widths[layer] = int(str(value))
        self.want(tuple(widths))

    def _on_each(self, on: bool) -> None:
        hidden = self._true if isinstance(self._true, tuple) else ()
        if on:
            self._show_layers(hidden)
        self._area.setVisible(on and bool(hidden))

    def _display(self, value: Any) -> None:
        hidden = tuple(value)
        widest = max(hidden, default=8)
        self.all.low = float(min(hidden)) if hidden and min(hidden) < widest else 0.0
        self.all.setEnabled(bool(hidden))
        if hidden:
            self.all.show_value(widest)
        else:
            self.all.header.set_value(_("none"), _("linear model"))
        if self.each.isChecked():
            self._show_layers(hidden)
            self._area.setVisible(bool(hidden))

    def _show_layers(self, hidden: tuple[int, ...]) -> None:
        while len(self.layers) < len(hidden):
            row = Slider(KNOBS["net.width"], self.theme)
            row.header.set_label(_("Layer {layer}", layer=len(self.layers) + 1))
            row.bar.setAccessibleName(
                _("Width of hidden layer {layer}", layer=len(self.layers) + 1)
            )
            row.setObjectName(f"net.hidden.{len(self.layers)}")
            row.edited.connect(partial(self._on_layer, len(self.layers)))
            row.grabbed.connect(self.grabbed)
            row.released.connect(self.released)
            self._column.addWidget(row)
            self.layers.append(row)
        for i, row in enumerate(self.layers):
            row.setVisible(i < len(hidden))
            if i < len(hidden):
                row.show_value(hidden[i])
        self._count = len(hidden)
        self._fit()

    def _fit(self) -> None:
        theme, count = self.theme, self._count
        pitch = theme.px(18) + theme.px(22) + theme.px(2)
        self._area.setFixedHeight(min(count, _SHOWN) * pitch + theme.px(6))

    def _restyle(self, theme: Theme) -> None:
        self.each.stand_in(self.all.header)
        self._column.setContentsMargins(theme.px(10), theme.px(4), 0, 0)
        self._column.setSpacing(theme.px(2))
        self._fit()
