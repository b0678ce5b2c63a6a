"""What a stroke of brush, eraser or pen makes of the points."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.core.by_hand import (
    LIMIT,
    MAX_POINTS,
    cut,
    drawn,
    erased,
    height,
    sprayed,
)

LINE = (-1.0, -1.0, 0.0, 0.0, 1.0, 1.0)  # y = x by three vertices


def test_a_brush_leaves_points_of_its_class_within_its_circle() -> None:
    points = sprayed((), (0.3, -0.2), 0.1, 50, 4)
    assert len(points) == 150
    assert set(points[2::3]) == {4.0}
    places = zip(points[::3], points[1::3], strict=True)
    away = [math.hypot(x - 0.3, y + 0.2) for x, y in places]
    assert max(away) <= 0.1 + 0.001  # rounded to three digits
    # Even over the area: half of them within the radius over the root of two.
    assert sum(d < 0.1 / math.sqrt(2) for d in away) == pytest.approx(25, abs=11)
    assert all(round(number, 3) == number for number in points)
    assert sprayed((), (0.3, -0.2), 0.1, 50, 4) == points  # the same spec, the same points


def test_a_brush_of_no_size_puts_one_point_where_it_is() -> None:
    assert sprayed((0.0, 0.0, 1.0), (0.51234, -0.2), 0.0, 5, 2) == (
        *(0.0, 0.0, 1.0),
        *(0.512, -0.2, 2.0),
    )


def test_nothing_is_painted_outside_and_no_more_than_fits() -> None:
    assert sprayed((), (LIMIT + 0.5, 0.0), 0.1, 5, 1) == ()
    edge = sprayed((), (LIMIT, 0.0), 0.2, 200, 1)
    assert 0 < len(edge) < 600
    assert max(edge[::3]) <= LIMIT
    full = (0.1, 0.2, 1.0) * MAX_POINTS
    assert sprayed(full, (0.0, 0.0), 0.1, 5, 2) == full
    assert len(sprayed(full[3:], (0.0, 0.0), 0.1, 5, 2)) == 3 * MAX_POINTS


def test_an_eraser_takes_what_lies_in_its_circle_of_any_class() -> None:
    points = (0.0, 0.0, 1.0, 0.1, 0.0, 2.0, 0.0, 0.3, 1.0)
    assert erased(points, (0.0, 0.0), 0.2) == (0.0, 0.3, 1.0)
    assert erased(points, (1.0, 1.0), 0.2) == points


def test_a_stroke_replaces_the_curve_over_the_x_that_it_passes() -> None:
    points = drawn(LINE, (-0.1, 0.5), (0.1, 0.7))
    vertices = list(zip(points[::2], points[1::2], strict=True))
    assert vertices[0] == (-1.0, -1.0)
    assert vertices[-1] == (1.0, 1.0)
    assert [x for x, _ in vertices[1:-1]] == pytest.approx([k * 0.02 for k in range(-5, 6)])
    for x, y in vertices[1:-1]:
        assert y == pytest.approx(0.6 + x, abs=0.0011)  # the vertex at 0 is gone


@given(*[st.floats(-3, 3) for _ in range(4)])
def test_strokes_in_both_directions_are_the_same_and_stay_inside(
    a: float, b: float, c: float, d: float
) -> None:
    there, back = drawn(LINE, (a, b), (c, d)), drawn(LINE, (c, d), (a, b))
    assert there[::2] == back[::2] == tuple(sorted(there[::2]))
    assert len(set(there[::2])) == len(there[::2])
    assert max(map(abs, there[::2])) <= 1
    assert max(map(abs, there[1::2])) <= LIMIT
    if abs(a - c) > 0.05:
        assert there[1::2] == pytest.approx(back[1::2], abs=0.0011)


def test_a_pen_that_does_not_move_sets_one_vertex() -> None:
    assert drawn(LINE, (0.0, 0.4), (0.0, 0.4)) == (-1.0, -1.0, 0.0, 0.4, 1.0, 1.0)


def test_what_is_cut_becomes_a_straight_line() -> None:
    bent = drawn(LINE, (-0.2, 0.9), (0.2, 0.9))
    assert height(bent, 0.0) == pytest.approx(0.9)
    assert cut(bent, -0.2, 0.2) == (-1.0, -1.0, 1.0, 1.0)
    assert height(cut(bent, -0.2, 0.2), 0.5) == pytest.approx(0.5)


def test_a_curve_is_as_high_as_its_polyline() -> None:
    assert height(LINE, 0.25) == pytest.approx(0.25)
    assert [height(LINE, x) for x in (-2.0, 2.0)] == [-1.0, 1.0]
    assert height((), 0.3) == 0.0
