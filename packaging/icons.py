"""The program's icon as each system wants it, from `resources/icons/layerlab.svg`.

`python packaging/icons.py FOLDER` writes layerlab-SIZE.png, layerlab.ico and layerlab.icns.
"""

from __future__ import annotations

import os
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCE = ROOT / "resources" / "icons" / "layerlab.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)  # pixels, of the theme that all desktops have
ICO = (16, 24, 32, 48, 64, 128, 256)
ICNS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def png(size: int) -> bytes:
    """Return the icon as a PNG of that many pixels."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico() -> bytes:
    """Return an icon of Windows: a table of pictures, and the pictures as PNG."""
    pictures = [png(size) for size in ICO]
    at, table = 6 + 16 * len(ICO), struct.pack("<HHH", 0, 1, len(ICO))
    for size, picture in zip(ICO, pictures, strict=True):
        edge = size % 256  # 0 means 256
        table += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return table + b"".join(pictures)


def icns() -> bytes:
    """Return an icon of macOS: named pictures, each with its length."""
    body = b""
    for name, size in ICNS.items():
        picture = png(size)
        body += name + struct.pack(">I", 8 + len(picture)) + picture
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def write(folder: pathlib.Path) -> None:
    """Write all of them into a folder."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (folder / f"layerlab-{size}.png").write_bytes(png(size))
    (folder / "layerlab.ico").write_bytes(ico())
    (folder / "layerlab.icns").write_bytes(icns())
    assert app is not None  # it had to live so long


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    write(pathlib.Path(sys.argv[1]))
