"""Frames that hold a part of what is shown."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from layerlab.core.frames import shown_units
from tests.helpers.frames import sample_frame


def test_a_frame_of_one_part_is_completed_by_the_one_before_of_the_same_state():
    whole = sample_frame("curve")
    diagram = dataclasses.replace(whole.diagram, seed=0)
    alone = dataclasses.replace(
        whole, loss=None, prediction=None, signal=None, gradient=None, diagram=diagram
    )
    completed = alone.completed(whole)
    assert completed.diagram is diagram
    assert completed.loss is whole.loss
    assert completed.prediction is whole.prediction
    for change in ({"update": 1}, {"seed": 9}, {"run_id": 99}):
        other = dataclasses.replace(whole, **change)
        assert alone.completed(other) is alone
    assert alone.completed(None) is alone


@pytest.mark.parametrize(("size", "depth", "count"), [(8, 2, 8), (512, 2, 12), (8, 64, 3)])
def test_the_overview_has_room_for_some_units(size, depth, count):
    units = shown_units(size, depth)
    assert list(units) == list(range(count))
    indices = shown_units(size, depth, is_input=True)
    assert (indices[0], indices[-1], len(indices)) == (0, size - 1, count)
    assert (np.diff(indices) > 0).all()
