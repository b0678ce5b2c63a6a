"""What a narrow layer cannot pass: the least loss that its rank leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def rank_floors(targets: Array, widths: Sequence[int]) -> Array:
    """Return the least half mean squared error of outputs W h + b, for so many h.

    The outputs of w neurons lie in a plane of w dimensions, so what varies in the others is
    lost: the smallest eigenvalues of the targets' covariance (Eckart & Young 1936).

    Args:
        targets: (n, outputs). widths: numbers of neurons.
    """
    eigenvalues = np.linalg.eigvalsh(np.cov(targets.T, bias=True))  # ascending
    lost = [eigenvalues[: max(0, len(eigenvalues) - width)].sum() for width in widths]
    return 0.5 * np.maximum(np.array(lost, float), 0.0) / targets.shape[1]
