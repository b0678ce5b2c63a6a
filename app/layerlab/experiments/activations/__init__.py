"""What activations do to a signal that is pushed through them."""
