"""What the page's parts share; the descriptor reads it, so nothing is imported here."""

SEED, BOOTSTRAP, ARCHITECTURE = "seed", "bootstrap", "architecture"
KINDS = (SEED, BOOTSTRAP, ARCHITECTURE)  # how the networks of an ensemble differ
TASKS = ("wave", "step", "abs", "sine-mix")
MAX_K = 20  # networks of the largest ensemble
DRAWS = 128  # of the data
MAX_WIDTH = 24
EDGE = 0.9  # networks are looked at from -EDGE to EDGE
