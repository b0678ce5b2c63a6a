"""Pictures from files, made as small as the page's."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage, QImageReader

from layerlab.core.disk import read_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _
from layerlab.experiments.convolution.model import SIDE

Array = np.ndarray
MAX_BYTES = 100_000_000
ENDINGS = (".png", ".pgm", ".ppm", ".pbm", ".bmp", ".jpg", ".jpeg", ".gif")


def read_picture(path: str) -> Array:
    """Return the middle square of a picture, in grey. (SIDE, SIDE), 0 to 1

    Raises:
        LabError: the file cannot be read, or is no picture.
    """
    buffer = QBuffer()
    buffer.setData(read_file(path, MAX_BYTES, "picture"))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)  # as the camera was held
    reader.setDecideFormatFromContent(True)
    image = reader.read()
    if image.isNull():
        why = reader.errorString()
        raise LabError(_("{path} cannot be read as a picture: {why}", path=path, why=why))
    side = min(image.width(), image.height())
    left, top = (image.width() - side) // 2, (image.height() - side) // 2
    small = (
        image.copy(left, top, side, side)
        .scaled(
            SIDE,
            SIDE,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        .convertToFormat(QImage.Format.Format_Grayscale8)
    )
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(SIDE, small.bytesPerLine())
    return np.asarray(np.round(rows[:, :SIDE] / 255.0, 3))
