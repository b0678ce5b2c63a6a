"""What the page's parts share; the descriptor reads it, so it imports no model."""

from layerlab.core.translation import marked

MAX_CRESTS = 8  # crests of the wildest curve
LENGTH = 3000  # updates of the whole training
START = 2500  # of them, where the clock stands at first
WIDE, DEEP = marked("wide"), marked("deep")
TWINS = (WIDE, DEEP)
