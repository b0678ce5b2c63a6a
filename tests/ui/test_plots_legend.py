"""The legend: what stands in it where there is not room for all."""

from __future__ import annotations

import pytest

from layerlab.ui.fonts import load_fonts
from layerlab.ui.plotting.legend import Key, fitting, key_widths
from layerlab.ui.theme import DARK

INK = DARK.color("text")
KEYS = (
    Key("line", INK, "training", keep=True),
    Key("line", INK, "validation"),
    Key("line", INK, "with penalties"),
    Key("line", INK, "before: width 4", brief="before", keep=True),
)


def width_of(keys):
    return sum(key_widths(keys, DARK)) + DARK.px(14) * (len(keys) - 1)


def texts(width):
    return [key.text for key in fitting(KEYS, width, DARK)]


@pytest.fixture(autouse=True)
def inter(qapp):
    load_fonts()


def test_where_there_is_room_all_is_said():
    assert fitting(KEYS, width_of(KEYS), DARK) == KEYS
    assert fitting((), 10, DARK) == ()


def test_first_names_get_brief_then_those_go_that_need_not_stay():
    full = width_of(KEYS)
    assert texts(full - 1) == ["training", "validation", "with penalties", "before"]
    brief = width_of(fitting(KEYS, full - 1, DARK))
    assert texts(brief - 1) == ["training", "validation", "before"]
    assert texts(brief - width_of(KEYS[1:3])) == ["training", "before"]
    assert texts(width_of(KEYS[:1])) == ["training"]
    assert texts(1) == []


@pytest.mark.parametrize("width", range(0, 420, 7))
def test_what_is_kept_fits(width):
    assert width_of(fitting(KEYS, width, DARK)) <= max(width, 0) or not texts(width)
