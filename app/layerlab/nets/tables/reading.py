"""Reading: a table as it is used, and every decision on the way as a sentence."""

from __future__ import annotations

import datetime
import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError
from layerlab.core.numbers import number as shown_number
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables import kinds
from layerlab.nets.tables.cells import Body, ColumnCells, body_of, listed
from layerlab.nets.tables.choices import COLUMNS, DEFAULTS, FILL, Choices
from layerlab.nets.tables.dates import EPOCH, are_compact, clock, moments
from layerlab.nets.tables.gaps import CONSTANTS, far_constants, is_gap
from layerlab.nets.tables.kinds import BOOLEAN, CATEGORY, DATE, LABEL, NUMBER, TEXT, TIME
from layerlab.nets.tables.layout import Layout, layout_of
from layerlab.nets.tables.notation import (
    LARGEST,
    Notation,
    choose,
    is_not_finite,
    is_plain,
    parsed,
)
from layerlab.nets.tables.source import Source, lines_note, open_source

Array = np.ndarray
MANY_GAPS = 0.5  # a column with a larger share of gaps is left out, rather than its rows
MOSTLY = 0.8  # share of numbers from which a stray text is worth a sentence
MAX_CLASSES = 100
MAX_WHOLE_CLASSES = 10  # a target of at most as many whole numbers is read as classes
ROWS_PER_CLASS = 5  # ... if each of them comes at least this often on average
MIN_COUNTED = 10  # rows from which a count of them is recognised under any name
SUSPECTS = np.array(sorted(CONSTANTS))
_COUNTS = ("count", "number", "amount", "total", "year", "age", "days", "hours", "price")


@dataclass(frozen=True, eq=False)
class ReadColumn:
    """A column as it was read.

    Attributes:
        name: in the table.
        kind: one of `kinds.KINDS`.
        values: (rows,) float64 with nan in gaps, for numbers, dates (days since 1970) and
            times (seconds); otherwise texts, empty in gaps.
        used: whether it is an input or the target. why: how it is read, or why it is not used.
        unit: of its numbers, or empty.
        is_strayed: whether it would be one of numbers but for a few cells.
    """

    name: str
    kind: str
    values: Array
    used: bool = True
    why: str = ""
    unit: str = ""
    is_strayed: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.values.dtype != object

    @property
    def gaps(self) -> Array:
        """(rows,) where it has none."""
        if self.is_numeric:
            return np.isnan(self.values)
        return np.array([not text for text in self.values], bool)


@dataclass(frozen=True, eq=False)
class Reading:
    """A table as it was read.

    Attributes:
        where: the file.
        columns: all of them, in the order of the file; only rows that are used.
        target: name of the column to predict. problem: `regression` or `classification`.
        rows: how many are used. left_out_rows: how many are not.
        lines: (rows,) line of the file on which each row begins.
        separator, encoding, decimal, thousands: of the file.
        has_header: whether the file has names of the columns.
        notes: each decision in a sentence.
    """

    where: str
    columns: tuple[ReadColumn, ...]
    target: str
    problem: str
    rows: int
    left_out_rows: int
    lines: Array
    separator: str
    encoding: str
    decimal: str
    thousands: str
    has_header: bool
    notes: tuple[str, ...]

    def column(self, name: str) -> ReadColumn:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def inputs(self) -> tuple[ReadColumn, ...]:
        """The columns to learn from."""
        return tuple(c for c in self.columns if c.used and c.name != self.target)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs as a network gets them, one for each category."""
        return tuple(
            name
            for column in self.inputs
            for name in (
                [column.name]
                if column.is_numeric
                else [f"{column.name}={value}" for value in sorted(set(column.values))]
            )
        )

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of the classes; None for a regression."""
        if self.problem == "regression":
            return None
        aim = self.column(self.target)
        values = sorted(set(aim.values))
        return tuple(f"{v:g}" if aim.is_numeric else str(v) for v in values)

    def as_json(self) -> dict[str, Any]:
        """Return what the command line prints of it."""
        return {
            "file": self.where,
            "rows": self.rows,
            "left_out_rows": self.left_out_rows,
            "separator": self.separator,
            "encoding": self.encoding,
            "decimal": self.decimal,
            "thousands": self.thousands or None,
            "header": self.has_header,
            "target": self.target,
            "problem": self.problem,
            "classes": None if self.classes is None else list(self.classes),
            "inputs": list(self.input_names),
            "columns": [
                {"name": c.name, "kind": c.kind, "used": c.used, "why": c.why}
                for c in self.columns
            ],
            "notes": list(self.notes),
        }


def read(path: str, choices: Choices = DEFAULTS) -> Reading:
    """Read a table as a person would.

    Args:
        path: the file.
        choices: what is decided already.

    Raises:
        LabError: one sentence with file, row and column for what no reading makes sense of.
        CancelledError: it is no longer wanted, see `core.cancel`.
    """
    source = open_source(path)
    layout = layout_of(source, choices.header)
    choices.check(layout.names, path)
    body = body_of(source, layout)
    notation, doubt = _notation(source, body)
    body = _with_texts(source, layout, body, notation)
    notes = [*layout.notes, *body.notes]
    if source.comments:
        notes.append(lines_note(source.comments))
    if doubt:
        notes.append(doubt)
    typist = _Typist(path, layout, body, notation, choices)
    columns = []
    for k in range(layout.width):
        check_cancelled()
        columns.append(typist.column(k))
        body.columns[k] = ColumnCells()  # its texts are not needed any more
    notes += typist.notes
    return _finished(source, layout, body, notation, choices, columns, notes)


# ---- the notation of the whole file


def _notation(source: Source, body: Body) -> tuple[Notation, str]:
    """Return how the file writes numbers; see `notation.choose`."""
    bare = [column for column in body.columns if column.is_bare]
    pointed = [column for column in bare if column.has_points]
    texts = [
        {text for text in set(column.texts()) if not is_gap(text)}
        for column in body.columns
        if column.is_text
    ]
    thirds = [column for column in pointed if column.has_thirds]
    if pointed and len(thirds) == len(pointed) and source.separator == ";":
        # Each point of the file has three digits behind it: thousands, if the texts allow it.
        by_point = Notation(",", ".")
        marked = [cells for cells in texts if any("." in c or "," in c for c in cells)]
        if all(
            all(parsed(c, by_point) for c in cells) or not _any_number(cells)
            for cells in marked
        ):
            return by_point, _(
                "semicolons separate the cells and every point has exactly three digits behind "
                "it: read as a mark of thousands, not as a decimal mark"
            )
    return choose(texts, source.separator, bool(pointed))


def _any_number(cells: set[str]) -> bool:
    return any(map(is_plain, cells))


def _with_texts(source: Source, layout: Layout, body: Body, notation: Notation) -> Body:
    """Return the body with texts wherever a column is not of bare numbers throughout."""
    again = {
        k
        for k, column in enumerate(body.columns)
        if not (column.is_bare or column.is_text)
        or (column.is_bare and column.has_points and notation.decimal != ".")
    }
    if not again:
        return body
    texts = frozenset(again | {k for k, c in enumerate(body.columns) if c.is_text})
    return body_of(source, layout, texts)


# ---- the kind of each column


class _Typist:
    """Finds out what the columns are."""

    def __init__(
        self, where: str, layout: Layout, body: Body, notation: Notation, choices: Choices
    ) -> None:
        self._where, self._layout, self._body = where, layout, body
        self._notation, self._choices = notation, choices
        self.notes: list[str] = []

    def column(self, k: int) -> ReadColumn:
        """Return a column with its kind."""
        name, cells = self._layout.names[k], self._body.columns[k]
        chosen = self._choices.kind_of(name) or self._layout.kinds.get(name)
        if cells.is_bare:
            found = self._of_numbers(name, cells.numbers(), chosen)
        else:
            found = self._of_texts(name, cells.texts(), chosen)
        unit = self._layout.units[k] if self._layout.units else ""
        return replace(found, unit=found.unit or unit) if found.kind == NUMBER else found

    # ---- bare numbers

    def _of_numbers(self, name: str, values: Array, chosen: str | None) -> ReadColumn:
        self._check_size(name, values)
        if chosen in (CATEGORY, LABEL, TEXT, BOOLEAN):
            texts = np.array(["" if np.isnan(v) else f"{v:g}" for v in values], object)
            return ReadColumn(name, chosen, texts)
        filled = values[~np.isnan(values)]
        if not filled.size:
            return ReadColumn(name, TEXT, values, False, _("it is empty"))
        whole = bool((filled == np.round(filled)).all())
        if whole and chosen in (None, DATE):
            different = np.unique(filled)
            if len(different) < 20_000 and are_compact(int(v) for v in different[:20_000]):
                found = moments({f"{int(v)}" for v in different})
                assert found is not None
                days = [np.nan if np.isnan(v) else found.values[f"{int(v)}"] for v in values]
                return self._dated(name, np.array(days), found.kind, "")
        if whole and chosen is None and self._counts_rows(name, values):
            return ReadColumn(name, LABEL, values, False, _("it counts the rows"))
        return self._without_constants(ReadColumn(name, NUMBER, values))

    def _check_size(self, name: str, values: Array) -> None:
        large = np.flatnonzero(np.abs(values) > LARGEST)
        if large.size:
            i = int(large[0])
            raise LabError(
                _(
                    "{place}: {text} is too large a number",
                    place=self._at(i, name),
                    text=f"{values[i]:g}",
                )
            )

    def _counts_rows(self, name: str, values: Array) -> bool:
        rows = len(values)
        if rows < 2 or np.isnan(values).any() or values[0] not in (0, 1):
            return False
        if not (np.diff(values) == 1).all():
            return False
        return kinds.is_index_name(name) or (rows >= MIN_COUNTED and self._is_first(name))

    def _is_first(self, name: str) -> bool:
        """Return whether a column is the first, and others than it and the target follow."""
        return name == self._layout.names[0] and self._layout.width > 2

    def _without_constants(self, column: ReadColumn) -> ReadColumn:
        """Return a column of numbers with gaps where a far constant stands for one."""
        if self._choices.kind_of(column.name) == NUMBER:
            return column
        values = column.values
        if not np.isin(values, SUSPECTS).any():
            return column
        far = far_constants(np.unique(values[~np.isnan(values)]).tolist())
        if not far:
            return column
        is_far = np.isin(values, far)
        lines = self._body.lines[is_far]
        self.notes.append(
            ngettext(
                "{column}: {text} in {count} row lies far from all others and is taken as a "
                "gap (line {lines}); choose the kind number to keep it",
                "{column}: {text} in {count} rows lies far from all others and is taken as a "
                "gap (lines {lines}); choose the kind number to keep it",
                int(is_far.sum()),
                column=column.name,
                text=", ".join(f"{value:g}" for value in far),
                lines=listed(lines.tolist()),
            )
        )
        return replace(column, values=np.where(is_far, np.nan, values))

    # ---- texts

    def _of_texts(self, name: str, texts: list[str], chosen: str | None) -> ReadColumn:
        counts = Counter(texts)
        filled = Counter({text: n for text, n in counts.items() if not is_gap(text)})
        self._note_gaps(name, counts)
        if not filled:
            return ReadColumn(name, TEXT, _texts(texts, {}), False, _("it is empty"))
        if chosen in (None, NUMBER):
            numbers = self._as_numbers(name, texts, filled, chosen)
            if numbers is not None:
                return numbers
        if chosen in (None, DATE, TIME):
            found = moments(filled)
            if found is not None:
                values = np.array([found.values.get(text, np.nan) for text in texts])
                return self._dated(name, values, found.kind, found.note)
            if chosen is not None:
                raise self._no(name, texts, filled, chosen)
        if chosen in (None, BOOLEAN):
            truth = kinds.truth_of(list(filled))
            if truth is not None:
                return self._boolean(name, texts, filled, truth)
            if chosen is not None:
                raise self._no(name, texts, filled, chosen)
        return self._category(name, texts, filled, chosen)

    def _note_gaps(self, name: str, counts: Counter[str]) -> None:
        gaps = [text for text in counts if text and is_gap(text)]
        if gaps:
            self.notes.append(
                _(
                    "{column}: {texts} stands for a gap",
                    column=name,
                    texts=joined_by_and([repr(text) for text in gaps[:4]]),
                )
            )

    def _as_numbers(
        self, name: str, texts: list[str], filled: Counter[str], chosen: str | None
    ) -> ReadColumn | None:
        """Return a column as numbers; None if they are none."""
        if chosen is None and kinds.are_codes(list(filled)):
            return None
        values: dict[str, float] = {}
        units: Counter[str] = Counter()
        stray: list[str] = []
        for text in filled:
            number = parsed(text, self._notation)
            if number is None:
                stray.append(text)
                continue
            values[text] = number.value
            units[number.unit] += 1
        given = [unit for unit in units if unit]
        if len(given) > 1 or (given and units[""] > len(filled) / 2):
            return None
        share = sum(filled[text] for text in values) / filled.total()
        if stray and chosen is None:
            finite = [text for text in stray if not is_not_finite(text)]
            if share < MOSTLY and not (share >= 0.5 and _are_bounds(finite)):
                return None
            return self._strayed(name, texts, filled, stray)
        if stray:
            self.notes.append(
                _(
                    "{column}: {texts} is no number and is taken as a gap",
                    column=name,
                    texts=joined_by_and([repr(text) for text in stray[:3]]),
                )
            )
        array = np.array([values.get(text, np.nan) for text in texts])
        self._check_size(name, array)
        unit = given[0] if given else ""
        why = _("numbers in {unit}", unit=unit) if unit else ""
        if unit == "%":
            why = _("percentages: 10 % is read as 10")
        return self._without_constants(ReadColumn(name, NUMBER, array, True, why, unit))

    def _strayed(
        self, name: str, texts: list[str], filled: Counter[str], stray: Sequence[str]
    ) -> ReadColumn:
        i = texts.index(stray[0])
        count = sum(filled[text] for text in stray)
        why = ngettext(
            "{text} in row {line} is not a number, as the others of this column are",
            "{text} in row {line} and {count} cells in all are not numbers, as the others of "
            "this column are",
            count,
            text=repr(stray[0][:40]),
            line=int(self._body.lines[i]),
        )
        return ReadColumn(name, TEXT, _texts(texts, {}), False, why, is_strayed=True)

    def _dated(self, name: str, values: Array, kind: str, note: str) -> ReadColumn:
        """Return a column of moments as days or seconds since the first of them."""
        if note:
            self.notes.append(f"{name}: {note}")
        first = float(np.nanmin(values))
        if kind == TIME:
            why = _("seconds since {time}", time=clock(first))
            return ReadColumn(name, kind, values - first, True, why)
        first = float(int(first))  # a day begins at midnight
        day = datetime.date.fromordinal(int(first) + EPOCH).isoformat()
        return ReadColumn(name, kind, values - first, True, _("days since {day}", day=day))

    def _boolean(
        self, name: str, texts: list[str], filled: Counter[str], truth: dict[str, bool]
    ) -> ReadColumn:
        spelled = {
            means: max(
                (t for t in filled if truth[t] is means), key=lambda t: filled[t], default=""
            )
            for means in (False, True)
        }
        names = {text: spelled[means] for text, means in truth.items()}
        self._note_merged(name, names)
        return ReadColumn(name, BOOLEAN, _texts(texts, names))

    def _note_merged(self, name: str, names: dict[str, str]) -> None:
        """Say which spellings became another one."""
        merged = [
            _("{text} is read as {kept}", text=repr(text), kept=repr(kept))
            for text, kept in names.items()
            if text != kept
        ]
        if merged:
            more = _("{count} more", count=len(merged) - 4) if len(merged) > 4 else ""
            parts = [*merged[:4], *([more] if more else [])]
            self.notes.append(f"{name}: {joined_by_and(parts)}")

    def _category(
        self, name: str, texts: list[str], filled: Counter[str], chosen: str | None
    ) -> ReadColumn:
        folded = kinds.folded(filled)
        counts: Counter[str] = Counter()
        for text, n in filled.items():
            counts[folded.names[text]] += n
        kind = chosen or kinds.text_kind(counts, counts.total())
        why = ""
        if chosen is None and kinds.are_codes(list(filled)):
            kind, why = LABEL, _("digits with leading zeros are codes, not numbers")
        elif kind == LABEL:
            why = _("it names the rows: nearly each has a text of its own")
        elif kind == TEXT:
            why = _(
                "it has {count} different texts, too many for categories", count=len(counts)
            )
        if kind == CATEGORY:
            self._note_merged(name, folded.names)
        return ReadColumn(
            name, kind, _texts(texts, folded.names), kind in (CATEGORY, BOOLEAN), why
        )

    def _no(self, name: str, texts: list[str], filled: Counter[str], kind: str) -> LabError:
        text = next(iter(filled))
        return LabError(
            _(
                "{place}: {text} cannot be read as the kind {kind}",
                place=self._at(texts.index(text), name),
                text=repr(text[:40]),
                kind=kind,
            )
        )

    def _at(self, i: int, name: str) -> str:
        return _(
            "{where}, row {row}, column {name}",
            where=self._where,
            row=int(self._body.lines[i]),
            name=repr(name),
        )


def _texts(texts: Sequence[str], names: dict[str, str]) -> Array:
    """Return texts as they are spelled; gaps are empty. (rows,)"""
    if not names:
        return np.array(["" if is_gap(text) else text for text in texts], object)
    return np.array([names.get(text, "") for text in texts], object)


def _are_bounds(texts: Sequence[str]) -> bool:
    """Return whether texts are numbers with a sign of being less or more."""
    return bool(texts) and all(
        t[:1] in "<>≤≥~≈" and is_plain(t[1:].lstrip("= ")) for t in texts
    )


# ---- target, gaps, problem


def _finished(
    source: Source,
    layout: Layout,
    body: Body,
    notation: Notation,
    choices: Choices,
    columns: list[ReadColumn],
    notes: list[str],
) -> Reading:
    target = _target(source.where, layout, choices, columns)
    columns = [_as_target(c, source.where) if c.name == target else c for c in columns]
    out = {*choices.leave_out, *layout.ignored} - {target}
    columns = [
        replace(c, used=False, why=_("it was chosen to leave it out")) if c.name in out else c
        for c in columns
    ]
    wanted = {name for name, _kind in choices.kinds} - out
    columns = [_forced(c) if c.name in wanted and not c.used else c for c in columns]
    columns, kept = _without_gaps(columns, target, choices, notes)
    columns = _useful_counts(columns, target)
    notes += [_sentence(column) for column in columns if column.why]
    aim = next(column for column in columns if column.name == target)
    problem = _problem(aim, choices, notes, source.where)
    lines = body.lines if kept is None else body.lines[kept]
    return Reading(
        source.where,
        tuple(columns),
        target,
        problem,
        len(lines),
        body.left_out + body.rows - len(lines),
        lines,
        source.separator,
        source.encoding,
        notation.decimal,
        notation.thousands,
        layout.has_header,
        tuple(notes),
    )


def _sentence(column: ReadColumn) -> str:
    """Return what was decided about a column."""
    if column.used:
        return f"{column.name}: {column.why}"
    return _("{column} is left out: {why}", column=column.name, why=column.why)


def _forced(column: ReadColumn) -> ReadColumn:
    """Return a column whose kind was chosen as an input, if that kind can be one."""
    can = column.kind in (NUMBER, DATE, TIME, CATEGORY, BOOLEAN)
    return replace(column, used=True, why="") if can else column


def _target(where: str, layout: Layout, choices: Choices, columns: Sequence[ReadColumn]) -> str:
    """Return the name of the column to predict."""
    names = layout.names
    if choices.target is not None:
        if choices.target in names:
            return choices.target
        raise _no_target(where, choices.target, names)
    if layout.target is not None:
        return layout.target
    ignored = {*choices.leave_out, *layout.ignored}
    usable = [column.name for column in columns if column.used and column.name not in ignored]
    last = columns[-1]
    if last.name in usable or not usable or _may_be_target(last):
        return last.name
    return usable[-1]


def _may_be_target(column: ReadColumn) -> bool:
    """Return whether a column that is no good input can be learned."""
    return column.kind == TEXT and len(set(column.values)) <= MAX_CLASSES


MAX_LISTED = 12  # names of columns in a message


def _no_target(where: str, target: str, names: Sequence[str]) -> LabError:
    near = difflib.get_close_matches(target, names, 1)
    fields = {"where": where, "target": repr(target)}
    if near:
        fields["near"] = repr(near[0])
        return LabError(_("{where} has no column {target}; did you mean {near}?", **fields))
    fields["listed"] = ", ".join(repr(name) for name in names[:MAX_LISTED])
    if len(names) <= MAX_LISTED:
        return LabError(_("{where} has no column {target}; it has {listed}", **fields))
    fields["rest"] = str(len(names) - MAX_LISTED)
    return LabError(
        _("{where} has no column {target}; it has {listed} and {rest} more", **fields)
    )


def _as_target(column: ReadColumn, where: str) -> ReadColumn:
    """Return the target as it can be learned: a text of few values is a class."""
    if column.used:
        return column
    if column.is_numeric:  # a count of the rows that is to be learned
        return replace(column, kind=NUMBER, used=True, why="")
    different = len(set(column.values) - {""})
    rare = different > kinds.MAX_CATEGORIES and 2 * different > len(column.values)
    if 0 < different <= MAX_CLASSES and not rare and not column.is_strayed:
        return replace(column, kind=CATEGORY, used=True, why="")
    raise LabError(
        _(
            "{where}, column {column} cannot be the target: {why}",
            where=where,
            column=repr(column.name),
            why=column.why,
        )
    )


def _useful_counts(columns: list[ReadColumn], target: str) -> list[ReadColumn]:
    """Return the columns; a count of the rows stays an input where nothing else is one."""
    if any(c.used and c.name != target for c in columns):
        return columns
    return [
        replace(c, kind=NUMBER, used=True, why="")
        if c.kind == LABEL and c.is_numeric and not kinds.is_index_name(c.name)
        else c
        for c in columns
    ]


def _without_gaps(
    columns: list[ReadColumn],
    target: str,
    choices: Choices,
    notes: list[str],
) -> tuple[list[ReadColumn], Array | None]:
    """Return columns without gaps, and which rows stay (None: all)."""
    way = choices.gaps
    missing = {c.name: c.gaps for c in columns if c.used}
    out: list[str] = []
    for name, gaps in missing.items():
        share = float(gaps.mean()) if gaps.size else 0.0
        if name != target and (share > MANY_GAPS if way is None else share and way == COLUMNS):
            out.append(name)
            count = int(gaps.sum())
            why = ngettext("{count} gap", "{count} gaps", count)
            columns = [
                replace(c, used=False, why=why) if c.name == name else c for c in columns
            ]
    rest = {name: gaps for name, gaps in missing.items() if name not in out and gaps.any()}
    if not rest:
        return columns, None
    if way == FILL:
        columns = [
            _filled(c, notes) if c.name in rest and c.name != target else c for c in columns
        ]
        rest = {name: gaps for name, gaps in rest.items() if name == target}
        if not rest:
            return columns, None
    is_out = np.logical_or.reduce(list(rest.values()))
    kept = ~is_out
    if not kept.any():
        raise LabError(
            _("each row has a gap; leave out columns, or fill the gaps (--gaps fill)")
        )
    parts = [
        _("{column} {count}", column=repr(name), count=int(gaps.sum()))
        for name, gaps in rest.items()
    ]
    notes.append(
        ngettext(
            "{count} row with a gap is left out: {parts}",
            "{count} rows with gaps are left out: {parts}",
            int(is_out.sum()),
            parts=", ".join(parts[:6]),
        )
    )
    return [replace(c, values=c.values[kept]) for c in columns], kept


def _filled(column: ReadColumn, notes: list[str]) -> ReadColumn:
    """Return a column whose gaps have its median or its most frequent category."""
    gaps = column.gaps
    count = int(gaps.sum())
    if column.is_numeric:
        fill: Any = float(np.median(column.values[~gaps]))
        shown = shown_number(fill)
    else:
        fill = Counter(text for text in column.values if text).most_common(1)[0][0]
        shown = repr(fill)
    notes.append(
        ngettext(
            "{column}: {count} gap is filled with {value}",
            "{column}: {count} gaps are filled with {value}",
            count,
            column=column.name,
            value=shown,
        )
    )
    values = column.values.copy()
    values[gaps] = fill
    return replace(column, values=values)


def _problem(aim: ReadColumn, choices: Choices, notes: list[str], where: str) -> str:
    """Return whether classes or numbers are learned."""
    if not aim.is_numeric:
        if choices.problem == "regression":
            raise LabError(
                _(
                    "{where}, column {column} holds texts such as {value}, so the problem "
                    "cannot be a regression",
                    where=where,
                    column=repr(aim.name),
                    value=repr(str(aim.values[0])[:40]),
                )
            )
        return "classification"
    if choices.problem != "auto":
        return choices.problem
    values = np.unique(aim.values)
    whole = bool((values == np.round(values)).all())
    few = len(values) <= MAX_WHOLE_CLASSES and len(aim.values) >= ROWS_PER_CLASS * len(values)
    in_a_row = whole and len(values) == values[-1] - values[0] + 1 and values[0] in (0, 1)
    named = any(word in aim.name.casefold() for word in _COUNTS)
    if len(values) == 2 or (few and in_a_row and not named and aim.kind == NUMBER):
        notes.append(
            _(
                "{column}: {count} different whole numbers are read as classes",
                column=aim.name,
                count=len(values),
            )
        )
        return "classification"
    return "regression"
