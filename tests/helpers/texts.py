"""Texts in sources: which literals a person reads, and which of them are not translated.

What reads like a text has two words, or is one with a capital letter. It is none where it is
compared, looked up, logged, an argument of what shows nothing, or an error of the program's
own; and where its line, or the one above, says so: `# not translated`, and why if need be.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXEMPT = "# not translated"
# Function -> how many of its arguments are texts.
TRANSLATING = {"_": 1, "marked": 1, "ngettext": 2}
# Names that no language translates.
NAMES = _words(
    """
    Adam Gauss Glorot He Hermite Inter JAX Kaiming LaTeX Layerlab layerlab LeCun Linux Markdown
    Nesterov NumPy Python PyTorch Qt ReLU Windows Xavier
    """
)
# Arguments of these are names, patterns, paths or keys.
SHOWS_NOTHING = _words(
    """
    cast compile count encode endswith find findall finditer fullmatch get get_all getattr
    glob hasattr import_module index match NewType partition pop removeprefix removesuffix
    replace resource rpartition rsplit search setattr setdefault setObjectName setProperty
    setStyleSheet split startswith strftime strip sub TypeVar
    """
)
SHOWS_NOTHING_KEYWORDS = _words(
    """
    action choices dest encoding id key kind metavar mode package path prog registry
    source sources
    """
)
SHOWN_KEYWORDS = {"description", "help", "hint", "label", "text", "title", "tooltip", "unit"}
# Method of a store, or of what hands on to one -> the place of the label in the undo menu.
UNDO_LABELS = {"choose": 1, "choose_task": 1, "mark": 0, "replace": 1, "_push": 0}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_TWO_WORDS = re.compile(
    r"[A-Za-z]{2}[^\W\d]*[’')\"`]*[,;:.?!)]* +[(“\"`']*(?:[A-Za-z]|\{)"
    r"|\{\}[,;:]? [A-Za-z]{2}|\ban? [a-z]{2}"
)
_CITATION = re.compile(r"[A-Z]\S+ (?:et al\.|& [A-Z]\S+) (?:19|20)\d\d\b")
_LABEL = re.compile(r"[A-Z][a-z]{2,}(?:-[a-z]+)*[…?!.:]?")
_WORD = re.compile(r"[^\W\d_]{3,}|\{\} (?:to|of|or|in|by|at) ")
_CODE = re.compile(
    r"\\[A-Za-z]|</?[a-z]+|://|^--\S+$|%\(|\(\?|\\S|\[\^"  # TeX, HTML, addresses, patterns
    r"|^[\w./-]+\.[a-z]{2,4}$|^\s*[.#]?\w+ ?\{[^}].*:|;\n"  # files, style sheets
    r"|\{ ?[a-z-]+: [^{}]*; ?\}|\{\}px\b|=\"\{\}|^#[0-9a-f]{6}$"
    r"|^\s*(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|BEGIN) |^NOT (?:LIKE|COALESCE)"  # SQL
    r"|^from [\w.]+ import|^import \w+(?: as \w+)?$|^(?:def|class) \w+[(:]|\bnp\.|^\w+ = "
)


@dataclass(frozen=True)
class Text:
    """A literal that reads like a text.

    Attributes:
        node: the literal. template: its content, with `{}` for each field.
    """

    node: ast.expr
    template: str

    @property
    def line(self) -> int:
        """The line where it begins."""
        return self.node.lineno


def reads_like_text(template: str) -> bool:
    """Return whether a literal has words that a person would read."""
    words = set(re.findall(r"\w+", template))
    if not _WORD.search(template) or _CODE.search(template):
        return False
    if all(word in NAMES or not word.isalpha() for word in words):
        return False
    if _CITATION.match(template):
        return False
    return bool(_TWO_WORDS.search(template) or _LABEL.fullmatch(template.strip()))


def template_of(node: ast.expr) -> str | None:
    """Return a string literal with `{}` for each of its fields; None for other nodes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
    return "".join(str(part) for part in parts)


def untranslated(source: str) -> list[Text]:
    """Return the literals of a module that read like texts and are not translated."""
    lines = source.splitlines()

    def is_exempt(text: Text) -> bool:
        own = lines[text.line - 1 : text.node.end_lineno]
        before = lines[max(text.line - 2, 0) : text.line - 1]
        above = [line for line in before if line.lstrip().startswith("#")]
        return any(EXEMPT in line for line in above + own)

    return [text for text in _literals(ast.parse(source), ()) if not is_exempt(text)]


def _literals(node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[Text]:
    if isinstance(node, ast.expr) and (template := template_of(node)) is not None:
        is_label = _is_label(node, template, above)
        if (is_label or reads_like_text(template)) and not _is_no_text(node, above):
            yield Text(node, template)
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from _literals(part.value, (*above, node, part))
        return
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, (*above, node))


def called(node: ast.AST) -> str:
    """Return the name of what a call calls, without what it belongs to."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_label(node: ast.expr, template: str, above: tuple[ast.AST, ...]) -> bool:
    """Return whether a word is shown: by the argument's name or place, or before a sentence."""
    if not above or template in NAMES or _CODE.search(template) or not _WORD.search(template):
        return False
    parent = above[-1]
    if isinstance(parent, ast.keyword):
        return parent.arg in SHOWN_KEYWORDS
    if _is_undo_label(node, parent):
        return True
    if not isinstance(parent, ast.Call) or node not in parent.args[1:-1]:
        return False
    following = parent.args[parent.args.index(node) + 1]
    if called(following) == "_" and isinstance(following, ast.Call) and following.args:
        following = following.args[0]
    return (template_of(following) or "").rstrip("`").endswith(".")


def _is_undo_label(node: ast.expr, call: ast.AST) -> bool:
    """Return whether a literal is what the undo menu calls a step; texts have `replace` too."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    name, receiver = call.func.attr, ast.unparse(call.func.value)
    if name == "replace" and not receiver.endswith("store"):
        return False
    return name in UNDO_LABELS and node in call.args[UNDO_LABELS[name] :][:1]


def _is_no_text(node: ast.expr, above: tuple[ast.AST, ...]) -> bool:
    """Return whether what is around a literal makes it no text, or translates it."""
    parent = above[-1]
    for outer, inner in zip(above, (*above[1:], node), strict=True):
        if isinstance(outer, ast.Call) and inner is not outer.func:
            name = called(outer)
            if _is_error_of_program(name) or _is_log(outer):
                return True
        if isinstance(outer, ast.Assert) and inner is outer.msg:
            return True
        if isinstance(outer, ast.AnnAssign | ast.arg) and inner is outer.annotation:
            return True
        if isinstance(outer, ast.FunctionDef) and inner is outer.returns:
            return True
        if isinstance(outer, ast.Subscript) and inner is outer.slice:
            return True
        if isinstance(outer, ast.Assign) and ast.unparse(outer.targets[0]).startswith("__"):
            return True
    if isinstance(parent, ast.Expr | ast.Compare | ast.MatchValue):
        return True
    if isinstance(parent, ast.Dict):
        return node in parent.keys
    if isinstance(parent, ast.keyword):
        return parent.arg in SHOWS_NOTHING_KEYWORDS
    if isinstance(parent, ast.Call) and node in parent.args:
        name = called(parent)
        texts = parent.args[: TRANSLATING.get(name, 0)]
        is_name = name in SHOWS_NOTHING and not _is_undo_label(node, parent)
        return node in texts or is_name
    if isinstance(parent, ast.Tuple) and isinstance(above[-2], ast.Call | ast.Compare):
        return isinstance(above[-2], ast.Compare) or called(above[-2]) in SHOWS_NOTHING
    return False


def _is_error_of_program(name: str) -> bool:
    error = getattr(builtins, name, None)
    return isinstance(error, type) and issubclass(error, BaseException)


def _is_log(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LOG_METHODS:
        return False
    receiver = ast.unparse(call.func.value).lower()
    return receiver.rpartition(".")[2].strip("_") in {"log", "logger", "logging"}


def not_literal(source: str) -> list[str]:
    """Return the calls whose texts are no plain literals, so that no catalogue has them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        texts = TRANSLATING.get(called(node), 0) if isinstance(node, ast.Call) else 0
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and texts:
            given = node.args[:texts]
            if len(given) < texts or not all(isinstance(arg, ast.Constant) for arg in given):
                found.append(ast.unparse(node))
    return found


def hidden_by_variables(source: str) -> list[str]:
    """Return where `_` is called as a function but is a variable of that place."""
    if not re.search(r"import .*\b_\b|^    _,$", source, re.MULTILINE):
        return []
    found = []
    tables = [symtable.symtable(source, "module", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        if "_" not in table.get_identifiers():
            continue
        name = table.lookup("_")
        is_module = table.get_type() == "module"
        if name.is_assigned() if is_module else name.is_referenced() and not name.is_global():
            found.append(f"{table.get_name()}, line {table.get_lineno()}")
    return sorted(found)
