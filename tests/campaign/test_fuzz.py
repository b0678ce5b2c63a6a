"""The campaign of mutated files, in short: `python -m tests.campaign.fuzz` is the long one."""

from __future__ import annotations

import subprocess
import sys

from tests.helpers.scripts import ROOT

MUTATIONS = 1200


def test_mutated_files_are_read_or_refused_in_a_sentence() -> None:
    """In a process of its own: it hears of every file that is opened, until it ends."""
    command = [sys.executable, "-m", "tests.campaign.fuzz", "--mutations", str(MUTATIONS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == [
        "specs",
        "tables",
        "labs",
        "knobs",
        "settings",
        "opened",
        "windows",
    ]
    assert sum(int(row[1].replace(",", "")) for row in rows) == MUTATIONS
    assert all(int(row[2]) and int(row[3]) for row in rows[:5])  # some of each fit
