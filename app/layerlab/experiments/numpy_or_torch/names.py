"""Names that descriptor, model and view share."""

NONE = "none"
FORGOTTEN, AT_H, SLIGHT = "no derivative", "derivative at h", "derivative off"
TRANSPOSED, SIGN, NO_BIAS, NO_MEAN = "transposed", "sign", "no bias", "no mean"
MISTAKES = (NONE, FORGOTTEN, AT_H, SLIGHT, TRANSPOSED, SIGN, NO_BIAS, NO_MEAN)
LENGTH = 150  # updates of every training
SHALLOW, DEEP = 2, 4
