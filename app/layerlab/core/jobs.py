"""The jobs protocol: longer work that is done bit by bit, makes room, and can be called off.

A job is a key and a function that returns a generator. Whoever serves it (a low-priority
thread beside the trainer, or `steps_of` here and now) asks for one step after another:

    def work(is_interrupted):
        for k in range(100):
            ...                          # asks `is_interrupted` about every millisecond
            if is_interrupted():
                yield None               # makes room; goes on here when there is time again
            yield Step(k + 1, 100, result=...)

    background.submit(Job("squares", work))

Between two steps nothing runs, and the generator keeps what it has done. So a job that is
interrupted a hundred times still computes everything once; one that is called off is
closed, and its `finally` clauses run.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

Ask = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Step:
    """What a job reports on its way.

    Attributes:
        done, total: how far it is; a total of 0 is not known.
        result: what was found since the last step, frozen; None if nothing.
        note: what it is doing now, in a few words.
    """

    done: int = 0
    total: int = 0
    result: Any = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Job:
    """A piece of work.

    Attributes:
        key: names the work; a job that is submitted replaces the one of its key.
        work: (is_interrupted) -> generator of steps. Once `is_interrupted()` is True it
            yields within about 5 ms, None if there is nothing to report; it is then asked to
            go on later, or closed. It ends by returning; what it raises reaches the window.
        priority: the highest is served first; of equals the newest.
    """

    key: Hashable
    work: Callable[[Ask], Iterator[Step | None]]
    priority: int = 0


def steps_of(job: Job) -> Iterator[Step]:
    """Do a job here and now, uninterrupted, and yield what it reports."""
    for step in job.work(lambda: False):
        if step is not None:
            yield step
