"""How far one network of finite width lies from the theory of infinite width.

A layer of n units is an average over n draws. Where one unit's contribution has relative
variance k = Var / mean^2, the layer's has k / n, and its logarithm the variance
trigamma(n / k): about k / n when wide, more when narrow, as for a gamma law. Each layer
adds its own share to that of the layers before, and the shares add up in the logarithm (Hanin &
Rolnick 2018; for ReLU with He, k = 5 where inputs have grown alike: 5 sum(1/n)).

k, and how sensitive a layer is to lengths that are off, are averages over fixed normal draws
at a few of the inputs: a band need not be sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE, VARIANCES
from layerlab.core.spec import NetSpec
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.losses import LOSSES
from layerlab.nets.theory.forward import WideNetwork
from layerlab.nets.theory.ground import Ground
from layerlab.nets.theory.kernel import PreActivations, pairs
from layerlab.nets.theory.quadrature import log_gamma_moments, normal_draws

Array = np.ndarray
MAX_INPUTS = 10  # inputs that are looked at
DRAWS = 384
NINE_OF_TEN = 1.6449  # standard deviations within which a normal number lies 9 times of 10
ALIKE = 1e-6  # of the length: nearer inputs scatter as they did in the layer before,
LINEAR = 0.02  # nearer than this, a distance is propagated in proportion,
STEADY = 0.01  # and so do pre-activations whose covariance changed by no more of the length
MIN_VARIANCE = 1e-300


@dataclass(frozen=True, eq=False)
class _Unit:
    """One unit's statistics, as (mean square, across inputs, across units).

    Attributes:
        k: (3,) relative variances.
        together: correlation of the first two.
        to_length: (3,) by how many per cent each grows if all lengths grow by one.
        to_distance: the same for across inputs, if only the distances grow.
        slope: relative mean of the fourth power of the slope: E[(mean act'^2)^2] / E[act'^2]^2.
    """

    k: Array
    together: float
    to_length: Array
    to_distance: float
    slope: float


@dataclass(frozen=True, eq=False)
class Bands:
    """Ends of the bands as factors of the expected value, each (2, L)."""

    signal: dict[str, Array]
    gradient: Array


def no_bands(depth: int) -> Bands:
    """Return bands of no width, where the scatter is not known."""
    same = np.ones((2, depth))
    return Bands(dict.fromkeys(VARIANCES, same), same)


def covered(net: NetSpec) -> bool:
    """Return whether the scatter is known: plain layers, weights drawn one by one."""
    return not (net.residual or net.layer_norm or net.init == "orthogonal")


def bands(ground: Ground, net: NetSpec, loss: str, wide: WideNetwork) -> Bands:
    """Return between which factors of the expected value 9 of 10 networks lie.

    Args:
        ground: inputs and targets.
        net: the architecture; `covered` holds for it.
        loss: name of the loss.
        wide: the expected values.
    """
    depth, activation = len(net.hidden), ACTIVATIONS[net.activation]
    rows = np.linspace(0, len(ground.x) - 1, min(MAX_INPUTS, len(ground.x))).round().astype(int)
    units: list[_Unit] = []
    known: Array | None = None  # covariance of the last unit
    found = np.zeros((3, depth, 2))  # mean and variance of the logarithm
    log_mean, log_cov = np.zeros(2), np.zeros((2, 2))  # of the logs of length and distance
    for layer, signal in enumerate(wide.layers):
        # Of q = s E[h^2] + t only the first term scatters, a share `gain` of it.
        log_mean[0] *= signal.gain
        log_cov[0] *= signal.gain
        log_cov[:, 0] *= signal.gain
        pre = signal.pre_activations
        if pre is not None and not (units and _alike(pre)):
            covariance = _few(pre, rows)
            if known is None or _moved(known, covariance):
                unit, known = _unit(activation, net.slope, covariance), covariance
        units.append(unit)
        found[:, layer], log_mean, log_cov = _step(
            units[-1], net.hidden[layer], log_mean, log_cov
        )
    names = (MEAN_SQUARE, ACROSS_INPUTS, ACROSS_UNITS)
    back = _backward(ground, net, loss, wide, units, rows, log_mean[0], log_cov[0, 0])
    return Bands({n: _factors(f) for n, f in zip(names, found, strict=True)}, _factors(back))


def _factors(logs: Array) -> Array:
    """Return the ends of a band: (L, 2) mean and variance of the logarithm -> (2, L)."""
    mean, reach = logs[:, 0], NINE_OF_TEN * np.sqrt(logs[:, 1])
    return np.exp(np.stack([mean - reach, mean + reach]))


def _step(
    unit: _Unit, width: int, log_mean: Array, log_cov: Array
) -> tuple[Array, Array, Array]:
    """Return a layer's logs (3, 2), and those of its length and distance for the next."""
    own = np.array([log_gamma_moments(width / max(k, 1e-9)) for k in unit.k])  # (3, 2)
    own_distance = unit.to_distance
    # d log of the three statistics / d log of length and of distance. `to_length` has distances
    # grow along with lengths, so their part is taken out of the first column.
    jacobian = np.array(
        [
            [unit.to_length[0], 0.0],
            [unit.to_length[1] - own_distance, own_distance],
            [unit.to_length[2], 0.0],
        ]
    )
    propagated = jacobian @ log_cov @ jacobian.T  # (3, 3)
    logs = np.stack([jacobian @ log_mean + own[:, 0], np.diag(propagated) + own[:, 1]], axis=1)
    new = propagated[:2, :2] + np.diag(own[:2, 1])
    new[0, 1] += unit.together * float(np.sqrt(own[0, 1] * own[1, 1]))
    new[1, 0] = new[0, 1]
    return logs, logs[:2, 0].copy(), new


def _alike(pre: PreActivations) -> bool:
    return not len(pre.d) or float(pre.d.max()) < ALIKE * float(pre.q.min())


def _moved(old: Array, new: Array) -> bool:
    return not float(np.abs(new - old).max()) <= STEADY * float(np.diag(old).mean())


def _few(pre: PreActivations, rows: Array) -> Array:
    """Return the covariance of the pre-activations at a few inputs. (n, n)"""
    a, b = pairs(len(pre.q))
    full = np.zeros((len(pre.q), len(pre.q)))
    full[a, b] = full[b, a] = pre.d
    q = pre.q[rows]
    return np.asarray(0.5 * (q[:, None] + q) - full[np.ix_(rows, rows)])


def _correlated_draws(covariance: Array, draws: Array) -> Array:
    """Return normal numbers of a covariance: (count, n) standard ones -> (count, n)."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(draws * np.sqrt(np.maximum(values, 0)) @ vectors.T)


def _unit(activation: Activation, slope: float, covariance: Array) -> _Unit:
    """Return the statistics of one unit; `covariance`: of its pre-activations over inputs."""
    z = _correlated_draws(covariance, normal_draws(DRAWS, len(covariance)))  # (draws, inputs)
    h, steep = activation(z, slope), activation.derivative_at(z, slope)
    change = 0.5 * steep * z  # of h, if all lengths q grow by one per cent
    centred = [h, h - h.mean(1, keepdims=True), h - h.mean(0)]
    moved = [change, change - change.mean(1, keepdims=True), change - change.mean(0)]
    each = np.array([(v**2).mean(1) for v in centred])  # (3, draws)
    mean = np.maximum(each.mean(1), MIN_VARIANCE)
    relative = each / mean[:, None]
    to_length = [2 * float((v * m).mean()) for v, m in zip(centred, moved, strict=True)]
    off = relative[:2] - 1
    sizes = float((off[0] ** 2).sum() * (off[1] ** 2).sum()) ** 0.5
    q = np.diag(covariance)
    # Price's theorem: the derivative of E[h_a h_b] by
    # the covariance of z_a and z_b is E[act'_a act'_b].
    apart = 0.5 * (q[:, None] + q) - covariance  # half squared distances
    alike = steep.T @ steep / len(z)  # E[act'_a act'_b]
    squares = (steep**2).mean(1)
    near = float(apart.max()) < LINEAR * float(q.mean())  # then exactly 1
    to_distance = 1.0 if near else float((alike * apart).mean() / mean[1])
    return _Unit(
        k=relative.var(1),
        together=float((off[0] * off[1]).sum()) / max(sizes, MIN_VARIANCE),
        to_length=np.array(to_length) / mean,
        to_distance=min(1.0, to_distance),
        slope=float((squares**2).mean() / max(float(squares.mean()) ** 2, MIN_VARIANCE)),
    )


def _backward(
    ground: Ground,
    net: NetSpec,
    loss: str,
    wide: WideNetwork,
    units: list[_Unit],
    rows: Array,
    log_mean: float,
    log_cov: float,
) -> Array:
    """Return mean and variance of the logarithm of each layer's gradient. (L, 2)

    A unit's gradient is a normal number, from its weights to the next layer, times its
    slope. The normal numbers of different inputs are taken to be as many as there are
    outputs: all the same for one output.
    """
    mean, variance = _output_scatter(ground, loss, wide, rows, log_mean, log_cov)
    # E[x^2] / E[x]^2 of x, the mean of that many squared normal numbers.
    kurtosis = 1 + 2 / ground.y.shape[1]
    found = np.zeros((len(net.hidden), 2))
    for layer in reversed(range(len(net.hidden))):
        k = max(kurtosis * units[layer].slope - 1, 1e-9)
        own = log_gamma_moments(net.hidden[layer] / k)
        mean, variance = mean + own[0], variance + own[1]
        found[layer] = mean, variance
    return found


def _output_scatter(
    ground: Ground, loss: str, wide: WideNetwork, rows: Array, log_mean: float, log_cov: float
) -> tuple[float, float]:
    """Return mean and variance of the log of the mean square of dL/d output."""
    y, count = ground.y[rows], ground.y.shape[1]
    q = wide.out_q[rows]
    covariance = np.sqrt(q[:, None] * q) if wide.out is None else _few(wide.out, rows)
    draws = normal_draws(DRAWS, len(rows) * count).reshape(DRAWS, count, len(rows))
    out = _correlated_draws(covariance, draws).transpose(0, 2, 1)  # (draws, rows, outputs)

    def squares(scale: float) -> Array:
        return ((LOSSES[loss].gradient(scale * out, y) * len(rows)) ** 2).mean((1, 2))

    each = np.maximum(squares(1.0), MIN_VARIANCE)
    grown = float(squares(1.01).mean() / each.mean())
    # d log / d log q, by a difference: outputs grow with the root of q.
    slope = np.log(max(grown, MIN_VARIANCE)) / (2 * np.log(1.01)) * wide.out_gain
    own = np.log(each) - np.log(each.mean())
    return float(slope * log_mean + own.mean()), float(slope**2 * log_cov + own.var())
