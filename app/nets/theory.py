"""Theory: what signal and gradient should be at birth."""

from __future__ import annotations

import numpy as np

from app.core.spec import LabSpec

Array = np.ndarray


def theory(spec: LabSpec) -> dict[str, dict[str, Array]] | None:
    """Return the expected variances by layer, or None where none is known."""
    return None
