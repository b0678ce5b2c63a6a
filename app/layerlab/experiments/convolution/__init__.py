"""Convolution: one filter shared by all places, what that commutes with, and what it saves."""
