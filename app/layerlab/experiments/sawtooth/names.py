"""What the page calls its networks; the descriptor reads it, so nothing is imported here."""

NAMES = ("2 a layer", "8 a layer", "one layer", "one layer, wide")
