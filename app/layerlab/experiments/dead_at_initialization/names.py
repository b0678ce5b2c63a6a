"""Names and sizes that descriptor, model and view share."""

CURES = ("none", "He", "bias", "leaky", "residual", "asymmetric")
MAX_WIDTH, MAX_DEPTH, NETS = 12, 64, 1000
