"""How long tables take to be read, beside pandas' reader in C where it is installed.

    python -m tests.benchmarks.tables

A table of numbers, and one with texts, dates and gaps too, of 100,000 rows of 50 columns each,
and one of 5,000 rows of 1,000 columns. Of each: seconds of CPU of the best of three rounds to
read it, and until data to train with are ready, the highest memory above the start in file
sizes, and the ratios to `pandas.read_csv` in the same run.
"""

from __future__ import annotations

import importlib
import multiprocessing
import pathlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

ROWS, COLUMNS, ROUNDS = 100_000, 50, 3
WORDS = ("red", "green", "blue", "yellow", "black")


def write_wide(path: pathlib.Path) -> None:
    """Write a table of a thousand columns."""
    write_numbers(path, ROWS // 20, COLUMNS * 20)


def write_numbers(path: pathlib.Path, rows: int = ROWS, columns: int = COLUMNS) -> None:
    """Write a table of numbers of six digits."""
    values = np.random.default_rng(0).normal(size=(rows, columns))
    header = ",".join(f"c{k}" for k in range(columns))
    np.savetxt(path, values, fmt="%.6g", delimiter=",", header=header, comments="")


def write_mixed(path: pathlib.Path) -> None:
    """Write a table of numbers, words, dates, yes and no, and gaps."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(ROWS, 30))
    words = rng.integers(0, len(WORDS), size=(ROWS, COLUMNS - 33))
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"c{k}" for k in range(COLUMNS)) + "\n")
        for i in range(ROWS):
            cells = [f"{value:.6g}" for value in values[i]]
            cells += [WORDS[k] for k in words[i]]
            cells += [f"2021-{i % 12 + 1:02}-{i % 28 + 1:02}", "NA" if i % 97 == 0 else str(i)]
            file.write(",".join([*cells, "yes" if words[i, 0] else "no"]) + "\n")


def lab(path: str) -> None:
    """Read a table as the lab does."""
    from layerlab.nets.tables.reading import read

    read(path)


def opened(path: str) -> None:
    """Read a table, and make the data of it that are trained with."""
    from layerlab.core.spec import TaskSpec
    from layerlab.nets.tasks.csv import read_table
    from layerlab.nets.tasks.tabular import prepare

    prepare(read_table(path), TaskSpec(name="csv", path=path), path)


def pandas(path: str) -> None:
    """Read a table with pandas."""
    importlib.import_module("pandas").read_csv(path, engine="c")


def measure(reader: Callable[[str], None], path: str, out: Any) -> None:
    """Put seconds of CPU and bytes above the start of one reading; in a process of its own."""
    reader(str(pathlib.Path(path).with_name("small.csv")))  # what is imported does not count
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    start = time.process_time()
    reader(path)
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    out.put((seconds, after - before))


def best(reader: Callable[[str], None], path: pathlib.Path) -> tuple[float, float]:
    """Return the least seconds and the most bytes of some rounds."""
    context, found = multiprocessing.get_context("spawn"), []
    for _round in range(ROUNDS):
        out = context.Queue()
        process = context.Process(target=measure, args=(reader, str(path), out))
        process.start()
        found.append(out.get())
        process.join()
    return min(seconds for seconds, _size in found), max(size for _seconds, size in found)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "small.csv").write_text("a,b\n1,2\n3,4\n")
        tables = {"numbers": write_numbers, "mixed": write_mixed, "wide": write_wide}
        for name, write in tables.items():
            path = pathlib.Path(folder) / f"{name}.csv"
            write(path)
            size = path.stat().st_size
            seconds, _memory = best(lab, path)
            until, memory = best(opened, path)
            print(f"{name:<8} {seconds:5.2f} s, opened {until:5.2f} s", end="")
            print(f"  {memory / size:4.1f} files of memory", end="")
            try:
                importlib.import_module("pandas")
            except ImportError:
                print("   pandas is not installed")
                continue
            others, _memory = best(pandas, path)
            times = f"{seconds / others:4.1f} and {until / others:4.1f}"
            print(f"   {times} times pandas ({others:.2f} s)")


if __name__ == "__main__":
    main()
