"""Trials: each remedy is trained before it is offered, beside the run itself.

The work of a `core.jobs.Job`. What a rule suspects is said only where one of its remedies, with
the run's own seeds, brings the loss on the held-out points down by what `gain` asks for, and
does so again with seeds of its own: the best of ten changes may owe it to the draw. Of those
that do, the one that brings it down most is offered. So nothing is advised that was not
measured; a run that nothing helps gets no advice.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

import numpy as np

from layerlab.core import spec as specs
from layerlab.core.advice import EXPLODING, STUCK, VANISHING, Finding, Remedy
from layerlab.core.jobs import Ask, Step
from layerlab.core.numbers import number
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.adviser.gain import AGAIN, is_better
from layerlab.nets.adviser.measured import Measured
from layerlab.nets.engines import Engine
from layerlab.nets.probes import report_marks
from layerlab.nets.sweep import cost, sweep

Array = np.ndarray
LONG = 2e10  # multiplications of a run, from which on fewer of its seeds are tried
FEWEST = 4  # seeds
LIMIT = 2e11  # multiplications of one trial: some seconds of one core
SURE = (EXPLODING, VANISHING)  # said untried where a trial would take too long
OTHER_SEEDS = 1009  # added to the first seed for the repetition
Work = Generator[Step | None, None, float]


def confirmed(
    m: Measured, suspected: Sequence[Finding], engine: Engine, is_interrupted: Ask
) -> Iterator[Step | None]:
    """Try what is suspected; yield a step with all that is confirmed so far, when it grows.

    Args:
        m: the run. suspected: of `rules.findings`, in the order in which they are said.
        engine: trains. is_interrupted: see `core.jobs`.

    Yields:
        Steps whose result is a tuple of findings, each with the remedy that helps most.
    """
    trials = _Trials(m, engine, is_interrupted)
    found: list[Finding] = []
    offered: set[LabSpec] = set()
    for finding in suspected:
        if found and finding.kind == STUCK:
            continue  # what was found is why
        tried = yield from trials.of(finding)
        remedy = yield from trials.best(tried)
        if remedy is not None:
            changed = remedy.applied(m.spec)
            if changed in offered:
                continue  # it has another name already
            offered.add(changed)
            own = yield from trials.own()
            found.append(_with(finding, remedy, own, tried, m))
        elif all(np.isnan(value) for value in tried.values()) and _is_sure(finding, m):
            untried = (_("tried"), _("nothing: it would take too long"))
            found.append(replace(finding, evidence=(*finding.evidence, untried)))
        else:
            continue
        yield Step(len(found), 0, tuple(found))


def _is_sure(finding: Finding, m: Measured) -> bool:
    return finding.kind in SURE or m.broken is not None


def _with(
    finding: Finding, remedy: Remedy, own: float, tried: dict[Remedy, float], m: Measured
) -> Finding:
    """Return a finding with the remedy that helps most, and what each was measured to do."""
    best, before = number(tried[remedy], 2), number(own, 2) if np.isfinite(own) else "∞"
    if m.last_validation is None:
        hint = _(
            "{why} Tried: training loss {best} instead of {before}.",
            why=remedy.hint,
            best=best,
            before=before,
        )
    else:
        hint = _(
            "{why} Tried: validation loss {best} instead of {before}.",
            why=remedy.hint,
            best=best,
            before=before,
        )
    figures = tuple(
        (_("tried: {change}", change=one.label), number(value))
        for one, value in tried.items()
        if np.isfinite(value)
    )
    changed = replace(remedy, hint=hint)
    return replace(finding, remedies=(changed,), evidence=(*finding.evidence, *figures))


class _Trials:
    """The trainings of some changes of a run, each done once."""

    def __init__(self, m: Measured, engine: Engine, is_interrupted: Ask) -> None:
        self._m, self._engine, self._ask = m, engine, is_interrupted
        self._known: dict[LabSpec, float] = {}
        needed, seeds = cost(m.spec), m.spec.train.seeds
        few = max(FEWEST, int(seeds * LONG / needed)) if needed > LONG else seeds
        self._seeds = min(seeds, few)

    def own(self) -> Work:
        """Return the figure of the run itself; of one that is not over, of its end."""
        m = self._m
        if m.broken is not None:
            return float("inf")
        if not m.is_over:
            return (yield from self.value(m.spec))
        last = m.last_train if m.last_validation is None else m.last_validation
        middle = float(np.median(last[: self._seeds]))
        return middle if np.isfinite(middle) else float("inf")

    def of(self, finding: Finding) -> Generator[Step | None, None, dict[Remedy, float]]:
        """Return the figure after each remedy of a finding; see `value`."""
        found = {}
        for remedy in finding.remedies:
            found[remedy] = yield from self.value(remedy.applied(self._m.spec))
        return found

    def best(self, tried: dict[Remedy, float]) -> Generator[Step | None, None, Remedy | None]:
        """Return the remedy that helps most, twice; None where none does."""
        own = yield from self.own()
        good = {k: v for k, v in tried.items() if is_better(own, v, self._m.scale)}
        for remedy in sorted(good, key=lambda one: good[one]):  # stable
            if (yield from self.is_repeated(remedy.applied(self._m.spec))):
                return remedy
        return None

    def value(self, spec: LabSpec) -> Work:
        """Return the figure of a spec: infinite if it diverges, nan if it takes too long."""
        if spec not in self._known:
            self._known[spec] = yield from self._trained(
                specs.edit(spec, "train.seeds", self._seeds)
            )
        return self._known[spec]

    def is_repeated(self, spec: LabSpec) -> Generator[Step | None, None, bool]:
        """Return whether a change helps with other seeds, too."""
        seed = (self._m.spec.train.seed + OTHER_SEEDS) % 2**31
        own = yield from self.value(specs.edit(self._m.spec, "train.seed", seed))
        other = yield from self.value(specs.edit(spec, "train.seed", seed))
        return is_better(own, other, self._m.scale, AGAIN)

    def _trained(self, spec: LabSpec) -> Work:
        if cost(spec) > LIMIT:
            return float("nan")
        for step in sweep([spec], self._engine, report_marks, self._ask):
            if step is None:
                yield None
                continue
            outcome = step.result
            losses = outcome.loss if outcome.validation is None else outcome.validation
            if not outcome.why and np.isfinite(middle := float(np.median(losses))):
                return middle
        return float("inf")
