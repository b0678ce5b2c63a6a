"""Dates and times: recognised by the whole column, read as days or seconds."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from layerlab.core.translation import _

# The names of the months as people type them, or the beginnings of these.
_MONTHS = (
    "january januar jänner janvier enero gennaio januari janeiro",  # not translated
    "february februar février fevrier febrero febbraio februari fevereiro",  # not translated
    "march märz maerz mrz mars marzo maart mrt março",  # not translated
    "april avril abril aprile",  # not translated
    "may mai mayo maggio mei maio",  # not translated
    "june juni juin junio giugno junho",  # not translated
    "july juli juillet julio luglio julho",  # not translated
    "august août aout agosto augustus",  # not translated
    "september septembre septiembre settembre setembro",  # not translated
    "october oktober octobre octubre ottobre outubro",  # not translated
    "november novembre noviembre novembro",  # not translated
    "december dezember décembre decembre diciembre dicembre dezembro",  # not translated
)
_TIME = (
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    r"(?:\s?(?P<half>[aApP])\.?[mM]\.?|\s?Uhr)?"
)
_PAIR = re.compile(r"\d{1,3}:\d{1,3}")
_LAP = re.compile(r"(?P<minute>\d{1,3}):(?P<second>\d{2}(?:[.,]\d+)?)")
_LONG = re.compile(  # a duration, which may be of days
    r"(?P<sign>-)?(?P<hour>\d{2,6}):(?P<minute>\d{2}):(?P<second>\d{2}(?:\.\d+)?)(?P<half>)"
)
_ZONE = r"(?:\s?(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT))?"
_OFFSET = re.compile(
    r"(?:UTC|GMT|Z)?(?:(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?"
)
_CLOCK = re.compile(_TIME)
_YEAR_FIRST = re.compile(
    r"(?P<a>\d{4})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,2})"
    rf"(?:[T ]{_TIME}{_ZONE})?"
)
_YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})"
    rf"(?:,?[T ]\s?{_TIME}{_ZONE})?"
)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\. ?|[-/ ]))?(?P<month>[^\W\d_]{3,10})\.?,?[-/ ]"
    rf"(?:(?P<later>\d{{1,2}}),? )?(?P<year>\d{{4}}|\d{{2}})(?:,?[T ]\s?{_TIME}{_ZONE})?"
)
_QUARTER = re.compile(r"(?P<y>\d{4})[- /]?[qQ](?P<q>[1-4])|[qQ](?P<p>[1-4])[- /]?(?P<x>\d{4})")
_WEEK = re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{2})")
_WEEKDAY = re.compile(r"[^\W\d_]{2,10}\.?, ?(?=\w)")
_MONTH = re.compile(r"(?P<a>\d{4})[-/](?P<b>0[1-9]|1[0-2])")
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
DAY_S = 86400.0
EPOCH = 719163  # of 1970-01-01, as `datetime` counts days


class Moments(NamedTuple):
    """A column of dates or times.

    Attributes:
        kind: `date` or `time`.
        values: text -> days since 1970 of a date, seconds since midnight of a time.
        notes: what was decided about the order of day and month, and about UTC offsets.
    """

    kind: str
    values: dict[str, float]
    notes: tuple[str, ...] = ()


def moments(
    texts: Iterable[str], is_day_first: bool = False, is_time: bool | None = None
) -> Moments | None:
    """Return what a column's different texts mean; None if they are no dates or times.

    Args:
        texts: the different cells, gaps left out.
        is_day_first: how `02/03/2020` is read where no cell decides it: the file is of a
            country that writes decimal commas. With dots and hyphens the day is always first.
        is_time: whether `21:15` is a time; None: unless such a cell has more than 24 hours,
            as scores and ratios do.
    """
    cells = list(texts)
    if not cells:
        return None
    if (found := _clocks(cells, is_time)) is not None:
        return found
    for read in (_compact, _year_first, _named, _months, _periods):
        if (found := read(cells)) is not None:
            return found
    if (found := _year_last(cells, is_day_first)) is not None:
        return found
    if not all(map(_WEEKDAY.match, cells)):
        return None
    days = {cell: _WEEKDAY.sub("", cell, count=1) for cell in cells}
    found = moments(dict.fromkeys(days.values()), is_day_first, is_time)
    if found is None:
        return None
    return found._replace(values={cell: found.values[day] for cell, day in days.items()})


def are_compact(values: Iterable[int]) -> bool:
    """Return whether whole numbers are dates such as 20100131, of more than one month."""
    texts = [str(value) for value in values]
    if len(texts) < 2 or not all(map(_COMPACT.fullmatch, texts)):
        return False
    return _compact(texts) is not None and len({text[:6] for text in texts}) > 1


def are_pairs(cells: Iterable[str]) -> bool:
    """Return whether all texts are two numbers with a colon, which need not be a time."""
    return all(map(_PAIR.fullmatch, cells))


def _clocks(cells: list[str], is_time: bool | None) -> Moments | None:
    # Fractions behind the second of two fields say that these are minutes and seconds.
    laps = [_LAP.fullmatch(cell) for cell in cells]
    are_laps = any(lap is not None and not lap["second"].isdigit() for lap in laps)
    values = {}
    for cell, lap in zip(cells, laps, strict=True):
        if are_laps and lap is not None:
            seconds = _lap_seconds(lap)
        else:
            found = _CLOCK.fullmatch(cell) or _LONG.fullmatch(cell)
            seconds = None if found is None else _seconds(found)
            if is_time is not True and _PAIR.fullmatch(cell):
                is_hour = seconds is not None and seconds <= DAY_S
                seconds = seconds if is_hour and is_time is None else None
        if seconds is None:
            return None
        values[cell] = seconds
    return Moments("time", values)


def _lap_seconds(lap: re.Match[str]) -> float | None:
    """Return the seconds of `1:02.35`."""
    second = float(lap["second"].replace(",", "."))
    return None if second >= 60 else 60.0 * int(lap["minute"]) + second


def _seconds(found: re.Match[str]) -> float | None:
    """Return seconds since midnight; hours beyond 24 are a duration."""
    fields = found.groupdict()
    if not fields.get("hour"):
        return 0.0
    hour, minute = int(fields["hour"]), int(fields["minute"])
    if fields["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if fields["half"].lower() == "p" else 0)
    second = float((fields["second"] or "0").replace(",", "."))
    seconds = 3600.0 * hour + 60.0 * minute + second
    if fields.get("sign"):
        seconds = -seconds
    return None if minute > 59 or second >= 61 else seconds


def _compact(cells: list[str]) -> Moments | None:
    if not all(map(_COMPACT.fullmatch, cells)):
        return None
    values = {}
    for cell in cells:
        days = _days(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values)


def _year_first(cells: list[str]) -> Moments | None:
    matches = [_YEAR_FIRST.fullmatch(cell) for cell in cells]
    if not all(matches):
        return None
    return _dated(cells, matches, ("a", "b", "c"))


def _year_last(cells: list[str], is_day_first: bool) -> Moments | None:
    matches = [_YEAR_LAST.fullmatch(cell) for cell in cells]
    found = [match for match in matches if match]
    if len(found) < len(cells):
        return None
    first = max(int(match["a"]) for match in found)
    second = max(int(match["b"]) for match in found)
    day_first, month_first = ("c", "b", "a"), ("c", "a", "b")
    if first > 12:
        return _dated(cells, matches, day_first)
    if second > 12:
        return _dated(cells, matches, month_first)
    if (
        found[0]["mark"] == "/" and not is_day_first
    ):  # with slashes the month is first where English is American
        note = _("day and month could be either way round: read as month/day/year")
        return _dated(cells, matches, month_first, note)
    note = _("day and month could be either way round: read as day before month")
    return _dated(cells, matches, day_first, note)


def _dated(
    cells: list[str],
    matches: list[re.Match[str] | None],
    order: tuple[str, str, str],
    note: str = "",
) -> Moments | None:
    values: dict[str, tuple[float, float, float | None]] = {}
    for cell, found in zip(cells, matches, strict=True):
        assert found is not None
        year, month, day = (int(found[name]) for name in order)
        if len(found[order[0]]) == 2:
            year += 1900 if year >= 70 else 2000
        days, seconds = _days(year, month, day), _seconds(found)
        if days is None or seconds is None:
            return None
        values[cell] = days, seconds, _offset(found)
    return _placed(values, note)


def _offset(cell: re.Match[str]) -> float | None:
    """Return the seconds by which a zone is ahead of UTC: none given, nan; no time, None."""
    if not cell["hour"]:
        return None
    found = None if cell["zone"] is None else _OFFSET.fullmatch(cell["zone"])
    if found is None:
        return math.nan
    seconds = 3600.0 * int(found["hours"] or 0) + 60.0 * int(found["minutes"] or 0)
    return -seconds if found["sign"] == "-" else seconds


def _placed(values: dict[str, tuple[float, float, float | None]], note: str = "") -> Moments:
    """Return dates, in UTC where they have several offsets from it.

    Args:
        values: text -> days since 1970, seconds of that day, and `_offset` of the cell.
        note: what was decided besides.
    """
    offsets = {offset for _day, _second, offset in values.values() if offset is not None}
    given = sorted(offset for offset in offsets if not math.isnan(offset))
    has_none = len(given) < len(offsets)
    notes = [note] if note else []
    is_mixed = len(given) + has_none > 1
    if is_mixed:
        named = ", ".join(_zone(offset) for offset in given[:4])
        if has_none:
            notes.append(
                _(
                    "some times have an offset from UTC ({offsets}) and others have none: "
                    "these are taken for UTC",
                    offsets=named,
                )
            )
        else:
            notes.append(
                _("times have several offsets from UTC ({offsets}): read in UTC", offsets=named)
            )
    found = {}
    for cell, (days, seconds, offset) in values.items():
        ahead = offset if is_mixed and offset is not None and not math.isnan(offset) else 0.0
        later, rest = divmod(seconds - ahead, DAY_S)
        found[cell] = days + later + rest / DAY_S
    return Moments("date", found, tuple(notes))


def _zone(offset: float) -> str:
    """Return an offset in seconds as it is written: `+01:00`."""
    hours, seconds = divmod(abs(offset), 3600)
    return f"{'-' if offset < 0 else '+'}{int(hours):02d}:{int(seconds // 60):02d}"


def _months(cells: list[str]) -> Moments | None:
    matches = [_MONTH.fullmatch(cell) for cell in cells]
    values = {}
    for cell, found in zip(cells, matches, strict=True):
        days = None if found is None else _days(int(found["a"]), int(found["b"]), 1)
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values)


def _month_of(word: str) -> int | None:
    """Return the number of a month by its name or the beginning of it."""
    word = word.casefold()
    for k, names in enumerate(_MONTHS, 1):
        if any(name.startswith(word) for name in names.split()):
            return k
    return None


def _periods(cells: list[str]) -> Moments | None:
    """Return quarters and weeks as their first days."""
    values = {}
    for cell in cells:
        days = None
        if (found := _QUARTER.fullmatch(cell)) is not None:
            quarter = int(found["q"] or found["p"])
            days = _days(int(found["y"] or found["x"]), 3 * quarter - 2, 1)
        elif (found := _WEEK.fullmatch(cell)) is not None:
            days = _week(int(found["year"]), int(found["week"]))
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values)


def _week(year: int, week: int) -> float | None:
    try:
        return float(datetime.date.fromisocalendar(year, week, 1).toordinal() - EPOCH)
    except ValueError:
        return None


def _named(cells: list[str]) -> Moments | None:
    values: dict[str, tuple[float, float, float | None]] = {}
    for cell in cells:
        found = _NAMED.fullmatch(cell)
        month = None if found is None else _month_of(found["month"])
        if found is None or month is None or (found["day"] and found["later"]):
            return None
        year = int(found["year"])
        if len(found["year"]) == 2:
            year += 1900 if year >= 70 else 2000
        day = int(found["day"] or found["later"] or 1)
        days, seconds = _days(year, month, day), _seconds(found)
        if days is None or seconds is None:
            return None
        values[cell] = days, seconds, _offset(found)
    return _placed(values)


def _days(year: int, month: int, day: int) -> float | None:
    try:
        return float(datetime.date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return None


def clock(seconds: float, always: bool = False) -> str:
    """Return a time of day as it is written: `09:30`, `09:30:05`, `09:30:05.25`.

    Args:
        seconds: since midnight. always: whether seconds are written even where they are 0.
    """
    minutes, rest = divmod(round(seconds, 6), 60)
    text = f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
    if not rest and not always:
        return text
    whole, _point, fraction = f"{rest:09.6f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{text}:{whole}" + (f".{fraction}" if fraction else "")
