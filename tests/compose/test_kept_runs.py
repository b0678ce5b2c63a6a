"""The page of the kept runs, with real mouse and key events."""

import contextlib
import sqlite3

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.compose.ended_run import EndedRun
from layerlab.compose.kept_run import measured
from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit, edit_all
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.probes import History
from layerlab.nets.problem import layout_of
from layerlab.runtime import labfile
from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.settings import read_options
from tests.compose.conftest import finished
from tests.helpers.import_sheet import open_table
from tests.helpers.kept_runs import keep
from tests.helpers.waiting import PATIENCE_S

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
QUICK = edit_all(LabSpec(), {"train.updates": 60, "train.seeds": 4})
OPTIONS = Options(speed=None, engine="numpy")


def trained(home, name="", ended=2e9, **knobs):
    """Keep a run that was trained; return its number, state and history."""
    spec = edit_all(QUICK, {key.replace("_", ".", 1): value for key, value in knobs.items()})
    history, state = History(), None
    for state in NumpyEngine().run(spec, marks=tuple(range(0, 61, 4))):
        if state.update % 4 == 0:
            history.record(spec, state)
    run = EndedRun(spec, state, history, "finished", 60, "numpy", ended, 1.0)
    runs = RunLibrary(home)
    number, _left = runs.add(*measured(run, 10**9), 10**9)
    if name:
        runs.edit([number], name=name)
    return number, spec, state, history


@pytest.fixture
def show(open_lab, qtbot):
    """Open the page by a click in the rail, once it shows so many runs."""

    def make(count, spec=QUICK, **more):
        session = open_lab(spec, OPTIONS, **more)
        QTest.mouseClick(session.window.rail.buttons["runs"], LEFT)
        page = session.pages.runs.page
        qtbot.waitUntil(lambda: page.usage.text() != "")
        qtbot.waitUntil(lambda: len(page.rows.runs) == count)
        return session, page

    return make


def quiet(session):
    """Wait until all that was asked of the library is done and answered."""
    desk = session.pages.runs._desk
    for _ in range(4):
        assert desk.wait_until_idle(PATIENCE_S)
        QApplication.processEvents()


def shown(page):
    return [run.id for run in page.rows.runs]


def click(page, number, modifier=Qt.KeyboardModifier.NoModifier):
    place = page.list.visualRect(page.rows.index(page.rows.line_of(number))).center()
    QTest.mouseClick(page.list.viewport(), LEFT, modifier, place)


def test_runs_are_listed_with_what_is_known_of_the_first(show, home, qtbot):
    keep(home, 0.5, ended=1e9)
    newest, _spec, _state, _ = trained(home, net_width=6)
    _session, page = show(2)
    assert shown(page)[0] == newest
    qtbot.waitUntil(lambda: "numpy" in page.pane.facts.text())
    text = page.pane.facts.text()
    assert "wave  6-6  relu  adam" in text
    assert "Widths: 6-6" in text
    assert "median of 4 seeds" in text
    assert page.usage.text().startswith("2 runs")
    qtbot.waitUntil(lambda: bool(page.rows.picture(newest)))


def test_a_run_opens_trained_as_it_was_and_undo_leads_back(show, home, qtbot):
    number, spec, state, history = trained(home, net_width=6)
    session, page = show(1)
    QTest.keyClick(page.list, KEY.Key_Return)
    qtbot.waitUntil(lambda: session.window.is_lab_shown)
    qtbot.waitUntil(lambda: session.frame.spec == spec)
    assert (session.frame.status, session.frame.update) == ("finished", 60)
    np.testing.assert_array_equal(session.runner.snapshot()[0].params, state.params)
    np.testing.assert_array_equal(session.frame.loss.updates, np.arange(0, 61, 4))
    expected = history.to_arrays()["train"]
    np.testing.assert_allclose(session.frame.loss.train, expected, rtol=1e-6)
    assert session.store.can_undo == f"Run {number}"
    QTest.keyClick(session.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.store.spec == QUICK
    assert session.store.can_undo == ""


def test_a_run_without_its_network_is_trained_again_and_that_is_said(show, home, qtbot):
    keep(home, network=None, net_width=5, train_updates=50)
    session, page = show(1)
    qtbot.waitUntil(lambda: "trained again" in page.pane.facts.text())
    QTest.mouseClick(page.pane.open, LEFT)
    qtbot.waitUntil(lambda: session.window.is_lab_shown)
    assert "trained again" in session.toast.text()
    assert finished(qtbot, session).spec.net.hidden == (5, 5)


def test_a_network_that_was_damaged_is_one_sentence_and_the_lab_stays(show, home, qtbot):
    keep(home)
    session, page = show(1)
    QTest.keyClick(page.list, KEY.Key_Return)
    qtbot.waitUntil(page.banner.isVisible)
    assert "Run 1 does not open" in page.banner.text.text()
    assert session.store.spec == QUICK
    assert not session.window.is_lab_shown


def test_a_search_is_typed_and_given_up(show, home, qtbot):
    one = keep(home, 0.5, seed=1)
    two = keep(home, 0.005, seed=2, net_width=16)
    _session, page = show(2)
    QTest.keyClick(page.list, KEY.Key_Slash)
    assert page.search.hasFocus()
    QTest.keyClicks(page.search, "loss<0.1")
    qtbot.waitUntil(lambda: shown(page) == [two])
    QTest.keyClicks(page.search, " width>x")
    qtbot.waitUntil(page.refusal.isVisible)
    assert "at character 16: width is a number" in page.refusal.text()
    assert shown(page) == [two]
    QTest.keyClick(page.search, KEY.Key_Escape)
    qtbot.waitUntil(lambda: shown(page) == [two, one])
    assert not page.refusal.isVisible()
    QTest.keyClicks(page.search, "nothing-has-this")
    qtbot.waitUntil(page.panel.nothing.isVisible)
    assert "No run fits" in page.panel.nothing.text()
    QTest.keyClick(page.search, KEY.Key_Escape)
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    QTest.keyClick(page.search, KEY.Key_Down)
    assert page.list.hasFocus()


def test_name_tags_and_note_are_kept_as_they_are_written(show, home, qtbot):
    one, two = keep(home, seed=1), keep(home, seed=2)
    session, page = show(2)
    click(page, one)
    qtbot.waitUntil(lambda: page.pane.name.isEnabled())
    qtbot.waitUntil(lambda: page.pane._detail.entry.id == one)
    page.pane.name.setFocus()
    QTest.keyClicks(page.pane.name, "my run")
    QTest.keyClick(page.pane.name, KEY.Key_Return)
    quiet(session)
    page.pane.tags.setFocus()
    QTest.keyClicks(page.pane.tags, "x y")
    page.pane.note.setFocus()
    QTest.keyClicks(page.pane.note, "a note")
    click(page, two)  # what is being written is not lost
    quiet(session)
    entry = RunLibrary(home).detail(one).entry
    assert (entry.name, entry.tags, entry.note) == ("my run", ("x", "y"), "a note")
    assert RunLibrary(home).detail(two).entry.name == ""


def test_what_is_being_written_when_the_window_closes_is_kept(show, home, qtbot):
    one = keep(home)
    session, page = show(1)
    qtbot.waitUntil(lambda: page.pane.name.isEnabled())
    page.pane.name.setFocus()
    QTest.keyClicks(page.pane.name, "late")
    session.window.close()
    assert RunLibrary(home).detail(one).entry.name == "late"


def test_runs_are_deleted_and_brought_back(show, home, qtbot):
    numbers = [keep(home, seed=k, ended=1e9 + k) for k in range(4)]
    session, page = show(4)
    click(page, numbers[3])
    click(page, numbers[2], Qt.KeyboardModifier.ControlModifier)
    assert page.list.numbers() == [numbers[3], numbers[2]]
    qtbot.waitUntil(lambda: "Loss of B" in page.pane.facts.text())
    assert "First seed: A 2, B 3" in page.pane.facts.text()
    QTest.keyClick(page.list, KEY.Key_Delete)
    assert "QPushButton" in page.banner.action_button.styleSheet()  # it looks as all buttons
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    assert page.list.numbers() == [numbers[1]]  # what came into their place
    QTest.keyClick(page.list, KEY.Key_Delete)
    qtbot.waitUntil(lambda: shown(page) == [numbers[0]])
    QTest.keyClick(session.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    assert session.window.commands["undo"].isEnabled()
    QTest.keyClick(session.window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    assert not session.window.commands["undo"].isEnabled()


def test_the_banner_brings_back_too(show, home, qtbot):
    keep(home)
    _session, page = show(1)
    qtbot.waitUntil(page.pane.delete.isEnabled)
    QTest.mouseClick(page.pane.delete, LEFT)
    qtbot.waitUntil(lambda: shown(page) == [])
    assert page.banner.isVisible()
    QTest.mouseClick(page.banner.action_button, LEFT)
    qtbot.waitUntil(lambda: len(shown(page)) == 1)


def test_runs_are_pinned_with_a_key(show, home, qtbot):
    one = keep(home)
    _session, page = show(1)
    for on in (True, False):
        QTest.keyClick(page.list, KEY.Key_P)
        qtbot.waitUntil(lambda on=on: page.rows.runs[0].is_pinned is on)
        qtbot.waitUntil(lambda on=on: page.pane.pin.text() == ("Unpin" if on else "Pin"))
        assert RunLibrary(home).detail(one).entry.is_pinned is on


def test_runs_that_differ_in_the_seed_are_put_together(show, home, qtbot):
    a1, b, a2 = (
        keep(home, seed=1, ended=1e9),
        keep(home, seed=2, ended=1e9 + 1, net_width=4),
        keep(home, seed=3, ended=1e9 + 2),
    )
    _session, page = show(3)
    assert shown(page) == [a2, b, a1]
    QTest.mouseClick(page.group, LEFT)
    assert shown(page) == [a2, a1, b]
    assert page.list.numbers() == [a2]
    QTest.mouseClick(page.group, LEFT)
    assert shown(page) == [a2, b, a1]


def test_a_run_that_ends_meanwhile_appears(show, home, qtbot):
    keep(home)
    session, page = show(1)
    keep(home, seed=5)
    session.recorder.kept.emit()
    qtbot.waitUntil(lambda: len(shown(page)) == 2)


def test_the_room_is_chosen_and_kept(show, home, qtbot):
    for seed in range(3):
        keep(home, seed=seed)
    session, page = show(3)
    index = page.budget.findData(50)
    page.budget.setFocus()
    page.budget.setCurrentIndex(index)
    page.budget.activated.emit(index)
    quiet(session)
    assert "of 50 MB" in page.usage.text()
    session.window.close()
    assert read_options().runs_mb == 50


def test_a_library_that_cannot_be_read_is_one_sentence(open_lab, home, qtbot):
    keep(home)
    runs = RunLibrary(home)
    runs.file.write_bytes(b"no library" * 1000)
    session = open_lab(QUICK, OPTIONS)
    QTest.mouseClick(session.window.rail.buttons["runs"], LEFT)
    qtbot.waitUntil(lambda: session.pages.runs.page.banner.isVisible())
    assert "is damaged" in session.pages.runs.page.banner.text.text()


def test_the_page_is_walked_with_the_keyboard_and_has_names(show, home, qtbot):
    keep(home, seed=1), keep(home, seed=2, net_width=4)
    _session, page = show(2)
    assert page.list.hasFocus()
    first = page.list.current
    QTest.keyClick(page.list, KEY.Key_Down)
    assert page.list.current != first
    qtbot.waitUntil(page.pane.name.isEnabled)
    walked = []
    for _ in range(14):
        QTest.keyClick(QApplication.focusWidget(), KEY.Key_Tab)
        walked.append(QApplication.focusWidget())
    for widget in (page.pane.name, page.pane.tags, page.pane.note, page.search, page.budget):
        assert widget in walked
    for widget in walked:
        assert widget.accessibleName() or widget.text()
    text = page.rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "wave" in text
    assert "loss 0.5" in text


def test_escape_gives_up_the_search_and_stays(show, home, qtbot):
    keep(home)
    session, page = show(1)
    page.search.setText("relu")
    page.take_keys()
    QTest.keyClick(page.list, KEY.Key_Escape)
    assert page.search.text() == ""
    assert session.pages.shown == "runs"


def test_the_page_is_there_again_at_the_next_start(show, home, start, qtbot):
    keep(home)
    session, _page = show(1, spec=edit(QUICK, "net.width", 7))
    session.window.close()
    again = start()
    assert again.pages.shown == "runs"
    qtbot.waitUntil(lambda: len(again.pages.runs.page.rows.runs) == 1)


def test_many_runs_are_listed_and_only_those_in_sight_are_drawn(show, home, qtbot):
    keep(home, seed=0)
    runs = RunLibrary(home)
    with contextlib.closing(sqlite3.connect(runs.file)) as library:
        names = [row[1] for row in library.execute("PRAGMA table_info(runs)")][1:]
        columns = ", ".join(names)
        for _ in range(12):
            library.execute(f"INSERT INTO runs ({columns}) SELECT {columns} FROM runs")
        library.commit()
    session, page = show(4096)
    page.list.scrollToBottom()
    qtbot.waitUntil(lambda: page.list.verticalScrollBar().value() > 0)
    qtbot.waitUntil(lambda: bool(page.rows._pictures) and not page.rows._wanted)
    quiet(session)
    assert 0 < len(page.rows._pictures) < 100
    QTest.mouseMove(page.list.viewport(), QPoint(30, 30))


def test_a_run_on_a_table_is_kept_and_opens_with_it(open_lab, home, tmp_path, qtbot):
    table = tmp_path / "heights.csv"
    table.write_text("x,y\n" + "".join(f"{k},{2 * k + k % 3}\n" for k in range(40)))
    session = open_lab(QUICK, OPTIONS)
    open_table(qtbot, session, table)
    session.store.edit("train.updates", 50)
    session.runner.finish()
    finished(qtbot, session)
    trained_params = session.runner.snapshot()[0].params
    runs = RunLibrary(home)
    qtbot.waitUntil(lambda: len(runs.find()) == 1)
    network = runs.detail(runs.find()[0].id).network
    assert labfile.load(network, layout_of).inputs == ("x",)  # a table with others is refused
    session.store.replace(QUICK, "other")
    QTest.mouseClick(session.window.rail.buttons["runs"], LEFT)
    page = session.pages.runs.page
    page.search.setText("heights")
    qtbot.waitUntil(lambda: len(page.rows.runs) == 1)
    page.list.choose(page.rows.runs[0].id)
    QTest.keyClick(page.list, KEY.Key_Return)
    qtbot.waitUntil(lambda: session.store.spec.task.path == str(table))
    qtbot.waitUntil(lambda: session.frame.spec == session.store.spec)
    np.testing.assert_array_equal(session.runner.snapshot()[0].params, trained_params)
