"""Knob files: what the knobs of a page are turned to, read from the disk."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from layerlab.core.disk import read_file, read_head
from layerlab.core.errors import LabError, quoted
from layerlab.core.experiment import Experiment
from layerlab.core.translation import _
from layerlab.core.values import MAX_KNOB_BYTES, Values, knobs_from_json
from layerlab.nets.tasks.tables import is_table
from layerlab.runtime.labfile import SUFFIX


def read_text_file(path: str) -> bytes:
    """Return what a file holds if it may be the knobs of a page, by name or by its begin.

    Knobs that were saved without an ending are found too; of tables and labs, which may be
    large, nothing is returned.

    Raises:
        LabError: one sentence that names the file.
    """
    if is_table(path) or path.lower().endswith(SUFFIX):
        return b""
    head = read_head(path, 64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not (path.lower().endswith(".json") or head.startswith(b"{")):
        return b""
    return read_file(path, MAX_KNOB_BYTES, _("knob file"))


def read_knobs(path: str | pathlib.Path, experiment: Experiment) -> dict[str, Any]:
    """Read a knob file of this page.

    Raises:
        LabError: one sentence that names the file.
    """
    raw = read_file(path, MAX_KNOB_BYTES, _("knob file"))
    try:
        key, knobs = knobs_from_json(raw)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    if key not in (experiment.key, *experiment.former):
        raise LabError(
            _(
                "{path}: these are the knobs of {other}, not of {key!r}",
                path=path,
                other=quoted(key),
                key=experiment.key,
            )
        )
    return knobs


def restored(
    start: Values, knobs: Mapping[str, object], compute: Callable[..., object]
) -> tuple[Values, str]:
    """Turn a page's knobs to where they were, as far as this version knows them.

    Args:
        start: as the page starts. knobs: as they were.
        compute: of the page's model, which knows names that a declaration does not.

    Returns:
        the values, and what was refused, in one sentence; "" if nothing was.
    """
    values, refused = start, ""
    for name, value in knobs.items():
        try:
            values = values.edit(name, value)
        except LabError as error:
            refused = str(error)
    try:
        if values != start:
            compute(**values)
    except Exception as error:  # whatever it is, the page has to open
        return start, str(error) or type(error).__name__
    return values, refused
