"""Names that descriptor, model and view share."""

from layerlab.core.translation import marked

NONE = marked("none")
FORGOTTEN, AT_H = marked("no derivative"), marked("derivative at h")
SLIGHT = marked("derivative off")
TRANSPOSED, SIGN = marked("transposed"), marked("sign")
NO_BIAS, NO_MEAN = marked("no bias"), marked("no mean")
MISTAKES = (NONE, FORGOTTEN, AT_H, SLIGHT, TRANSPOSED, SIGN, NO_BIAS, NO_MEAN)
LENGTH = 150  # updates of every training
SHALLOW, DEEP = 2, 4
