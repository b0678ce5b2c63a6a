"""Words and clauses that are joined into one text."""

import gettext

import pytest

from layerlab.core import translation
from layerlab.core.phrases import joined_by_and, joined_by_or, joined_clauses


def test_what_is_joined() -> None:
    assert joined_by_and([]) == joined_by_or([]) == joined_clauses([]) == ""
    assert joined_by_and(["a"]) == joined_by_or(["a"]) == joined_clauses(["a"]) == "a"
    assert joined_by_and(iter("abc")) == "a and b and c"
    assert joined_by_or("ab") == "a or b"
    assert joined_clauses(["it is so", "that is so"]) == "it is so, and that is so"


def test_a_language_joins_them_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.replace(" and ", "と")

    monkeypatch.setattr(translation, "catalogue", Catalogue())
    assert joined_by_and("ab") == "aとb"
