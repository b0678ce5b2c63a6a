"""Dates and times: recognised by the whole column, read as days or seconds."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import NamedTuple

from layerlab.core.translation import _

_MONTHS = (  # not translated: as typed
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    r"(?:\s?(?P<half>[aApP])\.?[mM]\.?)?"
)
_ZONE = r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
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
    r"(?:(?P<day>\d{1,2})\.?[- ])?(?P<month>[A-Za-z]{3,9})\.?[- ]"
    r"(?:(?P<later>\d{1,2}),? )?(?P<year>\d{4}|\d{2})"
)
_MONTH = re.compile(r"(?P<a>\d{4})[-/](?P<b>0[1-9]|1[0-2])")
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
DAY_S = 86400.0
EPOCH = 719163  # of 1970-01-01, as `datetime` counts days


class Moments(NamedTuple):
    """A column of dates or times.

    Attributes:
        kind: `date` or `time`.
        values: text -> days since 1970 of a date, seconds since midnight of a time.
        note: what was decided about the order of day and month, if anything; else empty.
    """

    kind: str
    values: dict[str, float]
    note: str


def moments(texts: Iterable[str]) -> Moments | None:
    """Return what a column's different texts mean; None if they are no dates or times."""
    cells = list(texts)
    if not cells:
        return None
    for read in (_clocks, _compact, _year_first, _named, _months, _year_last):
        if (found := read(cells)) is not None:
            return found
    return None


def are_compact(values: Iterable[int]) -> bool:
    """Return whether whole numbers are dates such as 20100131, of more than one month."""
    texts = [str(value) for value in values]
    if len(texts) < 2 or not all(map(_COMPACT.fullmatch, texts)):
        return False
    return _compact(texts) is not None and len({text[:6] for text in texts}) > 1


def _clocks(cells: list[str]) -> Moments | None:
    matches = [_CLOCK.fullmatch(cell) for cell in cells]
    if not all(matches):
        return None
    values = {}
    for cell, found in zip(cells, matches, strict=True):
        seconds = _seconds(found)  # type: ignore[arg-type]
        if seconds is None:
            return None
        values[cell] = seconds
    return Moments("time", values, "")


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
    return None if minute > 59 or second >= 61 else 3600.0 * hour + 60.0 * minute + second


def _compact(cells: list[str]) -> Moments | None:
    if not all(map(_COMPACT.fullmatch, cells)):
        return None
    values = {}
    for cell in cells:
        days = _days(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values, "")


def _year_first(cells: list[str]) -> Moments | None:
    matches = [_YEAR_FIRST.fullmatch(cell) for cell in cells]
    if not all(matches):
        return None
    return _dated(cells, matches, ("a", "b", "c"), "")


def _year_last(cells: list[str]) -> Moments | None:
    matches = [_YEAR_LAST.fullmatch(cell) for cell in cells]
    found = [match for match in matches if match]
    if len(found) < len(cells):
        return None
    first = max(int(match["a"]) for match in found)
    second = max(int(match["b"]) for match in found)
    day_first, month_first = ("c", "b", "a"), ("c", "a", "b")
    if first > 12:
        return _dated(cells, matches, day_first, "")
    if second > 12:
        return _dated(cells, matches, month_first, "")
    if found[0]["mark"] == "/":  # with slashes the month is first where English is American
        note = _("day and month could be either way round: read as month/day/year")
        return _dated(cells, matches, month_first, note)
    note = _("day and month could be either way round: read as day before month")
    return _dated(cells, matches, day_first, note)


def _dated(
    cells: list[str],
    matches: list[re.Match[str] | None],
    order: tuple[str, str, str],
    note: str,
) -> Moments | None:
    values = {}
    for cell, found in zip(cells, matches, strict=True):
        assert found is not None
        year, month, day = (int(found[name]) for name in order)
        if len(found[order[0]]) == 2:
            year += 1900 if year >= 70 else 2000
        days, seconds = _days(year, month, day), _seconds(found)
        if days is None or seconds is None:
            return None
        values[cell] = days + seconds / DAY_S
    return Moments("date", values, note)


def _months(cells: list[str]) -> Moments | None:
    matches = [_MONTH.fullmatch(cell) for cell in cells]
    values = {}
    for cell, found in zip(cells, matches, strict=True):
        days = None if found is None else _days(int(found["a"]), int(found["b"]), 1)
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values, "")


def _named(cells: list[str]) -> Moments | None:
    values = {}
    for cell in cells:
        found = _NAMED.fullmatch(cell)
        name = "" if found is None else found["month"][:3].lower()
        if found is None or name not in _MONTHS or (found["day"] and found["later"]):
            return None
        year = int(found["year"])
        if len(found["year"]) == 2:
            year += 1900 if year >= 70 else 2000
        day = int(found["day"] or found["later"] or 1)
        days = _days(year, _MONTHS.index(name) + 1, day)
        if days is None:
            return None
        values[cell] = days
    return Moments("date", values, "")


def _days(year: int, month: int, day: int) -> float | None:
    try:
        return float(datetime.date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return None


def clock(seconds: float) -> str:
    """Return a time of day as it is written: `09:30`, `09:30:05`."""
    whole = int(seconds)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return f"{text}:{whole % 60:02d}" if whole % 60 else text
