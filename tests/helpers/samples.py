"""One of each file that users keep, written by the code as it is.

    python -m tests.helpers.samples tests/data/0.1.0

Run it once for each release, and commit what it wrote: `tests/test_samples.py` opens all of
them with the code of today.
"""

from __future__ import annotations

import dataclasses
import pathlib
import sys

from layerlab.compose.ended_run import EndedRun
from layerlab.compose.kept_run import measured
from layerlab.core.options import Options, options_to_json
from layerlab.core.spec import LabSpec, edit, to_json
from layerlab.core.state import State
from layerlab.core.values import values_to_json
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.probes import History
from layerlab.runtime import labfile
from layerlab.runtime.runs.library import RunLibrary

EDITS = {
    "net.hidden": (4, 3),
    "net.activation": "tanh",
    "train.seeds": 3,
    "train.updates": 40,
}
PASTED = "size\tkind\tprice\n" + "".join(
    f"{k},5\t{'uvw'[k % 3]}\t{3 * k},25\n" for k in range(30)
)
EVERY = 4  # updates between two reports


def sample_spec() -> LabSpec:
    """Return a small spec that differs from the default."""
    spec = LabSpec()
    for path, value in EDITS.items():
        spec = edit(spec, path, value)
    return spec


def sample_options() -> Options:
    """Return settings of which each differs from the default."""
    return Options(
        theme="light",
        zoom=1.2,
        speed=None,
        engine="numpy",
        size=(1200, 800),
        folder="/home/student/labs",
        knob_curve=False,
        finish_dragging=False,
        thresholds={"wave": 0.002},
        runs_mb=50,
        recent=("/home/student/labs/a.layerlab",),
    )


def write_samples(folder: pathlib.Path) -> None:
    """Write labs, a spec, a pasted table, settings, and the knobs of every page."""
    (folder / "knobs").mkdir(parents=True, exist_ok=True)
    spec, history, state = sample_spec(), History(), None
    for state in NumpyEngine().run(spec, marks=tuple(range(0, 41, EVERY))):
        if state.update % EVERY == 0:
            history.record(spec, state)
    assert state is not None
    labfile.save(folder / "trained.layerlab", spec, state, history.to_arrays())
    labfile.save(folder / "untrained.layerlab", spec)
    write_library(folder, spec, state, history)
    (folder / "spec.json").write_text(to_json(spec))
    (folder / "pasted.tsv").write_text(PASTED)
    (folder / "settings.json").write_bytes(options_to_json(sample_options()))
    for page in EXPERIMENTS:
        values = page.values(**page.tries[0].values)
        (folder / "knobs" / f"{page.key}.json").write_bytes(values_to_json(page.key, values))


def write_library(folder: pathlib.Path, spec: LabSpec, state: State, history: History) -> None:
    """Write a library of two runs: one with its network, name, tags and note, one without."""
    run = EndedRun(spec, state, history, "finished", 40, "numpy", 1_700_000_000.0, 1.5)
    new, network = measured(run, 10**9)
    library = RunLibrary(folder)
    first, _left = library.add(new, network, 10**9)
    library.edit([first], name="the first", note="a note", tags=["x", "y"], pinned=True)
    other = dataclasses.replace(run, spec=edit(spec, "train.seed", 3), ended=run.ended + 1)
    library.add(measured(other, 10**9)[0], None, 10**9)


if __name__ == "__main__":
    write_samples(pathlib.Path(sys.argv[1]))
