"""The ledger's rows about convolutions, judged by what the page computes. No Qt."""

from __future__ import annotations

from layerlab.claims import claim
from layerlab.claims.convolution import Averaged, FilterErrors, Freedom
from layerlab.core.experiment import ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _
from layerlab.experiments.convolution.kernel_recovery import COUNTS, RecoveredKernel
from layerlab.experiments.convolution.names import SIDE
from layerlab.nets.studies.convolution import KERNEL, Shifts


def parameter_row(counts: dict[str, int], border: str) -> ClaimRow:
    """Judge E1 by how many parameters change something; `counts`: by layer."""
    d = KERNEL**2
    numbers = Freedom(
        counts["local"], counts["convolution"], (SIDE**2 * d, d), border == "zeros"
    )
    why = _(
        "for pictures of {side} × {side} and filters of {kernel} × {kernel}, {local} of H'W'd "
        "= {wanted} weights change something, of a convolution {convolution}; a dense layer "
        "has {dense}",
        side=SIDE,
        kernel=KERNEL,
        wanted=numbers.expected[0],
        **counts,
    )
    here = ""
    if numbers.hangs_over:
        here = _("a border of zeros, where the ledger has filters inside the picture alone")
    return claim("E1").row(numbers, why=why, here=here)


def shift_row(off: Shifts, is_moved: bool) -> ClaimRow:
    """Judge E2; `is_moved`: whether the shift moves anything in the picture."""
    if not is_moved:
        return claim("E2").not_here(_("the shift moves nothing in this picture"))
    return claim("E2").row(off)


def found_row(one: RecoveredKernel, images: int, noise: float) -> ClaimRow:
    """Judge E3 by the hidden kernel of the page."""
    noisy = one.quartiles[1].tolist()
    power = number(one.power, 2)
    measured = _("off by {clean}; n^{power}", clean=number(one.clean, 2), power=power)
    why = _(
        "without noise the kernel is found within {clean}; with noise {noise} the median error "
        "goes from {first} at {few} image to {last} at {many}, like n^{power}; of 100 steps "
        "away from what {images} images give, the best changes the log-likelihood by {raised}",
        clean=number(one.clean, 2),
        noise=number(noise),
        first=number(noisy[0], 2),
        few=COUNTS[0],
        last=number(noisy[-1], 2),
        many=COUNTS[-1],
        power=power,
        images=images,
        raised=number(one.raised, 2),
    )
    numbers = FilterErrors(one.clean, noisy, one.raised, tuple(COUNTS.tolist()))
    return claim("E3").row(numbers, measured=measured, why=why)


def average_row(before: float, after: float) -> ClaimRow:
    """Judge E15 by the dense layer of the page, and its average over all shifts."""
    return claim("E15").row(Averaged(before, after))
