"""Texts that a person reads, in the language of that person; see "Texts" in CONTRIBUTING.md.

A text is a literal, in English: `_("{name} is empty", name=name)`. Catalogues of other
languages are `resources/locale/LANGUAGE/LC_MESSAGES/layerlab.mo`; what one of them lacks stays
English. The language is that of `LAYERLAB_LANGUAGE`, else of the variables that gettext knows.
It is chosen once, before any module with a text is imported: constants are translated then.
"""

from __future__ import annotations

import gettext
import itertools
import os
import struct
from collections.abc import Mapping

from layerlab.core.numbers import grouped
from layerlab.core.roots import resource_roots

DOMAIN = "layerlab"  # the name of the catalogues
_VARIABLES = ("LAYERLAB_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_NEED_NO_CATALOGUE = ("en", "C", "POSIX")


def wanted_languages(environment: Mapping[str, str]) -> list[str]:
    """Return the languages that come before English, such as `["de_CH", "de"]`.

    gettext itself would go past an `en`, which has no catalogue, to the next language.

    Args:
        environment: variables, of which the first that is set counts.
    """
    chosen = next(filter(None, map(environment.get, _VARIABLES)), "")
    known = filter(None, chosen.split(":"))
    return list(
        itertools.takewhile(lambda name: not name.startswith(_NEED_NO_CATALOGUE), known)
    )


def load_catalogue(languages: list[str]) -> gettext.NullTranslations:
    """Return the first catalogue of these languages, or one that leaves all texts English."""
    for root in resource_roots() if languages else ():
        try:
            return gettext.translation(DOMAIN, root / "locale", languages)
        except (OSError, ValueError, struct.error):  # there is none, or it is damaged
            continue
    return gettext.NullTranslations()


# Tests put another one here.
catalogue = load_catalogue(wanted_languages(os.environ))


class Text(str):
    """A text in the language of a person that knows what it is in English.

    Attributes:
        english: the same text as the sources have it, its fields filled.
    """

    english: str

    def __new__(cls, shown: str, english: str) -> Text:
        """Return a text that is shown in one way and kept in another."""
        text = super().__new__(cls, shown)
        text.english = english
        return text

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        """Return what a copy is made of."""
        return Text, (str(self), self.english)


def in_english(text: str) -> str:
    """Return a translated text as files keep it: in English, whatever the language is."""
    return text.english if isinstance(text, Text) else text


def _(message: str, /, **fields: object) -> str:
    """Return a text in the person's language, a `Text` where that is not the English one.

    Args:
        message: the English text, a literal.
        fields: what its `{names}` stand for, as in `str.format`. Without any, braces are
            characters like others.
    """
    found = catalogue.gettext(message)
    return _with_english(_filled(found, message, fields), found, message, fields)


def ngettext(one: str, many: str, count: int, /, **fields: object) -> str:
    """Return a text that depends on a number: `ngettext("{count} row", "{count} rows", n)`.

    Args:
        one: the English text for 1, a literal. many: for all other numbers.
        count: stands for `{count}` as `grouped` writes it, unless it is given in `fields`.
        fields: what other `{names}` stand for.
    """
    fields.setdefault("count", grouped(count))
    english, found = one if count == 1 else many, catalogue.ngettext(one, many, count)
    return _with_english(_filled(found, english, fields), found, english, fields)


def marked(message: str, /) -> str:
    """Return the text as it is: it is kept or compared in English, and shown `translated`."""
    return message


def translated(message: str, /) -> str:
    """Return the translation of a text that was `marked` where it is written."""
    if not message:
        return ""  # a catalogue's "" is its header
    found = catalogue.gettext(message)
    return _with_english(found, found, message, {})


def _with_english(shown: str, found: str, english: str, fields: Mapping[str, object]) -> str:
    """Return a text that knows its English, where it differs.

    Args:
        shown: the filled text. found, english: what was filled, in both languages.
        fields: what filled it; some of them may be in both languages too.
    """
    texts = {name: one.english for name, one in fields.items() if isinstance(one, Text)}
    if found == english and not texts:
        return shown
    return Text(shown, english.format(**{**fields, **texts}) if fields else english)


def _filled(text: str, english: str, fields: Mapping[str, object]) -> str:
    if not fields:
        return text
    try:
        return text.format(**fields)
    except (AttributeError, LookupError, TypeError, ValueError):
        if text == english:
            raise
        return english.format(**fields)  # rather than fail for a slip in a catalogue
