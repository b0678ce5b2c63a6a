"""The programs that pages give away: files of `resources/programs/`, with values filled in.

A program is a Python file that runs as it stands: a docstring, a head of parameters
(`NAME = value  # what it is`, with literals alone), its imports, the rest. What several
programs need is in `resources/programs/common/` and imported from there; in the text that a
person copies it stands in the place of that import.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from layerlab.core.errors import LabError
from layerlab.core.resources import resource
from layerlab.core.translation import _

_COMMON = "common"
_LINE = 96  # characters
_FORMATTER = re.compile(rb"  # fmt: skip.*")  # a note for those who write programs


def program(
    key: str, parts: Mapping[str, str] = MappingProxyType({}), **parameters: Any
) -> str:
    """Return a program with these parameters, as one text that needs no other file.

    Args:
        key: name of the file, without its ending.
        parts: modules of `common` that are other than their files: name -> text.
        parameters: the value of every parameter in the file's head: numbers, texts, and lists
            and tuples of such.

    Raises:
        LabError: there is no such file; the file lacks a parameter that is given, or has one
            that is not; a value is no literal.
    """
    text = resource(f"programs/{key}.py").read_text("utf-8")
    return _in_one(_filled(key, text, parameters), parts)


def head(text: str) -> dict[str, ast.expr]:
    """Return the parameters of a program: name -> its value in the syntax tree.

    The head is the assignments between the docstring and the first other statement.
    """
    rest = ast.parse(text).body[1:]
    found = {}
    for node in itertools.takewhile(lambda node: isinstance(node, ast.Assign), rest):
        assert isinstance(node, ast.Assign)
        found[ast.unparse(node.targets[0])] = node.value
    return found


def _filled(key: str, text: str, parameters: Mapping[str, Any]) -> str:
    """Return the text of a program with the values of its head replaced."""
    places = head(text)
    for name in parameters.keys() - places.keys():
        raise LabError(_("the program {key} has no parameter {name}", key=key, name=name))
    for name in places.keys() - parameters.keys():
        raise LabError(
            _("the parameter {name} of the program {key} is not set", name=name, key=key)
        )
    lines = text.encode().splitlines(keepends=True)  # columns of a tree count bytes
    for name, place in reversed(places.items()):  # the last one first: lines above stay
        first, last = place.lineno - 1, (place.end_lineno or place.lineno) - 1
        start = lines[first][: place.col_offset]
        end = _FORMATTER.sub(b"", lines[last][place.end_col_offset :])
        value = _plain(
            _("the parameter {name} of the program {key}", name=name, key=key), parameters[name]
        )
        new = _source(value, "", _LINE - len(start.decode()) - len(end.decode().rstrip("\n")))
        lines[first : last + 1] = [start + new.encode() + end]
    return b"".join(lines).decode()


def _plain(what: str, value: Any) -> Any:
    """Return a value if its `repr` is a literal, or refuse it."""
    try:
        same = ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError):
        same = False
    if same is not True:  # arrays, say, compare number by number
        raise LabError(
            _("{what} is no literal but {type_name}", what=what, type_name=type(value).__name__)
        )
    return value


def _source(value: Any, indent: str, room: int) -> str:
    """Return a literal as source, on more lines if it is longer than `room`."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # in double quotes, as in the files
    if not isinstance(value, (list, tuple)):
        return repr(value)
    opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")")
    items = ", ".join(_source(item, "", sys.maxsize) for item in value)
    lone = "," if closing == ")" and len(value) == 1 else ""
    if len(items) + len(lone) + 2 <= room:
        return f"{opening}{items}{lone}{closing}"
    inner = indent + " " * 4
    width = _LINE - len(inner) - 1  # a comma
    lines: list[str] = []
    for item in value:
        text = _source(item, inner, width)
        is_row = isinstance(item, list)  # of a table; pairs and numbers fill lines
        if lines and not is_row and len(lines[-1]) + len(text) + 2 <= width:
            lines[-1] += f", {text}"
        else:
            lines.append(text)
    rows = "".join(f"{inner}{line},\n" for line in lines)
    return f"{opening}\n{rows}{indent}{closing}"


def _in_one(text: str, others: Mapping[str, str]) -> str:
    """Return a program with all that it imports from `common` written into it."""
    nodes = _imports(text)
    imports, parts = _gathered(nodes, others)
    if not parts:
        return text
    start = "".join(text.splitlines(keepends=True)[: nodes[0].lineno - 1])
    return start + "\n\n\n".join(["\n".join(imports), *parts, _after(text, nodes)]) + "\n"


def _imports(text: str) -> list[ast.Import | ast.ImportFrom]:
    return [n for n in ast.parse(text).body if isinstance(n, (ast.Import, ast.ImportFrom))]


def _after(text: str, nodes: Sequence[ast.stmt]) -> str:
    """Return what comes after a program's imports."""
    return "".join(text.splitlines(keepends=True)[nodes[-1].end_lineno :]).strip("\n")


def _gathered(
    nodes: Sequence[ast.Import | ast.ImportFrom], others: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Return the lines of all imports, sorted, and the text of each part of `common`."""
    own: set[tuple[bool, bool, str]] = set()
    parts: dict[str, str] = {}

    def take(nodes: Sequence[ast.Import | ast.ImportFrom]) -> None:
        for node in nodes:
            is_from = isinstance(node, ast.ImportFrom)
            module = getattr(node, "module", None) or node.names[0].name
            top = module.partition(".")[0]
            if top != _COMMON:
                own.add((top not in sys.stdlib_module_names, is_from, ast.unparse(node)))
            elif module not in parts:
                path = f"programs/{module.replace('.', '/')}.py"
                part = others.get(module) or resource(path).read_text("utf-8")
                inner = _imports(part)
                take(inner)  # first what the part itself needs
                parts[module] = _after(part, inner)

    take(nodes)
    lines: list[str] = []
    for _top, group in itertools.groupby(sorted(own), lambda entry: entry[0]):
        lines += [""] * bool(lines) + [line for *_, line in group]
    return lines, list(parts.values())
