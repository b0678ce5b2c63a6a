"""Tokens: the numbers, names and signs of a typed formula, each with its place."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from layerlab.core.errors import LabError, quoted
from layerlab.core.translation import _

_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-−]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*[₀-₉]*")
_RAISED = re.compile(r"⁻?[⁰¹²³⁴-⁹]+")
_SIGNS = {  # as it is typed -> as the parser knows it
    **{sign: sign for sign in "+-*/^()|,=<>√"},
    **{"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "∕": "/"},
    **{"**": "^", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">="},
    **{"==": "==", "!=": "!=", "≠": "!=", "[": "(", "]": ")", "{": "(", "}": ")"},
}
_NAMED_SIGNS = {"&&": "and", "&": "and", "∧": "and", "∨": "or", "¬": "not", "π": "pi"}
WORDS = ("and", "or", "not")


@dataclass(frozen=True)
class Token:
    """One piece of a formula.

    Attributes:
        kind: `number`, `name`, `raised` (an exponent in small raised digits), `end`, one of
            `and`, `or`, `not`, or a sign such as `<=`.
        text: what it says, in lower case; of a sign as the parser knows it.
        start, end: where it stands; the first character is 0, the end not included.
        value: of numbers and exponents.
    """

    kind: str
    text: str
    start: int
    end: int
    value: float = 0.0


def refusal(place: int, problem: str) -> LabError:
    """Return the error that something stands in a formula at a place, counted from 0."""
    return LabError(
        _("the formula, character {place}: {problem}", place=place + 1, problem=problem)
    )


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a formula, and one that ends them.

    Raises:
        LabError: a character that no formula has, with its place.
    """
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token_at(text, place)
        found.append(token)
        place = token.end
    return [*found, Token("end", "", len(text), len(text))]


def _token_at(text: str, place: int) -> Token:
    if match := _NUMBER.match(text, place):
        return _number(match[0], place, text)
    if match := _NAME.match(text, place):
        # "₁" is the digit 1, but for how it looks.
        name = unicodedata.normalize("NFKC", match[0]).lower()
        return Token(name if name in WORDS else "name", name, place, match.end())
    if match := _RAISED.match(text, place):
        digits = unicodedata.normalize("NFKC", match[0]).replace("−", "-")
        return Token("raised", match[0], place, match.end(), float(digits))
    for length in (2, 1):
        piece = text[place : place + length]
        if piece in _NAMED_SIGNS:
            name = _NAMED_SIGNS[piece]
            return Token(name if name in WORDS else "name", name, place, place + length)
        if piece in _SIGNS:
            return Token(_SIGNS[piece], _SIGNS[piece], place, place + length)
    raise refusal(place, _no_sign(text[place]))


def _number(digits: str, place: int, text: str) -> Token:
    value, end = float(digits.replace("−", "-")), place + len(digits)
    if not math.isfinite(value):
        raise refusal(place, _("the number is too large"))
    if text[end : end + 1] == ".":
        raise refusal(end, _("a number has one decimal point only"))
    return Token("number", digits, place, end, value)


def _no_sign(sign: str) -> str:
    if sign == "%":
        return _("% is not known; the remainder of a division is mod(a, b)")
    if sign == ".":
        return _("a point without digits is no number")
    if sign == "!":
        return _("! is not known; a negation is written not, as in not x < 0")
    return _("the character {sign} is not known in a formula", sign=quoted(sign))
