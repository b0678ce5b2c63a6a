"""Dead at initialization: networks of ReLUs that are constant before any training."""
