"""What PyTorch draws and trains, asked of PyTorch itself in a process of its own."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple, cast

import numpy as np

from layerlab.claims.base import NO_FIGURE, Claim, Context, D, Judgement
from layerlab.claims.figures import difference, figure, listed, within
from layerlab.claims.populations import lab, population, training_loss
from layerlab.claims.signal import kept
from layerlab.core.numbers import grouped
from layerlab.core.phrases import joined_by_and
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.core.translation import _
from layerlab.nets.engines import engine
from layerlab.nets.engines.remote import RemoteEngine

Array = np.ndarray
VARIANCE = 0.05
SEEDS = 64
HIDDEN = ((2,), (8,), (16,), (4, 4), (8, 8))  # of the five networks, in the listing's order


def asked(ctx: Context, name: str) -> dict[str, Array]:
    """Return what torch itself does; see `torch_facts`.

    Raises:
        LabError: torch is not installed.
        CancelledError: it was asked to stop.
    """
    ctx.step(0, 1)
    torch = cast(RemoteEngine, engine("torch"))  # this process never imports torch
    try:
        return torch.ask(name, ctx.is_cancelled)
    finally:
        ctx.step(1, 1)


# ---- D18: five networks and one seed


class Five(NamedTuple):
    """Losses of PyTorch's five networks at seed 42, and of the lab's from many seeds."""

    listing: list[float]
    many: list[Array]


def _measure_five(ctx: Context) -> Five:
    listing = asked(ctx.part(0, 2), "flip-listing")["losses"].tolist()
    rest, many = ctx.part(1, 2), []
    for k, hidden in enumerate(HIDDEN):
        spec = five_spec(hidden)
        end = population(rest.part(k, len(HIDDEN)), spec, ctx.sample_size(SEEDS, SEEDS))[-1]
        many.append(training_loss(spec, end))
    return Five(listing, many)


def five_spec(hidden: tuple[int, ...]) -> LabSpec:
    """Return the lab of one of the five networks."""
    net = NetSpec(hidden=hidden, init="he-normal")
    train = TrainSpec(rate=0.01, batch="full", order="file", loss="mse", updates=200)
    return lab("diagonal-flip", net, train)


def _name(hidden: tuple[int, ...]) -> str:
    return "-".join(map(str, (4, *hidden, 4)))


def _judge_five(n: Five) -> Judgement:
    names = [_name(hidden) for hidden in HIDDEN]
    medians = [float(np.median(losses)) for losses in n.many]
    measured = ", ".join(f"{a} {figure(v)}" for a, v in zip(names, n.listing, strict=True))
    turned, clear = [], 0
    for i, j in itertools.combinations(range(len(names)), 2):
        band = difference(n.many[i], n.many[j])
        clear += band.excludes()
        if band.excludes() and (band.middle > 0) != (n.listing[i] > n.listing[j]):
            turned.append(joined_by_and((names[i], names[j])))
    text = ", ".join(f"{a} {figure(v)}" for a, v in zip(names, medians, strict=True))
    fields = {"listing": measured, "seeds": len(n.many[0]), "medians": text}
    if not turned:
        why = _(
            "at seed 42 PyTorch ends at {listing}; medians of {seeds} seeds are {medians}",
            **fields,
        )
        return Judgement.holds(measured, why)
    why = _(
        "at seed 42 PyTorch ends at {listing}; medians of {seeds} seeds are {medians}, which "
        "puts {turned} in the other order, of {clear} pairs that the medians tell apart",
        turned=", ".join(turned),
        clear=clear,
        **fields,
    )
    if 2 * len(turned) < clear:
        condition = _("{turned} are not compared by one seed", turned=", ".join(turned))
        return Judgement.holds_only_if(condition, measured, why)
    return Judgement.wrong(measured, why)


# ---- D29, D30: what it draws


class InitializationVariances(NamedTuple):
    """Variances of weights and biases times n, by n; and what 30 such layers keep."""

    n: list[int]
    weights: list[float]
    biases: list[float]
    across: float
    square: float


def _measure_draws(ctx: Context) -> InitializationVariances:
    facts = asked(ctx.part(0, 2), "linear-draws")
    n = facts["n"]
    left = kept(ctx.part(1, 2), "relu", "torch-default", ctx.sample_size(8, 4))
    return InitializationVariances(
        n.tolist(),
        (n * facts["weights"]).tolist(),
        (n * facts["biases"]).tolist(),
        left.across,
        left.square,
    )


def _judge_draws(n: InitializationVariances) -> Judgement:
    weights, biases = (
        ", ".join(f"{value:.3f}" for value in values) for values in (n.weights, n.biases)
    )
    measured = _("variance {variances} / n", variances=weights)
    why = _(
        "nn.Linear of {inputs} inputs draws weights of variance {weights} / n (He's is 2 / n) "
        "and biases of {biases} / n; from layer 1 to 30 this leaves {square} of the mean "
        "square and {across} of the variance across inputs",
        inputs=listed(n.n),
        weights=weights,
        biases=biases,
        square=figure(n.square),
        across=figure(n.across),
    )
    if all(within(value, 2.0, VARIANCE) for value in n.weights):
        return Judgement.holds(measured, why)
    return Judgement.wrong(measured, why)


class Drawn(NamedTuple):
    """Number of inputs, and the standard deviations of what was drawn, for tanh and linear."""

    n: int
    std: float
    linear: float


def _measure_tanh(ctx: Context) -> Drawn:
    facts = asked(ctx, "kaiming-draws")
    tanh, linear = facts["std"].tolist()
    return Drawn(int(facts["n"][0]), tanh, linear)


def _judge_tanh(n: Drawn) -> Judgement:
    gain, linear = (std * np.sqrt(n.n) for std in (n.std, n.linear))
    measured = f"{gain:.3f} √(1/n)"
    why = _(
        "for n = {inputs} it draws with standard deviation {std:.5f}, {gain:.3f} times √(1/n); "
        "for nonlinearity='linear' with {linear_std:.5f}, {linear:.3f} times √(1/n)",
        inputs=grouped(n.n),
        std=n.std,
        gain=gain,
        linear_std=n.linear,
        linear=linear,
    )
    return (
        Judgement.holds(measured, why)
        if within(gain, 1.0, VARIANCE)
        else Judgement.wrong(measured, why)
    )


CLAIMS: tuple[Claim[Any], ...] = (
    Claim(
        "D18",
        D,
        _(
            "Five PyTorch networks, 4-2-4, 4-8-4, 4-16-4, 4-4-4-4 and 4-8-8-4, with He's "
            "weights, biases of 0 and Adam 0.01, trained once for 200 updates on all images, "
            "seed 42 set once, compare the architectures."
        ),
        published=NO_FIGURE,
        page="diagonal-flip",
        tolerance=_(
            "the order of the five at seed 42 (mean squared error) is that of their medians "
            "over {seeds} seeds, two of them counted as equal if the 95 % bootstrap band of "
            "their difference holds 0; wrong if half of the other pairs or more are reversed",
            seeds=SEEDS,
        ),
        measure=_measure_five,
        judge=_judge_five,
        asks_torch=True,
    ),
    Claim(
        "D29",
        D,
        _("PyTorch initializes its linear layers with He."),
        published="He",
        page="signal",
        tolerance=_(
            "variance of the weights of nn.Linear within {variance:g} % of 2 / n, "
            "for n = 64, 256, 1024",
            variance=VARIANCE * 100,
        ),
        measure=_measure_draws,
        judge=_judge_draws,
        asks_torch=True,
    ),
    Claim(
        "D30",
        D,
        _("kaiming_normal_ for tanh draws with standard deviation √(1/n)."),
        published="√(1/n)",
        page="signal",
        tolerance=_(
            "standard deviation of what PyTorch draws within "
            "{variance:g} % of √(1/n), n = 1024",
            variance=VARIANCE * 100,
        ),
        measure=_measure_tanh,
        judge=_judge_tanh,
        asks_torch=True,
    ),
)
