"""Kept runs compared: the knobs that differ, and how far apart their final losses are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from layerlab.core.declared import KNOBS
from layerlab.core.numbers import number
from layerlab.core.runs import RunDetail, value_text
from layerlab.core.spec import LabSpec, TaskSpec, get, replace
from layerlab.core.translation import _, ngettext
from layerlab.nets.bootstrap import difference

Array = np.ndarray
MOST = 6  # runs at once
_LETTERS = "ABCDEF"
_DERIVED = ("net.width", "net.depth")  # which the list of widths shows
_SEED = ("train.seed", "train.seeds")


def comparison(details: Sequence[RunDetail]) -> str:
    """Return runs compared, as lines of text.

    Args:
        details: two runs to `MOST`; the oldest is A, and the others are compared with it.

    Raises:
        LabError: a spec is of a version that has other knobs.
    """
    runs = sorted(details, key=lambda run: (run.entry.ended, run.entry.id))[:MOST]
    specs = [run.lab_spec() for run in runs]
    lines = [
        f"{letter}  {run.entry.name or _('run {id}', id=run.entry.id)}"
        for letter, run in zip(_LETTERS, runs, strict=False)
    ]
    return "\n".join([*lines, "", *_knobs(specs), "", *_losses(runs, specs)])


def _knobs(specs: Sequence[LabSpec]) -> list[str]:
    """Return the knobs that differ, a line each."""
    lines = []
    for path, knob in KNOBS.items():
        values = [get(spec, path) for spec in specs]
        if path in _DERIVED or all(value == values[0] for value in values):
            continue
        shown = [f"{a} {value_text(path, v)}" for a, v in zip(_LETTERS, values, strict=False)]
        lines.append(f"{knob.label}: {', '.join(shown)}")
    return lines or [_("All knobs are the same.")]


def _losses(runs: Sequence[RunDetail], specs: Sequence[LabSpec]) -> list[str]:
    """Return the final losses, and how far each is from the first."""
    lines = []
    for letter, run in zip(_LETTERS, runs, strict=False):
        loss = _("diverged") if run.entry.loss is None else number(run.entry.loss)
        text = ngettext(
            "Loss of {letter}: {loss}, {count} seed",
            "Loss of {letter}: {loss}, median of {count} seeds",
            len(run.losses.train),
            letter=letter,
            loss=loss,
        )
        lines.append(text)
    for k in range(1, len(runs)):
        if specs[k].train.loss != specs[0].train.loss:
            lines.append(
                _("{letter} has another loss than A: not compared.", letter=_LETTERS[k])
            )
            continue
        text = _difference(_LETTERS[k], runs[0], runs[k], _has_same_seeds(specs[0], specs[k]))
        if _data_of(specs[k]) != _data_of(specs[0]):
            text = _("{text} They were trained on different data.", text=text)
        lines.append(text)
    return lines


def _data_of(spec: LabSpec) -> TaskSpec:
    """Return what decides about the data: features are made of the same points."""
    return replace(spec.task, features=())


def _has_same_seeds(one: LabSpec, other: LabSpec) -> bool:
    return all(get(one, path) == get(other, path) for path in _SEED)


def _values(run: RunDetail) -> Array:
    """Return the losses of the seeds; one that diverged counts as large. (S,)"""
    return np.array([math.inf if loss is None else loss for loss in run.losses.train])


def _difference(letter: str, first: RunDetail, other: RunDetail, is_paired: bool) -> str:
    """Return how far a run is from the first: medians, with a 95 % bootstrap interval."""
    a, b = _values(first), _values(other)
    if not (np.isfinite(a).any() and np.isfinite(b).any()):
        return _("{letter} and A cannot be compared: one has diverged.", letter=letter)
    band = difference(b, a)
    is_lower = band.middle < 0
    low, high = band.low, band.high
    if band.excludes():
        low, high = sorted((abs(low), abs(high)))
    fields = {
        "letter": letter,
        "by": number(abs(band.middle)),
        "low": number(low),
        "high": number(high),
    }
    if not band.excludes():
        text = _(
            "{letter} is not clearly different from A: the interval of the difference is {low} "
            "to {high}",
            **fields,
        )
    elif is_lower:
        text = _("{letter} is lower than A by {by} ({low} to {high})", **fields)
    else:
        text = _("{letter} is higher than A by {by} ({low} to {high})", **fields)
    if not is_paired:
        return _("{text}; the seeds are others.", text=text)
    count = int((b < a).sum())
    return ngettext(
        "{text}; {letter} is lower in {lower} of {count} seed.",
        "{text}; {letter} is lower in {lower} of {count} seeds.",
        len(a),
        text=text,
        letter=letter,
        lower=count,
    )
