"""A picture under a kernel, both orders of a shift, averages, a hidden kernel. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from layerlab.core.errors import LabError
from layerlab.core.experiment import ClaimRow
from layerlab.core.model_knobs import with_knobs_of
from layerlab.core.programs import program
from layerlab.core.translation import _
from layerlab.experiments.convolution import claim_rows, initial, kernel_recovery
from layerlab.experiments.convolution.kernel_recovery import (
    COUNTS,
    SMALL_SIDE,
    TAPS,
    RecoveredKernel,
    found,
)
from layerlab.experiments.convolution.names import (
    ALONE,
    AVERAGED,
    BY_HAND,
    IMAGES,
    KERNELS,
    LAYERS,
    MAX_WEIGHT,
    NOISE,
    POOLS,
    SIDE,
)
from layerlab.nets.studies.convolution import (
    EXACT,
    Shifts,
    applied,
    averaged,
    filter_at,
    pooled,
    shift_first_or_last,
    shifted,
)

__all__ = [
    "BY_HAND",
    "COUNTS",
    "EXACT",
    "IMAGES",
    "LAYERS",
    "MAX_WEIGHT",
    "NOISE",
    "POSITIONS",
    "SIDE",
    "TAPS",
]
Array = np.ndarray
Numbers = tuple[float, ...]
POSITIONS = (0, 8, 4, 2, 1)  # how far the positions lie from the first, whose filters are shown


@dataclass(frozen=True, eq=False)
class Result:
    """All that the page draws; pictures are (SIDE, SIDE) unless stated.

    Attributes:
        layer, border: their names. kernel: (TAPS,) by rows. over: shifts that the layer is
            averaged over.
        picture, shifted: the input, and the input shifted. shift: down and to the right.
        output, moved, other: the layer's output, that shifted, and that of the shifted input.
        pool: side of a block. pools: (2, SIDE / pool, SIDE / pool) of `output` and `other`.
        filters: (POSITIONS, SIDE, SIDE) of the output's positions. mean: over all positions.
        off: how far the layer is from a convolution.
        whole, now: parameters of each layer, before it is averaged and after.
        counts: for the claim: those that change something, not averaged.
        shifts: for the claim: both orders by the kernel and by the dense layer.
        averages: for the claim: distance of the dense layer from a convolution, and averaged.
        images, noise: of the pairs from which the kernel is found. found: what they give.
    """

    layer: str
    kernel: Array
    border: str
    over: int
    picture: Array
    shifted: Array
    shift: tuple[int, int]
    output: Array
    moved: Array
    other: Array
    pool: int
    pools: Array
    filters: Array
    mean: Array
    off: float
    whole: dict[str, int]
    now: dict[str, int]
    shifts: Shifts
    averages: tuple[float, float]
    images: int
    noise: float
    found: RecoveredKernel

    @property
    def difference(self) -> Array:
        """Shift first minus shift last."""
        return np.asarray(self.other - self.moved)

    @property
    def difference_of_pools(self) -> float:
        """Largest change of a pooled pixel when the input is shifted."""
        return float(np.abs(self.pools[1] - self.pools[0]).max())


def compute(
    kernel: str = "edge",
    layer: str = "convolution",
    over: int = 1,
    border: str = "wrapped",
    pool: int = 2,
    picture: Numbers = (),
    weights: Numbers = ALONE,
    shift: Numbers = (2.0, 3.0),
    images: Numbers = (8.0,),
    noise: Numbers = (0.3,),
) -> Result:
    """Apply a layer to a picture before and after a shift, and find its kernel from pairs.

    Args:
        kernel: a name, or `BY_HAND`: `weights`, by rows. layer, border: names.
        over: shifts that the layer is averaged over, one of `AVERAGED`.
        pool: side of the blocks, one of `POOLS`.
        picture: pixels by rows, 0 to 1; the page's own where there are none.
        shift: whole pixels down and to the right.
        images, noise: number of pairs, and standard deviation of the noise of their outputs.

    Raises:
        LabError: numbers that come in the wrong count, or are not of their kind.
    """
    _check(over, pool, picture, weights, shift, images, noise)
    x = np.reshape(picture, (SIDE, SIDE)) if picture else initial.picture()
    taps = tuple(weights if kernel == BY_HAND else KERNELS[kernel])
    mine = np.array(taps, float)
    by = (int(shift[0]), int(shift[1]))
    step = SIDE // round(over**0.5)
    maps = initial.maps_of(layer, taps, border, step)
    first = shifted(x, by)
    output, other = applied(maps, x), applied(maps, first)
    dense = initial.maps_of("dense", taps, border, SIDE)
    spots = [(POSITIONS[0], POSITIONS[0]), *((place, place) for place in POSITIONS[1:])]
    distances = [
        initial.distance_of(name, taps, border, every)
        for name, every in ((layer, step), ("dense", SIDE), ("dense", 1))
    ]
    return Result(
        layer,
        mine,
        border,
        over,
        x,
        first,
        by,
        output,
        shifted(output, by),
        other,
        pool,
        np.stack([pooled(output, pool), pooled(other, pool)]),
        np.stack([filter_at(maps, spot) for spot in spots]),
        filter_at(averaged(maps, 1), (0, 0)),
        distances[0],
        initial.parameters(border, SIDE),
        initial.parameters(border, step),
        shift_first_or_last(x[None], mine, lambda y: applied(dense, y[0])[None], by),
        (distances[1], distances[2]),
        int(images[0]),
        noise[0],
        found(mine, int(images[0]), noise[0]),
    )


def _check(
    over: int,
    pool: int,
    picture: Numbers,
    weights: Numbers,
    shift: Numbers,
    images: Numbers,
    noise: Numbers,
) -> None:
    """Refuse what the declarations of the knobs do not know."""
    for name, value, known in (
        (_("Averaged over"), over, AVERAGED),
        (_("Pooling"), pool, POOLS),
    ):
        if value not in known:
            raise LabError(
                _(
                    "{name} is {value}, it must be one of {known}",
                    name=name,
                    value=value,
                    known=", ".join(map(str, known)),
                )
            )
    if picture and len(picture) != SIDE**2:
        raise LabError(
            _(
                "Picture lists {given} numbers, it must be {wanted} or none",
                given=len(picture),
                wanted=SIDE**2,
            )
        )
    for name, numbers, count in (
        (_("Kernel by hand"), weights, TAPS),
        (_("Shift"), shift, 2),
        (_("Images"), images, 1),
        (_("Noise"), noise, 1),
    ):
        if len(numbers) != count:
            raise LabError(
                _(
                    "{name} lists {given} numbers, it must be {wanted}",
                    name=name,
                    given=len(numbers),
                    wanted=count,
                )
            )
    for name, number in (
        (_("Shift"), shift[0]),
        (_("Shift"), shift[1]),
        (_("Images"), images[0]),
    ):
        if number != int(number):
            raise LabError(
                _("{name} is {number:g}, it must be a whole number", name=name, number=number)
            )


def claims(result: Result) -> tuple[ClaimRow, ...]:
    """Return the claims about convolutions, beside what is computed here."""
    is_moved = not np.array_equal(result.picture, result.shifted)
    return (
        claim_rows.parameter_row(result.whole, result.border),
        claim_rows.shift_row(result.shifts, is_moved),
        claim_rows.found_row(result.found, result.images, result.noise),
        claim_rows.average_row(*result.averages),
    )


@with_knobs_of(compute)
def numpy_code(layer: str, over: int, border: str, pool: int, **knobs: Any) -> str:
    """Return a program that prints the page's figures; see `compute`."""
    result = compute(layer=layer, over=over, border=border, pool=pool, **knobs)
    return program(
        "convolution_numpy",
        PICTURE=result.picture.round(3).tolist(),
        KERNEL=result.kernel.tolist(),
        LAYER=layer,
        STEP=SIDE // round(over**0.5),
        BORDER="wrap" if border == "wrapped" else "constant",
        POOL=pool,
        SHIFT=result.shift,
        IMAGES=result.images,
        NOISE=result.noise,
        OWN=initial.OWN,
        DENSE=initial.DENSE,
        SMALL_SIDE=SMALL_SIDE,
        DRAWN=IMAGES,
        SEEDS=(initial.SEED, kernel_recovery.SEED),
    )
