"""A language whose every text stands in brackets: what is shown without them escaped.

`python -m tests.helpers.pseudo_language` draws the window with the lab and with each page, and
prints as JSON which texts of each are not translated, and which headers of tables are: those
are English in every language.
"""

from __future__ import annotations

import gettext
import html
import json
import re
import tempfile

from layerlab.core import translation

OPEN, CLOSE = "⟦", "⟧"
_WORD = re.compile(r"[^\W\d_]{3,}")
# What no language translates: names of functions, methods and people, formulas, paths of knobs.
_NAME = re.compile(r"[A-Z]\w*[A-Z][\w-]*|[a-z]+\.[a-z_]+|\S*[=·₀-₉ᵀ²√∂∇]\S*")
translated: list[str] = []  # every text that was asked for, filled


class Bracketed(gettext.NullTranslations):
    """A catalogue that has every text."""

    def gettext(self, message: str) -> str:
        """Return the text in brackets."""
        text = f"{OPEN}{message}{CLOSE}"
        translated.append(text)
        return text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form for that number in brackets."""
        return f"{OPEN}{one if count == 1 else many}{CLOSE}"


def install() -> None:
    """Speak that language from now on; before anything with texts is imported."""
    translation.catalogue = Bracketed()
    fill = translation._filled

    def noted(text: str, english: str, fields: dict[str, object]) -> str:
        filled = fill(text, english, fields)
        translated.append(filled)
        return filled

    translation._filled = noted


def escaped(shown: set[str], names: set[str]) -> list[str]:
    """Return the texts that are not translated.

    Args:
        shown: all texts of the window. Lines that were cut or wrapped are parts of texts. One
            in brackets that no text has was changed, as if it were English: `⟦width⟧`.
        names: words that are data, registry names or numbers' units.
    """
    known = " ".join(map(_bare, translated))
    found = []
    for text in sorted(shown):
        outside, count = text, 1
        while count:  # texts within texts, from the inside
            outside, count = re.subn(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", outside)
        outside = re.sub(f"{OPEN}[^{CLOSE}]*$|^[^{OPEN}]*{CLOSE}", " ", outside)
        words = [word for word in outside.split() if not _NAME.fullmatch(word)]
        rest = " ".join(word for word in words if word.strip(".,:;()…") not in names)
        parts = re.findall(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", text)
        is_changed = any(_bare(part) not in known for part in parts)
        if is_changed or (_WORD.search(rest) and _bare(text).strip("…") not in known):
            found.append(text)
    return found


def _bare(text: str) -> str:
    """Return a text without tags and spaces."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def translated_headers() -> list[str]:
    """Return the headers of the tables of all visible cards that are not English."""
    from PySide6.QtWidgets import QApplication

    from layerlab.ui.card import Card
    from layerlab.ui.pages.claims import ClaimsCard

    found = []
    for card in QApplication.allWidgets():
        if isinstance(card, Card) and not isinstance(card, ClaimsCard):  # a table of sentences
            header = card.numbers().partition("\n")[0]
            found += [f"{card.title()}: {name}" for name in header.split("\t") if OPEN in name]
    return sorted(found)


def texts_of_widgets() -> set[str]:
    """Return what labels, buttons, actions, choices and tooltips of all windows hold."""
    from PySide6.QtWidgets import QApplication

    shown: set[str] = set()
    for widget in QApplication.allWidgets():
        for name in ("text", "toolTip", "windowTitle", "placeholderText", "accessibleName"):
            if callable(value := getattr(widget, name, None)) and not _is_typed(widget, name):
                shown.add(value())
        for action in widget.actions():
            shown |= {action.text(), action.toolTip()}
        if callable(item := getattr(widget, "itemText", None)):
            shown |= {item(i) for i in range(widget.count())}
    return {re.sub(r"<[^>]+>", " ", text) for text in shown if isinstance(text, str)}


def _is_typed(widget: object, name: str) -> bool:
    from PySide6.QtWidgets import QLineEdit

    return name == "text" and isinstance(widget, QLineEdit)


def main() -> None:
    """Draw the windows and print what escapes."""
    install()
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QApplication

    from layerlab.compose import shot
    from layerlab.compose.page import Page
    from layerlab.experiments import EXPERIMENTS

    Page.finish = Page.refresh  # type: ignore[method-assign] # without work of a minute
    shown: set[str] = set()
    headers: list[str] = []
    draw = QPainter.drawText

    def noted(painter: QPainter, *args: object) -> object:
        shown.update(arg for arg in args if isinstance(arg, str))
        return draw(painter, *args)

    def collected(picture: object) -> bytes:
        shown.update(texts_of_widgets())
        headers.extend(translated_headers())
        return b""

    QPainter.drawText = noted  # type: ignore[method-assign]
    shot._png = collected
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for what in ("lab", "gallery", *EXPERIMENTS.keys()):
            shown.clear()
            headers.clear()
            if what == "lab":
                shot.shot(f"{folder}/picture.png", updates=20)
            else:
                shot.shot_page(f"{folder}/picture.png", what)
            found[what] = [*escaped(shown, _names()), *headers]
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # its window
    print(json.dumps(found, ensure_ascii=False))


def _names() -> set[str]:
    """Return what is chosen by a name of its own, and the names of the default lab's data."""
    from layerlab.core.spec import LabSpec
    from layerlab.experiments import EXPERIMENTS
    from layerlab.nets.activations import ACTIVATIONS
    from layerlab.nets.optimizers import OPTIMIZERS
    from layerlab.nets.problem import problem_of

    data = problem_of(LabSpec()).data
    names = {*EXPERIMENTS.keys(), *data.feature_names, data.target_name}
    names |= {entry.label for registry in (ACTIVATIONS, OPTIMIZERS) for entry in registry}
    return names | {"Layerlab", "Mixtral", "float32", "float64"}


if __name__ == "__main__":
    main()
