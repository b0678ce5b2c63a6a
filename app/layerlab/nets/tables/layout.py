"""TableLayout: where in a file's rows the table lies, and what stands above it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from layerlab.core.errors import LabError
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables.checks import STRICT, Refusals
from layerlab.nets.tables.dates import moments
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.notation import is_plain
from layerlab.nets.tables.source import ROWS_TO_JUDGE, Source, check_columns, without_formula

Row = tuple[int, list[str]]  # line and cells
LONGEST_NAME = 300  # letters
MAX_TITLES = 20  # rows above the header that may be something else
# What Orange writes below the names; each may be shortened.
ORANGE_TYPES = {
    "continuous": "number",
    "c": "number",
    "numeric": "number",
    "n": "number",
    "discrete": "category",
    "d": "category",
    "categorical": "category",
    "string": "text",
    "s": "text",
    "text": "text",
    "time": "date",
    "t": "date",
    "": "",
}
ORANGE_ROLES = ("", "class", "c", "meta", "m", "ignore", "i", "weight", "w")
_PREFIXED = re.compile(r"(?P<role>[cmiw])?(?P<type>[DCSTN])?#(?P<name>.+)")
_JOINERS = "\u200c\u200d"  # within words of Persian and of Indian languages
_RULE = re.compile(r":?(-{2,}|={2,}):?")
_IMPORT_ID = '{"ImportId":'  # by Qualtrics, below the names and the questions
TOTALS = frozenset(  # not translated: as people type them
    (
        *("grand total", "total général"),  # not translated
        *("total", "totals", "sum", "sums", "mean", "average", "subtotal", "overall"),
        *("summe", "gesamt", "insgesamt", "mittelwert", "somme"),
        *("moyenne", "suma", "totale", "media", "totaal", "razem", "summa"),
    )
)


@dataclass(frozen=True)
class TableLayout:
    """Where the table is.

    Attributes:
        width: cells of a row.
        first: line of the first row of data.
        names: of the columns, each different. has_header: whether the file gives them.
        header: the cells of the header, as they are in the file; empty without one.
        kinds: kinds that the file itself gives, by column.
        target: name of the column that the file marks as the target, or None.
        ignored: names of columns that the file says to leave out.
        units: of the columns, from a row of units; empty where there are none.
        notes: sentences on what was skipped.
    """

    width: int
    first: int
    names: tuple[str, ...]
    has_header: bool
    header: tuple[str, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)
    target: str | None = None
    ignored: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def layout_of(
    source: Source, header: bool | None = None, refusals: Refusals = STRICT
) -> TableLayout:
    """Return where the table is in a source.

    Args:
        source: the file.
        header: whether the first row has the names; None: look.
        refusals: what becomes of one column, and of names without a row.

    Raises:
        LabError: there is no table in it.
    """
    rows = [
        (line, [without_formula(cell.strip()) for cell in row])
        for line, row in itertools.islice(source.rows(), ROWS_TO_JUDGE)
    ]
    if not rows:
        raise LabError(_("{path} is empty", path=source.where))
    notes = []
    width = _width(rows)
    check_columns(width, source.where, refusals)
    titles = _titles(rows, width)
    if titles:
        notes.append(
            ngettext(
                "{count} line above the table is skipped: {text}",
                "{count} lines above the table are skipped: {text}",
                titles,
                text=repr(" ".join(filter(None, rows[0][1]))[:40]),
            )
        )
    rows = rows[titles:]
    if len(rows) > 2 and _is_rule(rows[1][1]):
        rows.pop(1)
    if len(rows[0][1]) < width:  # its first column has no name
        rows[0] = rows[0][0], ["", *rows[0][1]]
    body = [(line, row[:width]) for line, row in rows if len(row) >= width]
    head = body[0][1]
    is_header = _is_header(head, [row for _line, row in body[1:]]) if header is None else header
    if is_header and len(body) < 2:
        what = _("{path} has a header only, no row of data", path=source.where)
        refusals.meet(LabError(what))
        is_header = False
    if header is not None:
        notes.append(
            _("the first row has the names, as was chosen")
            if is_header
            else _("the first row is data, as was chosen")
        )
    if not is_header:
        names = tuple(f"column {k + 1}" for k in range(width))  # not translated: specs have it
        notes.append(
            _("columns are called column 1 to column {count}", count=width)
            if header is not None
            else _(
                "the first row is data: columns are called column 1 to column {count}",
                count=width,
            )
        )
        return TableLayout(width, body[0][0], names, False, notes=tuple(notes))
    return _with_header(body, width, notes)


def _is_rule(row: Sequence[str]) -> bool:
    """Return whether a row draws the line below the names, as Markdown writes it."""
    filled = [cell for cell in row if cell]
    return bool(filled) and all(map(_RULE.fullmatch, filled))


def _titles(rows: Sequence[Row], width: int) -> int:
    """Return how many rows stand above the table: with one filled cell, or too short ones.

    A last one that is short by one cell is a header, as R writes it: the first column, of
    names or numbers of the rows, has no name.
    """
    filled = [sum(map(bool, row)) for _line, row in rows]
    if Counter(filled).most_common(1)[0][0] < 2:
        return 0
    for k, (_line, row) in enumerate(rows[: MAX_TITLES + 1]):
        if filled[k] < 2 or len(row) < width:
            continue
        above = rows[k - 1][1] if k else []
        is_header = len(above) == width - 1 and all(above) and not any(map(is_plain, above))
        return k - 1 if is_header else k
    return 0


def _width(rows: Sequence[Row]) -> int:
    """Return the cells of most rows, without last ones that are empty in all of them."""
    width = Counter(len(row) for _line, row in rows).most_common(1)[0][0]
    fitting = [row for _line, row in rows if len(row) == width]
    while width and not any(row[width - 1] for row in fitting):
        width -= 1
    return width


def _is_header(head: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns.

    It does if it is unlike the rows below: a text above numbers or dates, or texts that do not
    come again below. Numbers name columns if they are years in a row, or count up from 0 or 1
    as tables without names are written.
    """
    below = [row for row in below if list(row) != list(head)]  # a header may be repeated
    plain = [is_plain(cell) for cell in head]
    if any(plain) and not below:
        return False
    if any(plain):
        return _are_numbered(head, plain, below)
    if not below:
        return True
    columns = [[row[k] for row in below if not is_gap(row[k])] for k in range(len(head))]
    for cell, column in zip(head, columns, strict=True):
        if cell and column and _is_typed(column) and not _is_typed([cell]):
            return True
    again = [cell in column for cell, column in zip(head, columns, strict=True) if cell]
    return not any(again) or sum(again) < len(again) / 2


def _is_typed(cells: Sequence[str]) -> bool:
    """Return whether cells are numbers or dates."""
    return all(map(is_plain, cells)) or moments(dict.fromkeys(cells)) is not None


def _are_numbered(
    head: Sequence[str], plain: Sequence[bool], below: Sequence[Sequence[str]]
) -> bool:
    """Return whether numbers in the first row are names."""
    numbers = [cell for cell, yes in zip(head, plain, strict=True) if yes]
    texts = [k for k, yes in enumerate(plain) if not yes and head[k]]
    above = [k for k in texts if head[k][0].isalpha() and not is_gap(head[k])]
    columns = [[row[k] for row in below if not is_gap(row[k])] for k in above]
    if sum(bool(column) and all(map(is_plain, column)) for column in columns) >= len(numbers):
        return True
    if len(numbers) < 2 or not all(map(_is_year_long, numbers)):
        return False
    values = [int(cell) for cell in numbers]
    steps = {b - a for a, b in itertools.pairwise(values)}
    if any(head[k] in {row[k] for row in below} for k in texts):
        return False
    is_one_way = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    is_years = is_one_way and all(1500 <= value <= 2200 for value in values)
    if is_years and (len(steps) == 1 or texts):
        inside = [row[k] for row in below for k, yes in enumerate(plain) if yes]
        return not all(
            _is_year_long(cell) and 1500 <= int(cell) <= 2200 for cell in inside if cell
        )
    return values[0] in (0, 1) and steps == {1} and bool(texts)


def _is_year_long(cell: str) -> bool:
    """Return whether a cell is digits, not many more than a year has: `²` is a digit too."""
    return cell.isdecimal() and len(cell) < 10


def _with_header(body: Sequence[Row], width: int, notes: list[str]) -> TableLayout:
    """Return the layout of a table whose first row has the names."""
    head = body[0][1]
    prefixed = _prefixed(head)
    names, renamed = _names([name for name, _type, _role in prefixed] if prefixed else head)
    notes += renamed
    if prefixed:
        notes.append(_("the names begin with Orange's marks of types and roles"))
        return _orange_layout(
            body,
            names,
            [type_ for _name, type_, _role in prefixed],
            [role for _name, _type, role in prefixed],
            notes,
        )
    orange = _orange(body)
    if orange is not None:
        notes.append(_("the second and third line are Orange's types and roles of the columns"))
        return _orange_layout(body, names, *orange, notes)
    if len(body) > 3 and all(cell.startswith(_IMPORT_ID) for cell in body[2][1]):
        notes.append(_("the second and third line are Qualtrics' questions and keys"))
        body = [body[0], *body[3:]]
    units = _units(body)
    if units:
        notes.append(
            _("the second line has the units: {units}", units=", ".join(filter(None, units)))
        )
    first = body[2 if units else 1][0]
    return TableLayout(width, first, names, True, tuple(head), units=units, notes=tuple(notes))


def _names(head: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return names of the columns, each different, and a sentence on those that were not."""
    # not translated: specs have it
    given = [_clean(name) or f"column {k + 1}" for k, name in enumerate(head)]
    names: dict[str, None] = {}
    used: Counter[str] = Counter()  # numbers behind each name
    for name in given:
        unique = name
        while unique in names:
            used[name] += 1
            unique = f"{name} ({used[name] + 1})"
        names[unique] = None
    twice = sorted(name for name, often in Counter(given).items() if often > 1)
    notes = [
        _("several columns are called {name!r}: the later ones get a number", name=name)
        for name in twice
    ]
    return tuple(names), notes


def _clean(name: str) -> str:
    """Return a name on one line, not too long, without signs that nobody sees.

    Joiners of letters stay: words look different without them.
    """
    seen = (c if c.isprintable() or c in _JOINERS else " " for c in name)
    line = " ".join("".join(seen).split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def _prefixed(head: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (name, type, role) of names with Orange's marks, as `cD#kind`; [] without any."""
    found = [_PREFIXED.fullmatch(name) for name in head]
    if 2 * sum(map(bool, found)) <= len(head):
        return []
    return [
        (match["name"], match["type"] or "", match["role"] or "") if match else (name, "", "")
        for name, match in zip(head, found, strict=True)
    ]


def _orange(body: Sequence[Row]) -> tuple[list[str], list[str]] | None:
    """Return types and roles of the columns, from a head of three rows, or None."""
    if len(body) < 4:
        return None
    types = [cell.lower() for cell in body[1][1]]
    roles = [cell.lower().partition(" ")[0] for cell in body[2][1]]
    listed = [kind for kind in types if kind]
    known = sum(kind in ORANGE_TYPES for kind in listed)
    if not known or known < len(listed) / 2:
        return None
    return (types, roles) if all(role in ORANGE_ROLES for role in roles) else None


def _orange_layout(
    body: Sequence[Row],
    names: tuple[str, ...],
    types: Sequence[str],
    roles: Sequence[str],
    notes: Sequence[str],
) -> TableLayout:
    """Return the layout of a table with Orange's head, of one row or of three."""
    kinds = {
        name: ORANGE_TYPES.get(kind.lower(), "category")  # else it lists its values
        for name, kind in zip(names, types, strict=True)
        if kind
    }
    targets = [n for n, role in zip(names, roles, strict=True) if role in ("class", "c")]
    return TableLayout(
        width=len(names),
        first=body[1 if _prefixed(body[0][1]) else 3][0],
        names=names,
        has_header=True,
        header=tuple(body[0][1]),
        kinds=kinds,
        target=targets[0] if targets else None,
        ignored=tuple(n for n, r in zip(names, roles, strict=True) if r[:1] in tuple("miw")),
        notes=tuple(notes),
    )


def _units(body: Sequence[Row]) -> tuple[str, ...]:
    """Return a row of units below the names; empty if there is none.

    Each of its cells is short and no number, where the rows below it have numbers.
    """
    if len(body) < 4:
        return ()
    row, below = body[1][1], [row for _line, row in body[2:]]
    above = 0
    for k, cell in enumerate(row):
        column = [other[k] for other in below if not is_gap(other[k])]
        is_numbers = bool(column) and all(map(is_plain, column))
        if cell and (is_plain(cell) or len(cell) > 12):
            return ()
        if not is_numbers and cell and cell in column:
            return ()
        above += is_numbers and bool(cell) and not is_gap(cell)
    return tuple(_clean(cell).strip("()[]") for cell in row) if above else ()


def is_total(row: Sequence[str]) -> bool:
    """Return whether a row sums up those above it."""
    texts = [cell.strip(" :*").lower() for cell in row if cell and not is_plain(cell)]
    return bool(texts) and texts[0] in TOTALS
