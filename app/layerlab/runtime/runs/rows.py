"""Rows of the library: a run as columns, and columns as an entry of a list."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any

import msgspec

from layerlab.core.runs import NewRun, RunEntry, setup_of
from layerlab.core.spec import get
from layerlab.runtime.runs.query import words_of

MAX_NAME, MAX_NOTE, MAX_TAGS = 200, 10_000, 50  # characters, characters, tags
COLUMNS = (  # of an entry
    # not translated: names
    "id, setup, status, updates, length, ended, seconds, loss, validation, task, hidden, "
    "activation, optimizer, seeds, seed, engine, name, note, tags, pinned, bytes"
)


def row_of(run: NewRun, digest: str, size: int) -> dict[str, Any]:
    """Return a run as a row, without what a person says.

    Args:
        run: the run. digest, size: of its network; empty and 0 where that is not kept.
    """
    spec = run.spec
    text = msgspec.json.encode(spec).decode()
    hidden = spec.net.hidden
    return {
        "ended": run.ended,
        "seconds": run.seconds,
        "status": run.status,
        "updates": run.updates,
        "length": run.length,
        "spec": text,
        "setup": setup_of(spec),
        # A table by its file, whatever system the path is of.
        "task": pathlib.PureWindowsPath(spec.task.path or spec.task.name).name,
        "hidden": "-".join(map(str, hidden)),
        "width": get(spec, "net.width") if hidden else None,
        "depth": len(hidden),
        "activation": spec.net.activation,
        "optimizer": spec.train.optimizer,
        "seeds": spec.train.seeds,
        "seed": spec.train.seed,
        "loss": run.loss,
        "validation": run.validation,
        "losses": msgspec.json.encode(run.losses).decode(),
        "engine": run.engine,
        "processor": run.processor,
        "versions": msgspec.json.encode(run.versions).decode(),
        "network": digest,
        "bytes": size,
        "words": words_of([*spec_words(text), run.engine]),
    }


def spec_words(text: str) -> list[str]:
    """Return the words by which a spec is found: what it chooses, and what it switches on."""
    spec: dict[str, dict[str, Any]] = msgspec.json.decode(text)
    task, net, train = spec.get("task", {}), spec.get("net", {}), spec.get("train", {})
    chosen = [
        task.get("name"),
        pathlib.PurePath(str(task.get("path") or "")).name,
        task.get("target"),
        task.get("formula"),
        net.get("activation"),
        net.get("init"),
        train.get("optimizer"),
        train.get("loss"),
        train.get("dtype"),
    ]
    switched = [name for name in ("residual", "layer_norm", "dropout") if net.get(name)]
    return [str(word) for word in (*chosen, *switched) if word]


def said_of(key: str, value: object) -> object:
    """Return what a person says as the library keeps it."""
    if key == "pinned":
        return int(bool(value))
    if key == "tags":
        assert isinstance(value, list | tuple)
        tags = list(dict.fromkeys(tag for text in value for tag in str(text).split()))
        return f" {' '.join(tags[:MAX_TAGS])} " if tags else ""
    if key == "name":
        return " ".join(str(value).split())[:MAX_NAME]
    if key == "note":
        return str(value)[:MAX_NOTE]
    raise ValueError(f"{key!r} is nothing that is said about a run")


def entry_of(row: Sequence[Any]) -> RunEntry:
    """Return a row of `COLUMNS` as it stands in a list."""
    values = dict(zip((name.strip() for name in COLUMNS.split(",")), row, strict=True))
    values["tags"] = tuple(values["tags"].split())
    values["is_pinned"] = bool(values.pop("pinned"))
    return RunEntry(**values)
