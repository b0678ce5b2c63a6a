"""Networks that learn from many draws of one task, filling in draw by draw. No Qt."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.jobs import Ask
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec
from layerlab.core.spec import replace as changed
from layerlab.core.state import State
from layerlab.experiments.ensemble.names import (
    ARCHITECTURE,
    BOOTSTRAP,
    DRAWS,
    EDGE,
    MAX_K,
)
from layerlab.nets.engines.base import Batches
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.engines.ready import is_ready, wait_for_kernels
from layerlab.nets.ensembles import Draws, draws_of, means_of
from layerlab.nets.incremental import IncrementalStepper, NumpyStepper, stepper
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.tasks import TASKS

Array = np.ndarray
NETS = 2 * MAX_K  # a half gives v and ρ, the other one's means are looked at
SAMPLES, UPDATES, RATE = 32, 500, 0.01
PIECES = 50  # of a training of many networks; of few, as many as there are networks
POSITIONS = np.linspace(-EDGE, EDGE, 61)
KEPT = 24  # populations, of 4 MB each: all kinds of eight settings
PARTS: tuple[str | int, ...] = ("all", "half", *range(1, MAX_K + 1))
LIVE, KEPT_EARLY = 10, 256  # networks that a turned knob waits for; draws of such
SEEDS_APART = 1000  # from the seeds of one draw's networks to those of the next

# Activation, initializer and widths over the page's width.
ARCHITECTURES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("relu", "he-normal", (1, 1)),
    ("tanh", "xavier-normal", (1, 1)),
    ("silu", "he-normal", (1, 1, 1)),
    ("relu", "he-normal", (2,)),
)


@dataclass(frozen=True)
class EnsembleConfig:
    """What is trained: the task with its noise, the width, and how networks differ."""

    task: str
    noise: float
    width: int
    kind: str

    def spec(self, draw: int, architecture: int = 0, seeds: int = NETS) -> LabSpec:
        """Return the lab of one draw's networks."""
        activation, init, widths = ARCHITECTURES[architecture]
        own, hidden = TASKS[self.task].recommended(), tuple(k * self.width for k in widths)
        return LabSpec(
            task=changed(
                own.task, samples=SAMPLES, noise=self.noise, validation=0.0, seed=draw
            ),
            net=changed(own.net, hidden=hidden, activation=activation, init=init),
            train=changed(
                own.train,
                batch="full",
                rate=RATE,
                updates=UPDATES,
                seeds=seeds,
                seed=SEEDS_APART * draw,
            ),
        )

    def architectures(self, draw: int) -> Array:
        """Return which of `ARCHITECTURES` each network of a draw has. (NETS,)"""
        if self.kind != ARCHITECTURE:
            return np.zeros(NETS, int)
        return np.random.default_rng((draw, 1)).integers(0, len(ARCHITECTURES), NETS)


def resampled(draw: int, net: int) -> Array:
    """Return which points a network of a bootstrap learns from. (SAMPLES,)"""
    return np.random.default_rng((draw, 2, net)).integers(0, SAMPLES, SAMPLES)


class _OwnPoints(Batches):
    """Full batches of other points for each network."""

    def __init__(self, problem: Problem, rows: Array) -> None:
        super().__init__(problem)
        self._points = problem.x[rows], problem.y[rows]  # (nets, SAMPLES, 1)

    def at(self, update: int) -> tuple[Array, Array]:
        """Return inputs and targets."""
        return self._points


def _picked(state: State, nets: Array) -> State:
    return replace(
        state,
        params=state.params[nets],
        moments=state.moments[:, nets],
        first_loss=state.first_loss[nets],
        epoch_sum=state.epoch_sum[nets],
        epoch_loss=state.epoch_loss[nets],
    )


def trained(setting: EnsembleConfig, draw: int, nets: Array) -> Generator[None, None, Array]:
    """Train some networks of a draw.

    Args:
        setting, draw: which. nets: (n,) indices of the networks, 0 to NETS.

    Yields:
        After some milliseconds at most, so that it can be asked who wants the time.

    Returns:
        (n, POSITIONS) what they predict.
    """
    found = np.empty((len(nets), len(POSITIONS)), np.float32)
    kinds = setting.architectures(draw)[nets]
    for kind in np.unique(kinds):
        problem = problem_of(setting.spec(draw, int(kind), int(nets[-1]) + 1))
        start, mine = initialize(problem), np.flatnonzero(kinds == kind)
        for places, trainer in _trainers(setting, draw, problem, start, nets, mine):
            for updates in _pieces(len(places)):
                trainer.train_here(updates)
                yield
            params = trainer.state().params
            x = POSITIONS[:, None].astype(params.dtype)
            found[places] = outputs(problem, params, x)[..., 0]
    return found


def _pieces(nets: int) -> list[int]:
    """Return the updates of a training in pieces of some milliseconds."""
    ends = np.linspace(0, UPDATES, min(nets, PIECES) + 1).astype(int)
    return [int(n) for n in np.diff(ends)]


def _trainers(
    setting: EnsembleConfig, draw: int, problem: Problem, start: State, nets: Array, mine: Array
) -> Iterator[tuple[Array, IncrementalStepper]]:
    """Yield what trains networks of one architecture, with their indices in `nets`.

    The compiled engine gives all its networks the same points, so that those of a bootstrap
    have a trainer each; it costs little. In NumPy many at once are much quicker.
    """
    seeds, is_compiled = problem.seeds, is_ready()
    if setting.kind == BOOTSTRAP and is_compiled:
        for place in mine:
            net = nets[place]
            rows, one = resampled(draw, int(net)), np.array([net])
            own = replace(problem, x=problem.x[rows], y=problem.y[rows], seeds=seeds[one])
            yield np.array([place]), stepper(own, _picked(start, one), True)
        return
    state, part = _picked(start, nets[mine]), replace(problem, seeds=seeds[nets[mine]])
    if setting.kind == BOOTSTRAP:
        rows = np.stack([resampled(draw, int(net)) for net in nets[mine]])
        yield mine, NumpyStepper(part, state, _OwnPoints(part, rows))
    else:
        yield mine, stepper(part, state, is_compiled)


class Early:
    """The first networks of one draw, as many as were asked for.

    Attributes:
        predictions: predictions at `POSITIONS`. (networks, positions)
    """

    def __init__(self, key: tuple[EnsembleConfig, int]) -> None:
        """Train nothing yet. `key`: setting and draw."""
        self._setting, self._draw = key
        self.predictions = np.zeros((0, len(POSITIONS)), np.float32)

    def reach(self, count: int) -> Iterator[None]:
        """Train up to so many; yields after some milliseconds at most."""
        known = self.predictions
        if len(known) < count:
            nets = np.arange(len(known), count)
            more = yield from trained(self._setting, self._draw, nets)
            self.predictions = np.concatenate([known, more])


class EnsembleTraining:
    """The networks of a setting, as far as they are trained.

    One thread advances it, another one reads what is done.

    Attributes:
        setting: what is trained.
        done: draws whose networks are all trained.
        looked: what was found in them when they were last looked at.
    """

    def __init__(self, setting: EnsembleConfig) -> None:
        """Train nothing yet."""
        self.setting, self.done = setting, 0
        self.looked: object = None
        self._predictions = np.zeros((DRAWS, NETS, len(POSITIONS)), np.float32)
        self._means, self._squares = np.zeros((2, DRAWS, len(PARTS), len(POSITIONS)))

    @property
    def predictions(self) -> Array:
        """Predictions at `POSITIONS`. (done, NETS, positions)"""
        return self._predictions[: self.done]

    def part(self, name: str | int) -> Draws:
        """Return what is kept of the draws that are done.

        Args:
            name: `all` networks, every other one (`half`), or a number: the means of so many
                of the other half.
        """
        place = PARTS.index(name)
        done, nets = slice(0, self.done), NETS if name == "all" else MAX_K
        if isinstance(name, int):
            nets = MAX_K // name
        return Draws(self._means[done, place], self._squares[done, place], nets)

    def advance(self, is_interrupted: Ask) -> Iterator[bool]:
        """Train all draws; yields True after each, False where somebody wants the time."""
        for _ in wait_for_kernels(is_interrupted):
            yield False
        while self.done < DRAWS:
            training = trained(self.setting, self.done, np.arange(NETS))
            while True:
                try:
                    next(training)
                except StopIteration as end:
                    self._take(end.value)
                    break
                if is_interrupted():
                    yield False
            yield True

    def _take(self, predictions: Array) -> None:
        whole = predictions[None].astype(float)  # (1, NETS, positions)
        half, other = whole[:, ::2], whole[:, 1::2]
        for place, name in enumerate(PARTS):
            observed = means_of(other, name) if isinstance(name, int) else half
            kept = draws_of(whole if name == "all" else observed)
            self._means[self.done, place] = kept.means[0]
            self._squares[self.done, place] = kept.squares[0]
        self._predictions[self.done] = predictions
        self.done += 1


POPULATIONS = LRUCache(EnsembleTraining, KEPT)  # setting -> as far as it got
_early = LRUCache(Early, KEPT_EARLY)


def early(setting: EnsembleConfig, draw: int) -> Early:
    """Return the first networks of a draw, those that were asked for so far."""
    return _early.get((setting, draw))


def first(setting: EnsembleConfig, draw: int, count: int) -> Array:
    """Return a draw's first networks; up to `LIVE` are trained here and now.

    Args:
        setting, draw: which. count: of networks; fewer come if they are not trained yet.

    Returns:
        (count or fewer, positions).
    """
    people = POPULATIONS.known(setting)
    if people is not None and draw < people.done:
        return people.predictions[draw, :count]
    draw_run = early(setting, draw)
    for _ in draw_run.reach(min(count, LIVE)):
        pass
    return draw_run.predictions[:count]


def forget() -> None:
    """Forget everything."""
    POPULATIONS.forget()
    _early.forget()
