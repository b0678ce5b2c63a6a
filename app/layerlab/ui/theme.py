"""Colours, sizes and fonts: the one file that knows them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from PySide6.QtGui import QColor, QFont


@dataclass(frozen=True)
class Theme:
    """The tokens of one theme, at one zoom.

    Colours are hex strings; `color()` gives a QColor, with an opacity if wanted. Sizes
    are given for zoom 1 and go through `px()`.
    """

    name: str
    background: str
    panel: str
    raised: str
    line: str
    grid: str
    text: str
    muted: str
    faint: str
    accent: str
    positive: str
    negative: str
    good: str
    warning: str
    doubt: str
    on_accent: str
    point: str
    ramp: tuple[str, ...]
    classes: tuple[str, ...]
    zoom: float = 1.0

    def px(self, size: float) -> int:
        """Return a length in pixels at this zoom, at least 1."""
        return max(1, round(size * self.zoom))

    def color(self, token: str, opacity: float = 1.0) -> QColor:
        """Return the colour of a token's name (`accent`) or of a hex string."""
        color = QColor(token if token.startswith("#") else getattr(self, token))
        color.setAlphaF(opacity)
        return color

    def font(self, size: float = 12.5, weight: int = 400) -> QFont:
        """Return Inter with tabular figures; size in pixels at zoom 1, weight 100 to 900."""
        return QFont(_font(self.px(size), weight))

    def layer_color(self, layer: int, layers: int) -> QColor:
        """Return the colour of hidden layer `layer` (0-based) of `layers`.

        Up to four layers take the ramp's own stops; more are spread evenly over it, so
        that the first is always violet and the last always green.
        """
        stops = [QColor(c) for c in self.ramp]
        if layers <= len(stops):
            return stops[layer % len(stops)]
        place = layer / (layers - 1) * (len(stops) - 1)
        i = min(int(place), len(stops) - 2)
        a, b, t = stops[i], stops[i + 1], place - i
        return QColor(*(round(p + (q - p) * t) for p, q in zip(_rgb(a), _rgb(b), strict=True)))

    def class_color(self, label: int) -> QColor:
        """Return the colour of class `label` (0-based); they repeat after ten.

        Of two classes the second is positive. The first seven stay apart for
        colour-blind eyes (after Okabe and Ito, 2008).
        """
        return QColor(self.classes[label % len(self.classes)])

    def zoomed(self, zoom: float) -> Theme:
        """Return this theme at another zoom, 1.0 to 2.0."""
        return replace(self, zoom=min(2.0, max(1.0, zoom)))


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


DARK = Theme(
    name="dark",
    background="#0e1217",
    panel="#141a21",
    raised="#1b232c",
    line="#25303b",
    grid="#1e2731",
    text="#e6edf3",
    muted="#8b98a5",
    faint="#5a6673",
    accent="#35c8e6",
    positive="#5aa9ff",
    negative="#ff9d4d",
    good="#4cc38a",
    warning="#f2c14e",
    doubt="#e58ac0",
    on_accent="#08131a",
    point="#d5dde5",
    ramp=("#7b7bff", "#3fa9e6", "#2fc4b2", "#9ad14f"),
    classes=(
        *("#ff9d4d", "#5aa9ff", "#2fc4a0", "#e58ac0", "#f0e05a", "#9a86ff", "#e0694f"),
        *("#a8b3bd", "#93cf6b", "#c7a27a"),
    ),
)
LIGHT = Theme(
    name="light",
    background="#eef2f6",
    panel="#ffffff",
    raised="#f3f6f9",
    line="#d8e0e8",
    grid="#e9eef3",
    text="#15202b",
    muted="#566573",
    faint="#93a0ad",
    accent="#0891b2",
    positive="#2672d9",
    negative="#d9660a",
    good="#1f8a5b",
    warning="#a87400",
    doubt="#c0508f",
    on_accent="#ffffff",
    point="#2b3742",
    ramp=("#5b4fd6", "#1f83c7", "#11917f", "#5f9b16"),
    classes=(
        *("#d9660a", "#2672d9", "#0b8a6d", "#c0508f", "#b99500", "#6a4fd0", "#a83a26"),
        *("#66727d", "#5b8f1e", "#8a6238"),
    ),
)
THEMES = {"dark": DARK, "light": LIGHT}


@functools.cache
def _font(pixels: int, weight: int) -> QFont:
    """Return the font that its copies share: Qt looks its glyphs up once for all of them."""
    font = QFont("Inter")
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@runtime_checkable
class Themed(Protocol):
    """A widget that draws with tokens; it repaints when it is given a theme."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
