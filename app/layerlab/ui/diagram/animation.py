"""The animated pass: one sample, layer by layer, forwards and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from layerlab.core.frames import DiagramPart, Trace
from layerlab.core.translation import _
from layerlab.ui.diagram.trace_text import layer_values

Array = np.ndarray

TICK_MS: Final = 33
PULSE_SHARE: Final = 0.5  # of a step, for the dots; the rest is for reading
MAX_PASS_MS, MAX_STEP_MS, MIN_STEP_MS = 20_000, 1_800, 260


@dataclass(frozen=True, eq=False)
class PassState:
    """Where a pass stands: all that the canvas needs to draw it.

    Attributes:
        part: the network as it was when the sample went through; a snapshot.
        trace: the sample's numbers.
        is_backward: which way.
        step: forward: 0 the inputs, k the k-th layer, last the loss. Backward: 0 the
            loss's derivative at the output, k one gap further back.
        share: how far the step's pulse is, 0 to 1.
    """

    part: DiagramPart
    trace: Trace
    is_backward: bool
    step: int
    share: float = 1.0

    @property
    def layers(self) -> int:
        """Number of layers with weights."""
        return len(self.part.weights)

    @property
    def last_step(self) -> int:
        """The step after which there is nothing more."""
        return self.layers if self.is_backward else self.layers + 1

    @property
    def gap(self) -> int | None:
        """The gap that the pulse crosses in this step, or None."""
        if not 1 <= self.step <= self.layers:
            return None
        return self.layers - self.step if self.is_backward else self.step - 1

    @property
    def layer(self) -> int:
        """The layer whose arithmetic this step shows."""
        if self.is_backward:
            return max(1, self.layers - self.step)
        return min(self.step, self.layers)

    @property
    def is_loss(self) -> bool:
        """Return whether this step compares prediction and target."""
        return not self.is_backward and self.step == self.last_step

    def reached(self, layer: int) -> bool:
        """Return whether a layer's numbers are known by now."""
        arrived = self.share >= 1.0
        if self.is_backward:
            reach = self.layers - self.step + (0 if arrived else 1)
            return layer >= max(1, reach)
        return layer <= self.step - (0 if arrived else 1)

    def values(self, layer: int) -> Array:
        """Return the numbers that a layer shows: h forwards, dL/dz backwards. (units,)"""
        if self.is_backward:
            return np.ravel(self.trace.dz[layer - 1]).astype(float)
        return layer_values(self.trace, layer)

    def carried(self, gap: int) -> Array:
        """Return what the drawn edges of a gap carry. (n_from, n_to)

        Forwards weight times signal, backwards weight times the derivative behind it; at
        the inputs, where nothing goes further back, dL/dw.
        """
        rows, columns = self.part.layers[gap].shown, self.part.layers[gap + 1].shown
        if self.is_backward:
            if gap == 0:
                return np.asarray(self.trace.dw[0], float)[np.ix_(rows, columns)]
            dz = np.ravel(self.trace.dz[gap]).astype(float)[columns]
            return self.part.edges[gap] * dz[None, :]
        return self.part.edges[gap] * layer_values(self.trace, gap)[rows][:, None]

    def edge_values(self) -> list[Array]:
        """Return what colours the edges: weights, or dL/dw in the gaps passed backwards."""
        if not self.is_backward:
            return [np.asarray(e) for e in self.part.edges]
        values = []
        for gap, edges in enumerate(self.part.edges):
            if gap < self.layers - self.step:
                values.append(np.asarray(edges))
                continue
            rows, columns = self.part.layers[gap].shown, self.part.layers[gap + 1].shown
            values.append(np.asarray(self.trace.dw[gap], float)[np.ix_(rows, columns)])
        return values

    def explained(
        self, hovered: tuple[int, int] | None, focused: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """Return the neuron, as layer and drawn place, whose arithmetic is shown.

        The hovered one if its numbers are known, else the focused one of the step's layer,
        else that layer's largest.
        """
        if hovered is not None and self.reached(hovered[0]):
            return hovered
        layer = self.layer
        if focused is not None and focused[0] == layer:
            return focused
        shown = self.part.layers[layer].shown
        if not len(shown):
            return None
        values = self.values(layer)[shown]
        return layer, int(np.argmax(np.abs(np.nan_to_num(values))))

    def text(self) -> str:
        """Return the step in a few words."""
        if self.is_backward:
            if self.step == 0:
                return _("dL/dŷ: how the loss changes with the prediction")
            gap = self.layers - self.step
            if gap == 0:
                return _("dL/dw of the first layer")
            return _("dL/dh → dL/dz of layer {layer}", layer=gap)
        if self.step == 0:
            return _("the inputs of the sample")
        if self.is_loss:
            return _("prediction, target, loss")
        if self.step == self.layers:
            return _("the output")
        return _("layer {layer}", layer=self.step)


class PassPlayer(QObject):
    """Steps through a pass, by hand or by a timer.

    Signals:
        moved: the state has changed; `state` is None after the end.
    """

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: PassState | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._clock = QElapsedTimer()
        self._read_ms = 0.0

    @property
    def is_playing(self) -> bool:
        """Return whether the timer moves the pass."""
        return self._timer.isActive()

    def start(self, part: DiagramPart, trace: Trace, is_backward: bool, step: int = 0) -> None:
        """Show a pass at one of its steps, standing still."""
        fresh = PassState(part, trace, is_backward, 0)
        self._show(fresh, min(step, fresh.last_step))

    def play(self) -> None:
        """Continue by the timer; from the beginning if the end is reached."""
        if self.state is None:
            return
        if self.state.step >= self.state.last_step and self.state.share >= 1.0:
            self._show(self.state, 0)
        self._clock.start()
        self._timer.start()
        self.moved.emit()

    def pause(self) -> None:
        """Stand still, with the step's numbers shown."""
        self._timer.stop()
        if self.state is not None:
            self._show(self.state, self.state.step)

    def step(self, by: int) -> None:
        """Move by whole steps, standing still."""
        self._timer.stop()
        if self.state is not None:
            self._show(self.state, min(max(self.state.step + by, 0), self.state.last_step))

    def stop(self) -> None:
        """End the pass."""
        self._timer.stop()
        self.state = None
        self.moved.emit()

    def show_part(self, part: DiagramPart) -> None:
        """Continue with the same network of which other units have pictures."""
        if self.state is not None:
            self.state = replace(self.state, part=part)
            self.moved.emit()

    def step_ms(self) -> int:
        """Return how long a step lasts while playing: deep networks go faster."""
        if self.state is None:
            return MAX_STEP_MS
        even = MAX_PASS_MS // (self.state.last_step + 1)
        return min(MAX_STEP_MS, max(MIN_STEP_MS, even))

    def _show(self, state: PassState, step: int, share: float = 1.0) -> None:
        self.state = PassState(state.part, state.trace, state.is_backward, step, share)
        self.moved.emit()

    def _on_tick(self) -> None:
        self.advance(self._clock.restart())

    def advance(self, elapsed_ms: float) -> None:
        """Move on by some milliseconds of playing."""
        state = self.state
        if state is None:
            self._timer.stop()
            return
        pulse = PULSE_SHARE * self.step_ms()
        if state.share < 1.0:
            share = min(1.0, state.share + elapsed_ms / pulse)
            self._read_ms = 0.0
            self._show(state, state.step, share)
            return
        self._read_ms += elapsed_ms
        if self._read_ms < self.step_ms() - pulse:
            return
        self._read_ms = 0.0
        if state.step >= state.last_step:
            self._timer.stop()
            self.moved.emit()
            return
        has_pulse = state.step + 1 <= state.layers
        self._show(state, state.step + 1, 0.0 if has_pulse else 1.0)
