"""The network diagram: neurons, edges, chips, the animated pass."""
