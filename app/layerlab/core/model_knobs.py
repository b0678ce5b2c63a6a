"""The knobs of a page, which `compute` declares and all functions of its model take."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from layerlab.core.jobs import Ask

P = ParamSpec("P")
R = TypeVar("R")


def with_knobs_of(
    compute: Callable[P, object],
) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Let a function be called as `compute` is, though it names no more knobs than it uses.

    Args:
        compute: whose knobs, types and defaults these are.
    """

    def decorate(function: Callable[..., R]) -> Callable[P, R]:
        chosen = _choose(compute, function)

        @functools.wraps(function)
        def called(*args: P.args, **knobs: P.kwargs) -> R:
            return function(**chosen(*args, **knobs))

        vars(called)["__signature__"] = inspect.signature(compute)
        return called

    return decorate


def work_with_knobs_of(
    compute: Callable[P, object],
) -> Callable[[Callable[..., R]], Callable[Concatenate[Ask, P], R]]:
    """Do the same for longer work, which is given `is_interrupted` before the knobs."""

    def decorate(function: Callable[..., R]) -> Callable[Concatenate[Ask, P], R]:
        chosen = _choose(compute, function)

        @functools.wraps(function)
        def called(is_interrupted: Ask, /, *args: P.args, **knobs: P.kwargs) -> R:
            return function(is_interrupted, **chosen(*args, **knobs))

        return called

    return decorate


def _choose(
    compute: Callable[P, object], function: Callable[..., object]
) -> Callable[P, dict[str, Any]]:
    """Return what makes of the arguments of `compute` those of a function, by name."""
    declared, taken = inspect.signature(compute), inspect.signature(function).parameters
    takes_all = any(one.kind is one.VAR_KEYWORD for one in taken.values())

    def chosen(*args: P.args, **knobs: P.kwargs) -> dict[str, Any]:
        given = declared.bind(*args, **knobs)
        given.apply_defaults()
        return {
            name: value for name, value in given.arguments.items() if takes_all or name in taken
        }

    return chosen
