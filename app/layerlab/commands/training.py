"""One training on the command line: its reports, its stop rule, its last line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import numpy as np

from layerlab.commands.common import json_line
from layerlab.commands.progress import Progress
from layerlab.core.errors import NotFiniteError
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _, marked, ngettext, translated
from layerlab.nets import engines
from layerlab.nets.probes import History, final_report, report_marks
from layerlab.nets.probes.loss import evaluate, reported
from layerlab.nets.problem import problem_of

REPORTS = 200  # at most, besides the last line
TARGET_CHECKS = 2000  # how often a run is measured against its target loss, at most


class ReportedRun:
    """One run with its reports.

    Attributes:
        spec: what is trained.
        history: the reports so far.
    """

    def __init__(self, spec: LabSpec, engine: str, as_json: bool) -> None:
        self.spec, self._as_json = spec, as_json
        self._engine, self._name = engines.engine(engine), engine
        self._problem = problem_of(spec)
        self._reports = report_marks(self._problem.length, REPORTS)
        self._stopped: str | None = None
        self.history = History(outputs=self._engine.outputs)

    def run(self, check: Callable[[], None] | None = None) -> State:
        """Train to the end or to the target loss; return the last state.

        Args:
            check: is asked at each report whether the training is still for somebody; what
                it raises ends it.

        Raises:
            NotFiniteError: the training diverged.
        """
        marks = sorted({*self._reports, *self._target_marks()})
        due = set(self._reports)
        last: State | None = None
        with (
            closing(self._engine.run(self.spec, marks=marks)) as states,  # type: ignore[type-var]
            Progress(self._problem.length, sys.stderr) as progress,
        ):
            for state in states:
                last = state
                is_reached = self._is_target_reached(state)
                if state.update in due or is_reached:
                    self._report(state)
                    if check is not None:
                        check()
                    progress.show(state.update, self.history.median_loss())
                if is_reached:
                    self._stopped = marked("target loss")
                    break
        assert last is not None  # an engine yields at least where it stops
        return last

    def _target_marks(self) -> Iterable[int]:
        if self.spec.train.target_loss is None:
            return ()
        length = self._problem.length
        return range(0, length + 1, max(1, length // TARGET_CHECKS))

    def _is_target_reached(self, state: State) -> bool:
        target = self.spec.train.target_loss
        if target is None:
            return False
        with np.errstate(all="ignore"):
            scores = reported(
                self._problem,
                state,
                evaluate(self._problem, state.params, self._engine.outputs),
            )
        return bool(np.median(scores.train) <= target)

    def _report(self, state: State) -> None:
        self.history.record(self.spec, state)
        if self._as_json:
            _, columns = self.history.columns()
            newest = {name: None if c is None else c[-1] for name, c in columns.items()}
            print(json_line(self._line(state.update, newest)))

    def _line(self, update: int, newest: dict[str, Any]) -> dict[str, Any]:
        line = {"update": update, "epoch": update / self._problem.updates_per_epoch}
        line |= {"loss": newest["train"], "validation_loss": newest["validation"]}
        if newest["total"] is not None:
            line["total"] = newest["total"]
        return line

    def final(self, state: State) -> dict[str, Any]:
        """Return the last line: what the trained networks are like."""
        report = final_report(self.spec, state, self._engine.outputs)
        return {
            "final": True,
            "engine": self._name,
            "updates": state.update,
            "parameters": report.pop("parameters"),
            "loss": report.pop("loss"),
            "first_loss": state.first_loss,
            **report,
            "stopped": self._stopped,
        }

    def broken(self, error: NotFiniteError) -> dict[str, Any]:
        """Return the last line of a run that diverged."""
        seeds, depth = self.spec.train.seeds, len(self.spec.net.hidden)
        updates, columns = self.history.columns()
        train = columns["train"]
        return {
            "final": True,
            "engine": self._name,
            "updates": error.update,
            "parameters": self._problem.layout.parameters,
            "loss": [None] * seeds,
            "first_loss": [None] * seeds if train is None else train[0],
            "activation_variance": [None] * depth,
            "validation": None,
            "stopped": "not finite",  # not translated: a program reads it
            "layer": error.layer,
            "last_finite_update": updates[-1] if len(updates) else None,
        }

    def summary(self, state: State) -> str:
        """Return the last report for people."""
        report = self.final(state)
        lines = [
            ngettext(
                "{task}: {count} seed of {parameters} parameters, {updates} updates, "
                "engine {engine}",
                "{task}: {count} seeds of {parameters} parameters, {updates} updates, "
                "engine {engine}",
                self.spec.train.seeds,
                task=self.spec.task.name,
                parameters=grouped(report["parameters"]),
                updates=grouped(state.update),
                engine=self._name,
            ),
            _(
                "loss        {loss}, at first {first}",
                loss=_quartiles(report["loss"]),
                first=_quartiles(report["first_loss"]),
            ),
        ]
        if "total" in report:
            lines.append(
                _(
                    "total       {quartiles}   (with penalties)",
                    quartiles=_quartiles(report["total"]),
                )
            )
        for name, values in (report["validation"] or {}).items():
            label = _("validation") if name == "loss" else name
            lines.append(f"{label:<12}{_quartiles(values)}")
        variance = "  ".join(f"{v:.3g}" for v in report["activation_variance"])
        if variance:
            lines.append(
                _("variance    {variance}   (across inputs, layer by layer)", variance=variance)
            )
        if self._stopped:
            lines.append(_("stopped at the {limit}", limit=translated(self._stopped)))
        return "\n".join(lines)


def _quartiles(values: Any) -> str:
    """Return the median of the seeds with the quartiles around it."""
    if np.isnan(np.asarray(values, float)).any():  # a running loss before its epoch is over
        return _("not known yet")
    low, middle, high = np.percentile(np.asarray(values, float), [25, 50, 75])
    return (
        f"{middle:.4g}"
        if low == high
        else _("{middle:.4g} ({low:.4g} to {high:.4g})", middle=middle, low=low, high=high)
    )
