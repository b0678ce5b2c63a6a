"""Linear regions of networks of two inputs, exactly: convex polygons, cut layer by layer.

Within a polygon on which no neuron so far changes its piece, every sum of the next layer is
a plane, so each neuron cuts it along a straight line or not at all. What is left in the end
are the regions: one affine map each. All polygons are cut at once, neuron by neuron, as rows
of padded arrays. Nothing is sampled, so no region is too small to be found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layerlab.nets.problem import Problem

Array = np.ndarray
Window = tuple[float, float, float, float]
TOUCHES = 1e-11  # of a sum's scale: corners that are nearer lie on the line
SAME_MAP = 1e-9  # of the steepest map: smaller differences are rounding
MAX_NEURONS = 256  # polygons grow with their square


@dataclass(frozen=True, eq=False)
class Polygons:
    """The regions of a network in a window of the plane.

    Attributes:
        corners: (k, v, 2) counterclockwise; short ones repeat their first corner.
        counts: (k,) corners of each.
        slopes: (k, outputs, 2) of the affine map. offsets: (k, outputs) its value at 0.
        open: (k, neurons) whether each neuron's slope is not 0 there, first layer first.
        cuts: (m, 2, 2) ends of the strokes that were cut, each where it was cut.
        cut_layers: (m,) hidden layer (1-based) whose neuron cut it.
        by_layer: number of polygons after each hidden layer.
    """

    corners: Array
    counts: Array
    slopes: Array
    offsets: Array
    open: Array
    cuts: Array
    cut_layers: Array
    by_layer: tuple[int, ...]

    def __len__(self) -> int:
        """Return the number of polygons."""
        return len(self.counts)

    def outlines(self) -> list[Array]:
        """Return the corners of each, without repetition: arrays of (n, 2)."""
        return [corners[:n] for corners, n in zip(self.corners, self.counts, strict=True)]

    def areas(self) -> Array:
        """Return the area of each. (k,)"""
        x, y = self.corners[..., 0], self.corners[..., 1]
        # The shoelace formula; corners that repeat the first one add 0.
        crossed = x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)
        return np.asarray(0.5 * crossed.sum(1))

    def centres(self) -> Array:
        """Return a place within each, the mean of its corners. (k, 2)"""
        first = self.corners[:, 0]
        extra = self.corners.shape[1] - self.counts  # how often the first is repeated
        total = self.corners.sum(1) - extra[:, None] * first
        return np.asarray(total / self.counts[:, None])

    def maps(self) -> int:
        """Return the number of different affine maps."""
        rows = np.concatenate((self.slopes.reshape(len(self), -1), self.offsets), axis=1)
        scale = SAME_MAP * max(float(np.abs(rows).max()), 1e-300)
        return len(np.unique(np.round(rows / scale), axis=0))

    def level(self, value: float, output: int = 0) -> Array:
        """Return the strokes on which an output has a value, ends of each. (m, 2, 2)"""
        slopes, offsets = self.slopes[:, output], self.offsets[:, output]
        z = (self.corners * slopes[:, None]).sum(2) + offsets[:, None] - value  # (k, v)
        rows = np.flatnonzero((z.max(1) > 0) & (z.min(1) < 0))
        if not len(rows):
            return np.empty((0, 2, 2))
        z, x, y = z[rows], self.corners[rows, :, 0], self.corners[rows, :, 1]
        rise, fall, after = _turns(z, self.counts[rows])
        row = np.arange(len(rows))
        ends = [_crossing(x, y, z, at, after[row, at]) for at in (rise, fall)]
        return np.stack([np.stack(end, axis=1) for end in ends], axis=1)

    def at(self, x: float, y: float) -> int | None:
        """Return which polygon holds a place; None outside the window."""
        ends = np.roll(self.corners, -1, 1) - self.corners
        to = np.array([x, y]) - self.corners
        # Counterclockwise: inside is left of every edge, where cross products are positive.
        inside = (ends[..., 0] * to[..., 1] - ends[..., 1] * to[..., 0] >= -1e-12).all(1)
        return int(inside.argmax()) if inside.any() else None


def cuttable(problem: Problem) -> bool:
    """Return whether `polygons` can cut: two inputs, straight pieces, not too many neurons."""
    net, inputs = problem.spec.net, problem.layout.sizes[0]
    straight = problem.activation.piecewise_linear and not net.layer_norm
    return inputs == 2 and straight and sum(net.hidden) <= MAX_NEURONS


def polygons(problem: Problem, params: Array, window: Window) -> Polygons | None:
    """Return the linear regions of one network in a window of its two inputs.

    Args:
        problem: what is trained.
        params: (P,) of one network.
        window: x0, x1, y0, y1 in the network's units, x0 < x1, y0 < y1.

    Returns:
        The regions; None where `cuttable` says no, or a parameter is no number.
    """
    if not cuttable(problem) or not np.isfinite(params).all():
        return None
    flat, layout, net = params.astype(float), problem.layout, problem.spec.net
    cutter = _Cutter(window)
    slopes, offsets = np.eye(2)[None], np.zeros((1, 2))  # of h: (k, width, 2), (k, width)
    gates, by_layer = np.zeros((1, 0), bool), []
    for layer in range(layout.layers):
        weights, biases = layout.weights(flat, layer), layout.biases(flat, layer)
        slopes_z = np.swapaxes(np.swapaxes(slopes, 1, 2) @ weights, 1, 2)  # (k, width, 2)
        offsets_z = offsets @ weights + biases  # (k, width)
        if layer == layout.layers - 1:  # the output is linear
            slopes, offsets = slopes_z, offsets_z
            break
        parents = cutter.cut(slopes_z, offsets_z, problem.activation.kinks, layer + 1)
        slopes_z, offsets_z = slopes_z[parents], offsets_z[parents]
        centres = cutter.centres()
        z = np.einsum("knd,kd->kn", slopes_z, centres) + offsets_z
        # Within a polygon no neuron changes its piece, so the middle speaks for all of it:
        # there the activation is value + rate * (z' - z).
        rate = problem.activation.derivative_at(z, net.slope)
        value = problem.activation(z, net.slope)
        skip = problem.skips(layer)
        before, start = slopes[parents], offsets[parents]
        slopes = rate[..., None] * slopes_z + (before if skip else 0)
        offsets = value + rate * (offsets_z - z) + (start if skip else 0)
        gates = np.concatenate((gates[parents], rate != 0), axis=1)
        by_layer.append(len(parents))
    return Polygons(
        np.stack((cutter.x, cutter.y), axis=-1),
        cutter.counts,
        slopes,
        offsets,
        gates,
        *cutter.strokes(),
        tuple(by_layer),
    )


class _Cutter:
    """Polygons that are being cut.

    Attributes:
        x, y: (k, v) corners, counterclockwise, padded with the first.
        counts: (k,) corners of each.
    """

    def __init__(self, window: Window) -> None:
        x0, x1, y0, y1 = window
        self.x, self.y = (
            np.array([[x0, x1, x1, x0]], float),
            np.array([[y0, y0, y1, y1]], float),
        )
        self.counts = np.array([4])
        self._reach = float(np.abs(window).max())
        self._cuts: list[Array] = []
        self._layers: list[Array] = []

    def centres(self) -> Array:
        """Return the mean of each polygon's corners. (k, 2)"""
        extra = self.x.shape[1] - self.counts
        sums = np.stack(
            (self.x.sum(1) - extra * self.x[:, 0], self.y.sum(1) - extra * self.y[:, 0]), axis=1
        )
        return np.asarray(sums / self.counts[:, None])

    def strokes(self) -> tuple[Array, Array]:
        """Return all strokes that were cut and the layer of each. (m, 2, 2), (m,)"""
        if not self._cuts:
            return np.empty((0, 2, 2)), np.empty(0, int)
        return np.concatenate(self._cuts), np.concatenate(self._layers)

    def cut(self, slopes: Array, offsets: Array, kinks: tuple[float, ...], layer: int) -> Array:
        """Cut where a pre-activation of the layer passes a kink.

        Args:
            slopes, offsets: (k, n, 2) and (k, n): the sums of n neurons in each polygon.
            kinks: of the activation. layer: whose neurons cut.

        Returns:
            For each polygon there is now, the one of the k that it is a part of.
        """
        parents = np.arange(len(self.counts))
        scale = np.abs(slopes).sum(2).max(0) * self._reach + np.abs(offsets).max(0)  # (n,)
        for unit in range(slopes.shape[1]):
            touches = TOUCHES * scale[unit]
            for kink in kinks:
                a, c = slopes[parents, unit], offsets[parents, unit] - kink
                z = self.x * a[:, :1] + self.y * a[:, 1:] + c[:, None]  # (k, v)
                rows = np.flatnonzero((z.max(1) > touches) & (z.min(1) < -touches))
                if len(rows):
                    self._split(rows, np.where(np.abs(z[rows]) <= touches, 0, z[rows]), layer)
                    # `_split` leaves one part in the row of
                    # the whole, and puts the other at the end.
                    parents = np.concatenate((parents, parents[rows]))
        return parents

    def _split(self, rows: Array, z: Array, layer: int) -> None:
        """Divide polygons along the line z = 0, which passes through their inside. (r, v)"""
        n, row = self.counts[rows], np.arange(len(rows))
        x, y = self.x[rows], self.y[rows]
        rise, fall, after = _turns(z, n)
        p = _crossing(x, y, z, rise, after[row, rise])
        q = _crossing(x, y, z, fall, after[row, fall])
        self._cuts.append(np.stack((np.stack(p, 1), np.stack(q, 1)), axis=1))
        self._layers.append(np.full(len(rows), layer))
        # Where the line passes through a corner, the lower part has that corner already.
        has_p = z[row, rise] != 0
        has_q = z[row, after[row, fall]] != 0
        # Counterclockwise, the corners above come after the rise, up to the fall; there the
        # cut, from q back to p, closes the upper part. Likewise the lower one, from p to q.
        upper = _walk(x, y, n, rise + 1, (fall - rise) % n, (q, p), (None, None))
        lower = _walk(x, y, n, fall + 1, (rise - fall) % n, (p, q), (has_p, has_q))
        self._store(rows, lower, upper)

    def _store(
        self, rows: Array, lower: tuple[Array, Array, Array], upper: tuple[Array, Array, Array]
    ) -> None:
        """Put the lower parts where the whole ones were, and the upper ones at the end."""
        wide = max(self.x.shape[1], lower[0].shape[1], upper[0].shape[1])
        padded = []
        for k, whole in enumerate((self.x, self.y)):
            grown = _padded(whole, wide)
            grown = grown if grown is not whole else whole.copy()
            grown[rows] = _padded(lower[k], wide)
            padded.append(np.concatenate((grown, _padded(upper[k], wide))))
        self.x, self.y = padded
        counts = self.counts.copy()
        counts[rows] = lower[2]
        self.counts = np.concatenate((counts, upper[2]))


def _padded(corners: Array, wide: int) -> Array:
    """Return corners with the first repeated up to a width. (k, v) -> (k, wide)"""
    short = wide - corners.shape[1]
    if not short:
        return corners
    return np.concatenate((corners, np.repeat(corners[:, :1], short, axis=1)), axis=1)


def _turns(z: Array, n: Array) -> tuple[Array, Array, Array]:
    """Return between which corners a line passes through polygons that it cuts.

    Args:
        z: (r, v) height of each corner over the line. n: (r,) number of corners.

    Returns:
        The corner after which z rises above 0, that after which it falls, both (r,), and
        for each corner the next one. (r, v)
    """
    slots = np.arange(z.shape[1])
    after = np.where(slots + 1 < n[:, None], slots + 1, 0)
    above, real = z > 0, slots < n[:, None]
    next_above = np.take_along_axis(above, after, axis=1)
    # A convex polygon has one of each, and argmax finds it.
    return (~above & next_above & real).argmax(1), (above & ~next_above).argmax(1), after


def _crossing(x: Array, y: Array, z: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Return where z is 0 on the edge from corner a to corner b of each row. (r,), (r,)"""
    row = np.arange(len(z))
    start, end = z[row, a], z[row, b]
    share = start / (start - end)
    place = []
    for u in (x, y):
        at = u[row, a] + share * (u[row, b] - u[row, a])
        place.append(np.where(end == 0, u[row, b], at))  # exactly the corner, not nearly
    return place[0], place[1]


def _walk(
    x: Array,
    y: Array,
    n: Array,
    first: Array,
    length: Array,
    ends: tuple[tuple[Array, Array], tuple[Array, Array]],
    wanted: tuple[Array | None, Array | None],
) -> tuple[Array, Array, Array]:
    """Return a part: some corners in a row, then the two ends of the cut where wanted.

    Args:
        x, y, n: (r, v) corners and (r,) their number.
        first, length: (r,) where the row of corners begins, and how many there are.
        ends: places of both ends, in order. wanted: (r,) masks; None: everywhere.

    Returns:
        x, y of the corners, padded with the first, and their number.
    """
    every = np.ones(len(n), bool)
    has = [every if mask is None else mask for mask in wanted]
    counts = length + has[0] + has[1]
    slots = np.arange(int(counts.max()))
    kept = slots < length[:, None]
    index = np.where(kept, first[:, None] + slots, first[:, None]) % n[:, None]
    parts = []
    row = np.arange(len(n))
    for k, u in enumerate((x, y)):
        part = u[row[:, None], index]
        at = length.copy()
        for end, mask in zip(ends, has, strict=True):
            part[row[mask], at[mask]] = end[k][mask]
            at = at + mask
        parts.append(part)
    return parts[0], parts[1], counts
