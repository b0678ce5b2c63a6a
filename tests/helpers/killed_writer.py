"""A process that keeps runs until it is killed: `python -m tests.helpers.killed_writer HOME N`.

It prints the number of each run once that is in the library.
"""

from __future__ import annotations

import pathlib
import sys

from tests.helpers.kept_runs import keep


def main() -> None:
    """Keep runs, one after another."""
    home, first = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    count = 0
    while True:
        number = keep(home, loss=0.5, seed=first + count)
        count += 1
        print(number, flush=True)


if __name__ == "__main__":
    main()
