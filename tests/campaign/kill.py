"""Windows that are killed at any moment: each one reopens, and next to nothing is lost.

    python -m tests.campaign.kill --windows 200 [--seed 1] [--keep FOLDER]

Each window reopens what the one before was when it was killed, is driven with random real
events (drags, clicks, keys, pages, trainings with each engine, saving), and is killed with
SIGKILL, now and then before it is there. One in ten compiles its kernels meanwhile. Prints
how many reopened, the age of the oldest edit that was lost, processes that outlived their
window, and temporary files that are left once the next window is there.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_S, ORPHAN_S = 120, 60  # limits that a busy machine meets too
LONGEST_S = 8.0  # that a window lives
KEPT_S, STILL_S = 3.0, 6.0  # after which a finished run has to be kept; for which one waits
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}|.*\.tmp\..*|tmp.*|fault-[0-9a-f-]+\.txt|.*\.part")
MAX_LOST_S = 5.0


@dataclass
class Figures:
    """What was found."""

    windows: int = 0
    early: int = 0  # killed before they were there
    reopened: int = 0
    trained: int = 0
    finished: int = 0  # runs that were over long enough to have to be kept
    lost_s: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether the aim is reached."""
        return (
            not (self.orphans or self.strays or self.troubles)
            and self.reopened == self.windows - self.early
            and max(self.lost_s, default=0.0) <= MAX_LOST_S
        )

    def text(self) -> str:
        """Return the figures."""
        lost, starts = self.lost_s or [0.0], self.start_s or [0.0]
        lines = [
            f"{self.windows} windows killed, {self.early} of them before they were there",
            f"{self.reopened} of {self.windows - self.early} reopened, "
            f"{self.trained} with a trained network, {self.finished} of runs finished before",
            f"edits lost: of at most the last {max(lost):.1f} s, median "
            f"{statistics.median(lost):.1f} s",
            f"{len(self.orphans)} processes outlived their window",
            f"{len(self.strays)} temporary files left after the next start",
            f"start: median {statistics.median(starts):.1f} s",
            *self.orphans,
            *self.strays,
            *self.troubles,
        ]
        return "\n".join(lines)


class Campaign:
    """One user's folders, and one window after another."""

    def __init__(self, folder: pathlib.Path, seed: int) -> None:
        self.folder, self.rng = folder, random.Random(seed)
        self.figures = Figures()
        # What a window may reopen as: what it was, with the time of the edit that led there.
        self._known: list[tuple[float, str]] = []
        self._finished: int | None = None  # the update of a run that has to be kept
        self._killed_at = 0.0
        for name in ("home", "saved", "temporary", "cache", "cold"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def run(self, windows: int) -> Figures:
        """Open, drive and kill windows; then one more reopens."""
        for number in range(windows):
            self._one(number, is_early=number > 0 and self.rng.random() < 0.05)
            if number % 10 == 9:
                print(f"{number + 1}: {self.figures.text()}\n", flush=True)
        self._one(windows, is_last=True)
        return self.figures

    def _environment(self) -> dict[str, str]:
        cold = self.rng.random() < 0.1
        cache = str(self.folder / ("cold" if cold else "cache"))
        env = dict(os.environ) | {
            "LAYERLAB_HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "temporary"),
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        }
        if cold:
            env |= {"XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": cache}
        return env

    def _one(self, number: int, is_early: bool = False, is_last: bool = False) -> None:
        figures, notes = self.figures, self.folder / f"notes-{number}.jsonl"
        log = (self.folder / f"window-{number}.txt").open("wb")
        command = [
            sys.executable,
            "-m",
            "tests.campaign.window",
            str(notes),
            str(self.folder / "saved"),
            str(self.rng.randrange(2**31)),
        ]
        is_still = self.rng.random() < 0.2
        seconds = self.rng.uniform(0.2, LONGEST_S)
        command.append(str(seconds if is_still else 1000))
        # What the windows before have left: this one writes temporary files of its own.
        left = self._temporaries()
        began = time.time()
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            if is_early:
                time.sleep(self.rng.uniform(0.1, 3.0))
            elif self._has_opened(child, notes):
                figures.start_s.append(time.time() - began)
                self._check_opened(number, notes)
                self._check_strays(number, left)
                if not is_last:
                    time.sleep(seconds + (STILL_S if is_still else 0))
                if child.poll() is not None:
                    figures.troubles.append(f"window {number} ended by itself: {log.name}")
            else:
                figures.troubles.append(f"window {number} did not open: {log.name}")
        finally:
            killed_at = time.time()
            child.send_signal(signal.SIGKILL)
            child.wait()
            log.close()
        figures.windows += 1
        is_noted = notes.exists() and bool(_lines(notes))  # it was there before it was killed
        figures.early += not is_noted
        if is_early and is_noted:
            self._check_opened(number, notes)
        if is_noted:
            self._killed_at = killed_at
            self._remember(notes, killed_at)
            if b"Traceback" in pathlib.Path(log.name).read_bytes():
                figures.troubles.append(f"window {number} says Traceback: {log.name}")
        self._check_orphans(number, child.pid)

    def _remember(self, notes: pathlib.Path, killed_at: float) -> None:
        """Note as what the next window has to reopen."""
        lines, self._finished = _lines(notes), None
        if "finished" in lines[-1] and killed_at - lines[-1]["time"] > KEPT_S:
            self._finished = lines[-1]["finished"]
        self._known = [(x["time"], _key(x["what"])) for x in lines if "what" in x]

    def _has_opened(self, child: subprocess.Popen[bytes], notes: pathlib.Path) -> bool:
        end = time.time() + START_S
        while time.time() < end and child.poll() is None:
            if notes.exists() and notes.read_bytes().count(b"\n"):
                return True
            time.sleep(0.02)
        return False

    def _check_opened(self, number: int, notes: pathlib.Path) -> None:
        figures, first = self.figures, next(iter(_lines(notes)))
        if first["banner"]:
            figures.troubles.append(f"window {number} says: {first['banner']}")
        figures.trained += first["update"] > 0
        if self._finished is not None:
            figures.finished += 1
            if first["update"] != self._finished:
                figures.troubles.append(f"window {number} lost a finished run: {notes}")
        if not self._known:
            figures.reopened += 1
            return
        key = _key(first["what"])
        places = [k for k, (_, known) in enumerate(self._known) if known == key]
        if not places:
            figures.troubles.append(f"window {number} is not what the one before was: {notes}")
            return
        figures.reopened += 1
        after = self._known[places[-1] + 1 :]
        figures.lost_s.append(self._killed_at - after[0][0] if after else 0.0)

    def _check_orphans(self, number: int, pid: int) -> None:
        """Wait until all processes of a window's session are gone."""
        end = time.time() + ORPHAN_S
        while left := _session(pid):
            if time.time() > end:
                self.figures.orphans.append(f"window {number} left {left}")
                for orphan in left:
                    os.kill(orphan, signal.SIGKILL)
                return
            time.sleep(0.05)

    def _temporaries(self) -> list[pathlib.Path]:
        found = self.folder.rglob("*")
        return [path for path in found if TEMPORARY.fullmatch(path.name) and path.is_file()]

    def _check_strays(self, number: int, left: list[pathlib.Path]) -> None:
        for path in filter(pathlib.Path.exists, left):
            self.figures.strays.append(f"window {number} finds {path}")
            path.unlink(missing_ok=True)


def _lines(notes: pathlib.Path) -> list[dict[str, Any]]:
    whole, _, _ = notes.read_bytes().rpartition(b"\n")  # the last line may be half there
    return [json.loads(line) for line in whole.splitlines()]


def _key(what: dict[str, Any]) -> str:
    return json.dumps(what, sort_keys=True)


def _session(leader: int) -> list[int]:
    """Return the processes whose session a process leads or led."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        if int(session) == leader and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def main() -> None:
    """Run the campaign and print its figures; exit code 1 where the aim is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for notes and logs of all windows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="layerlab-kill-") as temporary:
        folder = pathlib.Path(options.keep or temporary).resolve()
        figures = Campaign(folder, options.seed).run(options.windows)
    print(figures.text())
    sys.exit(not figures.is_good)


if __name__ == "__main__":
    main()
