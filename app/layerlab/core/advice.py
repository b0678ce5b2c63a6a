"""Advice: what is wrong with a run, by which figures, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from layerlab.core import spec as specs
from layerlab.core.spec import LabSpec
from layerlab.core.translation import marked

# Kinds of a finding.
NARROW, DEAD, VANISHING, EXPLODING, OVERFIT, RATE = (
    marked("too narrow"),
    marked("dead"),
    marked("vanishing"),
    marked("exploding"),
    marked("overfit"),
    marked("rate too high"),
)
UNFINISHED, STUCK, REGULARIZED = (
    marked("not finished"),
    marked("stuck"),
    marked("too much regularization"),
)
KINDS = (
    NARROW,
    DEAD,
    VANISHING,
    EXPLODING,
    OVERFIT,
    RATE,
    UNFINISHED,
    STUCK,
    REGULARIZED,
)


@dataclass(frozen=True)
class Remedy:
    """One change that may help.

    Attributes:
        changes: knobs and the values to turn them to, in this order.
        label: what a button says that does it.
        hint: why it helps, a sentence.
    """

    changes: tuple[tuple[str, object], ...]
    label: str
    hint: str

    def applied(self, spec: LabSpec) -> LabSpec:
        """Return the spec after the change; raises LabError where a value does not fit."""
        for path, value in self.changes:
            spec = specs.edit(spec, path, value)
        return spec


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: one of `KINDS`.
        line: what was measured, a sentence with its figures.
        evidence: names and figures, over the seeds.
        remedies: what may help, one or more; the first is the one that is offered.
    """

    kind: str
    line: str
    evidence: tuple[tuple[str, str], ...]
    remedies: tuple[Remedy, ...]

    @property
    def hint(self) -> str:
        """What helps and why, a sentence."""
        return self.remedies[0].hint

    @property
    def label(self) -> str:
        """What a button says that does it."""
        return self.remedies[0].label

    def cured(self, spec: LabSpec) -> LabSpec:
        """Return the spec after the cure; raises LabError where a value does not fit."""
        return self.remedies[0].applied(spec)
