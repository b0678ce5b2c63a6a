"""What the runtime and the window need of nets, handed in from here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from layerlab.core.engine import TrainingEngine
from layerlab.core.frames import Units
from layerlab.core.registry import Registry
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import Engine, engine
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import layout_of, problem_of
from layerlab.nets.tasks import TASKS
from layerlab.runtime.backend import Backend, HistoryLike

REGISTRIES: dict[str, Registry[Any]] = {
    "tasks": TASKS,
    "activations": ACTIVATIONS,
    "initializers": INITIALIZERS,
    "optimizers": OPTIMIZERS,
    "losses": LOSSES,
}


# A report costs about as long as six updates of the default lab; a curve of a hundred points
# is as good to look at as one of two hundred.
REPORTS = 101

# Probes and theory are imported by the trainer's thread, once the window is up.


def _measure(
    spec: LabSpec,
    state: State,
    wanted: Collection[str],
    seed: int,
    history: HistoryLike,
    units: Units,
) -> dict[str, Any]:
    from layerlab.nets import probes

    return probes.measure(
        spec,
        state,
        wanted,
        seed=seed,
        history=history,  # type: ignore[arg-type]
        units=units,
    )


def _prepare(spec: LabSpec) -> None:
    from layerlab.nets.probes import prepare

    prepare(spec)


def _marks(length: int) -> list[int]:
    from layerlab.nets.probes import report_marks

    return report_marks(length, REPORTS)


def _new_history(engine: TrainingEngine) -> HistoryLike:
    from layerlab.nets.probes import History

    return History(outputs=cast("Engine", engine).outputs)


PORTS = Backend(
    engine=engine,
    length=lambda spec: problem_of(spec).length,
    parameters=lambda spec: layout_of(spec).parameters,
    marks=_marks,
    new_history=_new_history,
    prepare=_prepare,
    measure=_measure,
)
