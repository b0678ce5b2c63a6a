"""The knob curve: what every value of the knob that was turned last would end in.

Values that the lab itself has just trained are put in at once; the others are trained one
by one, all seeds and all updates, while the lab is idle. Outcomes are kept by spec, so that
a drag, an undo or another knob finds again what is known, and nothing has to be dropped.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from layerlab.compose.budget import BudgetLock
from layerlab.compose.options_store import OptionsStore
from layerlab.compose.serving import COMPILED, ServingEngine, quiet_engine
from layerlab.compose.wiring import PORTS
from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.frames import Frame
from layerlab.core.jobs import Ask, Job, Step
from layerlab.core.knob_curve import CurvePoint, KnobCurve
from layerlab.core.knobs import Effect
from layerlab.core.libraries import sentence_of
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.problem import file_stamp
from layerlab.runtime.background import Background
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.controls.scale import Scale
from layerlab.ui.knob_curve.place import CurvePlace, slider_of
from layerlab.ui.window import LabWindow

KEY, PRIORITY = "knob_curve", 10  # before whatever has time until the curve is there
LATE_MS = 25  # in a drag; the engine has begun by then
CUTS = 32  # into which the values trained by themselves cut a slider's travel
KEPT = 2000  # outcomes, of about 1 KB each
WITHOUT = ("train.seeds",)  # more seeds measure the same loss better


class Curves:
    """The lab's curve: which knob it is of, what is known, what is asked for."""

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        background: Background,
        serving: ServingEngine,
        budget: BudgetLock,
        options_store: OptionsStore,
        parent: QObject,
    ) -> None:
        """Connect to the lab.

        Args:
            window: has the sliders. store, runner: of what the lab trains.
            background: trains the other values. serving: knows which engine the lab had.
            budget: may let the width follow the depth.
            options_store: whether a curve is wanted. parent: of the clock.
        """
        self._panel, self._store, self._runner = window.panel, store, runner
        self._background, self._serving = background, serving
        self._budget, self._options_store = budget, options_store
        first = slider_of(self._panel, "net.width")
        assert first is not None
        self.place = CurvePlace(self._panel, first, window.theme)
        self.plot = self.place.plot
        self._path = ""  # the knob that was touched last
        self._known: OrderedDict[LabSpec, CurvePoint] = OrderedDict()
        self._origin: object = None  # engine and file that `_known` is of
        self._scale: Scale | None = None
        self._variants: dict[float, LabSpec] = {}  # number on the slider -> its spec
        self._planned: list[float] = []
        self._note = ""
        self._edited_run = 0  # the last run that something was changed in on its way
        # What one edit changes is looked at once, when all of it is done.
        self._soon = QTimer(parent)
        self._soon.setSingleShot(True)
        self._is_held = self._is_closed = False
        self._soon.timeout.connect(self.refresh)
        self._connect(window.commands["knob_curve"])

    def _connect(self, action: QAction) -> None:
        panel = self._panel
        panel.edited.connect(lambda path, value: self.touch(path))
        panel.grabbed.connect(self._on_grabbed)
        panel.released.connect(lambda path: self._on_released())
        self._store.changed.connect(self._on_changed)
        self._store.restored.connect(lambda snapshot: self._look())
        panel.budget_locked.connect(lambda on: self._look())
        self._runner.framed.connect(self._on_framed)
        self._background.stepped.connect(self._on_stepped)
        self._background.failed.connect(self._on_failed)
        self.plot.chosen.connect(self._on_chosen)
        self.plot.seen.connect(lambda seen: self._look())
        action.setChecked(self._options_store.options.knob_curve)
        action.toggled.connect(self._on_toggled)

    def close(self) -> None:
        """Do nothing more: the window goes away."""
        self._soon.stop()
        self._is_closed = True

    # ---- what happens in the lab

    def touch(self, path: str) -> None:
        """Show the curve of a knob, if a slider turns it."""
        slider = slider_of(self._panel, path)
        if slider is None or slider.path != path or path in WITHOUT:
            return
        if not self._options_store.options.knob_curve:
            return
        if path != self._path:
            self._path, self._scale = path, None
        self.place.move_below(slider)
        if slider.bar.isSliderDown():
            self._is_held = True  # nothing moves under the mouse
        else:
            self.place.reveal()
        self._look()

    def _on_released(self) -> None:
        if self._is_held:
            self._is_held = False
            self.place.reveal()

    def _on_grabbed(self, path: str) -> None:
        every = slider_of(self._panel, "net.width")
        if path == "net.hidden" and every is not None and every.bar.isSliderDown():
            path = "net.width"  # and not the slider of a single layer
        self.touch(path)

    def _on_toggled(self, on: bool) -> None:
        self._options_store.change(knob_curve=on)
        if not on:
            self._path = ""
            self.place.leave()

    def _on_changed(self, spec: LabSpec, effect: Effect) -> None:
        if effect is Effect.LIVE:
            self._edited_run = self._runner.request.run_id
        self._look()

    def _on_framed(self, frame: Frame) -> None:
        """Keep what the lab has just trained to the end."""
        ended = frame.status == "finished" or (frame.status == "stopped" and frame.note)
        if not ended:
            return
        self._forget_other(frame.spec)
        if frame.spec in self._known or not self._is_plain(frame):
            return
        part = frame.loss
        if part is None or not np.isfinite(part.train[-1]).all():
            return
        held = None if part.validation is None else part.validation[-1]
        self._keep(frame.spec, _point(part.train[-1], held, part.noise_floor))
        self.refresh()

    def _is_plain(self, frame: Frame) -> bool:
        """Return whether the run starts from initialization, on the curve's own engine."""
        order = self._runner.request
        is_from_initialization = order.start is None and order.run_id != self._edited_run
        if order.engine == COMPILED:
            same_engine = self._serving.trains_as_quiet_engine(frame.spec)
        else:
            same_engine = order.engine == "numpy"
        return self._options_store.options.knob_curve and is_from_initialization and same_engine

    def _on_chosen(self, number: float) -> None:
        """Go to a value of the curve: trained from initialization, to where the curve ends."""
        spec = self._variants.get(number)
        if spec is not None and spec != self._store.spec:
            self._store.replace(spec, KNOBS[self._path].label, self._path)

    # ---- the curve

    def _look(self) -> None:
        if not self._is_closed:  # in a drag the engine goes first
            self._soon.start(LATE_MS if self._is_held else 0)

    def refresh(self) -> None:
        """Show what is known of the curve, and ask for what is not."""
        if self._is_closed:  # a last frame may still come
            return
        background = self._background
        if not self._path or not self.plot.isVisible():
            background.cancel(KEY)
            return
        if self._plan():
            background.cancel(KEY)
            self._note = ""
        self.plot.show_curve(self._curve())
        missing = [n for n in self._planned if self._variants[n] not in self._known]
        if missing and not self._note and not background.has(KEY):
            wanted = [self._variants[number] for number in missing]
            background.submit(Job(KEY, self._work(wanted), PRIORITY))

    def _curve(self) -> KnobCurve:
        spec = self._store.spec
        number = self._number(spec)
        points = [
            replace(self._known[variant], number=n)
            for n, variant in sorted(self._variants.items())
            if variant in self._known
        ]
        return KnobCurve(
            points=tuple(points),
            current=number if self._variants.get(number) == spec else None,
            seeds=spec.train.seeds,
            done=sum(self._variants[n] in self._known for n in self._planned),
            total=len(self._planned),
            note=self._note,
        )

    def _number(self, spec: LabSpec) -> float:
        value = specs.get(spec, self._path)
        return math.inf if value == "full" else float(value)

    def _plan(self) -> bool:
        """Find the specs of the curve's values; return whether it is a new curve."""
        slider, spec = self.plot.slider, self._store.spec
        scale = slider.bar.scale
        self._forget_other(spec)
        last = float(scale.stops[-1])
        same = scale is self._scale and self._variant(last) == self._variants.get(last)
        if not same:
            self._scale = scale
            self._variants = {n: self._variant(n) for n in map(float, scale.stops)}
            self._planned = scale.coarse_to_fine(CUTS)
            if not spec.net.hidden and self._path == "net.width":
                self._variants, self._planned = {}, []  # a linear model has no layer to widen
        here = self._number(spec)
        if here not in self._variants and self._variants and self._variant(here) == spec:
            self._variants[here] = spec  # a value between two stops, that was typed
        if not same and self._variants.get(here) == spec:
            self._planned = list(dict.fromkeys([here, *self._planned]))
        return not same

    def _variant(self, number: float) -> LabSpec:
        value = self.plot.slider.value_of(number)
        if self._path == "net.depth":
            return self._budget.turned(value)  # the width may follow
        return specs.edit(self._store.spec, self._path, value)

    # ---- the work

    def _work(self, wanted: list[LabSpec]) -> Any:
        name, dtype = self._runner.request.engine, wanted[0].train.dtype

        def work(is_interrupted: Ask) -> Iterator[Step | None]:
            from layerlab.nets.sweep import sweep  # with it come the probes, in this thread

            engine = yield from quiet_engine(name, dtype, is_interrupted)
            yield from sweep(wanted, engine, PORTS.marks, is_interrupted)

        return work

    def _on_stepped(self, job: Job, step: Step) -> None:
        if job.key == KEY:
            outcome = step.result
            point = CurvePoint(math.nan, math.nan, math.nan, math.nan, why=outcome.why)
            if not outcome.why:
                point = _point(outcome.loss, outcome.validation, outcome.noise_floor)
            self._keep(outcome.spec, point)
            self.refresh()

    def _forget_other(self, spec: LabSpec) -> None:
        """Forget what another engine trained, or on a file that has changed since."""
        origin = (self._runner.request.engine, file_stamp(spec.task))
        if origin != self._origin:
            if self._origin is not None:
                self._edited_run = self._runner.request.run_id
            self._known.clear()
            self._origin, self._scale = origin, None

    def _keep(self, spec: LabSpec, point: CurvePoint) -> None:
        self._known[spec] = point
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

    def _on_failed(self, job: Job, error: Exception) -> None:
        if job.key == KEY:
            is_known = isinstance(error, LabError | ImportError)
            self._note = sentence_of(error) if is_known else _("stopped by an error")
            self.plot.show_curve(self._curve())


def _point(loss: Any, validation: Any, noise_floor: float | None) -> CurvePoint:
    """Return a point, at no place yet, of the losses (S,) of all seeds."""
    from layerlab.nets.probes.base import (
        quantiles,  # what the trainer's thread has long imported
    )

    _, low, median, high, _ = quantiles(np.asarray(loss, float)).tolist()
    held = None if validation is None else float(np.median(np.asarray(validation, float)))
    return CurvePoint(math.nan, low, median, high, held, noise_floor)
