"""Linear layers, and the one matrix that they are."""
