"""Who trains while the kernels are not there, and what is said where they never will be."""

from __future__ import annotations

import pathlib
import re
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from layerlab.claims.base import Context
from layerlab.claims.populations import population
from layerlab.core.errors import LabWarning, NotReadyError
from layerlab.core.jobs import Ask
from layerlab.core.spec import LabSpec, edit
from layerlab.nets import engines
from layerlab.nets.engines import ready
from layerlab.nets.incremental import IncrementalTraining
from layerlab.nets.problem import problem_of
from layerlab.nets.rewind import Rewindable, fastest_engine

WHY = "the kernels of the engine compiled do not compile on this machine"
SPEC = edit(edit(LabSpec(), "train.updates", 8), "train.seeds", 2)


def ended(work: Iterator[object]) -> None:
    for _ in work:
        pass


def test_what_the_compiler_says_becomes_one_sentence(no_kernels: None) -> None:
    future = ready.warm_up("float64")
    error = future.exception(timeout=60)
    assert isinstance(error, NotReadyError)
    assert str(error).startswith(f"{WHY} (ValueError: cannot store <0 x double>; ")
    assert engines.available()["compiled"] == ""  # float32 was not tried yet
    assert engines.default_engine("float32") == ("numpy", str(error))
    assert engines.available()["compiled"] == str(error)
    with pytest.raises(NotReadyError, match="do not compile on this machine"):
        list(engines.engine("compiled").run(SPEC))


def test_each_precision_stands_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(dtype: str) -> None:
        if dtype == "float64":
            raise ValueError("cannot store <0 x double>")

    monkeypatch.setattr(ready, "_futures", {})
    monkeypatch.setattr(ready, "_make", make)
    assert engines.default_engine("float32") == ("compiled", "")
    assert engines.default_engine("float64")[0] == "numpy"
    assert (ready.is_ready("float32"), ready.is_ready("float64")) == (True, False)
    assert fastest_engine("float32").name == "compiled"
    assert fastest_engine("float64").name == "numpy"


def test_waiting_ends_when_it_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(ready, "_futures", {})
    monkeypatch.setattr(ready, "_make", lambda dtype: go_on.wait(60))
    assert engines.default_engine("float32", lambda: True) == ("numpy", "")
    waiting = ready.wait_for_kernels(lambda: True)
    assert next(waiting) is None
    go_on.set()
    ended(waiting)
    assert ready.is_ready()


def test_populations_of_claims_go_on_in_numpy_and_say_why_once(no_kernels: None) -> None:
    with pytest.warns(LabWarning, match=f"NumPy trains instead: {WHY}"):
        [state] = population(Context(), SPEC, 2)
    population(Context(), SPEC, 2)  # where a warning is an error
    *_, exact = engines.engine("numpy").run(SPEC)
    np.testing.assert_array_equal(state.params, exact.params)


def test_trainings_of_pages_go_on_in_numpy_and_say_why_once(no_kernels: None) -> None:
    from layerlab.experiments.ensemble.training import EnsembleConfig, trained

    growing = IncrementalTraining(
        problem_of(SPEC), lambda state: state.update, every=4, chunk=2
    )
    never: Ask = lambda: False  # noqa: E731
    with pytest.warns(LabWarning, match="NumPy trains instead"):
        ended(growing.advance(8, never))
    assert growing.done == 8
    ended(ready.wait_for_kernels(never))  # here a warning is an error
    assert Rewindable(SPEC, 4).at(8).update == 8
    ended(trained(EnsembleConfig("wave", 0.1, 4, "bootstrap"), 0, np.arange(2)))


def test_who_cannot_wait_longer_is_told_that_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(ready, "_futures", {})
    monkeypatch.setattr(ready, "_make", lambda dtype: go_on.wait(60))
    with pytest.raises(StopIteration) as ended_early:
        next(ready.known("float32", lambda: False, 0.01))
    assert ended_early.value.value is None
    go_on.set()
    with pytest.raises(StopIteration) as ended_well:
        next(ready.known("float32", lambda: False))
    assert ended_well.value.value == ""


def test_kernels_are_waited_for_in_one_place() -> None:
    """Elsewhere a future of kernels is looked at, or its result taken by who needs it."""
    root = pathlib.Path(engines.__file__).parents[2]
    waiting = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"futures\.wait\(|import .*\bwait\b", path.read_text("utf-8"))
    ]
    assert waiting == ["nets/engines/ready.py"]
