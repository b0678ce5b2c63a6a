"""Starts: what was kept last reopens, and what cannot reopen is not lost."""

import json
import os
import pathlib
import platform
import shutil

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.compose.labs import read_lab
from layerlab.core.lru_cache import LRUCache
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit, to_json
from layerlab.core.windowfile import window_from_json
from layerlab.nets.problem import problem_of
from layerlab.runtime import settings
from tests.compose.conftest import finished
from tests.helpers.import_sheet import accept_sheet, focused, open_table, opened_sheet
from tests.helpers.waiting import PATIENCE_S

QUICK = edit(edit(LabSpec(), "train.updates", 60), "net.hidden", (5, 4))
NUMPY = Options(engine="numpy", speed=None, theme="dark")


@pytest.fixture(autouse=True)
def numpy_settings(home):
    settings.write_options(NUMPY)


@pytest.fixture
def left(open_lab, home):
    """Leave a lab behind: a window with a spec, trained or not, that was closed."""

    def leave(qtbot, spec=QUICK, trained=False):
        lab = open_lab(spec, NUMPY)
        if trained:
            lab.runner.finish()
            finished(qtbot, lab)
        lab.window.close()
        return lab

    return leave


def kept(home, ending=".layerlab"):
    return sorted((home / "kept").glob(f"*{ending}")) if (home / "kept").exists() else []


def press(lab):
    QTest.mouseClick(lab.window.banner.action_button, Qt.MouseButton.LeftButton)


def test_a_window_that_was_killed_reopens_as_it_was(left, start, qtbot, home):
    params = left(qtbot, trained=True).runner.snapshot()[0].params
    here = platform.node()
    (home / "last.lock").write_text(f"999999\npython\n{here}\n\n\n")  # what a killed one leaves
    lab = start()
    assert lab.store.spec == QUICK
    assert not lab.window.banner.isVisible()
    np.testing.assert_array_equal(lab.runner.snapshot()[0].params, params)


def test_an_edit_that_the_large_file_does_not_have_yet_is_there(left, start, qtbot, home):
    left(qtbot, trained=True)
    for path, value, update in (("train.rate", 0.5, 60), ("net.width", 3, 0)):
        window = json.loads((home / "last.window.json").read_bytes())
        spec = edit(read_lab(home / "last.layerlab").spec, path, value)
        window["spec"] = json.loads(to_json(spec))
        (home / "last.window.json").write_text(json.dumps(window))
        lab = start()
        assert lab.store.spec == spec
        qtbot.waitUntil(lambda lab=lab: lab.frame.spec == lab.store.spec)
        assert lab.frame.update == update
        lab.window.close()


def test_the_page_and_the_knobs_of_all_pages_reopen(start, qtbot, home):
    lab = start()
    lab.pages.show("gating")
    lab.pages.show("activations")
    page = lab.pages.page
    knob = next(knob for knob in page.experiment.knobs if knob.kind == "float")
    page.on_edited(knob.path, knob.high)
    other = lab.pages._pages["gating"].values
    lab.window.close()
    again = start()
    assert again.pages.shown == "activations"
    assert again.pages.page.values[knob.path] == knob.high
    again.window.close()  # gating was not opened this time, and is kept all the same
    third = start()
    third.pages.show("gating")
    assert third.pages.page.values == other


def test_a_page_whose_key_was_another_reopens_with_its_knobs(left, start, qtbot, home):
    left(qtbot)
    window = json.loads((home / "last.window.json").read_bytes())
    changed = window | {"page": "born-dead", "knobs": {"born-dead": {"width": 5}}}
    (home / "last.window.json").write_text(json.dumps(changed))
    lab = start()
    assert lab.pages.shown == "dead-at-initialization"
    assert lab.pages.page.values["width"] == 5
    assert list(lab.pages.knobs()) == ["dead-at-initialization"]
    page = lab.pages.page
    lab.pages.open("born-dead")
    assert lab.pages.page is page


def test_a_page_that_this_version_has_not_leaves_the_lab(left, start, qtbot, home):
    left(qtbot)
    window = json.loads((home / "last.window.json").read_bytes())
    changed = window | {"page": "of-a-newer-version", "knobs": {"activations": {"gone": 1}}}
    (home / "last.window.json").write_text(json.dumps(changed))
    lab = start()
    assert lab.pages.shown == "lab"
    assert lab.store.spec == QUICK
    lab.pages.show("activations")
    assert "gone" in lab.pages.page.frame.banner.text.text()
    assert lab.pages.page.values == lab.pages.page.experiment.values()


# ---- what cannot reopen


@pytest.fixture
def left_with_table(open_lab):
    """Leave a lab with a table behind, and return its spec."""

    def leave(qtbot, path):
        lab = open_lab(QUICK, NUMPY)
        open_table(qtbot, lab, path)
        assert lab.store.spec.task.path == str(path)
        lab.window.close()
        forget_all()
        return lab.store.spec

    return leave


def forget_all():
    """Forget what is in memory of tables, as another process has nothing of them."""
    from layerlab.nets import problem
    from layerlab.nets.tasks import tables

    tables._held.clear()
    for name in dir(problem):
        thing = getattr(problem, name)
        clear = getattr(thing, "cache_clear", None)
        if clear is not None:
            clear()
        if isinstance(thing, LRUCache):
            thing.forget()


def a_csv(folder: pathlib.Path) -> pathlib.Path:
    path = folder / "points.csv"
    rows = [f"{x},{y},{x + y}" for x in range(6) for y in range(6)]
    path.write_text("\n".join(["a,b,sum", *rows]))
    return path


def test_a_lab_whose_csv_is_away_is_kept_aside_and_tried_again(
    left_with_table, start, qtbot, home, tmp_path
):
    path = a_csv(tmp_path)
    spec = left_with_table(qtbot, path)
    before = (home / "last.layerlab").read_bytes()
    path.rename(tmp_path / "away.csv")

    fallback = start()
    qtbot.waitUntil(fallback.window.banner.isVisible)
    assert fallback.store.spec == LabSpec()
    (copy,) = kept(home)
    text = fallback.window.banner.text.text()
    assert str(copy) in text
    assert str(path) in text
    assert copy.read_bytes() == before
    fallback.store.edit("net.width", 6)  # becomes the last lab
    press(fallback)  # still away
    qtbot.waitUntil(fallback.window.banner.isVisible)
    assert "points.csv" in fallback.window.banner.text.text()
    (tmp_path / "away.csv").rename(path)
    press(fallback)
    qtbot.waitUntil(lambda: fallback.store.spec == spec)
    fallback.window.close()
    assert kept(home) == [copy]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_network_whose_table_is_read_to_other_inputs_is_kept_aside_and_said(
    left_with_table, start, qtbot, home, tmp_path, accepted
):
    path = a_csv(tmp_path)
    spec = left_with_table(qtbot, path)
    before = (home / "last.layerlab").read_bytes()
    rows = [line.replace(",", ",1.5,", 1) for line in path.read_text().splitlines()[1:]]
    path.write_text("\n".join(["a,more,b,sum", *rows]))

    lab = start()
    qtbot.waitUntil(lambda: lab.tables.sheet is not None)
    text = lab.window.banner.text.text()
    assert "its network was trained on fewer inputs of" in text
    assert "without 'more'" in text
    (copy,) = kept(home)
    assert str(copy) in text
    assert copy.read_bytes() == before
    sheet = opened_sheet(qtbot, lab)
    assert "without 'more'" in sheet.message.text()
    assert [c.name for c in sheet.view.columns] == ["a", "more", "b", "sum"]
    if not accepted:
        QTest.keyClick(focused(sheet), Qt.Key.Key_Escape)
        assert lab.store.spec == LabSpec()
    else:
        accept_sheet(qtbot, lab)
        assert lab.store.spec == spec
        qtbot.waitUntil(lambda: lab.frame.spec == spec)
        assert problem_of(spec).data.feature_names == ("a", "more", "b")
    lab.window.close()
    assert copy.read_bytes() == before


def test_what_a_start_has_to_say_stays_when_the_lab_with_a_table_is_there(
    left_with_table, start, qtbot, home, tmp_path
):
    spec = left_with_table(qtbot, a_csv(tmp_path))
    lab = start(notices=["The lab ended in a fault last time."])
    qtbot.waitUntil(lambda: lab.store.spec == spec)
    assert "ended in a fault" in lab.window.banner.text.text()
    assert lab.window.banner.isVisible()


def test_a_file_that_is_not_there_leaves_a_last_lab_with_a_table(
    left_with_table, start, qtbot, home, tmp_path
):
    spec = left_with_table(qtbot, a_csv(tmp_path))
    lab = start(str(tmp_path / "none.layerlab"))
    qtbot.waitUntil(lambda: lab.store.spec == spec)
    assert "none.layerlab" in lab.window.banner.text.text()
    assert lab.window.banner.isVisible()
    lab.window.close()
    assert not kept(home)


def test_without_a_change_the_next_start_tries_again_by_itself(
    left_with_table, start, qtbot, home, tmp_path
):
    path = a_csv(tmp_path)
    spec = left_with_table(qtbot, path)
    path.rename(tmp_path / "away.csv")
    for _ in range(2):
        lab = start()
        qtbot.waitUntil(lab.window.banner.isVisible)
        lab.window.close()
    assert len(kept(home)) == 1
    (tmp_path / "away.csv").rename(path)
    lab = start()
    qtbot.waitUntil(lambda: lab.store.spec == spec)
    lab.store.edit("net.width", 6)  # it is the last lab: nothing is kept aside
    lab.window.close()
    assert len(kept(home)) == 1
    assert not (home / "last.temporaries").exists()


@pytest.mark.parametrize("damage", ["newer", "cut", "noise", "pipe"])
def test_a_lab_that_does_not_read_is_kept_aside(left, start, qtbot, home, damage):
    left(qtbot, trained=True)
    path = home / "last.layerlab"
    raw = path.read_bytes()
    damaged = {
        "newer": raw.replace(b'"layerlab":"1"', b'"layerlab":"7"'),
        "cut": raw[: len(raw) // 2],
        "noise": bytes(len(raw)),
    }.get(damage)
    (home / "last.window.json").unlink()  # as 0.1.0 left it
    if damaged is None:
        path.unlink()
        os.mkfifo(path)
    else:
        assert damaged != raw
        path.write_bytes(damaged)
    lab = start()
    assert lab.store.spec == LabSpec()
    text = lab.window.banner.text.text()
    assert text.startswith("The last lab did not reopen")
    if damaged is not None:
        (copy,) = kept(home)
        assert str(copy) in text
        lab.store.edit("net.width", 6)
        lab.window.close()
        assert copy.read_bytes() == damaged
        assert read_lab(path).spec == lab.store.spec


def test_where_the_network_is_damaged_its_spec_reopens(left, start, qtbot, home):
    left(qtbot, trained=True)
    path = home / "last.layerlab"
    path.write_bytes(path.read_bytes()[:-40])
    lab = start()
    assert lab.store.spec == QUICK
    assert str(kept(home)[0]) in lab.window.banner.text.text()


def test_a_history_that_breaks_its_reader_stops_no_start(left, start, qtbot, home, monkeypatch):
    from layerlab.compose import reopening

    left(qtbot, trained=True)
    monkeypatch.setattr(reopening, "quick_lab", lambda path: 1 / 0)
    lab = start()
    assert "division" in lab.window.banner.text.text()
    assert lab.store.spec == QUICK


def test_settings_that_are_damaged_are_kept_aside_and_named(start, home):
    settings.settings_file().write_bytes(b"{")
    lab = start()
    (copy,) = kept(home, "settings.json")
    assert str(copy) in lab.window.banner.text.text()


# ---- other labs


def test_a_file_that_is_opened_instead_leaves_the_last_lab(left, start, qtbot, home, tmp_path):
    left(qtbot)
    before = (home / "last.layerlab").read_bytes()
    other = tmp_path / "other.json"
    other.write_text(to_json(edit(LabSpec(), "net.hidden", (2,))))
    lab = start(str(other))
    assert lab.store.spec.net.hidden == (2,)
    lab.window.close()
    assert [copy.read_bytes() for copy in kept(home)] == [before]
    again = start()
    assert again.store.spec.net.hidden == (2,)
    menu = again.window.kept_menu
    menu.aboutToShow.emit()
    entry = menu.actions()[0]
    assert "wave" in entry.text()
    assert "5, 4" in entry.text()
    entry.trigger()
    qtbot.waitUntil(lambda: again.store.spec == QUICK)
    again.store.undo()
    assert again.store.spec.net.hidden == (2,)


def test_of_two_windows_the_newest_reopens_and_the_other_is_offered(
    open_lab, start, qtbot, home
):
    first, second = open_lab(QUICK, NUMPY), open_lab(QUICK, NUMPY)
    first.store.edit("net.width", 6)
    second.store.edit("net.width", 7)
    first.window.close()
    second.window.close()
    for path in home.glob("window-*"):
        os.utime(path, (path.stat().st_atime + 60, path.stat().st_mtime + 60))
    lab = start()
    assert lab.store.spec == second.store.spec
    (copy,) = kept(home)
    assert str(copy) not in lab.window.banner.text.text()
    assert not list(home.glob("window-*"))


def test_of_two_windows_the_older_one_is_offered(open_lab, start, qtbot, home):
    first, second = open_lab(QUICK, NUMPY), open_lab(QUICK, NUMPY)
    first.store.edit("net.width", 6)
    second.store.edit("net.width", 7)
    second.window.close()
    first.window.close()
    os.utime(home / "last.layerlab", (2_000_000_000, 2_000_000_000))
    lab = start()
    assert lab.store.spec == first.store.spec
    (copy,) = kept(home)
    assert str(copy) in lab.window.banner.text.text()
    press(lab)
    qtbot.waitUntil(lambda: lab.store.spec == second.store.spec)


def test_a_second_window_begins_with_a_copy_and_takes_nothing(start, qtbot, home):
    first = start()
    first.store.edit("net.width", 6)
    first.autosave.look(at_once=True)
    assert first.autosave._wait_for(PATIENCE_S)
    second = start()
    assert second.store.spec == first.store.spec
    second.window.close()
    assert not list(home.glob("window-*"))  # nothing changed in it
    assert not kept(home)
    first.window.close()


def test_a_folder_of_0_1_0_reopens(start, home, qtbot):
    data = pathlib.Path("tests/data/0.1.0")
    shutil.copy(data / "trained.layerlab", home / "last.layerlab")
    shutil.copy(data / "settings.json", home / "settings.json")
    lab = start()
    assert lab.store.spec.net.hidden == (4, 3)
    assert lab.frame.update == 40
    assert (lab.options.zoom, lab.options.theme) == (1.2, "light")
    assert not lab.window.banner.isVisible()


def test_a_data_folder_that_cannot_be_written_still_opens_a_window(
    start, tmp_path, monkeypatch, qtbot
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "file" / "home"))
    lab = start()
    lab.autosave.asks = False
    lab.store.edit("net.width", 6)
    qtbot.waitUntil(lab.window.banner.isVisible)
    assert "not saved" in lab.window.banner.text.text()


# ---- where it was


def test_a_window_reopens_where_it_was(start, qtbot, home):
    lab = start()
    lab.window.setGeometry(20, 30, 640, 600)
    place = lab.window.geometry()
    lab.window.close()
    again = start()
    assert again.window.geometry() == place
    assert again.options.size == (place.width(), place.height())


def test_a_maximised_window_reopens_maximised(start, qtbot):
    lab = start()
    lab.window.showMaximized()
    lab.window.close()
    assert start().window.isMaximized()


@pytest.mark.parametrize("geometry", ["", "not base64 ü" * 50])
def test_a_place_that_does_not_read_costs_nothing(left, start, qtbot, home, geometry):
    left(qtbot)
    window = json.loads((home / "last.window.json").read_bytes())
    (home / "last.window.json").write_text(json.dumps(window | {"geometry": geometry}))
    lab = start()
    assert lab.store.spec == QUICK
    free = lab.window.screen().availableGeometry()
    assert free.contains(lab.window.frameGeometry())


def test_a_place_on_a_screen_that_is_gone_becomes_one_that_exists(start, qtbot):
    lab = start()
    lab.window.setGeometry(5000, 4000, 640, 600)
    lab.window.close()
    again = start()
    free = again.window.screen().availableGeometry()
    assert free.contains(again.window.frameGeometry())


def test_the_window_file_is_what_the_table_says(left, qtbot, home):
    left(qtbot)
    read = window_from_json((home / "last.window.json").read_bytes())
    assert read.version == 1
    assert read.lab_spec() == QUICK
