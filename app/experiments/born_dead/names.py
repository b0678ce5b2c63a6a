"""Names and sizes that descriptor, model and view share."""

CURES = ("none", "He", "bias", "leaky", "residual", "asymmetric")
RATES = ("0.001", "0.003", "0.01")
WIDEST, DEEPEST, NETS = 12, 64, 1000
