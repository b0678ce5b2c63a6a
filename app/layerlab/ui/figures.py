"""Figures: a card as SVG, PDF or PNG of any size, or what it draws as CSV.

Vector files hold lines and texts as such: for them nothing is painted from a cached picture
(`is_figure` of the canvases). What serves the screen alone, such as buttons and what the
cursor reads, is left out.
"""

from __future__ import annotations

import contextlib
import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRect, QSize, QSizeF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QRegion,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from layerlab import __version__
from layerlab.core.errors import LabError
from layerlab.core.figures import ENDINGS, MAX_SIDE, MIN_SIDE
from layerlab.core.translation import _
from layerlab.ui.card import Card
from layerlab.ui.controls.tiles import Tile
from layerlab.ui.theme import PRINT, Theme
from layerlab.ui.themed import Themed

_CLIPPED = re.compile(r'clip-path="url\(#(\w+)\)"><g [^>]*?transform="([^"]*)"')
_CLIP = re.compile(r'<clipPath id="(\w+)"')
_TEXT = re.compile(
    r'<text (?P<look>[^>]*?font-family="(?P<family>[^",]+)[^>]*?font-size="(?P<size>[\d.]+)"'
    r'[^>]*?font-weight="(?P<weight>\d+)"[^>]*?)>(?P<words>[^<]+)</text>'
)

if TYPE_CHECKING:
    from layerlab.ui.pages.view import PageView

MAX_PIXELS = 60_000_000  # of a PNG
DPI = 96.0  # so that a pixel of the screen is 0.75 points
# Where Inter is not installed, a letter is about as wide in these.
FAMILIES = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"  # not translated: names


def figure(
    card: Card,
    ending: str,
    size: tuple[int, int] | None = None,
    scale: float = 1.0,
    for_print: bool = False,
) -> bytes:
    """Return a card as the content of a file.

    Args:
        card: what is drawn now, in its own theme.
        ending: one of `ENDINGS`.
        size: width and height in pixels; as on the screen if None.
        scale: pixels of a PNG in one of the size's.
        for_print: whether it is drawn in dark colours on white instead.

    Raises:
        LabError: there are no such files, the size is out of range, or the card has no numbers.
    """
    if ending not in ENDINGS:
        raise LabError(
            _(
                "a figure ends in {endings}, not in {ending}",
                endings=", ".join(ENDINGS),
                ending=ending or _("nothing"),
            )
        )
    if ending == ".csv":
        return _numbers(card)
    wide, high = check_size(size or (card.width(), card.height()))
    page_size = QSize(wide, high)
    _check_pixels(ending, page_size, scale)
    with _posed(card, page_size, PRINT if for_print else None):
        page = Paper(card, page_size, card.title(), card.theme.color("panel"))
        return _WRITERS[ending](page, scale)


def _check_pixels(ending: str, size: QSize, scale: float) -> None:
    wide, high = size.width(), size.height()
    if ending == ".png" and not 0 < wide * high * scale**2 <= MAX_PIXELS:
        raise LabError(
            _(
                "a PNG of {wide}x{high} at {scale:g} pixels each has more than "
                "{millions} million",
                wide=wide,
                high=high,
                scale=scale,
                millions=MAX_PIXELS // 1_000_000,
            )
        )


def check_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return a figure's width and height; raises LabError where they are out of range."""
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise LabError(
            _(
                "the figure would be {wide}x{high} pixels, the range is "
                "{least}x{least} to {most}x{most}",
                wide=size[0],
                high=size[1],
                least=MIN_SIDE,
                most=MAX_SIDE,
            )
        )
    return size


def window_figure(
    window: QWidget, theme: Theme, ending: str, scale: float = 1.0, for_print: bool = False
) -> bytes:
    """Return a whole window, as large as it is, as the content of a file.

    Args:
        window: a window of the lab. theme: what it is painted with.
        ending: one of `ENDINGS` that is a picture.
        scale: pixels of a PNG in one of the window's.
        for_print: whether it is drawn in dark colours on white instead.

    Raises:
        LabError: there are no such files of a window, or the picture would be too large.
    """
    pictures = [known for known in ENDINGS if known != ".csv"]
    if ending not in pictures:
        known = ", ".join(pictures)
        raise LabError(
            _(
                "a picture of the window ends in {endings}, not in {ending}",
                endings=known,
                ending=ending or _("nothing"),
            )
        )
    size = window.size()
    _check_pixels(ending, size, scale)
    painted: list[Card | Tile] = [c for c in window.findChildren(Card) if c.isVisible()]
    painted += window.findChildren(Tile)
    try:
        if for_print and isinstance(window, Themed):
            window.set_theme(PRINT.zoomed(theme.zoom))
        for one in painted:
            one.set_figure(True)
        _settle(window)
        ground = (PRINT if for_print else theme).color("background")
        return _WRITERS[ending](Paper(window, size, window.windowTitle(), ground), scale)
    finally:
        for one in painted:
            one.set_figure(False)
        if for_print and isinstance(window, Themed):
            window.set_theme(theme)
        _settle(window)


@dataclass(frozen=True)
class Paper:
    """What is painted into a file.

    Attributes:
        widget: what paints itself. size: of the page, in pixels.
        title: of the file. ground: what is behind everything.
    """

    widget: QWidget
    size: QSize
    title: str
    ground: QColor


@contextlib.contextmanager
def _posed(card: Card, size: QSize, theme: Theme | None) -> Iterator[None]:
    """Let a card look as in a file, unseen, and then as before."""
    owner = _owner(card)
    before, place = card.theme, card.geometry()
    above = card.parentWidget()
    layout = above.layout() if above is not None else None
    if layout is not None:  # else it puts the card back as soon as something of it is shown
        layout.setEnabled(False)
    try:  # nothing of it is seen: the screen is painted from the event loop
        if theme is not None:
            owner.set_theme(theme.zoomed(before.zoom))
        card.set_figure(True)
        card.setGeometry(QRect(place.topLeft(), size))
        _settle(card)
        yield
    finally:
        card.set_figure(False)
        card.setGeometry(place)
        if theme is not None:
            owner.set_theme(before)
        if layout is not None:
            layout.setEnabled(True)
        _settle(card)


def _owner(card: Card) -> Card | PageView:
    """Return what redraws a card for another theme: itself, or the page it is on."""
    from layerlab.ui.pages.view import PageView  # which no start needs

    above: QWidget | None = card
    while above is not None:
        if isinstance(above, PageView):
            return above
        above = above.parentWidget()
    return card


def _settle(widget: QWidget) -> None:
    """Give all that is within a widget its place at once."""
    layout = widget.layout()
    if layout is not None:
        layout.activate()
    for child in widget.findChildren(QWidget):
        own = child.layout()
        if own is not None:
            own.activate()


def _render(page: Paper, device: QPaintDevice) -> None:
    painter = QPainter(device)
    try:
        painter.fillRect(QRect(QPoint(), page.size), page.ground)
        page.widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    finally:
        painter.end()


def _svg(page: Paper, scale: float) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the smaller one clips nothing
    device.setOutputDevice(buffer)
    device.setSize(page.size)
    device.setViewBox(QRect(QPoint(), page.size))
    device.setResolution(round(DPI))
    device.setTitle(page.title)
    device.setDescription(_("Drawn by Layerlab {version}", version=__version__))
    _render(page, device)
    text = measured_texts(placed_clips(bytes(buffer.data().data()).decode("utf-8")))
    return text.replace('font-family="Inter"', f'font-family="{FAMILIES}"').encode()


def measured_texts(text: str) -> str:
    """Return an SVG whose texts say how wide they are.

    Where Inter is missing, another font's letters are set in the same room, so that words of
    two colours do not run into each other.
    """

    def measured(found: re.Match[str]) -> str:
        words = html.unescape(found["words"])
        font = QFont(found["family"])
        font.setPixelSize(max(1, round(float(found["size"]))))
        font.setWeight(QFont.Weight(int(found["weight"])))
        width = QFontMetricsF(font).horizontalAdvance(words)
        look = f'{found["look"].rstrip()} textLength="{width:.2f}"'
        return f'<text {look} lengthAdjust="spacingAndGlyphs">{found["words"]}</text>'

    return _TEXT.sub(measured, text)


def placed_clips(text: str) -> str:
    """Return an SVG with its clip paths where they are used.

    Qt 6.10 writes a clip path as the widget gave it, without the widget's place in the picture,
    which is the transform of what is clipped.
    """
    places: dict[str, str] = {}
    for name, place in _CLIPPED.findall(text):
        places.setdefault(name, place)
    return _CLIP.sub(
        lambda found: (
            f'{found[0]} transform="{places[found[1]]}"' if found[1] in places else found[0]
        ),
        text,
    )


def _pdf(page: Paper, scale: float) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QPdfWriter(buffer)
    points = QSizeF(page.size.width() * 72.0 / DPI, page.size.height() * 72.0 / DPI)
    device.setPageSize(
        QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    )
    device.setPageMargins(QMarginsF())
    device.setResolution(round(DPI))
    device.setTitle(page.title)
    device.setCreator(f"Layerlab {__version__}")
    _render(page, device)
    return bytes(buffer.data().data())


def _png(page: Paper, scale: float) -> bytes:
    image = QImage(page.size * scale, QImage.Format.Format_RGB32)
    if image.isNull():
        wide, high = page.size.width(), page.size.height()
        raise LabError(
            _("there is not enough memory for {wide}x{high} pixels", wide=wide, high=high)
        )
    image.setDevicePixelRatio(scale)
    _render(page, image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


_WRITERS: dict[str, Callable[[Paper, float], bytes]] = {
    ".svg": _svg,
    ".pdf": _pdf,
    ".png": _png,
}


def _numbers(card: Card) -> bytes:
    numbers = card.numbers()
    if not numbers:
        raise LabError(_("{title} has no numbers to save", title=card.title()))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows(csv.reader(numbers.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    return text.getvalue().encode("utf-8")
