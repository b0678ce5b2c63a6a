"""Processes that keep runs until they are killed, and what is there afterwards.

    python -m tests.helpers.killed_writer HOME FIRST

keeps runs of the seeds from FIRST on, and prints the number of each once it is in the library.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.runs.query import parse
from tests.helpers.kept_runs import keep
from tests.helpers.waiting import PATIENCE_S


def killed(home: pathlib.Path, turn: int, count: int = 2, delay_s: float = 0.0) -> set[int]:
    """Let processes keep runs at once, kill them, and look at the library.

    Args:
        home: the data folder. turn: another one each time. count: processes.
        delay_s: from when each has kept its first run until they are killed.

    Returns:
        the numbers of the runs that were kept, as the processes said.

    Raises:
        AssertionError: the library is damaged, or a run is there without its network.
    """
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.killed_writer", home, f"{first}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in range(turn * 1_000_000, turn * 1_000_000 + count * 1000, 1000)
    ]
    printed: set[int] = set()
    lines = [process.stdout.readline() for process in processes if process.stdout]
    time.sleep(delay_s)
    for process in processes:
        process.kill()
    for process, line in zip(processes, lines, strict=True):
        rest = process.communicate(timeout=PATIENCE_S)[0]
        printed |= {int(text) for text in (line + rest).rpartition("\n")[0].split()}
    library = RunLibrary(home)
    library.check()
    assert all(detail.network for detail in library.details(parse("")))
    return printed


def main() -> None:
    """Keep runs, one after another."""
    home, first = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    count = 0
    while True:
        print(keep(home, seed=first + count), flush=True)
        count += 1


if __name__ == "__main__":
    main()
