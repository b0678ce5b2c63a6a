"""What becomes of signal and gradient in a deep network at initialization."""
