"""Opening and saving: nothing is replaced unasked, nothing is read unasked."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import threading
import types

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from layerlab.compose.dialogs import ask_where_to_save
from layerlab.compose.labs import read_lab
from layerlab.core.spec import LabSpec, TaskSpec, edit, to_json
from layerlab.runtime import labfile, opened
from tests.helpers.import_sheet import accept_sheet
from tests.helpers.waiting import PATIENCE_S, wait_for

ROWS = "a,b,c\n" + "".join(f"{k},{k * k},{k % 3}\n" for k in range(40))
YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


@pytest.fixture(autouse=True)
def nothing_opened(monkeypatch):
    opened.forget()


@pytest.fixture
def typed(monkeypatch):
    """What a person types into the dialogs, and answers; says what was asked."""
    asked = []
    names, answers = [], []

    def save_name(parent, title, start, kinds):
        asked.append(start)
        return names.pop(0), kinds

    def question(parent, title, text, *rest):
        asked.append(text)
        return answers.pop(0)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", save_name)
    monkeypatch.setattr(QMessageBox, "question", question)
    return names, answers, asked


def text_of(session):
    return session.window.banner.text.text() if session.window.banner.isVisible() else ""


# ---- saving


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("a", "a.layerlab"),
        ("a.layerlab", "a.layerlab"),
        ("a.LAYERLAB", "a.LAYERLAB"),
        ("v1.2", "v1.2.layerlab"),
        ("t.csv", "t.csv.layerlab"),
    ],
)
def test_a_name_gets_the_ending(lab, typed, tmp_path, name, saved):
    typed[0].append(str(tmp_path / name))
    lab.files.save_as()
    assert (tmp_path / saved).exists()
    assert lab.window.windowTitle().startswith(pathlib.Path(saved).stem)
    assert lab.options.folder == str(tmp_path)
    lab.files.save()  # there, without a question
    assert typed[0] == []


def test_a_lab_that_the_ending_would_replace_is_asked_about(lab, typed, tmp_path):
    names, answers, asked = typed
    (tmp_path / "mylab.layerlab").write_bytes(b"an hour of work")
    names += [str(tmp_path / "mylab"), ""]
    answers.append(NO)
    lab.files.save_as()
    assert (tmp_path / "mylab.layerlab").read_bytes() == b"an hour of work"
    assert "mylab.layerlab already exists" in asked[1]
    assert asked[2] == str(tmp_path / "mylab.layerlab")  # the dialog comes again
    names.append(str(tmp_path / "mylab"))
    answers.append(YES)
    lab.files.save_as()
    assert read_lab(tmp_path / "mylab.layerlab").spec == lab.store.spec


def test_a_name_that_the_dialog_asked_about_is_not_asked_about_again(qtbot, typed, tmp_path):
    (tmp_path / "a.layerlab").touch()
    typed[0].append(str(tmp_path / "a.layerlab"))
    parent = QWidget()
    qtbot.addWidget(parent)
    path = ask_where_to_save(parent, "Save", tmp_path / "x", {"Labs": ".layerlab"})
    assert path == tmp_path / "a.layerlab"
    assert len(typed[2]) == 1


def test_the_knobs_of_a_page_are_saved_with_an_ending_and_open_again(lab, typed, tmp_path):
    names, answers, asked = typed
    lab.pages.show("basis")
    page = lab.pages.page
    start = page.values
    lab.pages.page.on_tried(0)
    turned = page.values
    assert turned != start
    names.append(str(tmp_path / "mine"))
    lab.pages.save()
    assert (tmp_path / "mine.json").exists()
    assert not (tmp_path / "mine").exists()
    page.reset()
    lab.pages.open_path(str(tmp_path / "mine.json"))
    assert page.values == turned
    names += [str(tmp_path / "mine"), ""]
    answers.append(NO)
    lab.pages.save()
    assert "mine.json already exists" in asked[-2]


def test_knobs_without_an_ending_open_too(lab, typed, tmp_path):
    """As they were saved before."""
    typed[0].append(str(tmp_path / "mine"))
    lab.pages.show("basis")
    lab.pages.page.on_tried(0)
    turned = lab.pages.page.values
    lab.pages.save()
    (tmp_path / "mine.json").rename(tmp_path / "mine")
    lab.pages.page.reset()
    lab.pages.show("lab")
    lab.pages.open_path(str(tmp_path / "mine"))
    assert lab.pages.page.values == turned


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_pipes_are_neither_read_nor_replaced(lab, typed, tmp_path):
    pipe = tmp_path / "a.json"
    os.mkfifo(pipe)
    lab.pages.open_path(str(pipe))
    assert "is not a regular file" in text_of(lab)
    pipe.rename(tmp_path / "a.layerlab")
    typed[0].append(str(tmp_path / "a.layerlab"))
    lab.files.save_as()
    assert "is not a regular file" in text_of(lab)
    assert lab.files.path is None


# ---- tables that labs name


def saved_elsewhere(tmp_path):
    """Return a lab in one folder, whose table is in another."""
    data = tmp_path / "data" / "table.csv"
    data.parent.mkdir()
    data.write_text(ROWS)
    lab = tmp_path / "mail" / "a.layerlab"
    lab.parent.mkdir()
    labfile.save(lab, LabSpec(task=TaskSpec(name="csv", path=str(data), target="c")))
    return lab, data


def test_a_table_elsewhere_is_read_when_the_banner_is_answered(lab, tmp_path, qtbot):
    path, data = saved_elsewhere(tmp_path)
    before = lab.store.spec
    lab.pages.open_path(str(path))
    assert str(data) in text_of(lab)
    assert lab.store.spec == before
    assert lab.window.banner.action_button.text() == "Open the table"
    lab.window.banner.action_button.click()
    qtbot.waitUntil(lambda: lab.store.spec.task.path == str(data))
    assert lab.files.path == path
    assert text_of(lab) == ""
    lab.store.undo()
    lab.pages.open_path(str(path))  # which is not asked about again
    qtbot.waitUntil(lambda: lab.store.spec.task.path == str(data))


def test_a_table_that_was_opened_is_not_asked_about_where_its_lab_goes(
    lab, typed, tmp_path, qtbot, monkeypatch
):
    _, data = saved_elsewhere(tmp_path)
    lab.pages.open_path(str(data))
    accept_sheet(qtbot, lab)
    typed[0].append(str(tmp_path / "mine"))
    lab.files.save_as()
    opened.forget()  # another start
    (tmp_path / "mine.layerlab").rename(tmp_path / "mail" / "b.layerlab")
    assert read_lab(tmp_path / "mail" / "b.layerlab").spec.task.path == str(data)


# ---- from the command line and the desktop


def started(arguments, home, log):
    """Start the program as a desktop does: nobody sees what it prints."""
    environ = os.environ | {"LAYERLAB_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-m", "layerlab", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    return process


def logged(home):
    return "".join(path.read_text() for path in home.rglob("layerlab.log"))


def ended(process, message, home):
    """Wait until the log says it, and end the program as a session's end does."""
    try:
        wait_for(lambda: message in logged(home) or process.poll() is not None, message)
        assert process.poll() is None, "the program ended without a window"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


@pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal")
@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "is not JSON"), (b"\0" * 100, "is damaged"), (None, "no such file")],
)
def test_without_a_terminal_a_window_says_what_is_wrong_with_a_file(tmp_path, content, message):
    path, home = tmp_path / "bad.layerlab", tmp_path / "home"
    if content is not None:
        path.write_bytes(content)
    with (tmp_path / "printed").open("wb") as log:
        process = started([str(path)], home, log)
        ended(process, f"not opened: {path}", home)
    assert message in logged(home)


@pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal")
def test_a_lab_given_by_name_is_remembered_as_one_from_the_menu(tmp_path):
    """Its folder is where dialogs begin at the next start."""
    home, folder = tmp_path / "home", tmp_path / "labs"
    folder.mkdir()
    (folder / "a.json").write_text(to_json(LabSpec()))
    with (tmp_path / "printed").open("wb") as log:
        ended(started([str(folder / "a.json")], home, log), ", Qt ", home)  # once painted
    assert str(folder) in (home / "settings.json").read_text()


# ---- large labs


@pytest.fixture
def slow_save(lab, monkeypatch):
    """Take every lab for a large one, whose writing waits until the test lets it go on."""
    let_go, threads = threading.Event(), []
    really = labfile.save

    def save(path, *rest, **named):
        threads.append(threading.current_thread())
        assert let_go.wait(PATIENCE_S)
        return really(path, *rest, **named)

    monkeypatch.setattr("layerlab.compose.files.SMALL_BYTES", -1)
    monkeypatch.setattr(
        "layerlab.compose.files.labfile", types.SimpleNamespace(save=save, load=labfile.load)
    )
    yield let_go, threads
    let_go.set()


def test_a_large_lab_is_saved_while_the_window_goes_on(lab, slow_save, tmp_path, qtbot):
    let_go, threads = slow_save
    lab.files.path = path = tmp_path / "large.layerlab"
    spec = lab.store.spec
    lab.files.save()
    assert "Saving large.layerlab" in lab.toast.text()
    lab.store.edit("net.width", 5)  # which the file does not get: it was saved before
    qtbot.waitUntil(lambda: bool(threads))
    assert not path.exists()
    let_go.set()
    qtbot.waitUntil(lambda: lab.toast.text() == "Saved as large.layerlab")
    assert threading.main_thread() not in threads
    assert read_lab(path).spec == spec


def test_a_lab_opened_while_another_is_written_is_not_saved_over_it(
    lab, slow_save, tmp_path, qtbot
):
    let_go, threads = slow_save
    lab.files.path = first = tmp_path / "first.layerlab"
    second = tmp_path / "second.layerlab"
    spec = edit(lab.store.spec, "net.width", 5)
    assert labfile.save(second, spec, None, None)
    lab.files.save()
    qtbot.waitUntil(lambda: bool(threads))
    lab.files.open_path(str(second))
    qtbot.waitUntil(lambda: lab.files.path == second)
    let_go.set()
    qtbot.waitUntil(first.exists)
    qtbot.waitUntil(lambda: lab.toast.text() == "Saved as first.layerlab")
    assert lab.files.path == second
    assert lab.window.windowTitle().startswith("second")


@pytest.mark.parametrize("way", ["undo", "redo", "kept"])
def test_another_lab_is_not_saved_over_the_file_that_was_opened(lab, tmp_path, qtbot, way):
    path = tmp_path / "opened.layerlab"
    spec = edit(lab.store.spec, "net.width", 5)
    assert labfile.save(path, spec, None, None)
    lab.files.open_path(str(path))
    qtbot.waitUntil(lambda: lab.files.path == path)
    lab.store.edit("net.width", 6)
    lab.store.undo()
    assert lab.files.path == path  # an edit of the same lab
    if way == "kept":
        lab.store.open(read_lab(path))  # as of what is kept aside
    else:
        lab.store.undo()
    assert lab.files.path is None
    assert lab.window.windowTitle() == "Layerlab"
    if way == "redo":
        lab.files.path = other = tmp_path / "other.layerlab"
        lab.store.redo()
        assert lab.store.spec == spec
        assert lab.files.path is None
        assert not other.exists()


def test_a_window_that_is_closed_waits_for_the_lab_it_saves(lab, slow_save, tmp_path):
    let_go, _ = slow_save
    lab.files.path = path = tmp_path / "large.layerlab"
    lab.files.save()
    threading.Timer(0.2, let_go.set).start()
    lab.window.close()
    assert read_lab(path).spec == lab.store.spec


def test_a_window_stays_open_where_the_lab_is_not_saved(lab, slow_save, tmp_path):
    let_go, _ = slow_save
    lab.files.path = tmp_path / "none" / "large.layerlab"
    lab.files.save()
    let_go.set()
    lab.window.close()
    assert lab.window.isVisible()
    assert "none" in text_of(lab)
    lab.window.close()  # it has been said
    assert not lab.window.isVisible()
