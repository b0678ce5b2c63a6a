"""Pasting: a range of a spreadsheet, a copied file, and what is no table."""

from __future__ import annotations

import os
import pathlib

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from layerlab.compose.labs import read_lab
from layerlab.runtime import opened, pasted
from layerlab.ui.banner import Banner
from tests.helpers.import_sheet import accept_sheet
from tests.helpers.spreadsheets import xlsx

# As a spreadsheet of a country with decimal commas puts it there.
RANGE = "size\tkind\tprice\r\n" + "".join(
    f"{k},5\t{'uvw'[k % 3]}\t{3 * k},25\r\n" for k in range(30)
)


@pytest.fixture(autouse=True)
def nothing_opened(qtbot):
    opened.forget()
    yield
    QGuiApplication.clipboard().clear()


def paste(session):
    QTest.keyClick(session.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def copy(text):
    QGuiApplication.clipboard().setText(text)


def copy_files(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QGuiApplication.clipboard().setMimeData(data)


def has_table(session):
    return session.store.spec.task.name == "csv"


def said(session):
    banners = session.window.findChildren(Banner)
    return [banner.text.text() for banner in banners if banner.isVisible()]


def test_a_range_of_cells_becomes_the_table(lab, qtbot):
    copy(RANGE)
    paste(lab)
    accept_sheet(qtbot, lab)
    task = lab.store.spec.task
    assert task.target == "price"
    path = pathlib.Path(task.path)
    assert path.parent == pasted.pasted_folder()
    assert path.suffix == ".tsv"
    assert path.read_bytes() == RANGE.encode()
    assert opened.was_opened(str(path))
    lab.store.undo()
    assert not has_table(lab)


def test_the_menu_pastes_too(lab, qtbot):
    copy("a,b\n" + "".join(f"{k},{k * k % 7}\n" for k in range(20)))
    lab.window.commands["paste_table"].trigger()
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path.endswith(".csv")


def test_the_same_range_is_kept_once(lab, qtbot):
    for _k in range(2):
        copy(RANGE)
        lab.window.commands["paste_table"].trigger()
        accept_sheet(qtbot, lab)
        assert has_table(lab)
    assert len(list(pasted.pasted_folder().iterdir())) == 1


def test_a_text_field_keeps_the_key(lab, qtbot):
    """As where a number of a slider is typed."""
    field = QLineEdit(lab.window)
    field.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    copy("a,b\n1,2\n3,4\n5,6\n")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text().startswith("a,b")
    assert not lab.file_reader.is_under_way
    assert not pasted.pasted_folder().exists()
    field.deleteLater()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("word", "The text on the clipboard has one column"),
        ("a poem about spring", "The text on the clipboard has a header only"),
        ("", "The clipboard has no text; copy the cells of a table, with their names"),
        ("  \n \n", "The text on the clipboard is empty"),
        ('{"a": [1]}', "The text on the clipboard is JSON"),
        ("x" * 21_000_000, "The clipboard has a text of 21 MB; up to 20 MB can be pasted"),
    ],
)
def test_what_is_no_table_is_one_sentence(lab, text, sentence):
    spec = lab.store.spec
    copy(text)
    paste(lab)
    assert len(said(lab)) == 1
    assert said(lab)[0].startswith(sentence)
    assert lab.store.spec == spec
    assert not pasted.pasted_folder().exists()


def test_a_copied_file_is_opened_as_a_drop_is(lab, qtbot, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx([["a", "b"], *[[k + 0.5, k % 7 / 4] for k in range(20)]]))
    copy_files(path)
    paste(lab)
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.path == str(path)
    assert not pasted.pasted_folder().exists()


def test_of_several_files_none_is_opened(lab, tmp_path):
    copy_files(tmp_path / "a.csv", tmp_path / "b.csv")
    paste(lab)
    assert said(lab) == ["2 files are on the clipboard; copy a single one"]


def test_a_folder_that_cannot_be_written_is_one_sentence(lab, home):
    home.mkdir(exist_ok=True)
    (home / "pasted").write_text("in the way")
    copy(RANGE)
    paste(lab)
    assert len(said(lab)) == 1
    assert "pasted cannot be made" in said(lab)[0]
    assert not has_table(lab)


def test_a_pasted_table_survives_the_next_start(start, qtbot, home):
    session = start()
    copy(RANGE)
    paste(session)
    accept_sheet(qtbot, session)
    finished_path = session.store.spec.task.path
    session.window.close()
    opened.forget()
    again = start()
    qtbot.waitUntil(lambda: has_table(again))
    assert again.store.spec.task.path == finished_path
    assert again.store.spec.task.target == "price"


def test_a_saved_lab_takes_its_pasted_table_along(lab, qtbot, tmp_path):
    copy(RANGE)
    paste(lab)
    accept_sheet(qtbot, lab)
    name = os.path.basename(lab.store.spec.task.path)
    path = tmp_path / "labs" / "mine.layerlab"
    path.parent.mkdir()
    lab.files._write(path)
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: lab.files.path == path)
    assert (path.parent / name).read_bytes() == RANGE.encode()
    # On another computer, where nothing was pasted.
    os.remove(lab.store.spec.task.path)
    opened.forget()
    pathlib.Path(os.environ["LAYERLAB_HOME"], "opened.json").unlink()
    assert read_lab(path).spec.task.path == str(path.parent / name)


def test_another_file_beside_a_saved_lab_is_not_replaced(lab, qtbot, tmp_path):
    copy(RANGE)
    paste(lab)
    accept_sheet(qtbot, lab)
    (tmp_path / os.path.basename(lab.store.spec.task.path)).write_text("mine")
    lab.files._write(tmp_path / "mine.layerlab")
    qtbot.waitUntil(lambda: any("is another file" in text for text in said(lab)))
    assert (tmp_path / os.path.basename(lab.store.spec.task.path)).read_text() == "mine"
