"""What becomes of signal and gradient in a deep network that is just born."""
