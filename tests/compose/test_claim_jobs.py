"""The page of the claims: asked for with real events, computed in the background."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.claims import claim, claims
from layerlab.claims.base import Judgement, not_checked
from layerlab.compose import claim_jobs as module
from layerlab.core.experiment import HOLDS, NOT_CHECKED, ONLY_IF, WRONG
from layerlab.core.ledger import UNCHECKED, UNKNOWN
from layerlab.core.spec import LabSpec, edit
from layerlab.experiments import EXPERIMENTS

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
QUICK = ("A1", "B2", "B3", "D1", "D13", "D14", "D23")


class Held:
    """A claim that is under way until it is let go."""

    def __init__(self):
        self.go, self.begun = threading.Event(), 0

    def measure(self, ctx):
        self.begun += 1
        while not self.go.is_set():
            ctx.step(1, 2)
            self.go.wait(0.002)
        return 1

    def row(self, name):
        return replace(
            claim(name), measure=self.measure, judge=lambda n: Judgement.holds("1", "held")
        )


@pytest.fixture
def show(open_lab, monkeypatch, qtbot):
    """Open the page with some rows, by a click in the rail."""

    def prepare(is_interrupted):  # no test waits for a compiler
        prepared.append(True)
        yield from ()

    prepared = []
    monkeypatch.setattr(module, "prepare", prepare)

    def make(rows=None, **lab):
        monkeypatch.setattr(module, "claims", lambda: rows or [claim(name) for name in QUICK])
        session = open_lab(**lab)
        rail(session, "claims")
        session.prepared = prepared
        return session

    return make


def rail(session, key):
    QTest.mouseClick(session.window.rail.buttons[key], LEFT)
    QApplication.processEvents()


def page_of(session):
    return session.pages.ledger.page


def done(session, qtbot):
    qtbot.waitUntil(lambda: not session.pages.ledger.waiting)


def kinds(page):
    return {entry.id: entry.kind for entry in page.rows.entries}


def test_before_anything_is_asked_every_claim_is_there(open_lab):
    lab = open_lab()
    rail(lab, "claims")
    page = page_of(lab)
    assert page.isVisible()
    assert lab.window.rail.buttons["claims"].isChecked()
    assert [entry.id for entry in page.rows.shown()] == [row.id for row in claims()]
    assert set(kinds(page).values()) == {UNCHECKED}
    assert page.tally.counts[UNCHECKED].number == len(claims())
    for entry in page.rows.entries:
        assert entry.statement
        assert entry.published
        assert entry.page is None or EXPERIMENTS[entry.page].title == entry.question
    assert not lab.background.has(("claim", "A1"))  # and nothing is computed


def test_all_are_checked_and_fill_in(show, qtbot):
    lab = show()
    page = page_of(lab)
    assert page.check.text() == "Check all"
    QTest.mouseClick(page.check, LEFT)
    assert page.check.text() == "Stop"
    assert page.tally.work.isVisible()
    done(lab, qtbot)
    expected = {
        "A1": ONLY_IF,
        "B2": HOLDS,
        "B3": ONLY_IF,
        "D1": HOLDS,
        "D13": WRONG,
        "D14": WRONG,
        "D23": HOLDS,
    }
    assert kinds(page) == expected
    assert lab.prepared == [True]  # once for all
    assert page.tally.counts[HOLDS].number == 3
    assert page.tally.counts[UNCHECKED].number == 0
    assert page.check.text() == "Check all again"
    assert page.tally.work.isHidden()
    assert "507" in page.rows.entry("D14").verdict.why
    assert page.banner.isHidden()


def test_claims_that_are_out_of_reach_are_counted_and_filtered(show, qtbot):
    needs = "it takes a corpus of text"
    row = not_checked("A1", "A", "Text is learned.", "3", "exactly", page=None, why=needs)
    lab = show([row, claim("D1")])
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    done(lab, qtbot)
    assert kinds(page) == {"A1": NOT_CHECKED, "D1": HOLDS}
    assert page.tally.counts[NOT_CHECKED].number == 1
    QTest.mouseClick(page.tally.counts[NOT_CHECKED], LEFT)
    assert [entry.id for entry in page.rows.shown()] == ["A1"]
    page.choose("A1")
    assert page.detail.verdict.text() == NOT_CHECKED
    assert page.detail.texts["Why"].text() == f"{needs[0].upper()}{needs[1:]}."
    page.copy_wanted.emit("CSV")
    assert f"not checked here,{needs},exactly" in QGuiApplication.clipboard().text()


def test_one_that_is_asked_for_alone_goes_first_and_nothing_is_lost(show, qtbot):
    held = Held()
    lab = show([held.row("A1"), claim("D1"), claim("D14")])
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    qtbot.waitUntil(lambda: page.rows.entry("A1").share is not None)
    assert page.rows.entry("D14").waits
    QTest.mouseClick(page.check, LEFT)  # stop
    assert not lab.pages.ledger.waiting
    assert kinds(page) == {"A1": UNCHECKED, "D1": UNCHECKED, "D14": UNCHECKED}
    page.choose("A1")
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.rows.entry("A1").share is not None)
    page.choose("D14")
    QTest.mouseClick(page.detail.check, LEFT)
    qtbot.waitUntil(lambda: page.rows.entry("D14").kind == WRONG)
    assert page.rows.entry("A1").waits  # it was held meanwhile, and goes on
    held.go.set()
    done(lab, qtbot)
    assert page.rows.entry("A1").kind == HOLDS
    assert held.begun == 2  # once for each time that it was asked for
    assert page.rows.entry("D1").kind == UNCHECKED


def test_a_row_that_breaks_says_why_and_the_others_go_on(show, qtbot):
    def breaks(ctx):
        raise RuntimeError("a mistake of ours")

    lab = show([replace(claim("A1"), measure=breaks), claim("D1")])
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    done(lab, qtbot)
    assert kinds(page) == {"A1": UNKNOWN, "D1": HOLDS}
    assert "a mistake of ours" in page.detail.texts["Why"].text()
    assert page.banner.isVisible()
    assert "a mistake of ours" in page.banner.details.text()


def test_without_torch_the_rows_that_ask_it_say_so(show, qtbot, monkeypatch):
    monkeypatch.setattr(module, "available", lambda: {"torch": "PyTorch is not installed"})
    lab = show([claim("D1"), claim("D29"), claim("D30")])
    page = page_of(lab)
    assert "D29 and D30" in page.tally.note.text()
    assert "PyTorch is not installed" in page.tally.note.text()
    assert page.tally.note.isVisible()
    assert page.check.text() == "Check all"
    QTest.mouseClick(page.check, LEFT)
    done(lab, qtbot)
    assert kinds(page) == {"D1": HOLDS, "D29": UNCHECKED, "D30": UNCHECKED}
    page.choose("D29")
    assert page.detail.check.isHidden()
    assert "PyTorch" in page.detail.verdict.text()


def test_the_lab_rests_on_the_page_and_the_rows_rest_while_it_trains(show, qtbot):
    held = Held()
    spec = edit(edit(LabSpec(), "train.updates", 400_000), "net.hidden", [64, 64])
    lab = show([held.row("A1"), claim("D1")], spec=spec, play=True)
    assert not lab.runner.is_playing
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    qtbot.waitUntil(lambda: held.begun == 1)
    rail(lab, "lab")
    assert lab.runner.is_playing
    held.go.set()
    seen = lab.frame.update
    qtbot.waitUntil(lambda: lab.frame.update > seen)
    assert "D1" in lab.pages.ledger.waiting
    assert lab.window.rail.buttons["claims"].toolTip() != "Claims"
    lab.runner.pause()
    done(lab, qtbot)  # in the background, while the lab is shown
    assert kinds(page) == {"A1": HOLDS, "D1": HOLDS}
    assert lab.window.rail.buttons["claims"].toolTip() == "Claims"


def test_the_engine_is_made_ready_before_the_first_row(show, qtbot, monkeypatch):
    lab = show([claim("D1")])
    ready = threading.Event()

    def prepare(is_interrupted):
        while not ready.is_set():
            if is_interrupted():
                yield None
            ready.wait(0.002)

    monkeypatch.setattr(module, "prepare", prepare)
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    qtbot.waitUntil(lambda: "engine" in page.tally.work.text)
    assert page.rows.entry("D1").waits
    ready.set()
    done(lab, qtbot)
    assert kinds(page) == {"D1": HOLDS}


def test_search_counts_and_themes_choose_what_is_seen(show, qtbot):
    lab = show()
    page = page_of(lab)
    QTest.mouseClick(page.check, LEFT)
    done(lab, qtbot)
    QTest.mouseClick(page.tally.counts[WRONG], LEFT)
    assert [entry.id for entry in page.rows.shown()] == ["D13", "D14"]
    assert page.list.name == "D13"
    assert page.check.text() == "Check these 2 again"
    QTest.keyClick(page.list, Qt.Key.Key_F, CONTROL)
    assert page.search.hasFocus()
    QTest.keyClicks(page.search, "507")
    assert [entry.id for entry in page.rows.shown()] == ["D14"]
    QTest.keyClicks(page.search, " nonsense")
    assert not page.rows.shown()
    assert page.panel.nothing.isVisible()
    assert page.detail.isHidden()
    assert not page.check.isEnabled()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)  # the words
    assert [entry.id for entry in page.rows.shown()] == ["D13", "D14"]
    page.take_keys()
    QTest.keyClick(page.list, Qt.Key.Key_Escape)  # all that hides something
    assert len(page.rows.shown()) == len(QUICK)
    assert page.isVisible()
    theme = page.rows.entry("B3").theme
    page.theme_choice.setCurrentText(theme)
    assert {entry.theme for entry in page.rows.shown()} == {theme}
    assert len(page.rows.shown()) < len(QUICK)


def test_a_filtered_list_follows_what_is_found(show, qtbot):
    lab = show()
    page = page_of(lab)
    QTest.mouseClick(page.tally.counts[HOLDS], LEFT)
    assert not page.rows.shown()
    page.check_wanted.emit(list(QUICK))
    done(lab, qtbot)
    assert [entry.id for entry in page.rows.shown()] == ["B2", "D1", "D23"]
    assert page.detail.isVisible()


def test_the_list_is_walked_with_the_keyboard(show, qtbot):
    lab = show()
    page = page_of(lab)
    QApplication.processEvents()
    assert page.list.name == "A1"
    for key, name in (
        (Qt.Key.Key_Down, "B2"),
        (Qt.Key.Key_Down, "B3"),
        (Qt.Key.Key_Up, "B2"),
        (Qt.Key.Key_End, "D23"),
        (Qt.Key.Key_Home, "A1"),
    ):
        QTest.keyClick(page.list, key)
        assert page.list.name == name
        assert page.detail.entry.id == name
        assert page.rows.entry(name).statement == page.detail.statement.text()
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    done(lab, qtbot)
    assert [name for name, kind in kinds(page).items() if kind != UNCHECKED] == ["A1"]


@pytest.mark.parametrize("way", ["button", "card", "key"])
def test_a_row_opens_the_page_that_shows_it(show, way):
    lab = show()
    page = page_of(lab)
    page.choose("D1")
    QApplication.processEvents()
    if way == "button":
        QTest.mouseClick(page.detail.page, LEFT)
    elif way == "card":
        card = page.detail.cards["diagonal-flip"]
        page.detail.area.ensureWidgetVisible(card)
        QTest.mouseClick(card, LEFT)
    else:
        QTest.keyClick(page.list, Qt.Key.Key_Return, CONTROL)
    QApplication.processEvents()
    assert lab.pages.page.experiment.key == "diagonal-flip"
    assert lab.pages.page.frame.isVisible()
    rail(lab, "claims")
    assert page.isVisible()
    assert page.list.name == "D1"


def test_what_is_measured_is_copied(show, qtbot):
    lab = show()
    page = page_of(lab)
    page.copy_wanted.emit("JSON")
    assert "None of the claims" in lab.toast.text()
    page.check_wanted.emit(["D14", "D1"])
    done(lab, qtbot)
    clipboard = QGuiApplication.clipboard()
    for action in page.copy.menu().actions():
        action.trigger()
        text = clipboard.text()
        assert "148" in text
        assert "B2" not in text
        assert action.text().removeprefix("As ") in lab.toast.text()
    assert [found["id"] for found in json.loads(text)] == ["D1", "D14"]


def test_keys_and_commands_on_the_page_touch_no_lab_and_no_page(show):
    lab = show()
    rail(lab, "lab")
    lab.store.edit("net.width", 5)
    lab.pages.open("activations")
    shown = lab.pages.page
    shown.on_edited("std", 2.0)
    rail(lab, "claims")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_N, Qt.Key.Key_F, Qt.Key.Key_Escape):
        QTest.keyClick(lab.window, key)
    for name in ("undo", "redo"):
        assert not lab.window.commands[name].isEnabled()
        lab.pages.run(name, lab.store.undo)
    assert shown.values["std"] == 2.0
    assert lab.store.spec.net.hidden[0] == 5
    assert page_of(lab).isVisible()
    rail(lab, "gallery")  # back to the page on which one was
    assert shown.frame.isVisible()
    assert lab.window.commands["undo"].isEnabled()


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_painted_in_both_themes_and_sizes(show, qtbot, size, theme):
    lab = show()
    page = page_of(lab)
    lab.window.resize(*size)
    if lab.window.theme.name != theme:
        QTest.mouseClick(page.bar.theme_button, LEFT)
    page.check_wanted.emit(list(QUICK))
    done(lab, qtbot)
    QApplication.processEvents()
    picture = lab.window.grab().toImage()
    assert (picture.width(), picture.height()) == size
    assert page.bar.title.text() == "Claims"
    # The bar above the counts has the colours of the verdicts, in their order.
    shares, middle = page.tally.shares, page.tally.shares.height() // 2
    place = shares.mapTo(lab.window, QPoint(shares.width() // 4, middle))
    assert picture.pixelColor(place) == lab.window.theme.color("good")
    last = shares.mapTo(lab.window, QPoint(shares.width() - 8, middle))
    assert picture.pixelColor(last) == lab.window.theme.color("negative")
    line = page.list.visualRect(page.rows.index(page.rows.line_of("B2")))
    dots = page.list.viewport().grab(line).toImage()
    good = lab.window.theme.color("good").rgb()
    assert any(
        dots.pixel(x, y) == good for x in range(dots.width()) for y in range(dots.height())
    )


def test_it_is_usable_at_the_largest_zoom(show):
    lab = show()
    for _ in range(10):
        lab.appearance.zoom(0.1)
    lab.window.resize(1280, 720)
    QApplication.processEvents()
    page = page_of(lab)
    assert lab.window.width() == 1280
    assert page.list.painter.theme.zoom == 2.0
    assert page.list.width() >= 300
    assert page.detail.width() >= 300
    lab.appearance.zoom(-1.0)


def test_closing_the_window_ends_a_row_under_way(show, qtbot):
    held = Held()
    lab = show([held.row("A1")])
    QTest.mouseClick(page_of(lab).check, LEFT)
    qtbot.waitUntil(lambda: held.begun == 1)
    lab.window.close()
    assert [t.name for t in threading.enumerate() if t.name == "layerlab-claim"] == []
