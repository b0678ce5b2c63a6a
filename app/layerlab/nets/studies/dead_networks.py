"""Initial networks: drawn as the lab draws them, and the layer at which each dies. No Qt.

A network is dead at initialization if its output is the same for every input. The networks of
all depths are those of the deepest, cut short: the lab draws layer after layer from one
generator, so that network k of 3 layers has the first 3 layers of network k of 64. One pass
through the deepest hence gives a whole column of the map.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.cures import CURES, MAX_DEPTH, MAX_WIDTH, NETS
from layerlab.core.jobs import Ask
from layerlab.core.layout import Layout
from layerlab.core.lru_cache import LRUCache
from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS

Array = np.ndarray
BIAS = 0.1  # Goodfellow et al. 2016, section 6.3: a small positive value, such as 0.1
# Lu et al. 2019: of each unit's weights and bias one is drawn from Beta(2, 1), never negative;
# the others have this standard deviation over the root of the fan-in.
BETA = (2.0, 1.0)
REST = 0.6007
STREAM = 1  # of the generators of the asymmetric draw
ALIKE = 1e-12  # of the largest value: what differs by less is rounding
POINTS = 33  # inputs from -1 to 1 where there are biases
GROUP = {True: 120, False: 36}  # units of a layer, of all networks between two questions


@dataclass(frozen=True)
class Recipe:
    """How networks of a cure differ: initializer, activation, skips, and a bias of all units.

    Attributes:
        is_asymmetric: whether hidden layers are drawn as Lu et al. propose.
    """

    init: str = "he-normal"
    activation: str = "relu"
    residual: bool = False
    bias: float = 0.0
    is_asymmetric: bool = False

    @property
    def is_straight(self) -> bool:
        """Whether there are no biases: the function is then a ray to each side of 0."""
        return not (self.bias or self.is_asymmetric)

    def net(self, width: int, depth: int) -> NetSpec:
        """Return the network as the lab has it; biases and asymmetry are not in it."""
        return NetSpec(
            hidden=(width,) * depth,
            activation=self.activation,
            init=self.init,
            residual=self.residual,
        )


RECIPES = dict(
    zip(
        CURES,
        (
            Recipe(init="lecun-normal"),
            Recipe(),
            Recipe(bias=BIAS),
            Recipe(activation="leaky-relu"),
            Recipe(residual=True),
            Recipe(is_asymmetric=True),
        ),
        strict=True,
    )
)


def layout_of(width: int, depth: int) -> Layout:
    """Return where the parameters of these networks are."""
    return Layout((1, *(width,) * depth, 1))


def inputs(cure: str) -> Array:
    """Return inputs that distinguish a constant network from others. (n, 1)"""
    if RECIPES[cure].is_straight:
        return np.array([[-1.0], [0.0], [1.0]])
    return np.linspace(-1, 1, POINTS)[:, None]


def networks(cure: str, width: int, depth: int, seeds: Array) -> Array:
    """Return the networks of these seeds before training, as the lab draws them. (n, P)

    Args:
        cure: a name of `CURES`. width, depth: of the hidden layers. seeds: (n,).
    """
    recipe, layout = RECIPES[cure], layout_of(width, depth)
    params = np.zeros((len(seeds), layout.parameters))
    is_weight = layout.is_weight()
    # One long draw is the same numbers as one draw for each layer, and ten times as quick.
    count = int(is_weight.sum())
    params[:, is_weight] = [np.random.default_rng(k).standard_normal(count) for k in seeds]
    init, net = INITIALIZERS[recipe.init], recipe.net(width, depth)
    for k, (a, b) in enumerate(zip(layout.sizes, layout.sizes[1:], strict=False)):
        layout.weights(params, k)[:] *= math.sqrt(init.weight_variance(a, b, net))
        if k < depth:
            layout.biases(params, k)[:] = recipe.bias
    if recipe.is_asymmetric:
        for one, seed in zip(params, seeds, strict=True):
            _lean(layout, one, np.random.default_rng((int(seed), STREAM)))
    return params


def _lean(layout: Layout, params: Array, rng: np.random.Generator) -> None:
    """Draw the hidden layers of one network asymmetrically, in place. (P,)"""
    width = layout.sizes[1]
    # As many numbers for a shallow network as for the deepest, so that it is that, cut short.
    rest = rng.standard_normal((MAX_DEPTH, width + 1, width)) * REST
    place, value = rng.random((MAX_DEPTH, width)), rng.beta(*BETA, size=(MAX_DEPTH, width))
    units = np.arange(width)
    for k in range(layout.layers - 1):
        fan = layout.sizes[k]
        rows = rest[k, : fan + 1] / math.sqrt(fan)  # the last one is the biases'
        rows[(place[k] * (fan + 1)).astype(int), units] = value[k]
        layout.weights(params, k)[:] = rows[:-1]
        layout.biases(params, k)[:] = rows[-1]


def dying_layers(cure: str, layout: Layout, params: Array) -> Array:
    """Return the first hidden layer behind which nothing depends on the input. (n,)

    It is one more than there are hidden layers where the network lives. Derivatives are sent
    along with the values: what is cut off has a derivative of exactly 0, however little is left
    of what lives; and values differ where a network lives between two inputs only.

    Args:
        cure: a name of `CURES`. layout, params: (n, P) the networks.
    """
    recipe, depth = RECIPES[cure], layout.layers - 1
    entry, slope = ACTIVATIONS[recipe.activation], NetSpec().slope
    x = inputs(cure)
    h = np.broadcast_to(x, (len(params), *x.shape))  # (n, inputs, 1)
    dh = np.ones_like(h)
    found = np.full(len(params), depth + 1)
    for k in range(depth):
        weights = layout.weights(params, k)
        z = h @ weights + layout.biases(params, k)[:, None]
        dz = entry.derivative_at(z, slope) * (dh @ weights)
        skips = recipe.residual and h.shape == z.shape
        h = entry(z, slope) + (h if skips else 0)
        dh = dz + (dh if skips else 0)
        is_alike = np.ptp(h, axis=1).max(1) <= ALIKE * np.abs(h).max((1, 2))
        found[is_alike & ~dh.any((1, 2)) & (found > depth)] = k + 1
    return found


class WidthColumn:
    """The networks of one width, counted one group after another.

    Attributes:
        died: (n,) the layer at which each of those counted dies; see `dying_layers`.
    """

    def __init__(self, key: tuple[str, int]) -> None:
        """Count nothing yet. `key`: cure and width."""
        self.cure, self.width = key
        self.died = np.empty(0, int)

    def advance(self, nets: int, is_interrupted: Ask) -> Iterator[None]:
        """Count up to so many networks; yields where somebody else wants the time."""
        layout = layout_of(self.width, MAX_DEPTH)
        group = max(2, GROUP[RECIPES[self.cure].is_straight] // self.width)
        while (done := len(self.died)) < nets:
            seeds = np.arange(done, min(nets, done + group))
            params = networks(self.cure, self.width, MAX_DEPTH, seeds)
            self.died = np.append(self.died, dying_layers(self.cure, layout, params))
            if is_interrupted():
                yield None

    def share(self) -> Array:
        """Return the share of dead networks by depth, 1 to `MAX_DEPTH`. (MAX_DEPTH,)"""
        counts = np.bincount(self.died, minlength=MAX_DEPTH + 2)[1 : MAX_DEPTH + 1]
        return np.asarray(counts.cumsum() / max(1, len(self.died)))


_kept = LRUCache(WidthColumn, len(CURES) * MAX_WIDTH)


def column(cure: str, width: int) -> WidthColumn:
    """Return the networks of a cure and a width, as far as they are counted."""
    return _kept.get((cure, width))


def columns(cure: str) -> tuple[WidthColumn | None, ...]:
    """Return what is counted of a cure, by width from 1."""
    found = (_kept.known((cure, width)) for width in range(1, MAX_WIDTH + 1))
    return tuple(None if one is None or not len(one.died) else one for one in found)


def count(cure: str, first: int, is_interrupted: Ask) -> Iterator[int | None]:
    """Count all networks of a cure, some of each width at first; yields how many are done.

    Args:
        cure: a name of `CURES`. first: the width that is counted before the others.
    """
    widths = sorted(range(1, MAX_WIDTH + 1), key=lambda width: (width != first, width))
    for nets in (NETS // 10, NETS):
        for width in widths:
            one = column(cure, width)
            if len(one.died) < nets:
                yield from one.advance(nets, is_interrupted)
                yield sum(len(c.died) for c in columns(cure) if c is not None)


def forget() -> None:
    """Forget all that was counted."""
    _kept.forget()
