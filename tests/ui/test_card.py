"""The card: head, menu, maximising, copies."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from layerlab.ui.card import Card
from layerlab.ui.head import HeadButton
from layerlab.ui.theme import DARK, LIGHT


class TwoNumbers(Card):
    def numbers(self) -> str:
        return "a\tb\n1\t2\n"


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = TwoNumbers("Loss", "half <b>mean</b> squared error")
    qtbot.addWidget(card)
    card.resize(360, 250)
    card.show()
    return card


def test_the_head_names_the_card_for_eyes_and_screen_readers(card: Card) -> None:
    assert card.title() == "Loss"
    assert card.accessibleName() == "Loss"
    assert card.menu_button.accessibleName() == "Menu of Loss"
    assert card._note_label.accessibleName() == "half mean squared error"


def test_a_note_that_does_not_fit_is_hidden_and_comes_back(card: Card) -> None:
    assert card._note_label.isVisible()
    card.resize(180, 250)
    assert not card._note_label.isVisible()
    card.resize(360, 250)
    assert card._note_label.isVisible()
    card.add_control(HeadButton("a control that takes all the room there is"))
    assert not card._note_label.isVisible()


def test_a_shorter_note_is_shown_where_the_long_one_does_not_fit(card: Card) -> None:
    card.set_note("accuracy <b>97.8 %</b> · validation <b>97.1 %</b>", "<b>97.1 %</b>")
    card.resize(400, 250)
    assert card._note_label.text().startswith("accuracy")
    card.resize(180, 250)
    assert card._note_label.text() == "<b>97.1 %</b>"
    assert card._note_label.isVisible()
    assert card.note().startswith("accuracy")
    card.resize(400, 250)
    assert card._note_label.text().startswith("accuracy")


def test_a_control_gets_brief_rather_than_that_a_figure_is_lost(card: Card) -> None:
    card.set_title("Loss")
    control = HeadButton("this seed", brief="seed")
    card.add_control(control)
    looks = {}
    for note in ("drag the line", "R² <b>0.98</b> · <b>0.96</b>"):
        card.set_note(note)
        found = []
        for wide in range(120, 360, 5):
            card.resize(wide, 250)
            found.append((control.is_brief, card._note_label.isVisible()))
        looks[note] = list(dict.fromkeys(found))
    hint, figures = looks.values()
    assert hint[-2:] == [(False, False), (False, True)]
    assert figures[-2:] == [(True, True), (False, True)]


def test_a_title_keeps_its_room_from_a_control_that_can_be_brief(card: Card) -> None:
    card.set_title("Signal by layer")
    card.set_note("")
    control = HeadButton("across inputs ▾", brief="▾")
    card.add_control(control)
    card.resize(360, 250)
    QApplication.processEvents()
    assert (control.is_brief, card._title.width()) == (False, card._title.sizeHint().width())
    card.resize(200, 250)
    QApplication.processEvents()
    assert (control.is_brief, card._title.width()) == (True, card._title.sizeHint().width())
    assert control.text() == "across inputs ▾"
    narrow = card.grab().toImage()
    card.resize(100, 250)  # not even that is enough: an ellipsis shows it
    QApplication.processEvents()
    assert card._title.width() < card._title.sizeHint().width()
    corner = card._title.geometry()
    assert card.grab(corner).toImage() != narrow.copy(corner)


def test_a_double_click_on_head_or_body_asks_to_be_maximised(card: Card, qtbot: QtBot) -> None:
    body = QWidget()
    card.body.addWidget(body)
    body.show()
    for widget in (card, body):
        with qtbot.waitSignal(card.maximise_requested):
            qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton)


def test_the_menu_copies_and_maximises(card: Card, qtbot: QtBot) -> None:
    menu = card.menu()
    actions = {action.text(): action for action in menu.actions() if action.text()}
    saved = ["Save figure…", "Save figure for print…"]
    assert list(actions) == [*saved, "Copy picture", "Copy numbers", "Maximise"]
    for name, for_print in zip(saved, (False, True), strict=True):
        with qtbot.waitSignal(card.figure_wanted) as asked:
            actions[name].trigger()
        assert asked.args == [for_print]
    actions["Copy numbers"].trigger()
    assert QGuiApplication.clipboard().text() == "a\tb\n1\t2\n"
    actions["Copy picture"].trigger()
    assert QGuiApplication.clipboard().pixmap().size() == card.size()
    with qtbot.waitSignal(card.maximise_requested):
        actions["Maximise"].trigger()
    card.set_maximised(True)
    assert card.menu().actions()[-1].text() == "Back to all views"


def test_a_right_click_anywhere_opens_the_menu(card: Card, qtbot: QtBot) -> None:
    body = QWidget()
    card.body.addWidget(body)
    body.show()
    for widget in (card, body):
        place = widget.rect().center()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place)
        )
        QApplication.sendEvent(widget, event)
        menu = QApplication.activePopupWidget()
        assert menu.actions()[0].text() == "Save figure…"
        menu.close()


def test_a_maximised_card_shows_how_to_get_back(card: Card, qtbot: QtBot) -> None:
    assert not card.back_button.isVisible()
    card.set_maximised(True)
    assert card.back_button.isVisible()
    card.picture()
    with qtbot.waitSignal(card.maximise_requested):
        qtbot.mouseClick(card.back_button, Qt.MouseButton.LeftButton)
    card.set_maximised(False)
    assert not card.back_button.isVisible()


def test_a_card_without_numbers_does_not_offer_them(qtbot: QtBot) -> None:
    card = Card("Empty")
    qtbot.addWidget(card)
    offered = {action.text(): action.isEnabled() for action in card.menu().actions()}
    assert not offered["Copy numbers"]
    assert offered["Copy picture"]


def test_the_menu_opens_with_the_keyboard(card: Card, qtbot: QtBot) -> None:
    card.menu_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(card.menu_button, Qt.Key.Key_Space)
    menu = QGuiApplication.instance().activePopupWidget()
    assert menu is not None
    menu.close()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_picture_has_round_corners_on_the_background(card: Card, theme: object) -> None:
    card.set_theme(theme)
    image = card.picture().toImage()
    assert image.pixelColor(0, 0) == QColor(theme.background)
    assert image.pixelColor(180, 200) == QColor(theme.panel)


def test_controls_take_the_theme_at_its_zoom(card: Card) -> None:
    button = HeadButton("this seed", "help")
    card.add_control(button)
    before = button.sizeHint()
    card.set_theme(DARK.zoomed(2.0))
    assert button.sizeHint().height() == 2 * before.height()
    assert button.accessibleDescription() == "help"
