"""Names that descriptor and model share."""

from layerlab.core.translation import marked

SIGNS = (marked("positive"), marked("zero"), marked("negative"))  # of the stretch
EPS = ("0", "1e-12", "1e-5", "0.01", "1")
OPTIMIZERS = ("SGD", "Adam")
PRE_ACTIVATIONS = (
    1.4,
    -0.6,
    0.3,
    -1.7,
    0.9,
    2.1,
    -0.2,
    -1.1,
)  # of eight units at the start
MAX_PRE_ACTIVATION = 3.0  # size of a sum, before it is stretched
