"""Texts, their fields and plurals, and which catalogue is taken."""

from __future__ import annotations

import copy
import gettext
import io
import json
import pathlib
import pickle

import pytest

from layerlab.core import translation
from layerlab.core.numbers import THIN_SPACE
from layerlab.core.translation import (
    _,
    in_english,
    load_catalogue,
    marked,
    ngettext,
    translated,
    wanted_languages,
)
from tests.helpers.catalogues import compiled_catalogue

GERMAN = {
    "Width": "Breite",
    "{name} is empty": "{name} ist leer",
    "{name} is full": "{nmae} ist voll",
    "{share:.0%} is left": "{share:.0q} bleibt",
    "too narrow": "zu schmal",
}


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    plurals = {("{count} row", "{count} rows"): ("{count} Zeile", "{count} Zeilen")}
    raw = compiled_catalogue(GERMAN, plurals)
    monkeypatch.setattr(translation, "catalogue", gettext.GNUTranslations(io.BytesIO(raw)))


def test_without_a_catalogue_texts_are_english() -> None:
    assert _("Width") == "Width"
    assert _("{name} is empty", name="a.csv") == "a.csv is empty"
    assert _("a {brace} without fields") == "a {brace} without fields"
    assert ngettext("{count} row", "{count} rows", 1) == "1 row"
    assert ngettext("{count} row", "{count} rows", 0) == "0 rows"
    assert ngettext("{count} row", "{count} rows", 1500) == f"1{THIN_SPACE}500 rows"
    assert translated(marked("too narrow")) == "too narrow"


@pytest.mark.usefixtures("german")
def test_a_catalogue_translates_with_fields_and_plurals() -> None:
    assert _("Width") == "Breite"
    assert _("Depth") == "Depth"
    assert _("{name} is empty", name="a.csv") == "a.csv ist leer"
    assert ngettext("{count} row", "{count} rows", 1) == "1 Zeile"
    assert ngettext("{count} row", "{count} rows", 3) == "3 Zeilen"
    assert marked("too narrow") == "too narrow"
    assert translated("too narrow") == "zu schmal"
    assert translated("") == ""  # not the catalogue's header


@pytest.mark.usefixtures("german")
def test_a_translated_text_knows_its_english_and_that_of_its_fields() -> None:
    assert in_english(_("Width")) == "Width"
    assert in_english(_("Depth")) == in_english("Depth") == "Depth"
    assert in_english(translated(marked("too narrow"))) == "too narrow"
    assert in_english(ngettext("{count} row", "{count} rows", 3)) == "3 rows"
    nested = _("{name} is empty", name=_("Width"))
    assert (nested, in_english(nested)) == ("Breite ist leer", "Width is empty")
    unknown = _("{part} of {whole}", part=_("Width"), whole=2)
    assert (unknown, in_english(unknown)) == ("Breite of 2", "Width of 2")
    for copied in (copy.deepcopy(nested), pickle.loads(pickle.dumps(nested))):
        assert in_english(copied) == "Width is empty"
    assert json.loads(json.dumps([nested])) == ["Breite ist leer"]


@pytest.mark.usefixtures("german")
def test_a_translation_with_a_broken_field_falls_back_to_english() -> None:
    assert _("{name} is full", name="a.csv") == "a.csv is full"
    assert _("{share:.0%} is left", share=0.5) == "50% is left"


def test_a_wrong_field_of_the_english_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        _("{name} is empty", nmae="a.csv")


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, []),
        ({"LANG": "C.UTF-8"}, []),
        ({"LANG": "de_DE.UTF-8"}, ["de_DE.UTF-8"]),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:de"}, ["fr", "de"]),
        ({"LANGUAGE": "de:en:fr"}, ["de"]),
        ({"LANG": "de_DE.UTF-8", "LAYERLAB_LANGUAGE": "en"}, []),
        ({"LANG": "de_DE.UTF-8", "LAYERLAB_LANGUAGE": ""}, ["de_DE.UTF-8"]),
    ],
)
def test_the_first_variable_that_is_set_chooses(
    environment: dict[str, str], languages: list[str]
) -> None:
    assert wanted_languages(environment) == languages


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (compiled_catalogue(GERMAN, {}), "Breite"),
        (compiled_catalogue(GERMAN, {})[:30], "Width"),
        (b"no catalogue", "Width"),
        (b"", "Width"),
    ],
)
def test_a_catalogue_is_found_by_language_and_a_damaged_one_is_none(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, content: bytes, shown: str
) -> None:
    monkeypatch.setattr(translation, "resource_roots", lambda: [tmp_path / "none", tmp_path])
    file = tmp_path / "locale" / "de" / "LC_MESSAGES" / "layerlab.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert load_catalogue(["nl", "de_CH.UTF-8"]).gettext("Width") == shown
    assert load_catalogue(["fr"]).gettext("Width") == "Width"
