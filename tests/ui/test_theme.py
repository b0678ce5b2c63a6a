"""The colours: readable on every ground, apart for colour-blind eyes too."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from layerlab.core.themes import THEME_NAMES
from layerlab.ui.import_sheet.grid import chosen_ground
from layerlab.ui.theme import THEMES, Theme

GROUNDS = ("background", "panel", "raised")
TEXTS = (
    *("text", "muted", "faint", "accent", "good", "warning", "doubt", "positive", "negative"),
    "point",
)
# Those that mean something by their hue alone.
HUES = ("accent", "good", "warning", "doubt", "positive", "negative")
TEXT_RATIO, LINE_RATIO = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
HIGH_RATIO = 7.0  # 1.4.6
# Distances in CIELAB: below 2.3 two patches look the same side by side.
APART = 10.0
# Machado, Oliveira and Fernandes 2009, for eyes that lack one kind of cone; linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: str) -> np.ndarray:
    """Return the linear RGB of `#rrggbb`, 0 to 1."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """Return the ratio of luminances as WCAG defines it, 1 to 21."""
    dark, light = sorted(float(XYZ[1] @ linear(color)) for color in (a, b))
    return (light + 0.05) / (dark + 0.05)


def lab(color: str, seen: np.ndarray) -> np.ndarray:
    """Return the CIELAB coordinates of a colour as eyes see it."""
    t = XYZ @ np.clip(seen @ linear(color), 0, 1) / WHITE
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def too_close(colors: tuple[str, ...]) -> list[str]:
    """Return the pairs that some eyes confuse."""
    return [
        f"{a} {b}, {kind}: {distance:.1f}"
        for kind, seen in BLINDNESS.items()
        for a, b in itertools.combinations(colors, 2)
        if (distance := float(np.linalg.norm(lab(a, seen) - lab(b, seen)))) < APART
    ]


def test_the_measures_are_those_of_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lab("#ff0000", np.eye(3)) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert too_close(("#ff0000", "#fe0101")) != []
    # Red and green of one lightness: only eyes with all cones distinguish them.
    confused = {line.split(", ")[1].split(":")[0] for line in too_close(("#b5513c", "#7b7134"))}
    assert "none" not in confused
    assert "deuteranopia" in confused


def test_every_theme_has_its_name() -> None:
    assert tuple(THEMES) == THEME_NAMES
    assert [theme.name for theme in THEMES.values()] == list(THEME_NAMES)
    assert [theme.is_dark for theme in THEMES.values()] == [True, False, True]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_texts_are_readable(theme: Theme) -> None:
    least = HIGH_RATIO if theme.name == "high-contrast" else TEXT_RATIO
    ratios = {
        f"{token} on {ground}": contrast(getattr(theme, token), getattr(theme, ground))
        for token in TEXTS
        for ground in GROUNDS
    }
    ratios["on_accent"] = contrast(theme.on_accent, theme.accent)
    assert {what: round(ratio, 2) for what, ratio in ratios.items() if ratio < least} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_texts_of_a_tables_current_column_are_readable(theme: Theme) -> None:
    least = HIGH_RATIO if theme.name == "high-contrast" else TEXT_RATIO
    ground = chosen_ground(theme).name()
    ratios = {t: contrast(getattr(theme, t), ground) for t in ("text", "muted", "accent")}
    assert {token: ratio for token, ratio in ratios.items() if ratio < least} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_and_points_are_seen(theme: Theme) -> None:
    ratios = {
        f"{color} on {ground}": contrast(color, getattr(theme, ground))
        for color in (*theme.ramp, *theme.classes)
        for ground in GROUNDS
    }
    if theme.name == "high-contrast":  # there the edges of cards and controls too
        ratios["line"] = contrast(theme.line, theme.raised)
    assert {what: round(ratio, 2) for what, ratio in ratios.items() if ratio < LINE_RATIO} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_colour_blind_eyes_distinguish_them(theme: Theme) -> None:
    assert too_close(tuple(getattr(theme, token) for token in HUES)) == []
    assert too_close(theme.classes[:7]) == []
    assert theme.classes[:2] == (theme.negative, theme.positive)
