"""The kernels' parts, each against numpy or the registry it repeats."""

import importlib
import math

import numpy as np
import pytest
from numba.core import errors
from numba.core.runtime import _nrt_python, rtsys

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets import randomness
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.compiled import activations, layers, plan, steps
from layerlab.nets.engines.compiled.jit import jit
from layerlab.nets.engines.compiled.numbers import mix, shuffle, tanh
from layerlab.nets.engines.compiled.packed import pack, packed_product
from layerlab.nets.engines.compiled.products import product, transpose
from layerlab.nets.engines.compiled.target import lanes
from layerlab.nets.engines.compiled.trainer import CompiledTrainer
from layerlab.nets.engines.compiled.vectors import view
from layerlab.nets.losses import LOSSES
from layerlab.nets.maths import NUMPY
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.problem import initialize, problem_of

DTYPES = [pytest.param("float32", marks=pytest.mark.float32), "float64"]
EPS = {dtype: np.finfo(dtype).eps for dtype in ("float32", "float64")}


@jit
def _each_tanh(x, y):
    for i in range(len(x)):
        y[i] = tanh(x[i])


# ---- products


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_of_every_shape_and_nothing_else_is_written(dtype: str) -> None:
    rng, width = np.random.default_rng(0), lanes(np.dtype(dtype).itemsize)
    for rows in (*range(1, 14), 15, 17, 24, 25):
        for columns in (
            1,
            width - 1,
            width,
            width + 1,
            3 * width,
            4 * width + 1,
            7 * width + 3,
        ):
            depth = int(rng.integers(1, 12))
            stride = -(-columns // width) * width
            a = rng.normal(size=(depth, rows)).astype(dtype)  # read across: A is its transpose
            b = np.full(
                (depth, stride), np.nan, dtype
            )  # what lies past the columns is never used
            b[:, :columns] = rng.normal(size=(depth, columns))
            c = np.full(rows * columns + width, 7, dtype)
            product(
                a.reshape(-1), 1, rows, b.reshape(-1), stride, c, columns, rows, columns, depth
            )
            by_numpy = a.T.astype("f8") @ b[:, :columns]
            found = c[: rows * columns].reshape(rows, columns)
            np.testing.assert_allclose(found, by_numpy, atol=40 * EPS[dtype], rtol=0)
            assert (c[rows * columns + width - 1 :] == 7).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_transpose(dtype: str) -> None:
    width = lanes(np.dtype(dtype).itemsize)
    a = np.arange(6.0 * width * width).astype(dtype).reshape(2 * width, 3 * width)
    c = np.zeros((3 * width, 2 * width), dtype)
    transpose(a.reshape(-1), 3 * width, c.reshape(-1), 2 * width, 2 * width - 1, 3 * width - 1)
    np.testing.assert_array_equal(c, a.T)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("room", [1, 2, 4, 8])
def test_packed_sums_of_every_shape_and_no_garbage_gets_in(dtype: str, room: int) -> None:
    rng, width = np.random.default_rng(0), lanes(np.dtype(dtype).itemsize)
    if 2 * room > width:
        pytest.skip("no lane is left for a second point")
    for units in range(room // 2 + 1, room + 1):
        for count in (1, width - 1, width, 2 * width, 2 * width + 3):
            stride = (-(-count // width) + 1) * width
            for rows in (1, 2, 3, 8, 9, 19):
                # What lies past the points, or past the units, may be anything.
                h = np.full((rows, stride), np.inf, dtype)
                h[:, :count] = rng.normal(size=(rows, count))
                deltas = np.full((room, stride), np.nan, dtype)
                deltas[:units, :count] = rng.normal(size=(units, count))
                packed = np.zeros((count + width) * room, dtype)
                pack(deltas.reshape(-1), stride, packed, room, count)
                sums = np.full(rows * units + width + 1, 7, dtype)
                packed_product(h.reshape(-1), stride, packed, sums, 1, units, rows, room, count)
                by_numpy = h[:, :count].astype("f8") @ deltas[:units, :count].T
                found = sums[1 : 1 + rows * units].reshape(rows, units)
                np.testing.assert_allclose(found, by_numpy, atol=40 * EPS[dtype], rtol=0)
                assert sums[0] == 7
                assert (sums[1 + (rows - 1) * units + width :] == 7).all()


@pytest.mark.parametrize(
    ("units", "batch", "room"),
    [
        (1, 32, 1),
        (2, 32, 2),
        (3, 16, 4),
        (8, 32, 8),
        (9, 32, 0),
        (16, 32, 0),
        (17, 32, 1),
        (24, 99, 8),
        (26, 32, 0),
        (1, 15, 0),
    ],
)
def test_where_points_are_packed(units: int, batch: int, room: int) -> None:
    assert plan._packed(units, batch, 16) == room


@pytest.mark.parametrize("optimizer", ["momentum", "rmsprop", "adam", "adamw"])
def test_moments_end_at_zero_and_a_broken_one_stays_broken(optimizer: str) -> None:
    code, zero = steps.OPTIMIZERS[optimizer], np.float32(0)
    p, moments = np.ones(3, "f4"), np.full((2, 3), 1e-30, "f4")
    g = np.array([0, np.nan, 0], "f4")
    for t in range(1, 4000):
        steps.step(code, p, g.copy(), moments.reshape(-1), 3, t, np.float32(0.01), zero, zero)
    first = moments[0]
    assert first[0] == 0
    assert np.isnan(first[1])
    assert np.isnan(p[1])
    np.testing.assert_array_equal(p[[0, 2]], 1)


# ---- randomness


def test_masks_are_those_of_the_numpy_engine_bit_for_bit() -> None:
    seeds = np.array([0, 7, 2**31], np.uint64)
    for dropout in (0.1, 0.5, 0.9):
        masks = randomness.keep_mask(seeds, 12, 3, 5, 9, dropout)  # (seeds, batch, width)
        for seed, mask in zip(seeds, masks, strict=True):
            prefix = np.uint64(0)
            for counter in (seed, randomness.DROPOUT, 12, 3):
                prefix = np.uint64(mix(prefix, counter))
            h, d = np.ones(9 * 8), np.ones(9 * 8)
            below = np.uint64(int(dropout * 2.0**64))
            layers.dropout(prefix, below, 2.0, h, d, 8, 9, 5)
            np.testing.assert_array_equal(h.reshape(9, 8)[:, :5].T, 2.0 * mask)
            np.testing.assert_array_equal(h, d)


@pytest.mark.parametrize("n", [2, 3, 10, 96, 1000])
def test_orders_are_those_of_the_numpy_engine(n: int) -> None:
    order, keys = np.zeros(n, np.int64), np.zeros(2 * n, np.uint64)
    for buckets in (2, 1 << n.bit_length()):
        for seed in (0, 5):
            for epoch in (0, 1, 77):
                expected = randomness.shuffles(np.array([seed], np.uint64), epoch, n)[0]
                prefix = randomness.hash64(seed, randomness.ORDER, epoch)[0]
                shuffle(prefix, order, keys, np.zeros(buckets, np.int64))
                np.testing.assert_array_equal(order, expected)


# ---- functions


def test_the_rational_tanh() -> None:
    x = np.concatenate([np.linspace(-12, 12, 100_001), np.geomspace(1e-30, 1, 1000)])
    x = x[x != 0].astype("f4")
    y = np.empty_like(x)
    _each_tanh(x, y)
    exact = np.tanh(x.astype("f8"))
    assert np.abs(y / exact - 1).max() < 4e-7
    assert np.abs(y).max() <= 1
    odd = np.array([0, -0.0, np.inf, -np.inf, np.nan], "f4")
    out = np.empty_like(odd)
    _each_tanh(odd, out)
    np.testing.assert_array_equal(out, [0, 0, 1, -1, np.nan])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS.keys())
def test_activations_are_those_of_the_registry(name: str, dtype: str) -> None:
    z = np.concatenate([np.linspace(-30, 30, 4001), [0, 1, -1, 200, -200]]).astype(dtype)
    h, d = np.empty_like(z), np.empty_like(z)
    activations.activate(activations.CODES[name], z, h, d, np.dtype(dtype).type(0.1))
    exact = z.astype("f8")
    value, slope = ACTIVATIONS[name](exact, 0.1), ACTIVATIONS[name].derivative_at(exact, 0.1)
    # Near its end a sigmoid is the difference of numbers near 1, and SiLU z times that; the
    # registry's own float32 has no more digits there.
    few = 4 * EPS[dtype] * (1 + np.abs(exact))
    assert (np.abs(h - value) <= few).all()
    assert (np.abs(d - slope) <= few).all()


def test_what_is_not_a_number_stays_one() -> None:
    z = np.array([np.nan], "f4")
    for name, code in activations.CODES.items():
        h, d = np.zeros_like(z), np.zeros_like(z)
        activations.activate(code, z, h, d, np.float32(0.1))
        assert np.isnan(h[0]), name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES.keys())
def test_losses_are_those_of_the_registry(name: str, dtype: str) -> None:
    rng, count, stride = np.random.default_rng(1), 5, 9
    for outputs in (1, 3):
        out, target = rng.normal(size=(2, outputs, stride)).astype(dtype) * 3
        d = np.full(outputs * stride, 7, dtype)
        arguments = (steps.LOSSES[name], out.reshape(-1), stride, target.reshape(-1), stride)
        steps.loss_gradient(*arguments, d, outputs, count)
        exact = out.T[:count].astype("f8"), target.T[:count].astype("f8")  # (count, outputs)
        few = 20 * EPS[dtype]
        np.testing.assert_allclose(
            d.reshape(outputs, stride)[:, :count].T, LOSSES[name].gradient(*exact), atol=few
        )
        assert (d.reshape(outputs, stride)[:, count:] == 7).all()
        value = steps.loss_value(*arguments, outputs, count)
        assert math.isclose(value, LOSSES[name].value(NUMPY, *exact), rel_tol=few)


@pytest.mark.parametrize("name", OPTIMIZERS.keys())
def test_steps_are_those_of_the_registry(name: str) -> None:
    rng = np.random.default_rng(2)
    p, g = rng.normal(size=(2, 20))
    ours = np.abs(rng.normal(size=(2, 20)))
    expected, moments = p[None].copy(), ours[: OPTIMIZERS[name].slots, None].copy()
    OPTIMIZERS[name].step(expected, g[None], moments, 0.01, 3)
    code = steps.OPTIMIZERS[name]
    steps.step(code, p, g.copy(), ours.reshape(-1), 20, 3, 0.01, 0.0, 0.0)
    np.testing.assert_allclose(p, expected[0], rtol=1e-13)
    np.testing.assert_allclose(ours[: len(moments)], moments[:, 0], rtol=1e-13)


# ---- nothing is left out, and nothing is refused without a word


def test_the_kernels_know_every_name() -> None:
    assert set(activations.CODES) == set(ACTIVATIONS.keys())
    assert set(steps.OPTIMIZERS) == set(OPTIMIZERS.keys())
    assert set(steps.LOSSES) == set(LOSSES.keys())


def test_what_they_lack_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(activations.CODES, "tanh")
    spec = LabSpec(net=NetSpec(activation="tanh"))
    with pytest.raises(LabError, match=r"net\.activation is tanh, which the compiled engine"):
        plan.make_plan(problem_of(spec), 16)


@pytest.mark.float32
def test_no_update_allocates() -> None:
    spec = LabSpec(
        task=TaskSpec(name="spiral", samples=50),
        net=NetSpec(dropout=0.2, layer_norm=True),
        train=TrainSpec(loss="logistic", seeds=3, report="running", batch=8),
    )
    problem = problem_of(spec)
    trainer = CompiledTrainer(problem, initialize(problem))
    _nrt_python.memsys_enable_stats()
    try:
        counts = []
        for updates in (1, 1, 1, 400):
            trainer.train_here(updates)
            counts.append(rtsys.get_allocation_stats().alloc)
    finally:
        _nrt_python.memsys_disable_stats()
    # A call wraps each of its arrays once, 21; 400 updates need no more than one.
    assert counts[3] - counts[2] == counts[2] - counts[1] == 21


def test_views_share_memory() -> None:
    @jit
    def write(a):
        view(a, 3, 2)[1] = 9

    a = np.zeros(6)
    write(a)
    assert a.tolist() == [0, 0, 0, 0, 9, 0]


# ---- what numba does besides


def test_numba_leaves_the_standard_streams_alone() -> None:
    """It would swap them on the thread that compiles; colorama is there, pyqtgraph's."""
    importlib.import_module("colorama")
    assert isinstance(errors.termcolor(), errors.NOPColorScheme)
