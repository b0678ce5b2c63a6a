"""The signal at initialization: mean squares and distances, from layer to layer.

    notation    in the code                meaning
    a, b        pairs(n)                   two inputs
    z           pre_activations            z = W h + b of a layer; Gaussian for infinite width
    h           h                          what a layer passes on: act(z), or h + act(z)
    s           s                          fan-in times the variance of a weight (sigma_w^2)
    t           t, bias                    variance of a bias (sigma_b^2)
    q_a         q                          E[z_a^2], the length
    d_ab        d                          E[(z_a - z_b)^2] / 2, or of h; the distance
    c_ab        1 - one_minus_correlation  correlation of z_a and z_b
    chi         s * slope                  s E[act'(z)^2]: growth of a small squared difference

A layer's pre-activations have

    q_a = s E[h_a^2] + t        d_ab = s E[(h_a - h_b)^2] / 2

so biases add to the lengths and not to the distances. The activation then makes h of z
(`kernel.propagate`). Exact for infinite width (Poole et al. 2016, eq. 3 and 5); the mean
square under ReLU is exact in the mean over networks of any width.

Skip connections: h + act(z). The weights of z have mean 0 and are independent of h, so
E[h act] = E[h] E[act], and the moments add up with that cross term. Layer norm: over
many units the mean is 0 and the mean square q, so it divides by sqrt(q + eps).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.norms import NORM_EPS
from layerlab.nets.theory.ground import Ground
from layerlab.nets.theory.kernel import Moments, PreActivations, pairs, propagate
from layerlab.nets.theory.quadrature import rule_at

Array = np.ndarray
MAX_LINEAR_DISTANCE = 1e-10  # of the length: below, differences are propagated linearly


@dataclass(frozen=True, eq=False)
class Signal:
    """The expected statistics of one hidden layer.

    Attributes:
        pre_activations: after layer norm; None where all inputs have become nearly equal.
        q: (N,) mean square of the pre-activations, before layer norm.
        square: (N,) mean square of what the layer passes on.
        slope: (N,) mean square of dh/dz, layer norm included.
        across_inputs, across_units: as the probes measure them.
        gain: part of the mean square of the pre-activations that comes from the layer
            before, not from biases.
    """

    pre_activations: PreActivations | None
    q: Array
    square: Array
    slope: Array
    across_inputs: float
    across_units: float
    gain: float


@dataclass(eq=False)
class _Units:
    """What a layer passes on: square, mean and variance over units a (N,), d (P,)."""

    square: Array
    mean: Array
    varying: Array
    d: Array


@dataclass(eq=False)
class _NearlyEqual:
    """Inputs that have become nearly equal: their difference splits in two parts.

    Attributes:
        q: length. length: d that comes of lengths alone. rest: all other d, averaged over
            all pairs of inputs, each with itself included.
    """

    q: float
    length: float
    rest: float


@dataclass(frozen=True, eq=False)
class WideNetwork:
    """A network of infinite width, as its inputs go through it.

    Attributes:
        layers: one `Signal` a hidden layer.
        out_q: (N,) mean square of an output.
        out: the pre-activations of an output; None where all inputs have become nearly equal.
        out_gain: as `Signal.gain`, of the outputs.
    """

    layers: list[Signal]
    out_q: Array
    out: PreActivations | None
    out_gain: float


def variances(net: NetSpec, fan_in: int, fan_out: int) -> tuple[float, float]:
    """Return fan-in times the variance of a weight, and the variance of a bias."""
    init = INITIALIZERS[net.init]
    weight = fan_in * init.weight_variance(fan_in, fan_out, net)
    return weight, init.bias_variance(fan_in, net)


def propagate_layers(ground: Ground, net: NetSpec, outputs: int) -> WideNetwork:
    """Propagate the inputs through all layers of a network at initialization.

    Args:
        ground: the inputs.
        net: the architecture.
        outputs: number of output neurons.
    """
    sizes = (ground.x.shape[1], *net.hidden, outputs)
    activation, count = ACTIVATIONS[net.activation], len(ground.x)
    h = _Units(ground.square, ground.mean, np.zeros(count), ground.d)
    nearly_equal: _NearlyEqual | None = None
    layers: list[Signal] = []
    for a, b in itertools.pairwise(sizes[:-1]):
        s, t = variances(net, a, b)
        if nearly_equal is not None:
            nearly_equal, signal = _nearly_equal_layer(
                nearly_equal, activation, net, b, count, s, t
            )
            layers.append(signal)
            continue
        # q' = s E[h^2] + t, d' = s d: two inputs have the same biases (Poole et al. 2016).
        pre = PreActivations(s * h.square + t, s * h.d)
        skip = net.residual and a == b
        h, signal = _layer(h, pre, activation, net, b, skip, t)
        layers.append(signal)
        if not net.residual and len(h.d) and layers[-1].q.min() > 0:
            nearly_equal = _when_nearly_equal(signal, pre, activation, net, count)
    s, t = variances(net, sizes[-2], sizes[-1])
    q = s * (layers[-1].square if layers else ground.square) + t
    out = None if nearly_equal else PreActivations(q, s * h.d)
    return WideNetwork(layers, q, out, _gain(q, t))


def _layer(
    h: _Units,
    pre: PreActivations,
    activation: Activation,
    net: NetSpec,
    width: int,
    skip: bool,
    bias: float,
) -> tuple[_Units, Signal]:
    count = len(pre.q)
    normed = _normed(pre) if net.layer_norm else pre
    got = propagate(activation, net.slope, normed)
    fresh = np.maximum(got.square - got.mean**2, 0)
    new = _Units(got.square, got.mean, fresh, got.d)
    if skip:
        new = _added(h, got, fresh)
    # In a wide layer n = z / sqrt(q + eps), so dn/dz squared is 1 / (q + eps).
    slope = got.slope / (pre.q + NORM_EPS) if net.layer_norm else got.slope
    # The mean over n units varies by 1/n of one unit, which the units' own variance lacks.
    units = new.square - new.mean**2 - new.varying / width
    return new, Signal(
        pre_activations=normed,
        q=pre.q,
        square=new.square,
        slope=slope,
        across_inputs=_over_inputs(new.d, count),
        across_units=max(0.0, float(units.mean())),
        gain=_gain(pre.q, bias),
    )


def _added(h: _Units, got: Moments, fresh: Array) -> _Units:
    """Return h + act(z): independent but for their means."""
    a, b = pairs(len(got.mean))
    # Half of E[(Dh + Dact)^2], D the difference of two inputs: its cross term is E[Dh] E[Dact].
    means = (h.mean[a] - h.mean[b]) * (got.mean[a] - got.mean[b])
    return _Units(
        h.square + 2 * h.mean * got.mean + got.square,
        h.mean + got.mean,
        h.varying + fresh,
        np.maximum(h.d + means + got.d, 0),
    )


def _gain(q: Array, bias: float) -> float:
    length = float(q.mean())
    return 1 - bias / length if length else 0.0


def _over_inputs(d: Array, count: int) -> float:
    """Return the variance over inputs: the mean of d over all ordered pairs."""
    return 2 * float(d.sum()) / count**2


def _normed(pre: PreActivations) -> PreActivations:
    a, b = pairs(len(pre.q))
    r = np.sqrt(pre.q / (pre.q + NORM_EPS))
    # r is the root of the new length. Division leaves correlations as they are, and for any two
    # normals of mean 0 E[(n_a - n_b)^2] / 2 = (r_a - r_b)^2 / 2 + r_a r_b (1 - c).
    d = 0.5 * (r[a] - r[b]) ** 2 + r[a] * r[b] * pre.one_minus_correlation()
    return PreActivations(r**2, d)


# ---- when all inputs have become nearly equal


def _when_nearly_equal(
    signal: Signal, pre: PreActivations, activation: Activation, net: NetSpec, count: int
) -> _NearlyEqual | None:
    """Return what goes on as one input, if a layer leaves no more of the differences."""
    least = MAX_LINEAR_DISTANCE * float(signal.square.min())
    if signal.across_inputs > least or not signal.across_inputs:
        return None
    a, b = pairs(count)
    r = np.sqrt(pre.q)
    length = _over_inputs(0.5 * (r[a] - r[b]) ** 2, count)
    before = _NearlyEqual(float(pre.q.mean()), length, 0.0)
    length = before.length * _length_slope(before.q, activation, net) ** 2
    return _NearlyEqual(float(signal.square.mean()), length, signal.across_inputs - length)


def _nearly_equal_layer(
    h: _NearlyEqual,
    activation: Activation,
    net: NetSpec,
    width: int,
    count: int,
    s: float,
    t: float,
) -> tuple[_NearlyEqual, Signal]:
    """Return the next layer of inputs that are nearly equal.

    The pre-activations u = sqrt(q) z of two inputs differ by a multiple of z, where their
    lengths differ, and by something independent. The first part grows by E[(act' z)^2], the
    other by E[act'^2].
    """
    q = s * h.q + t
    # d sqrt(q) = s sqrt(h.q) / sqrt(q) d sqrt(h.q): biases make lengths alike
    share = s * h.q / q if q else 0.0
    # All d grow by s; what biases take from the differences of length joins the rest.
    length, rest = s * share * h.length, s * (h.rest + (1 - share) * h.length)
    before = q
    if net.layer_norm:
        # The length of n is u / sqrt(u^2 + eps) with u = sqrt(q);
        # its derivative by u is eps / (u^2 + eps)^(3/2).
        length *= NORM_EPS**2 / (q + NORM_EPS) ** 3
        rest /= q + NORM_EPS
        q = q / (q + NORM_EPS)
    rule = rule_at(np.sqrt(q), activation.kinks)
    at = np.sqrt(q) * rule.z
    values, steep = activation(at, net.slope), activation.derivative_at(at, net.slope) ** 2
    square, mean = float(rule.mean(values**2)), float(rule.mean(values))
    one = PreActivations(np.array([q]), np.zeros(0))
    slope = float(propagate(activation, net.slope, one).slope[0])
    apart = length * float(rule.mean(steep * rule.z**2)) + rest * slope
    moved = length * _length_slope(q, activation, net) ** 2
    same = np.ones(count)
    norm = 1 / (before + NORM_EPS) if net.layer_norm else 1.0
    return _NearlyEqual(square, moved, max(0.0, apart - moved)), Signal(
        pre_activations=None,
        q=before * same,
        square=square * same,
        slope=slope * norm * same,
        across_inputs=apart,
        across_units=max(0.0, (square - mean**2) * (1 - 1 / width)),
        gain=_gain(before * same, t),
    )


def _length_slope(q: float, activation: Activation, net: NetSpec) -> float:
    """Return d sqrt(E[act^2]) / d sqrt(q)."""
    rule = rule_at(np.sqrt(q), activation.kinks)
    at = np.sqrt(q) * rule.z
    values = activation(at, net.slope)
    square = float(rule.mean(values**2))
    turn = float(rule.mean(values * activation.derivative_at(at, net.slope) * rule.z))
    return turn / square**0.5 if square else 0.0
