"""Functions that take the knobs of another one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from layerlab.core.jobs import Ask
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of


def compute(width: int = 3, name: str = "a") -> str:
    return f"{name}{width}"


@with_knobs_of(compute)
def some(name: str) -> str:
    """Return the name."""
    return name


@with_knobs_of(compute)
def every(width: int, **knobs: Any) -> tuple[int, str]:
    """Return both."""
    return width, compute(width=width, **knobs)


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, width: int) -> Iterator[tuple[bool, int]]:
    """Yield what was given."""
    yield is_interrupted(), width


def test_a_function_takes_all_knobs_and_names_those_it_uses() -> None:
    assert some() == "a"
    assert some(width=4, name="b") == some(4, "b") == "b"
    assert every(name="c") == (3, "c3")
    assert list(work(lambda: True, width=5, name="d")) == [(True, 5)]
    assert inspect.signature(some) == inspect.signature(compute)


def test_a_knob_that_compute_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        some(depth=3)  # type: ignore[call-arg]
