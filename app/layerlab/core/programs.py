"""The programs that pages give away: files of `resources/programs/`, with values filled in.

A program is a Python file that runs as it stands: a docstring, a head of parameters
(`NAME = value  # what it is`, with literals alone), its imports, the rest. What several
programs need is in `resources/programs/common/` and imported from there; in the text that a
person copies it stands in the place of that import.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import re
import sys
import textwrap
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
    key: str,
    parts: Mapping[str, str] = MappingProxyType({}),
    fold: bool = False,
    **parameters: Any,
) -> str:
    """Return a program with these parameters, as one text that needs no other file.

    Args:
        key: name of the file, without its ending.
        parts: modules of `common` that are other than their files: name -> text.
        parameters: the value of every parameter in the file's head: numbers, texts, and lists
            and tuples of such.
        fold: whether branches that these decide are left out, see `folded`.

    Raises:
        LabError: there is no such file; the file lacks a parameter that is given, or has one
            that is not; a value is no literal.
    """
    text = resource(f"programs/{key}.py").read_text("utf-8")
    filled = _filled(key, text, parameters)
    return _used(_in_one(folded(filled), parts)) if fold else _in_one(filled, parts)


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


def folded(text: str) -> str:
    """Return a program without the branches that its head decides, and without what is unused.

    `if NAME:`, comparisons of parameters with literals, `not`, `and`, `or` and `a if NAME else
    b` are decided; then parameters, functions and imports that nothing names are left out.
    """
    while (chosen := _decided(text)) is not None:
        text = chosen
    return _used(text)


def _used(text: str) -> str:
    """Return a program without parameters, functions and imports that nothing names."""
    tree = ast.parse(text)
    used = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    parameters = head(text)
    lines = text.encode().splitlines(keepends=True)
    first = len(lines)
    for node in reversed(tree.body):
        end = node.end_lineno or node.lineno
        names: set[str] = set()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = _imported(node)
        elif isinstance(node, ast.Assign):
            names = {ast.unparse(node.targets[0])} & parameters.keys()
        elif isinstance(node, ast.FunctionDef):
            names, end = {node.name}, first  # with the blank lines below it
        if names and not names & used:
            lines[node.lineno - 1 : end] = []
        first = node.lineno - 1
    shorter = b"".join(lines).decode()
    return shorter if shorter == text else _used(shorter)


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return the names that an import brings."""
    return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}


def _decided(text: str) -> str | None:
    """Return a program with its first decided branch replaced; None where there is none."""
    values = {}
    for name, value in head(text).items():
        with contextlib.suppress(ValueError):
            values[name] = ast.literal_eval(value)
    lines = text.encode().splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.If, ast.IfExp)):
            continue
        truth = _truth(node.test, values)
        if truth is None:
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        if isinstance(node, ast.IfExp):
            part = ast.get_source_segment(text, node.body if truth else node.orelse) or ""
            start = lines[first][: node.col_offset]
            lines[first:last] = [start + part.encode() + lines[last - 1][node.end_col_offset :]]
        else:
            body = node.body if truth else node.orelse
            inner = lines[body[0].lineno - 1 : body[-1].end_lineno] if body else []
            text = textwrap.dedent(b"".join(inner).decode())
            lines[first:last] = [textwrap.indent(text, " " * node.col_offset).encode()]
        return b"".join(lines).decode()
    return None


def _truth(test: ast.expr, values: Mapping[str, Any]) -> bool | None:
    """Return whether a condition holds, by the parameters alone; None where they do not say."""
    if isinstance(test, ast.Name):
        return bool(values[test.id]) if test.id in values else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _truth(test.operand, values)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [_truth(part, values) for part in test.values]
        deciding = isinstance(test.op, ast.Or)  # what one part alone decides
        if deciding in parts:
            return deciding
        return None if None in parts else not deciding
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name):
        right = test.comparators[0]
        if test.left.id in values and isinstance(right, ast.Constant) and len(test.ops) == 1:
            equal = bool(values[test.left.id] == right.value)
            if isinstance(test.ops[0], ast.Eq):
                return equal
            if isinstance(test.ops[0], ast.NotEq):
                return not equal
    return None


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
    """Return what comes after a program's imports, or after its docstring without any."""
    last = nodes[-1] if nodes else ast.parse(text).body[0]
    return "".join(text.splitlines(keepends=True)[last.end_lineno :]).strip("\n")


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
