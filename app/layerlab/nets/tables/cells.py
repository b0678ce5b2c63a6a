"""Cells: the rows of a table column by column, bare numbers as numbers at once.

Rows are taken in blocks: work on one takes some milliseconds, after which other threads have
their turn. A block of a column that holds bare numbers alone (`12`, `-0.5`, `3e-4`, and empty
cells) becomes an array at once; texts are kept for the columns that hold anything else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from layerlab.core.cancel import check_cancelled
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.translation import _, ngettext
from layerlab.nets.tables import bare
from layerlab.nets.tables.checks import STRICT, Refusals
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
_BARE = "0123456789.+-eE\n"
_FOOTNOTE = re.compile(r"[*†]|(source|note|quelle|fuente|nota|fonte)s?\b", re.IGNORECASE)
_CODE = re.compile(r"\n0\d")


@dataclass
class ColumnCells:
    """The cells of a column.

    Attributes:
        blocks: each an array of numbers, nan in gaps, or texts.
        gaps: words for gaps among the numbers -> how often each comes.
        has_points: whether one of the numbers has a decimal point.
        has_thirds: whether each point has three digits behind it, as thousands have.
        words: of a spreadsheet, the different cells that are texts, not numbers.
    """

    blocks: list[Array | tuple[str, ...]] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    has_points: bool = False
    has_thirds: bool = True
    words: set[str] = field(default_factory=set)

    @property
    def is_bare(self) -> bool:
        """Whether all cells are bare numbers or empty."""
        return all(isinstance(block, np.ndarray) for block in self.blocks)

    @property
    def is_text(self) -> bool:
        """Whether the texts of all cells are here."""
        return not any(isinstance(block, np.ndarray) for block in self.blocks)

    def texts(self) -> list[str]:
        """Return all texts."""
        return [text for block in self.blocks for text in block]

    def as_numbers(self) -> ColumnCells:
        """Return a column of texts as bare numbers, if all of its texts are such."""
        found = ColumnCells(words=self.words)
        numbers = bare_numbers(found, self.texts())
        if numbers is None:
            return self
        found.blocks.append(numbers)
        return found

    def numbers(self) -> Array:
        """Return all numbers. (rows,)"""
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0)


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
    refusals: Refusals = STRICT,
) -> Body:
    """Read the rows of a table.

    Args:
        source, layout: where they are.
        as_texts: columns that are kept as texts whatever they hold.
        refusals: what becomes of a table with too many rows of another width.

    Raises:
        LabError: there are too many rows, or too many with another number of cells.
        CancelledError: it is no longer wanted.
    """
    taker = _Taker(source.where, layout, as_texts, refusals)
    if isinstance(source, SheetSource):
        for places, cells in source.cell_blocks():
            taker.take_cells(source, places, cells)
        return taker.body()
    start = None if as_texts else bare.start_of(source, layout.first)
    if start is None:
        for lines, rows in source.blocks():
            taker.take_block(lines, rows)
        return taker.body()
    line = layout.first
    for chunk in bare.chunks(source.raw, start):
        check_cancelled()
        numbers = None
        if taker.is_bare and not bare.may_be_thousands(chunk):
            numbers = bare.numbers_of(chunk, source.separator, layout.width)
        if numbers is not None:
            taker.take_numbers(line, numbers, b"." in chunk)
        elif not taker.take_columns(source, line, chunk):
            for lines, rows in source.blocks(chunk, line):
                taker.take_block(lines, rows)
        line += chunk.count(b"\n")
    return taker.body()


class _Taker:
    """Takes rows one by one."""

    def __init__(
        self, where: str, layout: TableLayout, as_texts: frozenset[int], refusals: Refusals
    ) -> None:
        self._where, self._layout, self._refusals = where, layout, refusals
        self._columns = [ColumnCells() for _k in range(layout.width)]
        self._texts = [k in as_texts for k in range(layout.width)]
        self._known: dict[str, str] | None = {}
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._odd: list[int] = []
        self._texts_alone: list[int] = []  # of the odd ones: they begin with a text
        self._repeated: list[int] = []
        self._header = list(layout.header)
        self._per_block = max(1, BLOCK // layout.width)
        self._last_cells: dict[int, Sequence[Cell]] = {}  # of a sheet: line -> its cells

    @property
    def is_bare(self) -> bool:
        """Whether rows may be taken as numbers: none of the columns has texts so far."""
        return not any(self._texts) and not all(map(is_plain, self._header or [""]))

    def take_numbers(self, line: int, numbers: Array, has_points: bool) -> None:
        """Take rows of bare numbers, a line each.

        Args:
            line: on which the first begins. numbers: (width, rows).
            has_points: whether there are decimal points in them; then not each has three
                digits behind it.
        """
        if self._rows:  # in the middle of a file nothing sums up
            self._put(self._rows)
            self._rows = []
        pointed = [has_points and not (values == np.round(values)).all() for values in numbers]
        for column, values, is_pointed in zip(self._columns, numbers, pointed, strict=True):
            column.blocks.append(values)
            if is_pointed or (has_points and not any(pointed)):
                column.has_points, column.has_thirds = True, False
        self._lines.extend(range(line, line + numbers.shape[1]))
        self._check_rows()

    def take_columns(self, source: Source, line: int, chunk: bytes) -> bool:
        """Take a stretch column by column; return whether that was possible.

        Args:
            source: the file. line: on which the stretch begins. chunk: whole lines.
        """
        is_last = source.raw.endswith(chunk)  # its last rows may be totals
        if source.comment or is_last or all(map(is_plain, self._header or [""])):
            return False
        width, codec = self._layout.width, source.codec
        columns = bare.columns_of(chunk, source.separator, width, self._texts, codec)
        if columns is None:
            return False
        first = columns[0]
        texts = [cell.strip() for cell in first] if isinstance(first, list) else []
        if self._header and self._header[0] in texts:
            return False
        if self._rows:
            self._put(self._rows)
            self._rows = []
        for k, cells in enumerate(columns):
            column = self._columns[k]
            if isinstance(cells, bare.Numbers):
                column.blocks.append(cells.values)
                column.gaps += cells.gaps
                if cells.has_points:
                    column.has_points, column.has_thirds = True, False
            else:
                self._texts[k] = True
                column.blocks.append(self._shared(tuple(map(str.strip, cells))))
        rows = len(first) if isinstance(first, list) else len(first.values)
        self._lines.extend(range(line, line + rows))
        self._check_rows()
        return True

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
        for k, cells in enumerate(columns):
            column, cells = self._columns[k], cells[:count]
            if not self._texts[k] and (numbers := _numbers(cells, column.gaps)) is not None:
                column.blocks.append(numbers)
                continue
            self._texts[k] = True
            column.words.update(c.strip() for c in set(cells) if type(c) is str)
            column.blocks.append(self._shared(source.column_texts(k, cells)))

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
                    self._texts[k] = True
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
        if any(len(row) != width or row[0] == first for row in rows):
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
        for k, cells in enumerate(zip(*rows, strict=True)):
            column = self._columns[k]
            if not self._texts[k]:
                numbers = bare_numbers(column, cells)
                if numbers is not None:
                    column.blocks.append(numbers)
                    continue
                self._texts[k] = True
            column.blocks.append(self._shared(tuple(map(str.strip, cells))))

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
        if len(self._odd) > max(MAX_ODD * rows, 1):
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


def _numbers(cells: Sequence[Cell], gaps: Counter[str]) -> Array | None:
    """Return cells of a sheet as numbers, nan in gaps; None if one of them is something else.

    Args:
        cells: of a column. gaps: to which words for gaps are added.
    """
    kinds = set(map(type, cells))
    if kinds == {float}:
        numbers = np.array(cells)
    elif kinds <= {float, str}:
        words = Counter(cell for cell in cells if type(cell) is str)
        if not all(is_gap(word.strip()) for word in words):
            return None
        numbers = np.array([np.nan if type(cell) is str else cell for cell in cells])
        gaps.update({word.strip(): n for word, n in words.items() if word.strip()})
    else:
        return None
    return None if np.isinf(numbers).any() else numbers


def bare_numbers(column: ColumnCells, cells: Sequence[str]) -> Array | None:
    """Return cells as numbers; None if one is anything but a bare number or empty."""
    gaps = Counter[str]()
    joined = "\n".join(cells)
    if joined.strip(_BARE):
        gaps = Counter(c for c in map(str.strip, cells) if c and is_gap(c))
        if not gaps:
            return None
        cells = tuple("" if is_gap(cell.strip()) else cell for cell in cells)
        joined = "\n".join(cells)
    if joined.strip(_BARE) or _has_code(joined):
        return None
    try:
        if "" in cells:
            numbers = np.array([float(c) if c else np.nan for c in cells])
        else:
            numbers = np.fromiter(map(float, cells), float, len(cells))
    except ValueError:
        return None
    if np.isinf(numbers).any():
        return None
    column.gaps += gaps
    if "." in joined:
        column.has_points = True
        column.has_thirds = column.has_thirds and all(
            _is_thirds(cell) for cell in cells if "." in cell
        )
    return numbers


def _has_code(joined: str) -> bool:
    """Return whether one of the cells, a line each, has digits after a leading zero."""
    if joined[:1] == "0" and joined[1:2].isdigit():
        return True
    return "\n0" in joined and _CODE.search(joined) is not None


def _is_thirds(cell: str) -> bool:
    """Return whether a number is written as thousands with points are: `12.500.000`."""
    first, *rest = cell.lstrip("+-").split(".")
    is_first = first.isdigit() and first != "0" and len(first) <= 3
    return is_first and all(len(part) == 3 and part.isdigit() for part in rest)


def listed(lines: Sequence[int]) -> str:
    """Return numbers of lines, the first few of them."""
    first = ", ".join(str(line) for line in lines[:3])
    return first + (", …" if len(lines) > 3 else "")
