"""What the page's parts share; the descriptor reads it, so it imports no model."""

from layerlab.core.translation import marked

SEED, BOOTSTRAP = marked("seed"), marked("bootstrap")
ARCHITECTURE = marked("architecture")
KINDS = (SEED, BOOTSTRAP, ARCHITECTURE)  # how the networks of an ensemble differ
TASKS = ("wave", "step", "abs", "sine-mix")
MAX_K = 20  # networks of the largest ensemble
DRAWS = 128  # of the data
MAX_WIDTH = 24
EDGE = 0.9  # networks are looked at from -EDGE to EDGE
