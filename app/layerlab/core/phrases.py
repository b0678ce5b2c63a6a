"""Words and clauses joined into one text, as the person's language joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

from layerlab.core.translation import _


def capitalized(text: str) -> str:
    """Return a text as the beginning of a sentence, in scripts that have capitals.

    A name stays as it is: `net.width`, `lab.json`.
    """
    is_word = text.split(maxsplit=1)[:1] and text.split(maxsplit=1)[0].isalpha()
    return text[:1].upper() + text[1:] if is_word else text


def joined_by_and(words: Iterable[str]) -> str:
    """Return `a and b and c`; "" of nothing."""
    return _joined(_and, words)


def joined_by_or(words: Iterable[str]) -> str:
    """Return `a or b or c`; "" of nothing."""
    return _joined(_or, words)


def joined_clauses(clauses: Iterable[str]) -> str:
    """Return clauses, each of which could be a sentence: `a, and b`; "" of nothing."""
    return _joined(_and_clause, clauses)


def _joined(two: Callable[[str, str], str], texts: Iterable[str]) -> str:
    found = list(texts)
    return reduce(two, found) if found else ""


def _and(before: str, last: str) -> str:
    # Translators: `before` may itself be joined: "a and b"
    return _("{before} and {last}", before=before, last=last)


def _or(before: str, last: str) -> str:
    # Translators: `before` may itself be joined: "a or b"
    return _("{before} or {last}", before=before, last=last)


def _and_clause(before: str, last: str) -> str:
    # Translators: both are clauses, such as "the rates are far apart"
    return _("{before}, and {last}", before=before, last=last)
