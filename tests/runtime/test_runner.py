import dataclasses
import itertools
import math
import time

import numpy as np
import pytest

from layerlab.core.frames import PARTS
from layerlab.core.spec import LabSpec, edit
from layerlab.runtime import worker
from layerlab.runtime.runner import Runner
from tests.helpers.waiting import PATIENCE_S
from tests.helpers.waiting import wait_for as wait_until
from tests.runtime.fakes import FakeEngine, FakeHistory, fake_ports, fake_state

SPEC = edit(edit(LabSpec(), "train.updates", 50), "train.rate", 0.5)


@pytest.fixture
def lab(qtbot):
    """Make runners that are closed at the end, and collect their frames."""
    made = []

    def make(engine=None, spec=SPEC, measured=None):
        runner = Runner(fake_ports(engine or FakeEngine(), measured), spec)
        runner.frames = []
        runner.framed.connect(runner.frames.append)
        made.append(runner)
        runner.begin()
        return runner

    yield make
    for runner in made:
        runner.close()


def wait_for(qtbot, runner, condition):
    qtbot.waitUntil(lambda: bool(runner.frames) and condition(runner.frames[-1]))
    return runner.frames[-1]


def test_a_run_is_shown_before_its_first_update(lab, qtbot):
    frame = wait_for(qtbot, lab(), lambda f: True)
    assert (frame.update, frame.status, frame.length) == (0, "ready", 50)


def test_finish_trains_to_the_end_and_stops_playing(lab, qtbot):
    runner = lab()
    played = []
    runner.played.connect(played.append)
    runner.finish()
    frame = wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert frame.update == 50
    qtbot.waitUntil(lambda: not runner.is_playing)
    assert played == [True, False]
    state, history = runner.snapshot()
    assert np.all(state.params == 25.0)  # 50 updates of rate 0.5
    assert history.updates == [0, 10, 20, 30, 40, 50]  # every mark once, whatever was drawn


def test_play_keeps_the_pace_of_the_slider(lab, qtbot):
    runner = lab(spec=edit(SPEC, "train.updates", 100_000))
    runner.set_speed(200)
    wait_for(qtbot, runner, lambda f: True)
    began_s = time.perf_counter()
    runner.play()
    wait_for(qtbot, runner, lambda f: f.update >= 40)
    runner.pause()
    frame = wait_for(qtbot, runner, lambda f: f.status == "paused")
    # Never faster than the slider; an engine without a pace would do thousands more.
    assert frame.update <= 200 * (time.perf_counter() - began_s) + 1


def test_a_step_is_one_update(lab, qtbot):
    runner = lab()
    wait_for(qtbot, runner, lambda f: True)
    runner.step()
    assert wait_for(qtbot, runner, lambda f: f.update == 1).status == "paused"
    runner.step()
    runner.step()
    wait_for(qtbot, runner, lambda f: f.update == 3)


def test_pause_and_go_on_give_the_same_network(lab, qtbot):
    runner = lab(FakeEngine(delay_s=0.002), edit(SPEC, "train.updates", 120))
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.update > 3)
    runner.pause()
    wait_for(qtbot, runner, lambda f: f.status == "paused")
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert np.all(runner.snapshot()[0].params == 60.0)


def test_a_live_rate_goes_on_from_where_it_was(lab, qtbot):
    runner = lab()
    wait_for(qtbot, runner, lambda f: True)
    runner.step(10)
    wait_for(qtbot, runner, lambda f: f.update == 10)
    runner.go_on(edit(SPEC, "train.rate", 2.0))
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert np.all(runner.snapshot()[0].params == 10 * 0.5 + 40 * 2.0)


def test_a_new_run_cancels_the_old_and_drops_its_frames(lab, qtbot):
    runner = lab(FakeEngine(delay_s=0.005), edit(SPEC, "train.updates", 100_000))
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.update > 2)
    runner.start(SPEC)
    runner.frames.clear()
    frame = wait_for(qtbot, runner, lambda f: True)
    assert (frame.run_id, frame.update) == (2, 0)
    assert all(f.run_id == 2 for f in runner.frames)


def test_a_restored_state_is_shown_as_it_was(lab, qtbot):
    runner = lab()
    runner.start(SPEC, fake_state(50, 7.0), FakeHistory([0, 50]))
    frame = wait_for(qtbot, runner, lambda f: f.run_id == 2)
    assert (frame.update, frame.status) == (50, "finished")
    state, history = runner.snapshot()
    assert np.all(state.params == 7.0)
    assert history.updates == [0, 50]


@pytest.mark.parametrize("error", [RuntimeError("boom"), ValueError("no")])
def test_an_exception_reaches_the_banner_and_the_lab_goes_on(lab, qtbot, error):
    engine = FakeEngine()
    runner = lab(engine)
    wait_for(qtbot, runner, lambda f: True)
    engine.error = error
    with qtbot.waitSignal(runner.failed) as failed:
        runner.finish()
    assert failed.args == [error]
    assert not runner.is_playing
    engine.error = None
    runner.start(SPEC)
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished" and f.run_id == 2)


def test_a_broken_run_keeps_its_last_good_network(lab, qtbot):
    runner = lab(FakeEngine(breaks_at=25))
    wait_for(qtbot, runner, lambda f: True)
    with qtbot.waitSignal(runner.failed) as failed:
        runner.finish()
    assert failed.args[0].update == 25
    assert wait_for(qtbot, runner, lambda f: f.status == "stopped").update == 20


def test_the_target_loss_stops_the_run_and_says_so(lab, qtbot):
    spec = edit(SPEC, "train.target_loss", 0.04)  # the fake's loss is 1 / (1 + update)
    runner = lab(spec=spec)
    wait_for(qtbot, runner, lambda f: True)
    runner.finish()
    frame = wait_for(qtbot, runner, lambda f: f.status == "stopped")
    assert frame.update == 30
    assert "reached the target 0.04" in frame.note
    runner.go_on(edit(spec, "train.target_loss", None))
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")


def test_a_part_of_the_diagram_is_measured_alone_and_at_once(lab, qtbot):
    measured = []
    runner = lab(measured=measured)
    wait_for(qtbot, runner, lambda f: True)
    units = ((0,), (3, 4), (0,))
    runner.set_units(units)
    qtbot.waitUntil(lambda: measured[-1] == (0, frozenset({"diagram"}), 0, *units))
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert measured[-1][1] == frozenset(PARTS)
    assert measured[-1][3:] == units
    runner.set_wanted({"loss"})
    runner.set_units(())
    qtbot.waitUntil(lambda: not runner.request.units and len(measured[-1]) == 3)
    assert measured[-1][1] <= {"loss"}


def test_only_what_is_visible_is_measured(lab, qtbot):
    measured = []
    runner = lab(measured=measured)
    wait_for(qtbot, runner, lambda f: True)
    runner.set_wanted({"loss"})
    runner.set_seed(1)
    qtbot.waitUntil(lambda: measured[-1] == (0, frozenset({"loss"}), 1))


def test_finishing_a_finished_run_stops_playing(lab, qtbot):
    runner = lab()
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    runner.play()
    qtbot.waitUntil(lambda: not runner.is_playing)


@pytest.mark.parametrize("target", [None, 0.04])
def test_play_that_follows_the_end_at_once_is_not_missed(lab, qtbot, target):
    """The worker may see neither that it was paused nor that it plays again, but both."""
    runner = lab(spec=edit(SPEC, "train.target_loss", target))
    runner.finish()
    ended = ("finished", "stopped")
    wait_for(qtbot, runner, lambda f: f.status in ended and not runner.is_playing)
    runner.finish()
    mailbox, condition = runner._mailbox, runner._worker._condition
    wait_until(lambda: mailbox._frame is not None and mailbox._frame.status in ended)
    with condition:
        runner._on_tick()
        assert not runner.is_playing
        runner.play()
    qtbot.waitUntil(lambda: not runner.is_playing)


def test_unlimited_speed_while_paced_takes_effect_at_once(lab, qtbot):
    runner = lab(spec=edit(SPEC, "train.updates", 3000))
    runner.set_speed(1)
    wait_for(qtbot, runner, lambda f: True)
    runner.play()
    qtbot.wait(50)
    runner.set_speed(math.inf)
    wait_for(qtbot, runner, lambda f: f.status == "finished")


def test_a_finished_run_that_is_made_longer_can_go_on(lab, qtbot):
    runner = lab()
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    longer = edit(SPEC, "train.updates", 80)
    runner.go_on(longer)
    wait_for(qtbot, runner, lambda f: f.status == "paused" and f.length == 80)
    runner.finish()
    assert wait_for(qtbot, runner, lambda f: f.status == "finished").update == 80
    runner.go_on(edit(SPEC, "train.updates", 20))
    wait_for(qtbot, runner, lambda f: f.length == 20 and f.status == "finished")


def test_what_is_slow_to_draw_takes_turns_while_training(lab, qtbot):
    measured = []
    spec = edit(SPEC, "train.updates", 10_000_000)
    runner = lab(FakeEngine(delay_s=0.002), spec, measured)
    runner.set_wanted(PARTS)
    wait_for(qtbot, runner, lambda f: True)
    measured.clear()
    runner.play()
    slow = frozenset().union(*worker.SLOW_PARTS)
    qtbot.waitUntil(lambda: sum(bool(wanted & slow) for _, wanted, _ in running(measured)) > 8)
    runner.pause()
    turns = [wanted & slow for _, wanted, _ in running(measured) if wanted & slow]
    assert set(turns) == set(worker.SLOW_PARTS)
    assert all(a != b for a, b in itertools.pairwise(turns))


def running(measured):
    """Return what was measured on the way: the first and last frames of a run are whole."""
    return [one for one in measured[:] if one[1] != frozenset(PARTS)]


def test_a_quick_run_is_drawn_once_and_a_slow_one_on_its_way(lab, qtbot, monkeypatch):
    monkeypatch.setattr(worker, "QUIET_S", PATIENCE_S)  # quick on a busy machine too
    runner = lab()
    wait_for(qtbot, runner, lambda f: True)
    runner.frames.clear()
    runner.start(SPEC, play=True)
    wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert [f.update for f in runner.frames] == [50]
    monkeypatch.undo()
    slow = lab(FakeEngine(delay_s=0.01), edit(SPEC, "train.updates", 100_000))
    wait_for(qtbot, slow, lambda f: True)
    slow.frames.clear()
    slow.start(slow.request.spec, play=True)
    qtbot.waitUntil(lambda: len(slow.frames) > 2)
    assert all(f.status == "running" for f in slow.frames)
    slow.pause()


def test_a_drag_that_leaves_every_network_unfinished_still_shows_some(lab, qtbot):
    runner = lab(FakeEngine(delay_s=0.01), edit(SPEC, "train.updates", 10_000))
    wait_for(qtbot, runner, lambda f: True)
    runner.frames.clear()
    for _ in range(50):
        runner.start(runner.request.spec, play=True)
        qtbot.wait(40)
        if runner.frames:
            break
    assert runner.frames
    runner.pause()


def test_a_measurement_that_fails_is_reported_and_the_thread_lives_on(lab, qtbot, monkeypatch):
    runner = lab()
    wait_for(qtbot, runner, lambda f: True)
    backend = runner._worker._backend

    def broken(*args):
        raise RuntimeError("cannot be measured")

    monkeypatch.setattr(
        runner._worker, "_backend", dataclasses.replace(backend, measure=broken)
    )
    with qtbot.waitSignal(runner.failed) as failed:
        runner.finish()
    assert "cannot be measured" in str(failed.args[0])
    monkeypatch.undo()
    runner.start(SPEC)
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished" and f.run_id == 2)


def test_only_a_run_in_one_go_has_a_time(lab, qtbot):
    runner = lab(FakeEngine(delay_s=0.001))
    runner.finish()
    frame = wait_for(qtbot, runner, lambda f: f.status == "finished")
    assert frame.elapsed_s >= 50 * 0.001  # that long the engine slept at least
    runner.set_seed(1)
    assert wait_for(qtbot, runner, lambda f: f.seed == 1).elapsed_s == frame.elapsed_s
    runner.go_on(edit(SPEC, "train.updates", 60))
    runner.finish()
    later = wait_for(qtbot, runner, lambda f: f.update == 60)
    assert later.elapsed_s == 0.0
    runner.start(SPEC)
    runner.step()
    wait_for(qtbot, runner, lambda f: f.update == 1)
    runner.finish()
    assert wait_for(qtbot, runner, lambda f: f.update == 50).elapsed_s == 0.0


def test_a_new_run_may_begin_at_a_pace(lab, qtbot):
    runner = lab()
    wait_for(qtbot, runner, lambda f: True)
    runner.start(edit(SPEC, "train.updates", 100_000), play=True, speed=50.0)
    frame = wait_for(qtbot, runner, lambda f: f.update > 0)
    assert (frame.run_id, frame.status) == (2, "running")
    assert frame.update < 1000  # without a pace it would be far beyond
    runner.pause()


class BlockEngine(FakeEngine):
    """Gives its states as parts of one large array, as an engine with blocks does."""

    def run(self, *args, **options):
        for state in super().run(*args, **options):
            block = np.zeros((1000, *state.params.shape))
            block[-1] = state.params
            yield dataclasses.replace(state, params=block[-1])


def test_a_lab_that_rests_keeps_the_last_state_alone(lab, qtbot):
    runner = lab(BlockEngine())
    runner.finish()
    wait_for(qtbot, runner, lambda f: f.status == "finished")

    def held():
        params = runner.snapshot()[0].params
        return (params if params.base is None else params.base).nbytes

    qtbot.waitUntil(lambda: held() == runner.snapshot()[0].params.nbytes)
    assert np.all(runner.snapshot()[0].params == 25.0)
