"""Series: one declaration of a curve, for drawing, legend, reading and exported numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, Whiskers
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
        low, high: (n,) quartiles, or another band around it: an area around a curve, whiskers
            of points. None for none.
        form: one of `FORMS`.
        width: of the line, or radius of the points, in pixels.
        shade: opacity of the band over the panel.
        inks: (n,) colours of its places, at which a curve then has dots; none for its own.
        radius: of these dots, in pixels.
        brief: its name where there is no room for it.
        read_as: its name where the cursor reads it; "" for its own.
        column: name of its column; "" for its own.
        ends: what the names of the columns of a band end in: low, middle, high.
        values: (n,) what is read and exported where that is not what is drawn, such as values
            that a logarithmic axis has no place for.
        is_still: whether it seldom changes.
        in_legend, is_read, in_columns: where it appears beside the plot itself.
        reads_band: whether its band is read too.
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
    inks: Sequence[QColor] = ()
    radius: float = 2.6
    brief: str = ""
    read_as: str = ""
    column: str = ""
    ends: tuple[str, str, str] = ("quartile 25", "median", "quartile 75")
    values: Array | None = None
    is_still: bool = False
    in_legend: bool = True
    is_read: bool = True
    in_columns: bool = True
    reads_band: bool = True

    @property
    def is_curve(self) -> bool:
        """Whether it is a line, and not points."""
        return self.form in ("line", "dash")

    def at(self, places: Array) -> Series:
        """Return it at some of its places alone. `places`: indices or (n,) bool."""
        arrays = ("x", "y", "low", "high", "values")
        found = {name: getattr(self, name) for name in arrays}
        some = {name: a[places] for name, a in found.items() if a is not None}
        inks = [self.inks[k] for k in np.arange(len(self.x))[places]] if self.inks else ()
        return replace(self, inks=inks, **some)

    def ink(self, k: int) -> QColor:
        """Return the colour at the k-th place."""
        return self.inks[k] if self.inks else self.color

    def marks(self, theme: Theme) -> dict[str, Mark]:
        """Return what is drawn over the grid, by name, from below to the top."""
        ink = list(self.inks) or self.color
        found: dict[str, Mark] = {}
        if not self.is_curve:
            if self.low is not None and self.high is not None:
                shade = mix(theme, self.color, self.shade)
                found[f"{self.name}, band"] = Whiskers(self.x, self.low, self.high, shade)
            dots = Dots(self.x, self.y, ink, self.width, hollow=self.form == "rings")
            return {**found, self.name: dots}
        if len(self.x) > 1:  # a line of one point is not seen
            dash = DASH if self.form == "dash" else None
            found[self.name] = Line(self.x, self.y, self.color, self.width, dash)
            if self.inks:
                found[f"{self.name}, dots"] = Dots(self.x, self.y, ink, self.radius)
            return found
        return {self.name: Dots(self.x, self.y, ink, self.radius)}

    def band(self, theme: Theme) -> Band | None:
        """Return the area around a curve, if there is one."""
        if not self.is_curve or self.low is None or self.high is None:
            return None
        return Band(self.x, self.low, self.high, mix(theme, self.color, self.shade))

    def key(self) -> Key:
        """Return its entry in the legend."""
        form = {"dots": "dot", "rings": "ring"}.get(self.form, self.form)
        width = self.width if self.is_curve else 2.0
        return Key(form, self.color, self.name, width, brief=self.brief)

    def exported(self) -> Array:
        """Return the values that are read and exported. (n,)"""
        return self.y if self.values is None else self.values

    def row(self, k: int) -> str:
        """Return what is read at the k-th place."""
        text = f"{self.read_as or self.name} {number(float(self.exported()[k]))}"
        if self.reads_band and self.low is not None and self.high is not None:
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
        (found.still if one.is_still else found.live).update(one.marks(theme))
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
        rows.append((one.ink(k), one.row(k)))
        dots.append((float(one.x[k]), float(one.y[k]), one.ink(k)))
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
            values = (one.low, one.exported(), one.high)
            for end, column in zip(one.ends, values, strict=True):
                found[f"{name} {end}".strip()] = column
        else:
            found[name] = one.exported()
    return found
