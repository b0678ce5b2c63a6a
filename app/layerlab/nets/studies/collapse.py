"""Networks that are to learn |x|: which are constant before and after training. No Qt."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layerlab.core.cures import NETS
from layerlab.core.errors import NotFiniteError
from layerlab.core.jobs import Ask
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import LabSpec, TrainSpec, edit
from layerlab.nets.engines.numpy_ import forward, outputs
from layerlab.nets.incremental import ResumableTraining
from layerlab.nets.problem import Problem, initialize, problem_of
from layerlab.nets.studies.dead_networks import RECIPES, networks
from layerlab.nets.tasks import TASKS

Array = np.ndarray
LAYERS, UPDATES, RUN = 10, 500, 50  # hidden layers, length of a training, networks of a run
RATES = (0.001, 0.01)  # of Adam
NETS_AT = dict(zip(RATES, (NETS, NETS // 4), strict=True))
MAX_RANGE = 0.01  # range of the outputs of a trained network that is called constant, at most
BAND = 0.05
# What is printed, as the claim is judged: width -> least and largest share.
PUBLISHED = {2: (0.9, 1.0), 3: (0.6 - BAND, 0.6 + BAND), 5: (0.1, 0.2), 10: (0.0, 0.01)}
WIDTHS = tuple(PUBLISHED)
KEPT = 120  # populations


def is_constant(problem: Problem, params: Array, least: float) -> Array:
    """Return which networks predict the same, up to `least`, for all training inputs. (n,)"""
    out = outputs(problem, params, problem.x)[..., 0]  # (n, inputs)
    return np.asarray(np.ptp(out, axis=1) <= least)


def dead_units(problem: Problem, params: Array, x: Array) -> list[Array]:
    """Return which units have derivative 0 on every input, by layer. (n, units) each"""
    slope = problem.spec.net.slope
    pre_activations = forward(problem, params, x).n[:-1]
    return [
        np.asarray(~problem.activation.derivative_at(n, slope).any(axis=1))
        for n in pre_activations
    ]


def as_published(shares: Sequence[float]) -> bool:
    """Return whether shares at `WIDTHS` are what Lu et al. print: > 90 %, 60, > 10, < 1 %."""
    two, three, five, ten = shares
    return two > 0.9 and abs(three - 0.6) <= BAND and 0.1 <= five <= 0.2 and ten < 0.01


@dataclass(frozen=True)
class CollapseConfig:
    """What is trained: a name of `CURES`, the hidden layers, and the rate of Adam."""

    cure: str
    width: int
    depth: int
    rate: float

    @property
    def spec(self) -> LabSpec:
        """The lab's task |x| with these networks."""
        net = RECIPES[self.cure].net(self.width, self.depth)
        train = TrainSpec(updates=UPDATES, rate=self.rate, seeds=RUN)
        return LabSpec(task=TASKS["abs"].recommended().task, net=net, train=train)


class CollapseTraining:
    """A population on its way, a few networks at a time; goes on where it was left.

    Attributes:
        params: (n, P) of those that are trained; nan where numbers left the range.
        constant: (n,) which of them are constant.
    """

    def __init__(self, setting: CollapseConfig) -> None:
        """Train nothing yet."""
        self.setting = setting
        self.params = np.empty((0, 0))
        self.constant = np.empty(0, bool)

    @property
    def is_done(self) -> bool:
        """Whether all are trained."""
        return len(self.constant) >= NETS_AT[self.setting.rate]

    def advance(self, is_interrupted: Ask) -> Iterator[None]:
        """Train all; yields where somebody else wants the time, and after each run."""
        nets = NETS_AT[self.setting.rate]
        while (done := len(self.constant)) < nets:
            spec = edit(self.setting.spec, "train.seed", done)
            spec = edit(spec, "train.seeds", min(RUN, nets - done))
            params = yield from self._trained(spec, is_interrupted)
            found = is_constant(problem_of(spec), params, MAX_RANGE)  # nan is not constant
            self.params = params if not done else np.concatenate([self.params, params])
            self.constant = np.append(self.constant, found)
            yield None

    def _trained(self, spec: LabSpec, ask: Ask) -> Generator[None, None, Array]:
        problem, one = problem_of(spec), self.setting
        state = initialize(problem)
        recipe = RECIPES[one.cure]
        if recipe.bias or recipe.is_asymmetric:
            drawn = networks(one.cure, one.width, one.depth, problem.seeds)
            state = replace(state, params=drawn.astype(state.params.dtype))
        try:
            state = yield from ResumableTraining(spec, state).reach(UPDATES, ask)
        except NotFiniteError:
            return np.full_like(state.params, np.nan)
        return state.alone().params


_kept = LRUCache(CollapseTraining, KEPT)


def training(setting: CollapseConfig) -> CollapseTraining:
    """Return a population as far as it got; those least used are forgotten."""
    return _kept.get(setting)


def known(setting: CollapseConfig) -> CollapseTraining | None:
    """Return a population if any of it is trained."""
    one = _kept.known(setting)
    return one if one is not None and len(one.constant) else None


def forget() -> None:
    """Forget all that was trained."""
    _kept.forget()
