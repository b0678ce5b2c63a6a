"""Every page of the gallery, driven as a person drives it."""

from __future__ import annotations

import ast
import inspect
import json
import pathlib
import subprocess
import sys

import pyqtgraph
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.experiment import NOT_CHECKED, NOT_HERE, PENDING, UNKNOWN, VERDICTS
from layerlab.core.resources import resource
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.engines.remote import missing_torch
from layerlab.ui.head import HeadButton, HeadLabel, MenuButton
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.surface import Surface
from layerlab.ui.table import Table
from tests.experiments.conftest import drag_handle, drawn, handles, moves, settle
from tests.helpers.plots import drive_plots
from tests.helpers.scripts import script
from tests.helpers.waiting import PATIENCE_S

KEYS = EXPERIMENTS.keys()
every_page = pytest.mark.parametrize("key", KEYS)


@every_page
def test_a_page_declares_what_it_needs(key: str) -> None:
    page = EXPERIMENTS[key]
    assert page.title.endswith("?")
    assert pathlib.Path(page.package.rpartition(".")[2]).name == key.replace("-", "_")
    shown = [knob for knob in page.knobs if knob.kind not in ("numbers", "text")]
    assert 2 <= len(shown) <= 5
    assert set(page.start) == {knob.path for knob in page.knobs}
    assert not set(page.start) & set(KNOBS)
    assert 2 <= len(page.tries) <= 3
    for thing in page.tries:
        assert page.values(**thing.values) is not None
    assert page.look_for
    assert page.help
    assert page.source
    assert page.formula
    assert page.claims, "a page bears on one claim at least"
    assert list(page.claims) == sorted(page.claims, key=lambda c: (c[0], int(c[1:])))


@every_page
def test_a_model_takes_the_knobs_and_says_what_it_finds(key: str) -> None:
    page = EXPERIMENTS[key]
    model = page.model()
    some = (getattr(model, name, None) for name in ("lab_spec", "torch_code"))
    for function in (model.compute, model.numpy_code, *some):
        if function is not None:
            parameters = inspect.signature(function).parameters
            assert {n: p.default for n, p in parameters.items()} == dict(page.start)
    rows = model.claims(model.compute())
    assert {row.id for row in rows} == set(page.claims)
    for row in rows:
        assert row.verdict.startswith((*VERDICTS, PENDING, UNKNOWN, NOT_CHECKED, NOT_HERE))
        assert row.statement
        assert row.measured
        assert row.why


@every_page
def test_every_knob_moves_the_page_with_real_events(key: str, open_page) -> None:
    page = open_page(key)
    start = drawn(page)
    for name in page.frame.panel.controls:
        first, seen = page.values, {tuple(start)}
        for where in moves(page, name):
            settle(page)
            seen.add(tuple(drawn(page)))
            assert page.values is not None, (name, where)
        assert len(seen) > 1, f"{name} changes nothing that is drawn"
        while page.can_undo:
            QTest.keyClick(page.frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            settle(page)
        assert page.values == first
        assert drawn(page) == start


@every_page
def test_what_can_be_dragged_turns_a_knob(key: str, open_page) -> None:
    page = open_page(key)
    for plot, handle in list(handles(page)):
        before = page.values
        drag_handle(plot, handle)
        settle(page)
        assert page.values != before, handle.name
        drawn(page)
        page.undo()
        settle(page)
        assert page.values == before


@every_page
def test_plots_are_zoomed_panned_switched_and_saved(key: str, open_page, qtbot) -> None:
    drive_plots(open_page(key), qtbot)


def painter_of(widget: QWidget) -> type:
    """Return the class that paints a widget."""
    return next(kind for kind in type(widget).__mro__ if "paintEvent" in vars(kind))


@every_page
def test_all_that_is_drawn_is_a_view_of_pyqtgraph(key: str, open_page) -> None:
    for card in open_page(key).frame.view.cards:
        inside = card.findChildren(QWidget)
        shown = [one for one in inside if isinstance(one, pyqtgraph.GraphicsView | Table)]
        assert shown, f"{card.title()!r} shows nothing"
        if isinstance(card, PlotCard):
            assert card.plot in shown
        painters = {painter_of(widget) for widget in inside}
        own = {kind for kind in painters if kind.__module__.startswith("layerlab")}
        assert own <= {Surface, Plot, Table, HeadButton, HeadLabel, MenuButton}, card.title()


@every_page
def test_things_to_try_and_reset(key: str, open_page) -> None:
    page = open_page(key)
    start = drawn(page)
    for button in page.frame.panel.tries:
        page.frame.panel.ensureWidgetVisible(button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(page)
        assert page.values == page.experiment.values(**button.thing.values)
        drawn(page)
    QTest.mouseClick(page.frame.bar.reset, Qt.MouseButton.LeftButton)
    settle(page)
    assert page.values == page.experiment.values()
    assert drawn(page) == start
    assert {row.id for row in page.frame.claims.rows} == set(page.experiment.claims)


@every_page
def test_longer_work_fills_the_page_and_can_be_stopped(key: str, open_page, qtbot) -> None:
    if not hasattr(EXPERIMENTS[key].model(), "work"):
        return
    page = open_page(key, work=True)
    bar = page.frame.figures.work
    start, found = drawn(page), []
    page.work.found.connect(found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert bar.isVisible()
    # The first result of the engines' comparison may be what was there already.
    qtbot.waitUntil(lambda: drawn(page) != start)
    QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    count = len(found)
    qtbot.wait(300)
    assert len(found) == count
    assert "stopped" in bar.text
    QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(found) > count)
    page.frame.window().rail.page_chosen.emit("lab")  # hidden pages compute nothing
    QApplication.processEvents()
    count = len(found)
    qtbot.wait(300)
    assert len(found) == count
    assert page.frame.banner.isHidden()


@every_page
def test_what_is_copied_runs_by_itself(key: str, open_page, tmp_path) -> None:
    page = open_page(key)
    QTest.mouseClick(page.frame.bar.copy, Qt.MouseButton.LeftButton)
    assert "torch" not in run_copied(tmp_path, {"numpy"})
    if page.frame.bar.copy_torch.isVisible():
        if missing := missing_torch():
            pytest.skip(missing)
        QTest.mouseClick(page.frame.bar.copy_torch, Qt.MouseButton.LeftButton)
        assert "torch" in run_copied(tmp_path, {"numpy", "torch"})
    else:
        assert not hasattr(page.experiment.model(), "torch_code")


def run_copied(tmp_path: pathlib.Path, allowed: set[str]) -> set[str]:
    """Run the program on the clipboard in a process of its own; return what it imports."""
    code = QGuiApplication.clipboard().text()
    imported = {
        name.name.partition(".")[0] if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported - set(sys.stdlib_module_names) <= allowed
    file = tmp_path / "copied.py"
    file.write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    return imported


@every_page
def test_it_opens_in_the_lab_where_the_lab_can_show_it(key: str, open_page) -> None:
    page = open_page(key)
    session = page.parent() or page
    if not page.frame.bar.lab.isVisible():
        assert not hasattr(page.experiment.model(), "lab_spec")
        return
    wanted = []
    page.lab_wanted.connect(wanted.append)
    QTest.mouseClick(page.frame.bar.lab, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert wanted == [page.experiment.lab_spec(page.values)]
    assert not page.frame.isVisible()
    assert session is not None


@every_page
@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_painted_in_both_themes_and_sizes(key, size, theme, open_page) -> None:
    page = open_page(key)
    window = page.frame.window()
    window.resize(*size)
    if window.theme.name != theme:
        QTest.mouseClick(page.frame.bar.theme_button, Qt.MouseButton.LeftButton)
    page.frame.panel.formula.typeset()
    settle(page)
    picture = window.grab().toImage()
    assert (picture.width(), picture.height()) == size
    for card in page.frame.view.cards:
        assert card.width() >= 150, card.title()
        assert card.height() >= 90, card.title()
    # A title that is cut says nothing.
    bar = page.frame.bar
    assert bar.title.text() == page.experiment.title


def flat(part: object) -> list[object]:
    """Return the words and numbers of a picture in their order."""
    if isinstance(part, dict):
        return [leaf for key in sorted(part) for leaf in (key, *flat(part[key]))]
    return [leaf for item in part for leaf in flat(item)] if isinstance(part, list) else [part]


@every_page
def test_the_kept_thumbnail_is_what_the_view_draws(key: str) -> None:
    raw = resource(f"thumbnails/experiments/{key}.json").read_bytes()
    kept, drawn = (flat(json.loads(found)) for found in (raw, script("thumbnails").drawn(key)))
    assert [type(leaf) for leaf in kept] == [type(leaf) for leaf in drawn]
    pairs = list(zip(kept, drawn, strict=True))
    assert all(a == b for a, b in pairs if not isinstance(a, float))
    # What is trained is rounded in another way by another engine or processor.
    apart = [abs(a - b) > 0.02 for a, b in pairs if isinstance(a, float)]
    assert sum(apart) <= 0.02 * len(apart)


@every_page
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not the knobs of a page"),
        (b"\xff\xfe", "not the knobs of a page"),
        (b'{"experiment": "KEY"}', "knobs"),
        (b'{"experiment": "KEY", "knobs": {"nonsense": 1}}', "nonsense"),
        (b'{"experiment": "KEY", "knobs": {"FIRST": [1, {}]}}', ""),
        (b'{"experiment": "KEY", "knobs": {"FIRST": null}}', ""),
        (b'{"experiment": "KEY", "knobs": {"FIRST": 1e99}}', ""),
        (b'{"experiment": "KEY", "knobs": {"FIRST": "nonsense"}}', "nonsense"),
        (b'{"experiment": "KEY", "knobs": {}, "version": 99}', "version"),
        (b'{"experiment": "other", "knobs": {}}', "other"),
    ],
)
def test_a_wrong_knob_file_is_refused_and_nothing_is_lost(
    key: str, content: bytes, words: str, open_page, tmp_path
) -> None:
    page = open_page(key)
    before, start = page.values, drawn(page)
    first = page.experiment.knobs[0].path
    file = tmp_path / "knobs.json"
    file.write_bytes(content.replace(b"KEY", key.encode()).replace(b"FIRST", first.encode()))
    page.open_file(file)
    sentence = page.frame.banner.text.text()
    assert page.frame.banner.isVisible()
    assert "knobs.json" in sentence
    assert words in sentence
    assert "\n" not in sentence
    assert page.values == before
    page.frame.banner.hide()
    settle(page)
    assert drawn(page) == start
    thing = page.frame.panel.tries[0]
    QTest.mouseClick(thing, Qt.MouseButton.LeftButton)
    settle(page)
    assert page.values == page.experiment.values(**thing.thing.values)


@every_page
def test_knobs_are_saved_and_read(key: str, open_page, tmp_path) -> None:
    page = open_page(key)
    page.on_tried(len(page.experiment.tries) - 1)
    wanted = page.values
    page.save(tmp_path / "knobs.json")
    page.reset()
    settle(page)
    page.open_file(tmp_path / "knobs.json")
    settle(page)
    assert page.values == wanted


def test_a_page_that_is_not_known_is_refused() -> None:
    with pytest.raises(LabError, match="did you mean 'activations'"):
        EXPERIMENTS["activation"]
