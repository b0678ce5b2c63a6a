"""The ledger's rows about convolutions, judged by what the page computes. No Qt."""

from __future__ import annotations

from layerlab.core.experiment import HOLDS, NOT_HERE, ONLY_IF, WRONG, ClaimRow
from layerlab.core.numbers import number
from layerlab.experiments.convolution.kernel_recovery import COUNTS, RecoveredKernel
from layerlab.experiments.convolution.layers import EXACT, Shifts
from layerlab.experiments.convolution.names import KERNEL, SIDE

CLEAN, POWER = 1e-9, 0.1  # what the ledger allows: of a clean kernel, and of a power


def parameter_row(counts: dict[str, int]) -> ClaimRow:
    """Judge how many parameters there are; `counts`: those that change something."""
    statement = "A locally connected layer has H'W'd parameters, a convolution d."
    d = KERNEL**2
    wanted = SIDE**2 * d
    measured = f"{number(counts['local'])} and {counts['convolution']}"
    why = (
        f"for pictures of {SIDE} × {SIDE} and filters of {KERNEL} × {KERNEL}, "
        f"{counts['local']} of H'W'd = {wanted} weights change something, of a convolution "
        f"{counts['convolution']}; a dense layer has {counts['dense']}"
    )
    verdict = WRONG
    if counts["convolution"] == d and counts["local"] == wanted:
        verdict = HOLDS
    elif counts["convolution"] == d and counts["local"] < wanted:
        verdict = f"{ONLY_IF} no filter hangs over the edge"
    return ClaimRow("E1", statement, "H'W'd and d", measured, verdict, why)


def shift_row(off: Shifts, is_moved: bool) -> ClaimRow:
    """Judge what commutes; `is_moved`: whether the shift moves anything in the picture."""
    statement = (
        "A convolution commutes with shifts, a dense layer does not; pooling makes it "
        "invariant."
    )
    measured = (
        f"off by {number(off.wrapped, 2)} wrapped, {number(off.bordered, 2)} with a border"
    )
    why = (
        f"shifting first or last differs by {number(off.wrapped, 2)} for the kernel wrapped "
        f"round, by {number(off.bordered, 2)} with zeros at the border, by "
        f"{number(off.dense, 2)} for the dense layer; the maximum of the whole output changes "
        f"by {number(off.pooled, 2)}, those of blocks of 2 × 2 by {number(off.blocks, 2)}"
    )
    if not is_moved:
        why = "the shift moves nothing in this picture"
        return ClaimRow("E2", statement, "exact", "nothing is moved", NOT_HERE, why)
    if max(off.wrapped, off.pooled) > EXACT or off.dense <= EXACT:
        verdict = WRONG
    else:
        verdict = f"{ONLY_IF} {off.needs}" if off.needs else HOLDS
    return ClaimRow("E2", statement, "exact", measured, verdict, why)


def found_row(one: RecoveredKernel, images: int, noise: float) -> ClaimRow:
    """Judge that one least-squares problem finds a hidden kernel."""
    statement = (
        "Under Gaussian noise a shared linear filter is found by one least-squares problem."
    )
    power = number(one.power, 2)
    measured = f"off by {number(one.clean, 2)}; n^{power}"
    why = (
        f"without noise the kernel is found within {number(one.clean, 2)}; with noise "
        f"{number(noise)} the median error goes from {number(one.quartiles[1, 0], 2)} at "
        f"{COUNTS[0]} image to {number(one.quartiles[1, -1], 2)} at {COUNTS[-1]}, like "
        f"n^{power}; of 100 steps away from what {images} images give, the best "
        f"changes the log-likelihood by {number(one.raised, 2)}"
    )
    fits = one.clean <= CLEAN and abs(one.power + 0.5) <= POWER and one.raised <= 0
    return ClaimRow("E3", statement, "exact", measured, HOLDS if fits else WRONG, why)


def average_row(before: float, after: float) -> ClaimRow:
    """Judge that what commutes with all shifts is a convolution."""
    statement = "Every linear map that commutes with shifts is a convolution."
    measured = f"off by {number(after, 2)}"
    why = (
        f"the dense layer differs from a convolution by {number(before, 2)}; averaged over all "
        f"{SIDE**2} shifts, so that it commutes with them, by {number(after, 2)}"
    )
    verdict = HOLDS if after <= EXACT < before else WRONG
    return ClaimRow("E15", statement, "exact", measured, verdict, why)
