"""500 kills while runs are written into the library: nothing older is lost.

    python -m tests.campaign.kill_runs [--kills N]

Two processes at a time write into one library and are killed at a moment that is drawn. Each
has printed the runs that it has kept: all of them have to be there afterwards, with their
networks, in a library that is whole. The short form is in `tests/runtime/test_runs_library.py`.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import sys
import tempfile

from layerlab.runtime.runs.library import RunLibrary
from tests.helpers.killed_writer import killed

AT_ONCE = 2
LATEST_S = 0.25


def main() -> int:
    """Kill; return 1 if a run is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    turns = -(-parser.parse_args().kills // AT_ONCE)
    rng = random.Random(0)
    printed: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        for turn in range(turns):
            printed |= killed(home, turn, AT_ONCE, rng.uniform(0, LATEST_S))
            lost = printed - {run.id for run in RunLibrary(home).find()}
            if lost:
                print(f"after {AT_ONCE * (turn + 1)} kills runs are lost: {sorted(lost)}")
                return 1
    print(f"{AT_ONCE * turns} kills: all {len(printed)} runs are there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
