"""Names of the graphs, as saved files and the chooser have them."""

from layerlab.core.translation import marked

RING, GRID, COMMUNITIES = marked("ring"), marked("grid"), marked("communities")
KARATE, RANDOM, OWN = marked("karate club"), marked("random"), marked("my own")
GRAPHS = (COMMUNITIES, RING, GRID, KARATE, RANDOM, OWN)
ENDINGS = (".txt", ".csv", ".tsv", ".edges", ".edgelist")
MAX_TIMES = 64
# Caffeine without its hydrogen; a weight is the order of a bond.
CAFFEINE = """\
N1 C2
C2 N3
N3 C4
C4 C5 2
C5 C6
C6 N1
C4 N9
N9 C8 2
C8 N7
N7 C5
C2 O2 2
C6 O6 2
N1 Me1
N3 Me3
N7 Me7
"""
