"""The legend: a curve without a name must not be, whatever room there is."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QRectF

from layerlab.ui.fonts import load_fonts
from layerlab.ui.plotting.legend import GAP, NARROW_GAP, LegendEntry, key_widths, lay_legend
from layerlab.ui.theme import DARK

INK = DARK.color("text")
KEYS = (
    LegendEntry("line", INK, "training"),
    LegendEntry("line", INK, "validation"),
    LegendEntry("line", INK, "with penalties"),
    LegendEntry("line", INK, "before: width 4", brief="before"),
)
NAMES = ("half mean squared error", "half MSE")


def width_of(keys):
    return sum(key_widths(keys, DARK)) + DARK.px(GAP) * (len(keys) - 1)


def laid(width, names=("", ""), most=3, right=False):
    first = QRectF(0, 0, width, DARK.px(14))
    return lay_legend(names, KEYS, first, DARK, right=right, most=most)


def texts(rows):
    return [[key.text for key, _ in row] for row in rows]


@pytest.fixture(autouse=True)
def inter(qapp):
    load_fonts()


def test_where_there_is_room_all_is_shown_in_one_row():
    assert texts(laid(width_of(KEYS))) == [[key.text for key in KEYS]]


def test_names_get_brief_before_a_second_row_is_begun():
    name = LegendEntry("text", INK, NAMES[0])
    whole = width_of((name, *KEYS))
    assert texts(laid(whole, NAMES))[0][0] == NAMES[0]
    assert texts(laid(whole - 1, NAMES)) == [[NAMES[1], *(key.text for key in KEYS)]]
    assert texts(laid(width_of(KEYS) - 1)) == [
        ["training", "validation", "with penalties", "before"]
    ]
    assert len(laid(width_of(KEYS) / 1.6)) == 2


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("width", range(150, 600, 9))
@pytest.mark.parametrize("right", [False, True])
def test_no_curve_loses_its_name_and_none_lies_on_another(width, most, right):
    rows = laid(width, NAMES, most, right)
    assert len(rows) <= most + 1  # one more rather than a name that is cut
    found = [key for row in rows for key, _ in row]
    inks = [key for key in found if key.form == "line"]
    assert len(inks) == len(KEYS)
    assert all(key.text[:2] == known.text[:2] for key, known in zip(inks, KEYS, strict=True))
    for row in rows:
        boxes = [box for _, box in row]
        assert all(a.right() < b.left() for a, b in itertools.pairwise(boxes))
        assert boxes[-1].right() <= width + 1


def test_the_axis_name_stays_at_its_axis():
    rows = laid(600, NAMES, right=True)
    (name, box), *others = rows[0]
    assert name.text == NAMES[0]
    assert box.left() == 0
    assert others[-1][1].right() == pytest.approx(600)


def test_entries_stand_closer_rather_than_that_the_axis_loses_its_name():
    brief = (LegendEntry("text", INK, NAMES[1]), *KEYS[:3], LegendEntry("line", INK, "before"))
    close = sum(key_widths(brief, DARK)) + DARK.px(NARROW_GAP) * (len(brief) - 1)
    rows = laid(close / 2 + 12, NAMES, most=2)
    assert rows[0][0][0].text == NAMES[1]
    assert len(rows) <= 3
    assert len(texts(rows)[0]) > 1
