"""Residual networks: what a skip does to signal, gradient and training."""
