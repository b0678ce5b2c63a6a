"""The diagonal flip: what width, depth and initialization do to a task that is linear."""
