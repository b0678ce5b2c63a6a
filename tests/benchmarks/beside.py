"""The benchmarks of this commit beside those of another one, in one run.

    python -m tests.benchmarks.beside [--base COMMIT] [--rounds 5] [drag frames startup]

Keeps a checkout of the other commit in `build/beside` and measures both in turn, each round
in processes of their own. The benchmarks are always those of this commit; what they measure
is the package of one checkout or of the other. Prints medians, the median of the rounds'
ratios and, in brackets, the least and the largest of them.
"""

from __future__ import annotations

import argparse
import compileall
import io
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "beside"
RUNS = {
    "drag": ("drag", "--moves", "120"),
    "frames": ("frames", "--seconds", "10"),
    "startup": ("startup", "--runs", "3"),
}


class Figure(NamedTuple):
    """What is reported of a benchmark.

    Attributes:
        benchmark, key: where it is found.
        form: how a value is printed.
        limit: what is wanted. at_least: whether more is better.
        is_ratio: whether it is one already, so that the other commit does not count.
    """

    name: str
    benchmark: str
    key: str
    form: str
    limit: float
    at_least: bool = False
    is_ratio: bool = False


FIGURES = (
    Figure("drag, median", "drag", "median_ms", "{:.0f} ms", 1.1),
    Figure("drag, 95 %", "drag", "tail_ms", "{:.0f} ms", 1.1),
    Figure("training beside the window", "frames", "updates_per_s", "{:.0f}/s", 0.95, True),
    Figure("gaps between frames, 99 %", "frames", "gap_tail_ms", "{:.1f} ms", 1.0),
    Figure("a frame of all views", "frames", "cost_ms", "{:.2f} ms", 1.4),
    Figure("the window's thread, a frame", "frames", "used_ms", "{:.2f} ms", 1.4),
    Figure("first paint, of a bare window", "startup", "up", "{:.2f}", 1.4, is_ratio=True),
    Figure("all views, of a bare window", "startup", "complete", "{:.2f}", 1.7, is_ratio=True),
)
Found = Sequence[Mapping[str, float]]  # what a benchmark printed in each round


def checkout(commit: str) -> pathlib.Path:
    """Return the folder that has the files of a commit, made if it is not there.

    Raises:
        SystemExit: there is no such commit.
    """
    found = _git("rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip()
    if not found:
        raise SystemExit(f"{commit} is no commit")
    folder = KEPT / found
    if not folder.exists():
        half = folder.with_suffix(".half")
        with tarfile.open(fileobj=io.BytesIO(_git("archive", found))) as archive:
            archive.extractall(half, filter="data")
        half.rename(folder)
    return folder


def _git(*arguments: str) -> bytes:
    """Return what git prints; nothing where it fails."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout


def command(benchmark: str) -> list[str]:
    """Return the command line of a benchmark that prints JSON."""
    name, *arguments = RUNS[benchmark]
    # -P: the folder that it runs in has a `layerlab` of its own only by accident.
    return [sys.executable, "-P", "-m", f"tests.benchmarks.{name}", "--json", *arguments]


def environment(tree: pathlib.Path) -> dict[str, str]:
    """Return an environment with the package of a checkout and the benchmarks of this one."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(tree / "app"), str(ROOT)])}


def measured(benchmark: str, tree: pathlib.Path) -> dict[str, float]:
    """Return what a benchmark prints of the package of a checkout."""
    done = subprocess.run(
        command(benchmark),
        cwd=tree,
        env=environment(tree),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{benchmark} of {tree}:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def line(figure: Figure, here: Found, there: Found) -> str:
    """Return what is printed of a figure: both values, their ratio, and the limit."""
    values = [[found[figure.key] for found in side] for side in (here, there)]
    medians = [figure.form.format(statistics.median(side)) for side in values]
    ratios = sorted(a if figure.is_ratio else a / b for a, b in zip(*values, strict=True))
    ratio = statistics.median(ratios)
    ends = f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    is_met = ratio >= figure.limit if figure.at_least else ratio <= figure.limit
    wanted = f"{'at least' if figure.at_least else 'at most'} {figure.limit:g}"
    return (
        f"{figure.name:30} {medians[0]:>10} {medians[1]:>10} {ratio:6.2f} {ends:14} {wanted}"
        f"{'' if is_met else ', missed'}"
    )


def processor() -> str:
    """Return the processor's name."""
    known = pathlib.Path("/proc/cpuinfo")
    for row in known.read_text().splitlines() if known.exists() else ():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def compare(base: str, benchmarks: Iterable[str], rounds: int) -> None:
    """Measure and print."""
    tree = checkout(base)
    for each in (ROOT, tree):  # what is compiled at each start would count as its time
        compileall.compile_dir(each / "app", quiet=1)
    print(
        f"{processor()}, {os.cpu_count()} cores, beside {tree.name[:7]}, {rounds} times in turn"
    )
    print(f"{'':30} {'here':>10} {'there':>10} {'ratio':>6}", flush=True)
    for benchmark in benchmarks:
        here, there = [], []
        for _ in range(rounds):
            here.append(measured(benchmark, ROOT))
            there.append(measured(benchmark, tree))
        for figure in FIGURES:
            if figure.benchmark == benchmark:
                print(line(figure, here, there), flush=True)


def main() -> None:
    """Compare with another commit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("benchmarks", nargs="*", metavar="NAME", help=", ".join(RUNS))
    parser.add_argument("--base", metavar="COMMIT", default="HEAD~1")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    unknown = [name for name in options.benchmarks if name not in RUNS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    compare(options.base, options.benchmarks or RUNS, options.rounds)


if __name__ == "__main__":
    main()
