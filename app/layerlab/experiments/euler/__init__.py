"""A residual network as Euler's steps along a flow."""
