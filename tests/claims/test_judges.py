"""Judges, given numbers: which of them confirm a claim, and which are only a condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layerlab.claims import claim
from layerlab.claims.base import Judgement
from layerlab.claims.depth import ZeroedBlocks
from layerlab.claims.flip import Slower
from layerlab.claims.listing import Losses, Readings
from layerlab.claims.mechanisms import Filtered, Stable
from layerlab.claims.pieces import Layers
from layerlab.claims.signal import Preserved
from layerlab.claims.torchs import HIDDEN, Drawn, Five
from layerlab.core.experiment import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG
from layerlab.nets.studies.gates import Flips

Array = np.ndarray
NOISE = np.linspace(0.9, 1.1, 64)


def judge(name: str, numbers: Any) -> Judgement:
    return claim(name).judge(numbers)


def around(*middles: float) -> list[Array]:
    """Return populations of these medians, narrow enough to be told apart."""
    return [middle * NOISE for middle in middles]


@pytest.mark.parametrize(
    ("he", "half", "kind", "is_found"),
    [
        (0.06502, 0.09, HOLDS, False),
        (0.09, 0.06502, NOT_REPRODUCED, True),
        (0.09, 0.08, NOT_REPRODUCED, False),
    ],
)
def test_the_listing_states_he_and_what_else_gives_its_figures_is_no_condition(
    he: float, half: float, kind: str, is_found: bool
) -> None:
    numbers = Readings(Losses(0.65, he), Losses(0.39, half), 0.09 * NOISE)
    found = judge("D2", numbers)
    assert (found.kind, found.condition) == (kind, "")
    assert ("the printed figure" in found.why) == is_found


def test_an_order_that_is_reversed_is_no_condition() -> None:
    names = ("He", "Xavier", "1", "0.01")

    def found(*middles: float) -> Judgement:
        return judge("D11", dict(zip(names, around(*middles), strict=True)))

    assert found(1, 2, 3, 4).kind == HOLDS
    assert found(2, 1, 3, 4).kind == NOT_REPRODUCED
    equal = found(1, 1.0001, 3, 4)
    assert (equal.kind, equal.condition) == (ONLY_IF, "He and Xavier are not compared")


def test_four_times_slower_is_asked_of_epochs_before_losses() -> None:
    def found(epochs: float, loss: float) -> Judgement:
        return judge("D32", Slower(epochs * 50 * NOISE, 50 * NOISE, loss * NOISE, NOISE))

    assert found(4, 9).kind == HOLDS
    read = found(2, 4)
    assert (read.kind, read.condition.count("loss after 100 epochs")) == (ONLY_IF, 1)
    assert found(2, 9).kind == NOT_REPRODUCED
    assert "0.0984 / 0.0244 = 4.03" in read.why


def test_five_networks_that_print_no_figure_are_judged_by_their_order() -> None:
    row, middles = claim("D18"), (0.19, 0.007, 0.001, 0.14, 0.009)
    assert row.published == "no figure printed"
    assert len(HIDDEN) == len(middles)
    many = around(*middles)
    assert row.judge(Five(list(middles), many)).kind == HOLDS
    one_pair = row.judge(Five([0.19, 0.001, 0.002, 0.14, 0.009], many))
    assert one_pair.kind == ONLY_IF
    assert one_pair.condition.startswith("4-8-4 and 4-16-4 are")
    assert row.judge(Five([-value for value in middles], many)).kind == WRONG


def test_what_kaiming_draws_for_linear_layers_is_said_beside_tanh() -> None:
    found = judge("D30", Drawn(1024, 5 / 3 / 32, 1 / 32))
    assert found.kind == WRONG
    assert "'linear' with 0.03125, 1.000 times" in found.why


def test_up_to_is_a_maximum_and_a_bound_with_one_input_alone() -> None:
    built = {(n, depth): n**depth for n in (2, 4) for depth in (1, 2, 3, 4)}
    few, line = np.full(32, 30), {2: 3, 8: 9}
    assert judge("D17", Layers(built, few, line)).kind == HOLDS  # however few random ones make
    only = judge("D17", Layers(built, few, {2: 4, 8: 163}))
    assert (only.kind, only.condition) == (ONLY_IF, "there is one input")
    assert judge("D17", Layers(built, np.full(32, 7000), line)).kind == WRONG
    assert judge("D17", Layers({**built, (4, 4): 255}, few, line)).kind == WRONG


def test_half_of_the_gates_is_not_sparse() -> None:
    """Half are active where pre-activations are as often above 0 as below."""

    def found(is_active: float) -> Judgement:
        shares = {2: 0.008, 64: 0.003}
        flips = {n: Flips(n, 8, 400, v, v, v, is_active) for n, v in shares.items()}
        return judge("A4", flips)

    assert found(0.2).kind == HOLDS
    half = found(0.5)
    assert (half.kind, half.condition) == (ONLY_IF, "sparse allows for 50 % active gates")


def test_a_constant_is_nothing_kept() -> None:
    kept, lost = Preserved(0.05, 0.9, 0.05), Preserved(1e-30, 0.9, 1e-30)
    found = judge("B4", {"tanh": Preserved(0.04, 0.04, 1), "sigmoid": lost, "relu": kept})
    assert found.condition == "the mean square is meant, and only of relu"
    assert "of sigmoid it stands still" in found.why
    assert judge("B4", {"tanh": lost, "sigmoid": lost, "relu": lost}).kind == WRONG


def test_a_zeroed_block_is_judged_by_its_outer_coefficients() -> None:
    left = {"relu": 0.0, "sigmoid": 0.7}  # of the lab's block, which has none
    exact = dict.fromkeys(left, 0.0)
    found = judge("C3", ZeroedBlocks(exact, exact, left))
    assert found.kind == HOLDS
    assert "up to 0.7 with sigmoid" in found.why
    assert judge("C3", ZeroedBlocks(exact, left, left)).kind == WRONG


def test_at_equality_a_matrix_has_to_be_diagonalizable() -> None:
    pair = (1e-9, 1e8)
    lab = (0.8**64, 1.2**64)
    only = judge("E12", Stable(pair, pair, lab, (1.0, 1.0), (8000.0, 16000.0)))
    assert only.kind == ONLY_IF
    assert only.condition.startswith("W is diagonalizable")
    assert judge("E12", Stable(pair, pair, lab, (1.0, 1.0), (1.0, 1.0))).kind == HOLDS
    assert judge("E12", Stable(pair, pair, lab, (1.0, 80.0), (1.0, 1.0))).kind == WRONG


def test_a_filter_is_asked_of_the_laplacian_that_the_source_names() -> None:
    right, rough = Filtered(1e-14, 1.0, 2.0, 1.0), Filtered(1e-14, 0.9, 2.0, 1.0)
    assert judge("E10", {True: right, False: right}).kind == HOLDS
    assert judge("E10", {True: right, False: rough}).kind == ONLY_IF
    assert judge("E10", {True: rough, False: right}).kind == WRONG


@pytest.mark.parametrize(
    ("times", "kind"),
    [((6, 6, 5), HOLDS), ((6, 6, 4), ONLY_IF), ((12, 8, 4), NOT_REPRODUCED)],
)
def test_about_six_is_six_within_a_quarter(times: tuple[int, ...], kind: str) -> None:
    assert judge("L5", dict(zip((1.5, 2.5, 4.0), times, strict=True))).kind == kind
