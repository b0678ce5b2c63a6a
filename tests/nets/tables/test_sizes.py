"""Large tables: twice the size takes twice the steps, and memory stays in proportion."""

from __future__ import annotations

import json
import pathlib
import random
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from layerlab.core.spec import TaskSpec
from layerlab.nets.tables import Choices
from layerlab.nets.tasks.csv import read_table
from layerlab.nets.tasks.tabular import prepare
from tests.helpers.scripts import ROOT

TraceFunction = Callable[[FrameType, str, Any], Any]
FILES = 5  # files of memory above the start, at most


def wide(columns: int) -> tuple[str, Choices]:
    """Return few rows of many columns, and a choice about each of these."""
    rng = random.Random(0)
    rows = [[f"{rng.gauss(0, 1):.4g}" for _k in range(columns)] for _i in range(70)]
    names = [f"c{k}" for k in range(columns)]
    return _text(names, rows), Choices(kinds=tuple((name, "number") for name in names))


def alike(columns: int) -> tuple[str, Choices]:
    """Return columns that have one name, most of their cells, or nothing, in common."""
    rows = [
        [*["", "NA", "uv"[i % 2], "-9999", "x"] * (columns // 5), f"{i // 2 % 2}"]
        for i in range(70)
    ]
    return _text(["same"] * columns + ["y"], rows), Choices()


def categories(columns: int) -> tuple[str, Choices]:
    """Return columns of words, each with spellings of its own."""
    rows = [[f"{'aA'[i % 2]}{(i + k) % 5} {k}" for k in range(columns)] for i in range(80)]
    return _text([f"c{k}" for k in range(columns)], rows), Choices(gaps="fill")


def long(rows: int) -> tuple[str, Choices]:
    """Return many rows, of which each has texts, codes and dates of its own."""
    body = [
        [f"name {i}x", f"{i:06}", f"{i % 7}", f"2020-01-{1 + i % 28:02}"] for i in range(rows)
    ]
    return _text(["a", "b", "c", "d"], body), Choices(target="c")


def with_gaps(rows: int) -> tuple[str, Choices]:
    """Return many rows with gaps, strange cells and short ones."""
    body = [
        [f"{i}", "" if i % 3 else f"{i}.5", f"{i} kg", "uv?"[i % 3], f"{i % 2}"]
        for i in range(rows)
    ]
    short = "1,2\n" * (rows // 40)
    return _text(["a", "b", "c", "d", "e"], body) + short, Choices(gaps="columns")


def _text(names: list[str], rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in [names, *rows]) + "\n"


def steps(path: pathlib.Path, table: tuple[str, Choices]) -> int:
    """Return how many lines of Python are run until data are ready, each turn of a loop one."""
    path.write_text(table[0])
    count = 0

    def traced(_frame: FrameType, _event: str, _what: object) -> TraceFunction:
        nonlocal count
        count += 1
        return traced

    former = sys.gettrace()
    sys.settrace(traced)
    try:
        found = read_table(str(path), table[1])
        prepare(found, TaskSpec(name="csv", path=str(path)), str(path))
        assert found.reading is not None
        json.dumps(found.reading.as_json())
    finally:
        sys.settrace(former)
    return count


@pytest.mark.parametrize(
    ("make", "size"),
    [(wide, 400), (alike, 400), (categories, 200), (long, 1500), (with_gaps, 1500)],
)
def test_twice_the_size_takes_twice_the_steps(
    tmp_path: pathlib.Path, make: Callable[[int], tuple[str, Choices]], size: int
) -> None:
    path = tmp_path / "table.csv"
    steps(path, make(50))  # what is computed once
    once, twice = steps(path, make(size)), steps(path, make(2 * size))
    assert once < twice < 2.3 * once


PEAK = """
import resource, sys
from layerlab.core.spec import TaskSpec
from layerlab.nets.tasks.csv import read_table
from layerlab.nets.tasks.tabular import prepare
def run(path):
    prepare(read_table(path), TaskSpec(name="csv", path=path), path)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = run(sys.argv[1])
print(run(sys.argv[2]) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="bytes of memory are counted by Linux")
@pytest.mark.parametrize("kind", ["numbers", "words", "wide", "long texts"])
def test_memory_stays_below_five_files(tmp_path: pathlib.Path, kind: str) -> None:
    rng = random.Random(0)
    rows, columns = {"wide": (700, 900), "long texts": (9_000, 4)}.get(kind, (25_000, 20))
    cells = [f"{rng.gauss(0, 1):.6g}" for _k in range(5000)]
    words = rng.choices(["red", "green", "blue", "yellow"], k=5000)
    body = [[cells[(i * 31 + k * 2) % 5000] for k in range(columns)] for i in range(rows)]
    for i, row in enumerate(body):
        if kind == "words":
            row[10:] = words[i % 4000 : i % 4000 + 10]
        if kind == "long texts":
            row[1] = f"{i} " + "a text of some words " * 20
    path = tmp_path / "table.csv"
    path.write_text(_text([f"c{k}" for k in range(columns)], body))
    small = tmp_path / "small.csv"
    small.write_text("a,b\n1,2\n3,4\n")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(small), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < FILES * path.stat().st_size
