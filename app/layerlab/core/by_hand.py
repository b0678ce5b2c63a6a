"""What is made by hand, painted points and a drawn curve: what a stroke makes of them.

Both are flat tuples of numbers, as specs hold them: x1, x2 and class of each point, one after
another; or x and y of each vertex of the curve.
"""

from __future__ import annotations

import math
import random

Points = tuple[float, ...]
Place = tuple[float, float]

POINTS, CURVE = "points", "curve"  # what a task has of it
MAX_POINTS = 2_000
MAX_CLASSES = 6  # which have the numbers 1 to 6
LIMIT = 1.2  # of x1 and x2, and of a curve's y, to both sides
SIDE = 1.0  # of a curve's x, likewise
STEP = 0.02  # between the vertices of a curve that is drawn
DIGITS = 3


def is_within(x: float, y: float) -> bool:
    """Return whether a point lies where points can be painted."""
    return abs(x) <= LIMIT and abs(y) <= LIMIT


def count(points: Points) -> int:
    """Return the number of painted points."""
    return len(points) // 3


def sprayed(points: Points, at: Place, radius: float, more: int, label: int) -> Points:
    """Return the points with those of one touch of the brush.

    Args:
        points: (x1, x2, class) each. at: the middle of the brush.
        radius: of the brush, in the units of the axes; 0 puts one point there.
        more: how many points a brush of some radius leaves. label: their class, 1 to 6.

    Returns:
        At most `MAX_POINTS`; those that would lie outside are left out. The same points and
        place give the same again.
    """
    draw = random.Random(len(points))
    found: list[float] = []
    for _ in range(more if radius else 1):
        away, angle = radius * math.sqrt(draw.random()), 2 * math.pi * draw.random()
        x, y = at[0] + away * math.cos(angle), at[1] + away * math.sin(angle)
        if is_within(x, y):
            found += [_rounded(x), _rounded(y), float(label)]
    return (*points, *found)[: 3 * MAX_POINTS]


def erased(points: Points, at: Place, radius: float) -> Points:
    """Return the points that lie outside of a circle."""
    kept: list[float] = []
    for k in range(0, len(points), 3):
        if math.hypot(points[k] - at[0], points[k + 1] - at[1]) > radius:
            kept += points[k : k + 3]
    return tuple(kept)


def drawn(points: Points, start: Place, end: Place) -> Points:
    """Return the curve with a straight stroke of the pen, which replaces what was there.

    Args:
        points: (x, y) of each vertex. start, end: of the stroke; what lies outside is cut.

    Returns:
        Vertices by ascending x; those of the stroke lie at multiples of `STEP`.
    """
    first, last = sorted((_column(start[0]), _column(end[0])))
    kept = _without(points, first * STEP, last * STEP)
    wide = end[0] - start[0]
    for k in range(first, last + 1):
        share = 1.0 if first == last else min(1.0, max(0.0, (k * STEP - start[0]) / wide))
        y = start[1] + share * (end[1] - start[1])
        kept.append((_rounded(k * STEP), _rounded(min(LIMIT, max(-LIMIT, y)))))
    return _flat(kept)


def cut(points: Points, start: float, end: float) -> Points:
    """Return the curve without its vertices between two x: a straight line is left there."""
    low, high = sorted((start, end))
    return _flat(_without(points, low, high))


def height(points: Points, x: float) -> float:
    """Return the y of a curve at an x; that of its nearer end beyond them, 0 of none."""
    vertices = sorted(_pairs(points))
    if not vertices:
        return 0.0
    before = [v for v in vertices if v[0] <= x]
    after = [v for v in vertices if v[0] > x]
    if not before or not after:
        return (before[-1] if before else after[0])[1]
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _column(x: float) -> int:
    return round(min(SIDE, max(-SIDE, x)) / STEP)


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0  # no -0.0


def _pairs(points: Points) -> list[Place]:
    return list(zip(points[0::2], points[1::2], strict=True))


def _without(points: Points, low: float, high: float) -> list[Place]:
    room = STEP / 100  # multiples of the step are not exact
    return [v for v in _pairs(points) if not low - room <= v[0] <= high + room]


def _flat(vertices: list[Place]) -> Points:
    return tuple(number for vertex in sorted(vertices) for number in vertex)
