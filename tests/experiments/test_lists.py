"""Knobs that list numbers: a file may list any number of them."""

from __future__ import annotations

import contextlib

import pytest

from layerlab.core.errors import LabError
from layerlab.experiments import EXPERIMENTS

LISTS = [
    (page.key, knob) for page in EXPERIMENTS for knob in page.knobs if knob.kind == "numbers"
]


@pytest.mark.parametrize(("key", "knob"), LISTS, ids=[f"{k}-{n.path}" for k, n in LISTS])
def test_a_list_of_any_length_is_computed_or_refused_in_a_sentence(key, knob):
    page = EXPERIMENTS[key]
    model = page.model()
    one = knob.low if knob.low is not None else 0.5
    for length in (0, 1, 2, 3, 7, 9, 300):
        with contextlib.suppress(LabError):
            model.compute(**page.values(**{knob.path: (one,) * length}))
