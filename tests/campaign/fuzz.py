"""Reads mutated files with the program's own readers, and counts what must not happen.

    python -m tests.campaign.fuzz --mutations 100000

Of every mutation either the file is read or one sentence refuses it: no other exception, at
most 2 s of the processor, at most 512 MB more than before, and no file is opened that is
neither the program's own nor in the mutated file's folder. `--keep DIR` writes down what
failed. The same seed makes the same mutations; exit code 1 where anything failed.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import logging
import os
import pathlib
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

LIMIT_S, HANG_S = 2.0, 30
LIMIT_BYTES = 512 * 2**20
LONGEST = 1500  # characters of a sentence
ROOT = pathlib.Path(__file__).resolve().parents[2]


class HangError(BaseException):
    """A reader waits, or computes without an end."""


@dataclass
class Found:
    """What came of the mutations of one kind of file."""

    read: int = 0
    refused: int = 0
    sentences: set[str] = field(default_factory=set)
    faults: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest_s: float = 0.0
    most_bytes: int = 0

    @property
    def count(self) -> int:
        """Mutations so far."""
        return self.read + self.refused + self.faults.total()


@dataclass(frozen=True)
class Kind:
    """One kind of file: samples, how they are mutated, and what reads them."""

    name: str
    file: str
    samples: list[bytes]
    mutate: Callable[[bytes, random.Random], bytes]
    read: Callable[[str], object]


def memory() -> tuple[int, int]:
    """Return the memory that is held and the most that ever was, in bytes; 0 if not known."""
    with contextlib.suppress(OSError):
        lines = pathlib.Path("/proc/self/status").read_text().splitlines()
        values = {line.split(":")[0]: line.split()[1] for line in lines if " kB" in line}
        return int(values["VmRSS"]) * 1024, int(values["VmHWM"]) * 1024
    return 0, 0


def forget_peak() -> None:
    """Make the most memory that ever was what is held now; only Linux can."""
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/clear_refs").write_text("5")


class Opened:
    """Notes which files are opened, as the interpreter itself says it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.names: list[str] = []
        self.is_on = False
        from layerlab.nets.engines.compiled import cache

        own = (
            folder,
            ROOT,
            cache.folder(),
            sys.prefix,
            sys.base_prefix,
            "/proc",
            "/sys",
            "/usr",
        )
        self._own = tuple(os.path.realpath(place) for place in own)
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.is_on or event != "open" or not isinstance(args[0], str | bytes):
            return
        self.is_on = False  # what is asked here is not heard
        name = os.path.abspath(os.fsdecode(args[0]))
        if not name.startswith(self._own):
            self.names.append(name)
        self.is_on = True


@contextlib.contextmanager
def alarm() -> Iterator[None]:
    """Raise HangError where the body takes longer than HANG_S; where there are alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def hung(*_: object) -> None:
        raise HangError

    former = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, HANG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


class Campaign:
    """Mutates, reads and counts, in one folder."""

    def __init__(self, folder: pathlib.Path, seed: int = 0, keep: str | None = None) -> None:
        from tests.campaign.samples import kinds

        self.folder, self._seed = folder, seed
        self._keep = pathlib.Path(keep) if keep else None
        self.kinds = kinds(folder)
        self.opened = Opened(folder)
        self.found = {kind.name: Found() for kind in self.kinds}

    def run(self, mutations: int, names: list[str] | None = None, say: bool = False) -> None:
        """Read so many mutations, in turn of each kind; `names` are all kinds if None."""
        kinds = [kind for kind in self.kinds if names is None or kind.name in names]
        for number in range(mutations):
            kind = kinds[number % len(kinds)]
            rng = random.Random(f"{self._seed} {number}")
            raw = kind.mutate(rng.choice(kind.samples), rng)
            self._try(kind, raw, number)
            if say and number % 5000 == 4999:
                faults = sum(found.faults.total() for found in self.found.values())
                print(f"{number + 1:,} mutations, {faults} faults", file=sys.stderr)

    def _try(self, kind: Kind, raw: bytes, number: int) -> None:
        from layerlab.core.errors import LabError

        found, path = self.found[kind.name], self.folder / kind.file
        path.write_bytes(raw)
        forget_peak()
        held, before = memory()[0], time.process_time()
        fault, details = "", ""
        self.opened.names.clear()
        self.opened.is_on = True
        try:
            with alarm():
                kind.read(str(path))
            outcome = "read"
        except LabError as error:
            outcome, fault = "refused", self._of_sentence(found, str(error))
        except Exception as error:
            outcome, fault = "fault", _where(error)
            details = traceback.format_exc()
        except HangError as error:
            outcome, fault = "fault", f"hangs: {_where(error)}"
            details = traceback.format_exc()
        finally:
            self.opened.is_on = False
        took, most = time.process_time() - before, memory()[1] - held
        found.slowest_s = max(found.slowest_s, took)
        found.most_bytes = max(found.most_bytes, most)
        if self.opened.names:
            fault = f"opened {self.opened.names[0]}"
        elif took > LIMIT_S:
            fault = fault or f"slow: {took:.1f} s"
        elif most > LIMIT_BYTES:
            fault = fault or f"memory: {most / 2**20:.0f} MB"
        if fault:
            found.faults[fault] += 1
            self._note(kind, raw, number, fault, details)
        elif outcome == "read":
            found.read += 1
        else:
            found.refused += 1

    def _of_sentence(self, found: Found, text: str) -> str:
        """Return what is wrong with a sentence; keep its form, without the numbers in it."""
        found.sentences.add("".join(c for c in text.partition(": ")[2][:60] if not c.isdigit()))
        if not text.replace("\u202f", " ").isprintable():  # which sets thousands apart
            return f"a sentence of more than one line: {ascii(text)[:80]}"
        return f"a sentence of {len(text):,} characters" if len(text) > LONGEST else ""

    def _note(self, kind: Kind, raw: bytes, number: int, fault: str, details: str) -> None:
        if self._keep is None or self.found[kind.name].faults[fault] > 3:
            return
        self._keep.mkdir(parents=True, exist_ok=True)
        (self._keep / f"{number}-{kind.file}").write_bytes(raw)
        (self._keep / f"{number}.txt").write_text(f"{kind.name}: {fault}\n{details}")

    def table(self) -> str:
        """Return the counts, a line for each kind."""
        lines = [
            f"{'kind':<10}{'mutations':>10}{'read':>9}{'refused':>9}{'sentences':>11}"
            f"{'faults':>8}{'slowest':>10}{'memory':>10}"
        ]
        for name, found in self.found.items():
            if found.count:
                lines.append(
                    f"{name:<10}{found.count:>10,}{found.read:>9,}{found.refused:>9,}"
                    f"{len(found.sentences):>11}{found.faults.total():>8}"
                    f"{found.slowest_s:>8.2f} s{found.most_bytes / 2**20:>7.0f} MB"
                )
        for name, found in self.found.items():
            for fault, count in found.faults.most_common():
                lines.append(f"{name}: {count} x {fault}")
        return "\n".join(lines)


def _where(error: BaseException) -> str:
    """Return an exception with the place in the program that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    place = ([f for f in frames if "/app/layerlab/" in f.filename] or frames)[-1]
    words = " ".join(f"{type(error).__name__}: {error}".split())[:100]
    return f"{words} ({pathlib.Path(place.filename).name}:{place.lineno})"


def main() -> int:
    """Run the campaign; print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="*", help="only these")
    parser.add_argument("--keep", metavar="DIR", help="write down what failed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="layerlab-fuzz-") as name:
        os.environ["LAYERLAB_HOME"] = os.path.join(name, "home")
        logging.disable()  # what the lab writes down of damaged files
        campaign = Campaign(pathlib.Path(name), args.seed, args.keep)
        try:
            campaign.run(args.mutations, args.kinds, say=True)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        print(campaign.table())
    return 1 if any(found.faults for found in campaign.found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
