"""Probes: what is measured of a state, so that a window can draw it.

`measure` makes the parts of a frame, all seeds at once and without dropout. Nothing
here changes a state.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from layerlab.core.frames import (
    DIAGRAM,
    GRADIENT,
    LOSS,
    PREDICTION,
    SIGNAL,
    DiagramPart,
    LayerPart,
    LossPart,
    Prediction,
    Units,
)
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.probes.base import ProbedState
from layerlab.nets.probes.diagram import diagram_part
from layerlab.nets.probes.layers import gradient_part, signal_part
from layerlab.nets.probes.loss import History, loss_part
from layerlab.nets.probes.marks import report_marks
from layerlab.nets.probes.prediction import prediction_part
from layerlab.nets.probes.references import linear_loss, noise_floor
from layerlab.nets.probes.report import final_report
from layerlab.nets.probes.trace import trace
from layerlab.nets.problem import problem_of
from layerlab.nets.theory import theory

__all__ = ["History", "Part", "final_report", "measure", "prepare", "report_marks", "trace"]

Part = LossPart | Prediction | LayerPart | DiagramPart


def prepare(spec: LabSpec) -> None:
    """Find what all frames of a spec have in common, so that `measure` need not; it is kept."""
    problem = problem_of(spec)
    theory(spec)
    noise_floor(problem)
    linear_loss(problem)


def measure(
    spec: LabSpec,
    state: State,
    wanted: Collection[str],
    *,
    seed: int = 0,
    history: History | None = None,
    units: Units = (),
) -> dict[str, Part]:
    """Return the wanted parts of a frame.

    A part costs about a millisecond for the default lab. Large networks are looked at
    through fewer inputs, see `base.probe_rows`, so that it stays below about 30 ms.

    Args:
        spec: what is trained.
        state: where the training is.
        wanted: names of `frames.PARTS`.
        seed: index of the network that is shown alone; the last one there is, at most.
        history: the losses reported so far; without it the loss has one point.
        units: of each layer, which units the diagram draws; see `diagram_part`.

    Returns:
        Name of the part -> the part, its arrays fresh copies or never written to.

    Raises:
        LabError: the spec does not fit its data.
    """
    probed = ProbedState(problem_of(spec), state, min(seed, state.seeds - 1))
    parts: dict[str, Part] = {}
    with np.errstate(all="ignore"):  # numbers may explode; the engine says where
        if LOSS in wanted:
            parts[LOSS] = loss_part(probed, history)
        if PREDICTION in wanted:
            parts[PREDICTION] = prediction_part(probed)
        if SIGNAL in wanted:
            parts[SIGNAL] = signal_part(probed)
        if GRADIENT in wanted:
            parts[GRADIENT] = gradient_part(probed)
        if DIAGRAM in wanted:
            parts[DIAGRAM] = diagram_part(probed, units)
    return parts
