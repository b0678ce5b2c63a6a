"""Forms: numbers that are written in words of their own, and dates that are written as numbers.

Each function looks at a whole column, and reads it only where every cell has the form.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from layerlab.core.numbers import grouped
from layerlab.core.translation import _
from layerlab.nets.tables.dates import DAY_S, EPOCH
from layerlab.nets.tables.notation import Notation, parsed

Array = np.ndarray
_WORD = re.compile(r"[\W_\d]+|(?<=[a-z])(?=[A-Z])")
# not translated: words in names of columns
_DATES = frozenset(("date", "dates", "datum", "fecha", "dato", "datetime", "dátum", "tarih"))
_STAMPS = _DATES | frozenset(
    (
        *("time", "timestamp", "ts", "unix", "unixtime", "epoch", "zeit", "zeitstempel"),
        *("hora", "heure", "horodatage", "tijd", "tid"),
    )
)
_SCORES = frozenset(
    (
        *("score", "scores", "result", "results", "ergebnis", "resultat", "résultat"),
        *("resultado", "risultato", "uitslag", "wynik", "ratio", "odds"),
    )
)
_DURATIONS = frozenset(
    (
        *("duration", "elapsed", "time", "hours", "dauer", "zeit", "laufzeit", "temps"),
        *("durée", "duración", "tiempo", "durata", "tijd", "tid"),
    )
)
_TEMPERATURES = frozenset(("temp", "temperature", "temperatur", "kelvin", "température"))
# What spreadsheets count from: their day 60, 1900-02-29, never was, so from the next one on it
# is as if they had begun a day earlier (ECMA-376 part 1, 18.17.4.1).
_SERIAL_0 = datetime.date(1899, 12, 30).toordinal() - EPOCH
SERIALS = (20_000, 60_000)  # 1954 to 2064
SECONDS = (900_000_000, 2_200_000_000)  # 1998 to 2039, since 1970
_PRIME = "['’′´]"
_DEGREES = re.compile(
    r"(?P<first>[NSEW])?\s*(?P<sign>[-−])?(?P<degree>\d{1,3}(?:[.,]\d+)?)\s*[°º]\s*"
    rf"(?:(?P<minute>\d{{1,2}}(?:[.,]\d+)?)\s*{_PRIME}(?!{_PRIME})\s*"
    rf"(?:(?P<second>\d{{1,2}}(?:[.,]\d+)?)\s*(?:[\"”″]|{_PRIME}{{2}})\s*)?)?(?P<last>[NSEW])?"
)
# Letters are said to be a thousand or a million only where they follow the digits directly.
_LETTERS = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9}
_WORDS = {
    **dict.fromkeys(("tsd", "tsd.", "thousand"), 1e3),  # not translated
    **dict.fromkeys(("mn", "mio", "mio.", "mill.", "million", "millions", "millionen"), 1e6),
    **dict.fromkeys(("bn", "mrd", "mrd.", "md", "billion", "billions", "milliarden"), 1e9),
}
_SCALED = re.compile(r"(?P<number>.*\d)(?P<blank>\s?)(?P<unit>[^\W\d_]+\.?)")
# What Eurostat writes behind a number: break in series, confidential, definition differs,
# estimated, forecast, see metadata, not significant, provisional, revised, Eurostat's estimate,
# low reliability, not applicable.
_FLAGS = frozenset("bcdefinprsuz")
_NO_UNITS = frozenset("bepruz")  # those that stand for no unit after a number either


class Spelled(NamedTuple):
    """A column of numbers that are written in words of their own.

    Attributes:
        values: text -> number. unit: that all of them share, or empty.
        note: a sentence on what was done.
    """

    values: dict[str, float]
    unit: str
    note: str


def words_of(name: str) -> set[str]:
    """Return the words of a column's name in small letters: of `OrderDate`, order and date."""
    return {word.casefold() for word in _WORD.split(name) if word}


def is_time_name(name: str) -> bool | None:
    """Return whether a column's name says that `25:15` in it is a time; None: nothing of it."""
    words = words_of(name)
    if words & _SCORES:
        return False
    return True if words & _DURATIONS else None


def spelled(name: str, texts: Collection[str], notation: Notation) -> Spelled | None:
    """Return the numbers of a column of coordinates, or of thousands and millions, or None.

    Args:
        name: of the column. texts: its different cells. notation: of the file.
    """
    degrees = _coordinates(texts)
    if degrees is None:
        return _scaled(name, texts, notation)
    first = next(iter(degrees))
    note = _(
        "coordinates are read as decimal degrees, {text} as {number}",
        text=first,
        number=f"{degrees[first]:.6g}",
    )
    return Spelled(degrees, "°", note)


def _coordinates(texts: Collection[str]) -> dict[str, float] | None:
    """Return text -> decimal degrees of `54°41'N` and the like; None if one is another text.

    South and west are negative. Minutes and seconds are below 60, latitudes at most 90 degrees,
    longitudes 180.
    """
    values = {}
    axes = set()
    for text in texts:
        found = _DEGREES.fullmatch(text)
        if found is None or (found["first"] and found["last"]):
            return None
        side = found["first"] or found["last"] or ""
        if not side and not found["minute"]:
            return None  # a plain number of degrees is one with a unit
        axes.add("NS" if side in ("N", "S") else "EW" if side else "")
        parts = [_float(found[name]) for name in ("degree", "minute", "second")]
        value = parts[0] + parts[1] / 60 + parts[2] / 3600
        if parts[1] >= 60 or parts[2] >= 60 or (found["sign"] and side):
            return None
        if side and value > (90 if side in "NS" else 180):
            return None
        values[text] = -value if found["sign"] or side in ("S", "W") else value
    return values if len(axes) == 1 else None


def _float(digits: str | None) -> float:
    return float((digits or "0").replace(",", "."))


def _scaled(name: str, texts: Collection[str], notation: Notation) -> Spelled | None:
    """Return the numbers of `1.5M`, `10K` and `2 Mio`; None if one is anything else.

    Beside them may be plain numbers. A letter behind a blank is a unit, and so may `K` or `B`
    be behind each number, or `K` in a column of temperatures: these are left to
    `notation.parsed`.
    """
    values: dict[str, float] = {}
    units, used = set(), set()
    example = ""
    for text in texts:
        factor, number = 1.0, parsed(text, notation)
        if number is None or number.unit in _LETTERS or number.unit.lower() in _WORDS:
            found = _SCALED.fullmatch(text)
            if found is None:
                return None
            unit = found["unit"]
            letter = 0.0 if found["blank"] else _LETTERS.get(unit, 0.0)
            factor = letter or _WORDS.get(unit.lower(), 0.0)
            number = parsed(found["number"], notation)
            if not factor or number is None:
                return None
            used.add(unit)
            example = example or text
        values[text] = number.value * factor
        units.add(number.unit)
    is_unit = used in ({"K"}, {"B"}) and not any(text[-1:].isdigit() for text in texts)
    if used == {"K"} and words_of(name) & _TEMPERATURES:
        is_unit = True
    if not used or len(units) > 1 or is_unit:
        return None
    note = _(
        "thousands and millions are multiplied out, {text} is read as {number}",
        text=example,
        number=grouped(values[example]),
    )
    return Spelled(values, units.pop(), note)


def are_flags(units: Collection[str], bare: int, flagged: int, is_eurostat: bool) -> bool:
    """Return whether what stands behind numbers are flags of statistics, and no units.

    Args:
        units: of a column's numbers. bare, flagged: how many different ones have none, or one.
        is_eurostat: whether the file is written as Eurostat's are.
    """
    given = {unit for unit in units if unit}
    letters = set("".join(given))
    if not given or not letters <= _FLAGS or any(len(unit) > 3 for unit in given):
        return False
    return is_eurostat or (bare > flagged and letters <= _NO_UNITS)


class Stamps(NamedTuple):
    """Dates that were written as numbers: days since 1970, and what was decided."""

    days: Array
    note: str


def stamps(name: str, values: Array, is_chosen: bool) -> Stamps | None:
    """Return numbers that count days or seconds as dates; None where they do not.

    Args:
        name: of the column; it has to be one of dates, unless the kind was chosen.
        values: (rows,) nan in gaps.
        is_chosen: whether a person says that these are dates.
    """
    filled = values[~np.isnan(values)]
    if not filled.size:
        return None
    words = words_of(name)
    low, high = float(filled.min()), float(filled.max())
    first = f"{filled[0]:.15g}"
    if (is_chosen or words & _DATES) and SERIALS[0] <= low and high <= SERIALS[1]:
        days = np.floor(values)
        seconds = np.round((values - days) * DAY_S, 3)
        found = _SERIAL_0 + days + seconds / DAY_S
        day = _day(_SERIAL_0 + filled[0])
        note = _(
            "{number} and the like are read as days that a spreadsheet counts: {day} (choose "
            "the kind number to keep them)",
            number=first,
            day=day,
        )
        return Stamps(found, note)
    for per_second in (1, 1000) if is_chosen or words & _STAMPS else ():
        if SECONDS[0] * per_second <= low and high <= SECONDS[1] * per_second:
            days = np.floor(values / (DAY_S * per_second))
            seconds = (values - days * (DAY_S * per_second)) / per_second
            fields = {"number": first, "day": _day(filled[0] / (DAY_S * per_second))}
            note = _(
                "{number} and the like are read as seconds since 1970, in UTC: {day} (choose "
                "the kind number to keep them)",
                **fields,
            )
            if per_second > 1:
                note = _(
                    "{number} and the like are read as milliseconds since 1970, in UTC: {day} "
                    "(choose the kind number to keep them)",
                    **fields,
                )
            return Stamps(days + np.round(seconds, 3) / DAY_S, note)
    return None


def _day(days: float) -> str:
    """Return days since 1970 as a date."""
    return datetime.date.fromordinal(int(np.floor(days)) + EPOCH).isoformat()
