"""Theory against networks of width 512 over 20 layers, drawn here and run here.

One network of this size still lies up to 40 % from the mean over networks, so hundreds
are averaged. They share a pool of matrices: each turns the signs of the units it feeds
into a matrix at random, which makes of one Gaussian matrix a new one. The variances are
taken by the probes' own functions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import threadpoolctl

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.probes.layers import SIGNAL_VARIANCES
from layerlab.nets.problem import load_data
from layerlab.nets.theory import theory

WIDTH, DEPTH, TOGETHER = 512, 20, 8

# Activation: std of weights and of biases, near the edge between order and chaos where
# single networks do not scatter too much for it, and how many networks are averaged.
CASES = {
    "relu": (2**0.5, 0.1, 640),
    "leaky-relu": (1.4, 0.1, 640),
    "gelu": (1.4, 1.0, 240),
    "tanh": (1.3, 0.1, 96),
    "sigmoid": (4.0, 0.1, 160),
    "silu": (1.5, 1.5, 240),
    "elu": (1.2, 0.1, 160),
    "softplus": (1.0, 2.0, 320),
    "hard-tanh": (1.3, 0.3, 96),
    "sine": (1.2, 0.2, 96),
    "identity": (1.0, 0.1, 160),
}

# Under softplus lengths and slopes grow together, so that few networks, far above the
# others, lead the mean: it is 10 % too large even at this width. The lab draws medians.
BY_MEDIAN = ("softplus",)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of BLAS wait for each other when the machine is busy: many times slower."""
    with threadpoolctl.threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def pool() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.standard_normal((WIDTH, WIDTH), np.float32) for _ in range(DEPTH + 10)]


def measure(spec: LabSpec, networks: int, pool: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return each variance of each layer of networks at initialization. (networks, DEPTH)"""
    net, rng = spec.net, np.random.default_rng(11)
    x = load_data(spec.task).x.astype(np.float32)
    found = {name: np.zeros((networks, DEPTH)) for name in SIGNAL_VARIANCES}
    for start in range(0, networks, TOGETHER):
        h = np.broadcast_to(x, (TOGETHER, *x.shape))
        order = rng.permutation(len(pool))
        for layer in range(DEPTH):
            if layer == 0:
                draws = rng.standard_normal((TOGETHER, h.shape[2], WIDTH), np.float32)
                z = h @ draws
            else:
                signs = rng.choice(np.array([-1, 1], np.float32), (TOGETHER, 1, WIDTH))
                z = (h * signs).reshape(-1, WIDTH) @ pool[order[layer]]
                z = z.reshape(h.shape)
            biases = rng.standard_normal((TOGETHER, 1, WIDTH), np.float32)
            scale = np.float32(net.weight_std / h.shape[2] ** 0.5)
            z = scale * z + np.float32(net.bias_std) * biases
            h = ACTIVATIONS[net.activation](z, net.slope).astype(np.float32)
            for name, variance in SIGNAL_VARIANCES.items():
                found[name][start : start + TOGETHER, layer] = variance(h)
    return found


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
def test_theory_agrees_with_wide_networks(key: str, pool: list[np.ndarray]) -> None:
    assert key in CASES, f"CASES lacks {key}; those of a similar activation will do"
    weight_std, bias_std, networks = CASES[key]
    spec = LabSpec(
        task=TaskSpec(name="moons", samples=6),
        net=NetSpec(
            hidden=(WIDTH,) * DEPTH,
            activation=key,
            init="normal",
            weight_std=weight_std,
            bias_std=bias_std,
        ),
    )
    expected, found = theory(spec)["signal"], measure(spec, networks, pool)
    centre = np.median if key in BY_MEDIAN else np.mean
    for name, line in expected.items():
        np.testing.assert_allclose(
            centre(found[name], axis=0), line[0], rtol=0.05, err_msg=name
        )
