"""Notation: how the numbers of one file are written, decided over all of its columns.

`1.010` is a thousand and ten beside `950`, and a little more than one beside `0.5`. A person
sees which by looking at the whole table; so does `choose`. What else may stand around a
number (currency, per cent, a unit, brackets for a minus) is the business of `parsed`.
"""

from __future__ import annotations

import contextlib
import functools
import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from layerlab.core.translation import _

_BLANKS = "\u00a0\u202f\u2009 "  # between thousands: one that does not break, thin ones, plain
_MINUS = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u2012": "-", "\ufe63": "-", "\uff0d": "-", "\u2014": "-"}
)
_CURRENCY = "$€£¥₹₽₩₺₴₫฿₪¢"
_CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|TRY"
_CODES += "|US\\$|A\\$|C\\$|R\\$|Rs\\.?|kr\\.?|zł|Kč|Fr\\.?"
_MONEY = rf"(?:[{_CURRENCY}]|{_CODES})"
_UNIT = r"(?:%|‰|°?[^\W\d_][^\W_]{0,7}(?:[/·*][^\W\d_]{1,5})?[²³23]?|°|[µμ][a-zA-Z]+|\"|')"
_DRESSED = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?:(?P<before>{_MONEY})\s*)?(?P<inner>[+-])?"
    r"(?P<digits>[\d.,'’ \u00a0\u202f\u2009]*\d[.,]?)"
    r"(?P<power>[eEdD][+-]?\d{1,3})?"
    rf"(?:(?<=[.,])-{{1,2}}|(?P<tail>-))?\s*(?P<after>{_MONEY}|{_UNIT})?\s*(?P<close>\))?"
)
_TOLERANCE = re.compile(r"\(?(?P<value>[^()±]+?)\s*(?:±|\+/-)\s*[\d.,]+\s*\)?(?P<unit>[^±()]*)")
_BARE = "0123456789.+-eE"
_MONEY_FIRST = re.compile(rf"({_MONEY})\s*\((.*)\)")  # brackets around the number alone
LONGEST = 80  # letters of a number with all that may stand around it
LARGEST = 1e100  # beyond, squares are not finite
_MARKED = re.compile(r"\d.*[^\w+-]")  # a sign among or behind digits
_NOT_FINITE = re.compile(r"[+-]?(inf|infinity|∞)", re.IGNORECASE)


class Number(NamedTuple):
    """A cell that is a number: its value and what stood around it."""

    value: float
    unit: str


@dataclass(frozen=True)
class Notation:
    """Marks of decimals and thousands.

    Attributes:
        decimal: `.` or `,`.
        thousands: `,`, `.`, a blank or an apostrophe; empty where there is none.
        is_certain: whether the file leaves no other reading.
    """

    decimal: str = "."
    thousands: str = ""
    is_certain: bool = True

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        point = re.escape(self.decimal)
        whole = r"\d+"
        if self.thousands:
            mark = f"[{_BLANKS}]" if self.thousands == " " else re.escape(self.thousands)
            mark = "['’]" if self.thousands == "'" else mark
            # Three digits each, or two as in India and three at the end.
            whole = (
                rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d{{1,2}}(?:{mark}\d{{2}})*{mark}\d{{3}}"
                r"|\d+)"
            )
        return re.compile(rf"(?:{whole}(?:{point}\d*)?|{point}\d+)")

    def digits(self, text: str) -> str | None:
        """Return digits as Python writes a number; None where they are not of this notation."""
        if self._pattern.fullmatch(text) is None:
            return None
        if self.thousands:
            marks = _BLANKS if self.thousands == " " else self.thousands
            for mark in "'’" if self.thousands == "'" else marks:
                text = text.replace(mark, "")
        return text.replace(self.decimal, ".") if self.decimal != "." else text


PLAIN = Notation()
_POINTS = (
    PLAIN,
    Notation(".", ","),
    Notation(".", " "),
    Notation(".", "'"),
)
_COMMAS = (
    Notation(","),
    Notation(",", "."),
    Notation(",", " "),
    Notation(",", "'"),
)
ALL = (*_POINTS, *_COMMAS)


def parsed(text: str, notation: Notation) -> Number | None:
    """Return the number that a cell is, or None.

    Args:
        text: without surrounding blanks.
        notation: of the file.

    A minus directly behind a decimal mark, as in `5,-` and `5.–`, says that there are no cents.
    Of a measured value, as `5.1 ± 0.2`, the tolerance is left out.
    """
    if notation.decimal == "." and not text.strip(_BARE) and text.isascii():
        with contextlib.suppress(ValueError):  # the quick way for most cells
            value = float(text)
            return Number(value, "") if math.isfinite(value) else None
    if len(text) > LONGEST:
        return None
    if has_tolerance(text) and (measured := _TOLERANCE.fullmatch(text)) is not None:
        text = f"{measured['value']} {measured['unit']}".strip()
    text = text.translate(_MINUS)
    if (money := _MONEY_FIRST.fullmatch(text)) is not None:
        text = f"({money[1]}{money[2]})"
    found = _DRESSED.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    marks = [found[name] for name in ("sign", "inner", "open", "tail") if found[name]]
    if len(marks) > 1:
        return None
    if found["before"] and found["after"]:
        return None
    digits = notation.digits(found["digits"].strip())
    if digits is None:
        return None
    power = (found["power"] or "").lower().replace("d", "e")
    value = float(digits + power)
    if not math.isfinite(value):
        return None
    negative = marks[:1] not in ([], ["+"])
    return Number(-value if negative else value, found["before"] or found["after"] or "")


def has_tolerance(text: str) -> bool:
    """Return whether a cell says how exact its number is."""
    return "±" in text or "+/-" in text


def is_number(text: str) -> bool:
    """Return whether a cell is a number in some notation."""
    return any(parsed(text, notation) is not None for notation in ALL)


def is_plain(text: str) -> bool:
    """Return whether a cell is a bare number, without a unit, in some notation."""
    return any(
        (number := parsed(text, notation)) is not None and not number.unit for notation in ALL
    )


def are_bounds(texts: Collection[str]) -> bool:
    """Return whether texts are numbers with a sign of being less or more."""
    return bool(texts) and all(
        t[:1] in "<>≤≥~≈" and is_plain(t[1:].lstrip("= ")) for t in texts
    )


def is_not_finite(text: str) -> bool:
    """Return whether a cell is an infinity."""
    return _NOT_FINITE.fullmatch(text) is not None


def choose(
    columns: Iterable[Collection[str]], separator: str, has_points: bool
) -> tuple[Notation, str]:
    """Return how a file writes numbers, and a sentence where another way is possible.

    Args:
        columns: the different cells of each column that is not of bare numbers, gaps left out.
        separator: of the file's cells.
        has_points: whether a column of bare numbers has some with a decimal point.

    Every column counts for each notation in which all of its cells are numbers. Where several
    notations read as many columns, the first of these decides:

    1. A file with decimal points in other columns has no decimal commas.
    2. Exactly three digits after every mark, and none where a number is below a thousand, as
       in `1,010` beside `950`: thousands. (Points are so only beside numbers of three digits:
       `1.125` beside `2` is a little more than one.)
    3. With semicolons between cells, a comma is a decimal mark, and a point with exactly
       three digits behind it every time is one of thousands.
    4. Otherwise a comma with exactly three digits behind it every time is one of thousands.
    """
    marked = [column for column in columns if any(map(_MARKED.search, column))]
    score: dict[Notation, int] = {}
    for notation in ALL:
        score[notation] = sum(
            all(parsed(cell, notation) is not None for cell in column) for column in marked
        )
    most = max(score.values(), default=0)
    if not most:
        return PLAIN, ""
    best = [notation for notation in ALL if score[notation] == most]
    if has_points:
        best = [notation for notation in best if notation.decimal == "."] or best
    if PLAIN in best and len(best) > 1:
        points = any("." in cell for column in marked for cell in column)
        if not points:
            return PLAIN, ""
    if len(best) == 1:
        return best[0], ""
    return _decided(best, marked, separator)


def _decided(
    best: list[Notation], marked: list[Collection[str]], separator: str
) -> tuple[Notation, str]:
    """Return the likelier of several notations; see `choose`."""
    by_comma = next((n for n in best if n.thousands == ","), None)
    decimal_comma = next((n for n in best if n.decimal == "," and not n.thousands), None)
    by_point = next((n for n in best if n.thousands == "."), None)
    if by_comma and decimal_comma:
        if _are_thousands(marked, ","):
            return by_comma, ""
        chosen, other = (
            (decimal_comma, by_comma) if separator == ";" else (by_comma, decimal_comma)
        )
        return chosen, _doubt(chosen, other)
    if by_point and PLAIN in best:
        if _are_thousands(marked, ".", digits=3):
            return by_point, ""
        chosen, other = (by_point, PLAIN) if separator == ";" else (PLAIN, by_point)
        return chosen, _doubt(chosen, other)
    plain_first = sorted(best, key=lambda notation: bool(notation.thousands))
    return plain_first[0], ""


def _are_thousands(columns: list[Collection[str]], mark: str, digits: int = 1) -> bool:
    """Return whether numbers have the mark from a thousand on, in a column at least.

    Args:
        columns: different cells of each. mark: of thousands or decimals.
        digits: how many a number without the mark has at least, of one column.
    """
    below = False
    for column in columns:
        with_mark = [cell for cell in column if mark in cell]
        without = [cell for cell in column if mark not in cell]
        if not with_mark:
            continue
        if any(len(re.sub(r"\D", "", cell)) > 3 for cell in without):
            return False
        below = below or any(len(re.sub(r"\D", "", cell)) >= digits for cell in without)
    return below


def _doubt(chosen: Notation, other: Notation) -> str:
    mark = chosen.thousands or chosen.decimal
    if chosen.thousands:
        return _(
            "every {mark} has exactly three digits behind it: read as a mark of thousands, not "
            "as a decimal mark",
            mark=repr(mark),
        )
    return _(
        "every {mark} has exactly three digits behind it: read as a decimal mark, not as one "
        "of thousands",
        mark=repr(other.thousands or mark),
    )
