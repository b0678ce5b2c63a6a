"""Plots on pyqtgraph: views, axes, items, legends, readings and handles, for any page."""
