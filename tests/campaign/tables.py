"""Reads spoiled tables in two ways, and checks what is read, and what is said instead.

    python -m tests.campaign.tables --mutations 50000 --seed 0

Of every table either both readers, the one of whole stretches (`bare`) and the one of rows, say
the same of it, or both refuse it in the same sentence, which is one line and names the file. A
tolerant reading agrees with them, and says as its trouble what they refuse.
What is read has to fit together: as many rows as the file has, no gaps in what is used, JSON
without nan, finite data. `--keep DIR` writes down what failed; the same seed spoils alike.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import csv
import io
import json
import os
import pathlib
import random
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from unittest import mock

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.spec import TaskSpec
from layerlab.nets.tables import DEFAULTS, Choices, bare
from layerlab.nets.tables.choices import GAP_WAYS
from layerlab.nets.tables.kinds import DATE, KINDS, LABEL, NUMBER, TEXT, TIME
from layerlab.nets.tables.layout import layout_of
from layerlab.nets.tables.reading import Reading, read
from layerlab.nets.tables.source import open_source
from layerlab.nets.tasks.csv import read_table
from layerlab.nets.tasks.tabular import prepare
from tests.campaign.mutations import mutated_bytes, mutated_table

LONGEST = 5000  # characters of a sentence, which may list a dozen names
MOST_BYTES = 200_000  # of a spoiled table
Way = Callable[[bytes, random.Random], bytes]


# ---- samples


def samples() -> list[bytes]:
    """Return small tables of many kinds, the same ones every time."""
    rng = random.Random(0)
    n = [round(rng.gauss(0, 5), 3) for _k in range(200)]
    day = [f"2021-{1 + k // 28 % 12:02}-{1 + k % 28:02}" for k in range(200)]
    word = [rng.choice(("red", "green", "blue")) for _k in range(200)]
    rows: dict[str, list[str]] = {
        "a,b,c": [f"{n[k]},{n[-k]},{n[k] * n[-k]:.5g}" for k in range(120)],
        "x,when,colour,ok,y": [
            f"{n[k]},{day[k]},{word[k]},{'yes' if n[k] > 0 else 'no'},{k}" for k in range(110)
        ],
        "x;y;z": [f"{n[k]};{n[k + 1]};{k % 3}".replace(".", ",") for k in range(90)],
        "id\tname\tvalue": [f"{k:05}\tperson {k}\t{n[k]}" for k in range(80)],
        "t|u|v": [f"{k}|{n[k]}|{'NA' if k % 9 == 0 else n[k + 1]}" for k in range(80)],
        "price,share,weight,label": [
            f'"$1,{k:03}.50",{k % 100} %,{k}.5 kg,{word[k]}' for k in range(40)
        ],
        'name,"x, y",z': [f'"a ""{k}""",{k % 7},{k % 2}' for k in range(40)],
        "date;total;class": [
            f"{1 + k % 28}.{1 + k % 12}.2020;1.{k:03};{word[k]}" for k in range(40)
        ],
        "year,count,rate": [f"{1950 + k},{k * 37},{n[k] * 1e-7:.3e}" for k in range(70)],
        "time,big,far": [f"{k % 24}:{k % 60:02},{n[k]!r}e8,-9999" for k in range(30)],
        "a, b, c": [f"{n[k]}, {word[k]}, {k % 2}" for k in range(90)],
        "x,y": ["1,2", "3,4", "5,6"],
    }
    found = ["\n".join([head, *body, ""]) for head, body in rows.items()]
    whole = found[0]
    found += [
        "Sales of the year\nsecond line\n\n" + whole + "\nTotal,1,2\nSource: an office\n",
        "# a comment\n# another\n" + whole,
        "sep=;\n" + found[2],
        "a,b,c\ncm,s,\n" + whole.partition("\n")[2],
        "a\tb\tc\ncontinuous\tdiscrete\tc\nclass\t\tmeta\n" + "1.5\tu\tv\n2.5\tw\tx\n" * 9,
        "|a|b|\n|---|---|\n" + "|1|2|\n|3|5|\n" * 9,
        "2001,2002,2003\n" + "1.5,2.5,3.5\n7,8,9\n" * 20,
        " 1.5 2.5 3.5\n 4.5 5.5 6.5\n" * 20,
    ]
    raw = [text.encode() for text in found]
    raw += [whole.encode("utf-16"), found[1].encode("utf-8-sig"), found[2].encode("cp1252")]
    raw += [
        found[1].replace("red", "grün").encode("cp1252"),
        whole.replace("\n", "\r\n").encode(),
    ]
    raw.append(found[1].replace("red", "красный").replace("blue", "青").encode())
    return raw


# ---- ways to spoil one


ODD_CELLS = (
    *("1e400", "-1e308", "9" * 400, "0.1" + "0" * 300 + "1", "٣٤", "१२", "１２", "½", "²"),
    *("\u200f123", "\u202e1.5\u202c", "אבג", "\u00a0", "\ufeff1", "\u2028", "\x85", "\x1c"),
    *('"', '""', '"a', 'a"b', '"""', "'", "=1+1", "1,5", "1.5", "1.000", "1'000", "$5", "5 %"),
    *(
        "",
        " ",
        "-",
        ".",
        "NA",
        "inf",
        "nan",
        "0x1F",
        "1_000",
        "007",
        "+.5",
        "5.",
        "--1",
        "1e",
        "e5",
    ),
    *(
        "2020-13-45",
        "31/02/2020",
        "25:99",
        "yes",
        "x",
        "🙂",
        "a" * 300,
        "\t",
        ";",
        "|",
        "#",
        "%",
    ),
    *("1.5e-07", "12345678901234567", "0.12345678901234567", "9007199254740993", "1.25e22"),
)
CODECS = (
    "utf-16",
    "utf-16-le",
    "utf-32",
    "cp1252",
    "latin-1",
    "utf-8-sig",
    "shift-jis",
    "utf-7",
)


def _rows_of(raw: bytes) -> list[bytes]:
    return raw.splitlines(keepends=True) or [b""]


def _truncated(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _spliced(raw: bytes, rng: random.Random) -> bytes:
    other = rng.choice(samples())
    return raw[: rng.randrange(len(raw) + 1)] + other[rng.randrange(len(other) + 1) :]


def _other_separator(raw: bytes, rng: random.Random) -> bytes:
    old, new = (
        rng.choice((b",", b";", b"\t")),
        rng.choice((b",", b";", b"\t", b"|", b" ", b":", b", ")),
    )
    rows = _rows_of(raw)
    some = rng.random() < 0.5
    return b"".join(
        row if some and rng.random() < 0.5 else row.replace(old, new) for row in rows
    )


def _odd_cells(raw: bytes, rng: random.Random) -> bytes:
    rows = _rows_of(raw)
    for _k in range(rng.choice((1, 1, 3, 20))):
        at = rng.randrange(len(rows))
        cells = rows[at].split(b",")
        cells[rng.randrange(len(cells))] = rng.choice(ODD_CELLS).encode("utf-8", "replace")
        rows[at] = b",".join(cells)
        if not rows[at].endswith((b"\n", b"\r")):
            rows[at] += b"\n"
    return b"".join(rows)


def _odd_column(raw: bytes, rng: random.Random) -> bytes:
    some = [rng.choice(ODD_CELLS).encode() for _k in range(rng.choice((1, 2, 5)))]
    rows = [row.rstrip(b"\r\n") + b"," + rng.choice(some) for row in _rows_of(raw)]
    return b"\n".join(rows) + b"\n"


def _quoted(raw: bytes, rng: random.Random) -> bytes:
    mark = rng.choice((b'"', b'"', b'""', b'"""', b"'"))
    rows = _rows_of(raw)
    for _k in range(rng.choice((1, 3, len(rows)))):
        at = rng.randrange(len(rows))
        cells = rows[at].rstrip(b"\r\n").split(b",")
        k = rng.randrange(len(cells))
        cells[k] = mark + cells[k] + rng.choice((mark, b"", b'"\n"', b"\n" + mark))
        rows[at] = b",".join(cells) + b"\n"
    return b"".join(rows)


def _other_codec(raw: bytes, rng: random.Random) -> bytes:
    text = raw.decode("utf-8", "replace")
    return text.encode(rng.choice(CODECS), "replace")


def _bytes_in_front(raw: bytes, rng: random.Random) -> bytes:
    front = (
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xff\xfe\0\0",
        b"\0",
        b"PK",
        b"\n" * 9,
    )
    return rng.choice(front) + raw


def _repeated_lines(raw: bytes, rng: random.Random) -> bytes:
    rows = _rows_of(raw)
    at = rng.choice((0, rng.randrange(len(rows))))
    return b"".join([*rows, *[rows[at]] * rng.choice((1, 2, 30))])


def _shuffled(raw: bytes, rng: random.Random) -> bytes:
    rows = _rows_of(raw)
    rng.shuffle(rows)
    return b"".join(rows)


def _line_ends(raw: bytes, rng: random.Random) -> bytes:
    ends = (b"\n", b"\r\n", b"\r", b"\n\n", b"\n\r", b"\n,,,\n", b"\n \n")
    kinds = rng.choices(ends, k=2)
    return b"".join(row.rstrip(b"\r\n") + rng.choice(kinds) for row in _rows_of(raw))


def _long_line(raw: bytes, rng: random.Random) -> bytes:
    rows = _rows_of(raw)
    piece = rng.choice((b"x", b"1,", b"1", b'"', b'",', b" ", b"\t", b"9,\xc3\xa9,"))
    rows.insert(rng.randrange(len(rows) + 1), piece * rng.choice((300, 3000, 70_000)) + b"\n")
    return b"".join(rows)


def _short_cut(raw: bytes, rng: random.Random) -> bytes:
    rows = _rows_of(raw)
    start = rng.randrange(len(rows))
    del rows[start : start + rng.choice((1, 3, len(rows) - 3))]
    return b"".join(rows)


def _other_marks(raw: bytes, rng: random.Random) -> bytes:
    old, new = rng.choice(
        ((b".", b","), (b".", "٫".encode()), (b"-", "−".encode()), (b"1", b""))
    )
    return raw.replace(old, new, rng.choice((1, 5, -1)))


WAYS: tuple[Way, ...] = (
    *(_truncated, _spliced, _other_separator, _odd_cells, _odd_cells, _odd_column, _quoted),
    *(_other_codec, _bytes_in_front, _repeated_lines, _shuffled, _line_ends, _long_line),
    *(_short_cut, _other_marks, mutated_bytes, mutated_table),
)


def spoiled(number: int, seed: int = 0) -> tuple[bytes, random.Random]:
    """Return a spoiled table, and the generator that goes on with what is chosen of it."""
    rng = random.Random(f"{seed} {number}")
    raw = rng.choice(SAMPLES)
    for _k in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        raw = rng.choice(WAYS)(raw, rng)[:MOST_BYTES]
    return raw, rng


SAMPLES = samples()


# ---- what must hold


def choices_for(names: tuple[str, ...], rng: random.Random) -> Choices:
    """Return choices about a table of columns of these names, mostly none."""
    if rng.random() < 0.5:
        return DEFAULTS
    some = [name for name in names if rng.random() < 0.2]
    return Choices(
        target=rng.choice(names) if rng.random() < 0.4 else None,
        problem=rng.choice(("auto", "auto", "regression", "classification")),
        kinds=tuple((name, rng.choice(KINDS)) for name in some),
        leave_out=tuple(name for name in names if rng.random() < 0.1),
        gaps=rng.choice((None, *GAP_WAYS)),
        header=rng.choice((None, None, True, False)),
    )


def check(path: str, rng: random.Random) -> str:
    """Read a table in all ways; return `read` or `refused`.

    Raises:
        AssertionError: two readings differ, what was read does not fit together, or a
            refusal is no sentence. Any other exception is a fault too.
    """
    choices = DEFAULTS
    try:
        names = layout_of(open_source(path)).names
        choices = choices_for(names, rng)
    except LabError:
        pass
    chunk, end = rng.choice((40, 300, 2**17)), rng.choice((2, 8, bare.END))
    with mock.patch.multiple(bare, CHUNK=chunk, END=end):
        quick = _outcome(path, choices)
    with mock.patch.object(bare, "start_of", return_value=None):
        slow = _outcome(path, choices)
    check_tolerant(path, choices, quick)
    if isinstance(quick, str) or isinstance(slow, str):
        assert quick == slow, f"{quick!r} but by rows {slow!r}"
        check_sentence(str(quick), path)
        return "refused"
    check_same(quick, slow)
    check_reading(quick, choices)
    try:
        with mock.patch.multiple(bare, CHUNK=chunk, END=end):
            table = read_table(path, choices)

        data = prepare(table, TaskSpec(name="csv", path=path, problem=quick.problem), path)
    except LabError as error:
        check_sentence(str(error), path)
        return "refused"
    for array in (data.x, data.y, data.validation_x, data.validation_y):
        assert np.isfinite(array).all(), "data that are not finite"
    assert len(data.x) + len(data.validation_x) == quick.rows, "rows were lost"
    assert data.feature_names == quick.input_names, "other inputs than the reading says"
    return "read"


def _outcome(path: str, choices: Choices) -> Reading | str:
    try:
        return read(path, choices)
    except LabError as error:
        return str(error)


def check_tolerant(path: str, choices: Choices, strict: Reading | str) -> None:
    """Refuse a tolerant reading that says less than a strict one; raises AssertionError.

    It may end in a sentence only where no rows and columns can be made out.
    """
    found: Reading | None = None
    said = ""
    try:
        found = read(path, choices, tolerant=True)
    except LabError as error:
        said = str(error)
    if found is None:
        check_sentence(said, path)
        assert isinstance(strict, str), f"{said!r} of what is read strictly"
    elif isinstance(strict, str):
        assert found.trouble == strict, f"{found.trouble!r} but strictly {strict!r}"
    else:
        one, other = found.as_json(), strict.as_json()
        assert one == other, f"a tolerant reading differs: {one} but strictly {other}"[:600]


def check_sentence(text: str, path: str) -> None:
    """Refuse what is no sentence about a file; raises AssertionError."""
    assert path in text, f"a sentence without the file: {text[:200]!r}"
    assert are_seen(text), f"a sentence of more than one line: {ascii(text)[:200]}"
    assert len(text) <= LONGEST, f"a sentence of {len(text)} characters"


def are_seen(text: str) -> bool:
    """Return whether a text is on one line, without signs that nobody sees."""
    known = "\u202f\u200c\u200d"  # which set thousands apart, or join letters
    return all(c.isprintable() or c in known for c in text)


def check_same(quick: Reading, slow: Reading) -> None:
    """Refuse readings that differ; raises AssertionError."""
    one, other = quick.as_json(), slow.as_json()
    for key, value in one.items():
        assert value == other[key], f"{key}: {value!r} but by rows {other[key]!r}"[:600]
    assert quick.lines.tolist() == slow.lines.tolist(), "other lines than by rows"
    for mine, its in zip(quick.columns, slow.columns, strict=True):
        assert mine.values.dtype == its.values.dtype, "another type than by rows"
        same = np.array_equal(mine.values, its.values, equal_nan=mine.is_numeric)
        assert same, f"other values than by rows: {mine.name!r}"


def check_reading(found: Reading, choices: Choices) -> None:
    """Refuse a reading that does not fit together; raises AssertionError."""
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["rows"] == found.rows == len(found.lines), "another number of lines than rows"
    assert (np.diff(found.lines) > 0).all(), "lines go back"
    names = [column.name for column in found.columns]
    assert len(set(names)) == len(names), "two columns have one name"
    assert found.target in names, "the target is no column"
    assert found.column(found.target).used, "the target is not used"
    assert len(set(found.input_names)) == len(found.input_names), "two inputs have one name"
    for column in found.columns:
        assert len(column.values) == found.rows, f"{column.name!r} has other rows"
        assert column.kind in KINDS, f"{column.name!r} is {column.kind!r}"
        assert not (column.used and column.gaps.any()), f"{column.name!r} is used with gaps"
        is_empty = column.kind == TEXT and not column.used
        is_number = column.kind in (NUMBER, DATE, TIME) or (
            column.kind == LABEL and column.is_numeric
        )
        assert is_empty or column.is_numeric == is_number, f"{column.name!r} is {column.kind}"
        assert column.used or column.why, f"{column.name!r} is left out without a word"
        if column.used and column.is_numeric:
            assert np.isfinite(column.values).all(), f"{column.name!r} is not finite"
    for note in (*found.notes, *names):
        assert are_seen(note), f"signs that nobody sees: {ascii(note)[:200]}"
    body = rows_of_body(found.where, choices)
    total = found.rows + found.left_out_rows
    assert total == body, f"{found.rows} and {found.left_out_rows} rows of {body}"


def rows_of_body(path: str, choices: Choices) -> int:
    """Return how many rows the table has below its header, as Python's own reader sees them."""
    source = open_source(path)
    first = layout_of(source, choices.header).first
    text = source.raw.decode(source.codec)
    lines = io.StringIO(text, newline="")
    for _line in range(source.start - 1):
        lines.readline()

    class Dialect(csv.excel):
        delimiter = source.separator
        skipinitialspace = source.separator in " ,;"

    reader, count, line = csv.reader(lines, Dialect, strict=True), 0, source.start
    for row in reader:
        is_row = any(cell.strip() for cell in row)
        is_comment = source.comment and row and row[0].startswith(source.comment)
        count += bool(is_row and not is_comment and line >= first)
        line = reader.line_num + source.start
    return count


# ---- the campaign


@contextlib.contextmanager
def warned() -> Iterator[None]:
    """Make errors of warnings within this block: nobody reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def run(mutations: int, seed: int, keep: pathlib.Path | None, say: bool) -> int:
    """Spoil and check so many tables; print what came of it, return how many failed."""
    counts: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="layerlab-tables-") as folder, warned():
        path = os.path.join(folder, "table.csv")
        for number in range(mutations):
            raw, rng = spoiled(number, seed)
            pathlib.Path(path).write_bytes(raw)
            try:
                counts[check(path, rng)] += 1
            except Exception as error:
                fault = f"{type(error).__name__}: {str(error).replace(path, 'FILE')[:160]}"
                counts[fault] += 1
                if keep is not None and counts[fault] <= 2:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{seed}-{number}.csv").write_bytes(raw)
                    (keep / f"{seed}-{number}.txt").write_text(traceback.format_exc())
            if say and number % 1000 == 999:
                print(f"{number + 1:,} {dict(counts)}", file=sys.stderr, flush=True)
    faults = mutations - counts["read"] - counts["refused"]
    print(
        f"{mutations:,} tables: {counts['read']:,} read, {counts['refused']:,} refused, ",
        end="",
    )
    print(f"{faults:,} faults")
    for fault, count in counts.most_common():
        if fault not in ("read", "refused"):
            print(f"{count} x {fault}")
    return faults


def main() -> int:
    """Run the campaign; return 1 if one of the tables failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mutations", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--keep", metavar="DIR", type=pathlib.Path, help="write down what failed"
    )
    args = parser.parse_args()
    return 1 if run(args.mutations, args.seed, args.keep, say=True) else 0


if __name__ == "__main__":
    sys.exit(main())
