"""Widgets hand a theme to all in them, each once."""

import itertools

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from layerlab.ui.card import Card
from layerlab.ui.theme import DARK, LIGHT
from layerlab.ui.themed import Themed, theme_below

seen: list[str] = []


class Noted(Themed, QLabel):
    """Notes each time that it is styled."""

    def _restyle(self, theme) -> None:
        seen.append(f"{self.text()} {theme.name}")


def nested(qtbot, *names):
    """Return widgets, each in a plain one in the one before."""
    seen.clear()
    widgets = [Noted(name) for name in names]
    for outer, inner in itertools.pairwise(widgets):
        plain = QWidget(outer)
        QVBoxLayout(plain).addWidget(inner)
    qtbot.addWidget(widgets[0])
    return widgets


def test_a_theme_goes_down_innermost_first(qtbot) -> None:
    outer, _, inner = nested(qtbot, "outer", "middle", "inner")
    outer.set_theme(LIGHT)
    assert seen == ["inner light", "middle light", "outer light"]
    assert inner.theme is LIGHT


def test_what_has_the_theme_is_not_styled_again_but_what_came_since_is(qtbot) -> None:
    outer, middle, _ = nested(qtbot, "outer", "middle", "inner")
    middle.set_theme(LIGHT)
    late = Noted("late", middle)
    seen.clear()
    outer.set_theme(LIGHT)
    assert seen == ["late light", "outer light"]
    assert late.theme is LIGHT
    seen.clear()
    outer.set_theme(LIGHT)  # what is asked for itself is done
    assert seen == ["outer light"]


def test_what_is_left_out_keeps_its_theme_with_all_in_it(qtbot) -> None:
    outer, middle, inner = nested(qtbot, "outer", "middle", "inner")
    outer.set_theme(DARK)
    seen.clear()
    theme_below(outer, LIGHT, {middle.parentWidget()})
    assert seen == []
    assert inner.theme is DARK


class Late(Card):
    """Makes what it styles after the card is made."""

    def __init__(self) -> None:
        super().__init__("Late")
        self.label = QLabel("words")
        self.body.addWidget(self.label)

    def _restyle(self, theme) -> None:
        super()._restyle(theme)
        self.label.setFont(theme.font(30))


def test_a_card_is_made_before_what_its_subclass_adds_is_styled(qtbot) -> None:
    card = Late()
    qtbot.addWidget(card)
    card.set_theme(LIGHT.zoomed(2.0))
    assert card.label.font().pixelSize() == 60
