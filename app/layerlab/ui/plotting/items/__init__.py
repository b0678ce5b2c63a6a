"""What a plot draws: curves, areas, dots, texts, pictures, each as an item of pyqtgraph.

A page declares marks, frozen descriptions in data units; a plot keeps one item for each name
and gives it the mark's data.
"""

from layerlab.ui.plotting.items.areas import Band, Bars, Histogram, Polygons
from layerlab.ui.plotting.items.base import (
    Mark,
    Painted,
    PaintedItem,
    Space,
    array_key,
    evenly_spaced,
    finite_runs,
    polygon,
)
from layerlab.ui.plotting.items.curves import Line, Segments, Whiskers
from layerlab.ui.plotting.items.dots import Dots
from layerlab.ui.plotting.items.maps import Contour, HeatMap, contour
from layerlab.ui.plotting.items.ridges import Ridgelines
from layerlab.ui.plotting.items.rules import HLine, VLine
from layerlab.ui.plotting.items.texts import Arrows, Tag, TextMark

__all__ = [
    "Arrows",
    "Band",
    "Bars",
    "Contour",
    "Dots",
    "HLine",
    "HeatMap",
    "Histogram",
    "Line",
    "Mark",
    "Painted",
    "PaintedItem",
    "Polygons",
    "Ridgelines",
    "Segments",
    "Space",
    "Tag",
    "TextMark",
    "VLine",
    "Whiskers",
    "array_key",
    "contour",
    "evenly_spaced",
    "finite_runs",
    "polygon",
]
