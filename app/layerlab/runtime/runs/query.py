"""What is searched for among runs: `width>8 relu loss<0.01 tag:x`, read into SQL.

All parts have to hold. A part is a knob or a field compared with a value, or a word with which
a word of the run begins; a `-` before it turns it round.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import NoReturn

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError, quoted, unknown_name
from layerlab.core.translation import _

MAX_QUERY = 1000  # characters
_PART = re.compile(
    r"""(?P<no>-?)
        (?: (?P<field>[A-Za-z][\w.]*) \s* (?P<op><=|>=|!=|==|<|>|=|:)
              \s* (?P<value>"[^"]*"|[^\s"<>=:][^\s"]*|) (?=\s|$)
          | "(?P<phrase>[^"]*)" (?=\s|$)
          | (?P<word>[^\s"<>=]+) (?=\s|$) )""",
    re.VERBOSE,
)
_SPLIT = re.compile(r"[^\w\-.+]+")
_TURNED = {"yes": 1, "no": 0, "true": 1, "false": 0, "on": 1, "off": 0}
NONE = "none"

NUMBER, TEXT, FLAG, TAG, FREE, DATE, WIDTHS = (
    "number",
    "text",
    "flag",
    "tag",
    "free",
    "date",
    "widths",
)


@dataclass(frozen=True)
class _Field:
    """What can be compared: its SQL, and what it is compared with."""

    sql: str
    kind: str


_OWN = {
    "id": _Field("id", NUMBER),
    "name": _Field("name", FREE),
    "note": _Field("note", FREE),
    "tag": _Field("tags", TAG),
    "pinned": _Field("pinned", FLAG),
    "loss": _Field("loss", NUMBER),
    "validation": _Field("validation", NUMBER),
    "updates": _Field("updates", NUMBER),
    "seconds": _Field("seconds", NUMBER),
    "status": _Field("status", TEXT),
    "engine": _Field("engine", TEXT),
    "processor": _Field("processor", FREE),
    "ended": _Field("ended", DATE),
    "width": _Field("width", NUMBER),
    "depth": _Field("depth", NUMBER),
    "task": _Field("task", TEXT),
    "activation": _Field("activation", TEXT),
    "optimizer": _Field("optimizer", TEXT),
    "seeds": _Field("seeds", NUMBER),
    "seed": _Field("seed", NUMBER),
    "setup": _Field("setup", TEXT),
}
_COLUMNS = {"net.width": "width", "net.depth": "depth"}  # no fields of a spec
_KINDS = {
    "int": NUMBER,
    "float": NUMBER,
    "batch": NUMBER,
    "bool": FLAG,
    "choice": TEXT,
    "text": TEXT,
    "widths": WIDTHS,
}


def _fields() -> dict[str, _Field]:
    """Return all that can be compared, by path and, where that is clear, by name."""
    found: dict[str, _Field] = {}
    short: dict[str, list[str]] = {}
    for path, knob in KNOBS.items():
        if knob.kind not in _KINDS:
            continue  # lists of names and points, which a word finds no better
        sql = _COLUMNS.get(path, f"json_extract(spec, '$.{path}')")
        found[path] = _Field(sql, _KINDS[knob.kind])
        short.setdefault(knob.name, []).append(path)
    clear = {name: found[paths[0]] for name, paths in short.items() if len(paths) == 1}
    return {**found, **clear, **_OWN}


@dataclass(frozen=True)
class Condition:
    """A condition of SQL with the values that belong to it."""

    sql: str = "1"
    values: tuple[object, ...] = ()


def parse(text: str) -> Condition:
    """Read what is searched for.

    Args:
        text: such as `width>8 relu loss<0.01 tag:x`; empty for all runs.

    Returns:
        the condition, for the table `runs`.

    Raises:
        LabError: one sentence that says what is wrong, and at which character (from 1).
    """
    if len(text) > MAX_QUERY:
        raise LabError(_("a search has at most {limit} characters", limit=MAX_QUERY))
    sql: list[str] = []
    values: list[object] = []
    place = 0
    fields = _fields()
    while True:
        place += len(text[place:]) - len(text[place:].lstrip())
        if place >= len(text):
            break
        part = _PART.match(text, place)
        if part is None:
            _refuse(place, _unread(text[place:]))
        if part["field"] is not None:
            one = _compared(part, fields, place + len(part["no"]))
        elif part["phrase"] is not None:
            one = _free("words", part["phrase"])
        else:
            one = _word(part["word"])
            if not one.values:
                _refuse(place, _unread(text[place:]))
        sql.append(f"NOT COALESCE({one.sql}, 0)" if part["no"] else one.sql)
        values.extend(one.values)
        place = part.end()
    return Condition(" AND ".join(f"({one})" for one in sql) or "1", tuple(values))


def _refuse(place: int, what: str) -> NoReturn:
    raise LabError(
        _("the search, at character {place}: {what}", place=place + 1, what=what)
    ) from None


def _unread(rest: str) -> str:
    if '"' in rest.split(maxsplit=1)[0] and rest.count('"') % 2:
        return _('the quotation mark " is not closed')
    if rest[:1] in "<>=":
        return _("{sign} has nothing before it; write a knob, such as width>8", sign=rest[:1])
    return _(
        "{text} is no word and no comparison such as width>8",
        text=quoted(rest.split(maxsplit=1)[0]),
    )


def words_of(texts: list[str]) -> str:
    """Return the words of some texts as they are searched: ` wave relu `."""
    words = [word for text in texts for word in _SPLIT.split(text.casefold()) if word]
    return f" {' '.join(dict.fromkeys(words))} " if words else " "


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _free(column: str, text: str) -> Condition:
    """Return that a column has a text somewhere in it."""
    if column == "words":
        words = words_of([text]).split()
        parts = [_word(word) for word in words] or [Condition()]
        return Condition(
            " AND ".join(part.sql for part in parts),
            tuple(value for part in parts for value in part.values),
        )
    return Condition(f"fold({column}) LIKE ? ESCAPE '\\'", (f"%{_escaped(text.casefold())}%",))


def _word(word: str) -> Condition:
    """Return that a word of the run begins like this one."""
    words = words_of([word]).split()
    pattern = [f"% {_escaped(one)}%" for one in words]
    return Condition(
        # not translated: SQL
        " AND ".join(["words LIKE ? ESCAPE '\\'"] * len(pattern)) or "1",
        tuple(pattern),
    )


def _compared(part: re.Match[str], fields: dict[str, _Field], place: int) -> Condition:
    name, op = part["field"], part["op"].replace("==", "=")
    field = fields.get(name) or fields.get(name.lower())
    if field is None:
        if name == "is" and op == ":" and part["value"] == "pinned":
            return Condition("pinned")
        known = sorted(key for key in fields if "." not in key)
        _refuse(place, str(unknown_name(_("knob"), name, known)))
    value = part["value"]
    if not value:
        _refuse(
            place,
            _("{field}{sign} has nothing behind it", field=name, sign=op),
        )
    value = value.strip('"')
    where = place + part.start("value") - part.start() - len(part["no"])
    if op == ":" and field.kind != FREE:
        op = "="
    if field.kind in (TEXT, FREE, TAG, FLAG, WIDTHS) and op not in ("=", "!=", ":"):
        _refuse(
            place,
            _("{field} is no number: it takes = or !=, not {sign}", field=name, sign=op),
        )
    if value.casefold() == NONE and field.kind not in (TAG, FREE):
        return _is_none(field, op, name, place)
    if field.kind == FREE:
        one = _free(field.sql, value)
        # not translated: SQL
        return Condition(f"NOT {one.sql}", one.values) if op == "!=" else one
    if field.kind == TAG:
        known_as = f"% {_escaped(value.casefold())} %"
        sign = "NOT LIKE" if op == "!=" else "LIKE"
        # not translated: SQL
        return Condition(f"fold(tags) {sign} ? ESCAPE '\\'", (known_as,))
    if field.kind == DATE:
        return _dated(field, op, value, where)
    return Condition(f"{field.sql} {op} ?", (_value(field, name, value, where),))


def _is_none(field: _Field, op: str, name: str, place: int) -> Condition:
    if op not in ("=", "!="):
        _refuse(place, _("{field} is none or not: it takes = or !=", field=name))
    # not translated: SQL
    return Condition(f"{field.sql} IS {'NOT ' if op == '!=' else ''}NULL")


def _value(field: _Field, name: str, value: str, where: int) -> object:
    """Return a value as the field's kind has it."""
    if field.kind == FLAG:
        if value.casefold() in _TURNED:
            return _TURNED[value.casefold()]
        if value in ("0", "1"):
            return int(value)
        _refuse(where, _("{field} is yes or no, not {value}", field=name, value=quoted(value)))
    if field.kind == WIDTHS:
        numbers = re.findall(r"\d+", value)
        if numbers and re.fullmatch(r"\[?\d+([-,x]\d+)*\]?", value):
            return f"[{','.join(str(int(number)) for number in numbers)}]"
        _refuse(
            where,
            _("{field} is widths such as 8-8, not {value}", field=name, value=quoted(value)),
        )
    if field.kind == TEXT:
        return value
    if name.endswith("batch") and value == "full":
        return value
    try:
        number = float(value.replace("_", ""))
    except ValueError:
        number = float("nan")
    if number != number:
        hint = ""
        if name in ("loss", "updates", "validation"):
            path = f"train.{name}" if name != "validation" else "task.validation"
            hint = _("; the knob is {path}", path=path)
        _refuse(
            where,
            _(
                "{field} is a number, not {value}{hint}",
                field=name,
                value=quoted(value),
                hint=hint,
            ),
        )
    return number


def _dated(field: _Field, op: str, value: str, where: int) -> Condition:
    """Return a comparison with a day, or with a day and a time."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        begin = moment.timestamp()
        is_day = len(value) <= len("2026-01-31")
        end = (moment + datetime.timedelta(days=1)).timestamp() if is_day else begin + 60
    except (ValueError, OverflowError, OSError):
        _refuse(
            where,
            _("{value} is no date such as 2026-01-31", value=quoted(value)),
        )
    if op in ("=", "!="):
        # not translated: SQL
        within = f"{field.sql} >= ? AND {field.sql} < ?"
        # not translated: SQL
        return Condition(within if op == "=" else f"NOT ({within})", (begin, end))
    # Days are whole: later than a day is from its end on.
    return Condition(
        f"{field.sql} {'>=' if '>' in op else '<'} ?", (end if op in (">", "<=") else begin,)
    )
