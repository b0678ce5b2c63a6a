"""The font that the lab ships: Inter, in the weights that are drawn."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase

from layerlab.core.errors import LabError
from layerlab.core.resources import resource
from layerlab.core.translation import _

FAMILY = "Inter"
_WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")  # not translated: names of files
_loaded: list[int] = []  # Qt's numbers of the fonts; filled once per process


def load_fonts() -> None:
    """Make Inter known to Qt; a second call does nothing.

    Static weights instead of the variable font: every platform picks weight 600 from
    them, while variable axes are read differently by each font engine. Needs a
    QGuiApplication.

    Raises:
        LabError: a font file is missing or damaged.
    """
    if _loaded:
        return
    for weight in _WEIGHTS:
        path = resource(f"fonts/{FAMILY}-{weight}.otf")
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            raise LabError(
                _(
                    "the font {name} of this installation cannot be read",
                    name=path.name,
                )
            )
        _loaded.append(number)
