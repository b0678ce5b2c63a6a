"""Recompute what the sources claim and set it beside what they print."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from layerlab.commands.common import json_line
from layerlab.commands.progress import Progress

if TYPE_CHECKING:
    from layerlab.claims import Claim, Verdict

NARROWEST, WIDEST = 60, 100  # columns of the table
INDENT = 18


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--only",
        metavar="ID",
        action="append",
        default=[],
        help="rows, such as D16 or L1,L2; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a row and line")


def run(args: argparse.Namespace) -> int:
    """Compute rows and print each as it is found; return 1 if none could be computed."""
    from layerlab.claims import ledger
    from layerlab.claims.base import UNKNOWN

    rows = _chosen(args.only)
    if not args.only:
        _warm_up()
    found: list[Verdict] = []
    begun_s = time.monotonic()
    with Progress(1, sys.stderr) as bar:

        def report(done: int, of: int, row: Claim[Any], share: float) -> None:
            bar.draw((done + share) / of, f"{row.id}, {done} of {of} claims")

        for verdict in ledger(rows, progress=report):
            bar.wipe()
            found.append(verdict)
            text = json_line(verdict.as_json()) if args.json else _entry(verdict)
            print(text, flush=True)
    if not args.json:
        print(_summary(found, time.monotonic() - begun_s))
    return 1 if all(verdict.kind == UNKNOWN for verdict in found) else 0


def _chosen(only: list[str]) -> list[Claim[Any]]:
    """Return the rows that were asked for, once each, in the ledger's order."""
    from layerlab.claims import claim, claims

    names = [name for text in only for name in text.split(",")]
    wanted = {claim(name).id for name in names}
    return [row for row in claims() if not names or row.id in wanted]


def _warm_up() -> None:
    """Compile in the background what the first trainings will need."""
    from layerlab.nets.engines.ready import obstacle, warm_up

    if not obstacle():
        for dtype in ("float32", "float64"):
            warm_up(dtype)


def _entry(verdict: Verdict) -> str:
    """Return a row as a person reads it, its verdict first."""
    width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns))
    page = "" if verdict.experiment is None else f"page {verdict.experiment}"
    lines = {
        verdict.id: verdict.verdict.upper()
        if verdict.kind == verdict.verdict
        else verdict.kind.upper() + verdict.verdict.removeprefix(verdict.kind),
        "claim": verdict.statement,
        "source": verdict.source,
        "published": verdict.published,
        "measured": verdict.measured,
        "why": verdict.why,
        "tolerance": verdict.tolerance,
        "shown on": page,
    }
    return "\n".join(_line(name, text, width) for name, text in lines.items() if text) + "\n"


def _line(name: str, text: str, width: int) -> str:
    head = name.ljust(6) if name[0].isupper() else f"      {name}".ljust(INDENT)
    return textwrap.fill(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _counted(count: int, kind: str) -> str:
    """Return a number of verdicts: `1 holds`, `2 hold`, `2 do not reproduce`."""
    first, _, rest = kind.partition(" ")
    many = {"holds": "hold", "does": "do", "wrong": "are wrong", "cannot": "cannot"}[first]
    one = "is wrong" if first == "wrong" else first
    return f"{count} {one if count == 1 else many} {rest}".rstrip()


def _summary(found: list[Verdict], seconds: float) -> str:
    from layerlab.claims.base import KINDS

    counts = Counter(verdict.kind for verdict in found)
    parts = [_counted(counts[kind], kind) for kind in KINDS if counts[kind]]
    rows = f"{len(found)} {'claim' if len(found) == 1 else 'claims'}"
    return f"{rows} in {seconds:.0f} s: {', '.join(parts)}"
