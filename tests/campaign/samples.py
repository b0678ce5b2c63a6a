"""Samples of every kind of file that a person can hand to the program, and its readers."""

from __future__ import annotations

import contextlib
import os
import pathlib
from dataclasses import replace

import numpy as np

from layerlab.compose.knobfile import read_knobs
from layerlab.compose.labs import read_lab
from layerlab.compose.reopening import read_window
from layerlab.core.errors import LabError
from layerlab.core.options import Options, options_to_json
from layerlab.core.presets import presets
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, to_json
from layerlab.core.state import State
from layerlab.core.values import is_knob_file, knobs_from_json, values_to_json
from layerlab.core.windowfile import make_window_file, window_to_json
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.probes import History
from layerlab.nets.problem import check, initialize, load_data, problem_of
from layerlab.nets.tasks import TASKS, recommended_for_csv
from layerlab.runtime import labfile, opened, settings
from tests.campaign.fuzz import Kind
from tests.campaign.mutations import mutated_json, mutated_lab, mutated_table

TABLE = "table.csv"


def kinds(folder: pathlib.Path) -> list[Kind]:
    """Return all kinds of files, with samples that lie in a folder."""
    folder.joinpath("home").mkdir(exist_ok=True)
    if hasattr(os, "mkfifo") and not folder.joinpath("pipe").exists():
        os.mkfifo(folder / "pipe")
    tables = _tables()
    folder.joinpath(TABLE).write_bytes(tables[0])
    return [
        Kind("specs", "mutated.json", _specs(), mutated_json, _read_spec),
        Kind("tables", "mutated.csv", tables, mutated_table, _read_table),
        Kind("labs", "mutated.layerlab", _labs(folder), mutated_lab, _read_lab),
        Kind("knobs", "knobs.json", _knobs(), mutated_json, _read_knobs),
        Kind("settings", "home/settings.json", _settings(), mutated_json, _read_settings),
        Kind("opened", "home/opened.json", [_opened(folder)], mutated_json, _read_opened),
        Kind("windows", "last.window.json", _windows(), mutated_json, _read_window),
    ]


# ---- samples


def _specs() -> list[bytes]:
    found = [preset.spec for preset in presets()]
    found += [TASKS[key].recommended() for key in ("wave", "spiral", "digits")]
    found.append(LabSpec(task=TaskSpec(name="csv", path=TABLE, target="c")))
    return [to_json(spec).encode() for spec in found]


def _tables() -> list[bytes]:
    rng = np.random.default_rng(0)
    numbers = "\n".join(
        ["a,b,c", *(f"{a:.3f},{b:.3f},{a * b:.3f}" for a, b in rng.normal(size=(40, 2)))]
    )
    classes = "\n".join(
        f"{x:.2f},{'ab'[int(x > 0)]},{'yes' if x > 1 else 'no'}" for x in rng.normal(size=60)
    )
    quoted = 'name,"x, y",z\n' + "\n".join(f'"a ""{k}""",{k % 7},{k % 2}' for k in range(30))
    gaps = "x,y\n" + "\n".join(f"{k},{'' if k == 20 else k % 3}" for k in range(30))
    return [text.encode() for text in (numbers, classes, quoted, gaps)]


def _labs(folder: pathlib.Path) -> list[bytes]:
    own = TaskSpec(name="csv", path=str(folder / TABLE), target="c")
    specs = [
        LabSpec(net=NetSpec(hidden=(3, 2)), train=TrainSpec(seeds=2, updates=50)),
        LabSpec(net=NetSpec(hidden=(4,)), train=TrainSpec(dtype="float64", optimizer="sgd")),
        LabSpec(task=own, net=NetSpec(hidden=(3,))),
    ]
    found = []
    for spec in specs:
        path, history = folder / "sample.layerlab", History()
        start = initialize(problem_of(spec))
        state = start
        for update in (0, 10, 30):
            state = replace(start, update=update)
            history.record(spec, state)
        _save(path, spec, state, history)
        found.append(path.read_bytes())
    return found


def _save(path: pathlib.Path, spec: LabSpec, state: State, history: History) -> None:
    labfile.save(path, spec, state, history.to_arrays())


def _knobs() -> list[bytes]:
    starts = [values_to_json(page.key, page.values()) for page in EXPERIMENTS]
    tries = [(page, thing.values) for page in EXPERIMENTS for thing in page.tries]
    return starts + [values_to_json(page.key, page.values(**own)) for page, own in tries]


def _settings() -> list[bytes]:
    other = Options(theme="dark", zoom=1.5, speed=None, folder="/a", thresholds={"wave": 0.1})
    return [options_to_json(Options()), options_to_json(other)]


def _opened(folder: pathlib.Path) -> bytes:
    opened.remember(folder / "other.csv")
    raw = (folder / "home" / "opened.json").read_bytes()
    opened.forget()
    return raw


def _windows() -> list[bytes]:
    knobs = {page.key: page.values() for page in EXPERIMENTS}
    return [window_to_json(make_window_file(LabSpec(), "lab", knobs, "AdnQywAD"))]


# ---- readers: what the commands and the window do with such a file


def _read_spec(path: str) -> None:
    read_lab(path)


def _read_lab(path: str) -> None:
    snapshot = read_lab(path)
    spec, state = snapshot.spec, snapshot.state
    if state is not None:
        assert state.params.shape[0] == spec.train.seeds


def _read_table(path: str) -> None:
    spec = recommended_for_csv(path)
    check(spec)
    load_data(spec.task)


def _read_knobs(path: str) -> None:
    raw = pathlib.Path(path).read_bytes()
    is_knob_file(raw)
    experiment = EXPERIMENTS[knobs_from_json(raw)[0]]
    values = experiment.values().turned(read_knobs(path, experiment))
    experiment.model().compute(**values)


def _read_opened(path: str) -> None:
    opened.was_opened(path)


def _read_settings(path: str) -> None:
    settings.read_options()


def _read_window(path: str) -> None:
    window = read_window(pathlib.Path(path))
    assert window is not None
    for experiment in EXPERIMENTS:
        for name, value in window.knobs.get(experiment.key, {}).items():
            with contextlib.suppress(LabError):  # a page says it, and opens
                experiment.values().edit(name, value)
    check(window.lab_spec())
