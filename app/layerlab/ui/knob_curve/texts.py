"""The texts of a knob curve: in its line, under the mouse, for screen readers."""

from __future__ import annotations

from layerlab.core.knob_curve import CurvePoint, KnobCurve
from layerlab.ui.controls.slider import Slider
from layerlab.ui.plotting.scale import number


class CurveTexts:
    """The texts of one curve of one slider."""

    def __init__(self, curve: KnobCurve, slider: Slider) -> None:
        """Speak about a curve as its slider does."""
        self._curve, self._slider = curve, slider

    def spoken(self) -> str:
        """Return the whole curve in some sentences, for screen readers."""
        curve, parts = self._curve, []
        best = curve.best()
        here = None if curve.current is None else curve.at(curve.current)
        if best is not None:
            parts.append(f"Lowest at {self.reading(best.number)}")
        if here is not None and here is not best:
            parts.append(f"Now {self.reading(here.number)}")
        parts.append(f"{curve.done} of {curve.total} values are trained")
        if curve.note:
            parts.append(curve.note)
        parts.append("Left and right move through the values, Enter selects one")
        return ". ".join(parts) + "."

    def reading(self, place: float) -> str:
        """Return what is known of a value: `width 12: 0.0021 (0.0019 to 0.0030), 16 seeds`."""
        point, (text, *_) = self._curve.at(place), self.readings(place)
        if point is None or point.why or point.validation is None:
            return text
        return f"{text}; validation {number(point.validation)}"

    def readings(self, place: float) -> list[str]:
        """Return the same in one line, from long to short."""
        point, name = self._curve.at(place), self._slider.knob.label.lower()
        value = self._slider.texts(place)[0]
        if point is None:
            return [f"{name} {value}: not trained yet", f"{value}: not yet"]
        if point.why:
            return [f"{name} {value}: {point.why}", f"{value}: {point.why}"]
        short, seeds = f"{value}: {number(point.median)}", self._curve.seeds
        if seeds == 1:
            return [f"{name} {short}, 1 seed", f"{name} {short}", short]
        band = _band(point)
        return [f"{name} {short} {band}, {seeds} seeds", f"{short} {band}", short]

    def title(self, ends: tuple[float, float] | None) -> list[str]:
        """Return what is drawn, from long to short; `ends`: of the axis of the loss."""
        if ends is None:
            return ["final loss"]
        low, high = ends
        return [f"final loss  {number(low)} – {number(high)}", "final loss"]

    def state(self) -> list[str]:
        """Return how far it is, or where the least loss is; from long to short."""
        curve = self._curve
        if curve.note:
            return [curve.note, ""]
        if curve.done < curve.total:
            return [f"{curve.done} of {curve.total}", ""]
        best = curve.best()
        if best is None:
            return [""]
        value = self._slider.texts(best.number)[0]
        return [f"lowest {number(best.median)} at {value}", f"lowest at {value}", ""]


def _band(point: CurvePoint) -> str:
    return f"({number(point.low)} to {number(point.high)})"
