"""Saved labs: read and checked, with the table that one may name."""

from __future__ import annotations

import contextlib
import pathlib

from layerlab.core import spec as specs
from layerlab.core.disk import is_small
from layerlab.core.errors import LabError, NoPointsError
from layerlab.core.spec import TaskSpec
from layerlab.nets.optimizers import slots_of
from layerlab.nets.problem import check, known_data, layout_of, load_data
from layerlab.nets.tasks.csv import inputs_of, with_target
from layerlab.nets.tasks.tables import UnreadError, from_memory, opening
from layerlab.runtime import labfile
from layerlab.runtime.store import Snapshot


def read_lab(path: str | pathlib.Path, any_path: bool = False) -> Snapshot:
    """Read a saved lab or a spec.

    Args:
        path: the file. any_path: whether its table may be anywhere.

    Raises:
        UnknownTableError: it has to be asked whether its table may be read.
        OtherInputsError: its network has other inputs than its table now.
        LabError: one sentence with the file, for anything else that does not fit.
    """
    from layerlab.nets.probes import (
        History,  # not before the first paint, where there is no file
    )

    saved = labfile.load(path, layout_of, slots_of, any_path, inputs_of)
    try:
        check(saved.spec)
        history = None
        if saved.state is not None:
            history = History.from_arrays(saved.history, saved.spec.train.seeds)
            history.truncate(saved.state.update)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    spec = specs.replace(saved.spec, task=with_target(saved.spec.task))
    return Snapshot(spec, saved.state, history)


def input_names(task: TaskSpec) -> tuple[str, ...]:
    """Return the names of a table's inputs if it is in memory; else, and of others, nothing."""
    if not task.path:
        return ()
    data = known_data(task)
    if data is not None:
        return data.feature_names
    try:
        with from_memory():
            return inputs_of(task)
    except (UnreadError, LabError):
        return ()


def read_with_data(name: str, any_path: bool = False) -> Snapshot:
    """Read a lab and its data; takes its time.

    Args:
        name: the file. any_path: whether its table may be anywhere.

    Raises:
        LabError: it cannot be opened.
    """
    with opening():
        snapshot = read_lab(name, any_path)
        read_data(snapshot.spec.task)
        return snapshot


def read_data(task: TaskSpec) -> None:
    """Read the data of a task; those made by hand may not be there yet.

    Raises:
        LabError: they cannot be read.
    """
    with contextlib.suppress(NoPointsError):
        load_data(task)


def quick_lab(name: str, any_path: bool = False) -> Snapshot:
    """Return a lab that is read in a moment.

    Args:
        name: the file. any_path: whether its table may be anywhere.

    Raises:
        UnreadError: it is large, or a table has to be read first.
        LabError: it cannot be opened.
    """
    if not is_small(name):
        raise UnreadError
    with from_memory(), opening():
        return read_lab(name, any_path)
