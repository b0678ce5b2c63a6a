"""List the runs that are kept."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from layerlab.commands.common import json_line
from layerlab.core.translation import _, ngettext, translated

if TYPE_CHECKING:
    from layerlab.core.runs import RunDetail, RunEntry

FIELDS = (
    "loss",
    "validation",
    "updates",
    "seconds",
    "ended",
    "status",
    "engine",
    "name",
    "note",
    "tag",
    "pinned",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="*",
        help=_(
            "which runs, such as 'width>8 relu loss<0.01 tag:x'; all if none is given. Knobs "
            "and the fields {fields} are compared by < <= > >= = !=, words are looked for in "
            "what the run is and in name, note and tags, and - before a part turns it round",
            fields=", ".join(FIELDS),
        ),
    )
    parser.add_argument(
        "--show", metavar="ID", type=int, help=_("all that is known of one run")
    )
    parser.add_argument("--json", action="store_true", help=_("one JSON object a run and line"))


def run(args: argparse.Namespace) -> int:
    """List runs, the newest first, or show one; return the exit code."""
    from layerlab.runtime.runs.library import RunLibrary
    from layerlab.runtime.runs.query import parse
    from layerlab.runtime.settings import data_folder

    library = RunLibrary(data_folder())
    if args.show is not None:
        detail = library.detail(args.show)
        print(json_line(_whole(detail)) if args.json else _described(detail))
        return 0
    # Arguments are taken together again: a shell has split them, or not.
    condition = parse(" ".join(args.query))
    if args.json:
        for detail in library.details(condition):
            print(json_line(_whole(detail)))
    else:
        print("\n".join(_table(library.find(condition))))
    return 0


def _whole(detail: RunDetail) -> dict[str, Any]:
    """Return a run as scripts read it."""
    import msgspec

    entry = detail.entry
    return {
        "id": entry.id,
        "ended": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(entry.ended)),
        "seconds": entry.seconds,
        "status": entry.status,
        "updates": entry.updates,
        "length": entry.length,
        "loss": entry.loss,
        "validation": entry.validation,
        "losses": msgspec.to_builtins(detail.losses),
        "setup": entry.setup,
        "engine": entry.engine,
        "processor": detail.processor,
        "versions": detail.versions,
        "name": entry.name,
        "note": entry.note,
        "tags": list(entry.tags),
        "pinned": entry.is_pinned,
        "network": detail.network or None,
        "spec": msgspec.json.decode(detail.spec),
    }


def _table(entries: list[RunEntry]) -> list[str]:
    """Return a line for each run, below a head, and how many there are."""
    if not entries:
        return [_("no runs")]
    rows = [("id", "ended", "loss", "updates", "seeds", "what", "said")]
    for entry in entries:
        rows.append(
            (
                str(entry.id),
                time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.ended)),
                "-" if entry.loss is None else f"{entry.loss:.4g}",
                _progress(entry),
                str(entry.seeds),
                entry.what,
                _said(entry),
            )
        )
    widths = [max(len(row[k]) for row in rows) for k in range(6)]
    lines = [
        "  ".join([*(t.ljust(w) for t, w in zip(row, widths, strict=False)), row[6]]).rstrip()
        for row in rows
    ]
    return [*lines, "", ngettext("{count} run", "{count} runs", len(entries))]


def _progress(entry: RunEntry) -> str:
    if entry.updates >= entry.length:
        return str(entry.updates)
    return f"{entry.updates}/{entry.length}"


def _said(entry: RunEntry) -> str:
    from layerlab.core.errors import one_line

    tags = " ".join(f"#{tag}" for tag in entry.tags)
    pinned = _("pinned") if entry.is_pinned else ""
    return one_line("  ".join(text for text in (pinned, entry.name, tags) if text))


def _described(detail: RunDetail) -> str:
    """Return all that is known of a run as a person reads it."""
    from layerlab.core.errors import one_line

    entry = detail.entry
    versions = ", ".join(f"{name} {version}" for name, version in detail.versions.items())
    seeds = detail.losses.train
    fields = {
        _("run"): f"{entry.id}  {one_line(entry.name)}".rstrip(),
        _("ended"): time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.ended)),
        _("what"): entry.what,
        _("status"): f"{translated(entry.status)}, {_progress(entry)}",
        _("loss"): "-" if entry.loss is None else f"{entry.loss:.6g}",
        _("seeds"): "  ".join("-" if loss is None else f"{loss:.4g}" for loss in seeds),
        _("engine"): f"{entry.engine}, {detail.processor}",
        _("versions"): versions,
        _("tags"): " ".join(entry.tags),
        _("note"): one_line(entry.note),
        _("network"): detail.network or _("not kept"),
    }
    width = max(map(len, fields)) + 2
    lines = [f"{name.ljust(width)}{text}" for name, text in fields.items() if text]
    return "\n".join([*lines, "", detail.spec])
