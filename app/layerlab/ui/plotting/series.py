"""Series: one declaration of a curve, for drawing, legend, reading and exported numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, Dots, Line, Mark, Whiskers
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.numbers import quartile_text
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme

Array = np.ndarray
DASH = (3.2, 2.6)
FORMS = ("line", "dash", "dots", "rings", "joined", "area")
QUARTILES = (_("quartile 25"), _("median"), _("quartile 75"))
_KEYS = {"dots": "dot", "joined": "dot", "rings": "ring", "area": "band"}


@dataclass(frozen=True, eq=False)
class Series:
    """A curve or points, with a name that legend, reading and exported column share.

    Attributes:
        name: what it is called.
        x, y: (n,) in data units; not finite where there is nothing.
        color: its colour.
        low, high: (n,) quartiles, or another band around it: an area around a curve, whiskers
            of points. None for none.
        form: one of `FORMS`; `joined` are points on a line, an `area` is its band alone.
        width: of the line, or radius of `dots` and `rings`, in pixels.
        shade: opacity of the band over the panel; 0: it is not drawn. stroke: width of
            whiskers, in pixels.
        second: inner colour of an area's entry in the legend, which stands for another too.
        inks: (n,) colours of its places, at which a curve then has dots; none for its own.
        radius: of dots on a line, in pixels. outline: colour around `dots`, or None.
        brief: its name where there is no room for it.
        read_as: its name where the cursor reads it; "" for its own.
        column: name of its column; None for its own.
        ends: what the names of the columns of a band end in: low, middle, high; None for one
            without a column. None for all: there is a column of the middle alone.
        places: name of the column of its places; "" for that of the axis.
        values: (n,) what is read and exported where that is not what is drawn, such as values
            that a logarithmic axis has no place for.
        is_straight: whether it is straight between its places, and read there too.
        is_still: whether it seldom changes.
        is_drawn: whether the plot shows it; else it is read and exported alone.
        in_legend, is_read, in_columns: where it appears beside the plot itself.
        reads_band: whether its band is read too.
        write: gives a value as it is read.
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
    stroke: float = 1.0
    second: QColor | None = None
    inks: Sequence[QColor] = ()
    radius: float = 2.6
    outline: QColor | None = None
    brief: str = ""
    read_as: str = ""
    column: str | None = None
    ends: tuple[str | None, str | None, str | None] | None = QUARTILES
    places: str = ""
    values: Array | None = None
    is_straight: bool = False
    is_still: bool = False
    is_drawn: bool = True
    in_legend: bool = True
    is_read: bool = True
    in_columns: bool = True
    reads_band: bool = True
    write: Callable[[float], str] = number

    # ---- some of its places
    def at(self, places: Array) -> Series:
        """Return it at some of its places alone. `places`: indices or (n,) bool."""
        arrays = ("x", "y", "low", "high", "values")
        found = {name: getattr(self, name) for name in arrays}
        some = {name: a[places] for name, a in found.items() if a is not None}
        inks = [self.inks[k] for k in np.arange(len(self.x))[places]] if self.inks else ()
        return replace(self, inks=inks, **some)

    def near(self, x: float) -> Series:
        """Return it at the one place that the cursor reads at `x`."""
        if not self.is_straight:
            return self.at(np.array([np.nanargmin(np.abs(self.x - x))]))
        here = np.clip([x], self.x[0], self.x[-1])
        arrays = {"y": self.y, "low": self.low, "high": self.high, "values": self.values}
        there = {n: np.interp(here, self.x, a) for n, a in arrays.items() if a is not None}
        return replace(self, x=here, inks=(), **there)

    def ink(self) -> QColor:
        """Return the colour at its first place."""
        return self.inks[0] if self.inks else self.color

    # ---- the plot
    def marks(self, theme: Theme) -> dict[str, Mark]:
        """Return what is drawn over the grid, by name, from below to the top."""
        ink = list(self.inks) or self.color
        found: dict[str, Mark] = {}
        is_line = self.form in ("line", "dash")
        if self.form == "area" or not self.is_drawn:
            return found
        if not is_line and self.shade and self.low is not None and self.high is not None:
            shade = blend(theme, self.color, self.shade)
            whiskers = Whiskers(self.x, self.low, self.high, shade, self.stroke)
            found[f"{self.name}, band"] = whiskers
        if self.form in ("dots", "rings"):
            hollow = self.form == "rings"
            dots = Dots(self.x, self.y, ink, self.width, hollow, self.outline)
            return {**found, self.name: dots}
        if len(self.x) > 1:  # a line of one point is not seen
            dash = DASH if self.form == "dash" else None
            found[self.name] = Line(self.x, self.y, self.color, self.width, dash)
        if self.inks or self.form == "joined" or len(self.x) == 1:
            dots = Dots(self.x, self.y, ink, self.radius)
            found[f"{self.name}, dots" if self.name in found else self.name] = dots
        return found

    def band(self, theme: Theme) -> Band | None:
        """Return the area around a curve, if there is one."""
        if not self.is_drawn or not self.shade:
            return None
        if self.form not in ("line", "dash", "area") or self.low is None or self.high is None:
            return None
        return Band(self.x, self.low, self.high, blend(theme, self.color, self.shade))

    def key(self, theme: Theme) -> LegendEntry:
        """Return its entry in the legend."""
        form = _KEYS.get(self.form, self.form)
        width = self.width if form in ("line", "dash") else 2.0
        color = blend(theme, self.color, self.shade) if form == "band" else self.color
        return LegendEntry(form, color, self.name, width, self.second, self.brief)

    # ---- its numbers
    def exported(self) -> Array:
        """Return the values that are read and exported. (n,)"""
        return self.y if self.values is None else self.values

    def row(self, k: int) -> str:
        """Return what is read at the k-th place."""
        text = f"{self.read_as or self.name} {self.write(float(self.exported()[k]))}"
        if self.reads_band and self.low is not None and self.high is not None:
            text += quartile_text(float(self.low[k]), float(self.high[k]), 2)
        return text

    def column_name(self) -> str:
        """Return the name of its column, which those of its band begin with."""
        return self.name if self.column is None else self.column

    def columns(self) -> dict[str, Array]:
        """Return its values by the names of their columns."""
        name = self.column_name()
        if self.ends is None or self.low is None or self.high is None:
            return {name: self.exported()}
        values = (self.low, self.exported(), self.high)
        ends = zip(self.ends, values, strict=True)
        return {f"{name} {end}".strip(): part for end, part in ends if end is not None}


def area(name: str, x: Array, low: Array, high: Array, color: QColor, shade: float) -> Series:
    """Return the area between two curves, which is one value: its upper end, or `values`.

    Args:
        name: of it. x, low, high: (n,) in data units. color: and its opacity `shade`.
    """
    one = Series(name, x, high, color, low, high, form="area", shade=shade)
    return replace(one, ends=None, reads_band=False)


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
    legend: tuple[LegendEntry, ...] = ()


def declare(series: Sequence[Series], theme: Theme) -> Declared:
    """Return marks and legend of some series; the last one lies on top."""
    found = Declared(
        legend=tuple(one.key(theme) for one in series if one.in_legend and one.is_drawn)
    )
    for one in series:
        band = one.band(theme)
        if band is not None:
            found.bands[one.name] = band
        (found.still if one.is_still else found.live).update(one.marks(theme))
    return found


def read_series(
    series: Sequence[Series], x: float, title: str, write: Callable[[float], str] = number
) -> Tooltip | None:
    """Return what all series are at the place of the first one that is nearest to `x`.

    Args:
        series: the first one gives the places. x: in data units.
        title: what the place is called, with `{}` for its number. write: gives the number.
    """
    read = [one for one in series if one.is_read and len(one.x)]
    if not read:
        return None
    at = float(read[0].near(x).x[0])
    found = [one.near(at) for one in read]
    rows = tuple((one.ink() if one.is_drawn else None, one.row(0)) for one in found)
    drawn = [one for one in found if one.is_drawn]
    dots = tuple((float(one.x[0]), float(one.y[0]), one.ink()) for one in drawn)
    return Tooltip(title.format(write(at)), rows, at, dots)


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
        if shared is None:
            shared = one.x
            found[one.places or x_name] = one.x
        elif not np.array_equal(one.x, shared):
            places = _("{places} of {column}", places=x_name, column=one.column_name())
            found[one.places or places] = one.x
        found |= one.columns()
    return found
