"""The ledger as a job: it makes room at once, goes on, and ends when closed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from layerlab.claims import claim
from layerlab.claims.base import Claim, Context, Judgement
from layerlab.claims.work import PARTS, ledger_job
from layerlab.core.jobs import steps_of
from tests.helpers.waiting import wait_for


class Counting:
    """A row that counts as long as it is let."""

    def __init__(self, most: int = 10**9) -> None:
        self.count, self.most = 0, most

    def row(self) -> Claim[int]:
        return replace(
            claim("D1"),
            measure=self.measure,
            judge=lambda n: Judgement.holds(str(n), "counted"),
        )

    def measure(self, ctx: Context) -> int:
        while self.count < self.most:
            ctx.step(min(self.count, self.most), self.most)
            self.count += 1
            time.sleep(0.0005)
        return self.count

    def wait_for(self, count: int) -> None:
        wait_for(lambda: self.count >= count)


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "layerlab-claim"]


def test_rows_come_one_after_another_with_their_verdicts() -> None:
    steps = list(steps_of(ledger_job([claim("D1"), claim("D14")])))
    verdicts = [step.result for step in steps if step.result is not None]
    assert [verdict.id for verdict in verdicts] == ["D1", "D14"]
    assert steps[0].note == "D1"
    assert (steps[-1].done, steps[-1].total) == (2 * PARTS, 2 * PARTS)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert threads() == []


def test_it_makes_room_and_goes_on_where_it_was() -> None:
    counting, asked = Counting(), threading.Event()
    work: Any = ledger_job([counting.row()]).work(asked.is_set)
    assert next(work).note == "D1"
    asked.set()
    assert next(work) is None  # the thread has begun by now and is held at its next question
    held = counting.count
    time.sleep(0.1)
    assert counting.count <= held + 1  # what it was at when it was asked to make room
    counting.most = held + 100
    asked.clear()
    *_, last = work
    assert last.result.measured == str(held + 100)
    assert counting.count == held + 100


def test_closing_ends_the_row() -> None:
    counting = Counting()
    work: Any = ledger_job([counting.row()]).work(lambda: False)
    next(work)
    step = next(work)  # so it runs
    assert 0 <= step.done <= PARTS
    counting.wait_for(3)
    work.close()
    assert threads() == []
    ended = counting.count
    time.sleep(0.05)
    assert counting.count == ended


def test_what_a_row_raises_is_heard() -> None:
    def breaks(ctx: Context) -> None:
        raise RuntimeError("a mistake of ours")

    with pytest.raises(RuntimeError, match="a mistake of ours"):
        list(steps_of(ledger_job([replace(claim("D1"), measure=breaks)])))
    assert threads() == []


def test_a_training_is_held_too() -> None:
    """The engine asks from within a population; held, it computes nothing more."""
    asked = threading.Event()
    work: Any = ledger_job([claim("D34")]).work(asked.is_set)
    next(work)
    next(work)  # under way
    asked.set()
    assert next(work) is None
    work.close()
    assert threads() == []
