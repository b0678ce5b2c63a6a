"""The glossary: the lab's words as textbooks use them, read from `resources/docs`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from layerlab.core.resources import resource

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ALSO = "Also: "  # not translated: as the file has it


@dataclass(frozen=True)
class Term:
    """A word of the glossary.

    Attributes:
        name: the word that the lab uses.
        also: other words for the same thing, in one line; "" for none.
        text: what it means, in a paragraph.
    """

    name: str
    also: str
    text: str


def glossary() -> tuple[Term, ...]:
    """Return all terms, in the order of the alphabet.

    Raises:
        LabError: the file is missing from this installation.
    """
    _, *parts = _HEADING.split(resource("docs/glossary.md").read_text("utf-8"))
    return tuple(_term(name, body) for name, body in zip(parts[::2], parts[1::2], strict=True))


def _term(name: str, body: str) -> Term:
    lines = body.strip().splitlines()
    also = lines.pop(0).removeprefix(_ALSO) if lines[0].startswith(_ALSO) else ""
    return Term(name, also.rstrip("."), " ".join(lines))


def found(terms: Sequence[Term], asked: str) -> tuple[Term, ...]:
    """Return the terms in which all asked words occur, those with one in their name first.

    Args:
        terms: of `glossary`. asked: words in any order and case; parts of words count.
    """
    words = asked.casefold().split()

    def place(term: Term) -> int:
        """Return 0 for the name, 1 for another name, 2 for the text; 3 for nowhere."""
        texts = (term.name, f"{term.name} {term.also}", f"{term.name} {term.also} {term.text}")
        has = [all(word in text.casefold() for word in words) for text in texts]
        return has.index(True) if True in has else len(texts)

    places = [(place(term), term) for term in terms]
    ranked = sorted((pair for pair in places if pair[0] < 3), key=lambda pair: pair[0])
    return tuple(term for _, term in ranked)
