"""The adviser: what is wrong with a run, from measurements over its seeds, and a cure.

`rules` suspect, from figures of the run; `trials` train what may help, and only what does is
said. `gain` says how much that has to be.
"""

from __future__ import annotations

from collections.abc import Iterator

from layerlab.core.advice import Finding
from layerlab.core.jobs import Ask, Step
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.adviser.measured import Measured as Measured
from layerlab.nets.adviser.measured import examine
from layerlab.nets.adviser.rules import findings
from layerlab.nets.adviser.trials import confirmed
from layerlab.nets.engines import Engine, default_engine
from layerlab.nets.engines import engine as engine_of
from layerlab.nets.probes import History

__all__ = ["Measured", "advice_steps", "advise", "examine", "findings"]


def advice_steps(
    spec: LabSpec,
    state: State,
    history: History | None,
    broken: int | None,
    engine: Engine,
    is_interrupted: Ask,
) -> Iterator[Step | None]:
    """Find out what is wrong with a run and what helps, as the work of a job.

    Args:
        spec: what was trained. state: its last finite state. history: its reports.
        broken: the update at which the run diverged, or None.
        engine: tries the changes. is_interrupted: see `core.jobs`.

    Yields:
        Steps whose result is a tuple of findings, the most useful first: all that is confirmed
        so far. None at all where all is well, or nothing helps.

    Raises:
        LabError: the spec does not fit its data.
    """
    m = examine(spec, state, history, broken)
    if is_interrupted():
        yield None
    yield from confirmed(m, findings(m), engine, is_interrupted)


def advise(
    spec: LabSpec,
    state: State,
    history: History | None = None,
    broken: int | None = None,
    at_most: int | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with a run, the most useful first; nothing where all is well.

    Args:
        spec: what was trained. state: its last finite state. history: its reports.
        broken: the update at which the run diverged, or None.
        at_most: findings after which no more is tried, or None for all.

    Raises:
        LabError: the spec does not fit its data.
    """
    engine = engine_of(default_engine(spec.train.dtype)[0])
    found: tuple[Finding, ...] = ()
    for step in advice_steps(spec, state, history, broken, engine, lambda: False):
        if step is not None:
            found = step.result
            if at_most is not None and len(found) >= at_most:
                break
    return found
