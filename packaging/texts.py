"""Write `build/layerlab.pot`: all texts of the program that can be translated.

A text is the literal in a call of `_`, `ngettext` or `marked` (`layerlab.core.translation`).
A comment that begins with `Translators:`, on the line of the call or the one above, goes along.
Presets have their texts in JSON.
"""

from __future__ import annotations

import ast
import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCES = ROOT / "app" / "layerlab"
PRESETS = ROOT / "resources" / "specs" / "presets.json"
TEMPLATE = ROOT / "build" / "layerlab.pot"
# Function -> how many of its arguments are texts: of two, the second one is the plural.
MARKS = {"_": 1, "marked": 1, "ngettext": 2}
COMMENT = re.compile(r"# (Translators: .*)")
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Layerlab\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"
"""


@dataclass
class Message:
    """A text of the program.

    Attributes:
        texts: the English text, and its plural if it has one.
        places: where it stands, as `file:line`.
        comments: for translators.
        has_fields: whether names in braces are filled.
    """

    texts: tuple[str, ...]
    places: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    has_fields: bool = False


def collect(files: Iterator[pathlib.Path], root: pathlib.Path) -> list[Message]:
    """Return the texts of files, each once, in the order in which they stand there.

    Args:
        files: modules of Python.
        root: the folder that places are given from.

    Raises:
        ValueError: a text stands in a singular and has two plurals.
    """
    messages: dict[str, Message] = {}
    for file in files:
        source = file.read_text(encoding="utf-8")
        lines = source.splitlines()
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            if not (texts := _texts(call)):
                continue
            message = messages.setdefault(texts[0], Message(texts))
            if len(message.texts) < len(texts):  # what is also used without its plural
                message.texts = texts
            elif len(texts) > 1 and message.texts != texts:
                raise ValueError(f"{file}: two plurals of {texts[0]!r}")
            message.places.append(f"{file.relative_to(root).as_posix()}:{call.lineno}")
            message.has_fields |= len(texts) > 1 or bool(call.keywords)
            for line in lines[max(call.lineno - 2, 0) : call.lineno]:
                if (found := COMMENT.search(line)) and found[1] not in message.comments:
                    message.comments.append(found[1])
    return list(messages.values())


def _texts(call: ast.Call) -> tuple[str, ...]:
    """Return the texts that a call translates; none for other calls."""
    count = MARKS.get(call.func.id, 0) if isinstance(call.func, ast.Name) else 0
    given = call.args[:count]
    texts = [arg.value for arg in given if isinstance(arg, ast.Constant)]
    return tuple(text for text in texts if isinstance(text, str) and text)


def collect_presets() -> list[Message]:
    """Return the labels and the sentences of the presets."""
    place = PRESETS.relative_to(ROOT).as_posix()
    presets = json.loads(PRESETS.read_text(encoding="utf-8"))
    texts = dict.fromkeys(preset[name] for preset in presets for name in ("label", "help"))
    return [Message((text,), [place]) for text in texts]


def template(messages: list[Message]) -> str:
    """Return the texts as a template of catalogues, in gettext's format."""
    return "\n".join([HEADER, *map(_entry, messages)])


def _entry(message: Message) -> str:
    lines = [f"#. {comment}" for comment in message.comments]
    lines += [f"#: {place}" for place in message.places]
    lines += ["#, python-brace-format"] * message.has_fields
    lines.append(f"msgid {_quoted(message.texts[0])}")
    if len(message.texts) == 1:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(message.texts[1])}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(sign, escaped)
    return f'"{text}"'


def main() -> None:
    """Write the template and print how many texts it has."""
    messages = collect(iter(sorted(SOURCES.rglob("*.py"))), ROOT)
    known = {message.texts[0] for message in messages}
    messages += [preset for preset in collect_presets() if preset.texts[0] not in known]
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(template(messages), encoding="utf-8")
    print(f"{TEMPLATE.relative_to(ROOT)}: {len(messages)} texts")


if __name__ == "__main__":
    main()
