"""The low-priority worker: what it serves first, when it rests, how it ends."""

import threading
import time

import pytest

from layerlab.core.jobs import Job, Step
from layerlab.runtime.background import CALM_MS, Background
from tests.helpers.waiting import PATIENCE_MS, wait_for


@pytest.fixture
def background(qtbot):
    worker = Background()
    worker.steps, worker.over, worker.errors = [], [], []
    worker.stepped.connect(lambda job, step: worker.steps.append((job.key, step.result)))
    worker.finished.connect(lambda job: worker.over.append(job.key))
    worker.failed.connect(lambda job, error: worker.errors.append((job.key, error)))
    yield worker
    worker.close()


class Work:
    """A job's work that can be watched: it counts, and waits where it is asked to."""

    def __init__(self, steps=3, held=False):
        self.steps = steps
        self.begun = self.rests = 0
        self.closed = False
        self.go_on = threading.Event()
        if not held:
            self.go_on.set()

    def __call__(self, is_interrupted):
        self.begun += 1
        try:
            for k in range(self.steps):
                while not self.go_on.is_set():
                    if is_interrupted():
                        self.rests += 1
                        yield None
                    time.sleep(0.001)
                yield Step(k + 1, self.steps, result=k)
        finally:
            self.closed = True


def test_steps_come_in_order_and_then_the_end(background, qtbot):
    background.submit(Job("count", Work()))
    assert background.has("count")
    qtbot.waitUntil(lambda: background.over == ["count"])
    assert background.steps == [("count", 0), ("count", 1), ("count", 2)]
    assert not background.has("count")


def test_signals_arrive_in_the_windows_thread(background, qtbot):
    threads = set()
    background.stepped.connect(lambda job, step: threads.add(threading.get_ident()))
    background.submit(Job("count", Work()))
    qtbot.waitUntil(lambda: background.over == ["count"])
    assert threads == {threading.get_ident()}


def test_while_the_trainer_trains_it_rests_and_then_goes_on_where_it_was(background, qtbot):
    work = Work(held=True)
    background.submit(Job("long", work))
    qtbot.waitUntil(lambda: work.begun == 1)
    background.set_busy(True)
    qtbot.waitUntil(lambda: work.rests == 1)
    work.go_on.set()
    qtbot.wait(250)  # longer than the calm: whatever comes now comes too early
    assert background.steps == []
    background.set_busy(False)
    qtbot.waitUntil(lambda: background.over == ["long"])
    assert (work.begun, work.rests) == (1, 1)
    assert [result for _, result in background.steps] == [0, 1, 2]


def test_nothing_begins_while_the_trainer_trains(background, qtbot):
    background.set_busy(True)
    work = Work()
    background.submit(Job("later", work))
    qtbot.wait(50)
    assert work.begun == 0
    background.set_busy(False)
    qtbot.waitUntil(lambda: background.over == ["later"])


def test_a_drag_of_short_trainings_leaves_no_time_between_them(background, qtbot):
    # The pauses of a busy machine may be longer than the window's calm, not than this.
    background._calm.setInterval(PATIENCE_MS)
    background.set_busy(True)
    work = Work()
    background.submit(Job("later", work))
    for _ in range(8):
        background.set_busy(False)
        qtbot.wait(20)
        background.set_busy(True)
    assert work.begun == 0
    background._calm.setInterval(CALM_MS)
    background.set_busy(False)
    qtbot.waitUntil(lambda: background.over == ["later"])


def test_the_most_urgent_comes_first_and_of_equals_the_newest(background, qtbot):
    background.set_busy(True)
    for key, priority in (("ledger", 0), ("old page", 5), ("new page", 5), ("curve", 9)):
        background.submit(Job(key, Work(1), priority))
    background.set_busy(False)
    qtbot.waitUntil(lambda: len(background.over) == 4)
    assert background.over == ["curve", "new page", "old page", "ledger"]


def test_a_more_urgent_job_interrupts_and_the_other_loses_nothing(background, qtbot):
    slow = Work(2, held=True)
    background.submit(Job("slow", slow, 0))
    qtbot.waitUntil(lambda: slow.begun == 1)
    background.submit(Job("quick", Work(1), 1))
    qtbot.waitUntil(lambda: background.over == ["quick"])
    slow.go_on.set()
    qtbot.waitUntil(lambda: background.over == ["quick", "slow"])
    assert slow.begun == 1


def test_a_job_replaces_the_one_of_its_key_which_says_no_more(background, qtbot):
    old, new = Work(held=True), Work(1)
    background.submit(Job("curve", old))
    qtbot.waitUntil(lambda: old.begun == 1)
    background.submit(Job("curve", new))
    qtbot.waitUntil(lambda: background.over == ["curve"])
    assert background.steps == [("curve", 0)]
    assert old.closed


def test_a_cancelled_job_is_closed_and_what_it_told_is_dropped(background, qtbot):
    work = Work(3)
    background.submit(Job("curve", work))
    wait_for(lambda: background._thread._messages)  # the window's thread does not listen
    background.cancel("curve")
    assert not background.has("curve")
    qtbot.waitUntil(lambda: work.closed)
    qtbot.wait(20)
    assert background.steps == []
    assert background.over == []


@pytest.mark.parametrize("error", [RuntimeError("boom"), ZeroDivisionError("none")])
def test_an_exception_reaches_the_window_and_the_thread_lives_on(background, qtbot, error):
    def broken(is_interrupted):
        yield Step(1, 2, result="half")
        raise error

    background.submit(Job("broken", broken))
    qtbot.waitUntil(lambda: background.errors == [("broken", error)])
    assert background.steps == [("broken", "half")]
    background.submit(Job("sound", Work(1)))
    qtbot.waitUntil(lambda: background.over == ["sound"])


def test_work_that_is_no_generator_is_an_error_like_any_other(background, qtbot):
    background.submit(Job("nothing", lambda is_interrupted: None))
    qtbot.waitUntil(lambda: len(background.errors) == 1)
    assert isinstance(background.errors[0][1], TypeError)


def test_an_error_while_a_job_is_called_off_is_told_too(background, qtbot):
    def stubborn(is_interrupted):
        try:
            while True:
                yield None
        finally:
            raise RuntimeError("cannot let go")

    background.submit(Job("stubborn", stubborn))
    qtbot.wait(20)
    background.cancel("stubborn")
    qtbot.waitUntil(lambda: len(background.errors) == 1)
    assert str(background.errors[0][1]) == "cannot let go"


def test_closing_with_jobs_under_way_closes_them_all(background, qtbot):
    works = [Work(held=True), Work(held=True)]
    for k, work in enumerate(works):
        background.submit(Job(k, work))
        qtbot.waitUntil(lambda work=work: work.begun == 1)
    background.close()
    assert all(work.closed for work in works)
    assert not background._thread.isRunning()
    background.submit(Job("late", Work()))
    background.set_busy(False)
    qtbot.wait(20)
    assert (background.steps, background.over, background.errors) == ([], [], [])


def test_without_a_job_there_is_no_thread(background):
    background.set_busy(True)
    background.set_busy(False)
    assert not background._thread.isRunning()
