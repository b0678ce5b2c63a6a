"""The budget lock: depth and width together, one step of undo, and the numbers said."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.compose.budget import budget_of, wordings
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, edit
from layerlab.nets.problem import layout_of
from layerlab.ui.fonts import load_fonts
from tests.compose.conftest import bar_of, drag, finished, tile_of

QUICK = edit(LabSpec(), "train.updates", 60)
LEFT = Qt.MouseButton.LeftButton


def depth_of(lab):
    return lab.window.panel.control("net.depth")


def lock(lab):
    QTest.mouseClick(depth_of(lab).lock, LEFT)


def parameters(lab):
    return layout_of(lab.store.spec).parameters


def go_to(lab, depth):
    """Turn the depth with the keys."""
    bar = bar_of(lab, "net.depth")
    bar.setFocus()
    while len(lab.store.spec.net.hidden) != depth:
        deeper = len(lab.store.spec.net.hidden) < depth
        QTest.keyClick(bar, Qt.Key.Key_Up if deeper else Qt.Key.Key_Down)


def test_a_drag_of_the_depth_turns_the_width_too_in_one_step_of_undo(open_lab, qtbot):
    lab = open_lab(QUICK)
    lab.runner.finish()
    finished(qtbot, lab)
    lock(lab)
    drag(bar_of(lab, "net.depth"), 0.25)
    depth = len(lab.store.spec.net.hidden)
    assert depth > 3
    assert len(set(lab.store.spec.net.hidden)) == 1
    assert lab.store.spec.net.hidden[0] < 8
    finished(qtbot, lab)
    text = depth_of(lab).note.toolTip()
    width = lab.store.spec.net.hidden[0]
    assert text == (f"depth 2 → {depth}: width 8 → {width}, 97 → {parameters(lab)} parameters")
    assert lab.window.prediction.curve._previous[2] == "before: Depth 2, width 8"
    assert lab.store.can_undo == "Depth"
    lab.store.undo()
    assert lab.store.spec == QUICK
    assert not lab.store.can_undo


def test_going_there_and_back_does_not_drift(open_lab):
    lab = open_lab(QUICK)
    lock(lab)
    seen = {}
    for depth in (4, 9, 30, 3, 1, 0, 2, 9, 4, 30, 1, 2):
        go_to(lab, depth)
        seen.setdefault(depth, set()).add(lab.store.spec.net.hidden)
    assert seen[2] == {(8, 8)}
    assert all(len(found) == 1 for found in seen.values())


def test_unequal_widths_come_back_at_their_own_depth(open_lab):
    lab = open_lab(edit(QUICK, "net.hidden", (12, 3, 5)))
    lock(lab)
    go_to(lab, 4)
    assert len(set(lab.store.spec.net.hidden)) == 1
    assert depth_of(lab).note.toolTip().startswith("depth 3 → 4: width 3 to 12 → ")
    go_to(lab, 3)
    assert lab.store.spec.net.hidden == (12, 3, 5)


def test_a_width_edit_sets_the_budget_anew_and_other_edits_do_not(open_lab):
    lab = open_lab(QUICK)
    lock(lab)
    go_to(lab, 4)
    QTest.mouseClick(tile_of(lab, "net.activation", "tanh"), LEFT)
    go_to(lab, 2)
    assert lab.store.spec.net.hidden == (8, 8)
    lab.window.panel.edited.emit("net.width", 16)
    kept = parameters(lab)
    assert depth_of(lab).note.toolTip() == f"Depth keeps these {kept} parameters."
    go_to(lab, 4)
    go_to(lab, 2)
    assert parameters(lab) == kept


def test_another_task_sets_the_budget_anew(open_lab):
    lab = open_lab(QUICK)
    lock(lab)
    QTest.mouseClick(tile_of(lab, "task.name", "spiral"), LEFT)
    assert lab.budget.is_on
    assert f"{parameters(lab)} parameters" in depth_of(lab).note.toolTip()
    go_to(lab, 3)
    assert len(set(lab.store.spec.net.hidden)) == 1
    lab.runner.pause()


def test_without_the_lock_depth_keeps_the_width(open_lab):
    lab = open_lab(QUICK)
    lock(lab)
    assert depth_of(lab).note.isVisible()
    lock(lab)
    assert not depth_of(lab).note.isVisible()
    go_to(lab, 4)
    assert lab.store.spec.net.hidden == (8, 8, 8, 8)


def test_a_linear_model_has_nothing_to_keep_until_it_has_a_layer(open_lab):
    lab = open_lab(edit(QUICK, "net.depth", 0))
    lock(lab)
    assert "no width" in depth_of(lab).note.toolTip()
    go_to(lab, 1)
    kept = parameters(lab)
    go_to(lab, 3)
    go_to(lab, 0)
    message = depth_of(lab).note.toolTip()
    assert message == f"depth 1 → 0: no width, {kept} → {parameters(lab)} parameters"
    go_to(lab, 1)
    assert parameters(lab) == kept


def test_undo_keeps_the_budget_where_it_still_fits(open_lab):
    lab = open_lab(QUICK)
    lock(lab)
    go_to(lab, 5)
    lab.store.undo()
    go_to(lab, 5)
    go_to(lab, 2)
    assert lab.store.spec.net.hidden == (8, 8)
    lab.window.panel.edited.emit("net.width", 30)
    lab.store.undo()
    assert depth_of(lab).note.toolTip() == "Depth keeps these 97 parameters."


@pytest.mark.parametrize(
    ("hidden", "depth", "message"),
    [((8, 8), 64, "width 8 → 1 (the least)"), ((512,) * 3, 1, "width 512 → 512 (the most)")],
)
def test_it_says_where_the_width_cannot_follow(hidden, depth, message):
    spec = edit(LabSpec(), "net.hidden", hidden)
    budget = budget_of(spec)
    other = edit(spec, "net.hidden", budget.hidden_at(depth))
    assert message in wordings(budget, other)[0]
    assert f"→ {grouped(layout_of(other).parameters)} " in (wordings(budget, other)[0])


def test_the_lock_is_reached_by_keys_and_has_a_name(open_lab):
    lab = open_lab(QUICK)
    pill = depth_of(lab).lock
    pill.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(pill, Qt.Key.Key_Space)
    assert lab.budget.is_on
    assert pill.text() == "lock parameters"
    assert "width" in pill.accessibleDescription()
    assert "97 parameters" in bar_of(lab, "net.depth").accessibleDescription()


@pytest.mark.parametrize("zoom", [1.0, 1.3])
def test_every_word_of_the_lock_fits(open_lab, zoom):
    load_fonts()
    spec = edit(edit(QUICK, "train.seeds", 1), "train.updates", 1)  # large, but soon drawn
    lab = open_lab(edit(spec, "net.hidden", (64,) * 12))
    lab.appearance.zoom(zoom - 1)
    depth = depth_of(lab)
    lock(lab)
    go_to(lab, 24)
    note, header = depth.note, depth.header
    assert note.fontMetrics().horizontalAdvance(note.text()) <= note.width()
    assert "parameters" in note.text()
    value = note.fontMetrics().horizontalAdvance(header.text)  # no wider than the header's
    assert depth.lock.geometry().right() < header.width() - value
    assert depth.lock.mapTo(lab.window, QPoint()).x() > 0
