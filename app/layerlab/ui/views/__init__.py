"""Plots: light views that draw one part of a frame."""
