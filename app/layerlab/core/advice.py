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
KINDS = (NARROW, DEAD, VANISHING, EXPLODING, OVERFIT, RATE)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: one of `KINDS`.
        line: what was measured, a sentence with its figures.
        hint: what helps and why, a sentence.
        evidence: names and figures, over the seeds.
        cure: knobs and the values to turn them to, in this order.
        label: what a button says that does it.
    """

    kind: str
    line: str
    hint: str
    evidence: tuple[tuple[str, str], ...]
    cure: tuple[tuple[str, object], ...]
    label: str

    def cured(self, spec: LabSpec) -> LabSpec:
        """Return the spec after the cure; raises LabError where a value does not fit."""
        for path, value in self.cure:
            spec = specs.edit(spec, path, value)
        return spec
