"""The adviser: what is wrong with a run, from measurements over its seeds, and a cure."""

from __future__ import annotations

from layerlab.core.advice import Finding
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.adviser.measured import Measured as Measured
from layerlab.nets.adviser.measured import examine
from layerlab.nets.adviser.rules import findings
from layerlab.nets.probes import History

__all__ = ["Measured", "advise", "examine", "findings"]


def advise(
    spec: LabSpec, state: State, history: History | None = None, broken: int | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with a run, the most useful first; nothing where all is well.

    Args:
        spec: what was trained.
        state: its last finite state.
        history: its reports.
        broken: the update at which the run diverged, or None.

    Raises:
        LabError: the spec does not fit its data.
    """
    return findings(examine(spec, state, history, broken))
