"""A network that is drawn tile by tile and measured layer by layer. No Qt.

Matrices are made of tiles of 256 x 256 normal numbers, each from its own seed. So a layer
of 1,024 never lies in memory as a whole, a narrower network is the corner of a wider one,
and a std that is changed scales the same draws.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from layerlab.core.cancel import not_cancelled
from layerlab.nets.activations import ACTIVATIONS, Activation
from layerlab.nets.theory.meanfield import SLOPE

Array = np.ndarray
TILE = 256
INPUTS = 12  # that are sent through
SEED = 1
KEPT = 64  # tiles: 34 MB
_BIASES, _INPUTS, _GRADIENTS = 1, 2, 3  # streams beside the weights

Ask = Callable[[], bool]


def _draw(layer: int, row: int, column: int) -> Array:
    rng = np.random.default_rng((SEED, layer, row, column))
    return rng.standard_normal((TILE, TILE))


@functools.lru_cache(maxsize=KEPT)
def _corner(layer: int) -> Array:
    return _draw(layer, 0, 0)


def release() -> None:
    """Let go of the corners, which are drawn again in a moment."""
    _corner.cache_clear()


def tile(layer: int, row: int, column: int) -> Array:
    """Return normal numbers for a part of a layer's weights; corners are kept."""
    return _draw(layer, row, column) if row or column else _corner(layer)


@functools.lru_cache(maxsize=256)
def _normal(stream: int, layer: int, rows: int, columns: int) -> Array:
    rng = np.random.default_rng((SEED, stream, layer))
    return rng.standard_normal((columns, rows)).T  # a narrower layer has the same first ones


@functools.lru_cache(maxsize=8)
def _directions(width: int) -> Array:
    """Return INPUTS + 1 directions at right angles, each of mean square 1."""
    q, _ = np.linalg.qr(_normal(_INPUTS, 0, INPUTS + 1, width).T)
    return np.ascontiguousarray(q.T) * np.sqrt(width)


def inputs_of(width: int, correlation: float) -> Array:
    """Return inputs of mean square 1 and exactly this correlation. (INPUTS, width)"""
    shared, *own = _directions(width)
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * np.stack(own)


@dataclass(frozen=True)
class Network:
    """What a network is made of: see the page's knobs."""

    activation: str
    weight_std: float
    bias_std: float
    depth: int
    width: int

    @property
    def entry(self) -> Activation:
        """The activation."""
        return ACTIVATIONS[self.activation]

    def tiles(self) -> Iterator[tuple[int, int, slice, slice]]:
        """Yield row and column of each tile of a layer, and what they cover."""
        edges = range(0, self.width, TILE)
        for i in edges:
            for j in edges:
                yield (
                    i // TILE,
                    j // TILE,
                    slice(i, min(i + TILE, self.width)),
                    slice(j, min(j + TILE, self.width)),
                )

    def forward(self, layer: int, h: Array, ask: Ask = not_cancelled) -> Iterator[Array | None]:
        """Yield None to make room where asked, then the layer's pre-activations. (N, width)"""
        z = np.zeros_like(h)
        for i, j, rows, columns in self.tiles():
            if ask():
                yield None
            part = tile(layer, i, j)[: rows.stop - rows.start, : columns.stop - columns.start]
            z[:, columns] += h[:, rows] @ part
        z *= self.weight_std / np.sqrt(self.width)
        if self.bias_std:
            z += self.bias_std * _normal(_BIASES, layer, 1, self.width)
        yield z

    def backward(
        self, layer: int, dz: Array, ask: Ask = not_cancelled
    ) -> Iterator[Array | None]:
        """Yield None where it is asked to make room, then dL/dh of the layer before."""
        dh = np.zeros_like(dz)
        for i, j, rows, columns in self.tiles():
            if ask():
                yield None
            part = tile(layer, i, j)[: rows.stop - rows.start, : columns.stop - columns.start]
            dh[:, rows] += dz[:, columns] @ part.T
        yield dh * (self.weight_std / np.sqrt(self.width))

    def last_gradient(self, count: int) -> Array:
        """Return gradients that arrive at the last layer, of mean square about 1."""
        return _normal(_GRADIENTS, 0, count, self.width)


class LayerPass:
    """A pass through the network, as far as it went.

    Attributes:
        net: the network. x: (N, width) what is sent through.
        z, h, dh: of each layer, (depth, N, width) each; filled as far as it went.
        there, back: layers gone through on the way there, and gradients known.
    """

    def __init__(self, net: Network, x: Array) -> None:
        """Prepare."""
        self.net, self.x, self.there, self.back = net, x, 0, 0
        self.z, self.h, self.dh = (np.empty((net.depth, *x.shape)) for _ in range(3))

    @property
    def done(self) -> int:
        """Layers gone through, there and back."""
        return self.there + self.back

    def go_on(self, ask: Ask = not_cancelled) -> Iterator[Array | None]:
        """Yield after each layer, there and back; None where it is asked to make room."""
        while self.there < self.net.depth:
            yield from self._layer(ask)
        while self.back < self.net.depth:
            yield from self._layer_back(ask)

    def _layer(self, ask: Ask) -> Iterator[Array | None]:
        k = self.there
        for z in self.net.forward(k, self.h[k - 1] if k else self.x, ask):
            if z is not None:
                self.z[k] = z
                with np.errstate(all="ignore"):  # exploding nets leave the range of numbers
                    self.h[k] = self.net.entry(z, SLOPE)
                self.there += 1
            yield z

    def _layer_back(self, ask: Ask) -> Iterator[Array | None]:
        k = self.net.depth - 1 - self.back  # the gradient with respect to h[k] comes now
        if not self.back:
            self.dh[k], self.back = self.net.last_gradient(len(self.x)), 1
            yield self.dh[k]
            return
        with np.errstate(all="ignore"):
            dz = self.dh[k + 1] * self.net.entry.derivative_at(self.z[k + 1], SLOPE)
            for dh in self.net.backward(k + 1, dz, ask):
                if dh is not None:
                    self.dh[k] = dh
                    self.back += 1
                yield dh


# ---- what is measured


@dataclass(frozen=True, eq=False)
class MeasuredSignal:
    """One network's layers, as far as they are known; (n,) each unless stated.

    Attributes:
        square, across_inputs, across_units: the three variances.
        correlation: (n, 3) of the pre-activations of two inputs: least, mean, largest of all
            pairs.
        gradient: (m,) mean square of dL/dh of the last m layers, the last layer's is 1.
    """

    square: Array
    across_inputs: Array
    across_units: Array
    correlation: Array
    gradient: Array


def measured(done: LayerPass) -> MeasuredSignal:
    """Measure a pass."""
    count, width = done.x.shape
    h, z = done.h[: done.there], done.z[: done.there]  # (n, inputs, width)
    over_inputs, over_units = h.mean(1, keepdims=True), h.mean(2, keepdims=True)
    with np.errstate(all="ignore"):
        gram = z @ z.transpose(0, 2, 1)
        length = np.sqrt(np.einsum("nii->ni", gram))
        cosine = gram / np.maximum(length[:, :, None] * length[:, None, :], 1e-300)
    pairs = cosine[:, *np.triu_indices(count, 1)]
    dh = done.dh[done.net.depth - done.back :]
    gradient = np.einsum("niw,niw->n", dh, dh)
    return MeasuredSignal(
        np.einsum("niw,niw->n", h, h) / (count * width),
        _square(h - over_inputs),
        _square(h - over_units),
        np.stack([pairs.min(1), pairs.mean(1), pairs.max(1)], axis=1),
        gradient / gradient[-1] if gradient.size else gradient,
    )


def _square(h: Array) -> Array:
    return np.asarray(np.einsum("niw,niw->n", h, h) / (h.shape[1] * h.shape[2]))


def largest_singular(net: Network, z: Array, steps: int = 24) -> float:
    """Return the largest singular value of one layer's Jacobian, by power iteration.

    Args:
        net: the network, at most `TILE` wide. z: (width,) pre-activations of its first layer.
    """
    gate = net.entry.derivative_at(z, SLOPE)
    layer = tile(0, 0, 0)[: net.width, : net.width]
    scale = net.weight_std / np.sqrt(net.width)
    v, size = _normal(_GRADIENTS, 1, 1, net.width)[0], 0.0
    for _ in range(steps):
        v = layer @ (gate**2 * (v @ layer)) * scale**2
        size = float(np.linalg.norm(v))
        if not size > 0:
            return 0.0
        v = v / size
    return float(np.sqrt(size))


# ---- singular values


SHARES = (0.25, 0.5, 0.75, 1.0)  # of the singular values that lie below each curve
ROUNDING = 1e-13  # of the largest: smaller singular values are lost


@dataclass(frozen=True, eq=False)
class JacobianSpectrum:
    """Singular values of the Jacobians from a layer to the last.

    Attributes:
        layers: (m,) the layer, from 1. quantiles: (m, 4) at `SHARES`; 0 where rounding ate
        them. width: of the network that was looked at.
    """

    layers: Array
    quantiles: Array
    width: int


def spectra(
    net: Network, x: Array, ask: Ask = not_cancelled
) -> Iterator[JacobianSpectrum | None]:
    """Yield the spectrum so far, from the last layer down; None to make room.

    Args:
        net: the network; of a wider one its corner of `TILE` is looked at.
        x: (width,) the input.
    """
    width = min(net.width, TILE)
    small = Network(net.activation, net.weight_std, net.bias_std, net.depth, width)
    done = LayerPass(small, x[None, :width])
    for _ in done.go_on():
        if ask():
            yield None
        if done.there == net.depth:
            break
    jacobian = np.eye(width)
    found: list[tuple[int, Array]] = []
    for layer in range(net.depth - 1, 0, -1):
        gate = net.entry.derivative_at(done.z[layer][0], SLOPE)
        weights = tile(layer, 0, 0)[:width, :width] * (net.weight_std / np.sqrt(width))
        jacobian = (weights * gate) @ jacobian  # d h_last / d h_layer, transposed
        if ask():
            yield None
        sizes = np.linalg.svd(jacobian, compute_uv=False)
        kept = np.where(sizes > ROUNDING * max(float(sizes[0]), 1e-300), sizes, 0.0)
        found.insert(0, (layer, np.quantile(kept, SHARES, method="lower")))
        layers, quantiles = zip(*found, strict=True)
        yield JacobianSpectrum(np.array(layers), np.array(quantiles), width)
