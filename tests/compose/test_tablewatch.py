"""A table that changes or goes while a lab uses it: one sentence, and the data stay."""

from __future__ import annotations

import os

import pytest

from layerlab.nets.problem import problem_of
from layerlab.runtime import opened
from tests.compose.conftest import finished
from tests.helpers.import_sheet import accept_sheet


def rows(columns=3, start=0):
    names = ",".join("abcdefg"[:columns])
    lines = [
        ",".join(str((start + k) ** j % 17) for j in range(1, columns + 1)) for k in range(40)
    ]
    return "\n".join([names, *lines]) + "\n"


@pytest.fixture
def table(tmp_path, monkeypatch):
    opened.forget()
    path = tmp_path / "data" / "table.csv"
    path.parent.mkdir()
    path.write_text(rows())
    return path


@pytest.fixture
def with_table(lab, table, qtbot):
    lab.pages.open_path(str(table))
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path == str(table)
    qtbot.waitUntil(lambda: lab.frame.spec == lab.store.spec)
    return lab


def says(session, words):
    banner = session.window.banner
    return banner.isVisible() and words in banner.text.text()


def replaced(path, text):
    """As editors save: another file under the same name."""
    other = path.with_suffix(".part")
    other.write_text(text)
    os.replace(other, path)


@pytest.mark.parametrize("way", ["written", "replaced"])
def test_a_table_that_changes_is_said_and_read_when_asked_for(with_table, table, qtbot, way):
    lab = with_table
    before = problem_of(lab.store.spec).data.n
    text = rows() + rows(start=100).partition("\n")[2]
    table.write_text(text) if way == "written" else replaced(table, text)
    qtbot.waitUntil(lambda: says(lab, "table.csv has changed on the disk"))
    lab.window.banner.action_button.click()
    qtbot.waitUntil(
        lambda: lab.frame.spec == lab.store.spec and problem_of(lab.frame.spec).data.n > before,
    )
    assert not lab.window.banner.isVisible()


def test_the_target_is_the_same_column_where_others_come_and_go(with_table, table, qtbot):
    lab = with_table
    assert lab.store.spec.task.target == "c"
    replaced(table, rows(5))
    qtbot.waitUntil(lambda: says(lab, "has changed"))
    lab.window.banner.action_button.click()
    qtbot.waitUntil(lambda: problem_of(lab.store.spec).layout.sizes[0] == 4)
    assert lab.store.spec.task.target == "c"
    replaced(table, rows(2))
    qtbot.waitUntil(lambda: says(lab, "has changed"))
    lab.window.banner.action_button.click()
    qtbot.waitUntil(lambda: says(lab, "has no column 'c'"))


def test_a_table_that_goes_is_said_once_and_may_come_back(with_table, table, qtbot):
    lab = with_table
    aside = table.rename(table.with_suffix(".old"))
    qtbot.waitUntil(lambda: says(lab, "table.csv is no longer where it was"))
    lab.window.banner.hide()
    with qtbot.waitSignal(lab.table.looked):
        (table.parent / "other.csv").touch()  # the folder changes, the table does not
    assert not lab.window.banner.isVisible()
    aside.rename(table)
    replaced(table, rows(start=3))
    qtbot.waitUntil(lambda: says(lab, "has changed"))


def test_a_table_that_comes_back_as_it_was_is_no_matter(with_table, table, qtbot):
    lab = with_table
    aside = table.rename(table.with_suffix(".old"))
    qtbot.waitUntil(lambda: says(lab, "table.csv is no longer where it was"))
    aside.rename(table)
    qtbot.waitUntil(lambda: not lab.window.banner.isVisible())


def test_a_run_goes_on_with_the_rows_it_has_where_the_table_goes(with_table, table, qtbot):
    lab = with_table
    finished(qtbot, lab)
    table.unlink()
    qtbot.waitUntil(lambda: says(lab, "no longer"))
    assert lab.store.edit("net.depth", 1)
    finished(qtbot, lab)
    assert lab.frame.spec == lab.store.spec
    assert lab.errors == []


def test_another_task_is_no_longer_about_the_table(with_table, table, qtbot):
    lab = with_table
    lab.training.on_edited("task.name", "wave")
    assert lab.table.watched == []
