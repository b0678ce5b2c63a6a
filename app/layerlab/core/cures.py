"""Names and sizes that descriptor, model and view share."""

from layerlab.core.translation import marked

CURES = (
    marked("none"),
    "He",
    marked("bias"),
    marked("leaky"),
    marked("residual"),
    marked("asymmetric"),
)
MAX_WIDTH, MAX_DEPTH, NETS = 12, 64, 1000
