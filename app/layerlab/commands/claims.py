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
from layerlab.core.translation import _, ngettext

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
        help=_("rows, such as D16 or L1,L2; may be repeated"),
    )
    parser.add_argument("--json", action="store_true", help=_("one JSON object a row and line"))


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
            bar.draw(
                (done + share) / of,
                _("{id}, {done} of {of} claims", id=row.id, done=done, of=of),
            )

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
    from layerlab.core.experiment import shown_verdict

    width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns))
    key = verdict.experiment
    fields = {
        _("claim"): verdict.statement,
        _("source"): verdict.source,
        _("published"): verdict.published,
        _("measured"): verdict.measured,
        _("why"): verdict.why,
        _("tolerance"): verdict.tolerance,
        _("shown on"): "" if key is None else _("page {key}", key=key),
    }
    heads = {f"{'':6}{name}".ljust(INDENT): text for name, text in fields.items()}
    lines = {verdict.id.ljust(6): shown_verdict(verdict.verdict), **heads}
    return "\n".join(_line(head, text, width) for head, text in lines.items() if text) + "\n"


def _line(head: str, text: str, width: int) -> str:
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
    from layerlab.core.experiment import (
        HOLDS,
        NOT_CHECKED,
        NOT_REPRODUCED,
        ONLY_IF,
        UNKNOWN,
        WRONG,
    )

    counted = {
        HOLDS: ngettext("{count} holds", "{count} hold", count),
        ONLY_IF: ngettext("{count} holds only if", "{count} hold only if", count),
        NOT_REPRODUCED: ngettext(
            "{count} does not reproduce", "{count} do not reproduce", count
        ),
        WRONG: ngettext("{count} is wrong as printed", "{count} are wrong as printed", count),
        NOT_CHECKED: ngettext(
            "{count} is not checked here", "{count} are not checked here", count
        ),
        UNKNOWN: ngettext("{count} cannot be computed", "{count} cannot be computed", count),
    }
    return counted[kind]


def _summary(found: list[Verdict], seconds: float) -> str:
    from layerlab.claims.base import KINDS

    counts = Counter(verdict.kind for verdict in found)
    parts = [_counted(counts[kind], kind) for kind in KINDS if counts[kind]]
    return ngettext(
        "{count} claim in {seconds:.0f} s: {parts}",
        "{count} claims in {seconds:.0f} s: {parts}",
        len(found),
        seconds=seconds,
        parts=", ".join(parts),
    )
