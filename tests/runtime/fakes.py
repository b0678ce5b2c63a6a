"""An engine and probes that need no network, to test the runtime alone."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from layerlab.core.errors import NotFiniteError
from layerlab.core.frames import LossPart
from layerlab.core.state import State
from layerlab.runtime.backend import Backend


def fake_state(update=0, value=0.0):
    seeds = np.zeros(2)
    return State(update, np.full((2, 3), value), np.zeros((0, 2, 3)), seeds, seeds, 0, seeds)


class FakeEngine:
    """Counts: after update u every parameter is u times the rate."""

    name, is_parallel = "fake", False

    def __init__(self, delay_s=0.0, breaks_at=None):
        self.delay_s, self.breaks_at, self.error = delay_s, breaks_at, None

    def run(
        self,
        spec,
        state=None,
        *,
        until=None,
        marks=(),
        interval_s=None,
        warmup_s=0.0,
        is_cancelled=lambda: False,
    ):
        if self.error:
            raise self.error
        if state is None:
            state = fake_state()
            yield state
        end = spec.train.updates if until is None else until
        last = time.perf_counter()
        while state.update < end:
            if is_cancelled():
                yield state
                return
            if self.delay_s:
                time.sleep(self.delay_s)
            update = state.update + 1
            if update == self.breaks_at:
                raise NotFiniteError("the loss is not finite", update, 1)
            state = replace(state, update=update, params=state.params + spec.train.rate)
            now = time.perf_counter()
            due = interval_s is not None and now - last >= interval_s
            if update == end or update in set(marks) or due:
                last = now
                yield state


class FakeHistory:
    """Remembers the updates at which it was asked to record."""

    def __init__(self, updates=()):
        self.updates = list(updates)

    nbytes = 100

    def record(self, spec, state):
        self.updates.append(state.update)

    def copy(self):
        return FakeHistory(self.updates)

    def median_loss(self):
        return 1.0 / (1 + self.updates[-1])


def fake_ports(engine, measured=None):
    def measure(spec, state, wanted, seed, history, units):
        if measured is not None:
            measured.append((state.update, frozenset(wanted), seed, *units))
        losses = np.ones((1, state.seeds))
        loss = LossPart(
            np.array([state.update]),
            losses,
            None,
            None,
            None,
            None,
            "R²",
            "loss",
            "loss",
            None,
            None,
            spec.train.updates or 0,
        )
        return {"loss": loss}

    return Backend(
        engine=lambda name: engine,
        length=lambda spec: spec.train.updates or 0,
        parameters=lambda spec: 3,
        marks=lambda length: list(range(0, length + 1, 10)),
        new_history=lambda engine: FakeHistory(),
        prepare=lambda spec: None,
        measure=measure,
    )
