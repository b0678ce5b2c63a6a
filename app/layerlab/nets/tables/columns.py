"""Columns: what each column of a table is, and its cells as numbers or texts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.phrases import joined_by_and
from layerlab.core.translation import _, ngettext, translated
from layerlab.nets.tables import coded, forms, kinds
from layerlab.nets.tables.cells import Body, listed
from layerlab.nets.tables.checks import Refusals
from layerlab.nets.tables.choices import Choices
from layerlab.nets.tables.coded import Coded
from layerlab.nets.tables.dates import EPOCH, are_compact, are_pairs, clock, moments
from layerlab.nets.tables.gaps import CONSTANTS, far_constants, is_gap
from layerlab.nets.tables.kinds import BOOLEAN, CATEGORY, DATE, LABEL, NUMBER, TEXT, TIME
from layerlab.nets.tables.layout import TableLayout
from layerlab.nets.tables.notation import (
    LARGEST,
    Notation,
    are_bounds,
    has_tolerance,
    is_not_finite,
    is_plain,
    parsed,
)
from layerlab.nets.tables.read_column import ReadColumn
from layerlab.nets.tables.source import Source

Array = np.ndarray
MOSTLY = 0.8  # share of numbers from which a stray text is worth a sentence
MIN_COUNTED = 10  # rows from which a count of them is recognised under any name
_NO = "no"  # not translated: what an empty cell is called beside ticked ones
FIRST_DATE, LAST_DATE = 1900_01_01, 2099_12_31  # as one number


class Typist:
    """Finds out what the columns are."""

    def __init__(
        self,
        source: Source,
        layout: TableLayout,
        body: Body,
        notation: Notation,
        choices: Choices,
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._where, self._separator = source.where, source.separator
        self._layout, self._body = layout, body
        self._notation, self._choices = notation, choices
        self._has_colons = False  # whether the column at hand has Eurostat's mark of no value
        self.notes: list[str] = []

    def column(self, k: int) -> ReadColumn:
        """Return a column with its kind."""
        name, said = self._layout.names[k], len(self.notes)
        chosen = self._choices.kind_of(name)
        declared = None if chosen else self._layout.kinds.get(name)
        found = None
        for kind in dict.fromkeys((chosen or declared, None)):
            try:
                found = self._found(k, kind)
                break
            except LabError as error:  # then as the reader would without that kind
                del self.notes[said:]
                if kind is not None and kind == declared:
                    self.notes.append(
                        _(
                            "{column}: the file calls it {kind}, which its cells are not",
                            column=name,
                            kind=translated(kind),
                        )
                    )
                    said += 1
                else:
                    self._refusals.meet(error)
        if found is None:
            why = _("it has a number that is too large")
            found = ReadColumn(name, TEXT, np.array(self.as_written(k), object), False, why)
        unit = self._layout.units[k] if self._layout.units else ""
        return replace(found, unit=found.unit or unit) if found.kind == NUMBER else found

    def _found(self, k: int, chosen: str | None) -> ReadColumn:
        """Return a column as the kind that is chosen, or as what it is; raises LabError."""
        name, cells = self._layout.names[k], self._body.columns[k]
        if cells.is_bare:
            self._note_gaps(name, cells.gaps)
            return self._of_numbers(name, cells.numbers, chosen)
        return self._of_texts(name, cells.coded(), chosen)

    def as_written(self, k: int) -> list[str]:
        """Return the cells of a column as texts; gaps are empty."""
        cells = self._body.columns[k]
        if not cells.is_bare:
            return coded.texts_of(cells.coded()).tolist()
        return coded.number_texts(cells.numbers).tolist()

    # ---- bare numbers

    def _of_numbers(self, name: str, values: Array, chosen: str | None) -> ReadColumn:
        self._check_size(name, values)
        filled = values[~np.isnan(values)]
        if not filled.size:
            empty = np.full(len(values), "", object)
            return ReadColumn(name, TEXT, empty, False, _("it is empty"))
        whole = bool((filled == np.rint(filled)).all())
        is_near = filled.min() >= FIRST_DATE and filled.max() <= LAST_DATE
        if whole and is_near and chosen in (None, DATE):
            different = np.unique(filled)
            if len(different) < 20_000 and are_compact(int(v) for v in different):
                found = moments({f"{int(v)}" for v in different})
                assert found is not None
                days = [np.nan if np.isnan(v) else found.values[f"{int(v)}"] for v in values]
                return self._dated(name, np.array(days), found.kind)
        if chosen in (None, DATE):
            stamped = forms.stamps(name, values, self._choices.kind_of(name) == DATE)
            if stamped is not None:
                return self._dated(name, stamped.days, DATE, (stamped.note,))
        if chosen in (DATE, TIME):
            raise self._no(name, f"{filled[0]:g}", 0, chosen)
        if whole and chosen is None and self._counts_rows(name, values):
            return ReadColumn(name, LABEL, values, False, _("it counts the rows"))
        is_key = whole and chosen is None and kinds.is_key_name(name)
        if is_key and len(values) > 2 and len(np.unique(filled)) == len(values):
            why = _("it names the rows: each has a number of its own")
            return ReadColumn(name, LABEL, values, False, why)
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
        if rows < 2 or np.isnan(values).any() or not (np.diff(values) == 1).all():
            return False
        if kinds.is_index_name(name):
            return True
        if kinds.is_numbered_name(name) and values[0] in (0, 1):
            return True
        is_from_start = values[0] in (0, 1) and rows >= MIN_COUNTED
        return is_from_start and self._is_first(name) and not kinds.is_axis_name(name)

    def _is_first(self, name: str) -> bool:
        """Return whether a column is the first, and others than it and the target follow."""
        return name == self._layout.names[0] and self._layout.width > 2

    def _without_constants(self, column: ReadColumn) -> ReadColumn:
        """Return a column of numbers with gaps where a far constant stands for one."""
        if self._choices.kind_of(column.name) == NUMBER:
            return column
        values = column.values
        # Of those that lie far from all others one is the least, or the greatest.
        if not CONSTANTS.intersection((np.fmin.reduce(values), np.fmax.reduce(values))):
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

    def _of_texts(self, name: str, cells: Coded, chosen: str | None) -> ReadColumn:
        kind_chosen = self._choices.kind_of(name) if chosen else None
        often = np.bincount(cells.codes, minlength=len(cells.names)).tolist()
        counts = Counter(dict(zip(cells.names, often, strict=True)))
        filled = Counter({text: n for text, n in counts.items() if not is_gap(text)})
        tick = kinds.tick_of(counts) if chosen in (None, BOOLEAN) else None
        if tick is not None:
            self.notes.append(
                _("{column}: an empty cell is no, {text} is yes", column=name, text=repr(tick))
            )
            return ReadColumn(
                name, BOOLEAN, coded.each_text(cells, [t or _NO for t in cells.names])
            )
        self._note_gaps(name, counts)
        self._has_colons = any(text[:1] == ":" and is_gap(text) for text in counts)
        if not filled:
            return ReadColumn(name, TEXT, coded.texts_of(cells), False, _("it is empty"))
        if chosen in (None, NUMBER):
            numbers = self._in_other_words(name, cells, filled)
            numbers = numbers or self._as_numbers(name, cells, filled, chosen)
            if numbers is not None:
                return self._stamped(numbers) if chosen is None else numbers
            if chosen == NUMBER:
                raise self._no_text(name, cells, filled, chosen)
        if chosen in (None, DATE, TIME):
            is_time = True if chosen == TIME else forms.is_time_name(name)
            is_day_first = self._notation.decimal == "," or self._separator == ";"
            found = moments(filled, is_day_first, is_time)
            is_wrong = found is not None and kind_chosen and found.kind != kind_chosen
            if found is not None and not is_wrong:
                values = coded.meant(cells, found.values)
                return self._dated(name, values, found.kind, found.notes)
            if chosen is not None:
                raise self._no_text(name, cells, filled, chosen)
        if chosen in (None, BOOLEAN):
            truth = kinds.truth_of(list(filled))
            if truth is not None:
                return self._boolean(name, cells, filled, truth)
            if chosen is not None and len(filled) <= 2 and all(map(is_plain, filled)):
                return ReadColumn(name, BOOLEAN, coded.texts_of(cells))
            if chosen is not None:
                raise self._no_text(name, cells, filled, chosen)
        return self._category(name, cells, filled, chosen)

    def _note_gaps(self, name: str, counts: Counter[str]) -> None:
        gaps = [text for text in counts if text and is_gap(text)]
        if gaps:
            self.notes.append(
                ngettext(
                    "{column}: {texts} stands for a gap",
                    "{column}: {texts} stand for gaps",
                    len(gaps),
                    column=name,
                    texts=joined_by_and([repr(text) for text in gaps[:4]]),
                )
            )

    def _in_other_words(
        self, name: str, cells: Coded, filled: Counter[str]
    ) -> ReadColumn | None:
        """Return a column of coordinates, or of thousands and millions; None of others."""
        found = forms.spelled(name, filled, self._notation)
        if found is None:
            return None
        self.notes.append(f"{name}: {found.note}")
        values = coded.meant(cells, found.values)
        self._check_size(name, values)
        is_said = found.unit in ("", "°")
        why = "" if is_said else _("numbers in {unit}", unit=found.unit)
        return ReadColumn(name, NUMBER, values, True, why, found.unit)

    def _stamped(self, column: ReadColumn) -> ReadColumn:
        """Return a column of numbers, as dates if these count days or seconds."""
        if column.kind != NUMBER or column.unit:
            return column
        found = forms.stamps(column.name, column.values, is_chosen=False)
        if found is None:
            return column
        return self._dated(column.name, found.days, DATE, (found.note,))

    def _as_numbers(
        self, name: str, cells: Coded, filled: Counter[str], chosen: str | None
    ) -> ReadColumn | None:
        """Return a column as numbers; None if they are none."""
        if chosen is None and kinds.are_codes(list(filled)):
            return None
        values: dict[str, float] = {}
        units: Counter[str] = Counter()
        stray: list[str] = []
        strays, total = 0, filled.total()
        for text in filled:
            number = parsed(text, self._notation)
            if number is None:
                stray.append(text)
                strays += filled[text]
                if chosen is None and 2 * strays > total:
                    return None
                continue
            values[text] = number.value
            units[number.unit] += 1
        if chosen == NUMBER and not values:
            raise self._no_text(name, cells, filled, chosen)
        flags = self._flags(filled, units)
        if flags:
            self.notes.append(
                ngettext(
                    "{column}: the flag {flags} behind numbers is not used",
                    "{column}: the flags {flags} behind numbers are not used",
                    len(flags),
                    column=name,
                    flags=joined_by_and(flags),
                )
            )
            units = Counter({"": units.total()})
        given = [unit for unit in units if unit]
        if len(given) > 1 and chosen == NUMBER:
            raise self._no_text(name, cells, filled, chosen)
        if chosen is None and (len(given) > 1 or (given and units[""] > len(filled) / 2)):
            return None
        share = 1 - strays / total
        if stray and chosen is None:
            finite = [text for text in stray if not is_not_finite(text)]
            if share < MOSTLY and not (share >= 0.5 and are_bounds(finite)):
                return None
            return self._strayed(name, cells, filled, stray)
        if stray:
            self.notes.append(
                ngettext(
                    "{column}: {texts} is no number and is taken as a gap",
                    "{column}: {texts} are no numbers and are taken as gaps",
                    len(stray),
                    column=name,
                    texts=joined_by_and([repr(text) for text in stray[:3]]),
                )
            )
        if any(map(has_tolerance, filled)):
            self.notes.append(_("{column}: what follows ± is not used", column=name))
        if given and units[""]:
            bare = [text for text in values if given[0] not in text]
            self.notes.append(
                _(
                    "{column}: {texts} without a unit is read as the others are",
                    column=name,
                    texts=joined_by_and([repr(text) for text in bare[:3]]),
                )
            )
        if not values:
            return None
        array = coded.meant(cells, values)
        self._check_size(name, array)
        unit = given[0] if given else ""
        why = _("numbers in {unit}", unit=unit) if unit else ""
        if unit == "%":
            why = _("percentages: 10 % is read as 10")
        return self._without_constants(ReadColumn(name, NUMBER, array, True, why, unit))

    def _flags(self, filled: Counter[str], units: Counter[str]) -> list[str]:
        """Return the units that are flags of statistics instead; empty if they are none."""
        is_eurostat = bool(self._layout.header) and "\\" in self._layout.header[0]
        is_eurostat = is_eurostat or self._has_colons
        given = sorted(unit for unit in units if unit)
        flagged = sum(units[unit] for unit in given)
        return given if forms.are_flags(given, units[""], flagged, is_eurostat) else []

    def _strayed(
        self, name: str, cells: Coded, filled: Counter[str], stray: Sequence[str]
    ) -> ReadColumn:
        count = sum(filled[text] for text in stray)
        why = ngettext(
            "{text} in row {line} is not a number, as the others of this column are",
            "{text} in row {line} and {count} cells in all are not numbers, as the others of "
            "this column are",
            count,
            text=repr(stray[0][:40]),
            line=int(self._body.lines[coded.first_row(cells, stray[0])]),
        )
        return ReadColumn(name, TEXT, coded.texts_of(cells), False, why, is_strayed=True)

    def _dated(
        self, name: str, values: Array, kind: str, notes: Sequence[str] = ()
    ) -> ReadColumn:
        """Return a column of moments as days or seconds since the first of them."""
        self.notes += [f"{name}: {note}" for note in notes]
        first = float(np.nanmin(values))
        if kind == TIME:
            why = _("seconds since {time}", time=clock(first))
            return ReadColumn(name, kind, values - first, True, why, start=first)
        first = float(np.floor(first))  # a day begins at midnight
        day = datetime.date.fromordinal(int(first) + EPOCH).isoformat()
        why = _("days since {day}", day=day)
        return ReadColumn(name, kind, values - first, True, why, start=first)

    def _boolean(
        self, name: str, cells: Coded, filled: Counter[str], truth: dict[str, bool]
    ) -> ReadColumn:
        spelled = {
            means: max(
                (t for t in filled if truth[t] is means),
                key=lambda t: (kinds.is_word(t), filled[t]),
                default="",
            )
            for means in (False, True)
        }
        names = {text: spelled[means] for text, means in truth.items()}
        self._note_merged(name, names)
        return ReadColumn(name, BOOLEAN, coded.texts_of(cells, names))

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
        self, name: str, cells: Coded, filled: Counter[str], chosen: str | None
    ) -> ReadColumn:
        folded = kinds.folded(filled)
        counts: Counter[str] = Counter()
        for text, n in filled.items():
            counts[folded.names[text]] += n
        kind = chosen or kinds.text_kind(counts, counts.total())
        why = ""
        if chosen in (LABEL, TEXT):
            why = _("it was chosen as the kind {kind}", kind=translated(chosen))
        elif chosen is None and kinds.are_codes(list(filled)):
            kind, why = LABEL, _("digits with leading zeros are codes, not numbers")
        elif kind in (LABEL, TEXT) and (units := self._units(filled)):
            kind = TEXT
            why = _("its numbers have several units: {units}", units=joined_by_and(units[:4]))
        elif kind in (LABEL, TEXT) and are_pairs(filled):
            why = _(
                "{text} and the like may be scores or ratios; the kind time reads them as "
                "hours and minutes",
                text=repr(next(iter(filled))),
            )
        elif kind == LABEL:
            why = _("it names the rows: nearly each has a text of its own")
        elif kind == TEXT:
            why = _(
                "it has {count} different texts, too many for categories", count=len(counts)
            )
        if kind == CATEGORY:
            self._note_merged(name, folded.names)
        return ReadColumn(
            name, kind, coded.texts_of(cells, folded.names), kind in (CATEGORY, BOOLEAN), why
        )

    def _units(self, filled: Counter[str]) -> list[str]:
        """Return the units of a column in which all cells are numbers of several ones."""
        numbers = [parsed(text, self._notation) for text in filled]
        found = dict.fromkeys(number.unit for number in numbers if number is not None)
        return [unit for unit in found if unit] if all(numbers) and len(found) > 1 else []

    def _no_text(self, name: str, cells: Coded, filled: Counter[str], kind: str) -> LabError:
        """Return what is said where the first text cannot be of the kind that was chosen."""
        text = next(iter(filled))
        return self._no(name, text, coded.first_row(cells, text), kind)

    def _no(self, name: str, text: str, i: int, kind: str) -> LabError:
        """Return what is said where a cell, in row i, cannot be of the kind that was chosen."""
        return LabError(
            _(
                "{place}: {text} cannot be read as the kind {kind}",
                place=self._at(i, name),
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
