"""Ways to break what claims are computed from, so that a test can see their verdicts turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from layerlab.core.registry import Registry
from layerlab.core.spec import NetSpec
from layerlab.nets import problem
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS

Break = Callable[[pytest.MonkeyPatch], None]


def forget() -> None:
    """Forget the problems and data that were made of unbroken parts, or of broken ones."""
    problem._PROBLEMS.forget()
    problem._DATA.forget()
    problem._shape.cache_clear()


def instead(target: str, value: Any) -> Break:
    """Put another value or function in the place of a name, as `layerlab.claims.flip.x`."""
    return lambda patch: patch.setattr(target, value)


def all_of(*breaks: Break) -> Break:
    """Break several things."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        for one in breaks:
            one(patch)

    return apply


def entry(registry: Registry[Any], key: str, **fields: Any) -> Break:
    """Change fields of a registered entry."""
    changed = replace(registry[key], **fields)
    return lambda patch: patch.setitem(registry._entries, key, changed)


def other_draw(key: str, change: Callable[[Any, Any], Any]) -> Break:
    """Let something else become of the weights and biases that an initializer draws."""
    draw = INITIALIZERS[key].draw

    def drawn(rng: Any, a: int, b: int, net: NetSpec) -> Any:
        return change(*draw(rng, a, b, net))

    return entry(INITIALIZERS, key, draw=drawn)


def scaled_init(key: str, factor: float) -> Break:
    """Make an initializer draw weights that are that many times as large."""
    return other_draw(key, lambda weights, biases: (factor * weights, biases))


def other_activation(key: str, other: str) -> Break:
    """Let an activation have the values and slopes of another."""
    source = ACTIVATIONS[other]
    return entry(
        ACTIVATIONS,
        key,
        value=source.value,
        derivative=source.derivative,
        kinks=source.kinks,
        piecewise_linear=source.piecewise_linear,
    )
