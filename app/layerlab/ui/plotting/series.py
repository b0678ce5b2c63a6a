"""Series: one declaration of a curve, for drawing, legend, reading and exported numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtGui import QColor

from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.numbers import spread
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme

Array = np.ndarray
DASH = (3.2, 2.6)
FORMS = ("line", "dash", "dots", "rings")


@dataclass(frozen=True, eq=False)
class Series:
    """A curve or points, with a name that legend, reading and exported column share.

    Attributes:
        name: what it is called.
        x, y: (n,) in data units; not finite where there is nothing.
        color: its colour.
        low, high: (n,) quartiles, or another band around it; None for none.
        form: one of `FORMS`.
        width: of the line, or radius of the points, in pixels.
        shade: opacity of the band over the panel.
        brief: its name where there is no room for it.
        read_as: its name where the cursor reads it; "" for its own.
        column: name of its column; "" for its own.
        values: (n,) what is read and exported where that is not what is drawn, such as values
            that a logarithmic axis has no place for.
        is_still: whether it seldom changes.
        in_legend, is_read, in_columns: where it appears beside the plot itself.
    """

    name: str
    x: Array
    y: Array
    color: QColor
    low: Array | None = None
    high: Array | None = None
    form: str = "line"
    width: float = 2.0
    shade: float = 0.2
    brief: str = ""
    read_as: str = ""
    column: str = ""
    values: Array | None = None
    is_still: bool = False
    in_legend: bool = True
    is_read: bool = True
    in_columns: bool = True

    def mark(self) -> Mark:
        """Return what is drawn, without the band."""
        if (
            self.form in ("line", "dash") and len(self.x) == 1
        ):  # a line of one point is not seen
            return Dots(self.x, self.y, self.color, 2.6)
        if self.form in ("line", "dash"):
            dash = DASH if self.form == "dash" else None
            return Line(self.x, self.y, self.color, self.width, dash)
        return Dots(self.x, self.y, self.color, self.width, hollow=self.form == "rings")

    def band(self, theme: Theme) -> Band | None:
        """Return the band around it, if there is one."""
        if self.low is None or self.high is None:
            return None
        return Band(self.x, self.low, self.high, mix(theme, self.color, self.shade))

    def key(self) -> Key:
        """Return its entry in the legend."""
        form = {"dots": "dot", "rings": "ring"}.get(self.form, self.form)
        width = self.width if form in ("line", "dash") else 2.0
        return Key(form, self.color, self.name, width, brief=self.brief)

    def exported(self) -> Array:
        """Return the values that are read and exported. (n,)"""
        return self.y if self.values is None else self.values

    def row(self, k: int) -> str:
        """Return what is read at the k-th place."""
        text = f"{self.read_as or self.name} {number(float(self.exported()[k]))}"
        if self.low is not None and self.high is not None:
            text += spread(float(self.low[k]), float(self.high[k]), 2)
        return text


@dataclass(frozen=True)
class Declared:
    """What a plot is given for some series.

    Attributes:
        bands, still, live: marks by name, see `Plot.show_marks`.
        legend: the entries.
    """

    bands: dict[str, Mark] = field(default_factory=dict)
    still: dict[str, Mark] = field(default_factory=dict)
    live: dict[str, Mark] = field(default_factory=dict)
    legend: tuple[Key, ...] = ()


def declare(series: Sequence[Series], theme: Theme) -> Declared:
    """Return marks and legend of some series; the last one lies on top."""
    found = Declared(legend=tuple(one.key() for one in series if one.in_legend))
    for one in series:
        band = one.band(theme)
        if band is not None:
            found.bands[one.name] = band
        (found.still if one.is_still else found.live)[one.name] = one.mark()
    return found


def read_series(series: Sequence[Series], x: float, title: str) -> Reading | None:
    """Return what all series are at the place of the first one that is nearest to `x`.

    Args:
        series: the first one gives the places. x: in data units.
        title: what the place is called, with `{}` for its number.
    """
    read = [one for one in series if one.is_read and len(one.x)]
    if not read:
        return None
    at = float(read[0].x[np.nanargmin(np.abs(read[0].x - x))])
    rows: list[tuple[QColor | None, str]] = []
    dots = []
    for one in read:
        k = int(np.nanargmin(np.abs(one.x - at)))
        rows.append((one.color, one.row(k)))
        dots.append((float(one.x[k]), float(one.y[k]), one.color))
    return Reading(title.format(number(at)), tuple(rows), at, tuple(dots))


def columns_of(series: Sequence[Series], x_name: str) -> dict[str, Array]:
    """Return the numbers of all series, by the names of their columns.

    Those over the places of the first one share its column; others bring their own.

    Args:
        series: in the order of the columns. x_name: name of the first one's places.
    """
    found: dict[str, Array] = {}
    shared: Array | None = None
    for one in series:
        if not one.in_columns:
            continue
        name = one.column or one.name
        if shared is None:
            shared = one.x
            found[x_name] = one.x
        elif not np.array_equal(one.x, shared):
            found[f"{x_name} of {name}"] = one.x
        if one.low is not None and one.high is not None:
            found[f"{name} quartile 25"] = one.low
            found[f"{name} median"] = one.exported()
            found[f"{name} quartile 75"] = one.high
        else:
            found[name] = one.exported()
    return found
