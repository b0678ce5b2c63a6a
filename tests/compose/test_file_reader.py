"""Tables and labs are read beside the window, which stays alive."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.compose import file_reader
from layerlab.compose.spec_view import task_name
from layerlab.core.cancel import check_cancelled
from layerlab.core.spec import LabSpec, TaskSpec, edit, replace
from layerlab.nets.problem import problem_of
from layerlab.nets.tables import source
from layerlab.nets.tasks import csv as csv_task
from layerlab.runtime import labfile
from tests.compose.conftest import finished
from tests.helpers.import_sheet import accept_sheet, open_table

LEFT = Qt.MouseButton.LeftButton


def table_of(path, columns=3, rows=60):
    """Write a table whose last column is one of two classes."""
    rng = np.random.default_rng(1)
    lines = [",".join(f"c{k}" for k in range(columns))]
    for row in rng.normal(size=(rows, columns - 1)).round(3):
        lines.append(",".join([*map(str, row), "yes" if row[0] > 0 else "no"]))
    path.write_text("\n".join(lines))
    return str(path)


def idle(qtbot, lab):
    """Wait until nothing is read any more."""
    qtbot.waitUntil(lambda: not lab.file_reader.is_under_way)


@pytest.fixture
def gate(monkeypatch):
    """Reading waits here, in its thread, until it is let through or called off."""
    opened = threading.Event()
    read = csv_task.read_table

    def wait(*args):
        while not opened.is_set():
            check_cancelled()
            time.sleep(0.002)
        return read(*args)

    monkeypatch.setattr(csv_task, "read_table", wait)
    yield opened
    opened.set()


@pytest.fixture
def readers(monkeypatch):
    """The threads in which tables were read, but for the window's own."""
    seen = []
    read = csv_task.read_table

    def noted(*args):
        seen.append(threading.current_thread())
        return read(*args)

    monkeypatch.setattr(csv_task, "read_table", noted)
    return seen


def by_nobody_who_paints(readers):
    return readers and threading.main_thread() not in readers


def test_no_way_to_a_table_reads_it_in_the_windows_thread(
    open_lab, qtbot, tmp_path, readers, monkeypatch
):
    lab = open_lab()
    first = table_of(tmp_path / "first.csv")
    lab.window.dropped.emit(first)
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path == first
    for path, value in (
        ("task.target", "c0"),
        ("task.problem", "regression"),
        ("task.seed", 4),
        ("task.validation", 0.4),
        ("net.hidden", (5,)),
        ("train.seeds", 3),
    ):
        lab.training.on_edited(path, value)
        idle(qtbot, lab)
    assert lab.store.spec.task.target == "c0"
    assert lab.store.spec.task.validation == 0.4
    second = table_of(tmp_path / "second.csv", 4)
    monkeypatch.setattr(
        "layerlab.compose.files.QFileDialog.getOpenFileName", lambda *a, **k: (second, "")
    )
    lab.window.panel.csv_wanted.emit()
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path == second
    while lab.store.can_undo:
        lab.store.undo()
        QTest.qWait(20)
    while lab.store.can_redo:
        lab.store.redo()
        QTest.qWait(20)
    saved = LabSpec(task=TaskSpec(name="csv", path=table_of(tmp_path / "third.csv", 5)))
    labfile.save(tmp_path / "lab.layerlab", edit(saved, "train.loss", "logistic"))
    lab.files.open_path(str(tmp_path / "lab.layerlab"))
    idle(qtbot, lab)
    assert lab.store.spec.task == replace(saved.task, target="c4")
    lab.runner.finish()
    finished(qtbot, lab)
    assert by_nobody_who_paints(readers)


def test_until_a_table_is_read_the_lab_is_used_and_a_sign_says_so(
    lab, qtbot, tmp_path, gate, monkeypatch
):
    monkeypatch.setattr(file_reader, "SHOWN_AFTER_MS", 0)
    path = table_of(tmp_path / "slow.csv")
    lab.files.open_path(path)
    qtbot.waitUntil(lambda: lab.file_reader._banner is not None)
    banner = lab.file_reader._banner
    assert "Reading slow.csv" in banner.text.text()
    assert lab.store.edit("net.width", 3)
    assert finished(qtbot, lab).spec.net.hidden == (3, 3)
    assert banner.isVisible()  # an edit closes the lab's own banner, not this one
    gate.set()
    idle(qtbot, lab)
    assert not banner.isVisible()
    assert lab.store.spec.task.path is None  # until it is accepted
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path == path
    lab.store.undo()
    assert lab.store.spec.net.hidden == (3, 3)


@pytest.mark.parametrize("button", ["action_button", "close_button"])
def test_what_is_called_off_changes_nothing(lab, qtbot, tmp_path, gate, button, monkeypatch):
    before = lab.store.spec
    lab.files.open_path(table_of(tmp_path / "slow.csv"))
    qtbot.waitUntil(lambda: lab.file_reader._banner is not None)
    qtbot.waitUntil(lab.file_reader._banner.isVisible)
    QTest.mouseClick(getattr(lab.file_reader._banner, button), LEFT)
    assert not lab.file_reader.is_under_way
    assert not lab.file_reader._banner.isVisible()
    qtbot.waitUntil(lambda: not lab.file_reader._threads)
    gate.set()
    QTest.qWait(50)
    assert lab.store.spec == before
    assert not lab.store.can_undo
    assert lab.window.banner.isHidden()  # it was no error either


def test_the_newest_wish_counts(lab, qtbot, tmp_path, gate):
    lab.files.open_path(table_of(tmp_path / "first.csv"))
    second = table_of(tmp_path / "second.csv", 4)
    lab.files.open_path(second)
    gate.set()
    accept_sheet(qtbot, lab)
    qtbot.waitUntil(lambda: not lab.file_reader._threads)
    assert lab.store.spec.task.path == second
    lab.store.undo()
    assert lab.store.spec.task.path is None


def test_closing_the_window_calls_reading_off(open_lab, qtbot, tmp_path, gate):
    lab = open_lab()
    lab.files.open_path(table_of(tmp_path / "slow.csv"))
    thread = lab.file_reader._threads[0]
    lab.window.close()  # the gate is shut: it would be read for ever
    assert thread.isFinished()
    lab.files.open_path(str(tmp_path / "slow.csv"))
    assert not lab.file_reader.is_under_way


def test_a_target_that_does_not_fit_is_refused_where_it_is_chosen(lab, qtbot, tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("name,a,y\n" + "".join(f"n{i},{i},{i % 2}\n" for i in range(60)))
    open_table(qtbot, lab, path)
    finished(qtbot, lab)
    before = lab.store.spec
    lab.training.on_edited("task.target", "name")
    idle(qtbot, lab)
    assert lab.store.spec == before
    assert "it names the rows" in lab.window.panel.control("task.target").error


def test_a_file_that_changes_while_it_is_open_stays_as_it_was(lab, qtbot, tmp_path, readers):
    path = tmp_path / "data.csv"
    open_table(qtbot, lab, table_of(path, 3))
    table_of(path, 6, 90)
    readers.clear()
    for width in (3, 4):
        assert lab.store.edit("net.width", width)
        assert finished(qtbot, lab).parameters < 60
    assert not readers
    open_table(qtbot, lab, path)
    lab.runner.finish()
    finished(qtbot, lab)
    assert len(readers) == 1
    assert problem_of(lab.store.spec).data.shape.inputs == 5


def test_columns_beyond_the_limit_become_a_banner(lab, qtbot, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join("ab" * 1001)] * 3))
    lab.files.open_path(str(path))
    idle(qtbot, lab)
    assert "has 2\u202f002 columns" in lab.window.banner.text.text()
    assert str(path) in lab.window.banner.text.text()
    assert source.MAX_COLUMNS == 2000


def test_the_panel_says_what_was_read_and_a_hover_gives_every_sentence(lab, qtbot, tmp_path):
    path = tmp_path / "people.csv"
    rows = [f"n{i},{i % 7},{'NA' if i == 3 else i % 5},{'pq'[i % 2]}" for i in range(60)]
    path.write_text("\n".join(["name,a,b,y", *rows]))
    open_table(qtbot, lab, path)
    finished(qtbot, lab)
    title = lab.window.panel.sections["task"].title
    assert title.summary == "59 rows · 2 inputs · 2 classes"
    assert title.more == "1 column left out · 1 row left out"
    assert "name is left out: it names the rows" in title.toolTip()
    assert "b: &#x27;NA&#x27; stands for a gap" in title.toolTip()
    assert "'NA' stands for a gap" in title.accessibleDescription()
    path.write_text("x,y\n" + "".join(f"{i * 0.5},{i % 7}.5\n" for i in range(60)))
    lab.files.reread()
    idle(qtbot, lab)
    finished(qtbot, lab)
    assert title.summary == "60 rows · 1 input · numbers"
    assert title.toolTip() == ""


def test_what_was_left_out_of_a_table_is_seen_in_the_panel_through_every_edit(
    lab, qtbot, tmp_path
):
    path = tmp_path / "regions.csv"
    rows = "".join(f"R{i},{i},{(3 * i) % 7},{i % 5}\n" for i in range(20))
    path.write_text(f"region,a,b,y\n{rows}Total,190,55,40\n")
    title = lab.window.panel.sections["task"].title
    assert title.more == ""
    low = title.height()
    open_table(qtbot, lab, path)
    finished(qtbot, lab)
    assert title.summary.startswith("20 rows · 2 inputs")
    assert title.more == "1 column left out · 1 row left out"
    assert title.height() > low
    assert "region is left out" in title.toolTip()
    for width in (3, 4):
        lab.training.on_edited("net.width", width)
        lab.training.show_spec()
        assert title.more  # it does not come and go with each value of a drag
    while lab.store.can_undo:
        lab.store.undo()
    qtbot.waitUntil(lambda: title.more == "")
    assert title.height() == low


def test_a_table_is_called_by_its_file_and_a_task_by_its_label():
    assert task_name(TaskSpec(name="csv", path="/some/folder/weights.csv")) == "weights.csv"
    assert task_name(TaskSpec(name="spiral")) == "spiral"
