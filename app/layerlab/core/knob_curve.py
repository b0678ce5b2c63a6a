"""Knob curves: what every value of a knob would end in, as a slider draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CurvePoint:
    """One value of a knob, trained to the end.

    Attributes:
        number: where it stands on the slider; inf for `no limit`.
        low, median, high: quartiles of the final loss over the seeds; nan where there is none.
        validation: median loss on the held-out points, or None.
        noise_floor: expected loss of the true function, or None.
        why: why there is no loss, in a few words.
    """

    number: float
    low: float
    median: float
    high: float
    validation: float | None = None
    noise_floor: float | None = None
    why: str = ""


@dataclass(frozen=True)
class KnobCurve:
    """What is known of a curve.

    Attributes:
        points: ascending by number.
        current: the knob's own value; None where it is not on the curve.
        seeds: networks of each point.
        done, total: how many of the values that are trained by themselves are known.
        note: why it does not go on, in a few words.
    """

    points: tuple[CurvePoint, ...] = ()
    current: float | None = None
    seeds: int = 1
    done: int = 0
    total: int = 0
    note: str = ""

    def at(self, number: float) -> CurvePoint | None:
        """Return the point of a value, or None."""
        return next((point for point in self.points if point.number == number), None)

    def best(self) -> CurvePoint | None:
        """Return the point with the least median; None while there is none."""
        known = [point for point in self.points if not point.why]
        return min(known, key=lambda point: point.median, default=None)
