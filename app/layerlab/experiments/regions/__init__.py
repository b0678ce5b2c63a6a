"""The linear regions of ReLU networks, exactly."""
