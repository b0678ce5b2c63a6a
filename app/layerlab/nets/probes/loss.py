"""The loss: its history at the reports of a run, and the lines it is compared with."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.frames import LossPart
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.nets.engines.base import Outputs, penalty
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.maths import NUMPY
from layerlab.nets.probes.base import ProbedState, class_of
from layerlab.nets.probes.references import linear_loss, noise_floor
from layerlab.nets.problem import Problem, problem_of

Array = np.ndarray
CAPACITY = 400  # reports kept
UNREAD, UNREAD_BYTES = 25, 8 * 2**20  # states, at most, still to be evaluated


@dataclass(frozen=True, eq=False)
class Scores:
    """How good each network is. Every array is (seeds,).

    Attributes:
        train: loss of the current parameters on the training set, without penalties.
        total: the reported loss with penalties; None where there are none.
        validation: loss on the held-out points; None where there are none.
        score, validation_score: accuracy or R2; None where neither fits.
    """

    train: Array
    total: Array | None
    validation: Array | None
    score: Array | None
    validation_score: Array | None


@functools.lru_cache(maxsize=4)
def _all_points(problem: Problem) -> Array:
    return np.concatenate((problem.x, problem.validation_x))  # training first


def score_name(problem: Problem) -> str:
    """Return how `score` is called: `accuracy` or `R²`."""
    return "accuracy" if problem.data.shape.classes else "R²"


def score_of(problem: Problem, out: Array, y: Array) -> Array | None:
    """Return accuracy of classes, R2 of numbers, on the given points.

    Args:
        problem: what is trained.
        out: (seeds, rows, outputs).
        y: (rows, outputs) encoded targets.

    Returns:
        (seeds,), or None for images, whose loss a picture shows better, and where all
        targets are equal.
    """
    if problem.data.shape.classes:
        return np.asarray((class_of(out) == class_of(y)).mean(1))
    # R2 = 1 - residual / total sum of squares, over all outputs together.
    variation = float(((y - y.mean(0)) ** 2).sum())
    if problem.data.form == "images" or variation == 0:
        return None
    return np.asarray(1 - ((out - y) ** 2).sum((1, 2)) / variation)


def evaluate(problem: Problem, params: Array, outputs: Outputs = outputs) -> Scores:
    """Return loss and score of each network on training and held-out points.

    One forward pass over all points, without dropout. params is (seeds, P), or (nets, P) of
    any number of networks; `outputs` is that of the engine which trained them.
    """
    n = len(problem.x)
    out = outputs(problem, params, _all_points(problem))
    train = np.asarray(problem.loss.value(NUMPY, out[:, :n], problem.y))
    found = Scores(train, None, None, score_of(problem, out[:, :n], problem.y), None)
    if problem.spec.train.l1 or problem.spec.train.l2:
        found = replace(found, total=train + penalty(problem, params))
    if len(problem.validation_x):
        held = out[:, n:]
        found = replace(
            found,
            validation=np.asarray(problem.loss.value(NUMPY, held, problem.validation_y)),
            validation_score=score_of(problem, held, problem.validation_y),
        )
    return found


def _rows(scores: Scores, reports: int) -> list[Scores]:
    """Return the scores of each of some reports of equally many networks."""
    columns: list[Any] = []
    for field in fields(Scores):
        values = getattr(scores, field.name)
        columns.append([None] * reports if values is None else values.reshape(reports, -1))
    return [Scores(*row) for row in zip(*columns, strict=True)]


def reported(problem: Problem, state: State, scores: Scores) -> Scores:
    """Return the scores with the loss that the spec reports: `after` or `running`."""
    if problem.spec.train.report == "after":
        return scores
    running = state.running_loss()
    total = scores.total if scores.total is None else running + scores.total - scores.train
    return replace(scores, train=running, total=total)


@dataclass(frozen=True, eq=False)
class _Unread:
    """A state whose report nobody has asked for yet: many at once are evaluated sooner."""

    problem: Problem
    state: State


class History:
    """The reports of one run. It belongs to the thread that trains.

    At most `capacity` reports are kept: when they are too many, the one goes whose
    neighbours are closest, so that a run of any length is covered evenly.

    Args:
        capacity: most reports that are kept.
        outputs: of the engine that trains.
    """

    def __init__(self, capacity: int = CAPACITY, outputs: Outputs = outputs) -> None:
        self._capacity, self._outputs = capacity, outputs
        self._updates: list[int] = []
        self._found: list[Scores | _Unread] = []
        self._unread = self._unread_bytes = 0

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def last_update(self) -> int:
        """Newest update that was reported, -1 if none."""
        return self._updates[-1] if self._updates else -1

    @property
    def nbytes(self) -> int:
        """Memory that it takes, in bytes."""
        rows = [found for found in self._found if isinstance(found, Scores)]
        if not rows:
            return self._unread_bytes
        arrays = [getattr(rows[-1], field.name) for field in fields(Scores)]
        row = sum(a.nbytes + sys.getsizeof(a) for a in arrays if a is not None)
        return len(rows) * row + self._unread_bytes

    def record(self, spec: LabSpec, state: State) -> None:
        """Add the report of a state; reports of its update and later ones are replaced."""
        self._append(problem_of(spec), state)

    def _append(self, problem: Problem, state: State) -> None:
        self.truncate(state.update - 1)
        self._updates.append(state.update)
        # What is evaluated are the weights; of these a copy, as the engine's own array holds
        # many states, all of which would be kept with every step of undo.
        nothing = np.empty((0, *state.params.shape), state.params.dtype)
        kept = replace(state, params=state.params.copy(), moments=nothing)
        self._found.append(_Unread(problem, kept))
        self._unread += 1
        self._unread_bytes += kept.nbytes
        if len(self._updates) > self._capacity:
            at = np.array(self._updates)
            # Never the first or the last, which have one neighbour.
            closest = 1 + int((at[2:] - at[:-2]).argmin())
            self._drop(closest)
        if self._unread >= UNREAD or self._unread_bytes > UNREAD_BYTES:
            self._read()

    def _read(self) -> list[Scores]:
        """Evaluate what was not yet, all networks of all reports in one call."""
        unread: dict[Problem, list[int]] = {}
        for k, found in enumerate(self._found):
            if isinstance(found, _Unread):
                unread.setdefault(found.problem, []).append(k)
        for problem, places in unread.items():
            states = [self._found[k].state for k in places]  # type: ignore[union-attr]
            with np.errstate(all="ignore"):
                params = np.concatenate([state.params for state in states])
                rows = _rows(evaluate(problem, params, self._outputs), len(states))
                for k, state, scores in zip(places, states, rows, strict=True):
                    self._found[k] = reported(problem, state, scores)
        self._unread = self._unread_bytes = 0
        return self._found  # type: ignore[return-value]

    def truncate(self, update: int) -> None:
        """Forget the reports after an update: undo, or a step back."""
        while self._updates and self._updates[-1] > update:
            self._drop(-1)

    def _drop(self, place: int) -> None:
        """Forget one report; undo counts the bytes of what is still to be evaluated."""
        self._updates.pop(place)
        found = self._found.pop(place)
        if isinstance(found, _Unread):
            self._unread -= 1
            self._unread_bytes -= found.state.nbytes

    def copy(self) -> Self:
        """Return a history that goes its own way from here."""
        other = type(self)(self._capacity, self._outputs)
        other._updates, other._found = self._updates.copy(), self._found.copy()
        other._unread, other._unread_bytes = self._unread, self._unread_bytes
        return other

    def median_loss(self) -> float:
        """Return the median training loss over the seeds of the newest report; nan if none."""
        rows = self._read()
        return float(np.median(rows[-1].train)) if rows else float("nan")

    def to_arrays(self) -> dict[str, Array]:
        """Return the reports as arrays by name, for a saved lab."""
        if not self._updates:
            return {}
        updates, columns = self.columns()
        found = {name: values for name, values in columns.items() if values is not None}
        return {"updates": updates, **found}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], seeds: int) -> Self:
        """Return the history that `to_arrays` wrote.

        Args:
            arrays: by name, as a file has them. seeds: networks that its run trains.

        Raises:
            LabError: arrays are missing, unknown, of sizes that do not fit each other or the
                networks, or the updates are no ascending counts.
        """
        history = cls()
        if not arrays or (set(arrays) == {"updates"} and not arrays["updates"].size):
            return history
        updates, train = arrays.get("updates"), arrays.get("train")
        known = {"updates"} | {field.name for field in fields(Scores)}
        if updates is None or train is None or set(arrays) - known:
            raise LabError(_("the saved history of the loss lacks its updates or its losses"))
        rows = {name: values for name, values in arrays.items() if name != "updates"}
        fits = all(values.shape == (updates.size, seeds) for values in rows.values())
        if updates.ndim != 1 or not fits:
            raise LabError(
                _("the saved history of the loss has sizes that do not fit each other")
            )
        if updates.dtype.kind != "i" or (np.diff(updates, prepend=-1) <= 0).any():
            raise LabError(_("the saved history of the loss has updates that do not ascend"))
        for k in range(max(0, len(updates) - history._capacity), len(updates)):
            values: dict[str, Any] = {
                f.name: rows[f.name][k] if f.name in rows else None for f in fields(Scores)
            }
            history._updates.append(int(updates[k]))
            history._found.append(Scores(**values))
        return history

    def columns(self) -> tuple[Array, dict[str, Array | None]]:
        """Return the updates (R,) and each field of `Scores` as (R, S) or None.

        A field that some reports lack (a penalty that was switched on later) is nan there.
        """
        columns: dict[str, Array | None] = {}
        rows = self._read()
        for field in fields(Scores):
            found = [getattr(row, field.name) for row in rows]
            if all(value is None for value in found):
                columns[field.name] = None
                continue
            unknown = np.full(rows[0].train.shape, np.nan)
            columns[field.name] = np.array([unknown if v is None else v for v in found])
        return np.array(self._updates), columns


def loss_part(probed: ProbedState, history: History | None = None) -> LossPart:
    """Return the history with the state that is looked at as its last point."""
    problem, state = probed.problem, probed.state
    past = history or History()
    if past.last_update != state.update:
        past = past.copy()
        past._append(problem, state)
    updates, columns = past.columns()
    train = columns["train"]
    assert train is not None  # there is at least the report of this state
    return LossPart(
        updates=updates,
        train=train,
        validation=columns["validation"],
        total=columns["total"],
        score=columns["score"],
        validation_score=columns["validation_score"],
        score_name=score_name(problem),
        loss_label=problem.loss.name,
        loss_brief=problem.loss.brief,
        noise_floor=noise_floor(problem),
        linear_loss=linear_loss(problem),
        length=problem.length,
    )
