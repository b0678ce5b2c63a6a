"""What the page's parts share; the descriptor reads it, so nothing is imported here."""

WILDEST = 8  # crests of the wildest curve
LENGTH = 3000  # updates of the whole training
WIDE, DEEP = "wide", "deep"
TWINS = (WIDE, DEEP)
