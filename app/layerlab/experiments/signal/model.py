"""Signal and gradient at initialization: theory at once, one network as it comes. No Qt."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.frames import LayerPart
from layerlab.core.jobs import Step
from layerlab.core.model_knobs import with_knobs_of, work_with_knobs_of
from layerlab.core.spec import LabSpec, NetSpec, edit_all
from layerlab.core.translation import _
from layerlab.experiments.signal import claim_rows
from layerlab.experiments.signal.network import (
    INPUTS,
    SEED,
    TILE,
    Ask,
    JacobianSpectrum,
    LayerPass,
    MeasuredSignal,
    Network,
    inputs_of,
    largest_singular,
    measured,
    spectra,
)
from layerlab.experiments.signal.network import release as release
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.printed import program
from layerlab.nets.probes.layers import histograms
from layerlab.nets.theory.meanfield import (
    SLOPE,
    Map,
    Theory,
    chart,
    propagate_layers,
    settled_chi,
)

Array = np.ndarray
RIDGES = 16  # layers that have a ridge, evenly spaced; more could not be distinguished
DRAWN = 16  # tiles that are drawn at once
KEPT_PASSES = 64  # through kept tiles, at once
ON_LINE = 1e-5  # |ln chi| below is the critical line
OFTEN = 3  # layers between two pictures of a network that comes layer by layer


@dataclass(frozen=True)
class PhasePoint:
    """A point of the map that is known by name."""

    label: str
    weight_std: float
    bias_std: float
    help: str


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws.

    Attributes:
        net: activation, std of weights and biases, depth and width. correlation: of the
            inputs.
        theory: of every layer. found: of the layers that are there so far.
        signal, gradient: ridges of the layers in `ridges`, or None before there are any.
        ridges: the layers (from 1) that the ridges belong to: of `signal`, of `gradient`.
        spectrum: singular values, as far as they are known; None before.
        largest: largest singular value of one layer, of at most `TILE` units.
        chart: the map. marks: initializations on it.
        chi: where lengths have settled. length: correlation length in layers; inf on the line.
    """

    net: Network
    correlation: float
    theory: Theory
    found: MeasuredSignal
    signal: LayerPart | None
    gradient: LayerPart | None
    ridges: tuple[Array, Array]
    spectrum: JacobianSpectrum | None
    largest: float
    chart: Map
    marks: tuple[PhasePoint, ...]
    chi: float
    length: float

    @property
    def is_whole(self) -> bool:
        """Whether all layers are known, there and back."""
        return self.found.gradient.size == self.net.depth

    @property
    def layers(self) -> Array:
        """1 to depth."""
        return np.arange(1.0, self.net.depth + 1)


def compute(
    activation: str = "relu",
    weight_std: float = 2.0**0.5,
    bias_std: float = 0.0,
    depth: int = 30,
    width: int = 256,
    start: tuple[float, ...] = (0.3,),
) -> Result:
    """Return theory and map, and of a network of up to 256 units all layers.

    Of a wider one only the first layer: `work` adds the others.

    Args:
        activation: its name. weight_std: std of a weight times the root of the fan-in.
        bias_std: std of a bias. depth, width: hidden layers and their units.
        start: one number, the correlation of any two inputs.

    Raises:
        LabError: an activation that is not known, or not exactly one correlation.
    """
    return _computed(*_network(activation, weight_std, bias_std, depth, width, start))


@functools.lru_cache(maxsize=4)  # `work` begins with what was drawn
def _computed(net: Network, correlation: float) -> Result:
    done = LayerPass(net, inputs_of(net.width, correlation))
    affordable = _affordable(net)
    for _layer in done.go_on():
        if done.done >= affordable:
            break
    name, weight_std, bias_std = net.activation, net.weight_std, net.bias_std
    with np.errstate(all="ignore"):
        theory = propagate_layers(
            name, weight_std, bias_std, net.depth, net.width, correlation, INPUTS
        )
    log_chi, _ = settled_chi(name, np.array(weight_std), np.array(bias_std))
    rate = abs(float(log_chi))
    result = Result(
        net,
        correlation,
        theory,
        measured(done),
        None,
        None,
        (np.zeros(0), np.zeros(0)),
        None,
        largest_singular(_corner(net), done.z[0, 0, :TILE]),
        chart(name),
        marks(name, net.width),
        math.exp(float(log_chi)),
        1 / rate if rate > ON_LINE else math.inf,
    )
    return _with_ridges(result, done)


def _network(
    activation: str,
    weight_std: float,
    bias_std: float,
    depth: int,
    width: int,
    start: tuple[float, ...],
) -> tuple[Network, float]:
    _known = ACTIVATIONS[activation]  # raises with the names there are
    if len(start) != 1:
        raise LabError(
            _("start has {count} numbers, it must have one: a correlation", count=len(start))
        )
    return Network(activation, weight_std, bias_std, depth, width), start[0]


def _affordable(net: Network) -> int:
    """Return how many layers, there and back, are computed at once; the rest is `work`.

    What takes time are products with kept tiles, or drawing tiles that are not kept.
    """
    tiles = sum(1 for _ in net.tiles())
    return max(1, DRAWN // tiles) if tiles > 1 else max(net.depth, KEPT_PASSES)


def _corner(net: Network) -> Network:
    return replace(net, width=min(net.width, TILE))


@work_with_knobs_of(compute)
def work(is_interrupted: Ask, depth: int, width: int, **knobs: Any) -> Iterator[Step | None]:
    """Add the layers of a wide network, one after another, then the singular values.

    Args: see `compute`.
    """
    result = compute(depth=depth, width=width, **knobs)
    net = result.net
    done = LayerPass(net, inputs_of(width, result.correlation))
    far = 0 if result.is_whole else 2 * depth
    total = far + depth - 1
    for layer in done.go_on(is_interrupted) if far else ():
        if layer is None:
            yield None
        elif done.done % OFTEN == 0 or done.done in (depth, far):
            result = _with_ridges(replace(result, found=measured(done)), done)
            note = _("layer by layer, back") if done.back else _("layer by layer, there")
            yield Step(done.done, total, result, note)
    for spectrum in spectra(net, done.x[0], is_interrupted):
        if spectrum is None:
            yield None
        elif len(spectrum.layers) % OFTEN == 0 or len(spectrum.layers) == depth - 1:
            result = replace(result, spectrum=spectrum)
            yield Step(far + len(spectrum.layers), total, result, _("singular values"))


def _with_ridges(result: Result, done: LayerPass) -> Result:
    there = _some(0, done.there)
    signal = _part(done.h[there], True)
    back = _some(done.net.depth - done.back, done.net.depth)
    gradient = _part(done.dh[back], False)
    ridges = (np.array(there, float) + 1, np.array(back, float) + 1)
    return replace(result, signal=signal, gradient=gradient, ridges=ridges)


def _some(first: int, end: int) -> list[int]:
    """Return at most `RIDGES` of the layers from `first` to before `end`."""
    count = min(RIDGES, end - first)
    return [] if count <= 0 else sorted({round(k) for k in np.linspace(first, end - 1, count)})


def _part(layers: Array, whole: bool) -> LayerPart | None:
    if not len(layers):
        return None
    edges, counts, unit = histograms([v[None] for v in layers], whole)
    return LayerPart(edges, counts, unit, {}, {}, np.zeros((0, len(layers))))


@functools.lru_cache(maxsize=64)
def marks(activation: str, width: int) -> tuple[PhasePoint, ...]:
    """Return where the known initializations lie on the map, for layers of equal width."""
    net, found = NetSpec(), []
    names = {
        "small-normal": _("small"),
        "torch-default": "PyTorch",
        "he-normal": "He",
        "xavier-normal": _("Xavier, LeCun"),
        "large-normal": _("large"),
    }
    for key, label in names.items():
        init = INITIALIZERS[key]
        weight = math.sqrt(width * init.weight_variance(width, width, net))
        bias = math.sqrt(init.bias_variance(width, net))
        found.append(PhasePoint(label, weight, bias, init.help))
    if activation == "tanh":
        text = _("kaiming_normal_ for tanh in PyTorch: variance (5/3)² / in.")
        found.append(PhasePoint("5/3", claim_rows.TANH_GAIN, 0.0, text))
    return tuple(found)


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about signals, beside what is computed here."""
    return claim_rows.claims(
        result.net, result.theory, result.found, result.largest, result.length
    )


@with_knobs_of(compute)
def numpy_code(
    activation: str,
    weight_std: float,
    bias_std: float,
    depth: int,
    width: int,
    start: tuple[float, ...],
) -> str:
    """Return a program that sends the same inputs through the same network; see `compute`."""
    net, correlation = _network(activation, weight_std, bias_std, depth, width, start)
    return program(
        "signal_numpy",
        ACTIVATION=net.activation,
        SLOPE=SLOPE,
        WEIGHT_STD=weight_std,
        BIAS_STD=bias_std,
        DEPTH=depth,
        WIDTH=width,
        INPUTS=INPUTS,
        CORRELATION=correlation,
        SEED=SEED,
        TILE=TILE,
    )


@with_knobs_of(compute)
def lab_spec(
    activation: str, weight_std: float, bias_std: float, depth: int, width: int
) -> LabSpec:
    """Return the default lab with these layers, at most 64 wide: a lab trains them.

    Raises:
        LabError: a std beyond what the lab allows.
    """
    turned = {
        "net.hidden": (min(width, 64),) * depth,
        "net.activation": activation,
        "net.init": "normal",
        "net.weight_std": weight_std,
        "net.bias_std": bias_std,
    }
    return edit_all(LabSpec(), turned)
