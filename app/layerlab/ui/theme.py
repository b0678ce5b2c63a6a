"""Colours, sizes and fonts: the one file that knows them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from PySide6.QtGui import QColor, QFont

from layerlab.core.figures import PRINT as PRINT_NAME


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

    @property
    def is_dark(self) -> bool:
        """Whether it writes in light colours on dark ones."""
        return QColor(self.text).lightness() > QColor(self.panel).lightness()

    def font(self, size: float = 12.5, weight: int = 400) -> QFont:
        """Return Inter with tabular figures; size in pixels at zoom 1, weight 100 to 900."""
        return QFont(_font(self.px(size), weight))

    def layer_color(self, layer: int, layers: int) -> QColor:
        """Return the colour of hidden layer `layer` (0-based) of `layers`.

        Up to four layers take the ramp's own stops; more are spaced evenly over it, so
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
    muted="#9da8b3",
    faint="#7d8b99",
    accent="#45d7f6",
    positive="#59a9ff",
    negative="#e88c3f",
    good="#4bc288",
    warning="#f2c14e",
    doubt="#e58ac0",
    on_accent="#08131a",
    point="#d5dde5",
    ramp=("#7b7bff", "#3fa9e6", "#2fc4b2", "#9ad14f"),
    classes=(
        *("#e88c3f", "#59a9ff", "#35c29d", "#e58ac0", "#f0e05a", "#807bf8", "#e0694f"),
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
    muted="#4a5763",
    faint="#606f7e",
    accent="#055f70",
    positive="#1f6bd0",
    negative="#982f00",
    good="#177d4e",
    warning="#966300",
    doubt="#b14687",
    on_accent="#ffffff",
    point="#2b3742",
    ramp=("#5b4fd6", "#1f83c7", "#11917f", "#5e9916"),
    classes=(
        *("#982f00", "#1f6bd0", "#0b8a6d", "#c0508f", "#a78600", "#514bd2", "#b84833"),
        *("#66727d", "#5b8f1e", "#8a6238"),
    ),
)
# For weak projectors, bright rooms and weak eyes.
HIGH_CONTRAST = Theme(
    name="high-contrast",
    background="#000000",
    panel="#050505",
    raised="#161616",
    line="#808080",
    grid="#3a3a3a",
    text="#ffffff",
    muted="#e2e2e2",
    faint="#b9b9b9",
    accent="#45e0ff",
    positive="#7fbcff",
    negative="#ffa45c",
    good="#5fd68c",
    warning="#ffd75e",
    doubt="#ff9fd6",
    on_accent="#000000",
    point="#ffffff",
    ramp=("#a9a9ff", "#5cc4ff", "#3fe0cc", "#b8f06a"),
    classes=(
        *("#ffa45c", "#7fbcff", "#3fd9b0", "#ff9fd6", "#fff07a", "#9a8cff", "#f0705a"),
        *("#c4ccd4", "#a6e07f", "#d9b48c"),
    ),
)
# For paper and slides: figures alone, not the window.
PRINT = replace(
    LIGHT,
    name=PRINT_NAME,
    background="#ffffff",
    raised="#f4f6f8",
    line="#9aa4ae",
    grid="#e3e8ed",
    text="#000000",
    muted="#333b43",
    faint="#5a6672",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST)}


@functools.cache
def _font(pixels: int, weight: int) -> QFont:
    """Return the font that its copies share: Qt looks its glyphs up once for all of them."""
    font = QFont("Inter")
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
