"""Brush and pen without a window: how strokes become edits."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QObject

from layerlab.core.by_hand import height
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.ui.views import hand_tools
from layerlab.ui.views.hand_tools import ERASE, PAN, SIZES, Brush, Pen


@pytest.fixture
def root(qapp):
    return QObject()


def watched(tool):
    tool.log = []
    tool.grabbed.connect(lambda: tool.log.append("grabbed"))
    tool.released.connect(lambda: tool.log.append("released"))
    tool.edited.connect(tool.log.append)
    return tool


def test_a_stroke_begins_edits_and_ends(root):
    brush = watched(Brush(root))
    brush.begin((0.0, 0.0), False)
    brush.follow((0.5, 0.0))
    brush.end()
    assert brush.log == ["grabbed", brush.points, "released"]
    assert len(brush.points) > 9
    brush.end()
    assert brush.log[-1] == "released"
    assert len(brush.log) == 3


def test_the_next_edit_waits_until_the_last_one_is_trained(root, qtbot, monkeypatch):
    monkeypatch.setattr(hand_tools, "PATIENCE_MS", 10**8)
    brush = watched(Brush(root))
    brush.begin((0.0, 0.0), False)
    qtbot.waitUntil(lambda: len(brush.log) == 2)
    first = brush.log[1]
    brush.follow((0.2, 0.0))
    brush.follow((0.4, 0.0))
    brush.set_shown(first, False)  # a frame of a training under way
    assert len(brush.log) == 2
    brush.set_shown(first, True)
    qtbot.waitUntil(lambda: len(brush.log) == 3)
    assert brush.log[2] == brush.points  # both moves are in one edit
    brush.end()
    assert brush.log[3:] == ["released"]


def test_a_training_that_takes_long_does_not_hold_the_points_up(root, qtbot, monkeypatch):
    monkeypatch.setattr(hand_tools, "PATIENCE_MS", 1)
    brush = watched(Brush(root))
    brush.begin((0.0, 0.0), False)
    qtbot.waitUntil(lambda: len(brush.log) == 2)
    brush.follow((0.2, 0.0))
    qtbot.waitUntil(lambda: len(brush.log) == 3)
    brush.end()


@pytest.mark.parametrize("moves", [1, 7, 40])
def test_a_stroke_leaves_about_as_many_points_however_quick_it_is(root, moves):
    brush = watched(Brush(root))
    brush.resize(0)
    brush.begin((-1.0, 0.0), False)
    for k in range(moves):
        brush.follow((-1.0 + 2.0 * (k + 1) / moves, 0.0))
    brush.end()
    assert len(brush.points) // 3 == pytest.approx(2.0 / hand_tools.APART + 1, abs=1)


def test_points_in_force_do_not_disturb_a_stroke(root):
    brush = watched(Brush(root))
    brush.begin((0.0, 0.0), False)
    painted = brush.points
    brush.set_points(())
    assert brush.points == painted
    brush.clear()
    assert brush.points == painted
    brush.end()
    brush.set_points((0.1, 0.1, 2.0))
    assert brush.points == (0.1, 0.1, 2.0)
    brush.clear()
    assert brush.log[-3:] == ["grabbed", (), "released"]


def test_a_stroke_that_is_dropped_edits_nothing_more(root, qtbot):
    brush = watched(Brush(root))
    brush.begin((0.0, 0.0), False)
    brush.drop()
    assert brush.log == ["grabbed", "released"]
    brush.end()
    with qtbot.assertNotEmitted(brush.edited, wait=3 * hand_tools.EDIT_MS):
        pass


def test_the_eraser_is_never_too_small_to_hit(root):
    brush = watched(Brush(root))
    brush.resize(0)
    brush.choose(ERASE)
    brush.set_points((0.0, 0.0, 1.0, 0.5, 0.5, 2.0))
    brush.begin((0.0, 0.03), False)
    brush.end()
    assert brush.points == (0.5, 0.5, 2.0)
    assert brush.radius(False) == 0
    brush.resize(9)
    assert brush.radius(False) == brush.radius(True) == SIZES[-1]
    brush.choose(PAN)
    assert not brush.is_chosen


def test_a_pen_that_swings_back_replaces_what_it_drew(root):
    pen = watched(Pen(root))
    pen.begin((-0.5, 0.0), False)
    for place in ((0.5, 0.0), (0.0, 1.0)):
        pen.follow(place)
    pen.end()
    assert height(pen.points, -0.25) == 0
    assert height(pen.points, 0.25) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "points",
    [(0.1, 11.0), (-10.5,), (0.1, math.nan), (math.inf,), (0.1, True), (0.1, "a"), (None,)],
)
def test_numbers_out_of_range_are_refused_with_their_place(points):
    with pytest.raises(LabError, match=rf"task.points\[{len(points) - 1}\]"):
        KNOBS["task.points"].check(points)


def test_numbers_within_the_range_are_taken():
    KNOBS["task.points"].check((1, -10.0, 10.0, 0.5) * 100)
    KNOBS["task.points"].check(())
