"""Names and sizes of the networks that are counted dead or alive, for study and page."""

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
