"""Masks and shuffles: known answers, fair coins, and the same for every engine."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from layerlab.core.spec import LabSpec, TrainSpec
from layerlab.nets.engines.base import Batches
from layerlab.nets.problem import problem_of
from layerlab.nets.randomness import (
    DROPOUT,
    ORDER,
    hash64,
    keep_mask,
    seed_numbers,
    shuffles,
    weight_generator,
)

SEEDS = np.arange(3, dtype=np.uint64)


def hash_in_integers(*counters: int) -> int:
    """Do the same with Python's integers, which never wrap by themselves."""
    h = 0
    for counter in counters:
        h = ((h ^ counter) + 0x9E3779B97F4A7C15) % 2**64
        h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        h = (h ^ (h >> 27)) * 0x94D049BB133111EB % 2**64
        h ^= h >> 31
    return h


def test_known_answer() -> None:
    # The first number of splitmix64 from seed 0, as published with its reference code.
    assert hash64(0).tolist() == [0xE220A8397B1DCDAF]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=6))
def test_same_as_in_integers(counters: list[int]) -> None:
    assert hash64(*counters).tolist() == [hash_in_integers(*counters)]


def test_broadcasts() -> None:
    table = hash64(np.arange(2)[:, None], 5, np.arange(3)[None, :])
    assert table.tolist() == [[hash_in_integers(a, 5, b) for b in range(3)] for a in range(2)]


def test_each_bit_moves_half_of_the_others() -> None:
    base = hash64(7, np.arange(2000))
    for bit in (0, 17, 40):
        moved = base ^ hash64(7, np.arange(2000) ^ (1 << bit))
        share = np.unpackbits(moved.view(np.uint8)).mean()
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(2000 * 64)


# ---- shuffles


def test_shuffles_are_permutations_of_their_own() -> None:
    seen = [shuffles(SEEDS, epoch, 50) for epoch in range(4)]
    for order in seen:
        assert (np.sort(order, axis=1) == np.arange(50)).all()
    rows = {tuple(row) for order in seen for row in order}
    assert len(rows) == 12  # every seed and epoch has another


def test_shuffles_favour_nobody() -> None:
    runs, n = 4000, 6
    orders = np.concatenate(
        [shuffles(np.arange(1000, dtype=np.uint64), epoch, n) for epoch in range(runs // 1000)]
    )
    for place in range(n):  # which point comes there
        counts = np.bincount(orders[:, place], minlength=n)
        statistic = ((counts - runs / n) ** 2 / (runs / n)).sum()
        assert statistic < chi2.ppf(1 - 1e-4, n - 1)
    kinds = dict.fromkeys(itertools.permutations(range(3)), 0)
    for row in np.argsort(orders[:, :3], axis=1):  # how three places are ordered
        kinds[tuple(row.tolist())] += 1
    counts = np.array(list(kinds.values()))
    assert ((counts - runs / 6) ** 2 / (runs / 6)).sum() < chi2.ppf(1 - 1e-4, 5)


def test_one_key_decides_a_shuffle() -> None:
    keys = [hash_in_integers(2, ORDER, 9, i) for i in range(12)]
    assert shuffles(SEEDS, 9, 12)[2].tolist() == sorted(range(12), key=keys.__getitem__)


def batches_of(**train: object) -> tuple[Batches, int]:
    problem = problem_of(LabSpec(train=TrainSpec(seeds=2, **train)))
    return Batches(problem), problem.updates_per_epoch


def test_an_epoch_sees_every_point_once() -> None:
    batches, length = batches_of(batch=36)  # 96 points: 36, 36, 24
    assert length == 3
    for epoch in range(2):
        rows = [batches.rows(epoch * length + i) for i in range(length)]
        assert [row.shape for row in rows] == [(2, 36), (2, 36), (2, 24)]
        assert (np.sort(np.concatenate(rows, axis=1), axis=1) == np.arange(96)).all()


def test_batches_do_not_depend_on_what_was_asked_before() -> None:
    batches, _ = batches_of(batch=36)
    later = batches.at(7)
    batches.at(0)
    for a, b in zip(later, batches.at(7), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(later, batches_of(batch=36)[0].at(7), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_files_order_and_the_full_batch_are_not_shuffled() -> None:
    batches, _ = batches_of(batch=36, order="file")
    assert [batches.rows(i) for i in range(4)] == [
        slice(0, 36),
        slice(36, 72),
        slice(72, 96),
        slice(0, 36),
    ]
    assert batches_of(batch="full")[0].rows(5) == slice(0, 96)
    assert batches_of(batch=20_000)[0].rows(5) == slice(0, 96)


# ---- dropout


@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
def test_share_of_the_silent(dropout: float) -> None:
    mask = keep_mask(SEEDS, 0, 0, 200, 100, dropout)
    assert mask.shape == (3, 200, 100)
    std = np.sqrt(dropout * (1 - dropout))
    assert abs(mask.mean() - (1 - dropout)) < 4 * std / np.sqrt(mask.size)
    for axis in (1, 2):  # no row and no unit is spared
        means = mask.mean(axis)
        assert np.abs(means - (1 - dropout)).max() < 5.5 * std / np.sqrt(mask.shape[axis])


def test_masks_are_independent_of_each_other() -> None:
    masks = np.stack(
        [
            keep_mask(np.array([seed], np.uint64), update, layer, 100, 50, 0.5).ravel()
            for seed, update, layer in itertools.product(range(2), range(2), range(2))
        ]
    )
    correlation = np.corrcoef(masks) - np.eye(8)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(5000)


def test_a_smaller_batch_is_part_of_a_larger() -> None:
    whole = keep_mask(SEEDS, 3, 1, 10, 8, 0.3)
    np.testing.assert_array_equal(keep_mask(SEEDS, 3, 1, 4, 8, 0.3), whole[:, :4])


def test_one_hash_decides_each_unit() -> None:
    mask = keep_mask(SEEDS, 3, 1, 4, 5, 0.25)
    expected = hash_in_integers(2, DROPOUT, 3, 1, 1, 4) >= 2**62
    assert bool(mask[2, 1, 4]) == expected
    assert keep_mask(SEEDS, 3, 1, 4, 5, 0.0).all()


# ---- seeds


def test_seeds_of_a_run() -> None:
    assert seed_numbers(TrainSpec(seed=5, seeds=3)).tolist() == [5, 6, 7]


def test_generators_are_numpys() -> None:
    train = TrainSpec(seed=5)
    assert weight_generator(train, 2).normal() == np.random.default_rng(7).normal()
    legacy = weight_generator(TrainSpec(seed=5, rng="legacy"), 2)
    np.random.seed(7)
    assert legacy.randn() == np.random.randn()
