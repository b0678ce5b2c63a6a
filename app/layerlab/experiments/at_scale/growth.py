"""Residual feed-forward blocks at initialization: variance, measured and by theory. No Qt.

Weights are normal: of a plain block as He has them for the first matrix, else of variance
1 / fan-in. So with mean square q, what a block adds has the mean square

    r(q) = E[relu(sqrt(2 q) z)^2] = q   or, gated,   q E[act(sqrt(q) z)^2]

and q' = q + s^2 r(q); where blocks have layer norm, q' = q + s^2 r(1).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.skips import FEW, MANY, output_scale, through
from layerlab.nets.theory.quadrature import normal_rule
from layerlab.nets.transformers import KINDS, Kind, feed_forward

Array = np.ndarray
MAX_DEPTH, WIDTH, HIDDEN, NETS, INPUTS = 128, 64, 64, 4, 8
SEED = 3
# With layer norm, and without.
CASES = ("scaled, norm", "norm", "scaled", "bare")  # not translated: keys
HUGE = 1e30  # beyond, a variance is given up


@dataclass(frozen=True, eq=False)
class VarianceGrowth:
    """Variance before and after each of N blocks, by case.

    Attributes:
        seen: case -> (N + 1, NETS). theory: case -> (N + 1,). Infinite where numbers end.
    """

    seen: dict[str, Array]
    theory: dict[str, Array]

    def end(self, case: str) -> float:
        """Return the median after all blocks."""
        return float(np.median(self.seen[case][-1]))


@functools.cache
def _weights() -> tuple[Array, Array, Array]:
    """Return up, gate (He) and down (1 / fan-in) of all blocks; (MAX_DEPTH, NETS, in, out)."""
    rng, net = np.random.default_rng(SEED), NetSpec()

    def drawn(init: str, fan_in: int, fan_out: int) -> Array:
        draw = INITIALIZERS[init].draw
        count = MAX_DEPTH * NETS
        every = [draw(rng, fan_in, fan_out, net)[0].astype("f4") for _ in range(count)]
        return np.stack(every).reshape(MAX_DEPTH, NETS, fan_in, fan_out)

    lecun = "lecun-normal"
    return drawn(lecun, WIDTH, HIDDEN), drawn(lecun, WIDTH, HIDDEN), drawn(lecun, HIDDEN, WIDTH)


def up_gain(kind: Kind) -> float:
    """Return what the first matrix has beyond 1 / fan-in: He's root of 2 before a ReLU."""
    return 1.0 if kind.gated else float(np.sqrt(2))


@functools.cache
def _ups(gain: float) -> Array:
    up = _weights()[0]
    return up if gain == 1 else up * np.float32(gain)


def release() -> None:
    """Let go of the weights; what was measured with them is kept."""
    _ups.cache_clear()
    _weights.cache_clear()


def _blocks(kind: Kind, count: int) -> list[Callable[[Array], Array]]:
    up, (_, gate, down) = _ups(up_gain(kind)), _weights()
    return [
        functools.partial(feed_forward, kind, up=up[k], down=down[k], gate=gate[k])
        for k in range(count)
    ]


@functools.lru_cache(maxsize=256)
def _measured(block: str, blocks: int, scale: float, is_normed: bool) -> Array:
    h = np.random.default_rng((SEED, 1)).standard_normal((NETS, INPUTS, WIDTH)).astype("f4")
    found = through(h, _blocks(KINDS[block], blocks), scale, is_normed).astype(float)
    return np.where(np.isfinite(found) & (found < HUGE), found, np.inf)


def _expected(block: str, blocks: int, scale: float, is_normed: bool) -> Array:
    kind, (z, w) = KINDS[block], normal_rule()
    activation, gain = ACTIVATIONS[kind.bend], up_gain(kind)
    found, adds = np.ones(blocks + 1), 0.0
    for k in range(blocks):
        q = found[k]
        if k == 0 or not is_normed:
            root = np.sqrt(q) * z
            adds = float((q if kind.gated else 1.0) * (activation(gain * root) ** 2 @ w))
        found[k + 1] = q + scale**2 * adds
        if found[k + 1] > HUGE:
            found[k + 1 :] = np.inf
            break
    return found


def _setting(case: str, blocks: int) -> tuple[float, bool]:
    return output_scale(blocks) if "scaled" in case else 1.0, "norm" in case


def _seen(block: str, blocks: int, case: str) -> Array:
    """Return what is measured before and after each block. (blocks + 1, NETS)"""
    # Without the scale fewer blocks are the beginning of more.
    whole = blocks if "scaled" in case else MANY if blocks <= MANY else MAX_DEPTH
    return _measured(block, whole, *_setting(case, blocks))[: blocks + 1]


@functools.lru_cache(maxsize=256)
def growth(block: str, blocks: int) -> VarianceGrowth:
    """Send a signal through random residual blocks of a kind, in all four cases.

    Args:
        block: a name in `KINDS`. blocks: 1 to `MAX_DEPTH`.
    """
    return VarianceGrowth(
        {case: _seen(block, blocks, case) for case in CASES},
        {case: _expected(block, blocks, *_setting(case, blocks)) for case in CASES},
    )


def ends(block: str, case: str) -> tuple[float, float]:
    """Return the median variances after `FEW` and `MANY` blocks."""
    few, many = (float(np.median(_seen(block, n, case)[-1])) for n in (FEW, MANY))
    return few, many
