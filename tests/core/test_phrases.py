"""Words and clauses that are joined into one text."""

import gettext

import pytest

from layerlab.core import translation
from layerlab.core.phrases import capitalized, joined_by_and, joined_by_or, joined_clauses


def test_what_is_joined() -> None:
    assert joined_by_and([]) == joined_by_or([]) == joined_clauses([]) == ""
    assert joined_by_and(["a"]) == joined_by_or(["a"]) == joined_clauses(["a"]) == "a"
    assert joined_by_and(iter("abc")) == "a and b and c"
    assert joined_by_or("ab") == "a or b"
    assert joined_clauses(["it is so", "that is so"]) == "it is so, and that is so"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the file is empty", "The file is empty"),
        ("été is missing", "Été is missing"),
        ("net.width is 0", "net.width is 0"),
        ("lab.json: it is empty", "lab.json: it is empty"),
        ("ファイルがありません", "ファイルがありません"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_but_not_with_that_of_a_name(
    text: str, sentence: str
) -> None:
    assert capitalized(text) == sentence


def test_a_language_joins_them_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.replace(" and ", "と")

    monkeypatch.setattr(translation, "catalogue", Catalogue())
    assert joined_by_and("ab") == "aとb"
