"""Names and sizes that descriptor, model and view share."""

CURES = ("none", "He", "bias", "leaky", "residual", "asymmetric")
WIDEST, DEEPEST, NETS = 12, 64, 1000
