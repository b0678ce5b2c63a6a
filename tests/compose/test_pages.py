"""The gallery beside the lab: which of them a key, a command and a file are for."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab.core.spec import LabSpec, edit
from layerlab.experiments import EXPERIMENTS

KEY = "activations"


def press(session, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(session.window, key, modifier)
    QApplication.processEvents()


def rail(session, key):
    QTest.mouseClick(session.window.rail.buttons[key], Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    QApplication.processEvents()


def test_from_the_rail_to_a_page_and_back(lab):
    rail(lab, "gallery")
    gallery = lab.pages._gallery
    assert gallery.isVisible()
    assert not lab.window.is_lab_shown
    assert [card.page.key for card in gallery.shown()] == EXPERIMENTS.keys()
    card = next(card for card in gallery.cards if card.page.key == KEY)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert lab.pages.page.frame.isVisible()
    press(lab, Qt.Key.Key_Escape)
    assert gallery.isVisible()
    rail(lab, "lab")
    assert lab.window.is_lab_shown
    assert lab.window.rail.buttons["lab"].isChecked()


def test_the_rail_leads_back_to_the_page_with_its_knobs(lab):
    lab.pages.open(KEY)
    lab.pages.page.on_edited("std", 2.0)
    rail(lab, "lab")
    rail(lab, "gallery")
    assert lab.pages.page.frame.isVisible()
    assert lab.pages.page.values["std"] == 2.0
    rail(lab, "gallery")
    assert lab.pages._gallery.isVisible()


def test_the_lab_rests_meanwhile_and_goes_on(open_lab, qtbot):
    spec = edit(edit(LabSpec(), "train.updates", 400_000), "net.hidden", [64, 64])
    lab = open_lab(spec, play=True)
    qtbot.waitUntil(lambda: lab.frame.update > 0)
    rail(lab, "gallery")
    assert not lab.runner.is_playing
    assert lab.window.wanted() == {"loss"}
    rail(lab, "lab")
    assert lab.runner.is_playing
    run = lab.frame.run_id
    seen = lab.frame.update
    qtbot.waitUntil(lambda: lab.frame.update > seen)
    assert lab.frame.run_id == run


def test_a_lab_that_was_paused_stays_paused(lab):
    rail(lab, "gallery")
    rail(lab, "lab")
    assert not lab.runner.is_playing


def test_keys_and_commands_are_for_what_is_seen(lab):
    lab.store.edit("net.width", 5)
    lab.pages.open(KEY)
    page = lab.pages.page
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_N, Qt.Key.Key_F, Qt.Key.Key_Right):
        press(lab, key)
    assert not lab.runner.is_playing
    assert not lab.window.commands["undo"].isEnabled()
    page.on_edited("std", 2.0)
    assert lab.window.commands["undo"].text() == "Undo: Knob"
    press(lab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.values == page.experiment.values()
    press(lab, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert page.values["std"] == 2.0
    lab.window.commands["new_seed"].trigger()
    assert lab.store.spec.train.seed == LabSpec().train.seed
    assert lab.store.spec.net.hidden[0] == 5
    rail(lab, "lab")
    press(lab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lab.store.spec.net.hidden[0] == LabSpec().net.hidden[0]


def test_open_in_the_lab_trains_it_and_undo_brings_the_old_one_back(lab, qtbot):
    old = lab.store.spec
    lab.pages.open(KEY)
    page = lab.pages.page
    page.on_edited("activation", "gelu")
    QTest.mouseClick(page.frame.bar.lab, Qt.MouseButton.LeftButton)
    assert lab.window.is_lab_shown
    assert lab.store.spec == page.experiment.lab_spec(page.values)
    assert lab.runner.is_playing
    run = lab.runner.request.run_id
    qtbot.waitUntil(lambda: lab.frame.run_id == run and lab.frame.update > 0)
    lab.store.undo()
    assert lab.store.spec == old


def test_hidden_pages_compute_nothing(lab, monkeypatch):
    lab.pages.open(KEY)
    page = lab.pages.page
    QApplication.processEvents()
    counted = []
    compute = page._model.compute
    monkeypatch.setattr(
        page._model, "compute", lambda **values: counted.append(1) or compute(**values)
    )
    rail(lab, "lab")
    page.on_edited("std", 3.0)
    QApplication.processEvents()
    assert not counted
    lab.pages.open(KEY)
    QApplication.processEvents()
    assert len(counted) == 1


def test_edits_of_one_pass_are_computed_once(lab, monkeypatch):
    lab.pages.open(KEY)
    QApplication.processEvents()
    page = lab.pages.page
    counted = []
    claims = page._model.claims
    monkeypatch.setattr(page._model, "claims", lambda r: counted.append(1) or claims(r))
    for std in (2.0, 3.0, 4.0):
        page.on_edited("std", std)
    QApplication.processEvents()
    assert len(counted) == 1
    assert page.result.std == 4.0


def test_a_page_without_claims_shows_no_card_of_them(lab, monkeypatch):
    lab.pages.open(KEY)
    page = lab.pages.page
    monkeypatch.setattr(page._model, "claims", lambda result: [])
    page.refresh()
    QApplication.processEvents()
    view, claims = page.frame.view, page.frame.claims
    assert view.isVisible()
    assert not claims.isVisible()
    view.toggle_maximised(view.cards[0])
    view.toggle_maximised(view.cards[0])
    assert not claims.isVisible()


def test_a_page_that_breaks_says_so_and_goes_back(lab, monkeypatch, caplog):
    lab.pages.open(KEY)
    QApplication.processEvents()
    page = lab.pages.page
    compute = page._model.compute

    def broken(**values):
        if values["std"] > 3:
            raise RuntimeError("no such gaussian")
        return compute(**values)

    monkeypatch.setattr(page._model, "compute", broken)
    page.on_edited("std", 4.0)
    QApplication.processEvents()
    assert "no such gaussian" in page.frame.banner.text.text()
    assert "RuntimeError" in page.frame.banner.details.text()
    assert f"the page {KEY} broke" in caplog.text
    assert page.values["std"] == 1.0
    assert not page.can_undo  # it would change nothing
    page.on_edited("std", 2.0)
    QApplication.processEvents()
    assert page.frame.banner.isHidden()
    assert page.result.std == 2.0
    page.undo()
    QApplication.processEvents()
    assert page.result.std == 1.0
    assert not page.can_undo
    assert page.can_redo


def test_a_value_outside_its_range_is_said_under_the_knob(lab):
    lab.pages.open(KEY)
    page = lab.pages.page
    page.on_edited("std", 99.0)
    assert "the range is 0.1 to 5" in page.frame.panel.controls["std"].error
    assert page.values["std"] == 1.0


def test_a_dropped_knob_file_opens_its_page(lab, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"experiment": KEY, "knobs": {"activation": "silu"}}))
    drop(lab.window, file)
    assert lab.pages.page.frame.isVisible()
    assert lab.pages.page.values["activation"] == "silu"
    file.write_text(json.dumps({"experiment": KEY, "knobs": {"activation": "silly"}}))
    drop(lab.window, file)
    assert "'silly'" in lab.pages.page.frame.banner.text.text()
    assert lab.pages.page.values["activation"] == "silu"
    file.write_text(json.dumps({"experiment": "nowhere", "knobs": {}}))
    drop(lab.window, file)
    assert "nowhere" in lab.pages.page.frame.banner.text.text()
    file.write_text("{}")
    drop(lab.window, file)
    assert "not the knobs of a page" in lab.pages.page.frame.banner.text.text()
    assert not lab.window.is_lab_shown


def test_a_wrong_knob_file_in_the_lab_is_said_there(lab, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"experiment": ')
    drop(lab.window, file)
    assert lab.window.is_lab_shown
    assert "mine.json" in lab.window.banner.text.text()


def test_a_lab_dropped_on_a_page_opens_in_the_lab(lab, tmp_path):
    file = tmp_path / "lab.json"
    file.write_text('{"version": 1, "task": {"name": "step"}}')
    lab.pages.open(KEY)
    drop(lab.window, file)
    assert lab.window.is_lab_shown
    assert lab.store.spec.task.name == "step"


def test_a_drag_is_one_step_of_undo(lab):
    from layerlab.ui.controls.bar import SliderBar
    from tests.compose.conftest import drag

    lab.pages.open(KEY)
    page = lab.pages.page
    QApplication.processEvents()
    drag(page.frame.panel.controls["std"].findChild(SliderBar), 0.8)
    QApplication.processEvents()
    assert page.values["std"] > 3
    page.undo()
    assert page.values == page.experiment.values()
    assert not page.can_undo


def test_a_card_is_maximised_and_escape_brings_the_others_back(lab):
    lab.pages.open(KEY)
    frame = lab.pages.page.frame
    QApplication.processEvents()
    card = frame.view.cards[0]
    QApplication.processEvents()  # the first result has brought the claims
    before = [c.geometry() for c in frame.view.cards]
    QTest.mouseDClick(card, Qt.MouseButton.LeftButton, pos=QPoint(40, 12))
    QApplication.processEvents()
    assert card.geometry() == frame.view.rect()
    assert [c.isVisible() for c in frame.view.cards].count(True) == 1
    assert not frame.claims.isVisible()
    press(lab, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert [c.geometry() for c in frame.view.cards] == before
    assert all(c.isVisible() for c in frame.view.cards)
    assert frame.claims.isVisible()
    QTest.mouseDClick(frame.claims, Qt.MouseButton.LeftButton, pos=QPoint(40, 12))
    assert not frame.view.isVisible()
    press(lab, Qt.Key.Key_Escape)
    assert frame.view.isVisible()
    assert frame.isVisible()


def test_the_theme_is_that_of_the_window(lab):
    lab.pages.open(KEY)
    lab.pages.show_gallery()
    name = lab.window.theme.name
    QTest.mouseClick(lab.pages._gallery.bar.theme_button, Qt.MouseButton.LeftButton)
    assert lab.window.theme.name != name
    lab.pages.open(KEY)  # a hidden page is styled when it is shown again
    page = lab.pages._pages[KEY]
    assert page.frame.view.theme is lab.window.theme
    assert all(card.theme is lab.window.theme for card in page.frame.view.cards)


@pytest.mark.parametrize("words", ["softplus", "D22", "SOFTPLUS d22", "gelu"])
def test_the_gallery_is_searched_by_words(lab, words):
    lab.pages.show_gallery()
    gallery = lab.pages._gallery
    QTest.keyClick(gallery, Qt.Key.Key_Slash)
    QTest.keyClicks(gallery.search, words)
    assert KEY in [card.page.key for card in gallery.shown()]
    QTest.keyClicks(gallery.search, " nonsense")
    assert not gallery.shown()
    assert gallery.nothing.isVisible()
    QTest.keyClick(gallery.search, Qt.Key.Key_Escape)
    assert [card.page.key for card in gallery.shown()] == EXPERIMENTS.keys()


def test_the_gallery_is_walked_with_the_keyboard(lab):
    lab.pages.show_gallery()
    gallery = lab.pages._gallery
    QApplication.processEvents()
    gallery.search.setFocus()
    QTest.keyClick(gallery.search, Qt.Key.Key_Down)
    focused = QApplication.focusWidget()
    assert focused is gallery.shown()[0]
    QTest.keyClick(focused, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert lab.pages.page.experiment.key == gallery.shown()[0].page.key


def test_a_page_is_usable_at_the_largest_zoom(lab):
    lab.window.resize(1280, 720)
    for _ in range(10):
        lab.appearance.zoom(0.1)
    lab.pages.open(KEY)
    QApplication.processEvents()
    frame = lab.pages.page.frame
    assert frame.view.theme.zoom == 2.0
    cards = frame.view.cards
    assert all(card.width() >= 300 and card.height() >= 300 for card in cards)
    assert len({card.x() for card in cards}) == 1  # one below the other, and it scrolls
    lab.appearance.zoom(-1.0)
    lab.window.resize(1440, 900)
    QApplication.processEvents()
    assert len({card.x() for card in cards}) > 1


def test_a_page_that_lacks_a_library_says_so_where_it_was_chosen(lab, monkeypatch):
    def lacks(experiment):
        raise ModuleNotFoundError("No module named 'networkx'", name="networkx")

    monkeypatch.setattr("layerlab.core.experiment.Experiment.model", lacks)
    lab.pages.show_gallery()
    gallery = lab.pages._gallery
    gallery.chosen.emit(KEY)
    message = gallery.banner.text.text()
    assert message.startswith(
        f"The page {KEY} needs networkx, which is not installed; install it "
    )
    assert lab.window.pages.currentWidget() is gallery
    monkeypatch.undo()
    gallery.chosen.emit(KEY)
    assert lab.pages.page.experiment.key == KEY
