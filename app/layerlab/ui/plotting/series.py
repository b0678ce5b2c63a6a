"""Series: one declaration of a curve, for drawing, legend, reading and exported numbers.

What is shown of it is in the person's language. Its columns are not: a table has the same
header in every language, so that a script reads it, and two tables can be compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from layerlab.core.translation import _, in_english
from layerlab.ui.plotting.colors import blend
from layerlab.ui.plotting.items import Band, Bars, Dots, HLine, Line, Mark, VLine, Whiskers
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.numbers import quartile_text
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.scale import number
from layerlab.ui.theme import Theme

Array = np.ndarray
DASH = (3.2, 2.6)
FORMS = ("line", "dash", "dots", "rings", "joined", "area", "bars", "text")
QUARTILES = (_("quartile 25"), _("median"), _("quartile 75"))
_KEYS = {"dots": "dot", "joined": "dot", "rings": "ring", "area": "band", "bars": "band"}
_NO_COLOR = QColor(0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Series:
    """A curve or points, with a name that legend, reading and exported column share.

    The column's name is the English of that name, whatever the language (`in_english`), so a
    name is one text with fields, never an f-string of translated parts. `column` is for names
    that mean nothing in a table, such as "median".

    Attributes:
        name: what it is called.
        x, y: (n,) in data units; not finite where there is nothing. In a plot of rows, x are
            the rows and y goes along the x axis.
        color: its colour.
        low, high: (n,) quartiles, or another band around it: an area around a curve, whiskers
            of points. None for none.
        form: one of `FORMS`; `joined` are points on a line, an `area` is its band alone, `bars`
            lie in rows from `base` to y, a `text` has a name in the legend and no swatch.
        width: of the line, or radius of `dots` and `rings`, in pixels; share of a row that a
            bar is thick.
        shade: opacity of the band over the panel; 0: it is not drawn. stroke: width of
            whiskers, in pixels; in rows, share of a row that a band is thick.
        second: inner colour of an area's entry in the legend, which stands for another too.
        inks: (n,) colours of its places, at which a curve then has dots; none for its own.
        radius: of dots on a line, in pixels. outline: colour around `dots`, or None.
        base: (n,) or one, where bars begin. in_rows: whether its places are the rows of a
            `RowPlot`, as those of bars are.
        shape: the mark that draws it where none of the forms does; that of an `area` lies
            under the grid. The form is then what the legend shows.
        entries: what the legend has for it and others together, once each, such as one for all
            of its colour and one for all dashed ones; none: it has one of its own.
        brief: its name where there is no room for it.
        read_as: its name where the cursor reads it; "" for its own.
        column: name of its column; None for the English of its own.
        ends: what the names of the columns of a band end in: low, middle, high; None for one
            without a column. None for all: there is a column of the middle alone.
        places: name of the column of its places; "" for that of the axis. has_places: whether
            they are exported: not those of points that lie side by side to be seen.
        values: (n,) what is read and exported where that is not what is drawn, such as values
            that a logarithmic axis has no place for; (3, n) with those of the band around it.
        x_values: (n,) its places as they are exported, where it is drawn beside them, so that
            series at the same places do not hide each other. It is read there alone.
        is_straight: whether it is straight between its places, and read there too.
        is_still: whether it seldom changes. height: the higher lie over the lower, and those of
            one height as they are declared.
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
    base: Array | float = 0.0
    in_rows: bool = False
    shape: Mark | None = None
    entries: Sequence[LegendEntry] = ()
    brief: str = ""
    read_as: str = ""
    column: str | None = None
    ends: tuple[str | None, str | None, str | None] | None = QUARTILES
    places: str = ""
    has_places: bool = True
    values: Array | None = None
    x_values: Array | None = None
    is_straight: bool = False
    is_still: bool = False
    height: float = 0.0
    is_drawn: bool = True
    in_legend: bool = True
    is_read: bool = True
    in_columns: bool = True
    reads_band: bool = True
    write: Callable[[float], str] = number

    # ---- some of its places
    def at(self, places: Array) -> Series:
        """Return it at some of its places alone. `places`: indices or (n,) bool."""
        arrays = ("x", "y", "low", "high", "values", "x_values")
        found = {name: getattr(self, name) for name in arrays}
        some: dict[str, Any] = {n: a[..., places] for n, a in found.items() if a is not None}
        inks = [self.inks[k] for k in np.arange(len(self.x))[places]] if self.inks else ()
        if isinstance(self.base, np.ndarray):
            some["base"] = self.base[places]
        return replace(self, inks=inks, **some)

    def in_row(self, row: int) -> Series:
        """Return it in one row alone, the first of its values there."""
        return self.at(np.flatnonzero(np.round(self.x) == row)[:1])

    def near(self, x: float) -> Series:
        """Return it at the one place that the cursor reads at `x`."""
        if not self.is_straight:
            return self.at(np.array([np.nanargmin(np.abs(self.x - x))]))
        here = np.clip([x], self.x[0], self.x[-1])
        arrays = {"y": self.y, "low": self.low, "high": self.high, "values": self.values}
        known = ((name, a) for name, a in arrays.items() if a is not None)
        there: dict[str, Any] = {name: _between(here, self.x, a) for name, a in known}
        return replace(self, x=here, inks=(), **there)

    def ink(self) -> QColor:
        """Return the colour at its first place."""
        return self.inks[0] if self.inks else self.color

    @property
    def lies(self) -> bool:
        """Whether its places are the rows of a plot."""
        return self.in_rows or self.form == "bars"

    # ---- the plot
    def marks(self, theme: Theme) -> dict[str, Mark]:
        """Return what is drawn over the grid, by name, from below to the top."""
        ink = list(self.inks) or self.color
        found: dict[str, Mark] = {}
        is_line = self.form in ("line", "dash")
        if self.form == "area" or not self.is_drawn:
            return found
        if self.shape is not None:
            return {self.name: self.shape}
        if self.lies:
            return self._in_rows(ink, theme)
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

    def _in_rows(self, ink: QColor | list[QColor], theme: Theme) -> dict[str, Mark]:
        count = len(self.x)
        if self.form == "bars":
            inks = [ink] * count if isinstance(ink, QColor) else ink
            base = np.broadcast_to(np.asarray(self.base, float), self.x.shape)
            return {self.name: Bars(self.x, base, self.y, inks, self.width)}
        found: dict[str, Mark] = {}
        if self.shade and self.low is not None and self.high is not None:
            shades = [blend(theme, self.color, self.shade)] * count
            found[f"{self.name}, band"] = Bars(self.x, self.low, self.high, shades, self.stroke)
        is_ring = self.form == "rings"
        found[self.name] = Dots(self.y, self.x, ink, self.width, is_ring, self.outline)
        return found

    def band(self, theme: Theme) -> Mark | None:
        """Return the area around a curve, or what draws an area, if there is one."""
        if not self.is_drawn or not self.shade:
            return None
        if self.shape is not None:
            return self.shape if self.form == "area" else None
        if self.form not in ("line", "dash", "area") or self.low is None or self.high is None:
            return None
        return Band(self.x, self.low, self.high, blend(theme, self.color, self.shade))

    def key(self, theme: Theme) -> LegendEntry:
        """Return its own entry in the legend."""
        form = _KEYS.get(self.form, self.form)
        width = self.width if form in ("line", "dash") else 2.0
        is_area = self.form == "area" and self.shape is None
        color = blend(theme, self.color, self.shade) if is_area else self.color
        return LegendEntry(form, color, self.name, width, self.second, self.brief)

    def named_last(self, theme: Theme) -> Series:
        """Return it with its own entry among those that several share, which come last."""
        return replace(self, entries=[self.key(theme)])

    # ---- its numbers
    def exported(self) -> Array:
        """Return the values that are read and exported. (n,)"""
        if self.values is None:
            return self.y
        return self.values[1] if self.values.ndim == 2 else self.values

    def exported_band(self) -> tuple[Array | None, Array | None]:
        """Return both ends of its band as they are read and exported, (n,) each, or None."""
        if self.values is not None and self.values.ndim == 2:
            return self.values[0], self.values[2]
        return self.low, self.high

    def exported_places(self) -> Array:
        """Return its places as they are exported. (n,)"""
        return self.x if self.x_values is None else self.x_values

    def row(self, k: int) -> str:
        """Return what is read at the k-th place."""
        text = f"{self.read_as or self.name} {self.write(float(self.exported()[k]))}"
        low, high = self.exported_band()
        if self.reads_band and low is not None and high is not None:
            text += quartile_text(float(low[k]), float(high[k]), 2)
        return text

    def column_name(self) -> str:
        """Return the name of its column, which those of its band begin with, in English."""
        return in_english(self.name if self.column is None else self.column)

    def columns(self) -> dict[str, Array]:
        """Return its values by the names of their columns."""
        name = self.column_name()
        low, high = self.exported_band()
        if self.ends is None or low is None or high is None:
            return {name: self.exported()}
        values = (low, self.exported(), high)
        ends = zip(self.ends, values, strict=True)
        named = ((in_english(end), part) for end, part in ends if end is not None)
        return {f"{name} {end}".strip(): part for end, part in named}


def _between(here: Array, x: Array, values: Array) -> Array:
    """Return values between their places x. (m,), (n,), (..., n) -> (..., m)"""
    rows = np.atleast_2d(values)
    return np.stack([np.interp(here, x, row) for row in rows]).reshape(*values.shape[:-1], -1)


def area(name: str, x: Array, low: Array, high: Array, color: QColor, shade: float) -> Series:
    """Return the area between two curves, which is one value: its upper end, or `values`.

    Args:
        name: of it. x, low, high: (n,) in data units. color: and its opacity `shade`.
    """
    one = Series(name, x, high, color, low, high, form="area", shade=shade)
    return replace(one, ends=None, reads_band=False)


def reference(name: str, line: HLine | VLine, brief: str = "") -> Series:
    """Return a dashed level or upright line that the legend names, for it bears no name.

    Args:
        name, brief: of its entry, as of a `Series`. line: what is drawn.
    """
    at = np.array([line.level if isinstance(line, HLine) else line.at])
    one = Series(name, at, at, line.color, form="dash", width=1.0, shape=line, brief=brief)
    return replace(one, is_read=False, in_columns=False)


def kinks(
    at: tuple[Array, Array], layers: Array, names: int, theme: Theme, depth: int, **look: Any
) -> Series:
    """Return dots on a curve where it bends, each in the colour of the layer that bends it.

    Args:
        at: (n,) places and values. layers: (n,) numbers of the layers, from 1.
        names: layers that the legend has. theme, depth: give their colours.
        look: color and width, of `Series`.
    """
    return Series(
        *(_("kinks"), *at),
        form="dots",
        inks=[theme.layer_color(int(k) - 1, depth) for k in layers],
        outline=theme.color("panel"),
        entries=[
            LegendEntry(
                "dot",
                theme.layer_color(k, depth),
                _("kinks of layer {number}", number=k + 1),
                brief=_("layer {number}", number=k + 1),
            )
            for k in range(names)
        ],
        is_read=False,
        in_columns=False,
        **look,
    )


def exported(name: str, x: Array, y: Array, **look: Any) -> Series:
    """Return numbers that are exported, and drawn by a mark that is no curve, or by none.

    Args:
        name: of their column. x, y: (n,) places and values. look: other fields of `Series`.
    """
    return Series(name, x, y, _NO_COLOR, is_drawn=False, is_read=False, **look)


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
    """Return marks and legend of some series; the last of the highest lies on top."""
    found = Declared(legend=legend_of(series, theme))
    for one in sorted(series, key=lambda one: one.height):
        band = one.band(theme)
        if band is not None:
            found.bands[one.name] = band
        (found.still if one.is_still else found.live).update(one.marks(theme))
    return found


def legend_of(series: Sequence[Series], theme: Theme) -> tuple[LegendEntry, ...]:
    """Return the entries of some series; those that several share come last, once each."""
    named = [one for one in series if one.in_legend and one.is_drawn]
    own = [one.key(theme) for one in named if not one.entries]
    shared: dict[str, LegendEntry] = {}
    # The first of all, then the second: those of one sort stand together.
    for same in itertools.zip_longest(*(one.entries for one in named)):
        for entry in same:
            if entry is not None:
                shared.setdefault(entry.text, entry)
    return (*own, *shared.values())


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
    first = read[0].near(x)
    at, place = float(first.x[0]), float(first.exported_places()[0])
    there = (one.near(at) for one in read)
    found = [one for one in there if one.x_values is None or one.x_values[0] == place]
    rows = tuple((one.ink() if one.is_drawn else None, one.row(0)) for one in found)
    drawn = [one for one in found if one.is_drawn]
    dots = tuple((float(one.x[0]), float(one.y[0]), one.ink()) for one in drawn)
    return Tooltip(title.format(write(place)), rows, at, dots)


def read_row(series: Sequence[Series], row: int, title: str) -> Tooltip | None:
    """Return what all series are in a row; None where they have nothing there.

    Args:
        series: in the order of the lines. row: from 0. title: what the row is called.
    """
    found = [one.in_row(row) for one in series if one.is_read]
    rows = tuple((one.ink(), one.row(0)) for one in found if len(one.x))
    return Tooltip(title, rows) if rows else None


def columns_of_rows(
    series: Sequence[Series], what: str, names: Sequence[str]
) -> dict[str, Array]:
    """Return the numbers of series in rows, a line for each row that has any.

    Series whose columns have one name share it.

    Args:
        series: in the order of the columns. what: name of the column that names the rows.
        names: of all rows.
    """
    some = [one for one in series if one.in_columns]
    rows = np.unique(np.concatenate([np.zeros(0), *(np.round(one.x) for one in some)]))
    found = {in_english(what): np.array([in_english(names[int(row)]) for row in rows])}
    for one in some:
        places = np.searchsorted(rows, np.round(one.x))
        for name, values in one.columns().items():
            found.setdefault(name, np.full(len(rows), np.nan))[places] = values
    return found


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
        x = one.exported_places()
        if one.has_places and shared is None:
            shared = x
            found[in_english(one.places or x_name)] = x
        elif one.has_places and shared is not None and not np.array_equal(x, shared):
            places = f"{in_english(x_name)} of {one.column_name()}"  # not translated
            found[in_english(one.places) or places] = x
        found |= one.columns()
    return found
