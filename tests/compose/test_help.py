"""What helps when something is odd: logs, reports, what the lab is made of."""

from __future__ import annotations

import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from layerlab import __version__
from layerlab.compose import help as help_
from layerlab.core.spec import edit
from layerlab.runtime.logbook import Logbook
from layerlab.ui.about import About
from layerlab.ui.guide import Guide
from tests.test_packaging import ROOT

LEFT = Qt.MouseButton.LeftButton


def test_about_tells_the_version_and_every_library_the_lab_depends_on(lab, qtbot) -> None:
    lab.window.commands["about"].trigger()
    [dialog] = [w for w in QApplication.topLevelWidgets() if isinstance(w, About)]
    qtbot.waitUntil(dialog.isVisible)
    text = dialog.texts.toPlainText()
    assert f"Layerlab {__version__}: MIT" in text
    assert "not said" not in text
    QTest.mouseClick(dialog.copy_button, LEFT)
    assert text in QGuiApplication.clipboard().text()
    with qtbot.waitSignal(dialog.destroyed):
        QTest.mouseClick(dialog.close_button, LEFT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {line.partition("=")[0].rstrip("<>") for line in project["dependencies"]}
    assert named == set(help_.LIBRARIES)


def test_a_bundle_shows_its_own_list(tmp_path, monkeypatch) -> None:
    (tmp_path / "licences.txt").write_text("all of it")
    monkeypatch.setattr(help_, "resource", lambda name: tmp_path / name)
    assert help_.licences() == "all of it"


@pytest.mark.parametrize("can", [True, False])
def test_the_logs_are_shown_or_named(lab, home, monkeypatch, can) -> None:
    asked = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url) or can)
    lab.window.commands["logs"].trigger()
    assert asked[0].toLocalFile() == str(home / "logs")
    assert (home / "logs").is_dir()
    assert lab.window.banner.isVisible() != can
    assert (str(home / "logs") in lab.window.banner.text.text()) != can


def test_a_surprise_is_told_kept_and_copied_and_the_lab_goes_on(lab, qtbot, home) -> None:
    book = Logbook()
    book.begin()
    lab.error_reporter.report = book.report
    try:
        lab.store.edit("net.width", 5)
        lab.error_reporter.on_surprise(ValueError("odd"))
        banner = lab.window.banner
        assert banner.text.text().endswith("the lab continues: odd")
        QTest.mouseClick(banner.copy_button, LEFT)
        copied = QGuiApplication.clipboard().text()
        [kept] = (home / "logs").glob("report-*.txt")
        assert copied == kept.read_text()
        assert "ValueError: odd" in copied
        assert '"hidden": [ 5, 5 ]' in copied  # what was done before
    finally:
        book.end()
    run = lab.runner.request.run_id
    lab.store.replace(edit(lab.store.spec, "net.width", 6), "goes on")
    qtbot.waitUntil(lambda: lab.frame.run_id > run)


def test_details_that_are_long_are_cut_where_they_are_shown(lab) -> None:
    banner = lab.window.banner
    banner.show_message("It broke", "error", details="\n".join(map(str, range(100))))
    assert banner.details.text().splitlines()[-1] == "…"
    assert len(banner.details.text().splitlines()) < 30
    banner.copy_button.click()
    assert QGuiApplication.clipboard().text().endswith("99")
    banner.show_message("Keys", details="a")
    assert not banner.copy_button.isVisible()


def opened_guide(qtbot) -> Guide:
    [guide] = [w for w in QApplication.topLevelWidgets() if isinstance(w, Guide)]
    qtbot.waitUntil(guide.isVisible)
    return guide


def test_f1_shows_the_keys_and_the_glossary_is_searched(lab, qtbot) -> None:
    QTest.keyClick(lab.window, Qt.Key.Key_F1)
    guide = opened_guide(qtbot)
    assert "Ctrl+E" in guide.keys.toPlainText()
    bar = guide.tabs.tabBar()
    QTest.mouseClick(bar, LEFT, pos=bar.tabRect(1).center())
    assert "Backpropagation" in guide.terms.toPlainText()
    QTest.keyClicks(guide.asked, "vanishing")
    assert guide.terms.toPlainText().startswith("Vanishing gradient")
    assert "Backpropagation" not in guide.terms.toPlainText()
    QTest.keyClicks(guide.asked, " <b>")
    assert guide.terms.toPlainText().strip() == "No term contains “vanishing <b>”."
    with qtbot.waitSignal(guide.destroyed):
        QTest.mouseClick(guide.close_button, LEFT)


def test_the_menu_opens_the_glossary(lab, qtbot) -> None:
    lab.window.commands["glossary"].trigger()
    guide = opened_guide(qtbot)
    assert guide.asked.isVisible()
    with qtbot.waitSignal(guide.destroyed):
        QTest.keyClick(guide, Qt.Key.Key_Escape)
