"""What the diagram asks for: an edited weight or bias, one sample sent through."""

from __future__ import annotations

from collections.abc import Callable

from layerlab.core.frames import DIAGRAM, DiagramPart, Frame, Units
from layerlab.core.layout import Layout
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.problem import layout_of
from layerlab.runtime.backend import HistoryLike
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.diagram.view import DiagramView


class ParameterEdits:
    """The window's dealings with single parameters of the shown network."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        diagram: DiagramView,
        newest: Callable[[], Frame | None],
        show_message: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            store: takes the step of undo. runner: goes on with what is edited.
            diagram: shows what is traced. newest: gives the frame that is drawn.
            show_message: shows a sentence at the foot of the window.
        """
        self._store, self._runner, self._diagram = store, runner, diagram
        self._newest, self._show_message = newest, show_message

    def _shown(self) -> tuple[State | None, HistoryLike | None, int]:
        """Return the network and the reports of this moment, and which seed is shown."""
        state, history = self._runner.snapshot()
        seed = min(self._runner.request.seed, state.seeds - 1) if state is not None else 0
        return state, history, seed

    def edit_weight(self, gap: int, source: int, unit: int, value: float) -> None:
        """Set a weight of the shown seed; training goes on with it."""
        self._edit(lambda layout: layout.weight_index(gap, source, unit), value, _("Weight"))

    def edit_bias(self, gap: int, unit: int, value: float) -> None:
        """Set a bias of the shown seed; training goes on with it."""
        self._edit(lambda layout: layout.bias_index(gap, unit), value, _("Bias"))

    def _edit(self, place: Callable[[Layout], int], value: float, label: str) -> None:
        runner, frame = self._runner, self._newest()
        state, history, seed = self._shown()
        order, layout = runner.request, layout_of(runner.request.spec)
        if state is None or frame is None or layout_of(frame.spec).sizes != layout.sizes:
            # What was clicked is of the network before, whose place another one takes.
            self._show_message(_("The new network is not ready yet: nothing was changed."))
            return
        index = place(layout)
        self._store.mark(label, f"{seed} {index}")
        edited = state.with_parameter(seed, index, value)
        if history is not None:  # what was reported of this update was of another network
            history = history.copy()
            history.record(order.spec, edited)
        runner.start(order.spec, edited, history, play=order.playing, speed=order.speed)

    def trace(self, sample: int) -> None:
        """Send one training point through the shown network, for the animated pass."""
        state, _, seed = self._shown()
        if state is None:
            return
        from layerlab.nets import probes

        spec = self._store.spec
        trace = probes.trace(spec, state, seed, sample)

        def look(units: Units) -> DiagramPart:
            """Draw the network of this very moment: training may be ahead of what is drawn."""
            part = probes.measure(spec, state, {DIAGRAM}, seed=seed, units=units)[DIAGRAM]
            assert isinstance(part, DiagramPart)
            return part

        part = look(self._runner.request.units)
        self._diagram.show_trace(trace, part, state.update, look)
