"""Layerlab: a desktop lab for the architecture of neural networks."""

__version__ = "0.1.0"
