"""What a drag shows: the finished training of each value, as the command line gives it."""

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.cli import main
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec, edit, get, to_json
from layerlab.nets.engines.ready import warm_up
from layerlab.ui.readouts import readouts
from tests.compose.conftest import bar_of, finished

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def compiled(open_lab, qtbot):
    def make(spec):
        warm_up(spec.train.dtype).result()
        lab = open_lab(spec, Options(speed=None, engine="compiled"))
        lab.runner.finish()
        finished(qtbot, lab)
        return lab

    return make


def reported(tmp_path, capsys, spec):
    """Return what `layerlab train` says at the end of a spec."""
    path = tmp_path / "lab.json"
    path.write_text(to_json(spec))
    assert main(["train", "--spec", str(path), "--engine", "compiled", "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("seeds", [16, 3])
def test_each_value_of_a_drag_is_finished_as_train_finishes_it(
    compiled, qtbot, tmp_path, capsys, seeds
):
    lab = compiled(edit(LabSpec(), "train.seeds", seeds))
    bar = bar_of(lab, "net.hidden")
    middle, seen = bar.height() // 2, []
    QTest.mousePress(bar, LEFT, pos=QPoint(round(bar.handle_x()), middle))
    for share in (0.15, 0.3, 0.42):
        QTest.mouseMove(bar, QPoint(round(share * bar.width()), middle))
        seen.append(finished(qtbot, lab))
    params = lab.runner.snapshot()[0].params
    assert all(view.holds_axes for view in lab.window.views)
    QTest.mouseRelease(bar, LEFT, pos=QPoint(round(0.42 * bar.width()), middle))
    assert not any(view.holds_axes for view in lab.window.views)
    assert len({get(frame.spec, "net.width") for frame in seen}) == 3
    assert lab.store.spec == seen[-1].spec
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, params)  # nothing again
    for frame in seen:
        assert frame.update == frame.length == 1500
        assert "finished" in readouts(frame)[0][1]
        report = reported(tmp_path, capsys, frame.spec)
        assert report["updates"] == 1500
        assert report["loss"] == frame.loss.train[-1].tolist()  # bit for bit, every seed
        assert report["validation"]["loss"] == frame.loss.validation[-1].tolist()
        medians = np.median(frame.signal.measured["across inputs"], axis=0)
        np.testing.assert_allclose(report["activation_variance"], medians, rtol=1e-5)


def test_a_newer_value_takes_the_place_of_one_that_takes_long(compiled, qtbot):
    lab = compiled(LabSpec(train=TrainSpec(updates=20)))
    slow = LabSpec(net=NetSpec(hidden=(128, 128)), train=TrainSpec(updates=10_000_000))
    lab.store.replace(slow, "a long training")
    bar = bar_of(lab, "net.depth")
    middle = bar.height() // 2
    QTest.mousePress(bar, LEFT, pos=QPoint(round(bar.handle_x()), middle))
    for share in (0.2, 0.3):
        QTest.mouseMove(bar, QPoint(round(share * bar.width()), middle))
        run = lab.runner.request.run_id
        # Results come while it goes on, and say that they are not the end.
        qtbot.waitUntil(lambda run=run: lab.frame.run_id == run and lab.frame.update > 0)
        assert lab.frame.status == "running"
        assert lab.frame.spec == lab.store.spec
        assert readouts(lab.frame)[0].label == "updates · running"
    QTest.mouseRelease(bar, LEFT, pos=QPoint(round(0.3 * bar.width()), middle))
