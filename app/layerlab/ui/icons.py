"""Icons: small drawings of our own, in the colour of a token."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from layerlab.core.resources import resource
from layerlab.ui.theme import Theme

_SCALES = (1.0, 2.0)  # of the screen: usual and dense
_INK = "currentColor"


@functools.cache
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=512)
def _drawn(name: str, color: str, size: int, scale: float) -> QPixmap:
    text = _source(name).replace(_INK, color)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def pixmap(
    name: str, theme: Theme, token: str = "text", size: float = 16, scale: float = 1.0
) -> QPixmap:
    """Return an icon as a picture.

    Args:
        name: file in `resources/icons`, without its ending.
        theme: gives colour and zoom.
        token: the colour's name, or a hex string.
        size: edge at zoom 1, in pixels.
        scale: of the screen (`devicePixelRatioF`).

    Raises:
        LabError: there is no such icon.
    """
    return _drawn(name, theme.color(token).name(), theme.px(size), scale)


def icon(name: str, theme: Theme, token: str = "text", size: float = 16) -> QIcon:
    """Return an icon for a button or a menu; greyed where it is disabled.

    Args: see `pixmap`.

    Raises:
        LabError: there is no such icon.
    """
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(pixmap(name, theme, token, size, scale))
        faint = pixmap(name, theme, "faint", size, scale)
        result.addPixmap(faint, QIcon.Mode.Disabled)
    return result


def window_icon() -> QIcon:
    """Return the application's own icon, for title bars and task bars."""
    return QIcon(str(resource("icons/layerlab.svg")))
