import sys
from concurrent.futures import Future

import numpy as np
import pytest

from layerlab.compose.serving import ServingEngine, quiet_engine
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from layerlab.nets.engines import engine
from layerlab.nets.engines.ready import warm_up
from tests.compose.conftest import finished

SPEC = edit(edit(LabSpec(), "train.updates", 40), "train.seeds", 2)


class Kernels:
    """A compiler that is done when the test says so."""

    def __init__(self):
        self.future = Future()

    def warm_up(self, dtype):
        return self.future


@pytest.fixture
def served(monkeypatch):
    """Note which engine trains, without compiling anything."""
    names = []

    def choose(name):
        names.append(name)
        return engine("numpy")

    monkeypatch.setattr("layerlab.compose.serving.engine", choose)
    return names


def test_numpy_serves_until_the_kernels_are_there_and_says_so_once(qtbot, served):
    kernels = Kernels()
    serving = ServingEngine(kernels.warm_up)
    reported = []
    serving.waited.connect(lambda: reported.append("waiting"))
    list(serving.run(SPEC))
    list(serving.run(edit(SPEC, "net.width", 4)))
    assert served == ["numpy", "numpy"]
    assert reported == ["waiting"]
    assert serving.is_waiting
    kernels.future.set_result(None)
    assert not serving.is_waiting
    list(serving.run(SPEC))
    assert served[-1] == "compiled"


def test_a_run_ends_in_the_engine_that_began_it(qtbot, served):
    kernels = Kernels()
    serving = ServingEngine(kernels.warm_up)
    half = list(serving.run(SPEC, until=20))[-1]
    kernels.future.set_result(None)
    list(serving.run(SPEC, half))
    assert served == ["numpy", "numpy"]
    list(serving.run(SPEC, next(iter(serving.run(SPEC, until=0)))))
    assert served[2:] == ["compiled", "compiled"]


@pytest.mark.parametrize("how", ["raises", "fails"])
def test_a_machine_that_cannot_compile_trains_in_numpy_and_says_why(qtbot, served, how):
    kernels = Kernels()

    def missing(dtype):
        raise LabError("numba is not installed")

    if how == "fails":
        kernels.future.set_exception(RuntimeError("numba is not installed"))
    serving = ServingEngine(missing if how == "raises" else kernels.warm_up)
    reported = []
    serving.failed.connect(reported.append)
    list(serving.run(SPEC))
    list(serving.run(SPEC))
    assert served == ["numpy", "numpy"]
    assert reported == ["NumPy trains instead: numba is not installed"]


def test_the_window_trains_with_the_compiled_engine(open_lab, qtbot):
    pytest.importorskip("numba")
    warm_up("float32").result()
    lab = open_lab(SPEC, Options(speed=None))
    lab.runner.finish()
    finished(qtbot, lab)
    exact = list(engine("compiled").run(SPEC))[-1].params
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, exact)


def test_float64_is_trained_by_the_compiled_engine_too(open_lab, qtbot):
    pytest.importorskip("numba")
    warm_up("float64").result()
    lab = open_lab(SPEC, Options(speed=None, engine="compiled"))
    lab.store.edit("train.dtype", "float64")
    lab.runner.finish()
    finished(qtbot, lab)
    exact = list(engine("compiled").run(edit(SPEC, "train.dtype", "float64")))[-1].params
    found = lab.runner.snapshot()[0].params
    assert found.dtype == exact.dtype == np.float64
    np.testing.assert_array_equal(found, exact)
    assert not np.array_equal(exact, list(engine("numpy").run(lab.store.spec))[-1].params)
    assert lab.errors == []


def test_the_window_trains_on_without_kernels_and_says_why_once(open_lab, qtbot, no_kernels):
    lab = open_lab(SPEC, Options(speed=None, engine="compiled"))
    lab.runner.finish()
    finished(qtbot, lab)
    banner = lab.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.text.text() == (
        "NumPy trains instead: the kernels of the engine compiled do not compile on this "
        "machine (ValueError: cannot store <0 x double>; LAYERLAB_DEBUG=1 shows where)"
    )
    exact = list(engine("numpy").run(SPEC))[-1].params
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, exact)
    lab.store.edit("net.width", 4)  # the banner goes, and does not come back
    finished(qtbot, lab)
    lab.store.edit("net.width", 5)
    finished(qtbot, lab)
    assert banner.isHidden()
    assert lab.errors == []


def test_an_engine_that_is_gone_is_replaced_by_the_compiled_one(open_lab, qtbot, monkeypatch):
    """Chosen at an earlier start, when it was there."""
    monkeypatch.setattr("layerlab.nets.engines.remote.is_installed", lambda name: False)
    engine.cache_clear()
    lab = open_lab(SPEC, Options(speed=None, engine="torch"))
    lab.runner.finish()
    finished(qtbot, lab)
    qtbot.waitUntil(lab.window.banner.isVisible)
    message = lab.window.banner.text.text()
    assert message.startswith(
        "The engine torch cannot run, compiled trains instead: PyTorch is "
    )
    assert lab.errors == []
    engine.cache_clear()


def test_an_engine_that_does_not_start_is_replaced_too(open_lab, qtbot, monkeypatch):
    from layerlab.nets.engines.remote import RemoteEngine

    ends = [sys.executable, "-c", "raise SystemExit('libtorch.so is broken')"]
    broken = RemoteEngine(command=ends)
    monkeypatch.setattr("layerlab.nets.engines.remote.is_installed", lambda name: True)
    monkeypatch.setattr(
        "layerlab.compose.serving.engine",
        lambda name: broken if name == "torch" else engine(name),
    )
    lab = open_lab(SPEC, Options(speed=None, engine="compiled"))
    lab.training.on_engine("torch")
    lab.runner.finish()
    qtbot.waitUntil(lab.window.banner.isVisible)
    assert "libtorch.so is broken" in lab.window.banner.text.text()
    finished(qtbot, lab)
    assert lab.runner.request.engine == "compiled"


# ---- beside the trainer


def end_of(generator):
    """Return how often it yields, and what it returns."""
    count = 0
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return count, end.value
        count += 1


def quiet(monkeypatch, name, warm_up, is_interrupted=lambda: False):
    monkeypatch.setattr("layerlab.nets.engines.ready.warm_up", warm_up)
    monkeypatch.setattr("layerlab.compose.serving.engine", lambda name: name)
    return quiet_engine(name, "float32", is_interrupted)


@pytest.mark.parametrize(
    ("chosen", "served"), [("numpy", "numpy"), ("compiled", "compiled"), ("torch", "compiled")]
)
def test_work_beside_the_trainer_has_its_engine_or_the_quick_one(monkeypatch, chosen, served):
    ready = Future()
    ready.set_result(None)
    assert end_of(quiet(monkeypatch, chosen, lambda dtype: ready)) == (0, served)


def test_it_waits_for_the_kernels_and_makes_room_meanwhile(monkeypatch):
    future, asked = Future(), []

    def is_interrupted():
        asked.append(1)
        if len(asked) == 3:
            future.set_result(None)
        return len(asked) == 2

    found = end_of(quiet(monkeypatch, "compiled", lambda dtype: future, is_interrupted))
    assert found == (1, "compiled")


@pytest.mark.parametrize("how", ["raises", "fails"])
def test_without_kernels_numpy_works_beside_the_trainer(monkeypatch, how):
    future = Future()
    future.set_exception(RuntimeError("no compiler"))

    def warm_up(dtype):
        if how == "raises":
            raise NotReadyError("numba is not installed")
        return future

    assert end_of(quiet(monkeypatch, "compiled", warm_up)) == (0, "numpy")


def test_a_run_of_numpy_is_not_taken_for_one_of_the_kernels(qtbot, served):
    kernels = Kernels()
    serving = ServingEngine(kernels.warm_up)
    list(serving.run(SPEC))
    assert not serving.trains_as_quiet_engine(SPEC)
    kernels.future.set_result(None)
    list(serving.run(edit(SPEC, "net.width", 4)))
    assert serving.trains_as_quiet_engine(edit(SPEC, "net.width", 4))
