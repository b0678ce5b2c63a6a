import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit, get
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.problem import problem_of
from tests.compose.conftest import bar_of, drag, finished, tile_of
from tests.helpers.import_sheet import focused, open_table, opened_sheet

KEY = Qt.Key
QUICK = edit(LabSpec(), "train.updates", 60)


def trained(spec):
    return list(NumpyEngine().run(spec))[-1].params


def test_it_opens_on_the_untrained_network_with_every_view_drawn(lab, qtbot):
    frame = lab.frame
    assert (frame.update, frame.length) == (0, 1500)
    for part in ("loss", "prediction", "signal", "gradient", "diagram"):
        assert getattr(frame, part) is not None
    for view in lab.window.views:
        assert view.numbers().count("\n") > 1


@pytest.mark.parametrize(
    ("path", "knob", "share"),
    [("net.hidden", "net.width", 0.6), ("net.depth", "net.depth", 0.4)],
)
def test_dragging_rebuilds_retrains_and_undo_brings_the_trained_network_back(
    open_lab, qtbot, path, knob, share
):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    before = lab.runner.snapshot()[0].params
    drag(bar_of(lab, path), share)
    assert get(lab.store.spec, knob) != get(QUICK, knob)
    frame = finished(qtbot, lab)
    assert frame.spec == lab.store.spec
    assert len(frame.diagram.layers) == len(lab.store.spec.net.hidden) + 2
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, trained(lab.store.spec))
    QTest.keyClick(lab.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lab.store.spec == QUICK  # the whole drag is one step
    frame = finished(qtbot, lab)
    assert frame.update == 60
    assert len(frame.loss.updates) == 61
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, before)
    QTest.keyClick(lab.window, KEY.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert get(lab.store.spec, knob) != get(QUICK, knob)
    finished(qtbot, lab)


@pytest.mark.parametrize(
    ("path", "key"), [("net.activation", "tanh"), ("net.init", "large-normal")]
)
def test_a_tile_rebuilds_and_retrains(open_lab, qtbot, path, key):
    lab = open_lab(QUICK)
    QTest.mouseClick(tile_of(lab, path, key), Qt.MouseButton.LeftButton)
    assert get(lab.store.spec, path) == key
    finished(qtbot, lab)
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, trained(lab.store.spec))


def test_the_keys_play_pause_step_and_reset(lab, qtbot):
    QTest.keyClick(lab.window, KEY.Key_Right)
    qtbot.waitUntil(lambda: lab.frame.update == 1)
    QTest.keyClick(lab.window, KEY.Key_Space)
    qtbot.waitUntil(lambda: lab.frame.update > 5)
    QTest.keyClick(lab.window, KEY.Key_Space)
    qtbot.waitUntil(lambda: not lab.runner.is_playing)
    at_initialization = next(iter(NumpyEngine().run(LabSpec(), until=0))).params
    QTest.keyClick(lab.window, KEY.Key_R)
    qtbot.waitUntil(lambda: lab.frame.update == 0)
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, at_initialization)
    QTest.keyClick(lab.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: lab.frame.update > 5)  # what a reset took is not lost


def test_play_at_the_default_pace_takes_about_four_seconds(open_lab, qtbot):
    lab = open_lab(options=Options(engine="numpy"))
    began_s = time.perf_counter()
    QTest.keyClick(lab.window, KEY.Key_Space)
    qtbot.waitUntil(lambda: lab.frame.update > 150)
    assert lab.runner.pace == lab.frame.length / 4
    assert lab.frame.update <= lab.runner.pace * (time.perf_counter() - began_s) + 1
    lab.runner.pause()


def test_a_live_rate_keeps_the_network(open_lab, qtbot):
    lab = open_lab(QUICK)
    run = lab.runner.request.run_id
    lab.runner.step(5)
    qtbot.waitUntil(lambda: lab.frame.update == 5)
    drag(bar_of(lab, "train.rate"), 0.3)
    assert lab.store.spec.train.rate != QUICK.train.rate
    assert lab.runner.request.run_id == run
    qtbot.waitUntil(lambda: lab.frame.spec == lab.store.spec)
    assert lab.frame.update == 5


def test_a_loss_that_breaks_says_where_and_offers_the_way_back(open_lab, qtbot):
    spec = edit(edit(QUICK, "train.optimizer", "sgd"), "net.init", "large-normal")
    lab = open_lab(spec)
    lab.store.edit("train.rate", 10.0)
    lab.runner.finish()
    qtbot.waitUntil(lambda: lab.window.banner.isVisible())
    text = lab.window.banner.text.text()
    assert "not finite" in text
    assert "layer" in text
    assert "update" in text
    QTest.mouseClick(lab.window.banner.action_button, Qt.MouseButton.LeftButton)
    assert lab.store.spec == spec
    assert not lab.window.banner.isVisible()


def test_a_runtime_error_in_the_worker_reaches_the_banner(lab, qtbot, monkeypatch):
    def broken(self, *args, **kwargs):
        raise RuntimeError("the engine fell over")
        yield

    monkeypatch.setattr(NumpyEngine, "run", broken)
    lab.runner.finish()
    qtbot.waitUntil(lambda: lab.window.banner.isVisible())
    assert "the engine fell over" in lab.window.banner.text.text()
    assert "Traceback" in lab.window.banner.details.text()
    monkeypatch.undo()
    lab.training.reset()
    lab.runner.finish()
    finished(qtbot, lab)


def test_an_edited_weight_changes_every_figure_of_its_seed_at_once(lab, qtbot):
    lab.runner.finish()
    before = finished(qtbot, lab)
    lab.window.diagram.weight_edited.emit(2, 0, 0, 9.0)
    qtbot.waitUntil(lambda: lab.frame.run_id != before.run_id)
    after = lab.frame
    assert after.update == before.update
    problem = problem_of(after.spec)
    state, _ = lab.runner.snapshot()
    x = problem.x
    fit = (outputs(problem, state.params[:1], x)[0, :, 0] - problem.y[:, 0]) ** 2
    assert after.loss.train[-1, 0] == pytest.approx(0.5 * fit.mean(), rel=1e-5)
    assert after.loss.train[-1, 0] > before.loss.train[-1, 0]
    assert after.loss.validation[-1, 0] > before.loss.validation[-1, 0]
    assert after.loss.score[-1, 0] < before.loss.score[-1, 0]
    assert (after.loss.train[-1, 1:] == before.loss.train[-1, 1:]).all()
    assert (after.loss.train[:-1] == before.loss.train[:-1]).all()
    lab.store.undo()
    qtbot.waitUntil(lambda: lab.frame.run_id != after.run_id)
    assert (lab.frame.loss.train[-1] == before.loss.train[-1]).all()


def test_an_edited_weight_is_in_the_network_and_undo_takes_it_back(lab, qtbot):
    before = lab.runner.snapshot()[0].params.copy()
    lab.runner.set_seed(3)
    lab.window.diagram.weight_edited.emit(1, 2, 5, 1.75)
    qtbot.waitUntil(lambda: lab.frame.seed == 3 and lab.frame.run_id > 1)
    after = lab.runner.snapshot()[0].params
    changed = np.argwhere(after != before)
    index = 16 + 2 * 8 + 5  # layer 1 has 8 weights and 8 biases; then rows of 8
    assert changed.tolist() == [[3, index]]
    assert after[3, index] == 1.75
    lab.store.undo()
    assert (lab.runner.snapshot()[0].params == before).all()


def test_a_task_brings_its_recommended_spec(lab, qtbot):
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), Qt.MouseButton.LeftButton)
    assert lab.store.spec.task.name == "spiral"
    assert lab.store.spec.train.loss == "logistic"
    qtbot.waitUntil(lambda: lab.frame.spec.task.name == "spiral")
    lab.runner.pause()


def test_a_refused_edit_says_why_and_changes_nothing(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.window.panel.edited.emit("train.loss", "cross-entropy")
    assert lab.store.spec == QUICK
    assert "needs classes" in lab.window.panel.control("train.loss").error


@pytest.mark.parametrize(
    "key", ["bottleneck", "flip-8", "flip-44", "dead-relus", "deep-sigmoid"]
)
def test_the_presets_train(lab, qtbot, key):
    lab.window.resize(2100, 900)  # wide enough for every button
    qtbot.waitUntil(lambda: not lab.window.try_these.hidden_keys())
    QTest.mouseClick(lab.window.try_these.chip(key), Qt.MouseButton.LeftButton)
    assert lab.store.spec == lab.presets[key].spec
    lab.runner.finish()
    frame = finished(qtbot, lab)
    assert np.isfinite(frame.loss.train).all()


def test_a_view_is_maximised_and_restored(lab, qtbot):
    window = lab.window
    QTest.mouseDClick(window.loss, Qt.MouseButton.LeftButton, pos=window.loss.rect().center())
    assert [v for v in window.views if v.isVisible()] == [window.loss]
    QTest.keyClick(window, KEY.Key_Escape)
    assert all(v.isVisible() for v in window.views)


def test_zoom_and_theme_reach_every_widget(lab, qtbot):
    width = lab.window.panel.sizeHint().width()
    QTest.keyClick(lab.window, KEY.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert lab.options.zoom == pytest.approx(1.1)
    assert lab.window.panel.sizeHint().width() > width
    lab.appearance.zoom(5)
    assert lab.options.zoom == 2.0
    lab.appearance.zoom(-1)
    lab.appearance.toggle_theme()
    assert lab.window.theme.name == "light"


def test_the_last_lab_reopens_as_it_was(open_lab, qtbot, home):
    from layerlab.compose.labs import read_lab
    from layerlab.runtime import settings

    lab = open_lab(QUICK, Options(engine="numpy", speed=100.0, zoom=1.2, theme="light"))
    lab.runner.finish()
    finished(qtbot, lab)
    params = lab.runner.snapshot()[0].params
    lab.window.close()
    assert settings.read_options().zoom == 1.2
    saved = read_lab(settings.data_folder() / "last.layerlab")
    again = open_lab(saved.spec, settings.read_options(), saved)
    qtbot.waitUntil(lambda: again.frame.update == 60)
    np.testing.assert_array_equal(again.runner.snapshot()[0].params, params)
    assert len(again.frame.loss.updates) == 61


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\x00" * 40, b'{"net": {"hidden": [0]}}', b'{"nets": 1}']
)
def test_a_file_that_does_not_fit_becomes_a_banner(lab, tmp_path, content):
    path = tmp_path / "bad.layerlab"
    path.write_bytes(content)
    lab.files.open_path(str(path))
    assert str(path) in lab.window.banner.text.text()
    assert lab.store.spec == LabSpec()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"a,b\n1,\x81\n", "UTF-8"),
    ],
)
def test_what_is_no_table_becomes_a_banner(lab, qtbot, tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    lab.files.open_path(str(path))
    qtbot.waitUntil(lambda: not lab.file_reader.is_under_way)
    text = lab.window.banner.text.text()
    assert str(path) in text
    assert message in text
    assert "\n" not in text
    assert lab.tables.sheet is None
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n,2\n3,\n,6\n7,\n", "each row has a gap"),
        (b"a,b\n1,2\n3,x\n5,6\n7,8\n9,1\n2,2\n4,5\n", "row 3"),
        (b"a,b\n1,2\n3\n4\n5\n6,7\n", "row 3"),
        (b"a,b\n1,2\n", "one row"),
        (b"a,b\n1,yes\n2,yes\n3,yes\n", "nothing to learn"),
    ],
)
def test_a_table_that_does_not_fit_opens_the_sheet_with_what_is_wrong(
    lab, qtbot, tmp_path, content, message
):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    text = sheet.trouble.text()
    assert sheet.trouble.isVisible()
    assert str(path) in text
    assert message in text
    assert "\n" not in text
    assert sheet.grid.table.columnCount() == 2  # what was understood
    QTest.keyClick(focused(sheet), KEY.Key_Return)
    assert lab.tables.sheet is not None  # nothing of it can be learned
    QTest.keyClick(focused(sheet), KEY.Key_Escape)
    assert lab.tables.sheet is None
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo


def test_a_csv_file_is_learned(lab, qtbot, tmp_path):
    path = tmp_path / "points.csv"
    rows = [f"{x},{y},{'yes' if x > y else 'no'}" for x in range(9) for y in range(9)]
    path.write_text("\n".join(["a,b,answer", *rows]))
    open_table(qtbot, lab, path)
    assert lab.store.spec.task.path == str(path)
    lab.runner.finish()
    frame = finished(qtbot, lab)
    assert np.median(frame.loss.score[-1]) > 0.9


def test_saving_and_opening_keeps_the_trained_network(open_lab, qtbot, tmp_path, monkeypatch):
    from layerlab.compose import files

    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    params = lab.runner.snapshot()[0].params
    path = str(tmp_path / "mine")
    monkeypatch.setattr(files.QFileDialog, "getSaveFileName", lambda *a, **k: (path, ""))
    QTest.keyClick(lab.window, KEY.Key_S, Qt.KeyboardModifier.ControlModifier)
    lab.store.edit("net.width", 3)
    finished(qtbot, lab)
    monkeypatch.setattr(
        files.QFileDialog, "getOpenFileName", lambda *a, **k: (path + ".layerlab", "")
    )
    QTest.keyClick(lab.window, KEY.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert lab.store.spec == QUICK
    qtbot.waitUntil(lambda: lab.frame.update == 60 and lab.frame.spec == QUICK)
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, params)


def test_no_zoom_makes_the_window_larger_than_it_was(lab):
    size = lab.window.size()
    lab.appearance.zoom(1.0)
    assert lab.options.zoom == 2.0
    QTest.qWait(50)
    assert lab.window.size() == size
    assert lab.window.topbar.menu_button.geometry().right() < lab.window.topbar.width()


def test_the_window_is_no_larger_than_the_screen(lab):
    lab.window.resize(5000, 4000)
    lab.window.fit_screen()
    free = lab.window.screen().availableGeometry()
    assert free.contains(lab.window.frameGeometry())  # and not the inside alone
    assert lab.window.frameGeometry().size() == free.size()


def test_no_view_is_wider_than_its_place_on_a_projector_at_the_largest_zoom(open_lab):
    lab = open_lab(options=Options(engine="numpy", zoom=2.0, size=(1280, 720), speed=None))
    lab.window.resize(1280, 720)
    QTest.qWait(50)
    for view in lab.window.views:
        right = view.mapTo(lab.window, view.rect().bottomRight()).x()
        assert view.width() > 400
        assert right < 1280


def test_a_theme_is_drawn_everywhere_without_measuring_anew(open_lab, qtbot):
    dark = open_lab(QUICK, Options(engine="numpy", speed=None, theme="dark"))
    light = open_lab(QUICK, Options(engine="numpy", speed=None, theme="light"))
    for lab in (dark, light):
        lab.runner.finish()
        finished(qtbot, lab)
    frame = dark.frame
    dark.appearance.toggle_theme()
    for _ in range(3):  # round to light again: names of lines look for their places again
        light.appearance.toggle_theme()
    qtbot.wait(100)
    assert dark.frame is frame
    for mine, other in zip(dark.window.views, light.window.views, strict=True):
        alike = lambda a=mine, b=other: a.picture().toImage() == b.picture().toImage()  # noqa: E731
        qtbot.waitUntil(alike)  # names of lines find their places when the curves rest
    for name in ("high-contrast", "dark"):
        dark.appearance.toggle_theme()
        assert dark.options.theme == dark.window.theme.name == name
