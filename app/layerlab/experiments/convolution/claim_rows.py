"""The ledger's rows about convolutions, judged by what the page computes. No Qt."""

from __future__ import annotations

from layerlab.core.experiment import HOLDS, NOT_HERE, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.core.translation import _
from layerlab.experiments.convolution.kernel_recovery import COUNTS, RecoveredKernel
from layerlab.experiments.convolution.names import SIDE
from layerlab.nets.studies.convolution import EXACT, KERNEL, Shifts

CLEAN, POWER = 1e-9, 0.1  # what the ledger allows: of a clean kernel, and of a power


def parameter_row(counts: dict[str, int]) -> ClaimRow:
    """Judge how many parameters there are; `counts`: those that change something."""
    statement = _("A locally connected layer has H'W'd parameters, a convolution d.")
    d = KERNEL**2
    wanted = SIDE**2 * d
    measured = _(
        "{local} and {convolution}",
        local=number(counts["local"]),
        convolution=counts["convolution"],
    )
    why = _(
        "for pictures of {side} × {side} and filters of {kernel} × {kernel}, {local} of H'W'd "
        "= {wanted} weights change something, of a convolution {convolution}; a dense layer "
        "has {dense}",
        side=SIDE,
        kernel=KERNEL,
        wanted=wanted,
        **counts,
    )
    verdict = WRONG
    if counts["convolution"] == d and counts["local"] == wanted:
        verdict = HOLDS
    elif counts["convolution"] == d and counts["local"] < wanted:
        verdict = f"{ONLY_IF} {_('no filter hangs over the edge')}"
    return ClaimRow("E1", statement, _("H'W'd and d"), measured, verdict, why)


def shift_row(off: Shifts, is_moved: bool) -> ClaimRow:
    """Judge what commutes; `is_moved`: whether the shift moves anything in the picture."""
    statement = _(
        "A convolution commutes with shifts, a dense layer does not; pooling makes it "
        "invariant."
    )
    measured = _(
        "off by {wrapped} wrapped, {bordered} with a border",
        wrapped=number(off.wrapped, 2),
        bordered=number(off.bordered, 2),
    )
    why = _(
        "shifting first or last differs by {wrapped} for the kernel wrapped "
        "round, by {bordered} with zeros at the border, by "
        "{dense} for the dense layer; the maximum of the whole output changes "
        "by {pooled}, those of blocks of 2 × 2 by {blocks}",
        wrapped=number(off.wrapped, 2),
        bordered=number(off.bordered, 2),
        dense=number(off.dense, 2),
        pooled=number(off.pooled, 2),
        blocks=number(off.blocks, 2),
    )
    if not is_moved:
        why = _("the shift moves nothing in this picture")
        return ClaimRow("E2", statement, _("exact"), _("nothing is moved"), NOT_HERE, why)
    if max(off.wrapped, off.pooled) > EXACT or off.dense <= EXACT:
        verdict = WRONG
    else:
        verdict = f"{ONLY_IF} {off.needs}" if off.needs else HOLDS
    return ClaimRow("E2", statement, _("exact"), measured, verdict, why)


def found_row(one: RecoveredKernel, images: int, noise: float) -> ClaimRow:
    """Judge that one least-squares problem finds a hidden kernel."""
    statement = _(
        "Under Gaussian noise a shared linear filter is found by one least-squares problem."
    )
    power = number(one.power, 2)
    measured = _("off by {clean}; n^{power}", clean=number(one.clean, 2), power=power)
    why = _(
        "without noise the kernel is found within {clean}; with noise "
        "{noise} the median error goes from {first} at "
        "{few} image to {last} at {many}, like "
        "n^{power}; of 100 steps away from what {images} images give, the best "
        "changes the log-likelihood by {raised}",
        clean=number(one.clean, 2),
        noise=number(noise),
        first=number(one.quartiles[1, 0], 2),
        few=COUNTS[0],
        last=number(one.quartiles[1, -1], 2),
        many=COUNTS[-1],
        power=power,
        images=images,
        raised=number(one.raised, 2),
    )
    fits = one.clean <= CLEAN and abs(one.power + 0.5) <= POWER and one.raised <= 0
    return ClaimRow("E3", statement, _("exact"), measured, HOLDS if fits else WRONG, why)


def average_row(before: float, after: float) -> ClaimRow:
    """Judge that what commutes with all shifts is a convolution."""
    statement = _("Every linear map that commutes with shifts is a convolution.")
    measured = _("off by {after}", after=number(after, 2))
    why = _(
        "the dense layer differs from a convolution by {before}; averaged over all "
        "{side} shifts, so that it commutes with them, by {after}",
        before=number(before, 2),
        side=SIDE**2,
        after=number(after, 2),
    )
    verdict = HOLDS if after <= EXACT < before else WRONG
    return ClaimRow("E15", statement, _("exact"), measured, verdict, why)
