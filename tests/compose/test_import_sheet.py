"""The import sheet, used as a person does: with the mouse, and by keyboard alone."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from layerlab.compose import import_sheet
from layerlab.core.cancel import check_cancelled
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, TaskSpec, edit, replace
from layerlab.nets.problem import load_data, problem_of
from layerlab.nets.tasks import csv as csv_task
from layerlab.runtime import labfile
from layerlab.ui.import_sheet import grid
from tests.compose.conftest import finished
from tests.helpers.import_sheet import accept_sheet, focused, open_table, opened_sheet
from tests.helpers.spreadsheets import xlsx

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
QUICK = edit(edit(LabSpec(), "train.updates", 60), "train.seeds", 2)


def animals(path, rows=120):
    """Write a table of two numbers, a category, a label, a number with gaps, and classes."""
    rng = np.random.default_rng(4)
    lines = ["tag,length,mass,island,age,kind"]
    for k in range(rows):
        length, mass = rng.normal(40, 4), rng.normal(4, 0.5)
        age = "" if k % 6 == 0 else str(k % 9)
        kind = "wide" if length > 40 else "tall"
        lines.append(f"T{k},{length:.2f},{mass:.3f},{'ABC'[k % 3]},{age},{kind}")
    path.write_text("\n".join(lines) + "\n")
    return str(path)


@pytest.fixture
def path(tmp_path):
    return animals(tmp_path / "animals.csv")


@pytest.fixture
def sheet(lab, qtbot, path):
    lab.files.open_path(path)
    return opened_sheet(qtbot, lab)


def settled(qtbot, lab):
    """Wait until the choice that was made last is read."""
    qtbot.waitUntil(lambda: not lab.file_reader.is_under_way)


def press(sheet, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(focused(sheet), key, modifier)


def tab_to(sheet, widget):
    """Press Tab until a field has the keys; it is reached that way."""
    for _step in range(30):
        if focused(sheet) is widget:
            return
        press(sheet, KEY.Key_Tab)
    raise AssertionError(f"Tab does not reach {widget.accessibleName() or widget}")


def click_head(sheet, name, below=6):
    """Click a column's head, some pixels below its upper edge."""
    head = sheet.grid.head
    x = head.sectionViewportPosition(sheet.view.place(name)) + 20
    QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(x, below))


def pick(sheet, picker, text):
    """Choose an option of a list with the mouse, in the list that a click opens."""
    sheet.side.ensureWidgetVisible(picker)
    pause_ms = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(0)  # for as long a list takes no second click
    QTest.mouseClick(picker, LEFT)
    QTest.qWait(1)
    QApplication.setDoubleClickInterval(pause_ms)
    view = picker.view()
    row = [picker.itemText(k) for k in range(picker.count())].index(text)
    index = picker.model().index(row, 0)
    view.scrollTo(index)
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())


def column_of(sheet, name):
    return sheet.view.columns[sheet.view.place(name)]


# ---- what is shown


def test_a_table_is_shown_before_it_replaces_anything(lab, sheet):
    view = sheet.view
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo
    assert sheet.isVisible()
    assert sheet.windowModality() == Qt.WindowModality.WindowModal
    assert [c.name for c in view.columns] == ["tag", "length", "mass", "island", "age", "kind"]
    assert [c.kind for c in view.columns] == [
        *("label", "number", "number", "category", "number", "category")
    ]
    assert [c.used for c in view.columns] == [False, True, True, True, True, True]
    assert "names the rows" in column_of(sheet, "tag").why
    table = sheet.grid.table
    assert table.data(table.index(0, 3)) == "B"  # the first row has a gap and is left out
    assert table.headerData(0, Qt.Orientation.Vertical) == "3"
    assert table.data(table.index(0, 0)) == "T1"
    text = sheet.notes.toPlainText()
    assert "20 rows with gaps are left out: 'age' 20" in text
    assert "tag is left out" in text
    assert "100 rows" in sheet.summary.text()
    assert "6 inputs" in sheet.summary.text()  # three numbers, three islands
    assert "kind: 2 classes" in sheet.summary.text()
    assert sheet.side.target.key == "kind"
    counts = sheet.side.bars.distribution
    assert sum(counts.counts) == 100
    assert set(counts.names) == {"wide", "tall"}


def test_what_is_to_be_known_of_the_split_is_among_the_notes(lab, qtbot, tmp_path):
    path = tmp_path / "days.csv"
    rows = (f"2024-01-{k:02},{k * k % 7}.5,{k % 5}.25\n" for k in range(1, 31))
    path.write_text("day,a,y\n" + "".join(rows))
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    assert "the rows follow each other in time" in sheet.notes.toPlainText()


def test_escape_leaves_the_lab_as_it_is(lab, sheet, qtbot):
    frame = lab.frame
    press(sheet, KEY.Key_Escape)
    assert lab.tables.sheet is None
    qtbot.waitUntil(lambda: not lab.file_reader.is_under_way)
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo
    assert lab.frame is frame


def test_enter_accepts_in_one_step_of_undo(lab, sheet, qtbot, path):
    press(sheet, KEY.Key_Return)
    assert lab.tables.sheet is None
    spec = lab.store.spec
    assert (spec.task.path, spec.task.target) == (path, "kind")
    assert spec.train.loss == "logistic"
    finished(qtbot, lab)
    lab.store.undo()
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo
    lab.store.redo()
    assert lab.store.spec == spec


def test_the_buttons_do_what_enter_and_escape_do(lab, sheet, qtbot, path):
    QTest.mouseClick(sheet.cancel_button, LEFT)
    assert lab.tables.sheet is None
    assert lab.store.spec == LabSpec()
    lab.files.open_path(path)
    again = opened_sheet(qtbot, lab)
    QTest.mouseClick(again.accept_button, LEFT)
    assert lab.store.spec.task.path == path


# ---- what is chosen, with the mouse


def test_a_column_becomes_another_kind_in_the_list_beside_the_table(lab, sheet, qtbot):
    click_head(sheet, "age")
    assert sheet.side.name.text() == "age"
    pick(sheet, sheet.side.kind, "category")
    assert lab.file_reader.is_under_way
    assert column_of(sheet, "age").kind == "number"  # until the new reading is there
    settled(qtbot, lab)
    assert column_of(sheet, "age").kind == "category"
    assert sheet.side.name.text() == "age"  # it is still the one in hand
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.kinds == (("age", "category"),)
    names = load_data(lab.store.spec.task).feature_names
    assert {f"age={k}" for k in range(9)} <= set(names)


def test_a_column_becomes_another_kind_in_the_menu_of_its_head(lab, sheet, qtbot):
    place = sheet.view.place("island")
    click_head(sheet, "island", sheet.grid.head.kind_place(place).y())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[:7] == ["number", "date", "time", "category", "boolean", "label", "text"]
    chosen = next(action for action in menu.actions() if action.text() == "text")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(chosen).center())
    settled(qtbot, lab)
    assert column_of(sheet, "island").kind == "text"
    assert not column_of(sheet, "island").used


def test_the_menu_opens_by_keyboard_and_predicts_another_column(lab, sheet, qtbot):
    press(sheet, KEY.Key_Right)
    where = sheet.grid.mapToGlobal(QPoint(9, 9))
    key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(9, 9), where)
    QApplication.sendEvent(sheet.grid.viewport(), key)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, KEY.Key_Up)  # the last one
    QTest.keyClick(menu, KEY.Key_Return)
    settled(qtbot, lab)
    assert sheet.view.target == "length"


def test_a_column_is_left_out_and_used_again(lab, sheet, qtbot):
    click_head(sheet, "age")
    QTest.mouseClick(sheet.side.used, LEFT, pos=QPoint(8, sheet.side.used.height() // 2))
    settled(qtbot, lab)
    assert sheet.side.task.leave_out == ("age",)
    assert sheet.view.rows == 120  # its gaps were those of the rows
    assert "chosen to leave it out" in column_of(sheet, "age").why
    QTest.mouseClick(sheet.side.used, LEFT, pos=QPoint(8, sheet.side.used.height() // 2))
    settled(qtbot, lab)
    assert sheet.side.task.leave_out == ()
    assert sheet.view.rows == 100
    click_head(sheet, "tag")  # which the reader left out by itself
    QTest.mouseClick(sheet.side.used, LEFT, pos=QPoint(8, sheet.side.used.height() // 2))
    settled(qtbot, lab)
    assert column_of(sheet, "tag").used
    assert sheet.view.inputs == 106


def test_another_target_is_another_problem(lab, sheet, qtbot):
    pick(sheet, sheet.side.target, "mass")
    settled(qtbot, lab)
    assert (sheet.view.target, sheet.view.problem) == ("mass", "regression")
    assert sheet.side.bars.distribution.is_numeric
    click_head(sheet, "length")
    QTest.mouseClick(sheet.side.aim, LEFT)
    settled(qtbot, lab)
    assert sheet.view.target == "length"
    assert sheet.side.target.key == "length"
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.target == "length"
    assert lab.store.spec.train.loss == "half-mse"


@pytest.mark.parametrize(
    ("text", "gaps", "rows", "inputs"),
    [("fill them", "fill", 120, 6), ("leave out columns", "columns", 120, 5)],
)
def test_gaps_are_filled_or_cost_their_column(lab, sheet, qtbot, text, gaps, rows, inputs):
    pick(sheet, sheet.side.gaps, text)
    settled(qtbot, lab)
    assert (sheet.view.rows, sheet.view.inputs) == (rows, inputs)
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.gaps == gaps
    data = load_data(lab.store.spec.task)
    assert data.n + len(data.validation_x) == rows


def test_the_share_for_validation_is_chosen(lab, sheet, qtbot):
    assert "20 for validation" in sheet.summary.text()
    sheet.side.share.setFocus()
    press(sheet, KEY.Key_Up)
    settled(qtbot, lab)
    assert "25 for validation" in sheet.summary.text()
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.validation == 0.25
    assert len(load_data(lab.store.spec.task).validation_x) == 25


def test_a_way_to_choose_the_rows_for_validation_is_saved(lab, sheet, qtbot):
    pick(sheet, sheet.side.split, "the last rows")
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.split == "last"


def test_a_column_says_which_rows_are_held_out(lab, qtbot, tmp_path):
    path = tmp_path / "split.csv"
    rows = [f"{k % 7},{k % 5},{'yes' if k % 4 == 0 else 'no'},{k % 3}.5" for k in range(40)]
    path.write_text("\n".join(["a,b,holdout,y", *rows]))
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    assert not sheet.side.split_column.isVisible()
    pick(sheet, sheet.side.split, "a column says which")
    settled(qtbot, lab)
    assert sheet.side.split_column.isVisible()
    assert sheet.side.split_column.key == "holdout"
    assert sheet.side.task.split_column == "holdout"
    assert not sheet.side.share.isVisible()


def test_a_header_that_is_data_gives_the_columns_other_names(lab, sheet, qtbot):
    click_head(sheet, "age")
    pick(sheet, sheet.side.kind, "category")
    settled(qtbot, lab)
    pick(sheet, sheet.side.header, "first row is data")
    settled(qtbot, lab)
    assert [c.name for c in sheet.view.columns] == [f"column {k}" for k in range(1, 7)]
    assert sheet.side.task.kinds == ()  # of columns with other names
    assert sheet.side.task.header == "no"
    assert not sheet.view.has_header


# ---- by keyboard alone


def test_all_of_it_goes_by_keyboard(lab, sheet, qtbot, path):
    side = sheet.side
    assert focused(sheet) is sheet.grid  # where the keys are at first
    for _step in range(4):
        press(sheet, KEY.Key_Right)
    assert side.name.text() == "age"
    press(sheet, KEY.Key_Space)
    settled(qtbot, lab)
    assert side.task.leave_out == ("age",)
    press(sheet, KEY.Key_Left)
    assert side.name.text() == "island"
    tab_to(sheet, side.kind)
    press(sheet, KEY.Key_Down)  # boolean, which it cannot be
    settled(qtbot, lab)
    assert sheet.trouble.isVisible()
    assert "cannot be read as the kind boolean" in sheet.trouble.text()
    assert not sheet.accept_button.isEnabled()
    press(sheet, KEY.Key_Down)
    settled(qtbot, lab)
    assert side.task.kinds == (("island", "label"),)
    assert not sheet.trouble.isVisible()
    tab_to(sheet, side.target)
    press(sheet, KEY.Key_Home)
    settled(qtbot, lab)
    press(sheet, KEY.Key_Down)
    settled(qtbot, lab)
    press(sheet, KEY.Key_Down)
    settled(qtbot, lab)
    assert sheet.view.target == "mass"
    tab_to(sheet, side.gaps)
    press(sheet, KEY.Key_End)
    tab_to(sheet, side.split)
    press(sheet, KEY.Key_Down)
    tab_to(sheet, side.share)
    press(sheet, KEY.Key_Down)
    tab_to(sheet, sheet.notes)
    tab_to(sheet, sheet.cancel_button)
    settled(qtbot, lab)
    tab_to(sheet, side.problem)
    press(sheet, KEY.Key_Return)
    assert lab.tables.sheet is None
    task = lab.store.spec.task
    assert (task.path, task.target, task.leave_out) == (path, "mass", ("age",))
    assert (task.gaps, task.split, task.validation) == ("fill", "random", 0.15)


def test_every_field_that_takes_keys_has_a_name(sheet):
    fields = [
        w for w in sheet.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    own = [w for w in fields if w.isVisible() and not w.objectName().startswith("qt_")]
    assert len(own) > 10
    for widget in own:
        name = widget.accessibleName() or (
            widget.text() if isinstance(widget, QPushButton) or hasattr(widget, "text") else ""
        )
        assert name, widget


def test_enter_while_it_reads_takes_what_was_chosen(lab, sheet, qtbot):
    pick(sheet, sheet.side.target, "mass")
    assert lab.file_reader.is_under_way
    press(sheet, KEY.Key_Return)
    assert lab.tables.sheet is not None
    assert lab.store.spec == LabSpec()
    qtbot.waitUntil(lambda: lab.tables.sheet is None)
    assert lab.store.spec.task.target == "mass"


# ---- the lab's table, later


@pytest.fixture
def with_table(open_lab, qtbot, path):
    lab = open_lab(QUICK)
    open_table(qtbot, lab, path)
    lab.store.edit("train.updates", 60)
    lab.store.edit("net.hidden", (5,))
    finished(qtbot, lab)
    return lab


def revised(qtbot, lab):
    button = lab.window.panel.data_button
    lab.window.panel.ensureWidgetVisible(button)
    QTest.mouseClick(button, LEFT)
    return opened_sheet(qtbot, lab)


def test_data_shows_what_was_chosen_and_changes_nothing_unchanged(with_table, qtbot):
    lab = with_table
    before, update = lab.store.spec, lab.runner.request.run_id
    undo = lab.store.can_undo
    sheet = revised(qtbot, lab)
    assert sheet.view.target == "kind"
    press(sheet, KEY.Key_Return)
    assert lab.tables.sheet is None
    assert lab.store.spec == before
    assert (lab.runner.request.run_id, lab.store.can_undo) == (update, undo)


def test_data_changes_the_task_and_keeps_the_network_in_one_step(with_table, qtbot):
    lab = with_table
    before = lab.store.spec
    sheet = revised(qtbot, lab)
    click_head(sheet, "island")
    press(sheet, KEY.Key_Space)
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    assert lab.store.spec == replace(before, task=replace(before.task, leave_out=("island",)))
    assert finished(qtbot, lab).spec.net.hidden == (5,)
    assert lab.store.can_undo == "Data"
    lab.store.undo()
    assert lab.store.spec == before


def test_data_takes_a_loss_that_fits_another_problem(with_table, qtbot):
    lab = with_table
    sheet = revised(qtbot, lab)
    pick(sheet, sheet.side.target, "mass")
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    assert lab.store.spec.train.loss == "half-mse"
    finished(qtbot, lab)
    assert not lab.errors


def test_data_is_there_for_tables_alone(lab, qtbot, path):
    button = lab.window.panel.data_button
    assert not button.isVisible()
    lab.tables.revise()
    assert not lab.file_reader.is_under_way
    open_table(qtbot, lab, path)
    assert button.isVisible()
    lab.store.undo()
    assert not button.isVisible()


def test_a_click_on_what_was_read_opens_the_sentences(with_table, qtbot):
    lab = with_table
    title = lab.window.panel.sections["task"].title
    QTest.mouseClick(title, LEFT, pos=QPoint(20, 8))
    sheet = opened_sheet(qtbot, lab)
    assert focused(sheet) is sheet.notes
    press(sheet, KEY.Key_Escape)
    lab.store.replace(LabSpec(), "wave")
    QTest.mouseClick(title, LEFT, pos=QPoint(20, 8))
    assert not lab.file_reader.is_under_way


def test_a_file_that_changed_is_read_as_it_is_now_once_it_is_accepted(
    with_table, qtbot, path, tmp_path
):
    lab = with_table
    before = lab.store.spec
    animals(tmp_path / "animals.csv", 180)
    sheet = revised(qtbot, lab)
    assert "150 rows" in sheet.summary.text()
    press(sheet, KEY.Key_Escape)
    data = load_data(lab.store.spec.task)
    assert data.n + len(data.validation_x) == 100  # the lab has the rows that it had
    revised(qtbot, lab)
    accept_sheet(qtbot, lab)
    assert lab.store.spec == before
    finished(qtbot, lab)
    data = problem_of(lab.store.spec).data
    assert data.n + len(data.validation_x) == 150


# ---- what is wrong


def test_a_table_of_one_class_shows_what_is_wrong_until_another_target_is_chosen(
    lab, qtbot, tmp_path
):
    path = tmp_path / "constant.csv"
    path.write_text("a,b,y\n" + "".join(f"{k % 4},{k % 7},7\n" for k in range(30)))
    task = TaskSpec(name="csv", path=str(path), target="y")
    lab.tables._show_sheet(task, lambda preview: None)
    sheet = opened_sheet(qtbot, lab)
    assert "the same value in every row" in sheet.trouble.text()
    assert "whole numbers" not in sheet.notes.toPlainText()  # of one value there is no doubt
    assert sheet.grid.table.rowCount() == 30
    press(sheet, KEY.Key_Return)
    assert lab.tables.sheet is not None
    pick(sheet, sheet.side.target, "b")
    settled(qtbot, lab)
    assert not sheet.trouble.isVisible()
    assert sheet.accept_button.isEnabled()


def test_a_table_that_is_refused_is_not_said_to_be_beyond_doubt(lab, qtbot, tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text("a,b,c,y\n" + ",2,3,1\n4,,6,2\n7,8,,3.5\n" * 10)
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    assert "each row has a gap" in sheet.trouble.text()
    assert not sheet.notes.toPlainText()


def test_nothing_in_the_sheet_names_an_option_of_the_command_line(lab, sheet, qtbot, tmp_path):
    assert "rows with gaps are left out" in sheet.notes.toPlainText()
    assert "--" not in sheet.notes.toPlainText()
    path = tmp_path / "two.xlsx"
    path.write_bytes(
        xlsx({"first": [["a", "b"], *([k, k % 7] for k in range(9))], "other": []})
    )
    lab.files.open_path(str(path))
    text = opened_sheet(qtbot, lab).notes.toPlainText()
    assert "2 sheets" in text
    assert "--" not in text


def test_a_file_that_goes_while_it_is_looked_at_is_said_and_the_last_reading_holds(
    lab, sheet, qtbot, tmp_path
):
    (tmp_path / "animals.csv").unlink()
    before = sheet.side.task
    pick(sheet, sheet.side.gaps, "fill them")
    settled(qtbot, lab)
    assert "no such file" in sheet.trouble.text()
    assert sheet.side.task == before
    assert sheet.side.gaps.key == "auto"


# ---- quick, and never in the way


@pytest.fixture
def gate(monkeypatch):
    """Reading waits here, in its thread, until it is let through or called off."""
    opened, called_off = threading.Event(), []
    opened.set()
    read = csv_task.read_table

    def wait(*args):
        while not opened.is_set():
            try:
                check_cancelled()
            except BaseException:
                called_off.append(args[1])
                raise
            time.sleep(0.002)
        return read(*args)

    monkeypatch.setattr(csv_task, "read_table", wait)
    opened.called_off = called_off
    yield opened
    opened.set()


def test_a_newer_choice_calls_off_an_older_reading(gate, lab, sheet, qtbot):
    gate.clear()
    rows = sheet.view.rows
    pick(sheet, sheet.side.gaps, "fill them")
    pick(sheet, sheet.side.gaps, "leave out columns")
    qtbot.waitUntil(lambda: len(gate.called_off) == 1)
    assert gate.called_off[0].gaps == "fill"
    assert sheet.view.rows == rows
    qtbot.waitUntil(lambda: sheet.status.text() == "Reading…")
    assert lab.store.edit("net.width", 3)  # nothing waits for it
    gate.set()
    settled(qtbot, lab)
    assert sheet.status.text() == ""
    assert sheet.view.inputs == 5
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.gaps == "columns"


def test_escape_calls_a_reading_off(gate, lab, sheet, qtbot):
    gate.clear()
    pick(sheet, sheet.side.gaps, "fill them")
    press(sheet, KEY.Key_Escape)
    assert lab.tables.sheet is None
    assert not lab.file_reader.is_under_way
    qtbot.waitUntil(lambda: len(gate.called_off) == 1)
    assert lab.store.spec == LabSpec()


def test_closing_the_window_closes_the_sheet(gate, open_lab, qtbot, path):
    lab = open_lab()
    lab.files.open_path(path)
    sheet = opened_sheet(qtbot, lab)
    gate.clear()
    pick(sheet, sheet.side.gaps, "fill them")
    lab.window.close()
    assert lab.tables.sheet is None
    assert lab.store.spec == LabSpec()


def test_another_table_takes_the_place_of_the_sheet(lab, sheet, qtbot, tmp_path):
    other = animals(tmp_path / "other.csv", 60)
    lab.files.open_path(other)
    newer = opened_sheet(qtbot, lab)
    assert newer is not sheet
    assert newer.view.path == other
    assert not any(
        w.isVisible() for w in lab.window.findChildren(type(sheet)) if w is not newer
    )


def test_a_thousand_columns_make_no_widgets(lab, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "wide.csv"
    rng = np.random.default_rng(0)
    lines = [",".join(f"c{k}" for k in range(1000))]
    lines += [",".join(map(str, row)) for row in rng.integers(0, 99, (60, 1000))]
    path.write_text("\n".join(lines))
    drawn, paint = [], grid.ColumnHeader.paintSection

    def noted(self, painter, rect, section):
        drawn.append(section)
        paint(self, painter, rect, section)

    monkeypatch.setattr(grid.ColumnHeader, "paintSection", noted)
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    assert sheet.grid.table.columnCount() == 1000
    assert len(sheet.findChildren(QWidget)) < 200
    QApplication.processEvents()
    assert 0 < len(set(drawn)) < 40  # those that are seen alone
    press(sheet, KEY.Key_End)
    assert sheet.side.name.text() == "c999"
    press(sheet, KEY.Key_Left)
    press(sheet, KEY.Key_Space)
    settled(qtbot, lab)
    assert sheet.side.task.leave_out == ("c998",)
    assert sheet.side.name.text() == "c998"  # where it was
    accept_sheet(qtbot, lab)
    assert load_data(lab.store.spec.task).shape.inputs == 998


def test_no_table_is_read_in_the_windows_thread(lab, sheet, qtbot, monkeypatch):
    seen = []
    preview_of = import_sheet.preview_of

    def noted(task):
        seen.append(threading.current_thread())
        return preview_of(task)

    monkeypatch.setattr(import_sheet, "preview_of", noted)
    read = csv_task.read_table
    monkeypatch.setattr(
        csv_task,
        "read_table",
        lambda *args: (seen.append(threading.current_thread()), read(*args))[1],
    )
    pick(sheet, sheet.side.target, "mass")
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    finished(qtbot, lab)
    assert len(seen) >= 2
    assert threading.main_thread() not in seen


# ---- saved labs


def test_a_lab_is_saved_and_opened_with_what_was_chosen(with_table, open_lab, qtbot, tmp_path):
    lab = with_table
    sheet = revised(qtbot, lab)
    click_head(sheet, "age")
    pick(sheet, sheet.side.kind, "category")
    settled(qtbot, lab)
    pick(sheet, sheet.side.gaps, "fill them")
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    finished(qtbot, lab)
    file = tmp_path / "mine.layerlab"
    lab.files._write(file)
    qtbot.waitUntil(lambda: lab.files.path == file)
    other = open_lab(QUICK)
    other.files.open_path(str(file))
    qtbot.waitUntil(lambda: other.store.spec == lab.store.spec)
    assert other.tables.sheet is None  # it is as it was trained
    again = revised(qtbot, other)
    assert column_of(again, "age").kind == "category"
    assert again.side.gaps.key == "fill"


@pytest.mark.parametrize("accepted", [True, False])
def test_a_lab_whose_table_is_read_to_other_inputs_opens_the_sheet(
    with_table, open_lab, qtbot, tmp_path, accepted
):
    lab, file = with_table, tmp_path / "mine.layerlab"
    lab.files._write(file)
    qtbot.waitUntil(lambda: lab.files.path == file)
    before, spec = file.read_bytes(), lab.store.spec
    table = tmp_path / "animals.csv"
    table.write_text(table.read_text().replace("mass", "weight", 1))  # as many inputs
    lab.window.close()
    other = open_lab(QUICK)
    kept = other.store.spec
    other.files.open_path(str(file))
    sheet = opened_sheet(qtbot, other)
    assert sheet.message.isVisible()
    assert "then 'mass', now 'weight'" in sheet.message.text()
    assert other.store.spec == kept
    if accepted:
        press(sheet, KEY.Key_Return)
        assert other.store.spec == spec
        frame = finished(qtbot, other)
        assert frame.spec.net.hidden == (5,)
        assert load_data(spec.task).feature_names[1] == "weight"
        assert other.files.path is None  # saving asks where
    else:
        press(sheet, KEY.Key_Escape)
        assert other.store.spec == kept
    assert file.read_bytes() == before


def test_a_lab_without_names_of_inputs_is_compared_by_its_size(open_lab, qtbot, tmp_path):
    path = tmp_path / "old.csv"
    path.write_text("a,b,y\n" + "".join(f"{k % 5},{k % 7},{k % 3}.5\n" for k in range(40)))
    lab = open_lab(QUICK)
    open_table(qtbot, lab, path)
    finished(qtbot, lab)
    state, _history = lab.runner.snapshot()
    file = tmp_path / "old.layerlab"
    labfile.save(file, lab.store.spec, state)  # as older versions do
    path.write_text("a,b,c,y\n" + "".join(f"{k % 5},{k},{k % 4},{k}.5\n" for k in range(40)))
    lab.window.close()
    other = open_lab(QUICK)
    other.files.open_path(str(file))
    sheet = opened_sheet(qtbot, other)
    assert "now its layers would have 3," in sheet.message.text()


# ---- at a start


def test_a_table_of_the_command_line_opens_the_sheet(start, qtbot, path):
    session = start(path)
    sheet = opened_sheet(qtbot, session)
    assert sheet.view.path == path
    assert session.store.spec == LabSpec()
    accept_sheet(qtbot, session)
    assert session.store.spec.task.path == path


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1100, 700)])
@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_it_fits_the_window(open_lab, qtbot, path, size, zoom):
    lab = open_lab(options=Options(engine="numpy", zoom=zoom, size=size, speed=None))
    lab.window.resize(*size)
    lab.files.open_path(path)
    sheet = opened_sheet(qtbot, lab)
    QTest.qWait(20)
    assert sheet.width() <= size[0]
    assert sheet.height() <= size[1]
    assert sheet.rect().contains(sheet.accept_button.geometry())
    assert sheet.grid.width() > 0.3 * sheet.width()
    assert sheet.grid.viewport().height() > 40
    inner = sheet.side.widget()
    assert inner.width() <= sheet.side.viewport().width()
    for widget in inner.findChildren(QWidget):
        if widget.isVisible():
            right = widget.mapTo(inner, widget.rect().topRight()).x()
            assert right <= inner.width(), widget.accessibleName()


def test_names_of_any_length_make_no_wider_sheet_and_are_no_markup(lab, qtbot, tmp_path):
    path = tmp_path / ("n" * 200 + ".csv")
    long, markup = "x" * 3000, "<b>bold</b>"
    rows = "".join(f"{k % 7},{markup if k % 2 else long},{k % 3}.5\n" for k in range(40))
    path.write_text(f"{long},{markup},{long}y\n{rows}")
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    QTest.qWait(20)
    assert sheet.width() <= lab.window.width()
    assert sheet.side.widget().width() <= sheet.side.viewport().width()
    table = sheet.grid.table
    tips = [
        table.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole),
        table.data(table.index(1, 1), Qt.ItemDataRole.ToolTipRole),
    ]
    for tip in tips:
        assert "&lt;b&gt;bold" in tip
        assert "<b>" not in tip
    pick(sheet, sheet.side.target, markup)
    settled(qtbot, lab)
    assert sheet.view.problem == "classification"
    assert "<b>" not in sheet.side.bars.toolTip()
    QTest.qWait(20)
    assert sheet.width() <= lab.window.width()


def test_another_sheet_of_a_spreadsheet_is_chosen(lab, qtbot, tmp_path):
    path = tmp_path / "book.xlsx"
    one = [["a", "y"], *([k % 7, (k % 3) / 2] for k in range(30))]
    other = [["b", "c", "z"], *([k % 5, k % 4, k / 4] for k in range(20))]
    path.write_bytes(xlsx({"first": one, "second": other}))
    lab.files.open_path(str(path))
    sheet = opened_sheet(qtbot, lab)
    assert sheet.side.sheet.isVisible()
    assert sheet.side.sheet.key == "first"
    assert [c.name for c in sheet.view.columns] == ["a", "y"]
    pick(sheet, sheet.side.sheet, "second")
    settled(qtbot, lab)
    assert [c.name for c in sheet.view.columns] == ["b", "c", "z"]
    accept_sheet(qtbot, lab)
    assert lab.store.spec.task.sheet == "second"
    assert load_data(lab.store.spec.task).feature_names == ("b", "c")


def test_the_last_rows_are_held_out_once_that_is_chosen(lab, sheet, qtbot):
    pick(sheet, sheet.side.split, "the last rows")
    settled(qtbot, lab)
    accept_sheet(qtbot, lab)
    data = load_data(lab.store.spec.task)
    last = data.table.features[1].values[-20:]  # lengths
    held = data.validation_x[:, 0] * data.x_scale[0] + data.x_mean[0]
    np.testing.assert_allclose(held, last)
