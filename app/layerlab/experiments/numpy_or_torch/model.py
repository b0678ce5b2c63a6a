"""The same network on three engines, and differences that judge its gradient. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.experiment import ClaimRow
from layerlab.core.jobs import Ask, Step
from layerlab.core.libraries import warn_once
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.spec import LabSpec, edit
from layerlab.core.translation import _
from layerlab.experiments.numpy_or_torch import claim_rows, difference_check, trainings
from layerlab.experiments.numpy_or_torch.mistakes import OFF, Mistake, layer_of
from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    FORGOTTEN,
    LENGTH,
    MISTAKES,
    NONE,
    SLIGHT,
)
from layerlab.experiments.numpy_or_torch.result import Derivative, Result, Valley
from layerlab.experiments.numpy_or_torch.trainings import (
    DTYPES,
    RATE,
    SAMPLES,
    ComparisonConfig,
    by_hand,
    known,
    training,
)
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.engines import available
from layerlab.nets.engines.numpy_ import training_loss
from layerlab.nets.engines.ready import instead
from layerlab.nets.gradcheck import BUG as BUG
from layerlab.nets.gradcheck import GOOD as GOOD
from layerlab.nets.gradcheck import arrays_of
from layerlab.nets.printed import program

Array = np.ndarray
ENGINES = ("numpy", "compiled", "torch")
REACH = 5.0  # derivatives are drawn over -REACH to REACH
_SOUND = Mistake()
_trouble: dict[str, str] = {}  # engine -> why it did not start, as it was found by `work`


def compute(
    activation: str = "tanh",
    depth: int = 3,
    updates: int = 100,
    eps: float = 1e-5,
    mistake: str = NONE,
    layer: Sequence[float] = (2.0,),
) -> Result:
    """Train by hand, check its gradient, and compare with what `work` has of other engines.

    Args:
        activation: its name. depth: hidden layers, of eight neurons.
        updates: after which parameters are compared. eps: push of the check.
        mistake: one of `names.MISTAKES`. layer: (1,) of it, from 1.

    Raises:
        LabError: an activation that is not known, or no layer.
    """
    label = ACTIVATIONS[activation].label
    setting = ComparisonConfig(activation, depth)
    wrong = _mistake(mistake, depth, layer)
    tracks = _tracks(setting, wrong)
    hand = tracks["numpy", "float64"]
    missing = available()["torch"] or _trouble.get("torch", "")
    reference = next(
        (
            name
            for name in ("torch", "compiled")
            if (name, "float64") in tracks and (name == "torch" or missing)
        ),
        "",
    )
    at = min(updates, len(hand) - 1)
    params = {
        name: tracks[name, "float64"][at]
        for name in ENGINES
        if len(tracks.get((name, "float64"), ())) > at
    }
    valley, numeric = _valley(setting, wrong, eps)
    checks = difference_check.each_array(setting, wrong, numeric)
    return Result(
        setting,
        label,
        wrong,
        updates,
        setting.problem.layout.sizes,
        tuple(arrays_of(setting.problem.layout)),
        params,
        reference,
        _apart(tracks, reference),
        float((params["numpy"] == params[reference]).mean()) if reference in params else 0.0,
        _losses(setting, hand),
        np.empty(0) if mistake == NONE else _losses(setting, by_hand(setting, _SOUND)),
        valley,
        checks,
        difference_check.located(checks, valley.expected),
        _missed(setting, wrong.layer, numeric),
        _derivative(ACTIVATIONS[activation], mistake, eps),
        {
            name: one.speed
            for name in ENGINES
            if (one := known(name, setting)) is not None and one.speed
        },
        missing,
    )


def _mistake(name: str, depth: int, layer: Sequence[float]) -> Mistake:
    if not layer:
        raise LabError(_("the layer of the mistake is missing"))
    wanted = 1 if name == NONE else round(layer[0])  # nothing wrong is wrong nowhere
    return Mistake(name, layer_of(name, depth, wanted))


def _tracks(setting: ComparisonConfig, wrong: Mistake) -> dict[tuple[str, str], Array]:
    """Return engine, dtype -> parameters after each update, as far as they are known."""
    found = {("numpy", "float64"): by_hand(setting, wrong)}
    for dtype in DTYPES:
        for name in ENGINES:
            one = known(name, ComparisonConfig(setting.activation, setting.depth, dtype))
            # By hand, float32 is trained without the mistake: nothing to set beside it.
            is_other = name == "numpy" and (dtype == DTYPES[0] or wrong.name != NONE)
            if one is not None and not is_other and len(one.params) > 1:
                found[name, dtype] = one.params
    return found


def _apart(
    tracks: dict[tuple[str, str], Array], reference: str
) -> dict[tuple[str, str], Array]:
    """Return how far each engine is from the reference of its own precision, by update."""
    found = {}
    for (name, dtype), track in tracks.items():
        other = tracks.get((reference, dtype))
        if other is None or name == reference:
            continue
        done = min(len(track), len(other))
        a, b = track[1:done].astype(float), other[1:done].astype(float)
        found[name, dtype] = np.linalg.norm(a - b, axis=1) / np.linalg.norm(b, axis=1)
    return found


def _losses(setting: ComparisonConfig, track: Array) -> Array:
    """Return the loss after each update, as far as it is a number."""
    with np.errstate(all="ignore"):
        found = training_loss(setting.problem, track)
    bad = np.flatnonzero(~np.isfinite(found))
    return found[: bad[0]] if bad.size else found


def _valley(setting: ComparisonConfig, wrong: Mistake, eps: float) -> tuple[Valley, Array]:
    """Return the errors by step, and the picked derivatives at the page's step."""
    wide = difference_check.valley(setting)
    single = difference_check.valley(
        ComparisonConfig(setting.activation, setting.depth, "float32")
    )
    sound, made = (difference_check.gradient(setting, one) for one in (_SOUND, wrong))
    push = np.array([eps])
    numeric = difference_check.differences(setting, push).centred[0]

    def error(a: Array, n: Array) -> Array:
        return difference_check.worst(wide.picked, a, n)

    return Valley(
        difference_check.PUSHES,
        error(made, wide.centred),
        error(sound, wide.centred),
        error(made, wide.one_sided),
        error(made, single.centred),
        *difference_check.forecast(setting, difference_check.PUSHES),
        (eps, float(error(made, numeric))),
        float(np.hypot(*difference_check.forecast(setting, push))[0]),
    ), numeric


def _missed(setting: ComparisonConfig, layer: int, numeric: Array) -> dict[str, float]:
    """Return the worst array's error with each of the mistakes, 0 if it is none here."""
    sound, found = difference_check.gradient(setting, _SOUND), {}
    for name in MISTAKES:
        made = Mistake(name, layer_of(name, setting.depth, layer))
        is_none = name != NONE and (difference_check.gradient(setting, made) == sound).all()
        errors = [one.error for one in difference_check.each_array(setting, made, numeric)]
        found[name] = 0.0 if is_none else max(errors)
    return found


def _derivative(entry: Activation, mistake: str, eps: float) -> Derivative:
    z = np.linspace(-REACH, REACH, 201)
    exact = entry.derivative_at(z)
    used = {
        FORGOTTEN: np.ones_like(z),
        AT_H: entry.derivative_at(entry(z)),
        SLIGHT: exact * (1 + OFF),
    }.get(mistake, exact)
    up, down = z + eps, z - eps
    return Derivative(z, exact, used, (entry(up) - entry(down)) / (up - down))


@work_with_knobs_of(compute)
def work(
    is_interrupted: Ask, activation: str, depth: int, **knobs: Any
) -> Iterator[Step | None]:
    """Train the same on the other engines, in both precisions, and time each; see `compute`.

    What has no engine here is left out; the result states why PyTorch is.
    """
    plan = yield from trainings.plan(is_interrupted)
    for done, (is_timed, name, dtype) in enumerate(plan):
        one = training(name, ComparisonConfig(activation, depth, dtype))
        label = claim_rows.NAMES[name]
        note = (
            _("timing {engine}", engine=label)
            if is_timed
            else _("training {engine}", engine=label)
        )
        yield Step(done, len(plan), None, note)
        try:
            for _pause in one.time() if is_timed else one.advance(is_interrupted):
                yield None
        except LabError as error:  # it is there, and does not start
            is_new = name == "compiled" and name not in _trouble
            if is_new and isinstance(error, NotReadyError):
                warn_once(instead(str(error)))  # the compiler failed later than was waited
            _trouble[name] = str(error)
            continue
        _trouble.pop(name, None)
        result = compute(activation=activation, depth=depth, **knobs)
        yield Step(done + 1, len(plan), result, note)
    result = compute(activation=activation, depth=depth, **knobs)
    yield Step(len(plan), len(plan), result, _("done"))


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about gradients, beside what is computed here."""
    return claim_rows.all_rows(result)


@with_knobs_of(compute)
def numpy_code(
    activation: str, depth: int, updates: int, eps: float, mistake: str, layer: Sequence[float]
) -> str:
    """Return the pass by hand, its mistake too, and its check as a program of NumPy."""
    wrong, setting = _mistake(mistake, depth, layer), ComparisonConfig(activation, depth)
    return program(
        "numpy_or_torch_numpy",
        ACTIVATION=activation,
        SIZES=list(setting.problem.layout.sizes),
        SAMPLES=SAMPLES,
        UPDATES=updates,
        RATE=RATE,
        EPS=eps,
        MISTAKE=wrong.name,
        LAYER=wrong.layer,
    )


@with_knobs_of(compute)
def torch_code(activation: str, depth: int, updates: int) -> str:
    """Return the network as a program of PyTorch, from the same first weights."""
    setting = ComparisonConfig(activation, depth)
    return program(
        "numpy_or_torch_torch",
        ACTIVATION=activation,
        SIZES=list(setting.problem.layout.sizes),
        SAMPLES=SAMPLES,
        UPDATES=updates,
        RATE=RATE,
    )


@with_knobs_of(compute)
def lab_spec(activation: str, depth: int) -> LabSpec:
    """Return the same training as a lab, from sixteen seeds and for longer."""
    spec = edit(ComparisonConfig(activation, depth).spec, "train.updates", 4 * LENGTH)
    return edit(spec, "train.seeds", 16)
