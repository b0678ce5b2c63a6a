"""Cells: the rows of a table column by column, bare numbers as numbers at once.

Rows are taken in blocks: work on one takes some milliseconds, after which other threads have
their turn. A block of a column that holds bare numbers alone (`12`, `-0.5`, `3e-4`, and empty
cells) becomes an array at once; texts are kept for the columns that hold anything else, as
numbers of the different ones where these are few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables import bare
from layerlab.nets.tables.checks import STRICT, Refusals
from layerlab.nets.tables.coded import Coded, Coder
from layerlab.nets.tables.column_cells import ColumnCells, bare_numbers, sheet_numbers
from layerlab.nets.tables.gaps import is_gap
from layerlab.nets.tables.layout import TableLayout, is_total
from layerlab.nets.tables.notation import is_plain
from layerlab.nets.tables.sheets import Cell, SheetSource
from layerlab.nets.tables.source import Source

Array = np.ndarray
MAX_ROWS = 100_000
MAX_KNOWN = 50_000  # different cells, beyond which equal ones are no longer looked for
BLOCK = 50_000  # cells
KEPT_BACK = 8  # rows at the end that may be totals
MAX_ODD = 0.05  # share of rows with other numbers of cells, beyond which it is no table
FEW_ODD = 3  # as many may be left out of a small table, one of five rows at most
_FOOTNOTE = re.compile(r"[*†]|(source|note|quelle|fuente|nota|fonte)s?\b", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Body:
    """The rows of a table.

    Attributes:
        columns: as many as the layout has.
        lines: (rows,) line of the file on which each row begins.
        notes: sentences on the rows that were left out. left_out: how many these are.
    """

    columns: list[ColumnCells]
    lines: Array
    notes: tuple[str, ...]
    left_out: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.lines)


def body_of(
    source: Source,
    layout: TableLayout,
    as_texts: frozenset[int] = frozenset(),
    known: frozenset[int] = frozenset(),
    refusals: Refusals = STRICT,
) -> Body:
    """Read the rows of a table.

    Args:
        source, layout: where they are.
        as_texts: columns that are kept as texts whatever they hold.
        known: columns that are not read: whoever asks has them. They have no blocks.
        refusals: what becomes of a table with too many rows of another width.

    Raises:
        LabError: there are too many rows, or too many with another number of cells.
        CancelledError: it is no longer wanted.
    """
    taker = _Taker(source, layout, as_texts, known, refusals)
    if isinstance(source, SheetSource):
        for places, cells in source.cell_blocks():
            taker.take_cells(source, places, cells)
        return taker.body()
    start = bare.start_of(source, layout.first)
    if start is None:
        for lines, rows in source.blocks():
            taker.take_block(lines, rows)
        return taker.body()
    line = layout.first
    taker.expect(bare.rows_of(source.raw))
    for chunk in bare.chunks(source.raw, start, layout.width):
        check_cancelled()
        if b'"' in chunk and not bare.are_quotes_whole(chunk, source.separator):
            chunk = source.raw[start:]  # nobody knows where its rows end
        start += len(chunk)
        is_last = start == len(source.raw)  # its last rows may be totals
        taken = 0 if is_last else taker.take_columns(line, chunk)
        if not taken:
            for lines, rows in source.blocks(chunk, line):
                taker.take_block(lines, rows)
        line += taken or chunk.count(b"\n")
        if is_last:
            break
    return taker.body()


class _Taker:
    """Takes rows one by one."""

    def __init__(
        self,
        source: Source,
        layout: TableLayout,
        as_texts: frozenset[int],
        known: frozenset[int],
        refusals: Refusals,
    ) -> None:
        self._source, self._where, self._layout = source, source.where, layout
        self._refusals = refusals
        self._columns = [ColumnCells() for _k in range(layout.width)]
        self._ways = [
            bare.TEXTS if k in as_texts else bare.NOTHING if k in known else bare.NUMBERS
            for k in range(layout.width)
        ]
        self._coder = Coder()
        self._known: dict[str, str] | None = {}
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._odd: list[int] = []
        self._texts_alone: list[int] = []  # of the odd ones: they begin with a text
        self._repeated: list[int] = []
        self._header = list(layout.header)
        # The column by which a repeated header is known among numbers, if there is one.
        self._word = next(
            (k for k, name in enumerate(self._header) if not (is_gap(name) or is_plain(name))),
            None,
        )
        if self._word in known:
            self._ways[self._word] = bare.TEXTS
        self._expected, self._taken = 0, 0  # rows that will be, and rows that are in columns
        self._numbers = np.empty((layout.width, 0))
        self._has_points, self._has_numbers = (np.zeros(layout.width, bool) for _k in range(2))
        self._has_thirds = np.ones(layout.width, bool)
        self._per_block = max(1, BLOCK // layout.width)
        self._last_cells: dict[int, Sequence[Cell]] = {}  # of a sheet: line -> its cells

    def expect(self, rows: int) -> None:
        """Expect so many rows, more or less."""
        self._expected = min(rows, MAX_ROWS)

    def take_columns(self, line: int, chunk: bytes) -> int:
        """Take a stretch column by column; return how many rows it has, 0 if it cannot be.

        Args:
            line: of the file, on which the stretch begins. chunk: whole lines.
        """
        source = self._source
        if source.comment and source.comment.encode("ascii") in chunk:
            return 0
        if self._header and self._word is None:
            return 0
        found = bare.columns_of(
            chunk, source.separator, source.codec_within(line), self._ways, self._coder
        )
        if found is None or self._may_repeat_header(found):
            return 0
        if self._rows:  # in the middle of a file nothing sums up
            self._put(self._rows)
            self._rows = []
        end = self._reserve(found.rows)
        all_columns = len(found.plain) == len(self._ways)
        plain = slice(None) if all_columns else found.plain
        self._numbers[plain, self._taken : end] = found.values
        self._has_numbers[plain] = True
        self._has_points[plain] |= found.has_points
        self._has_thirds[plain] &= found.has_thirds
        for k, cells in found.others.items():
            if isinstance(cells, bare.Numbers):
                self._put_numbers(k, cells)
            else:
                self._put_texts(k, cells if isinstance(cells, Coded) else tuple(cells))
        self._taken = end
        self._lines.extend(range(line, line + found.rows))
        self._check_rows()
        return found.rows

    def _may_repeat_header(self, found: bare.Stretch) -> bool:
        """Return whether the header's first word is among the texts below it."""
        if self._word is None:
            return False
        cells, word = found.others.get(self._word), self._header[self._word]
        if isinstance(cells, Coded):
            return bool((cells.codes == self._coder.number_of(word)).any())
        return isinstance(cells, list) and word in cells

    def take_cells(
        self, source: SheetSource, lines: Sequence[int], rows: Sequence[Sequence[Cell]]
    ) -> None:
        """Take the rows of a sheet that belong to the table, column by column."""
        width, first = self._layout.width, self._layout.first
        header = self._header[0] if self._header else None
        start = next((k for k, line in enumerate(lines) if line >= first), len(lines))
        lines, rows = lines[start:], rows[start:]
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        is_wide = any(cell != "" for column in columns[width:] for cell in column)
        if is_wide or len(rows) <= KEPT_BACK or header in source.texts(columns[0]):
            self._take_last_cells(source, lines, rows)
            return
        self._put_last_cells()
        self._put_cells(source, columns[:width], len(rows) - KEPT_BACK)
        self._lines.extend(lines[:-KEPT_BACK])
        self._take_last_cells(source, lines[-KEPT_BACK:], rows[-KEPT_BACK:])

    def _put_cells(
        self, source: SheetSource, columns: Sequence[Sequence[Cell]], count: int
    ) -> None:
        """Put the first rows of a block into columns: numbers at once, or texts."""
        end = self._reserve(count)
        for k, cells in enumerate(columns):
            cells = cells[:count]
            if self._ways[k] == bare.NOTHING:
                continue
            numbers = sheet_numbers(cells) if self._ways[k] == bare.NUMBERS else None
            if numbers is not None:
                self._put_numbers(k, numbers)
                continue
            self._columns[k].words.update(c.strip() for c in set(cells) if type(c) is str)
            self._put_texts(k, self._shared(source.column_texts(k, cells)))
        self._taken = end

    def _take_last_cells(
        self, source: SheetSource, lines: Sequence[int], rows: Sequence[Sequence[Cell]]
    ) -> None:
        """Take rows one by one, of which the last may be totals."""
        for line, row in zip(lines, rows, strict=True):
            self._last_cells[line] = row
            self.take(line, source.texts(row))

    def _put_last_cells(self) -> None:
        """Put the rows that were held back: more follow."""
        self._mark_texts()
        if self._rows:
            self._put(self._rows)
            self._rows = []

    def _mark_texts(self) -> None:
        """Keep columns as texts in which a cell that was held back is no number of a sheet."""
        for line in (
            self._lines[len(self._lines) - len(self._rows) :] if self._last_cells else ()
        ):
            for k, cell in enumerate(self._last_cells.pop(line, ())[: self._layout.width]):
                if type(cell) is not float and not (type(cell) is str and is_gap(cell.strip())):
                    self._ways[k] = bare.TEXTS
                    if type(cell) is str:
                        self._columns[k].words.add(cell.strip())

    def take_block(self, lines: Sequence[int], rows: list[list[str]]) -> None:
        """Take the rows of a block that belong to the table."""
        first = self._layout.first
        if lines[0] >= first:
            self.take_all(lines, rows)
            return
        for line, row in zip(lines, rows, strict=True):
            if line >= first:
                self.take(line, row)

    def take_all(self, lines: Sequence[int], rows: list[list[str]]) -> None:
        """Take a block of rows; most have nothing to look at row by row."""
        width, first = self._layout.width, self._header[0] if self._header else None
        if any(len(row) != width or row[0].strip() == first for row in rows):
            for line, row in zip(lines, rows, strict=True):
                self.take(line, row)
            return
        self._rows.extend(rows)
        self._lines.extend(lines)
        self._put_all()

    def take(self, line: int, row: list[str]) -> None:
        """Take a row, or note why it is left out."""
        width = self._layout.width
        if len(row) != width:
            if len(row) < width or any(map(str.strip, row[width:])):
                self._odd.append(line)
                if not is_plain(row[0].strip()):
                    self._texts_alone.append(line)
                return
            row = row[:width]
        is_near = bool(self._header) and row[0].strip() == self._header[0]
        if is_near and [cell.strip() for cell in row] == self._header:
            self._repeated.append(line)
            return
        self._keep(line, row)

    def _keep(self, line: int, row: list[str]) -> None:
        self._rows.append(row)
        self._lines.append(line)
        self._put_all()

    def _put_all(self) -> None:
        """Put rows into columns, but for the last ones: in the end they may be totals."""
        self._check_rows()
        while len(self._rows) >= self._per_block + KEPT_BACK:
            self._mark_texts()
            self._put(self._rows[: self._per_block])
            del self._rows[: self._per_block]

    def _check_rows(self) -> None:
        if len(self._lines) > MAX_ROWS:
            raise LabError(
                _(
                    "{path} has more than {most} rows; use fewer of them",
                    path=self._where,
                    most=grouped(MAX_ROWS),
                )
            )

    def _put(self, rows: Sequence[list[str]]) -> None:
        check_cancelled()
        end = self._reserve(len(rows))
        for k, cells in enumerate(zip(*rows, strict=True)):
            if self._ways[k] == bare.NOTHING:
                continue
            numbers = bare_numbers(cells) if self._ways[k] == bare.NUMBERS else None
            if numbers is not None:
                self._put_numbers(k, numbers)
            else:
                self._put_texts(k, self._shared(tuple(map(str.strip, cells))))
        self._taken = end

    def _reserve(self, rows: int) -> int:
        """Make room for numbers of more rows; return how many there are with them."""
        end, room = self._taken + rows, self._numbers.shape[1]
        if end > room:  # pages of memory that nothing is written to cost nothing
            more = np.empty((len(self._ways), max(self._expected, 2 * room, end)))
            more[:, : self._taken] = self._numbers[:, : self._taken]
            self._numbers = more
        return end

    def _put_numbers(self, k: int, cells: bare.Numbers) -> None:
        """Put the next numbers of column k behind those that were taken."""
        self._numbers[k, self._taken : self._taken + len(cells.values)] = cells.values
        if cells.gaps:
            self._columns[k].gaps += cells.gaps
        self._has_numbers[k] = True
        self._has_points[k] |= cells.has_points
        self._has_thirds[k] &= cells.has_thirds

    def _put_texts(self, k: int, cells: tuple[str, ...] | Coded) -> None:
        """Put the next texts of column k; from now on it has nothing else."""
        self._ways[k] = bare.TEXTS
        self._columns[k].blocks.append(cells)

    def _shared(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same texts; equal ones are one object, while there are not too many."""
        known = self._known
        if known is None:
            return cells
        shared = tuple(map(known.setdefault, cells, cells))
        if len(known) > MAX_KNOWN:
            self._known = None
        return shared

    def body(self) -> Body:
        """Return what was taken."""
        notes, left_out = [], len(self._repeated)
        last = self._lines[-1] if self._lines else 0
        below = [line for line in self._texts_alone if line > last]
        self._odd = [line for line in self._odd if line not in below]
        footnotes = self._drop_footnotes() + below
        totals = self._drop_totals()
        self._mark_texts()
        if self._rows:
            self._put(self._rows)
        rows = len(self._lines)
        if len(self._odd) > max(MAX_ODD * rows, min(FEW_ODD, rows // 5), 1):
            self._refusals.meet(self._ragged())
        if not rows:
            raise LabError(_("{path} has a header only, no row of data", path=self._where))
        for lines, note in (
            (self._repeated, self._repeated_note),
            (self._odd, self._odd_note),
            (totals, self._totals_note),
            (footnotes, self._footnotes_note),
        ):
            if lines:
                notes.append(note(lines))
        left_out += len(self._odd) + len(totals) + len(footnotes)
        for k, column in enumerate(self._columns):
            column.is_mixed = bool(self._has_numbers[k] and column.blocks)
            column.has_points = bool(self._has_points[k])
            column.has_thirds = bool(self._has_thirds[k])
            if column.is_bare:
                column.numbers = self._numbers[k, : self._taken]
        return Body(self._columns, np.array(self._lines, np.int64), tuple(notes), left_out)

    def _drop_footnotes(self) -> list[int]:
        """Leave out last rows that are a single text in a table of numbers; return their lines.

        In a table of two columns such a text looks like a row whose other cell is a gap.
        """
        width, count = self._layout.width, 0
        for row in reversed(self._rows[-KEPT_BACK:]):
            first, *others = map(str.strip, row)
            is_text = bool(first) and not any(others) and not is_plain(first)
            if not is_text or (width < 3 and not _FOOTNOTE.match(first)):
                break
            count += 1
        if not count or count >= len(self._lines):
            return []
        dropped = self._lines[-count:]
        del self._lines[-count:], self._rows[-count:]
        return dropped

    def _drop_totals(self) -> list[int]:
        """Leave out the last rows from the first on that sums up; return their lines."""
        start = max(0, len(self._rows) - KEPT_BACK)
        for k, row in enumerate(self._rows[start:], start):
            if is_total([cell.strip() for cell in row]):
                dropped = self._lines[len(self._lines) - len(self._rows) + k :]
                if len(dropped) < len(self._lines):
                    del self._lines[len(self._lines) - len(dropped) :]
                    del self._rows[k:]
                    return dropped
        return []

    def _ragged(self) -> LabError:
        return LabError(
            ngettext(
                "{path}, row {line} has another number of cells than most rows, {width}",
                "{path}: {count} rows, of them row {line}, have another number of cells than "
                "most rows, {width}",
                len(self._odd),
                path=self._where,
                line=self._odd[0],
                width=self._layout.width,
            )
        )

    def _repeated_note(self, lines: Sequence[int]) -> str:
        return ngettext(
            "{count} row repeats the header and is left out (line {lines})",
            "{count} rows repeat the header and are left out (lines {lines})",
            len(lines),
            lines=listed(lines),
        )

    def _odd_note(self, lines: Sequence[int]) -> str:
        return ngettext(
            "{count} row has another number of cells and is left out (line {lines})",
            "{count} rows have another number of cells and are left out (lines {lines})",
            len(lines),
            lines=listed(lines),
        )

    def _totals_note(self, lines: Sequence[int]) -> str:
        return ngettext(
            "{count} row at the end sums up the others and is left out (line {lines})",
            "{count} rows at the end sum up the others and are left out (lines {lines})",
            len(lines),
            lines=listed(lines),
        )

    def _footnotes_note(self, lines: Sequence[int]) -> str:
        return ngettext(
            "{count} line below the table is skipped (line {lines})",
            "{count} lines below the table are skipped (lines {lines})",
            len(lines),
            lines=listed(lines),
        )


def listed(lines: Sequence[int]) -> str:
    """Return numbers of lines, the first few of them."""
    first = ", ".join(str(line) for line in lines[:3])
    return first + (", …" if len(lines) > 3 else "")
