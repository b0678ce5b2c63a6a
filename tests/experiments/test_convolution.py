"""Filters, shifts, averages and a hidden kernel, against PyTorch, scipy and closed forms."""

import dataclasses

import numpy as np
import pytest
from scipy import linalg, signal, stats

from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, NOT_HERE, ONLY_IF, WRONG
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.convolution import (
    claim_rows,
    initial,
    kernel_recovery,
    model,
    names,
)
from layerlab.experiments.convolution.kernel_recovery import COUNTS, OUTPUTS, SMALL_SIDE, TAPS
from layerlab.experiments.convolution.names import SIDE
from layerlab.nets.studies import convolution as layers
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle

RNG = np.random.default_rng(7)
KERNEL = RNG.standard_normal(TAPS)
PICTURES = {"wrapped": "circular", "zeros": "constant"}


def conv2d(images, kernel, border="valid"):
    """Return images under a filter, by PyTorch."""
    x = torch.tensor(images)[:, None]
    if border != "valid":
        x = torch.nn.functional.pad(x, (1, 1, 1, 1), mode=PICTURES[border])
    weight = torch.tensor(np.reshape(kernel, (1, 1, 3, 3)))
    return torch.nn.functional.conv2d(x, weight)[:, 0].numpy()


def everywhere(image, kernel):
    """Correlate a picture that repeats with a kernel as large as itself, by scipy."""
    wide = np.tile(image, (3, 3))
    out = signal.correlate2d(wide, kernel, mode="same")
    # Of an even kernel scipy takes the pixel before the middle.
    n = len(image)
    return np.roll(out, (1, 1), (0, 1))[n : 2 * n, n : 2 * n]


# ---- filters


@pytest.mark.parametrize("border", ["valid", "wrapped", "zeros"])
def test_a_shared_filter_is_pytorch_s_and_scipy_s(border):
    images = RNG.standard_normal((3, 7, 6))
    found = layers.filtered(images, KERNEL, border)
    assert found == pytest.approx(conv2d(images, KERNEL, border), abs=1e-12)
    how = {
        "valid": {"mode": "valid"},
        "wrapped": {"mode": "same", "boundary": "wrap"},
        "zeros": {"mode": "same", "boundary": "fill"},
    }[border]
    wanted = [signal.correlate2d(x, KERNEL.reshape(3, 3), **how) for x in images]
    assert found == pytest.approx(np.stack(wanted), abs=1e-12)


def test_a_local_layer_is_pytorch_s_unfolded_patches():
    images, kernels = RNG.standard_normal((2, 6, 6)), RNG.standard_normal((4, 4, TAPS))
    seen = torch.nn.functional.unfold(torch.tensor(images)[:, None], 3).numpy()
    wanted = np.einsum("ntp,pt->np", seen, kernels.reshape(16, TAPS)).reshape(2, 4, 4)
    assert layers.local(images, kernels) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("border", names.BORDERS)
def test_the_weights_of_a_convolution_do_what_conv2d_does(border):
    maps = initial.maps_of("convolution", tuple(KERNEL), border, SIDE)
    image = RNG.standard_normal((SIDE, SIDE))
    wanted = conv2d(image[None], KERNEL, border)[0]
    assert layers.applied(maps, image) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("side", names.POOLS)
def test_pooling_is_pytorch_s(side):
    image = RNG.standard_normal((2, SIDE, SIDE))
    wanted = torch.nn.functional.max_pool2d(torch.tensor(image), side).numpy()
    assert layers.pooled(image, side) == pytest.approx(wanted)


# ---- averages


@pytest.mark.parametrize("step", [1, 2, 4, 8])
def test_an_average_is_the_mean_over_all_its_shifts(step):
    maps = RNG.standard_normal((8, 8, 8, 8))
    image = RNG.standard_normal((8, 8))
    turns = [(r, c) for r in range(0, 8, step) for c in range(0, 8, step)]
    answers = [
        np.roll(layers.applied(maps, np.roll(image, (-r, -c), (0, 1))), (r, c), (0, 1))
        for r, c in turns
    ]
    found = layers.applied(layers.averaged(maps, step), image)
    assert found == pytest.approx(np.mean(answers, axis=0), abs=1e-12)


def test_what_is_averaged_over_all_shifts_is_the_convolution_by_its_kernel():
    maps = RNG.standard_normal((8, 8, 8, 8))
    average = layers.averaged(maps, 1)
    image = RNG.standard_normal((8, 8))
    kernel = layers.filter_at(average, (3, 6))  # of any place
    wanted = everywhere(image, kernel)
    assert layers.applied(average, image) == pytest.approx(wanted, abs=1e-12)
    assert layers.off_convolution(average) < 1e-12
    assert layers.off_convolution(maps) > 1
    assert layers.off_convolution(layers.averaged(maps, 2)) > 0.1


def test_a_matrix_of_signals_is_judged_by_scipy_s_circulant():
    column = RNG.standard_normal(9)
    assert layers.off_convolution(linalg.circulant(column).T) < 1e-12
    assert layers.off_convolution(linalg.toeplitz(column).T) > 0.1


@pytest.mark.parametrize("border", names.BORDERS)
@pytest.mark.parametrize("step", [1, 2, 4])
def test_parameters_are_ranks(border, step):
    """The map from weights to matrices has that rank."""
    side, units = 4, np.eye(16).reshape(-1, 4, 4)
    every = {
        "convolution": [layers.filtered(units, one, border) for one in np.eye(TAPS)],
        "local": [
            layers.local(units, one, border)
            for one in np.eye(16 * TAPS).reshape(-1, 4, 4, TAPS)
        ],
        "dense": list(np.eye(256).reshape(-1, 16, 4, 4)),
    }
    ranks = {
        name: np.linalg.matrix_rank(
            np.stack([layers.averaged(np.reshape(m, (4,) * 4), step).ravel() for m in maps])
        )
        for name, maps in every.items()
    }
    assert initial.parameters(border, step, side) == ranks


# ---- what is drawn


def test_each_layer_is_the_kernel_and_what_is_random():
    image = initial.picture()
    shared = conv2d(image[None], names.KERNELS["edge"], "wrapped")[0]
    for layer, std in (("local", initial.OWN), ("dense", initial.DENSE)):
        off = model.compute(layer=layer).output - shared
        weights = conv2d(image[None] ** 2, np.ones(TAPS), "wrapped")[0]
        variance = weights if layer == "local" else np.full_like(image, (image**2).sum())
        seen = variance > 0
        assert (off[seen] ** 2 / variance[seen]).mean() == pytest.approx(std**2, rel=0.2)


@pytest.mark.parametrize(("shift"), [(2.0, 3.0), (-5.0, 1.0), (8.0, -8.0)])
@pytest.mark.parametrize("layer", names.LAYERS)
def test_orders_are_those_of_roll(layer, shift):
    one = model.compute(layer=layer, shift=shift, kernel="emboss")
    by = tuple(map(int, shift))
    assert np.array_equal(one.moved, np.roll(one.output, by, (0, 1)))
    maps = initial.maps_of(layer, names.KERNELS["emboss"], "wrapped", SIDE)
    wanted = np.einsum("ij,ijrc->rc", np.roll(one.picture, by, (0, 1)), maps)
    assert one.other == pytest.approx(wanted, abs=1e-12)
    assert (np.abs(one.difference).max() < 1e-12) == (layer == "convolution")


def test_averaging_over_some_shifts_makes_the_layer_commute_with_those():
    for over, by in ((4, 8.0), (16, 4.0), (64, 2.0), (256, 1.0)):
        same = model.compute(layer="dense", over=over, shift=(by, -by))
        assert np.abs(same.difference).max() < 1e-12
        other = model.compute(layer="dense", over=over, shift=(by / 2, 0.0)) if by > 1 else None
        assert other is None or np.abs(other.difference).max() > 0.05
        alike = [np.allclose(f, same.filters[0]) for f in same.filters]
        assert alike == [place % by == 0 for place in model.POSITIONS]


def test_at_a_border_of_zeros_the_orders_differ_along_edges_alone():
    down, right = 2, 3
    picture = tuple(np.random.default_rng(0).uniform(size=SIDE**2).round(3).tolist())
    one = model.compute(
        border="zeros", picture=picture, kernel="emboss", shift=(float(down), float(right))
    )
    rows_, columns = np.nonzero(np.abs(one.difference) > 1e-12)
    edges = {0, SIDE - 1}
    at_edge = [
        r in edges | {down - 1, down} or c in edges | {right - 1, right}
        for r, c in zip(rows_, columns, strict=True)
    ]
    assert len(at_edge) > SIDE
    assert all(at_edge)


# ---- things to try show what they say


def tried(place):
    page = EXPERIMENTS["convolution"]
    return model.compute(**page.values(**page.tries[place].values))


def test_a_filter_at_each_position_differs_all_over():
    one = tried(0)
    seen = conv2d(one.shifted[None], np.ones(TAPS), "wrapped")[0] > 0
    seen |= (
        np.roll(conv2d(one.picture[None], np.ones(TAPS), "wrapped")[0], one.shift, (0, 1)) > 0
    )
    assert (np.abs(one.difference[seen]) > 1e-3).mean() > 0.95
    assert one.now["local"] == 2304


def test_a_dense_layer_averaged_is_one_filter():
    one = tried(1)
    assert one.whole["dense"] == 65536
    assert one.now["dense"] == 256
    assert np.ptp(one.filters, axis=0).max() < 1e-12
    assert np.abs(one.difference).max() < 1e-12
    assert one.off < 1e-12


def test_the_maximum_of_all_does_not_notice_the_border():
    one = tried(2)
    assert np.abs(one.difference).max() > 0.5
    assert one.difference_of_pools == 0
    assert one.pools.shape == (2, 1, 1)


# ---- a hidden kernel


def test_the_kernel_is_found_as_the_normal_equations_do():
    seen, unit = (part[: 5 * OUTPUTS] for part in kernel_recovery._sample())
    targets = seen @ KERNEL + 0.3 * unit
    factor = linalg.cho_factor(seen.T @ seen)
    wanted = linalg.cho_solve(factor, seen.T @ targets)
    one = kernel_recovery.found(KERNEL, 5, 0.3)
    assert one.kernel == pytest.approx(wanted, abs=1e-10)
    assert one.std == pytest.approx(
        0.3 * np.sqrt(np.diag(linalg.cho_solve(factor, np.eye(TAPS))))
    )
    assert one.error == pytest.approx(np.linalg.norm(wanted - KERNEL))


def test_errors_of_many_draws_are_those_of_least_squares():
    rng = np.random.default_rng(5)
    drawn = rng.standard_normal((kernel_recovery.DRAWS * names.IMAGES, SMALL_SIDE, SMALL_SIDE))
    images = drawn.reshape(kernel_recovery.DRAWS, names.IMAGES, SMALL_SIDE, SMALL_SIDE)
    unit = rng.standard_normal((kernel_recovery.DRAWS, names.IMAGES, OUTPUTS))
    for draw, k in ((0, 0), (3, 2), (23, 6)):
        x, e = images[draw, : COUNTS[k]], unit[draw, : COUNTS[k]]
        targets = conv2d(x, KERNEL).ravel() + 0.2 * e.ravel()
        patches = torch.nn.functional.unfold(torch.tensor(x)[:, None], 3).numpy()
        seen = patches.transpose(0, 2, 1).reshape(-1, TAPS)
        kernel = np.linalg.lstsq(seen, targets, rcond=None)[0]
        wanted = float(np.linalg.norm(kernel - KERNEL))
        assert 0.2 * kernel_recovery.unit_errors()[draw, k] == pytest.approx(wanted, rel=1e-6)


def test_errors_follow_theory_where_there_are_many_equations():
    one = kernel_recovery.found(KERNEL, 8, 0.3)
    many = COUNTS >= 4
    assert one.quartiles[1, many] == pytest.approx(one.theory[many], rel=0.2)
    assert one.power == pytest.approx(-0.5, abs=0.05)
    assert one.clean < 1e-12
    assert one.raised < 0


def test_the_likelihood_is_scipy_s():
    seen, kernels = RNG.standard_normal((30, TAPS)), RNG.standard_normal((4, TAPS))
    targets = RNG.standard_normal(30)
    found = layers.log_likelihoods(seen, targets, kernels, 0.3)
    wanted = [stats.norm.logpdf(targets, seen @ k, 0.3).sum() for k in kernels]
    assert found - found[0] == pytest.approx(np.array(wanted) - wanted[0])


# ---- verdicts


def verdicts(result):
    return {row.id: row.verdict for row in model.claims(result)}


def test_verdicts_are_those_of_the_figures():
    wanted = "holds only if the image is wrapped round and pooling is over the whole of it"
    for knobs in ({}, {"layer": "dense", "over": 256, "kernel": "blur"}):
        assert verdicts(model.compute(**knobs)) == {
            "E1": HOLDS,
            "E2": wanted,
            "E3": HOLDS,
            "E15": HOLDS,
        }
    assert verdicts(model.compute(border="zeros"))["E1"].startswith(ONLY_IF)
    assert verdicts(model.compute(shift=(0.0, 0.0)))["E2"] == NOT_HERE
    assert verdicts(model.compute(picture=(0.0,) * SIDE**2))["E2"] == NOT_HERE


def test_broken_figures_turn_the_verdicts(monkeypatch):
    one = model.compute()
    assert claim_rows.parameter_row({**one.whole, "convolution": 10}, "zeros").verdict == WRONG
    assert claim_rows.shift_row(one.shifts._replace(wrapped=1e-3), True).verdict == WRONG
    assert claim_rows.shift_row(one.shifts._replace(dense=0.0), True).verdict == WRONG
    free = one.shifts._replace(bordered=0.0, blocks=0.0)
    assert claim_rows.shift_row(free, True).verdict == HOLDS
    steep = one.found.quartiles * np.arange(1, 1 + len(kernel_recovery.COUNTS))
    for field, value in (("clean", 1e-3), ("quartiles", steep), ("raised", 1.0)):
        worse = dataclasses.replace(one.found, **{field: value})
        assert claim_rows.found_row(worse, 8, 0.3).verdict == WRONG
    assert claim_rows.average_row(5.0, 1e-3).verdict == WRONG
    assert claim_rows.average_row(0.0, 0.0).verdict == WRONG
    right = layers.filtered
    monkeypatch.setattr(layers, "filtered", lambda x, k, b: right(x, k, b) * np.arange(SIDE))
    assert verdicts(model.compute())["E2"] == WRONG


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"over": 3}, "Averaged over is 3, it must be one of 1, 4"),
        ({"pool": 3}, "Pooling is 3"),
        ({"picture": (0.0, 1.0)}, "Picture lists 2 numbers, it must be 256 or none"),
        ({"weights": (1.0,)}, "Kernel by hand lists 1 numbers, it must be 9"),
        ({"shift": ()}, "Shift lists 0 numbers"),
        ({"shift": (0.5, 0.0)}, "Shift is 0.5, it must be a whole number"),
        ({"images": (1.5,)}, "Images is 1.5"),
        ({"noise": ()}, "Noise lists 0 numbers"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(knobs, words):
    with pytest.raises(LabError, match=words):
        model.compute(**knobs)


@pytest.mark.parametrize(
    "knobs",
    [
        {"kernel": "emboss", "pool": 4},
        {"border": "zeros", "pool": 1},
        {"layer": "local"},
        {"layer": "dense", "over": 256},
        {"kernel": "by hand", "shift": (-1.0, 2.0)},
    ],
)
def test_the_copied_program_prints_the_page_s_figures(knobs):
    result = model.compute(**knobs)
    lines = printed_by(model.numpy_code(**knobs)).splitlines()
    off = float(lines[1].rpartition(" ")[2])
    assert (off < 1e-12) == (np.abs(result.difference).max() < 1e-12)
    away = float(lines[3].split(" by ")[1].split(";")[0])
    assert (away < 1e-12) == (result.off < 1e-12)
    low, high = (float(lines[0].split()[k]) for k in (2, 4))
    assert (low, high) == pytest.approx((result.output.min(), result.output.max()), abs=1e-5)
    assert off == pytest.approx(np.abs(result.difference).max(), rel=1e-2, abs=1e-12)
    pooled = float(lines[2].rpartition(" ")[2])
    assert pooled == pytest.approx(result.difference_of_pools, rel=1e-4, abs=1e-12)
    kernel = np.array("".join(lines[4:7]).replace("[", " ").replace("]", " ").split(), float)
    if result.off < 1e-12:  # a convolution, averaged or not: the middle of its one filter
        at = slice(SIDE // 2 - 1, SIDE // 2 + 2)
        assert kernel == pytest.approx(result.filters[0][at, at].ravel(), abs=1e-3)
    error = float(lines[-1].rpartition(" ")[2])
    assert error == pytest.approx(result.found.error, rel=1e-2)
