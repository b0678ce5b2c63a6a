"""Curves that networks learn."""

import numpy as np

CURVES = {
    "wave": lambda x: 0.55 * np.sin(8 * x) + 0.2 * x,
    "abs": np.abs,
    "step": lambda x: np.where(x < 0, -0.5, 0.5),
    "sine-mix": lambda x: 0.5 * np.sin(np.pi * x) + 0.25 * np.sin(5 * np.pi * x),
}
