"""Born dead: networks of ReLUs that are constant before any training."""
