"""What the controls and the top bar show of the spec and of its data."""

from __future__ import annotations

import pathlib

from layerlab.compose.wiring import REGISTRIES
from layerlab.core.by_hand import POINTS, Points, count
from layerlab.core.declared import KNOBS
from layerlab.core.frames import Frame
from layerlab.core.numbers import percent
from layerlab.core.spec import LabSpec, TaskSpec, replace
from layerlab.core.translation import _, ngettext
from layerlab.nets.data import Data
from layerlab.nets.features import offered, plain
from layerlab.nets.problem import known_data, layout_of, load_data
from layerlab.nets.tasks import TASKS
from layerlab.ui.readouts import grouped
from layerlab.ui.window import LabWindow


def show_spec(window: LabWindow, spec: LabSpec) -> None:
    """Show every knob's value, and what is known without loading data."""
    task, panel = TASKS[spec.task.name], window.panel
    active = task.active_knobs(spec.task)
    idle = {
        path for path, knob in KNOBS.items() if knob.room == "task" and knob.name not in active
    } - {"task.name"}
    inputs = task.shape(spec.task).inputs if "features" in task.knobs else 0
    features = [(f.key, f.sign(inputs), f.help) for f in offered(inputs)]
    panel.offer_features(features, plain(inputs))
    in_force = task.with_start(spec.task)
    shown = spec if in_force is spec.task else replace(spec, task=in_force)
    panel.show_spec(shown, set(KNOBS) - idle)
    window.prediction.show_by_hand(task.by_hand, spec.task.points)
    data = known_data(spec.task) if spec.task.path else None
    if data is not None:  # with every edit of a table's lab: the lines stay where they are
        _show_summary(window, data)
    elif "samples" in task.knobs:
        _show_drawn(window, spec.task)
    else:
        name = _points(spec.task.points) if task.by_hand == POINTS else task_name(spec.task)
        panel.set_summary("task", name, more=_wrong_labels(spec.task))
    panel.set_summary(
        "network",
        ngettext("{count} parameter", "{count} parameters", layout_of(spec).parameters),
    )
    panel.set_summary("training", REGISTRIES["optimizers"][spec.train.optimizer].label)


def _show_drawn(window: LabWindow, task: TaskSpec) -> None:
    drawn = _(
        "{samples} points · noise {noise:g}", samples=grouped(task.samples), noise=task.noise
    )
    window.panel.set_summary("task", drawn, more=_wrong_labels(task))


def _wrong_labels(task: TaskSpec) -> str:
    """Return how many labels are noise, in a sentence; empty where none are."""
    if task.label_noise and "label_noise" in TASKS[task.name].active_knobs(task):
        return _("{share} of the training labels are wrong", share=percent(task.label_noise))
    return ""


def task_name(task: TaskSpec) -> str:
    """Return what a task is called in a sentence: a table by its file."""
    return pathlib.Path(task.path).name if task.path else TASKS[task.name].label


def same_data(one: TaskSpec, other: TaskSpec) -> bool:
    """Return whether tasks are the same, but for how much is drawn, held out or noisy.

    Points made by hand are the same task too, as views follow while they are painted; and
    what the network is given of the points makes no other points.
    """
    drawn: dict[str, object] = {"samples": 2, "noise": 0.0, "validation": None, "seed": 0}
    drawn |= {"label_noise": 0.0, "points": (), "features": ()}
    if "column" not in (one.split, other.split):  # which takes an input away
        drawn["split"] = "auto"
    return replace(one, **drawn) == replace(other, problem=one.problem, **drawn)


def show_data(window: LabWindow, frame: Frame) -> str:
    """Show what is known once a run's data are loaded: the points, a file's columns.

    Returns:
        What was recognised in a file, in a sentence; empty for the lab's own tasks.
    """
    spec, panel = frame.spec, window.panel
    data = known_data(spec.task)  # from the worker's own look
    if data is None:
        if spec.task.path:  # the window waits for no file; the next frame has it
            return ""
        data = load_data(spec.task)
    panel.set_points(data.n, spec.train.batch)
    window.diagram.set_sample_count(data.n)
    task = TASKS[spec.task.name]
    if "samples" not in task.knobs and not task.by_hand:
        _show_summary(window, data)
    if spec.task.name == "csv" and data.table is not None:
        panel.set_columns([c.name for c in (*data.table.features, data.table.target)])
        return data.summary
    return ""


def _points(points: Points) -> str:
    """Return how many points are painted, in how many classes."""
    classes = len(set(points[2::3]))
    return _(
        "{points} · {classes}",
        points=ngettext("{count} point", "{count} points", count(points)),
        classes=ngettext("{count} class", "{count} classes", classes),
    )


def _show_summary(window: LabWindow, data: Data) -> None:
    window.panel.set_summary("task", _summary(data), data.notes, _left_out(data))


def _summary(data: Data) -> str:
    """Return rows, inputs and classes, in a line."""
    if data.form == "images":
        return _("all {count} images", count=grouped(data.n))
    held = len(data.validation_x)
    parts = [
        ngettext("{count} row", "{count} rows", data.n + held),
        ngettext("{count} input", "{count} inputs", data.shape.inputs),
        _("numbers"),
    ]
    if data.shape.classes:
        parts[-1] = ngettext("{count} class", "{count} classes", data.shape.classes)
    return " · ".join(parts)


def _left_out(data: Data) -> str:
    """Return how many columns and rows were left out; empty if none were."""
    parts = []
    features = () if data.table is None else data.table.features
    if columns := sum(not column.used for column in features):
        parts.append(ngettext("{count} column left out", "{count} columns left out", columns))
    reading = None if data.table is None else data.table.reading
    if reading is not None and reading.left_out_rows:
        parts.append(
            ngettext("{count} row left out", "{count} rows left out", reading.left_out_rows)
        )
    return " · ".join(parts)
