"""What the page calls its networks; the descriptor reads it, so it imports no model."""

from layerlab.core.translation import marked

NAMES = (
    marked("2 a layer"),
    marked("8 a layer"),
    marked("one layer"),
    marked("one layer, wide"),
)
