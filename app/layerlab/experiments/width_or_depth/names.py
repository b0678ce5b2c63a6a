"""What the page's parts share; the descriptor reads it, so nothing is imported here."""

MAX_CRESTS = 8  # crests of the wildest curve
LENGTH = 3000  # updates of the whole training
START = 2500  # of them, where the clock stands at first
WIDE, DEEP = "wide", "deep"
TWINS = (WIDE, DEEP)
