"""Names and sizes that descriptor and model share."""

from __future__ import annotations

from layerlab.core.translation import marked

SIDE = 16  # of the picture
BY_HAND = marked("by hand")
KERNELS: dict[str, tuple[float, ...]] = {
    marked("edge"): (0.0, -1.0, 0.0, -1.0, 4.0, -1.0, 0.0, -1.0, 0.0),
    marked("blur"): (0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625),
    marked("emboss"): (-2.0, -1.0, 0.0, -1.0, 1.0, 1.0, 0.0, 1.0, 2.0),
    marked("sharpen"): (0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.0),
}  # by rows
MAX_WEIGHT = 5.0  # largest weight of a kernel
ALONE = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)  # what is turned by hand begins with it
LAYERS = (marked("convolution"), marked("local"), marked("dense"))
BORDERS = (marked("wrapped"), marked("zeros"))
AVERAGED = (1, 4, 16, 64, 256)  # shifts that a layer is averaged over
POOLS = (1, 2, 4, 8, 16)  # side of a block
IMAGES = 64  # most pairs from which a hidden kernel is found
NOISE = (0.01, 1.0)  # std of what is added to their outputs
