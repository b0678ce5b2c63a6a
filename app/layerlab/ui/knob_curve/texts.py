"""The texts of a knob curve: in its line, under the mouse, for screen readers."""

from __future__ import annotations

from layerlab.core.knob_curve import CurvePoint, KnobCurve
from layerlab.core.translation import _, ngettext
from layerlab.ui.controls.slider import Slider
from layerlab.ui.plotting.scale import number

_FINAL_LOSS = _("final loss")


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
            parts.append(_("Lowest: {reading}.", reading=self.reading(best.number)))
        if here is not None and here is not best:
            parts.append(_("Now: {reading}.", reading=self.reading(here.number)))
        parts.append(
            _("{done} of {total} values are trained.", done=curve.done, total=curve.total)
        )
        if curve.note:
            parts.append(f"{curve.note}.")
        parts.append(_("Left and right move through the values, Enter selects one."))
        return " ".join(parts)

    def reading(self, place: float) -> str:
        """Return what is known of a value: `Width 12: 0.0021 (0.0019 to 0.0030), 16 seeds`."""
        point, text = self._curve.at(place), self.readings(place)[0]
        if point is None or point.why or point.validation is None:
            return text
        return _("{reading}; validation {loss}", reading=text, loss=number(point.validation))

    def readings(self, place: float) -> list[str]:
        """Return the same in one line, from long to short."""
        point, name = self._curve.at(place), self._slider.knob.label
        value = self._slider.texts(place)[0]
        if point is None:
            return [
                _("{knob} {setting}: not trained yet", knob=name, setting=value),
                _("{setting}: not yet", setting=value),
            ]
        if point.why:
            return [f"{name} {value}: {point.why}", f"{value}: {point.why}"]
        short, seeds = f"{value}: {number(point.median)}", self._curve.seeds
        band = "" if seeds == 1 else f" {_band(point)}"
        whole = ngettext(
            "{reading}, {count} seed",
            "{reading}, {count} seeds",
            seeds,
            reading=f"{name} {short}{band}",
        )
        return [whole, f"{name} {short}" if seeds == 1 else f"{short}{band}", short]

    def title(self, ends: tuple[float, float] | None) -> list[str]:
        """Return what is drawn, from long to short; `ends`: of the axis of the loss."""
        if ends is None:
            return [_FINAL_LOSS]
        low, high = ends
        return [f"{_FINAL_LOSS}  {number(low)} – {number(high)}", _FINAL_LOSS]

    def state(self) -> list[str]:
        """Return how far it is, or where the least loss is; from long to short."""
        curve = self._curve
        if curve.note:
            return [curve.note, ""]
        if curve.done < curve.total:
            return [_("{done} of {total}", done=curve.done, total=curve.total), ""]
        best = curve.best()
        if best is None:
            return [""]
        value = self._slider.texts(best.number)[0]
        return [
            _("lowest {loss} at {setting}", loss=number(best.median), setting=value),
            _("lowest at {setting}", setting=value),
            "",
        ]


def _band(point: CurvePoint) -> str:
    return _("({low} to {high})", low=number(point.low), high=number(point.high))
