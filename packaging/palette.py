"""Make a picture of the window small: at most 256 colours, none visibly off."""

from __future__ import annotations

import pathlib

import numpy as np
from PySide6.QtGui import QImage

COLORS = 256
# Of 255: nearer colours share an entry; the commonest are the grounds, which are near.
APART, NEAR, GROUNDS = 10, 1, 48


def shrink(path: pathlib.Path) -> None:
    """Rewrite a PNG file with a palette: the commonest colours that lie apart."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    colors, place, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    channels = np.stack([colors >> 16 & 255, colors >> 8 & 255, colors & 255], axis=1)
    channels = channels.astype(int)  # (n, 3)
    chosen: list[np.ndarray] = []
    for k in np.argsort(-counts, kind="stable"):
        apart = NEAR if len(chosen) < GROUNDS else APART
        far = not chosen or np.abs(np.array(chosen) - channels[k]).max(axis=1).min() > apart
        if far and len(chosen) < COLORS:
            chosen.append(channels[k])
    palette = np.array(chosen)
    nearest = np.array([((palette - color) ** 2).sum(axis=1).argmin() for color in channels])
    cells = nearest[place].astype(np.uint8).tobytes()
    wide, high = image.width(), image.height()
    small = QImage(cells, wide, high, wide, QImage.Format.Format_Indexed8)
    small.setColorTable(
        [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in palette]
    )
    small.save(str(path), "PNG", 0)  # type: ignore[call-overload]
