"""Knob files: what the knobs of a page are turned to, read from the disk."""

from __future__ import annotations

import pathlib
from typing import Any

from app.core.disk import read_file, read_head
from app.core.errors import LabError, quoted
from app.core.experiment import Experiment
from app.core.values import MAX_KNOB_BYTES, knobs_from_json


def read_text_file(path: str) -> bytes:
    """Return what a file holds if it may be the knobs of a page, by name or by its begin.

    Knobs that were saved without an ending are found too; of tables and labs, which may be
    large, nothing is returned.

    Raises:
        LabError: one sentence that names the file.
    """
    if path.lower().endswith((".csv", ".tsv", ".txt", ".layerlab")):
        return b""
    head = read_head(path, 64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not (path.lower().endswith(".json") or head.startswith(b"{")):
        return b""
    return read_file(path, MAX_KNOB_BYTES, "knob file")


def read_knobs(path: str | pathlib.Path, experiment: Experiment) -> dict[str, Any]:
    """Read a knob file of this page.

    Raises:
        LabError: one sentence that names the file.
    """
    raw = read_file(path, MAX_KNOB_BYTES, "knob file")
    try:
        key, knobs = knobs_from_json(raw)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    if key != experiment.key:
        raise LabError(
            f"{path}: these are the knobs of {quoted(key)}, not of {experiment.key!r}"
        )
    return knobs
