"""Kinds: what a column is, by its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layerlab.core.translation import marked

NUMBER, DATE, TIME = marked("number"), marked("date"), marked("time")
CATEGORY, BOOLEAN, LABEL, TEXT = (
    marked("category"),
    marked("boolean"),
    marked("label"),
    marked("text"),
)
KINDS = (NUMBER, DATE, TIME, CATEGORY, BOOLEAN, LABEL, TEXT)
SPELLED = (CATEGORY, BOOLEAN, LABEL, TEXT)  # of these a column keeps what is in the file
MAX_CATEGORIES = 20  # a column of more different texts is no category
DISTINCT = 0.9  # share of different texts from which they name the rows
# not translated: what spreadsheets write for TRUE and FALSE in other languages
_TRUE = {"wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "sant"}
_FALSE = {"falsch", "faux", "falso", "onwaar", "fałsz", "falskt"}
_PAIRS = (  # yes and no, as people type them
    (
        {"true", "t", "yes", "y", "on", "ja", "j", "oui", "o", "sí", "si", "s", "sim", "да"}
        | _TRUE
    ),
    ({"false", "f", "no", "n", "off", "nein", "non", "não", "nao", "нет", "nee"} | _FALSE),
)
_ALSO = ({"1", "x", "1.0"}, {"0", "", "0.0"})  # beside one of the above
_INDEX = frozenset(  # not translated: names of columns that count the rows
    (
        *("", "index", "idx", "nr", "nr.", "no", "no.", "num", "#", "row"),
        *("row number", "lfd. nr.", "lfd nr"),  # not translated
        *("rownum", "record", "unnamed: 0", "obs", "case", "x1", "serial", "sno", "s.no"),
        *("...1", "column 1"),
        *("rownames", "n°", "nº"),
    )
)
_KEYS = frozenset(("id", "ids", "rowid", "key", "uid", "uuid", "guid"))  # not translated
_KEY_END = re.compile(r"[_\s.-][iI][dD]$|[a-z]I[dD]$|^[iI][dD][_\s.-]")
_NUMBERED = re.compile(r".*[\s_.-](nr|no|num|number|nummer)\.?", re.IGNORECASE)
_AXES = frozenset(  # not translated: names of columns
    (
        *("x", "t", "time", "day", "days", "week", "month", "year", "hour", "minute", "second"),
        *("seconds", "minutes", "hours", "date", "step", "epoch", "age", "distance", "depth"),
        *("dose", "zeit", "tag", "jahr", "monat", "alter", "temps", "jour", "mois", "année"),
    )
)
_TICKS = frozenset(("x", "✓", "✔", "yes", "y", "ja", "true", "oui"))  # not translated


@dataclass(frozen=True)
class Folded:
    """Texts that differ in case and blanks alone are one.

    Attributes:
        names: text as it is in the file -> the spelling that is kept, the most frequent one.
        merged: the spellings that became another one.
    """

    names: dict[str, str]
    merged: tuple[str, ...]


def folded(counts: Mapping[str, int]) -> Folded:
    """Return how the different texts of a column are spelled.

    Args:
        counts: text -> how often it comes, most frequent or first ones first.
    """
    kept: dict[str, str] = {}
    names = {}
    for text in sorted(counts, key=lambda text: (-counts[text], text)):
        names[text] = kept.setdefault(" ".join(text.casefold().split()), text)
    merged = tuple(text for text, name in names.items() if text != name)
    return Folded(names, merged)


def truth_of(texts: Sequence[str]) -> dict[str, bool] | None:
    """Return text -> whether it means yes; None if these are no yes and no."""
    small = {text: text.casefold() for text in texts}
    yes, no = _PAIRS
    if not any(text in yes | no for text in small.values()):
        return None
    if not all(text in yes | no | _ALSO[0] | _ALSO[1] for text in small.values()):
        return None
    if len(set(small.values())) > 4:
        return None
    return {text: small[text] in yes | _ALSO[0] for text in texts}


def is_word(text: str) -> bool:
    """Return whether yes or no is a word, where `1`, `0` or `x` may stand for it too."""
    return text.casefold() not in _ALSO[0] | _ALSO[1]


def is_index_name(name: str) -> bool:
    """Return whether a column's name is one of a count of the rows."""
    return name.casefold().strip() in _INDEX or is_key_name(name)


def is_key_name(name: str) -> bool:
    """Return whether a column's name says that it identifies the rows, as `user_id` does."""
    return name.casefold().strip() in _KEYS or _KEY_END.search(name) is not None


def is_numbered_name(name: str) -> bool:
    """Return whether a column's name says that it counts something, as `Trial no.` does."""
    return _NUMBERED.fullmatch(name.strip()) is not None


def is_axis_name(name: str) -> bool:
    """Return whether a column that counts up may be measured, as a time or a place is."""
    return name.casefold().strip() in _AXES


def tick_of(counts: Mapping[str, int]) -> str | None:
    """Return the mark of a column that is ticked or left empty; None if it is another one.

    Args:
        counts: every different text, gaps among them -> how often it comes.
    """
    filled = [text for text in counts if text]
    is_tick = len(filled) == 1 and "" in counts and filled[0].casefold() in _TICKS
    return filled[0] if is_tick else None


def are_codes(texts: Sequence[str]) -> bool:
    """Return whether digits are codes, not numbers: one of several begins with a zero."""
    return any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in texts)


def text_kind(counts: Counter[str], rows: int) -> str:
    """Return what a column of texts is: a category, a label of each row, or a text.

    Args:
        counts: different texts, gaps left out -> how often each comes.
        rows: how many rows are filled.
    """
    different = len(counts)
    if different > 2 and different >= DISTINCT * rows:
        return LABEL
    if different <= MAX_CATEGORIES:
        return CATEGORY
    return TEXT
