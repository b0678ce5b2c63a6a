"""The budget: against a search of every width, by a count of its own."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.core.declared import KNOBS
from layerlab.core.spec import LabSpec, edit
from layerlab.nets.budget import equal_widths
from layerlab.nets.problem import layout_of

WIDTHS = range(1, 513)


def count(inputs: int, width: int, depth: int, outputs: int) -> int:
    sizes = [inputs, *[width] * depth, outputs]
    return sum(a * b + b for a, b in itertools.pairwise(sizes))


@given(
    inputs=st.integers(1, 64),
    outputs=st.integers(1, 10),
    depth=st.integers(1, 64),
    budget=st.integers(1, 2_000_000),
)
def test_no_other_width_comes_nearer(inputs, outputs, depth, budget):
    hidden = equal_widths(inputs, outputs, depth, budget)
    assert len(hidden) == depth
    assert len(set(hidden)) == 1
    apart = [abs(count(inputs, width, depth, outputs) - budget) for width in WIDTHS]
    assert hidden[0] == WIDTHS[apart.index(min(apart))]  # the first is the narrower one


@given(
    inputs=st.integers(1, 64),
    outputs=st.integers(1, 10),
    depth=st.integers(1, 64),
    width=st.sampled_from(WIDTHS),
)
def test_the_depth_of_the_budget_has_its_own_width(inputs, outputs, depth, width):
    budget = count(inputs, width, depth, outputs)
    assert equal_widths(inputs, outputs, depth, budget) == (width,) * depth


def test_a_linear_model_has_no_width():
    assert equal_widths(1, 1, 0, 97) == ()


def test_the_default_lab_four_layers_deep():
    assert layout_of(LabSpec()).parameters == 97
    hidden = equal_widths(1, 1, 4, 97)
    deep = edit(LabSpec(), "net.hidden", hidden)
    assert hidden == (5, 5, 5, 5)
    assert layout_of(deep).parameters == 106


@pytest.mark.parametrize(
    ("depth", "budget", "width"), [(64, 97, 1), (1, 5_000_000, 512), (12, 1, 1)]
)
def test_what_cannot_be_reached_ends_at_the_knobs_own_range(depth, budget, width):
    assert equal_widths(1, 1, depth, budget) == (width,) * depth
    KNOBS["net.width"].check(width)
