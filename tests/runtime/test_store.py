from dataclasses import replace

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.knobs import Effect
from layerlab.core.spec import LabSpec, edit, get
from layerlab.runtime import store as store_module
from layerlab.runtime.store import Snapshot, Store
from tests.runtime.fakes import FakeHistory, fake_state


class Lab:
    def __init__(self):
        self.state = fake_state()
        self.refused_width = None
        self.store = Store(LabSpec(), self.check, lambda: (self.state, FakeHistory()))
        self.changed, self.restored, self.refused = [], [], []
        self.store.changed.connect(lambda *a: self.changed.append(a))
        self.store.restored.connect(self.restored.append)
        self.store.refused.connect(lambda *a: self.refused.append(a))

    def check(self, spec):
        if get(spec, "net.width") == self.refused_width:
            raise LabError("that width is refused")


@pytest.fixture
def lab(qapp, monkeypatch):
    monkeypatch.setattr(store_module, "MERGE_S", 0.0)
    return Lab()


def test_an_edit_changes_the_spec_and_says_its_effect(lab):
    assert lab.store.edit("net.width", 16)
    assert lab.changed == [(edit(LabSpec(), "net.width", 16), Effect.REBUILD)]
    lab.store.edit("train.rate", 0.1)
    assert lab.changed[-1][1] is Effect.LIVE


def test_an_equal_value_does_nothing(lab):
    assert not lab.store.edit("net.width", 8)
    assert lab.changed == []
    assert not lab.store.can_undo


@pytest.mark.parametrize("value", [0, 513, "wide", 3.5, None])
def test_a_refused_value_moves_nothing(lab, value):
    assert not lab.store.edit("net.width", value)
    assert lab.store.spec == LabSpec()
    assert lab.changed == []
    assert [path for path, _ in lab.refused] == ["net.width"]


def test_what_check_refuses_moves_nothing(lab):
    lab.refused_width = 16
    assert not lab.store.edit("net.width", 16)
    assert lab.refused == [("net.width", "that width is refused")]
    assert not lab.store.can_undo


def test_undo_brings_back_the_trained_network_and_redo_goes_forward(lab):
    trained = lab.state = fake_state(1500, 3.0)
    lab.store.edit("net.width", 16)
    newer = lab.state = fake_state(70, 5.0)
    lab.store.undo()
    assert lab.restored[-1].spec == LabSpec()
    assert lab.restored[-1].state is trained
    assert lab.store.spec == LabSpec()
    lab.state = trained
    lab.store.redo()
    assert lab.restored[-1].state is newer
    assert get(lab.store.spec, "net.width") == 16
    assert lab.store.can_undo
    assert not lab.store.can_redo


def test_a_drag_is_one_step(lab):
    lab.store.begin_gesture()
    for width in (9, 10, 12, 20):
        lab.store.edit("net.width", width)
    lab.store.end_gesture()
    lab.store.begin_gesture()
    lab.store.edit("net.width", 30)
    lab.store.end_gesture()
    lab.store.undo()
    assert get(lab.store.spec, "net.width") == 20
    lab.store.undo()
    assert lab.store.spec == LabSpec()


def test_an_edit_after_undo_forgets_redo(lab):
    lab.store.edit("net.width", 16)
    lab.store.undo()
    lab.store.edit("net.depth", 3)
    assert not lab.store.can_redo


def test_large_states_are_let_go_but_their_specs_stay(lab, monkeypatch):
    monkeypatch.setattr(
        store_module, "UNDO_BYTES", 3 * (fake_state().nbytes + FakeHistory.nbytes)
    )
    for width in range(10, 20):
        lab.state = fake_state(width)
        lab.store.edit("net.width", width)
    kept = []
    while lab.store.can_undo:
        lab.store.undo()
        kept.append(lab.restored[-1].state is not None)
    assert kept[:3] == [True] * 3
    assert not any(kept[3:])
    assert lab.store.spec == LabSpec()


def test_opening_is_undoable_and_refused_files_change_nothing(lab):
    wide = edit(LabSpec(), "net.width", 32)
    lab.store.open(Snapshot(wide, fake_state(9, np.pi), None))
    assert lab.store.spec == wide
    assert lab.restored[-1].state.update == 9
    lab.store.undo()
    assert lab.store.spec == LabSpec()
    lab.refused_width = 32
    with pytest.raises(LabError):
        lab.store.open(Snapshot(wide, None, None))
    assert lab.store.spec == LabSpec()


def test_playing_the_same_run_again_and_again_is_one_step(lab):
    lab.state = fake_state(1500, 2.0)
    for _ in range(5):
        lab.store.mark("reset")
    lab.state = fake_state(1500, 2.5)
    lab.store.mark("reset")
    steps = 0
    while lab.store.can_undo:
        lab.store.undo()
        steps += 1
    assert steps == 2


def test_edits_of_two_weights_at_once_are_two_steps(lab, monkeypatch):
    monkeypatch.setattr(store_module, "MERGE_S", 60.0)
    for update, part in ((1, "0 3"), (2, "0 3"), (3, "0 4")):
        lab.state = fake_state(update, float(update))
        lab.store.mark("weight", part)
    lab.store.undo()
    assert lab.restored[-1].state.update == 3
    lab.store.undo()
    assert lab.restored[-1].state.update == 1
    assert not lab.store.can_undo


def test_a_turn_of_one_knob_may_turn_others_in_one_step(lab):
    lab.store.begin_gesture()
    for widths in ((7, 7, 7), (6, 6, 6, 6)):
        assert lab.store.turn("net.depth", edit(LabSpec(), "net.hidden", widths))
    lab.store.end_gesture()
    assert lab.changed[-1] == (lab.store.spec, Effect.REBUILD)
    assert lab.store.can_undo == "Depth"
    assert not lab.store.turn("net.depth", lab.store.spec)
    lab.refused_width = 9
    assert not lab.store.turn("net.depth", edit(LabSpec(), "net.hidden", (9,)))
    assert lab.refused == [("net.depth", "that width is refused")]
    lab.store.undo()
    assert lab.store.spec == LabSpec()
    assert not lab.store.can_undo


def test_a_step_of_undo_keeps_no_other_states_of_its_engine(lab):
    """Engines give the states of many updates as parts of one array."""
    block = np.zeros((500, 16, 1000))
    lab.state = replace(fake_state(), params=block[7], moments=block[8:10])
    lab.store.edit("net.width", 4)
    kept = lab.store._steps.past[-1].state
    for array in (kept.params, kept.moments):
        assert array.base is None or array.base.nbytes == array.nbytes
    assert kept.params.tobytes() == block[7].tobytes()
    lab.store.undo()
    undone = lab.store._steps.future[-1].state
    assert undone.params.base is None
    assert undone.alone() is undone  # not copied again
