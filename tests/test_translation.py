"""Every text of a person goes through gettext: in the sources, and as the window shows it."""

from __future__ import annotations

import json
import pathlib
import re
import string
import subprocess
import sys

import pytest

from tests.helpers import pseudo_language
from tests.helpers.scripts import script
from tests.helpers.texts import hidden_by_variables, not_literal, reads_like_text, untranslated

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "app" / "layerlab"
PROGRAMS = ("nets/printed.py",)  # what these write is read by Python


def sources() -> dict[str, str]:
    """Return the package's modules by their path in it."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {f.relative_to(PACKAGE).as_posix(): f.read_text(encoding="utf-8") for f in files}


SOURCES = sources()


@pytest.mark.parametrize(
    ("template", "is_text"),
    [
        ("the file {} is missing", True),
        ("{} rows", True),
        ("{} to {}", True),
        ("a number", True),
        ("Width", True),
        ("leaky-relu", False),
        ("net.hidden", False),
        ("PyTorch", False),
        ("NumPy 2", False),
        ("{} × {}", False),
        (r"\frac{a b}{c}", False),
        ("<b>bold words</b>", False),
        ("import numpy as np", False),
        ("programs/common/adam.py", False),
        ("1 500", False),
        ("QLabel, QFrame { color: $text; }", False),
        ("padding: {}px {}px 0", False),
        ("SELECT name FROM runs WHERE id = ?", False),
        ("Select a name from the list", True),
        ('{} transform="{}"', False),
    ],
)
def test_what_reads_like_a_text(template: str, is_text: bool) -> None:
    assert reads_like_text(template) is is_text


def test_texts_that_escape_are_found_and_others_are_not() -> None:
    source = """
def f(x, parser):
    "Do a thing."
    logger.info("a log line %s", x)
    if x == "one of them" or x.startswith("a prefix of"):
        raise ValueError(f"a programmer's error: {x}")
    names = {"some key": x["another key"]}
    plot(x, unit="points", key="a key here")
    plot("two words")  # not translated: a name
    Task("spiral", "spiral", "Two arms around each other.")
    _("a translated text"), ngettext("{count} row", "{count} rows", x), marked("kept so")
    raise LabError(f"{x} is {'so far' if x else ''} wrong" "!")
    store.replace(x, "a smaller rate"), self._store.mark("reset")
    x.replace("one part", "by another"), training.choose_task(x, "target", "task.target")
"""
    found = [(text.line, text.template) for text in untranslated(source)]
    assert found == [
        (8, "points"),
        (10, "spiral"),
        (10, "Two arms around each other."),
        (12, "{} is {} wrong!"),
        (12, "so far"),
        (13, "a smaller rate"),
        (13, "reset"),
        (14, "target"),
    ]


def test_calls_without_a_literal_are_found() -> None:
    source = '_("a"); _(f"a {b}"); _("a" + b); ngettext("a", b, c); ngettext("a", "b", c); _()'
    assert len(not_literal(source)) == 4


def test_variables_named_as_the_function_are_found() -> None:
    source = """
from layerlab.core.translation import _
def fine(): return [a for _, a in x], _("a")
def unused(): first, _ = x
def wrong():
    for _ in x: pass
    return _("a")
def within(_):
    return lambda: _("a")
"""
    assert hidden_by_variables(source) == ["lambda, line 9", "wrong, line 5"]
    assert "top, line 0" in hidden_by_variables(f"{source}_, a = b\n")
    assert hidden_by_variables("def f():\n    for _ in x: pass\n    return _") == []


def test_no_text_escapes_translation() -> None:
    escaped = [
        f"{name}:{text.line}: {text.template}"
        for name, source in SOURCES.items()
        if not name.startswith(PROGRAMS)
        for text in untranslated(source)
    ]
    advice = "wrap them in _(), or end the line with `# not translated` if they are no texts"
    assert not escaped, "\n".join([advice, *escaped])


def test_every_translated_text_is_a_literal() -> None:
    own = "core/translation.py"
    calls = {name: not_literal(source) for name, source in SOURCES.items() if name != own}
    assert {name: found for name, found in calls.items() if found} == {}


RECASED = re.compile(r"\.(label|help|title(\(\))?)\.(lower|upper|capitalize|swapcase)\(")


def test_no_label_is_put_into_other_letters() -> None:
    """Languages have their own capitals; `core.phrases.capitalized` begins sentences."""
    assert RECASED.search("knob.label.lower()")
    assert RECASED.search("self.card.title().upper()")
    assert {name for name, source in SOURCES.items() if RECASED.search(source)} == set()


def test_no_variable_takes_the_place_of_the_function() -> None:
    hidden = {name: hidden_by_variables(source) for name, source in SOURCES.items()}
    assert {name: found for name, found in hidden.items() if found} == {}


# ---- the template of catalogues


def test_the_texts_are_collected_with_places_plurals_and_comments(
    tmp_path: pathlib.Path,
) -> None:
    texts = script("texts")
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text(
        '# Translators: of a table\nx = _("{name}: \\"a\\"\\n", name=n), _("Width")\n'
        'y = ngettext("{count} row", "{count} rows", n), marked("kept")\nz = _(""), f("no")\n'
    )
    second.write_text('x = _("Width")\n')
    messages = texts.collect(iter([first, second]), tmp_path)
    template = texts.template(messages)
    assert (
        template.removeprefix(texts.HEADER)
        == """
#. Translators: of a table
#: a.py:2
#, python-brace-format
msgid "{name}: \\"a\\"\\n"
msgstr ""

#. Translators: of a table
#: a.py:2
#: b.py:1
msgid "Width"
msgstr ""

#: a.py:3
#, python-brace-format
msgid "{count} row"
msgid_plural "{count} rows"
msgstr[0] ""
msgstr[1] ""

#: a.py:3
msgid "kept"
msgstr ""
"""
    )
    second.write_text('x = ngettext("{count} row", "{count} lines", n)\n')
    with pytest.raises(ValueError, match="two plurals"):
        texts.collect(iter([first, second]), tmp_path)


def test_the_fields_of_all_texts_have_names() -> None:
    texts = script("texts")
    messages = texts.collect(iter(sorted(PACKAGE.rglob("*.py"))), ROOT)
    assert len(messages) > 100
    for message in messages:
        if message.has_fields:
            for text in message.texts:
                fields = [name for _, name, _, _ in string.Formatter().parse(text)]
                assert all(name is None or name.isidentifier() for name in fields), text


# ---- as the window shows it


def test_a_text_without_brackets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["⟦a long sentence on rows⟧", "⟦⟦Width⟧ of it⟧", "⟦wide⟧"]
    monkeypatch.setattr(pseudo_language, "translated", texts)
    shown = {"⟦Width⟧: ⟦wide⟧", "⟦⟦Width⟧ of it⟧", "a long sen…", "on rows⟧"}
    shown |= {"12 %", "tanh", "net.width", "E[h²]"}
    assert pseudo_language.escaped(shown, {"tanh"}) == []
    wrong = {"⟦Width⟧ elsewhere", "Depth", "layers⟧ more", "⟦width⟧: ⟦wide⟧", "⟦wi⟧"}
    assert pseudo_language.escaped(wrong, set()) == sorted(wrong)


def test_every_text_of_the_window_is_translated() -> None:
    command = [sys.executable, "-m", "tests.helpers.pseudo_language"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    escaped = json.loads(done.stdout)
    assert len(escaped) > 10
    assert {what: texts for what, texts in escaped.items() if texts} == {}
